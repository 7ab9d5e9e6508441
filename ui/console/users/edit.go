package users

import (
	"net/http"
	"strconv"

	"gatehouse/admin"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/person"
	"gatehouse/wire"
)

func (d *Door) askNew(v *guard.Visit) error {
	if err := v.Ready("createUser", nil); err != nil {
		return err
	}
	return v.Show(http.StatusOK, newPage(v.Frame()))
}

func (d *Door) create(v *guard.Visit) error {
	page := newPage(v.Frame())
	page.take(v)
	made, err := guard.Ask[admin.Made[wire.User]](v, "createUser", admin.Input{Body: admin.UserCreate{Email: page.Email, Name: page.Name, EmailVerified: page.Verified}})
	if err != nil {
		return d.again(v, &page, err)
	}
	return v.Done(person.Path(string(made.Body.ID)), "new")
}

func (d *Door) askEdit(v *guard.Visit) error {
	if err := v.Ready("updateUser", on(v)); err != nil {
		return err
	}
	f, err := read(v)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, f.editPage())
}

func (d *Door) edit(v *guard.Visit) error {
	f, err := read(v)
	if err != nil {
		return err
	}
	page := f.editPage() // sent again, it is meant for the person as they are now
	page.Fresh = page.form
	page.take(v)
	_, err = guard.Ask[admin.One[wire.User]](v, "updateUser", admin.Input{
		Path: on(v), IfMatch: v.Value("etag"), Body: admin.UserChange{Email: &page.Email, Name: &page.Name, EmailVerified: &page.Verified},
	})
	if err != nil {
		return d.again(v, &page, err)
	}
	return v.Done(person.Path(v.R.PathValue("user")), "edit")
}

func newPage(f guard.Frame) editPage {
	page := editPage{Frame: f}
	page.Command = page.same()
	return page
}

func (f *userFrame) editPage() editPage {
	page := editPage{Frame: f.Frame.Frame, Of: &f.User.User, Email: f.User.Email, Name: f.User.Name, Verified: f.User.EmailVerified, ETag: f.ETag}
	page.Command = page.same()
	return page
}

// same is the command that does what the form holds.
func (p *editPage) same() string {
	if p.Of == nil {
		return guard.Run("user", "create").Typed("email", p.Email, "ADDRESS").Typed("name", p.Name, "NAME").Tick("email-verified", p.Verified).Tick("no-password", true).String()
	}
	line := guard.Run("user", "update").On(p.Of.Email)
	if p.Email != p.Of.Email {
		line.With("email", p.Email)
	}
	line.With("name", p.Name)
	if p.Verified != p.Of.EmailVerified || p.Email != p.Of.Email {
		line.Tick("email-verified="+strconv.FormatBool(p.Verified), true)
	}
	return line.String()
}

// take puts into the page what was typed.
func (p *editPage) take(v *guard.Visit) {
	p.Email, p.Name, p.Verified = v.Value("email"), v.Value("name"), v.Value("email_verified") != ""
	p.Command = p.same()
}

// again shows the page with what was wrong.
func (d *Door) again(v *guard.Visit, page *editPage, err error) error {
	status, ok := v.Reject(&page.Frame, err)
	if !ok {
		return err
	}
	return v.Show(status, *page)
}

func (d *Door) askPassword(v *guard.Visit) error {
	if err := v.Ready("setUserPassword", on(v)); err != nil {
		return err
	}
	f, err := read(v)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, f.passwordPage())
}

func (d *Door) setPassword(v *guard.Visit) error {
	_, err := guard.Ask[admin.Nothing](v, "setUserPassword", admin.Input{Path: on(v), Body: admin.PasswordSet{Password: v.Value("password")}})
	if err == nil {
		return v.Done(person.Path(v.R.PathValue("user")), "password")
	}
	form := v.Frame()
	status, ok := v.Reject(&form, err)
	if !ok {
		return err
	}
	f, err := read(v)
	if err != nil {
		return err
	}
	f.Frame.Frame = form
	return v.Show(status, f.passwordPage())
}

func (f userFrame) passwordPage() passwordPage {
	f.Command = guard.Command("user", "set-password", f.User.Email)
	return passwordPage{f}
}
