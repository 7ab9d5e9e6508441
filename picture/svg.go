package picture

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
)

const (
	svgSpace = "http://www.w3.org/2000/svg"
	maxParts = 5000 // elements of a drawing
	maxDepth = 32
)

// elements are what a logo is drawn with. There is no script, nothing that loads
// or embeds (image, use, foreignObject), nothing that moves, and no link.
var elements = words(`svg g defs title desc path rect circle ellipse line polyline polygon text tspan style
	linearGradient radialGradient stop clipPath mask symbol`)

// leftOut are elements that editors write into every file, and that draw nothing.
var leftOut = words("metadata namedview")

func words(list string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(list) {
		set[word] = true
	}
	return set
}

// Drawing takes an SVG. What is written again is what was understood, so it does
// not matter how a browser would have read the original. Invalid: it is none, too
// large, or holds more than a drawing needs.
func Drawing(content []byte) (Picture, error) {
	if len(content) > MaxBytes {
		return Picture{}, tooLarge()
	}
	d := &drawing{in: xml.NewDecoder(bytes.NewReader(content))}
	if err := d.copy(); err != nil {
		return Picture{}, err
	}
	return bounded(SVG, d.out.Bytes())
}

// drawing copies an SVG, element by element.
type drawing struct {
	in    *xml.Decoder
	out   bytes.Buffer
	open  []string // the elements that we are in
	style []byte   // what the style that we are in says so far
	parts int
	ended bool // the outermost element is behind us
}

func (d *drawing) copy() error {
	for {
		token, err := d.in.Token()
		switch {
		case errors.Is(err, io.EOF) && d.ended:
			return nil
		case err != nil:
			return refused("the SVG is no well-formed XML")
		}
		if err := d.take(token); err != nil {
			return err
		}
	}
}

func (d *drawing) take(token xml.Token) error {
	switch t := token.(type) {
	case xml.StartElement:
		return d.start(t)
	case xml.EndElement:
		if err := d.dress(); err != nil {
			return err
		}
		d.out.WriteString("</" + t.Name.Local + ">")
		d.open = d.open[:len(d.open)-1]
		d.ended = len(d.open) == 0
	case xml.CharData:
		return d.text(t)
	case xml.Directive:
		return refused("the SVG has a document type, which may hold entities; save it without")
	case xml.ProcInst:
		if t.Target != "xml" {
			return refused("the SVG has a processing instruction (%.20s)", t.Target)
		}
	}
	return nil // a comment, the XML declaration
}

func (d *drawing) start(t xml.StartElement) error {
	name := t.Name.Local
	if d.inStyle() { // it would take the style apart for us, and not for a browser
		return refused("the style of the SVG holds an element")
	}
	if len(d.open) > 0 && (t.Name.Space != svgSpace || leftOut[name]) {
		return d.in.Skip() // of an editor
	}
	d.parts++
	switch {
	case d.ended || len(d.open) == 0 && (name != "svg" || t.Name.Space != svgSpace):
		return refused("it is neither PNG, JPEG nor SVG")
	case !elements[name]:
		return refused("the SVG has an element <%.20s>, which a logo does not need", name)
	case d.parts > maxParts || len(d.open) >= maxDepth:
		return refused("the SVG has more than %d elements, or more than %d within each other", maxParts, maxDepth)
	}
	d.out.WriteString("<" + name)
	if len(d.open) == 0 {
		d.out.WriteString(` xmlns="` + svgSpace + `"`)
	}
	for _, a := range t.Attr {
		if err := d.attribute(a); err != nil {
			return err
		}
	}
	d.out.WriteString(">")
	d.open = append(d.open, name)
	return nil
}

// attribute copies what is SVG's own. References within the drawing are the only
// ones.
func (d *drawing) attribute(a xml.Attr) error {
	name := a.Name.Local
	switch {
	case name == "xmlns" || a.Name.Space != "" && name != "href":
		return nil
	case strings.HasPrefix(strings.ToLower(name), "on"):
		return refused("the SVG has a handler (%.20s), which is a script", name)
	case name == "href" && !strings.HasPrefix(a.Value, "#") || !harmless(a.Value):
		return refused("the SVG refers to something outside of itself (%.20s)", name)
	}
	d.out.WriteString(" " + name + `="`)
	_ = xml.EscapeText(&d.out, []byte(a.Value)) // a Buffer takes everything
	d.out.WriteString(`"`)
	return nil
}

func (d *drawing) text(t xml.CharData) error {
	if len(d.open) == 0 {
		if len(bytes.TrimSpace(t)) > 0 && !bytes.Equal(t, []byte("\ufeff")) {
			return refused("something stands beside the SVG")
		}
		return nil
	}
	if d.inStyle() {
		d.style = append(d.style, t...)
		return nil
	}
	_ = xml.EscapeText(&d.out, t) // a Buffer takes everything
	return nil
}

func (d *drawing) inStyle() bool { return len(d.open) > 0 && d.open[len(d.open)-1] == "style" }

// dress writes a style at its end. It is judged as a whole: comments and CDATA
// sections take it apart for us, and a browser puts it together again.
func (d *drawing) dress() error {
	if !harmless(string(d.style)) || bytes.ContainsAny(d.style, "@<") {
		return refused("the style of the SVG loads something, or may")
	}
	_ = xml.EscapeText(&d.out, d.style) // a Buffer takes everything
	d.style = nil
	return nil
}

var (
	inside  = regexp.MustCompile(`(?i)url\(\s*["']?#[\w.-]+["']?\s*\)`)
	loading = regexp.MustCompile(`(?i)(url|src|image|image-set|cross-fade|element|expression)\s*\(|javascript:|data:|\\|//`)
)

// harmless reports whether a value names nothing but parts of the drawing itself. A
// backslash could hide letters from us (CSS Syntax section 4.3.7).
func harmless(value string) bool { return !loading.MatchString(inside.ReplaceAllString(value, "")) }
