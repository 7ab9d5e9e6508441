package docs

import (
	"slices"
	"strings"
	"testing"
)

// Whoever reads German is told as much as whoever reads English, of each library and product.
func TestEveryClientIsToldOfInGerman(t *testing.T) {
	t.Parallel()
	for _, c := range Clients() {
		said, written := c.In("de")
		if written != "de" {
			t.Errorf("%s has paragraphs that clients.de.md lacks", c.Title)
			continue
		}
		paragraphs := 0
		for i, p := range said.Settings {
			if !p.Code {
				paragraphs++
			}
			if p.Code != c.Settings[i].Code || p.Code && p.Text != c.Settings[i].Text {
				t.Errorf("%s has other code in German: %q", c.Title, p.Text)
			}
			if long := len(strings.Fields(p.Text)) > 4; !p.Code && long && p.Text == c.Settings[i].Text {
				t.Errorf("%s says in German %q", c.Title, p.Text)
			}
		}
		if of := germanClients()[c.Name]; len(of) != paragraphs {
			t.Errorf("clients.de.md has %d paragraphs of %s, and clients.md %d", len(of), c.Title, paragraphs)
		}
	}
	for name := range germanClients() {
		if _, ok := ClientOf(name); !ok {
			t.Errorf("clients.de.md has a section %s, and clients.md none", name)
		}
	}
}

// What stands for the reader's own, and what is typed, is the same in both languages.
func TestGermanNamesTheSameCodeAndAddresses(t *testing.T) {
	t.Parallel()
	for _, c := range Clients() {
		said, _ := c.In("de")
		for i, p := range said.Settings {
			if p.Code {
				continue
			}
			if got, want := quoted(p.Text), quoted(c.Settings[i].Text); !slices.Equal(got, want) {
				t.Errorf("%s quotes in German\n%q, and in English\n%q", c.Title, got, want)
			}
		}
	}
}

// quoted is what stands between backquotes, sorted.
func quoted(text string) (all []string) {
	for i, piece := range strings.Split(text, "`") {
		if i%2 == 1 {
			all = append(all, strings.Join(strings.Fields(piece), " "))
		}
	}
	slices.Sort(all)
	return all
}
