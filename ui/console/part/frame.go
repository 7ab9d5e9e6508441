// Package part is what the pages of the console are made of: the frame around them, and
// tables, badges, forms, charts and the other parts within. A part shows what it is given
// and decides nothing; its own few words come from the catalogue, all others through its
// fields. Everything works without script. console.js adds comfort where a part asks for it
// by a data attribute, and console.css holds the style of all of them.
package part

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/a-h/templ"

	"gatehouse/ui/view"
	"gatehouse/ui/words"
)

// Frame is what stands around a page of the console.
type Frame struct {
	// Heading is the head of the page's main part.
	Heading Heading
	Nav     []NavGroup
	// Crumbs lead to the page from above, without the page itself.
	Crumbs []Link
	Person Person
	// Token is that of the frame's own forms (web.Cookies.FormToken).
	Token string
	// SignOut is the path that a form posts to in order to sign out.
	SignOut string
	// Search is what the search field holds.
	Search string
	// Here is the path and query of the page, which a change of the theme comes back to.
	Here string
	// House names this installation where there are several, such as "production"; may be
	// empty.
	House   string
	Version string
	Flash   Flash
	// Partial says that somebody else may see more on this page; "" for nobody.
	Partial string
}

// Head returns what a page of the console needs outside its body.
func Head(title words.Title) view.Head {
	return view.Head{Title: title, Styles: []string{"parts.css", "console.css"}, Scripts: []string{"app.js", "console.js"}}
}

// HeadOnce is the head of a page that shows what nobody can show again: it offers nothing that
// leads away and back.
func HeadOnce(title words.Title) view.Head {
	h := Head(title)
	h.Once = true
	return h
}

// NavGroup is a part of the navigation. The first may have no Label.
type NavGroup struct {
	Label string
	Items []NavItem
}

// NavItem leads to a section. Note is a word or a number about it that wants attention, "" for
// none.
type NavItem struct {
	Label, Href string
	Current     bool
	Note        string
}

// Link is a text that leads somewhere.
type Link struct{ Label, Href string }

// Person is who is signed in.
type Person struct{ Name, Email string }

// Called is how the person is named: by the email address where there is no name.
func (p Person) Called() string {
	if p.Name != "" {
		return p.Name
	}
	return p.Email
}

// Initials stand where a picture of somebody or something would.
func Initials(name string) string {
	all := strings.Fields(name)
	if len(all) == 0 {
		return ""
	}
	initials := firstOf(all[0])
	if len(all) > 1 {
		initials += firstOf(all[len(all)-1])
	}
	return initials
}

func firstOf(word string) string {
	r, _ := utf8.DecodeRuneInString(word)
	return string(unicode.ToUpper(r))
}

// Heading is the head of a page: its title, what it is about, and what can be done with it.
type Heading struct {
	Title string
	Lead  string
	// Code is an id or an address under the title, which can be copied; may be empty.
	Code string
	// Face has initials of Title beside it, or the picture at the address Picture.
	Face    bool
	Picture string
	Badges  []Badge
	// Actions are links and buttons (.button) at the end of the line; may be nil.
	Actions templ.Component
	Tabs    []Tab
}

// Tab leads to a part of the page's subject. Count is shown beside its label unless it is "".
type Tab struct {
	Label, Href string
	Count       string
	Current     bool
}

// Flash says once what was just done. Next leads to what is to be done now, if its Href is not
// empty. Undo, if it is not empty, is the path that a form posts to with Fields in order to take it back.
type Flash struct {
	Text   string
	Bad    bool // it was not done
	Next   Link
	Undo   string
	Fields []Hidden
}

// Hidden is a name and a value that a form carries unseen.
type Hidden struct{ Name, Value string }
