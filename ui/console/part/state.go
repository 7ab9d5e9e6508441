package part

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"gatehouse/ui/words"
)

// Fact is a line of a list of facts.
type Fact struct {
	Name  string
	Value templ.Component
}

// Countdown tells how long something still lasts, of the window from From until Until. A zero
// Until has no end; a zero From shows no window.
type Countdown struct{ Now, From, Until time.Time }

const (
	soon     = time.Hour
	todayish = 24 * time.Hour
)

// Tone says how near the end is: Bad within the hour, Warn within a day.
func (c Countdown) Tone() Tone {
	switch left := c.Until.Sub(c.Now); {
	case c.Until.IsZero() || left <= 0:
		return Plain
	case left < soon:
		return Bad
	case left < todayish:
		return Warn
	}
	return Good
}

func (c Countdown) over() bool { return !c.Until.IsZero() && !c.Now.Before(c.Until) }

// windowed reports whether the window is known.
func (c Countdown) windowed() bool {
	return !c.Until.IsZero() && !c.From.IsZero() && c.From.Before(c.Until) && !c.over()
}

// left is how much of the window is left, of 100.
func (c Countdown) left() string {
	return strconv.Itoa(share(c.Until.Sub(c.Now), c.Until.Sub(c.From)))
}

// share returns part of whole in hundredths, within 0 and 100.
func share[N ~int | ~int64](part, whole N) int {
	if whole <= 0 {
		return 0
	}
	return int(min(max(float64(part)/float64(whole)*100, 0), 100))
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func itoa(n int) string { return strconv.Itoa(n) }

func sorted(all []string) []string {
	slices.Sort(all)
	return all
}

// Secret is a value that is shown once.
type Secret struct {
	ID, Label, Value string
	// File is the name under which script offers Env, lines as in "NAME=value"; may be empty.
	File, Env string
	// Stored is where somebody goes on who has stored it.
	Stored string
	// Links is how many links it is, for other people, who are to get them; 0: it is to be stored.
	Links int
}

// once is what is to be done with it now, and done says that it is.
func (s Secret) once(say *words.Catalogue) string {
	if s.Links > 0 {
		return say.Part.HandOver
	}
	return say.Part.Once
}

func (s Secret) done(say *words.Catalogue) string {
	if s.Links > 0 {
		return say.Count(say.Part.Handed, s.Links)
	}
	return say.Part.Stored
}

// Empty stands where a list has nothing to show: what would be there, and what to do next.
type Empty struct {
	Title, Lead string
	Do          []Link
}

// Stat is a number with what it means. Change is how it moved, in words.
type Stat struct {
	Label  string
	Value  string
	Change string
	Href   string // the list behind the number; may be empty
	Tone   Tone
	Trend  []int // drawn as a line; may be empty
}

// Change is a value before and after; "" is none.
type Change struct{ Name, Before, After string }

// Outcome is what came of a step.
type Outcome int

// The outcomes.
const (
	Skipped Outcome = iota
	Passed
	Failed
)

// Step is one of several that were gone through in order.
type Step struct {
	Outcome
	Label, Detail string
}

// Progress is how far a long job is. Total may be zero: nobody knows.
type Progress struct {
	ID, Label string
	Done      int
	Total     int
	Says      string // such as "1,240 of 5,000, 3 failed"
	// Running lets script look every other second how far it is.
	Running bool
}

// Node is a part of a tree.
type Node struct {
	Label, Href, Note string
	Badges            []Badge
	Below             []Node
	Shut              bool // what is below shows when it is unfolded
}

// Group is what a search found of one kind.
type Group struct {
	Label string
	Hits  []Hit
	Kind  string // as a form calls them (Field.Offer); may be empty
}

// Hit is a thing that was found. Where it has no page of its own, Href is empty. Value is what names
// it in a form.
type Hit struct{ Label, Under, Href, Value string }

// begins is the first line of a command, by which it is called.
func begins(line string) string {
	first, _, _ := strings.Cut(line, "\n")
	return first
}
