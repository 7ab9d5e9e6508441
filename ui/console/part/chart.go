package part

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"gatehouse/ui/words"
)

// Chart is bars, one for each value of a row of days or the like. Several series stand on each
// other in a bar.
type Chart struct {
	// ID begins the ids within; it is unique on the page.
	ID    string
	Title string
	// Says is what the chart shows in a sentence, for who cannot see it.
	Says string
	// Axis names the bars, such as "Day", which is what it is where it is empty.
	Axis   string
	Series []Series
	Bars   []Bar
	// Low draws it half as high, as a histogram above a list.
	Low bool
}

// Series is one kind of what is counted.
type Series struct {
	Label string
	Tone  Tone
}

// Bar has a value for each series. Href leads to what it counts; may be empty.
type Bar struct {
	Label  string
	Values []int
	Href   string
}

// leads reports whether the drawing leads to what the bar counts.
func (b Bar) leads() bool { return b.Href != "" && b.sum() > 0 }

// role is what the drawing is to a screen reader: a picture, or the links of its bars.
func (c Chart) role() string {
	if slices.ContainsFunc(c.Bars, Bar.leads) {
		return "group"
	}
	return "img"
}

func (b Bar) sum() int {
	n := 0
	for _, v := range b.Values {
		n += v
	}
	return n
}

// top is the greatest bar, rounded up to a number that reads well, at least 1.
func (c Chart) top() int {
	most := 1
	for _, b := range c.Bars {
		most = max(most, b.sum())
	}
	for step := 1; ; step *= 10 {
		for _, n := range []int{1, 2, 5, 10} {
			if n*step >= most {
				return n * step
			}
		}
	}
}

func (c Chart) axis(say *words.Catalogue) string {
	if c.Axis != "" {
		return c.Axis
	}
	return say.Part.Day
}

// tall is the height of the drawing, step the width of a bar with the space beside it.
const (
	tall = 100
	step = 10
)

func (c Chart) viewBox() string { return "0 0 " + itoa(step*max(len(c.Bars), 1)) + " " + itoa(tall) }

// piece is a rectangle of a bar.
type piece struct{ x, y, height, class string }

// pieces are the rectangles of the i-th bar, from the ground up.
func (c Chart) pieces(i int) []piece {
	var all []piece
	top, at := float64(c.top()), float64(tall)
	for s, v := range c.Bars[i].Values {
		height := float64(v) / top * tall
		if v > 0 {
			height = max(height, 1)
		}
		at -= height
		all = append(all, piece{x: decimal(float64(i)*step + 1.25), y: decimal(at), height: decimal(height), class: "bar-" + c.tone(s)})
	}
	return all
}

func (c Chart) tone(series int) string {
	if series < len(c.Series) && c.Series[series].Tone != Plain {
		return string(c.Series[series].Tone)
	}
	return "main"
}

// says is the text of the i-th bar.
func (c Chart) says(say *words.Catalogue, i int) string {
	var b strings.Builder
	b.WriteString(c.Bars[i].Label)
	for s, v := range c.Bars[i].Values {
		b.WriteString(", ")
		if s < len(c.Series) {
			b.WriteString(c.Series[s].Label + " ")
		}
		b.WriteString(say.Number(v))
	}
	return b.String()
}

// ends are the labels below the drawing: the first, the one in the middle, the last.
func (c Chart) ends() []string {
	n := len(c.Bars)
	switch {
	case n == 0:
		return nil
	case n < 3:
		return []string{c.Bars[0].Label, c.Bars[n-1].Label}[:n]
	}
	return []string{c.Bars[0].Label, c.Bars[n/2].Label, c.Bars[n-1].Label}
}

func decimal(f float64) string { return strconv.FormatFloat(f, 'f', 2, 64) }

// line is the points of a sparkline in a box of 100 by 24.
func line(values []int) string {
	low, high := values[0], values[0]
	for _, v := range values {
		low, high = min(low, v), max(high, v)
	}
	var b strings.Builder
	for i, v := range values {
		x := float64(i) / float64(len(values)-1) * 100
		y := 12.0
		if high > low {
			y = 22 - float64(v-low)/float64(high-low)*20
		}
		b.WriteString(decimal(x) + "," + decimal(y) + " ")
	}
	return strings.TrimSpace(b.String())
}

// Timeline is spans of time below each other, such as the lives of keys.
type Timeline struct {
	ID, Title, Says  string
	From, Until, Now time.Time
	Spans            []Span
}

// Span is one line of a timeline. A zero Until has no end in sight.
type Span struct {
	Label, Href, Note string
	From, Until       time.Time
	Badge             Badge
}

// at is where t stands between 0 and 1000, at the edge where it is beyond.
func (l Timeline) at(t time.Time) float64 {
	whole := l.Until.Sub(l.From)
	if whole <= 0 {
		return 0
	}
	return min(max(float64(t.Sub(l.From))/float64(whole)*1000, 0), 1000)
}

func (l Timeline) x(s Span) string { return decimal(l.at(s.From)) }

func (l Timeline) width(s Span) string {
	until := 1000.0
	if !s.Until.IsZero() {
		until = l.at(s.Until)
	}
	return decimal(max(until-l.at(s.From), 4))
}

func (l Timeline) now() string { return decimal(l.at(l.Now)) }

// Strip is days side by side with how much ends on each.
type Strip struct {
	Label string
	Days  []Day
}

// Day is one of them. Name is short, such as "Mo 14"; Date says it in full.
type Day struct {
	Name, Date, Href string
	Count            int
	Today            bool
}

// height is how high the day's bar is, of 100.
func (s Strip) height(d Day) int {
	most := 1
	for _, other := range s.Days {
		most = max(most, other.Count)
	}
	return share(d.Count, most)
}

// Held is whether a row of a matrix has what a column gives.
type Held int

// The ways to hold.
const (
	NotHeld Held = iota
	Inherited
	Direct
)

// Matrix is rows by columns, such as permissions by roles.
type Matrix struct {
	ID, Caption, Corner string
	Columns             []Link
	Groups              []MatrixGroup
	// Action is where a form sends the values of the boxes that are ticked, as "cell"; "" shows
	// the matrix only.
	Action, Token string
	Fields        []Hidden
	Do            []Button
	// Top asks which part of the matrix is shown, and goes along with its form; Note is how much of it
	// was changed.
	Top  []Field
	Note string
}

// MatrixGroup is rows under a head.
type MatrixGroup struct {
	Label string
	Rows  []MatrixRow
}

// MatrixRow has a cell for each column.
type MatrixRow struct {
	Label, Code, Href string
	Under             string // what there is to know about all of it
	Cells             []MatrixCell
}

// MatrixCell is one of them. Where it is inherited, From says from what. Value names it in the
// form; "" cannot be changed. Staged is that it was changed, and is not saved.
type MatrixCell struct {
	Held        Held
	From, Value string
	Staged      bool
}

func (c MatrixCell) sign() string { return [...]string{"○", "◐", "●"}[c.Held] }

// says is what the sign means.
func (c MatrixCell) says(say *words.Catalogue) string {
	if c.Staged {
		return say.Part.Staged.With(words.Name, MatrixCell{Held: c.Held}.says(say))
	}
	switch {
	case c.Held == Direct:
		return say.Part.Direct
	case c.Held == Inherited && c.From != "":
		return say.Part.Inherited.With(words.Name, c.From)
	case c.Held == Inherited:
		return say.Part.InheritedBare
	}
	return say.Part.NotHeld
}

// stretch is a part of a bar that is 100 wide.
type stretch struct{ from, wide float64 }

// widths are the stretches of a bar, by its values.
func widths(b Bar) []stretch {
	var all []stretch
	at, whole := 0.0, float64(max(b.sum(), 1))
	for _, v := range b.Values {
		wide := float64(v) / whole * 100
		all = append(all, stretch{at, wide})
		at += wide
	}
	return all
}
