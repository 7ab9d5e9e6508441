package setup

import (
	"github.com/a-h/templ"

	"gatehouse/ui/view"
)

// setupPage creates the first administrator.
type setupPage struct {
	view.Form
	Link        string // the set-up link's token, when the form comes back
	Email, Name string
	MinLength   int
}

func (p setupPage) Head() view.Head {
	return view.Head{Title: p.Title("Set up Gatehouse"), Scripts: []string{"app.js", "setup.js"}}
}
func (p setupPage) Body() templ.Component { return setupBody(p) }

func (p setupPage) token() view.Input {
	return view.Input{
		ID: "token", Label: "Set-up token", Hint: "The part of the set-up link after “#token=”.", Value: p.Link,
		Autocomplete: "off", Alerted: p.Both, Problem: p.Problem("token"), MaxLength: 256, Literal: true,
	}
}

func (p setupPage) email() view.Input {
	return view.Input{
		ID: "email", Label: "Email", Kind: "email", Value: p.Email, Autocomplete: "username",
		Hint: "You sign in with it.", Problem: p.Problem("email"), Focus: true, MaxLength: 320, Literal: true,
	}
}

func (p setupPage) name() view.Input {
	return view.Input{ID: "name", Label: "Name", Value: p.Name, Autocomplete: "name", Problem: p.Problem("name"), MaxLength: 200, Optional: true}
}

func (p setupPage) password() view.Input {
	in := view.NewPassword("password", "Password", p.MinLength)
	in.Problem = p.Problem("password")
	return in
}
