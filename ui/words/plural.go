package words

import (
	"strconv"

	"golang.org/x/text/feature/plural"
)

// Plural is one entry in the forms that a number asks for (CLDR). A language
// writes those that it has; Other stands for the rest. None, where it is
// written, is for zero in every language.
type Plural struct{ None, One, Two, Few, Many, Other Phrase }

// Of returns the form of p for n things; its gap N is still open.
func (c *Catalogue) Of(p Plural, n int) Phrase {
	form := p.Other
	switch plural.Cardinal.MatchPlural(c.Language, n, 0, 0, 0, 0) {
	case plural.Zero:
		form = p.None
	case plural.One:
		form = p.One
	case plural.Two:
		form = p.Two
	case plural.Few:
		form = p.Few
	case plural.Many:
		form = p.Many
	}
	if n == 0 && p.None != "" {
		return p.None
	}
	if form == "" {
		return p.Other
	}
	return form
}

// Count says p for n things.
func (c *Catalogue) Count(p Plural, n int) string {
	return c.Of(p, n).With(N, strconv.Itoa(n))
}
