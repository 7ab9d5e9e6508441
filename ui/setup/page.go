package setup

import (
	"github.com/a-h/templ"

	"gatehouse/ui/view"
	"gatehouse/ui/words"
)

// setupPage creates the first administrator.
type setupPage struct {
	view.Form
	Link        string // the set-up link's token, when the form comes back
	Email, Name string
	MinLength   int
}

func (p setupPage) Head(say *words.Catalogue) view.Head {
	return view.Head{Title: p.Title(say, say.Setup.Title), Scripts: []string{"app.js", "setup.js"}}
}

// deadLink reports whether the form came back because the link is spent.
func (p setupPage) deadLink() bool { return p.Wrong != nil && p.Wrong.Code == codeLink }

func (p setupPage) Body() templ.Component { return setupBody(p) }

func (p setupPage) token(say *words.Catalogue) view.Input {
	in := view.Input{
		ID: "token", Label: say.Setup.Token, Hint: say.Setup.TokenHint, Value: p.Link,
		Autocomplete: "off", Alerted: p.Both, Problem: p.Problem("token"), MaxLength: 256, Literal: true,
	}
	if p.deadLink() {
		in.Problem = say.Setup.TokenDead
	}
	return in
}

func (p setupPage) email(say *words.Catalogue) view.Input {
	return view.Input{
		ID: "email", Label: say.Setup.Email, Kind: "email", Value: p.Email, Autocomplete: "username",
		Hint: say.Setup.EmailHint, Problem: p.Problem("email"), Focus: true, MaxLength: 320, Literal: true,
	}
}

func (p setupPage) name(say *words.Catalogue) view.Input {
	return view.Input{ID: "name", Label: say.Setup.Name, Value: p.Name, Autocomplete: "name", Problem: p.Problem("name"), MaxLength: 200, Optional: true}
}

func (p setupPage) password(say *words.Catalogue) view.Input {
	in := view.NewPassword(say, "password", say.Setup.Password, p.MinLength)
	in.Problem = p.Problem("password")
	return in
}
