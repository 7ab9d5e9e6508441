package docs

import (
	_ "embed"
	"strings"
	"sync"

	"gatehouse/shell"
)

//go:embed clients.md
var clients string

// Client is what clients.md says about one library or product: the one source
// of that page and of "gatehouse client create --for".
type Client struct {
	Name     string   // its heading in small letters, with "-" for a space
	Title    string   // its heading
	Group    string   // the heading that it is below
	Run      string   // the versions that "make test/clients" runs, "" if nobody ran it
	Create   []string // the flags of its "client create" line
	Settings []Part   // what is said and set after that line
}

// Part is a paragraph, or a block of code that is to be copied.
type Part struct {
	Code bool
	Text string
}

// allClients is read once; the document does not change while the program runs.
var allClients = sync.OnceValue(func() []Client { return parseClients(clients) })

// Clients returns the sections of clients.md in the document's order.
func Clients() []Client { return allClients() }

// ClientOf returns the section called name, in any letter case, and whether
// there is one.
func ClientOf(name string) (Client, bool) {
	for _, c := range Clients() {
		if c.Name == slug(name) {
			return c, true
		}
	}
	return Client{}, false
}

func slug(title string) string { return strings.ReplaceAll(strings.ToLower(title), " ", "-") }

// parseClients reads "## group", "### title", what the section begins with, its line, and
// what follows.
func parseClients(document string) []Client {
	var all []Client
	for _, group := range strings.Split("\n"+document, "\n## ")[1:] { // what stands before the first is about the page
		heading, rest, _ := strings.Cut(group, "\n")
		for _, section := range strings.Split("\n"+rest, "\n### ")[1:] {
			c := parseClient(section)
			c.Group = heading
			all = append(all, c)
		}
	}
	return all
}

func parseClient(section string) Client {
	title, rest, _ := strings.Cut(section, "\n")
	c := Client{Name: slug(title), Title: title}
	for _, p := range parts(rest) {
		switch run, ran := strings.CutPrefix(p.Text, "Run with "); {
		case c.Create == nil && ran:
			c.Run = strings.TrimSuffix(run, ".")
		case c.Create == nil && p.Code:
			words, err := shell.Words(p.Text)
			if err != nil || len(words) < 4 {
				continue // the page's test finds the section without a line
			}
			c.Create = words[3:]
		case c.Create != nil:
			c.Settings = append(c.Settings, p)
		}
	}
	return c
}

// parts takes a section apart.
func parts(section string) []Part {
	var all []Part
	for i, piece := range strings.Split("\n"+section, "\n```") {
		if i%2 == 1 {
			_, code, _ := strings.Cut(piece, "\n") // its first line names the language
			all = append(all, Part{Code: true, Text: code})
			continue
		}
		for paragraph := range strings.SplitSeq(piece, "\n\n") {
			if text := strings.TrimSpace(withoutLinks(strings.TrimSpace(paragraph))); text != "" {
				all = append(all, Part{Text: text})
			}
		}
	}
	return all
}
