package users

import (
	"errors"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// newTokenPage makes a personal access token.
type newTokenPage struct {
	userFrame
	Called, Permissions, Last string // as typed
}

func (p newTokenPage) title(say *words.Catalogue) words.Title {
	return say.ConsoleUsers.NewToken.With(words.Email, p.User.Email)
}

func (p newTokenPage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, p.title(say)))
}
func (p newTokenPage) Body() templ.Component { return newTokenBody(p) }

func (p newTokenPage) form(say *words.Catalogue) part.Form {
	is, at := &say.ConsoleUsers, p.Path()+"/tokens/new"
	last := guard.Lasting(say, p.Last)
	last.Hint, last.Optional = is.TokenLast, false
	return p.Draw(say, part.Form{ID: "token", Action: at, Cancel: p.Path() + "/credentials", Do: []part.Button{{ID: "submit", Label: is.MakeToken, Main: true}}, Fields: []part.Field{
		{ID: "name", Label: is.Name, Hint: is.TokenNameHint, Value: p.Called, Max: 64, Complete: "off", Focus: p.Wrong == nil},
		{ID: "permissions", Label: is.Allows, Hint: is.TokenAllowsHint, Kind: part.Area, Value: p.Permissions, Literal: true, Complete: "off"},
		last,
	}})
}

// askToken asks for what the token shall be good.
func (d *Door) askToken(v *guard.Visit) error {
	page, err := tokenFor(v)
	if err != nil {
		return err
	}
	page.Last = "90d"
	return v.Show(http.StatusOK, page)
}

func tokenFor(v *guard.Visit) (newTokenPage, error) {
	if err := v.Ready("createPersonalToken", on(v)); err != nil {
		return newTokenPage{}, err
	}
	f, err := read(v)
	return newTokenPage{userFrame: f}, err
}

// makeToken makes it, and shows it, which nobody sees again.
func (d *Door) makeToken(v *guard.Visit) error {
	page, err := tokenFor(v)
	if err != nil {
		return err
	}
	page.Called, page.Permissions, page.Last = v.Value("name"), v.Value("permissions"), v.Value("expires_at")
	until, err := guard.Lasts("expires_at", page.Last, page.Now)
	if err == nil && until.IsZero() {
		err = guard.Wrong("expires_at", "is needed")
	}
	if err == nil {
		var made *admin.Made[wire.NewPersonalToken]
		made, err = guard.Ask[admin.Made[wire.NewPersonalToken]](v, "createPersonalToken", admin.Input{Path: on(v), Body: admin.PersonalTokenCreate{
			Name: page.Called, Permissions: strings.Fields(page.Permissions), ExpiresAt: until,
		}})
		if err == nil {
			return v.Show(http.StatusCreated, freshTokenPage{userFrame: page.userFrame, Key: string(made.Body.Key)})
		}
	}
	if guard.Repeated(err) { // its end is counted from now on
		err = fault.Wrap(err, fault.Conflict, "idempotency.secret", "This was done already. Its answer had a secret, which is not shown again.")
	}
	status, ok := v.Reject(&page.Frame.Frame, ofList(err, "permissions"))
	if !ok {
		return err
	}
	return v.Show(status, page)
}

// ofList tells of a list what the API tells of an entry of it.
func ofList(err error, name string) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return err
	}
	told := *f
	told.Fields, told.Err = make([]fault.Field, len(f.Fields)), err
	for i, one := range f.Fields {
		if told.Fields[i] = one; strings.HasPrefix(one.Name, name+"[") {
			told.Fields[i].Name = name
		}
	}
	return &told
}

// freshTokenPage shows a new token for the only time.
type freshTokenPage struct {
	userFrame
	Key string
}

func (p freshTokenPage) Head(say *words.Catalogue) view.Head {
	return part.HeadOnce(say.ConsoleUsers.TokenMade)
}
func (p freshTokenPage) Body() templ.Component { return freshTokenBody(p) }

func (p freshTokenPage) once(say *words.Catalogue) part.Secret {
	return part.Secret{ID: "token", Label: string(say.ConsoleUsers.TokenMade), Value: p.Key, Stored: p.Path() + "/credentials"}
}
