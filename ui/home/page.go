package home

import (
	"github.com/a-h/templ"

	"gatehouse/ui/view"
	"gatehouse/ui/words"
)

// homePage is the page at the root.
type homePage struct {
	Issuer     string
	NeedsSetup bool
	Email      string // who is signed in, "" when nobody is
}

// Head leaves the title to the name of the house.
func (p homePage) Head(*words.Catalogue) view.Head { return view.Head{} }
func (p homePage) Body() templ.Component           { return homeBody(p) }
