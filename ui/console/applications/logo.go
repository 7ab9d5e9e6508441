package applications

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/picture"
	"gatehouse/secret"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/web"
	"gatehouse/wire"
)

// pathLogos is above the forms by which a logo is sent: what reads a file does it of these alone.
const pathLogos = "/console/logos/"

// PicturePaths are above those of forms with a picture, which MountPictures registers.
var PicturePaths = []string{pathLogos}

// MaxPicture bounds a form with a picture, in bytes. One that is somewhat too large is told so at its
// input.
const MaxPicture = 2*picture.MaxBytes + web.FormLimit

// MountPictures registers the pages of PicturePaths.
func (d *Door) MountPictures(m *web.Mux) {
	d.Guard.Route(m, "GET "+pathLogos+"{client}", d.askLogo)
	d.Guard.Route(m, "POST "+pathLogos+"{client}", d.setLogo)
}

// logoPage asks for the picture that people see beside the name of an application.
type logoPage struct{ clientFrame }

func (p logoPage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, p.title(say.ConsoleApplications.Logo)))
}
func (p logoPage) Body() templ.Component { return logoBody(p) }

// path is that of the form.
func (p logoPage) action() string { return pathLogos + string(p.Client.ID) }

func (p logoPage) form(say *words.Catalogue) part.Form {
	a := &say.ConsoleApplications
	form := part.Form{
		ID: "logo", Action: p.action(), Cancel: p.path() + "/settings", Files: true, Hidden: []part.Hidden{{Name: "etag", Value: p.ETag}},
		Do:     []part.Button{{ID: "submit", Label: a.SetLogo, Main: true}},
		Fields: []part.Field{{ID: "file", Label: a.LogoFile, Hint: a.LogoHint, Kind: "file", Accept: picture.PNG + "," + picture.JPEG}},
	}
	return p.Draw(say, form)
}

// none takes the logo away.
func (p logoPage) none(say *words.Catalogue) part.Form {
	form := part.Form{
		ID: "no-logo", Action: p.action(), Files: true, Hidden: []part.Hidden{{Name: "etag", Value: p.ETag}, {Name: "none", Value: "yes"}},
		Do: []part.Button{{ID: "remove", Label: say.ConsoleApplications.NoLogo, Danger: true}},
	}
	form.Token, form.Hidden = p.Token, append(p.Carried(), form.Hidden...)
	return form
}

func (d *Door) logoPage(v *guard.Visit) (logoPage, error) {
	if err := v.Ready("updateClient", on(v)); err != nil {
		return logoPage{}, err
	}
	f, err := d.read(v)
	f.Command = guard.Command("client", "update", string(f.Client.ID), "--logo", "FILE")
	return logoPage{f}, err
}

func (d *Door) askLogo(v *guard.Visit) error {
	p, err := d.logoPage(v)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, p)
}

// setLogo keeps the picture as it is shown, made anew of what was sent, or takes it away.
func (d *Door) setLogo(v *guard.Visit) error {
	p, err := d.logoPage(v)
	if err != nil {
		return err
	}
	content, err := v.File("file", picture.MaxBytes)
	icon := ""
	switch {
	case err != nil || v.Value("none") != "":
	case len(content) == 0:
		err = guard.Wrong("file", "is needed")
	default:
		icon, err = picture.Icon(content)
		err = ofFile(err)
	}
	if err == nil {
		_, err = guard.Ask[admin.One[wire.Client]](v, "updateClient", admin.Input{
			Path: on(v), IfMatch: v.Value("etag"), Key: v.OnceWith(content), Body: map[string]any{"logo_uri": icon},
		})
	}
	if err == nil {
		return v.Done(p.path(), map[bool]string{true: "no-logo", false: "logo"}[icon == ""])
	}
	status, ok := v.Reject(&p.Frame, err)
	if !ok {
		return err
	}
	return v.Show(status, p)
}

// ofFile is err with what is wrong with a picture at the input of it.
func ofFile(err error) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return err
	}
	return guard.Wrong("file", "cannot be a logo: "+strings.TrimSuffix(strings.TrimPrefix(f.Detail, "This file cannot be a logo: "), "."))
}

// logoOf is where the logo of an application is, "" for none: another picture has another address.
func logoOf(c *wire.Client) string {
	if c.Logo == "" {
		return ""
	}
	return pathOf(string(c.ID)) + "/logo?" + hex.EncodeToString(secret.Hash(c.Logo)[:8])
}

// logo answers with the picture: in a list it does not stand in the page for each.
func (d *Door) logo(v *guard.Visit) error {
	found, err := guard.Ask[admin.One[wire.ClientState]](v, "getClient", admin.Input{Path: on(v)})
	if err != nil {
		return err
	}
	_, encoded, ok := strings.Cut(found.Body.Logo, "data:image/png;base64,")
	content, err := base64.StdEncoding.DecodeString(encoded)
	if !ok || err != nil {
		return fault.Missing("logo")
	}
	h := v.W.Header()
	h.Set("Content-Type", picture.PNG)
	h.Set("Cache-Control", "private, max-age=86400")
	_, err = v.W.Write(content)
	return err
}
