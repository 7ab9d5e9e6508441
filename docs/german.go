package docs

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed clients.de.md
var clientsGerman string

// germanClients are the paragraphs of clients.de.md by the names of their sections.
var germanClients = sync.OnceValue(func() map[string][]string {
	all := map[string][]string{}
	for _, section := range strings.Split("\n"+clientsGerman, "\n### ")[1:] {
		title, rest, _ := strings.Cut(section, "\n")
		for _, p := range parts(rest) {
			all[slug(title)] = append(all[slug(title)], p.Text)
		}
	}
	return all
})

// In returns the section as it is said in a language ("de"), and the language in which it is then:
// English ("en"), where nobody wrote it in the other. Code is the same in each.
func (c Client) In(language string) (said Client, written string) {
	if language != "de" {
		return c, "en"
	}
	german := germanClients()[c.Name]
	said, next := c, 0
	said.Settings = make([]Part, len(c.Settings))
	for i, p := range c.Settings {
		if !p.Code {
			if next == len(german) {
				return c, "en"
			}
			p.Text = german[next]
			next++
		}
		said.Settings[i] = p
	}
	return said, "de"
}
