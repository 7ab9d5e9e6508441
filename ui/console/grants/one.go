package grants

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"gatehouse/admin"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

func on(v *guard.Visit) map[string]string { return guard.On("grant", v.R.PathValue("grant")) }

// read is what the pages about one grant share.
func read(v *guard.Visit) (grantFrame, error) {
	found, err := guard.Ask[admin.One[wire.Grant]](v, "getGrant", admin.Input{Path: on(v)})
	if err != nil {
		return grantFrame{}, err
	}
	return grantFrame{Frame: v.Frame(), Grant: found.Body, ETag: found.ETag, Now: time.Now(), People: v.Can("getUser", nil)}, nil
}

// grant shows one with its trail.
func (d *Door) grant(v *guard.Visit) error {
	f, err := read(v)
	if err != nil {
		return err
	}
	f.Command = guard.Command("grant", "show", string(f.Grant.ID))
	page := grantPage{grantFrame: f}
	for _, c := range changes {
		if v.Can(c.operation, on(v)) && f.living() {
			page.Changes = append(page.Changes, c)
		}
	}
	if page.Trailed = v.Can("listAuditEvents", nil); page.Trailed {
		trail, err := guard.Ask[admin.Page[wire.Event]](v, "listAuditEvents", admin.Input{Query: url.Values{"resource": {"grant:" + string(f.Grant.ID)}, "limit": {"50"}}})
		if err != nil {
			return err
		}
		page.Trail = trail.Body.Items
	}
	acted := []string{strings.TrimPrefix(f.Grant.RevokedBy, "person:")}
	for _, e := range page.Trail {
		acted = append(acted, e.Actor.ID)
	}
	if page.Names, err = v.Names(acted); err != nil {
		return err
	}
	return v.Show(http.StatusOK, page)
}

// change is something that is done with a grant after a page has asked.
type change struct {
	name, operation string
	danger          bool
	say             func(say *words.ConsoleGrants) words.GrantAct
	body            func(p *changePage) (any, error)
	command         func(p *changePage) string
}

var changes = []change{
	{
		name: "extend", operation: "extendGrant",
		say: func(say *words.ConsoleGrants) words.GrantAct {
			return words.GrantAct{Link: say.Extend.Link, Title: say.Extend.Title, Why: say.Extend.Why, Did: say.Extend.Did}
		},
		body: func(p *changePage) (any, error) {
			until, err := guard.Lasts("expires_at", p.Typed, p.Now)
			return admin.GrantExtend{ExpiresAt: until}, err
		},
		command: func(p *changePage) string {
			return guard.Run("grant", "extend").Ends("until", p.Typed, p.Now).On(string(p.Grant.ID)).String()
		},
	},
	{
		name: "revoke", operation: "revokeGrant", danger: true,
		say: func(say *words.ConsoleGrants) words.GrantAct {
			return words.GrantAct{Link: say.Revoke.Link, Title: say.Revoke.Title, Why: say.Revoke.Why, Did: say.Revoke.Did}
		},
		body: func(p *changePage) (any, error) { return admin.GrantRevoke{Reason: p.Typed}, nil },
		command: func(p *changePage) string {
			return guard.Run("grant", "revoke").Typed("reason", p.Typed, "WHY").On(string(p.Grant.ID)).String()
		},
	},
}

// askChange asks for what it takes, and names what comes of it.
func (d *Door) askChange(c change) guard.Handler {
	return func(v *guard.Visit) error {
		page, err := d.changing(v, c)
		if err != nil {
			return err
		}
		return v.Show(http.StatusOK, *page)
	}
}

func (d *Door) changing(v *guard.Visit, c change) (*changePage, error) {
	if err := v.Ready(c.operation, on(v)); err != nil {
		return nil, err
	}
	f, err := read(v)
	if err != nil {
		return nil, err
	}
	page := &changePage{grantFrame: f, change: c}
	if page.Gain, err = gainOf(v, f.Grant.Role, f.Grant.Permission, f.Grant.Subject); err != nil {
		return nil, err
	}
	page.Command = c.command(page)
	return page, nil
}

// change does it to the grant as the page showed it.
func (d *Door) change(c change) guard.Handler {
	return func(v *guard.Visit) error {
		page, err := d.changing(v, c)
		if err != nil {
			return err
		}
		page.Typed = v.Value("expires_at") + v.Value("reason")
		page.Command = c.command(page)
		body, err := c.body(page)
		if err == nil {
			_, err = guard.Ask[admin.One[wire.Grant]](v, c.operation, admin.Input{Path: on(v), IfMatch: v.Value("etag"), Body: body})
		}
		if err == nil || guard.Repeated(err) {
			return v.Done(pathOf(string(page.Grant.ID)), c.name)
		}
		status, ok := v.Reject(&page.Frame, err)
		if !ok {
			return err
		}
		return v.Show(status, *page)
	}
}
