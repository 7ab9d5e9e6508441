package applications

import (
	"net/url"
	"strconv"

	"gatehouse/deploy"
	"gatehouse/oauth"
	"gatehouse/wire"
)

func itoa(n int) string { return strconv.Itoa(n) }

func escaped(text string) string { return url.QueryEscape(text) }

// kindOf is the kind of an application that was just made, by the rule of package oauth.
func kindOf(c *wire.Client) oauth.Kind {
	return (&oauth.Client{AuthMethod: c.AuthMethod, GrantTypes: c.GrantTypes, RedirectURIs: c.RedirectURIs, AnyLocalhostPort: c.AnyLocalhostPort}).Kind()
}

// gateSnippet is a file for an application behind the gate.
type gateSnippet struct{ Name, Text string }

// gateSnippets are the files of the proxies that most people have.
func gateSnippets(y deploy.Yours) (all []gateSnippet) {
	for _, f := range deploy.Files() {
		all = append(all, gateSnippet{f.Proxy + " · " + f.Name, f.For(y)})
	}
	return all
}
