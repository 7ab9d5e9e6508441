package useraccess

import (
	"net/http"

	"gatehouse/access"
	"gatehouse/admin"
	"gatehouse/fault"
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
	page := f.grantPage(guard.Given{Role: v.Query("role"), Permission: v.Query("permission")}, v.Query("org"), "8h")
	if page.Offers, err = v.Offers(); err != nil {
		return err
	}
	if page.Permission != "" && !page.User.SecondFactor {
		page.Takes, err = v.TakesStep([]string{page.Permission})
		if fault.Is(err, fault.Invalid) { // a link names no permission that there is: the form says so
			err = nil
		}
		if err != nil {
			return err
		}
	}
	return v.Show(http.StatusOK, page)
}

func (f personFrame) grantPage(given guard.Given, org, last string) grantPage {
	page := grantPage{personFrame: f, Given: given.Settled(), Org: org, Last: last}
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
	page := f.grantPage(guard.Given{Gives: v.Value("gives"), Role: v.Value("role"), Permission: v.Value("permission")}, v.Value("org"), v.Value("expires_at"))
	page.Reason, page.Ticket = v.Value("reason"), v.Value("ticket")
	page.Command = page.same()
	if page.Offers, err = v.Offers(); err != nil {
		return err
	}
	until, ends := guard.Lasts("expires_at", page.Last, page.Now)
	err = guard.Together(page.Missing(), v.NamesGiven(page.Offers, page.Role, page.Permission, page.Org), ends, page.reasoned())
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

// reasoned refuses a grant that says no reason.
func (p *grantPage) reasoned() error {
	if p.Reason == "" {
		return guard.Wrong("reason", "is needed")
	}
	return nil
}
