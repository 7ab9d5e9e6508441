// Package brand is how the pages look like those of the house that runs them: its
// name, its logo and its colour. They come from the configuration and are read
// once; a page finds them in its context, as it finds its words. What they load is
// made of checked values only, and is served from our own origin under a name that
// changes with its content. So the policy of a page stays as strict as it is without
// a brand, and no visitor's browser asks a stranger for a picture.
package brand

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"gatehouse/fault"
	"gatehouse/picture"
	"gatehouse/ui/static"
)

// Brand is what pages show of the house. It never changes.
type Brand struct {
	Name  string
	logo  *static.File
	sheet *static.File // nil: the colours are those of app.css
}

// plain is Gatehouse as it comes.
var plain = &Brand{Name: Product}

// Open reads what c names, which was validated. It answers Invalid for a logo that
// cannot be shown.
func Open(c Config) (*Brand, error) {
	b := &Brand{Name: c.Name}
	accent, coloured := parse(c.Accent)
	if coloured {
		p := paletteOf(accent)
		b.sheet = static.New("brand.css", []byte(p.css()))
		b.logo = static.New("logo.svg", []byte(tinted(p)))
	}
	if c.Logo == "" {
		return b, nil
	}
	content, err := picture.ReadFile(c.Logo)
	if err != nil {
		return nil, named(err)
	}
	p, err := picture.Any(content)
	if err != nil {
		return nil, named(err)
	}
	b.logo = static.NewPicture("logo", p)
	return b, nil
}

// named says which setting a fault is about.
func named(err error) error {
	e, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return fmt.Errorf("read brand.logo: %w", err)
	}
	return fault.Wrap(err, fault.Invalid, e.Code, "brand.logo: "+e.Detail)
}

// tinted is our own logo in the colours of the house.
func tinted(p palette) string {
	return strings.NewReplacer("#3b63c9", p.fill.String(), "#fff", p.onFill.String()).Replace(static.Logo())
}

// LogoURL is where the logo is.
func (b *Brand) LogoURL() string {
	if b.logo == nil {
		return static.URL("logo.svg")
	}
	return b.logo.URL()
}

// LogoKind is the media type of the logo.
func (b *Brand) LogoKind() string {
	if b.logo == nil {
		return picture.SVG
	}
	return b.logo.Kind()
}

// SheetURL is where the colours are, "" when there are none to load.
func (b *Brand) SheetURL() string {
	if b.sheet == nil {
		return ""
	}
	return b.sheet.URL()
}

// Files returns what pages load, for static.Mount.
func (b *Brand) Files() []*static.File {
	var all []*static.File
	for _, f := range []*static.File{b.logo, b.sheet} {
		if f != nil {
			all = append(all, f)
		}
	}
	return all
}

type key struct{}

// With returns ctx in which In finds b.
func With(ctx context.Context, b *Brand) context.Context { return context.WithValue(ctx, key{}, b) }

// In returns the brand of ctx, that of Gatehouse when it has none.
func In(ctx context.Context) *Brand {
	if b, ok := ctx.Value(key{}).(*Brand); ok && b != nil {
		return b
	}
	return plain
}
