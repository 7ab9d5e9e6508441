package useraccess

import (
	"net/http"
	"time"

	"gatehouse/admin"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// change is something that is done with a grant after a page has asked.
type change struct {
	name, operation string
	danger          bool
	link            func(say *words.ConsoleAccess) string
	title           func(say *words.ConsoleAccess) words.Title
	why             func(say *words.ConsoleAccess) string
	body            func(p *changePage) (any, error)
	command         func(p *changePage) string
}

var changes = []change{
	{
		name: "extend", operation: "extendGrant",
		link:  func(say *words.ConsoleAccess) string { return say.Extend },
		title: func(say *words.ConsoleAccess) words.Title { return say.ExtendTitle },
		why:   func(say *words.ConsoleAccess) string { return say.ExtendWhy },
		body: func(p *changePage) (any, error) {
			until, err := guard.Lasts("expires_at", p.Last, p.Now)
			return admin.GrantExtend{ExpiresAt: until}, err
		},
		command: func(p *changePage) string {
			return guard.Run("grant", "extend").Ends("until", p.Last, p.Now).On(string(p.Grant.ID)).String()
		},
	},
	{
		name: "revoke", operation: "revokeGrant", danger: true,
		link:  func(say *words.ConsoleAccess) string { return say.Revoke },
		title: func(say *words.ConsoleAccess) words.Title { return say.RevokeTitle },
		why:   func(say *words.ConsoleAccess) string { return say.RevokeWhy },
		body:  func(p *changePage) (any, error) { return admin.GrantRevoke{Reason: p.Reason}, nil },
		command: func(p *changePage) string {
			return guard.Run("grant", "revoke").Typed("reason", p.Reason, "WHY").On(string(p.Grant.ID)).String()
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

// changing is the page about the grant of the address.
func (d *Door) changing(v *guard.Visit, c change) (*changePage, error) {
	grant := guard.On("grant", v.R.PathValue("grant"))
	if err := v.Ready(c.operation, grant); err != nil {
		return nil, err
	}
	f, err := read(v)
	if err != nil {
		return nil, err
	}
	found, err := guard.Ask[admin.One[wire.Grant]](v, "getGrant", admin.Input{Path: grant})
	if err != nil {
		return nil, err
	}
	page := &changePage{personFrame: f, change: c, Grant: found.Body, ETag: found.ETag}
	page.Last = longer(found.Body.ExpiresAt, page.Now)
	page.Command = c.command(page)
	return page, nil
}

// longer is a common time that lasts beyond an end, "" where none does.
func longer(ends, now time.Time) string {
	for _, text := range []string{"8h", "1d", "7d", "30d"} {
		if until, err := guard.Lasts("expires_at", text, now); err == nil && until.After(ends) {
			return text
		}
	}
	return ""
}

// change does it to the grant as the page showed it.
func (d *Door) change(c change) guard.Handler {
	return func(v *guard.Visit) error {
		page, err := d.changing(v, c)
		if err != nil {
			return err
		}
		page.Last, page.Reason = v.Value("expires_at"), v.Value("reason")
		page.Command = c.command(page)
		body, err := c.body(page)
		if err == nil {
			_, err = guard.Ask[admin.One[wire.Grant]](v, c.operation, admin.Input{
				Path: guard.On("grant", string(page.Grant.ID)), IfMatch: v.Value("etag"), Body: body,
			})
		}
		if err == nil || guard.Repeated(err) {
			return v.Done(page.path(), c.name)
		}
		status, ok := v.Reject(&page.Frame.Frame, err)
		if !ok {
			return err
		}
		return v.Show(status, *page)
	}
}
