package words

import "strings"

// Phrase is text with gaps, as in "Continue as {email}". Languages put them in
// the order that they need.
type Phrase string

// Title is the title of one page, and of no other. It may have gaps.
type Title string

// Gap is the name of a gap.
type Gap string

// The gaps, named after what fills them.
const (
	App     Gap = "app"     // an application's name
	Brand   Gap = "brand"   // the name of the house
	Browser Gap = "browser" // a browser's name, or its device
	Clock   Gap = "clock"   // a time of day
	Command Gap = "command" // what an operator types
	Day     Gap = "day"
	Email   Gap = "email"
	File    Gap = "file"    // its name
	Host    Gap = "host"    // where the browser goes on to
	Issuer  Gap = "issuer"  // the URL that applications know us by
	Label   Gap = "label"   // of an input
	Link    Gap = "link"    // a link with text of its own
	Least   Gap = "least"   // a number that is enough
	Methods Gap = "methods" // of HTTP
	Month   Gap = "month"   // its name
	Name    Gap = "name"    // of a role or a group
	More    Gap = "more"    // what is said besides a problem
	N       Gap = "n"       // the number of a Plural
	Path    Gap = "path"    // of an address
	Problem Gap = "problem" // what is wrong with an input
	Scope   Gap = "scope"   // its technical name
	Seen    Gap = "seen"    // a moment
	Since   Gap = "since"   // a moment
	System  Gap = "system"
	Page    Gap = "page" // a page's title
	Version Gap = "version"
	Wait    Gap = "wait" // how long, in words
	Year    Gap = "year"
)

// Value fills a gap with text.
type Value struct {
	Gap  Gap
	Text string
}

// Is fills the gap with text, as in words.App.Is("Grafana").
func (g Gap) Is(text string) Value { return Value{g, text} }

// Fill returns the phrase with its gaps filled. What a value says is never
// taken for a gap itself.
func (p Phrase) Fill(values ...Value) string {
	var b strings.Builder
	for text, gap := range p.Parts {
		b.WriteString(text)
		b.WriteString(find(values, gap))
	}
	return b.String()
}

// With is Fill for the common phrase that has one gap.
func (p Phrase) With(gap Gap, text string) string { return p.Fill(gap.Is(text)) }

// With is Phrase.With for titles.
func (t Title) With(gap Gap, text string) Title { return Title(Phrase(t).With(gap, text)) }

func find(values []Value, gap Gap) string {
	for _, v := range values {
		if v.Gap == gap {
			return v.Text
		}
	}
	return ""
}

// Parts yields the phrase in order: the text before each gap with the gap, and
// at the end the rest of the text with no gap.
func (p Phrase) Parts(yield func(text string, gap Gap) bool) {
	rest := string(p)
	for {
		before, after, found := strings.Cut(rest, "{")
		gap, then, closed := strings.Cut(after, "}")
		if !found || !closed {
			yield(rest, "")
			return
		}
		if !yield(before, Gap(gap)) {
			return
		}
		rest = then
	}
}
