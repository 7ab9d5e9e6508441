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
	return view.Head{Title: p.Title(say, say.Setup.Title), Scripts: []string{"app.js", "setup.js"}, Once: p.Link != "" || p.Wrong != nil}
}

func (p setupPage) Body() templ.Component { return setupBody(p) }

// inputs are those of the form. A link that is spent is said at its token.
func (p setupPage) inputs(say *words.Catalogue) []view.Input {
	token := view.Input{
		ID: "token", Label: say.Setup.Token, Hint: say.Setup.TokenHint, Value: p.Link, Autocomplete: "off", MaxLength: 256, Literal: true,
		Focus: p.Link == "",
	}
	if p.Wrong != nil && p.Wrong.Code == codeLink {
		token.Problem = say.Detail(codeLink, p.Wrong.Detail)
	}
	return p.Inputs(say, token, view.Input{
		ID: "email", Label: say.Setup.Email, Kind: "email", Value: p.Email, Autocomplete: "username",
		Hint: say.Setup.EmailHint, Focus: p.Link != "", MaxLength: 320, Literal: true,
	}, view.Input{
		ID: "name", Label: say.Setup.Name, Value: p.Name, Autocomplete: "name", MaxLength: 200, Optional: true,
	}, view.NewPassword(say, "password", say.Setup.Password, p.MinLength))
}

// nextPage says how to go on once there is an administrator: what they type next.
type nextPage struct{ Issuer, Connect, Invite string }

// newNext returns the page; the values in its commands are examples.
func newNext(issuer string) nextPage {
	return nextPage{
		Issuer:  issuer,
		Connect: `gatehouse client create --name "My application" --redirect-uri http://127.0.0.1:9000/cb`,
		Invite:  `gatehouse user create --email alice@example.com --name "Alice"`,
	}
}

func (p nextPage) Head(say *words.Catalogue) view.Head {
	return view.Head{Title: say.Next.Title, Scripts: []string{"app.js"}}
}
func (p nextPage) Body() templ.Component { return nextBody(p) }
