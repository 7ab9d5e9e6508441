package main

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gatehouse/house"
	"gatehouse/id"
	"gatehouse/oauth"
	"gatehouse/setting"
)

func (a *app) client() *cobra.Command {
	return a.group("client", "Create, list and change applications",
		a.clientCreate(), a.clientList(), a.clientShow(), a.clientUpdate(), a.clientDelete(), a.clientRotateSecret())
}

// withClient runs f on the client that the first argument names.
func (a *app) withClient(f func(ctx context.Context, h *house.House, c oauth.Client) error) func(*cobra.Command, []string) error {
	return a.action(func(ctx context.Context, args []string) error {
		return a.withHouse(ctx, func(h *house.House) error {
			c, err := h.OAuth.Client(ctx, id.Client(args[0]))
			if err != nil {
				return err
			}
			return f(ctx, h, c)
		})
	})
}

// clientJSON is a client as scripts read one, with the names of RFC 7591 where
// it has one.
type clientJSON struct {
	ID     id.Client `json:"client_id"`
	Secret string    `json:"client_secret,omitempty"` // when it was just made, and never again

	Name                   string          `json:"client_name"`
	HomeURL                string          `json:"client_uri,omitempty"`
	Disabled               bool            `json:"disabled"`
	AuthMethod             string          `json:"token_endpoint_auth_method"`
	RedirectURIs           []string        `json:"redirect_uris"`
	PostLogoutRedirectURIs []string        `json:"post_logout_redirect_uris"`
	GrantTypes             []string        `json:"grant_types"`
	Scope                  string          `json:"scope"`
	Audiences              []string        `json:"audiences"`
	JWKS                   json.RawMessage `json:"jwks,omitempty"`

	Consent         bool   `json:"consent"`
	PKCE            bool   `json:"pkce"`
	Refresh         string `json:"refresh"`
	Introspect      bool   `json:"introspect"`
	AccessTokenTTL  string `json:"access_token_ttl,omitempty"`
	RefreshIdle     string `json:"refresh_idle,omitempty"`
	RefreshAbsolute string `json:"refresh_absolute,omitempty"`
	RequireACR      string `json:"require_acr,omitempty"`
	IDTokenAlg      string `json:"id_token_signed_response_alg,omitempty"`
	UserinfoAlg     string `json:"userinfo_signed_response_alg,omitempty"`
	AccessTokenAlg  string `json:"access_token_signed_response_alg,omitempty"`

	Secrets []clientSecretJSON `json:"secrets"`
	Created time.Time          `json:"created"`
	Updated time.Time          `json:"updated"`
}

// clientSecretJSON is what may be said about a secret.
type clientSecretJSON struct {
	ID      id.Secret `json:"id"`
	Hint    string    `json:"hint"`
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires,omitzero"`
}

func showClient(c oauth.Client) clientJSON {
	j := clientJSON{
		ID: c.ID, Name: c.Name, HomeURL: c.HomeURL, Disabled: c.Disabled, AuthMethod: c.AuthMethod,
		RedirectURIs: list(c.RedirectURIs), PostLogoutRedirectURIs: list(c.PostLogoutRedirectURIs),
		GrantTypes: list(c.GrantTypes), Scope: strings.Join(c.Scopes, " "), Audiences: list(c.Audiences),
		JWKS: json.RawMessage(c.JWKS), Consent: !c.SkipConsent, PKCE: !c.SkipPKCE, Refresh: refreshMode(c), Introspect: c.Introspect,
		AccessTokenTTL: lifetime(c.AccessTokenTTL), RefreshIdle: lifetime(c.RefreshIdle), RefreshAbsolute: lifetime(c.RefreshAbsolute),
		RequireACR: c.RequireLevel.String(), IDTokenAlg: c.IDTokenAlg, UserinfoAlg: c.UserinfoAlg, AccessTokenAlg: c.AccessTokenAlg,
		Secrets: []clientSecretJSON{}, Created: c.Created.UTC(), Updated: c.Updated.UTC(),
	}
	for _, s := range c.Secrets {
		j.Secrets = append(j.Secrets, clientSecretJSON{ID: s.ID, Hint: s.Hint, Created: s.Created.UTC(), Expires: s.Expires})
	}
	return j
}

// list returns a list that is never null in JSON.
func list(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

func refreshMode(c oauth.Client) string {
	if c.StaticRefresh {
		return "static"
	}
	return "rotate"
}

// lifetime writes a client's own limit; none is empty.
func lifetime(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return setting.FormatDuration(d)
}
