// Package words is everything that our pages say. A Catalogue holds it in one
// language: English, which others fall back to, entry by entry, and German. An entry is text, never HTML; a Phrase has named gaps, which a
// page fills with values or with elements, so that each language chooses the
// order; a Plural has a phrase for each form of a number.
//
// The catalogue of an answer travels in its context: Languages.Choose finds it
// once, and In hands it to whoever draws. What the house says (the Detail of a
// fault) is English; a catalogue may have other words for its code.
package words

import "context"

type key struct{}

// With returns ctx in which In finds c.
func With(ctx context.Context, c *Catalogue) context.Context {
	return context.WithValue(ctx, key{}, c)
}

// In returns the catalogue that ctx speaks, English when nobody chose.
func In(ctx context.Context) *Catalogue {
	if c, ok := ctx.Value(key{}).(*Catalogue); ok {
		return c
	}
	return &english
}
