package main

import (
	"fmt"
	"io"
	"strings"

	"gatehouse/oauth"
	"gatehouse/wire"
)

// handout is an application with all that is to be configured on its side.
type handout struct {
	issuer string
	client oauth.Client
	secret string // as it was just made; empty: it has none
}

// printReady prints a client that was just made, ready to be configured in the
// application.
func (a *app) printReady(at where, c oauth.Client, meant oauth.Meant, secret string) error {
	r := handout{issuer: at.url, client: c, secret: secret}
	return a.print(wire.NewClient{
		NewClientSecret: wire.NewClientSecret{Client: wire.OfClient(c).WithUnknown(meant.Unknown(c.Scopes)), Secret: wire.Secret(secret)}, Issuer: r.issuer, Discovery: r.discovery(),
	}, r.tell)
}

// noteUnknownScopes says which scopes of an application mean nothing here.
func (a *app) noteUnknownScopes(meant oauth.Meant, scopes []string) error {
	for _, one := range meant.Unknown(scopes) {
		says := "The scope " + plain(one.Problem())
		if one.Nearest == "" {
			says += "."
		}
		if err := a.note("%s", says); err != nil {
			return err
		}
	}
	return nil
}

func (r handout) discovery() string { return r.issuer + "/.well-known/openid-configuration" }

// tell prints a table, and the lines of an .env file. The secret is in these alone.
func (r handout) tell(w io.Writer) {
	row(w, "issuer", r.issuer)
	row(w, "discovery", r.discovery())
	row(w, "client_id", string(r.client.ID))
	for _, uri := range r.client.RedirectURIs {
		row(w, "redirect URI", uri)
	}
	fmt.Fprintf(w, "\n%s\n\n", r.heading())
	for _, line := range r.env() {
		fmt.Fprintln(w, "  "+line)
	}
}

func (r handout) heading() string {
	switch {
	case r.secret != "":
		return "For the application's .env file. The secret is not shown again:"
	case r.client.Public():
		return "For the application's .env file. It has no secret, and proves itself by PKCE:"
	}
	return "For the application's .env file. It proves itself by the private half of its keys:"
}

// env returns what the application needs to know, as lines of an .env file.
func (r handout) env() []string {
	lines := []string{"OIDC_ISSUER=" + r.issuer, "OIDC_CLIENT_ID=" + string(r.client.ID)}
	if r.secret != "" {
		lines = append(lines, "OIDC_CLIENT_SECRET="+r.secret)
	}
	if len(r.client.RedirectURIs) > 0 {
		lines = append(lines, "OIDC_REDIRECT_URI="+r.client.RedirectURIs[0])
	}
	if len(r.client.Scopes) > 0 {
		lines = append(lines, `OIDC_SCOPE="`+strings.Join(r.client.Scopes, " ")+`"`)
	}
	return lines
}
