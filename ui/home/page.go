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

func (p homePage) Head(*words.Catalogue) view.Head { return view.Head{Title: view.Product} }
func (p homePage) Body() templ.Component           { return homeBody(p) }
