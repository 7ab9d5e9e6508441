package useraccess

import (
	"net/http"

	"gatehouse/access"
	"gatehouse/admin"
	"gatehouse/ui/console/guard"
	"gatehouse/wire"
)

// askGrant shows the form, with what the link to it names.
func (d *Door) askGrant(v *guard.Visit) error {
	if err := v.Ready("createGrant", nil); err != nil {
		return err
	}
	f, err := read(v)
	if err != nil {
		return err
	}
	page := f.grantPage(v.Query("role"), v.Query("permission"), v.Query("org"), "8h")
	if page.Offers, err = v.Offers(); err != nil {
		return err
	}
	return v.Show(http.StatusOK, page)
}

func (f personFrame) grantPage(role, permission, org, last string) grantPage {
	page := grantPage{personFrame: f, Role: role, Permission: permission, Org: org, Last: last}
	page.Command = page.same()
	return page
}

// same is the command that makes what the form holds.
func (p *grantPage) same() string {
	line := guard.Run("grant", "create").With("user", p.User.Email)
	if p.Permission != "" && p.Role == "" {
		line.With("permission", p.Permission)
	} else {
		line.Typed("role", p.Role, "ROLE")
	}
	return line.If("org", p.Org).If("for", p.Last).Typed("reason", p.Reason, "WHY").If("ticket", p.Ticket).String()
}

func (d *Door) grant(v *guard.Visit) error {
	f, err := read(v)
	if err != nil {
		return err
	}
	page := f.grantPage(v.Value("role"), v.Value("permission"), v.Value("org"), v.Value("expires_at"))
	page.Reason, page.Ticket = v.Value("reason"), v.Value("ticket")
	page.Command = page.same()
	if page.Offers, err = v.Offers(); err != nil {
		return err
	}
	until, err := guard.Lasts("expires_at", page.Last, page.Now)
	if err == nil {
		err = v.NamesGiven(page.Offers, page.Role, page.Permission, page.Org)
	}
	if err == nil {
		_, err = guard.Ask[admin.Made[wire.Grant]](v, "createGrant", admin.Input{Body: admin.GrantCreate{
			Subject: admin.GrantSubject{Kind: string(access.User), ID: string(f.User.ID)}, Role: page.Role, Permission: page.Permission, Org: page.Org,
			ExpiresAt: until, Reason: page.Reason, Ticket: page.Ticket,
		}})
	}
	if err == nil || guard.Repeated(err) {
		return v.Done(f.path(), "grant")
	}
	status, ok := v.Reject(&page.Frame.Frame, err)
	if !ok {
		return err
	}
	return v.Show(status, page)
}
