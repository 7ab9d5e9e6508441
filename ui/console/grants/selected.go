package grants

import (
	"net/http"
	"strings"
	"time"

	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/view"
	"gatehouse/web"
	"gatehouse/wire"
)

// maxSelected is how many grants one form may choose: as many as a page of the list has.
const maxSelected = 50

// askNone is for who comes without having chosen any.
func (d *Door) askNone(v *guard.Visit) error { return view.SeeOther(v.W, v.R, path) }

// selected asks first, and then does to those that were chosen what the button said.
func (d *Door) selected(v *guard.Visit) error {
	page := selectedPage{Frame: v.Frame(), Chosen: v.R.PostForm["row"], Do: v.Value("do"), Typed: v.Value("expires_at") + v.Value("reason"), Now: time.Now(), People: v.Can("getUser", nil)}
	operation := map[string]string{"revoke": "revokeGrants", "extend": "extendGrant"}[page.Do]
	if len(page.Chosen) == 0 || operation == "" {
		return d.askNone(v)
	}
	if len(page.Chosen) > maxSelected {
		return fault.New(fault.Invalid, "request.invalid", "Too many were chosen at once.")
	}
	if err := v.Ready(operation, nil); err != nil {
		return err
	}
	page.Command = page.same()
	if v.Value("confirmed") == "" {
		return d.askSelected(v, http.StatusOK, page)
	}
	err := page.run(v)
	if err == nil || guard.Repeated(err) {
		page.Finished = true
		return v.Show(http.StatusOK, page)
	}
	status, ok := v.Reject(&page.Frame, err)
	if !ok {
		return err
	}
	return d.askSelected(v, status, page)
}

// same are the commands that do the same, one for each.
func (p *selectedPage) same() string {
	lines := make([]string, len(p.Chosen))
	for i, name := range p.Chosen {
		line := guard.Run("grant", p.Do).On(name)
		if p.Do == "extend" {
			line.Ends("until", p.Typed, p.Now)
		} else {
			line.Typed("reason", p.Typed, "WHY")
		}
		lines[i] = line.String()
	}
	return strings.Join(lines, "\n")
}

// askSelected names the grants that were chosen.
func (d *Door) askSelected(v *guard.Visit, status int, page selectedPage) error {
	for _, name := range page.Chosen {
		found, err := guard.Ask[admin.One[wire.Grant]](v, "getGrant", admin.Input{Path: guard.On("grant", name)})
		if err != nil {
			return err
		}
		page.Grants = append(page.Grants, found.Body)
	}
	return v.Show(status, page)
}

// run ends all of them or none, and makes each by itself last longer.
func (p *selectedPage) run(v *guard.Visit) error {
	if p.Do == "revoke" {
		all := make([]admin.GrantSeen, len(p.Chosen))
		for i, name := range p.Chosen {
			all[i].ID = name
		}
		_, err := guard.Ask[admin.GrantsOut](v, "revokeGrants", admin.Input{Body: admin.GrantsRevoke{Grants: all, Reason: p.Typed}})
		return err
	}
	until, err := guard.Lasts("expires_at", p.Typed, p.Now)
	if err != nil || until.IsZero() {
		return orNeeded(err, "expires_at")
	}
	for _, name := range p.Chosen {
		_, err := guard.Ask[admin.One[wire.Grant]](v, "extendGrant", admin.Input{Path: guard.On("grant", name), Key: v.OnceFor(name), Body: admin.GrantExtend{ExpiresAt: until}})
		if err != nil && !guard.Repeated(err) {
			p.Not = append(p.Not, not{name, web.AsFault(err)})
		}
	}
	return nil
}

// orNeeded is err, or that something must stand in a field.
func orNeeded(err error, field string) error {
	if err != nil {
		return err
	}
	return guard.Wrong(field, "is needed")
}
