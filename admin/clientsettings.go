package admin

import (
	"encoding/json"
	"strings"
	"time"

	"gatehouse/access"
	"gatehouse/fault"
	"gatehouse/oauth"
	"gatehouse/proof"
	"gatehouse/wire"
)

// ClientCreate is what an application is made with.
type ClientCreate struct {
	ID string `json:"client_id,omitempty" maxLength:"128" doc:"Made up if it is left out"`
	ClientSettings
}

// ClientSettings are those of an application, with the names of wire.Client. What is
// absent stays as it is, or as it is where nothing is said.
type ClientSettings struct {
	Name                   *string          `json:"client_name,omitempty" maxLength:"400"`
	HomeURL                *string          `json:"client_uri,omitempty" maxLength:"2048"`
	Logo                   *string          `json:"logo_uri,omitempty" maxLength:"200000" doc:"A PNG as a data URL"`
	AuthMethod             *string          `json:"token_endpoint_auth_method,omitempty" enum:"client_secret,client_secret_basic,client_secret_post,private_key_jwt,none"`
	RedirectURIs           *[]string        `json:"redirect_uris,omitempty" maxItems:"50"`
	PostLogoutRedirectURIs *[]string        `json:"post_logout_redirect_uris,omitempty" maxItems:"50"`
	GrantTypes             *[]string        `json:"grant_types,omitempty" maxItems:"50"`
	Scope                  *string          `json:"scope,omitempty" maxLength:"16000" doc:"With spaces between them"`
	Audiences              *[]string        `json:"audiences,omitempty" maxItems:"50"`
	JWKS                   *json.RawMessage `json:"jwks,omitempty" doc:"The JSON Web Key Set of a private_key_jwt client"`

	Consent         *bool   `json:"consent,omitempty" doc:"People are asked; false needs clients:privilege"`
	PKCE            *string `json:"pkce,omitempty" enum:"auto,required,off"`
	Refresh         *string `json:"refresh,omitempty" enum:"rotate,static"`
	Introspect      *bool   `json:"introspect,omitempty"`
	AccessTokenTTL  *string `json:"access_token_ttl,omitempty" maxLength:"32" doc:"Such as 5m; empty: as configured"`
	RefreshIdle     *string `json:"refresh_idle,omitempty" maxLength:"32"`
	RefreshAbsolute *string `json:"refresh_absolute,omitempty" maxLength:"32"`
	RequireACR      *string `json:"require_acr,omitempty" enum:",aal1,aal2"`

	RequireRoles  *[]string     `json:"require_roles,omitempty" maxItems:"50"`
	RequireGroups *[]string     `json:"require_groups,omitempty" maxItems:"50"`
	Roles         *wire.Listing `json:"roles,omitempty" doc:"How it is told of roles; an empty claim: not at all"`
	Groups        *wire.Listing `json:"groups,omitempty" doc:"Likewise of groups"`
	Claims        *[]string     `json:"claims,omitempty" maxItems:"50" doc:"NAME=SOURCE each"`

	IDTokenAlg       *string `json:"id_token_signed_response_alg,omitempty" maxLength:"16"`
	UserinfoAlg      *string `json:"userinfo_signed_response_alg,omitempty" maxLength:"16"`
	AccessTokenAlg   *string `json:"access_token_signed_response_alg,omitempty" maxLength:"16"`
	AccessTokenType  *string `json:"access_token_type,omitempty" maxLength:"16"`
	IDTokenClaims    *bool   `json:"id_token_claims,omitempty"`
	Permissions      *string `json:"permissions,omitempty" enum:"none,roles,inline"`
	AnyLocalhostPort *bool   `json:"any_localhost_port,omitempty"`
}

// apply puts what is there into c.
func (in *ClientSettings) apply(c *oauth.Client) error {
	set(&c.Name, in.Name)
	set(&c.HomeURL, in.HomeURL)
	set(&c.Logo, in.Logo)
	set(&c.AuthMethod, in.AuthMethod)
	set(&c.PKCE, in.PKCE)
	set(&c.IDTokenAlg, in.IDTokenAlg)
	set(&c.UserinfoAlg, in.UserinfoAlg)
	set(&c.AccessTokenAlg, in.AccessTokenAlg)
	set(&c.AccessTokenType, in.AccessTokenType)
	set(&c.Permissions, in.Permissions)
	set(&c.Introspect, in.Introspect)
	set(&c.IDTokenClaims, in.IDTokenClaims)
	set(&c.AnyLocalhostPort, in.AnyLocalhostPort)
	if in.Consent != nil {
		c.SkipConsent = !*in.Consent
	}
	if in.Refresh != nil {
		c.StaticRefresh = *in.Refresh == "static"
	}
	switch {
	case in.JWKS != nil:
		c.JWKS = strings.TrimSpace(string(*in.JWKS))
	case in.AuthMethod != nil && c.AuthMethod != oauth.AuthPrivateKey:
		c.JWKS = "" // they go with the method, as secrets do
	}
	in.applyLists(c)
	return in.applyLimits(c)
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

func (in *ClientSettings) applyLists(c *oauth.Client) {
	set(&c.RedirectURIs, in.RedirectURIs)
	set(&c.PostLogoutRedirectURIs, in.PostLogoutRedirectURIs)
	set(&c.GrantTypes, in.GrantTypes)
	set(&c.Audiences, in.Audiences)
	set(&c.RequireGroups, in.RequireGroups)
	set(&c.Told.Claims, in.Claims)
	if in.Scope != nil {
		c.Scopes = strings.Fields(*in.Scope)
	}
	if in.RequireRoles != nil {
		c.RequireRoles = nil
		for _, name := range *in.RequireRoles {
			c.RequireRoles = append(c.RequireRoles, access.RoleNamed(name))
		}
	}
	for to, from := range map[*oauth.Listing]*wire.Listing{&c.Told.Roles: in.Roles, &c.Told.Groups: in.Groups} {
		if from != nil {
			*to = oauth.Listing{Claim: from.Claim, Format: from.Format, Prefix: from.Prefix, Only: from.Filter}
		}
	}
}

func (in *ClientSettings) applyLimits(c *oauth.Client) error {
	if in.RequireACR != nil {
		level, err := proof.ParseLevel(*in.RequireACR)
		if err != nil {
			return invalid("require_acr", "must be aal1 or aal2")
		}
		c.RequireLevel = level
	}
	for name, v := range map[string]struct {
		to   *time.Duration
		from *string
	}{
		"access_token_ttl": {&c.AccessTokenTTL, in.AccessTokenTTL},
		"refresh_idle":     {&c.RefreshIdle, in.RefreshIdle},
		"refresh_absolute": {&c.RefreshAbsolute, in.RefreshAbsolute},
	} {
		if v.from == nil {
			continue
		}
		d, err := span(name, *v.from)
		if err != nil {
			return err
		}
		*v.to = d
	}
	return nil
}

// memberOf are the members whose name is not what oauth calls the field.
var memberOf = map[string]string{
	"id": "client_id", "name": "client_name", "home_url": "client_uri", "logo": "logo_uri", "auth_method": "token_endpoint_auth_method",
	"id_token_alg": "id_token_signed_response_alg", "userinfo_alg": "userinfo_signed_response_alg", "access_token_alg": "access_token_signed_response_alg",
	"roles_claim": "roles.claim", "roles_format": "roles.format", "roles_prefix": "roles.prefix", "roles_filter": "roles.filter",
	"groups_claim": "groups.claim", "groups_format": "groups.format", "groups_prefix": "groups.prefix", "groups_filter": "groups.filter",
}

// inMembers tells what is wrong with an application by the members of the request.
func inMembers(err error) error {
	if fault.CodeOf(err) != "client.invalid" {
		return err
	}
	return fault.Renamed(err, func(field fault.Field) fault.Field {
		name, index, listed := strings.Cut(field.Name, "[")
		switch member := memberOf[name]; {
		case name == "scopes":
			field.Name = "scope" // a text, which has no entries
		case member != "" && listed:
			field.Name = member + "[" + index
		case member != "":
			field.Name = member
		}
		return field
	})
}
