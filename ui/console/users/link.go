package users

import (
	"net/http"

	"github.com/a-h/templ"

	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// pathLink is the page that makes a link for a first password, below that of the person.
const pathLink = "/password-link"

// linkPage asks whether to make a link by which the person sets their first password.
type linkPage struct{ userFrame }

func (p linkPage) title(say *words.Catalogue) words.Title {
	return say.ConsoleUsers.LinkFor.With(words.Email, p.User.Email)
}

func (p linkPage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, p.title(say)))
}
func (p linkPage) Body() templ.Component { return linkBody(p) }

func (p linkPage) sure(say *words.Catalogue) part.Confirm {
	return part.Confirm{Title: string(p.title(say)), Consequence: say.ConsoleUsers.LinkWhy, Form: p.Draw(say, part.Form{
		ID: "link", Action: p.Path() + pathLink, Cancel: p.Path(), Hidden: []part.Hidden{{Name: "etag", Value: p.ETag}}, Do: []part.Button{{ID: "submit", Label: say.ConsoleUsers.MakeLink, Main: true}},
	})}
}

// madeLinkPage shows the link for the only time.
type madeLinkPage struct {
	userFrame
	Link wire.PasswordLink
}

func (p madeLinkPage) Head(say *words.Catalogue) view.Head {
	return part.HeadOnce(say.ConsoleUsers.LinkMade)
}
func (p madeLinkPage) Body() templ.Component { return madeLinkBody(p) }

func (p madeLinkPage) once(say *words.Catalogue) part.Secret {
	return part.Secret{ID: "link", Label: string(say.ConsoleUsers.LinkMade), Value: string(p.Link.Link), Stored: p.Path(), Links: 1}
}

func (d *Door) askLink(v *guard.Visit) error {
	if err := v.Ready("createPasswordLink", on(v)); err != nil {
		return err
	}
	f, err := read(v)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, f.linkPage())
}

// makeLink makes it, and shows it, which nobody sees again.
func (d *Door) makeLink(v *guard.Visit) error {
	made, err := guard.Ask[admin.Made[wire.PasswordLink]](v, "createPasswordLink", admin.Input{Path: on(v), IfMatch: v.Value("etag")})
	form := v.Frame()
	status := http.StatusCreated
	if err != nil {
		if guard.Repeated(err) {
			err = fault.Wrap(err, fault.Conflict, "idempotency.secret", "This was done already. Its answer had a secret, which is not shown again.")
		}
		var ok bool
		if status, ok = v.Reject(&form, err); !ok {
			return err
		}
	}
	f, failed := read(v)
	if failed != nil {
		return failed
	}
	if err == nil {
		return v.Show(status, madeLinkPage{f, made.Body})
	}
	f.Frame.Frame = form
	return v.Show(status, f.linkPage())
}

func (f userFrame) linkPage() linkPage {
	f.Command = guard.Command("user", "link", f.User.Email)
	return linkPage{f}
}
