package apply

// The specifications are what a file says of a thing. A field that is left out has its
// default, which the comment names where it is not "none"; what is secret, or was done
// in an emergency, is left alone.

// GroupSpec is of a group or an organisation.
type GroupSpec struct {
	Description string `json:"description,omitempty"`
}

// APISpec is of an API with its catalogue.
type APISpec struct {
	Audience    string            `json:"audience"`
	Permissions []PermissionSpec  `json:"permissions"`
	Owners      map[string]string `json:"owners,omitempty"`
	Servers     []string          `json:"servers,omitempty"`
	Delegation  string            `json:"delegation,omitempty"` // default: audience, and scope once one is bound
}

// PermissionSpec is one entry of a catalogue.
type PermissionSpec struct {
	Permission  string          `json:"permission"` // RESOURCE:ACTION
	Description string          `json:"description,omitempty"`
	Sensitive   bool            `json:"sensitive,omitempty"`
	Requires    RequirementSpec `json:"requires,omitzero"`
}

// RequirementSpec is what a person must have proved.
type RequirementSpec struct {
	ACR    string `json:"acr,omitempty"`
	MaxAge string `json:"max_age,omitempty"`
}

// RoleSpec is of a role.
type RoleSpec struct {
	Permissions []string `json:"permissions,omitempty"`
	Parents     []string `json:"parents,omitempty"`
	MaxGrant    string   `json:"max_grant,omitempty"`
}

// ScopeSpec is of a scope that is bound to permissions.
type ScopeSpec struct {
	API         string   `json:"api"`
	Permissions []string `json:"permissions"`
	Description string   `json:"description,omitempty"`
}

// ClientSpec is of an application. It has no secrets.
type ClientSpec struct {
	Name                   string      `json:"name"`
	HomeURL                string      `json:"home_url,omitempty"`
	Logo                   string      `json:"logo,omitempty"`        // a PNG as a data URL
	Disabled               *bool       `json:"disabled,omitempty"`    // default: as it is
	AuthMethod             string      `json:"auth_method,omitempty"` // default: client_secret
	JWKS                   string      `json:"jwks,omitempty"`
	RedirectURIs           []string    `json:"redirect_uris,omitempty"`
	PostLogoutRedirectURIs []string    `json:"post_logout_redirect_uris,omitempty"`
	GrantTypes             []string    `json:"grant_types,omitempty"` // default: authorization_code
	Scopes                 []string    `json:"scopes,omitzero"`       // default: openid, profile and email with authorization_code
	Audiences              []string    `json:"audiences,omitempty"`
	Consent                *bool       `json:"consent,omitempty"` // default: true
	PKCE                   string      `json:"pkce,omitempty"`    // default: auto
	Refresh                string      `json:"refresh,omitempty"` // default: rotate
	Introspect             bool        `json:"introspect,omitempty"`
	AccessTokenTTL         string      `json:"access_token_ttl,omitempty"`
	RefreshIdle            string      `json:"refresh_idle,omitempty"`
	RefreshAbsolute        string      `json:"refresh_absolute,omitempty"`
	RequireACR             string      `json:"require_acr,omitempty"`
	RequireRoles           []string    `json:"require_roles,omitempty"`
	RequireGroups          []string    `json:"require_groups,omitempty"`
	IDTokenAlg             string      `json:"id_token_alg,omitempty"`
	UserinfoAlg            string      `json:"userinfo_alg,omitempty"`
	AccessTokenAlg         string      `json:"access_token_alg,omitempty"`
	AccessTokenType        string      `json:"access_token_type,omitempty"` // default: at+jwt
	IDTokenClaims          bool        `json:"id_token_claims,omitempty"`
	Permissions            string      `json:"permissions,omitempty"` // default: none
	AnyLocalhostPort       bool        `json:"any_localhost_port,omitempty"`
	Roles                  ListingSpec `json:"roles,omitzero"`
	Groups                 ListingSpec `json:"groups,omitzero"`
	Claims                 []string    `json:"claims,omitempty"`
}

// ListingSpec is how an application is told of roles, or of groups.
type ListingSpec struct {
	Claim  string   `json:"claim,omitempty"`
	Format string   `json:"format,omitempty"` // default: list
	Prefix string   `json:"prefix,omitempty"`
	Filter []string `json:"filter,omitempty"`
}

// ServiceAccountSpec is of a service account. It has no keys.
type ServiceAccountSpec struct {
	Description string `json:"description,omitempty"`
	Disabled    *bool  `json:"disabled,omitempty"` // default: as it is
}

// SubjectSpec names one of these.
type SubjectSpec struct {
	User       string `json:"user,omitempty"` // by email
	Service    string `json:"service,omitempty"`
	Client     string `json:"client,omitempty"`
	Group      string `json:"group,omitempty"`
	EveryoneIn string `json:"everyone_in,omitempty"` // an organisation; of grants only
}

// MembershipSpec is of somebody, or a group, in a group or an organisation.
type MembershipSpec struct {
	Group        string      `json:"group,omitempty"`
	Organisation string      `json:"organisation,omitempty"`
	Member       SubjectSpec `json:"member"`
	NotBefore    string      `json:"not_before,omitempty"`
	ExpiresAt    string      `json:"expires_at,omitempty"`
	Reason       string      `json:"reason,omitempty"`
}

// GrantSpec is of a grant.
type GrantSpec struct {
	Subject      SubjectSpec     `json:"subject"`
	Effect       string          `json:"effect,omitempty"` // default: allow
	Role         string          `json:"role,omitempty"`
	Permission   string          `json:"permission,omitempty"`
	Organisation string          `json:"organisation,omitempty"`
	Where        string          `json:"where,omitempty"` // any or own; default: any, ids with resource_ids, cel with condition
	ResourceIDs  []string        `json:"resource_ids,omitempty"`
	Condition    string          `json:"condition,omitempty"`
	NotBefore    string          `json:"not_before,omitempty"`
	ExpiresAt    string          `json:"expires_at,omitempty"` // default: as long as the role lets it
	Requires     RequirementSpec `json:"requires,omitzero"`
	Reason       string          `json:"reason"`
	Ticket       string          `json:"ticket,omitempty"`
}
