package words

import (
	"reflect"

	"golang.org/x/text/language"
)

// Languages are the catalogues to choose among.
type Languages struct {
	all     []*Catalogue
	matcher language.Matcher
}

// Shipped returns the languages that Gatehouse speaks. A new one is a row here.
func Shipped() *Languages { return NewLanguages(english, german) }

// NewLanguages returns the catalogues given, of which the first speaks where no
// other fits. An entry that another lacks is taken from the first.
func NewLanguages(first Catalogue, others ...Catalogue) *Languages {
	l := &Languages{all: []*Catalogue{&first}}
	tags := []language.Tag{first.Language}
	for _, c := range others {
		complete(reflect.ValueOf(&c).Elem(), reflect.ValueOf(first))
		l.all, tags = append(l.all, &c), append(tags, c.Language)
	}
	l.matcher = language.NewMatcher(tags)
	return l
}

// Tags are the languages by their names (RFC 5646), as in ui_locales_supported.
func (l *Languages) Tags() []string {
	var tags []string
	for _, c := range l.all {
		tags = append(tags, c.Tag())
	}
	return tags
}

// Catalogues returns a copy of each, complete.
func (l *Languages) Catalogues() []Catalogue {
	var all []Catalogue
	for _, c := range l.all {
		all = append(all, *c)
	}
	return all
}

// Several reports whether there is anything to choose.
func (l *Languages) Several() bool { return len(l.all) > 1 }

// Choose returns the catalogue that fits best: one of locales, which an
// application asked for by ui_locales, best first; else one of accept, the
// browser's Accept-Language; else the first. What is no language tag is passed over.
func (l *Languages) Choose(locales []string, accept string) *Catalogue {
	if !l.Several() {
		return l.all[0]
	}
	var asked []language.Tag
	for _, text := range locales {
		if tag, err := language.Parse(text); err == nil {
			asked = append(asked, tag)
		}
	}
	if c, ok := l.match(asked); ok {
		return c
	}
	accepted, _, err := language.ParseAcceptLanguage(accept)
	if err != nil {
		return l.all[0]
	}
	c, _ := l.match(accepted)
	return c
}

// Named returns the catalogue of a language by its tag, nil for none.
func (l *Languages) Named(tag string) *Catalogue {
	for _, c := range l.all {
		if c.Tag() == tag {
			return c
		}
	}
	return nil
}

// match returns the best catalogue, and whether who asks for wanted reads it well.
func (l *Languages) match(wanted []language.Tag) (c *Catalogue, ok bool) {
	_, i, confidence := l.matcher.Match(wanted...)
	return l.all[i], confidence >= language.High
}

// complete gives the entries that c lacks those of first. A plural is one
// entry: a form that it does not write is not missing.
func complete(c, first reflect.Value) {
	switch {
	case c.Type() == reflect.TypeFor[Plural]():
		if c.IsZero() {
			c.Set(first)
		}
	case c.Kind() == reflect.Struct:
		for i := range c.NumField() {
			if c.Field(i).CanSet() {
				complete(c.Field(i), first.Field(i))
			}
		}
	case c.Kind() == reflect.Array:
		for i := range c.Len() {
			complete(c.Index(i), first.Index(i))
		}
	case c.Kind() == reflect.Map:
		c.Set(union(c, first))
	case c.IsZero():
		c.Set(first)
	}
}

// union returns the entries of both maps, each of c completed by that of first.
func union(c, first reflect.Value) reflect.Value {
	all := reflect.MakeMap(c.Type())
	for _, key := range first.MapKeys() {
		all.SetMapIndex(key, first.MapIndex(key))
	}
	for _, key := range c.MapKeys() {
		entry := reflect.New(c.Type().Elem()).Elem()
		entry.Set(c.MapIndex(key))
		if f := first.MapIndex(key); f.IsValid() {
			complete(entry, f)
		}
		all.SetMapIndex(key, entry)
	}
	return all
}
