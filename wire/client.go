package wire

import (
	"cmp"
	"encoding/json"
	"strings"
	"time"

	"gatehouse/id"
	"gatehouse/oauth"
)

// Client is an application, with the names of RFC 7591 where it has one.
type Client struct {
	ID                     id.Client       `json:"client_id"`
	Name                   string          `json:"client_name"`
	HomeURL                string          `json:"client_uri,omitempty"`
	Disabled               bool            `json:"disabled"`
	AuthMethod             string          `json:"token_endpoint_auth_method"`
	RedirectURIs           []string        `json:"redirect_uris"`
	PostLogoutRedirectURIs []string        `json:"post_logout_redirect_uris"`
	GrantTypes             []string        `json:"grant_types"`
	Scope                  string          `json:"scope"`
	UnknownScopes          []UnknownScope  `json:"unknown_scopes,omitempty"` // those of scope that mean nothing here: its API may know them, or they are a slip
	Audiences              []string        `json:"audiences"`
	JWKS                   json.RawMessage `json:"jwks,omitempty"`

	Consent         bool   `json:"consent"`
	PKCE            string `json:"pkce"`
	Refresh         string `json:"refresh"`
	Introspect      bool   `json:"introspect"`
	AccessTokenTTL  string `json:"access_token_ttl,omitempty"`
	RefreshIdle     string `json:"refresh_idle,omitempty"`
	RefreshAbsolute string `json:"refresh_absolute,omitempty"`
	RequireACR      string `json:"require_acr,omitempty"`

	RequireRoles  []string `json:"require_roles"`
	RequireGroups []string `json:"require_groups"`

	IDTokenAlg     string `json:"id_token_signed_response_alg,omitempty"`
	UserinfoAlg    string `json:"userinfo_signed_response_alg,omitempty"`
	AccessTokenAlg string `json:"access_token_signed_response_alg,omitempty"`

	Roles  *Listing `json:"roles,omitempty"`  // how it is told of roles; absent: it is not
	Groups *Listing `json:"groups,omitempty"` // likewise of groups
	Claims []string `json:"claims,omitempty"` // "NAME=SOURCE"

	AccessTokenType  string `json:"access_token_type"`
	IDTokenClaims    bool   `json:"id_token_claims"`
	Permissions      string `json:"permissions"` // what its access tokens say of rights: none, roles or inline
	AnyLocalhostPort bool   `json:"any_localhost_port"`
	Logo             string `json:"logo_uri,omitempty"`

	Secrets []ClientSecret `json:"secrets"`
	Created time.Time      `json:"created"`
	Updated time.Time      `json:"updated"`
}

// UnknownScope is a scope that means nothing here.
type UnknownScope struct {
	Scope   string `json:"scope"`
	Nearest string `json:"nearest,omitempty"` // which one was most likely meant
}

// WithUnknown returns the shape with the scopes of it that mean nothing.
func (c Client) WithUnknown(all []oauth.UnknownScope) Client {
	for _, one := range all {
		c.UnknownScopes = append(c.UnknownScopes, UnknownScope{one.Name, one.Nearest})
	}
	return c
}

// Listing is how an application is told of roles, or of groups.
type Listing struct {
	Claim  string   `json:"claim"`
	Format string   `json:"format"`
	Prefix string   `json:"prefix,omitempty"`
	Filter []string `json:"filter,omitempty"`
}

func ofListing(l oauth.Listing) *Listing {
	if l.Claim == "" {
		return nil
	}
	return &Listing{l.Claim, cmp.Or(l.Format, oauth.FormatList), l.Prefix, l.Only}
}

// NewClientSecret is a client with the secret that was just made. It is the only
// shape with a secret in it, alone or in a NewClient, and nothing can make it again.
type NewClientSecret struct {
	Client
	Secret Secret `json:"client_secret,omitempty"` // empty: it has none
}

// NewClient is a client that was just made, with what else it needs to know.
type NewClient struct {
	NewClientSecret
	Issuer    string `json:"issuer"`
	Discovery string `json:"discovery"` // the address of OpenID Connect Discovery 4
}

// ClientSecret is what may be said about a secret.
type ClientSecret struct {
	ID      id.Secret `json:"id"`
	Hint    string    `json:"hint"`
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires,omitzero"`
}

// OfClient returns the shape of c.
func OfClient(c oauth.Client) Client {
	w := Client{
		ID: c.ID, Name: c.Name, HomeURL: c.HomeURL, Disabled: c.Disabled, AuthMethod: c.AuthMethod,
		RedirectURIs: list(c.RedirectURIs), PostLogoutRedirectURIs: list(c.PostLogoutRedirectURIs),
		GrantTypes: list(c.GrantTypes), Scope: strings.Join(c.Scopes, " "), Audiences: list(c.Audiences), JWKS: json.RawMessage(c.JWKS),
		Consent: !c.SkipConsent, PKCE: c.PKCE, Refresh: RefreshMode(c), Introspect: c.Introspect,
		AccessTokenTTL: Lifetime(c.AccessTokenTTL), RefreshIdle: Lifetime(c.RefreshIdle), RefreshAbsolute: Lifetime(c.RefreshAbsolute),
		RequireACR: c.RequireLevel.String(), RequireRoles: list(c.RequireRoles), RequireGroups: list(c.RequireGroups),
		Roles: ofListing(c.Told.Roles), Groups: ofListing(c.Told.Groups), Claims: c.Told.Claims,
		IDTokenAlg: c.IDTokenAlg, UserinfoAlg: c.UserinfoAlg, AccessTokenAlg: c.AccessTokenAlg,
		AccessTokenType: c.TokenType(), IDTokenClaims: c.IDTokenClaims, Permissions: cmp.Or(c.Permissions, oauth.PermissionsNone), AnyLocalhostPort: c.AnyLocalhostPort, Logo: c.Logo,
		Secrets: make([]ClientSecret, len(c.Secrets)), Created: c.Created.UTC(), Updated: c.Updated.UTC(),
	}
	for i, s := range c.Secrets {
		w.Secrets[i] = ClientSecret{ID: s.ID, Hint: s.Hint, Created: s.Created.UTC(), Expires: s.Expires.UTC()}
	}
	return w
}

// RefreshMode says how the refresh tokens of c behave: "rotate" or "static".
func RefreshMode(c oauth.Client) string {
	if c.StaticRefresh {
		return "static"
	}
	return "rotate"
}
