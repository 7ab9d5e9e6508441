package main

import (
	"context"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"gatehouse/house"
	"gatehouse/oauth"
	"gatehouse/wire"
)

func (a *app) clientShow() *cobra.Command {
	return a.printing(&cobra.Command{
		Use:   "show CLIENT_ID",
		Short: "Print one application",
		Args:  cobra.ExactArgs(1),
		RunE: a.withClient(func(_ context.Context, _ *house.House, c oauth.Client) error {
			return a.print(wire.OfClient(c), func(w io.Writer) { describeClient(w, c) })
		}),
	})
}

func describeClient(w io.Writer, c oauth.Client) {
	row(w, "client_id", string(c.ID))
	row(w, "name", c.Name)
	row(w, "home", c.HomeURL)
	row(w, "state", clientState(c))
	row(w, "authentication", c.AuthMethod)
	for _, s := range c.Secrets {
		row(w, "secret", "…"+s.Hint+", made "+moment(s.Created))
	}
	row(w, "grants", strings.Join(c.GrantTypes, " "))
	row(w, "scopes", strings.Join(c.Scopes, " "))
	row(w, "audiences", strings.Join(c.Audiences, " "))
	for _, uri := range c.RedirectURIs {
		row(w, "redirect URI", uri)
	}
	for _, uri := range c.PostLogoutRedirectURIs {
		row(w, "post-logout redirect URI", uri)
	}
	row(w, "asks for consent", yes(!c.SkipConsent))
	row(w, "PKCE", c.PKCE)
	row(w, "refresh tokens", wire.RefreshMode(c))
	row(w, "may introspect", yes(c.Introspect))
	row(w, "access token lifetime", wire.Lifetime(c.AccessTokenTTL))
	row(w, "refresh idle lifetime", wire.Lifetime(c.RefreshIdle))
	row(w, "refresh absolute lifetime", wire.Lifetime(c.RefreshAbsolute))
	row(w, "required level", c.RequireLevel.String())
	row(w, "ID token algorithm", c.IDTokenAlg)
	row(w, "userinfo algorithm", c.UserinfoAlg)
	row(w, "access token algorithm", c.AccessTokenAlg)
	row(w, "access token type", c.TokenType())
	row(w, "claims in the ID token", yes(c.IDTokenClaims))
	row(w, "any port of localhost", yes(c.AnyLocalhostPort))
	row(w, "created", moment(c.Created))
	row(w, "updated", moment(c.Updated))
}
