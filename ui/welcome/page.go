package welcome

import (
	"github.com/a-h/templ"

	"gatehouse/ui/view"
	"gatehouse/ui/words"
)

// linkPage asks for the link.
type linkPage struct{ view.Form }

func (p linkPage) Head(say *words.Catalogue) view.Head {
	return view.Head{Title: p.Title(say, say.Welcome.Title), Scripts: []string{"app.js", "setup.js"}, Once: p.Wrong != nil}
}
func (p linkPage) Body() templ.Component { return linkBody(p) }

// spent reports whether a link was sent that is not good: often that of somebody who used it.
func (p linkPage) spent() bool { return p.Wrong != nil && p.Wrong.Code == codeLink }

// inputs are those of the form. A link that is spent is said at its token.
func (p linkPage) inputs(say *words.Catalogue) []view.Input {
	token := view.Input{ID: "token", Label: say.Welcome.Token, Hint: say.Welcome.TokenHint, Autocomplete: "off", MaxLength: 512, Literal: true, Focus: true}
	if p.spent() {
		token.Problem = say.Detail(codeLink, p.Wrong.Detail)
	}
	return p.Inputs(say, token)
}

// passwordPage asks for the password.
type passwordPage struct {
	view.Form
	Link, Email string
	MinLength   int
}

func (p passwordPage) Head(say *words.Catalogue) view.Head {
	return view.Head{Title: p.Title(say, say.Welcome.Choose), Scripts: []string{"app.js"}, Once: true}
}
func (p passwordPage) Body() templ.Component { return passwordBody(p) }

func (p passwordPage) inputs(say *words.Catalogue) []view.Input {
	password := view.NewPassword(say, "password", say.Welcome.Password, p.MinLength)
	password.Focus = true
	return p.Inputs(say, view.Input{ID: "email", Label: say.Welcome.Email, Value: p.Email, Autocomplete: "username", Readonly: true, Literal: true}, password)
}
