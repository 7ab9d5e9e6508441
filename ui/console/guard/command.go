package guard

import (
	"cmp"
	"net/url"
	"strings"
	"time"

	"gatehouse/shell"
)

// Command is a command of Gatehouse as it is typed, of words that are no values: whoever typed one may have
// begun it with a hyphen (Line).
func Command(words ...string) string { return shell.Line(append([]string{"gatehouse"}, words...)...) }

// Whole is the command that lists all of something; "" where the page shows a part of it, by which no
// command narrows.
func Whole(asked url.Values, words ...string) string {
	for name := range asked {
		if name != "cursor" {
			return ""
		}
	}
	return Command(words...)
}

// Line is a command of Gatehouse with values that somebody typed. None of them is taken for a flag,
// whatever it begins with.
type Line struct{ words, about []string }

// Run begins a command: Run("scope", "update").
func Run(words ...string) *Line { return &Line{words: words} }

// On says what the command is about.
func (l *Line) On(names ...string) *Line {
	l.about = append(l.about, names...)
	return l
}

// With sets a flag to each of the values, and to none where there is none.
func (l *Line) With(flag string, values ...string) *Line {
	for _, value := range values {
		if strings.HasPrefix(value, "-") {
			l.words = append(l.words, "--"+flag+"="+value)
			continue
		}
		l.words = append(l.words, "--"+flag, value)
	}
	return l
}

// Typed is With where something was typed. Else it sets the flag to a word that says what would be:
// "NAME".
func (l *Line) Typed(flag, value, example string) *Line {
	if value == "" {
		value = example
	}
	return l.With(flag, value)
}

// If is With where the value is not empty.
func (l *Line) If(flag, value string) *Line {
	if value == "" {
		return l
	}
	return l.With(flag, value)
}

// Ends sets a flag to the moment at which something ends that lasts from now on as long as somebody
// typed (Lasts), 8h where nothing was. What cannot be read stays as it is, for the command to refuse.
func (l *Line) Ends(flag, typed string, now time.Time) *Line {
	until, err := Lasts(flag, cmp.Or(typed, "8h"), now)
	if err != nil {
		return l.With(flag, typed)
	}
	return l.With(flag, until.Format(time.RFC3339))
}

// Tick sets a flag that takes no value, where on.
func (l *Line) Tick(flag string, on bool) *Line {
	if on {
		l.words = append(l.words, "--"+flag)
	}
	return l
}

// String is the command. What it is about stands last, and behind "--" where it could be a flag.
func (l *Line) String() string {
	words := append([]string{}, l.words...)
	for _, name := range l.about {
		if strings.HasPrefix(name, "-") {
			words = append(words, "--")
			break
		}
	}
	return Command(append(words, l.about...)...)
}
