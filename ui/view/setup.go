package view

import (
	"strconv"

	"github.com/a-h/templ"
)

// Setup creates the first administrator.
type Setup struct {
	Form
	Link        string // the set-up link's token, when the form comes back
	Email, Name string
	MinLength   int
}

func (p Setup) head() head {
	return head{title: p.title("Set up Gatehouse"), scripts: []string{"app.js", "setup.js"}}
}
func (p Setup) body() templ.Component { return setup(p) }

func (p Setup) token() input {
	return input{
		id: "token", label: "Set-up token", hint: "The part of the set-up link after “#token=”.", value: p.Link,
		autocomplete: "off", alerted: p.Both, problem: p.Problem("token"), maxLength: 256, literal: true,
	}
}

func (p Setup) email() input {
	return input{
		id: "email", label: "Email", kind: "email", value: p.Email, autocomplete: "username",
		hint: "You sign in with it.", problem: p.Problem("email"), focus: true, maxLength: 320, literal: true,
	}
}

func (p Setup) name() input {
	return input{id: "name", label: "Name", value: p.Name, autocomplete: "name", problem: p.Problem("name"), maxLength: 200, optional: true}
}

func (p Setup) password() input {
	in := newPassword("password", "Password", p.MinLength)
	in.problem = p.Problem("password")
	return in
}

func lengthHint(least int) string {
	if least == 0 {
		return "A few words in a row are easy to remember and hard to guess."
	}
	return "At least " + strconv.Itoa(least) + " characters. A few words in a row are easy to remember and hard to guess."
}

// Home is the page at the root.
type Home struct {
	Issuer     string
	NeedsSetup bool
	Email      string // who is signed in, "" when nobody is
}

func (p Home) head() head            { return head{title: Product} }
func (p Home) body() templ.Component { return home(p) }
