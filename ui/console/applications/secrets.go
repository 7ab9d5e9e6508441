package applications

import (
	"net/http"
	"time"

	"github.com/a-h/templ"

	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// secretsPage lists the secrets of an application, without them.
type secretsPage struct{ clientFrame }

func (p secretsPage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.title(say.ConsoleApplications.Secrets))
}
func (p secretsPage) Body() templ.Component { return secretsBody(p) }

func (p secretsPage) table(say *words.Catalogue) part.Table {
	a, now := &say.ConsoleApplications, time.Now()
	t := part.Table{ID: "secrets", Caption: a.Secrets, Columns: []part.Column{{Label: a.Hint}, {Label: a.Created}, {Label: a.Expires}, {Label: a.EndSecret, Unseen: true}}}
	for _, s := range p.Client.Secrets {
		t.Rows = append(t.Rows, part.Row{Label: s.Hint, Cells: []templ.Component{code("…" + s.Hint), part.When(now, s.Created), ends(now, s.Expires), endIt(p.clientFrame, s)}})
	}
	return t
}

func (d *Door) secrets(v *guard.Visit) error {
	f, err := d.read(v)
	if err != nil {
		return err
	}
	f.Command = guard.Command("client", "show", string(f.Client.ID))
	return v.Show(http.StatusOK, secretsPage{f})
}

// secretPage asks whether to make a secret, or to end one.
type secretPage struct {
	clientFrame
	Ends *wire.ClientSecret // nil: a new one is made
}

func (p secretPage) name(say *words.Catalogue) words.Title {
	if p.Ends != nil {
		return say.ConsoleApplications.EndTitle.With(words.Name, p.Client.Name)
	}
	return say.ConsoleApplications.RotateTitle.With(words.Name, p.Client.Name)
}

func (p secretPage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, p.name(say)))
}
func (p secretPage) Body() templ.Component { return secretBody(p) }

func (p secretPage) sure(say *words.Catalogue) part.Confirm {
	a, back := &say.ConsoleApplications, p.path()+"/secrets"
	form := part.Form{ID: "secret", Action: back + "/new", Cancel: back, Hidden: []part.Hidden{{Name: "etag", Value: p.ETag}}, Do: []part.Button{{ID: "submit", Label: a.NewSecret, Main: true}}}
	c := part.Confirm{Title: string(p.name(say)), Consequence: a.RotateWhy}
	if p.Ends != nil {
		form.Action, form.Do = back+"/"+string(p.Ends.ID)+"/end", []part.Button{{ID: "submit", Label: a.EndSecret, Danger: true}}
		c.Consequence, c.Bad, c.Details = a.EndWhy, true, []string{a.Hint + " …" + p.Ends.Hint}
	} else if len(p.Client.Secrets) > 1 {
		c.Details, c.Bad = []string{a.RotateEnds}, true
	}
	c.Form = p.Draw(say, form)
	return c
}

func (d *Door) askSecret(v *guard.Visit) error {
	page, err := d.secretPage(v)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, page)
}

func (d *Door) secretPage(v *guard.Visit) (secretPage, error) {
	if err := v.Ready("rotateClientSecret", on(v)); err != nil {
		return secretPage{}, err
	}
	f, err := d.read(v)
	f.Command = guard.Command("client", "rotate-secret", string(f.Client.ID))
	return secretPage{clientFrame: f}, err
}

// makeSecret makes a secret, and shows it for the only time.
func (d *Door) makeSecret(v *guard.Visit) error {
	page, err := d.secretPage(v)
	if err != nil {
		return err
	}
	made, err := guard.Ask[admin.Made[wire.NewClientSecret]](v, "rotateClientSecret", admin.Input{Path: on(v), IfMatch: v.Value("etag")})
	if err == nil {
		return v.Show(http.StatusCreated, freshPage{clientFrame: page.clientFrame, Secret: string(made.Body.Secret), File: fileOf(&page.Client.Client)})
	}
	status, ok := v.Reject(&page.Frame, err)
	if !ok {
		return err
	}
	return v.Show(status, page)
}

// freshPage shows a new secret for the only time.
type freshPage struct {
	clientFrame
	Secret string
	File   string // that it can be kept in
}

func (p freshPage) Head(say *words.Catalogue) view.Head {
	return part.HeadOnce(words.Title(p.name(say)))
}
func (p freshPage) Body() templ.Component { return freshBody(p) }

func (p freshPage) name(say *words.Catalogue) words.Title {
	return words.Title(say.ConsoleApplications.Rotated.With(words.Name, p.Client.Name))
}

func (p freshPage) once(say *words.Catalogue) part.Secret {
	return part.Secret{
		ID: "client-secret", Label: say.ConsoleApplications.Env, Value: p.Secret, File: p.File,
		Env: env(p.Issuer, &p.Client.Client, p.Secret), Stored: p.path() + "/secrets",
	}
}

func (d *Door) askEndSecret(v *guard.Visit) error {
	page, err := d.endingPage(v)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, page)
}

func (d *Door) endingPage(v *guard.Visit) (secretPage, error) {
	path := map[string]string{"client": v.R.PathValue("client"), "secret": v.R.PathValue("secret")}
	if err := v.Ready("endClientSecret", path); err != nil {
		return secretPage{}, err
	}
	f, err := d.read(v)
	if err != nil {
		return secretPage{}, err
	}
	page := secretPage{clientFrame: f, Ends: &wire.ClientSecret{}}
	for i := range f.Client.Secrets {
		if string(f.Client.Secrets[i].ID) == path["secret"] {
			page.Ends = &f.Client.Secrets[i]
		}
	}
	if page.Ends.ID == "" {
		return secretPage{}, fault.Missing("secret")
	}
	return page, nil
}

func (d *Door) endSecret(v *guard.Visit) error {
	path := map[string]string{"client": v.R.PathValue("client"), "secret": v.R.PathValue("secret")}
	_, err := guard.Ask[admin.One[wire.Client]](v, "endClientSecret", admin.Input{Path: path, IfMatch: v.Value("etag")})
	if err == nil {
		return v.Done(pathOf(path["client"])+"/secrets", "end-secret")
	}
	form := v.Frame()
	status, ok := v.Reject(&form, err)
	if !ok {
		return err
	}
	page, again := d.endingPage(v)
	if again != nil {
		return err
	}
	page.Frame = form
	return v.Show(status, page)
}
