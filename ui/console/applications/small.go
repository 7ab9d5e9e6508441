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

// gateRoute is a first route, with what is the reader's own to fill in.
const gateRoute = `apiVersion: gatehouse/v1
kind: Upstream
metadata: {id: app}
spec:
  targets: ["http://127.0.0.1:9000"]
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: app}
spec:
  match: {hosts: [app.example.com], paths: ["/{page...}"], methods: [GET, POST]}
  authn: [session]
  authorize: {api: my-api, permission: "pages:read"}
  upstream: app
`

// gateSnippets are a route, and the configuration of the proxies that most people have before it.
func gateSnippets() []gateSnippet {
	all := []gateSnippet{{"routes/app.yaml", gateRoute}}
	for _, f := range deploy.Files() {
		all = append(all, gateSnippet{f.Proxy + " · " + f.Name, f.Text})
	}
	return all
}
