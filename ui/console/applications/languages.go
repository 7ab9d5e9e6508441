package applications

import (
	"cmp"
	"slices"

	"gatehouse/oauth"
	"gatehouse/ui/words"
)

// languages are those of the libraries of docs/clients.md: people look for what they write in, and then
// for the library.
var languages = map[string]string{
	"openid-client": "Node.js", "auth.js": "Node.js", "next.js": "Node.js", "express-openid-connect": "Node.js", "passport-openidconnect": "Node.js", "better-auth": "Node.js",
	"go-oidc": "Go", "zitadel/oidc": "Go", "authlib": "Python", "mozilla-django-oidc": "Python", "social-auth": "Python", "flask-pyoidc": "Python",
	"spring-login": "Java", "pac4j": "Java", "omniauth": "Ruby", "asp.net-core": ".NET", "openid-connect-php": "PHP",
}

// shelf is the sections of docs/clients.md for a language, or below a heading.
type shelf struct {
	Name    string
	Written bool // it is a language
	Books   []book
}

// book is a section, with where it is shown for an application.
type book struct {
	ID, Title, Href string
	Current         bool
}

// shelves are all sections for a kind of application, with the values of the one at path.
func shelves(say *words.Catalogue, kind oauth.Kind, path, current string) (all []shelf) {
	for _, g := range guides(kind) {
		language := languages[g.Name]
		name := cmp.Or(language, say.ConsoleApplications.Shelves[g.Group])
		one := book{ID: "guide-" + g.Name, Title: g.Title, Href: path + "/connect?for=" + g.Name, Current: g.Name == current}
		i := slices.IndexFunc(all, func(s shelf) bool { return s.Name == name })
		if i < 0 {
			all, i = append(all, shelf{Name: name, Written: language != ""}), len(all)
		}
		all[i].Books = append(all[i].Books, one)
	}
	return all
}

// shelves of the page are those for its application.
func (p connectPage) shelves(say *words.Catalogue) []shelf {
	return shelves(say, p.Client.Kind, p.path(), p.Guide.Name)
}

// shelves of an application that was just made lead to its page.
func (p madePage) shelves(say *words.Catalogue) []shelf {
	return shelves(say, kindOf(&p.Made.Client), pathOf(string(p.Made.ID)), "")
}
