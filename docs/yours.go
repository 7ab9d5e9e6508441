package docs

import (
	"net/url"
	"strings"
)

// The addresses and the id that stand for the reader's own in clients.md.
const (
	ExampleIssuer = "https://id.example.com"
	ExampleApp    = "https://app.example.com"
	ExampleAPI    = "https://api.example.com"
	exampleID     = "my-app"
)

// Yours are the values of one client, in the place of those of clients.md.
type Yours struct {
	Issuer string
	Base   string // where the application is, without a slash at the end; "" leaves the example
	ID     string
	API    string // the audience of its access tokens; "" leaves the example

	RedirectURIs, PostLogoutRedirectURIs []string
}

// For returns what is said and set after the section's line, with y's values in the place of the
// page's. A secret is not among them: the page reads it from the environment.
func (c Client) For(y Yours) []Part {
	yours := c.replacer(y)
	all := make([]Part, len(c.Settings))
	for i, p := range c.Settings {
		all[i] = Part{Code: p.Code, Text: strings.TrimRight(yours.Replace(p.Text), "\n")}
	}
	return all
}

// Flag returns what the section's line gives for a flag, such as "redirect-uri".
func (c Client) Flag(name string) (values []string) {
	for i, word := range c.Create {
		if value, ok := strings.CutPrefix(word, "--"+name+"="); ok {
			values = append(values, value)
		} else if word == "--"+name && i+1 < len(c.Create) {
			values = append(values, c.Create[i+1])
		}
	}
	return values
}

// Has reports whether the section's line has a flag.
func (c Client) Has(name string) bool {
	for _, word := range c.Create {
		if word == "--"+name || strings.HasPrefix(word, "--"+name+"=") {
			return true
		}
	}
	return false
}

// replacer puts y's values in the place of the page's. Whole addresses come before what they
// begin with.
func (c Client) replacer(y Yours) *strings.Replacer {
	issuer := strings.TrimRight(y.Issuer, "/")
	pairs := append(pairUp(c.Flag("redirect-uri"), y.RedirectURIs), pairUp(c.Flag("post-logout-redirect-uri"), y.PostLogoutRedirectURIs)...)
	if y.Base != "" {
		pairs = append(pairs, url.QueryEscape(ExampleApp), url.QueryEscape(y.Base))
	}
	pairs = append(pairs, ExampleIssuer, issuer, host(ExampleIssuer), host(issuer))
	if y.Base != "" {
		pairs = append(pairs, ExampleApp, y.Base, host(ExampleApp), host(y.Base))
	}
	if y.API != "" {
		pairs = append(pairs, ExampleAPI, y.API)
	}
	return strings.NewReplacer(append(pairs, exampleID, y.ID)...)
}

func pairUp(examples, own []string) (pairs []string) {
	for i := range min(len(examples), len(own)) {
		pairs = append(pairs, examples[i], own[i])
	}
	return pairs
}

func host(address string) string {
	_, rest, _ := strings.Cut(address, "://")
	name, _, _ := strings.Cut(rest, "/")
	return name
}
