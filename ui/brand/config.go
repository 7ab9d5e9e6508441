package brand

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"gatehouse/fault"
)

// Product is the name of a Gatehouse that nobody gave another.
const Product = "Gatehouse"

// Config makes the pages look like those of the house that runs them.
type Config struct {
	// Name stands at the head of every page and in titles, and authenticator apps
	// show it.
	Name string `setting:"name"`
	// Logo is a file with the picture beside the name: PNG, JPEG or SVG, at most
	// 256 KiB and 1024 pixels a side. It is read at the start and again with SIGHUP, and
	// what is served is written anew from it.
	Logo string `setting:"logo"`
	// Accent is the colour of buttons, links and marks, as in "#3156b8". Where text
	// of this colour could not be read on a page, links are darker, or lighter in
	// dark mode; a button has it as it is, with black or white text.
	Accent string `setting:"accent"`
}

// DefaultConfig is Gatehouse as it comes.
func DefaultConfig() Config { return Config{Name: Product} }

const maxName = 40 // in characters: it stands in one line on a phone

// Validate says what is wrong with c. The logo is read later, by Open.
func (c Config) Validate() []fault.Field {
	var bad []fault.Field
	if !goodName(c.Name) {
		bad = append(bad, fault.Field{Name: "name", Problem: "must be 1 to 40 printable characters, without a colon, and with no space at either end"})
	}
	if _, ok := parse(c.Accent); c.Accent != "" && !ok {
		bad = append(bad, fault.Field{Name: "accent", Problem: `is no colour; write six hexadecimal digits, like "#3156b8"`})
	}
	return bad
}

// goodName refuses a colon because authenticator apps end the name there.
func goodName(name string) bool {
	if len(name) > 4*maxName || !utf8.ValidString(name) || utf8.RuneCountInString(name) > maxName {
		return false
	}
	return name != "" && name == strings.TrimSpace(name) && !strings.Contains(name, ":") &&
		strings.IndexFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
}

// Named reports whether the house has a name of its own.
func (c Config) Named() bool { return c.Name != "" && c.Name != Product }
