package guard

import (
	"gatehouse/ui/console/part"
	"gatehouse/ui/words"
)

// MaxFound is how many things of one kind a search shows.
const MaxFound = 8

// Finder finds things of one kind for the search of the console. Who may not use Operation
// finds none of them.
type Finder struct {
	Label     func(say *words.Catalogue) string
	Operation string
	// Kind is what a form calls such things that somebody names in it; "" for what nobody does.
	Kind string
	// Find returns no more than MaxFound of which a part of the name begins with text, which is not
	// empty.
	Find func(v *Visit, text string) ([]part.Hit, error)
}
