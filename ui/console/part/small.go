package part

import (
	"context"
	"io"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"gatehouse/ui/view"
	"gatehouse/ui/words"
)

// Tone is how something stands. Its colour never says more than the words beside it.
type Tone string

// The tones.
const (
	Plain Tone = ""
	Good  Tone = "good"
	Warn  Tone = "warn"
	Bad   Tone = "bad"
)

// Badge is a word about the state of something.
type Badge struct {
	Label string
	Tone  Tone
}

// icons are the paths of our drawings, on a grid of 16 by 16.
var icons = map[string]string{
	"menu":   "M2 4h12M2 8h12M2 12h12",
	"search": "M7 2.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9ZM10.5 10.5 14 14",
	"down":   "M4 6.5 8 10.5 12 6.5",
	"up":     "M4 10 8 6 12 10",
	"both":   "M5 6.25 8 3.25 11 6.25M5 9.75 8 12.75 11 9.75",
	"tick":   "M3 8.5 6.5 12 13 4.5",
	"cross":  "M4 4 12 12M12 4 4 12",
	"next":   "M6 3.5 10.5 8 6 12.5",
	"back":   "M10 3.5 5.5 8 10 12.5",
	"dash":   "M4 8h8",
	"alert":  "M8 2.5 14.5 13.5H1.5ZM8 6.5v3M8 11.6v.1",
}

// id makes an id that is unique among those that begin alike.
func id(begins string, i int) string { return begins + "-" + strconv.Itoa(i) }

func pressed(yes bool) string { return strconv.FormatBool(yes) }

func themeName(say *words.Catalogue, t view.Theme) string {
	switch t {
	case view.Light:
		return say.Part.Light
	case view.Dark:
		return say.Part.Dark
	}
	return say.Part.System
}

// addressed are the two parts of an email address, the second with its @; "" where name is none.
func addressed(name string) (box, host string) {
	at := strings.LastIndex(name, "@")
	if at < 1 {
		return name, ""
	}
	return name[:at], name[at:]
}

// slashed are the pieces of a value, each but the last with the slashes behind it.
func slashed(value string) (all []string) {
	from := 0
	for i := 1; i < len(value); i++ {
		if value[i-1] == '/' && value[i] != '/' {
			all, from = append(all, value[from:i]), i
		}
	}
	return append(all, value[from:])
}

// Broken is a value whose lines are broken behind its slashes first: an address keeps its words.
func Broken(value string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, strings.Join(slashed(templ.EscapeString(value)), "<wbr>"))
		return err
	})
}
