package oauth

import (
	"slices"
	"time"

	"gatehouse/id"
	"gatehouse/proof"
)

// The grant types that Gatehouse knows (RFC 6749 sections 4.1, 4.4 and 6).
const (
	GrantCode    = "authorization_code"
	GrantRefresh = "refresh_token"
	GrantClient  = "client_credentials"
)

// The client authentication methods (RFC 8414 section 2), and one of our own:
// AuthSecret is a secret that may come by basic or by post, as the client's
// library likes it. The methods of the RFC are exactly what they say.
const (
	AuthSecret     = "client_secret"
	AuthBasic      = "client_secret_basic"
	AuthPost       = "client_secret_post"
	AuthPrivateKey = "private_key_jwt"
	AuthNone       = "none"
)

// When a client must use PKCE (RFC 7636). PKCEAuto is what RFC 9700 section 2.1.1
// asks of a confidential client: a request is bound to the browser by PKCE or by
// a nonce of OpenID Connect that is long enough (MinNonce). A public client must use it always.
const (
	PKCEAuto     = "auto"
	PKCERequired = "required"
	PKCEOff      = "off"
)

// Client is an application that sends people here (RFC 6749 section 2). A
// Client taken from Clients is shared and must not be changed.
type Client struct {
	ID       id.Client
	Name     string
	HomeURL  string // where "back to the application" leads; may be empty
	Disabled bool

	AuthMethod string   // one of the Auth constants; AuthNone makes the client public
	Secrets    []Secret // at most two live ones, so that they can be rotated
	JWKS       string   // the JSON Web Key Set of a private_key_jwt client

	RedirectURIs           []string
	PostLogoutRedirectURIs []string
	GrantTypes             []string
	Scopes                 []string
	Audiences              []string // `aud` of its access tokens; empty: the issuer

	SkipConsent   bool // for applications of the house: nobody is asked
	StaticRefresh bool // confidential clients only: the refresh token stays the same
	Introspect    bool // may introspect tokens that are not meant for it

	AccessTokenTTL  time.Duration // zero: the server's default, likewise below
	RefreshIdle     time.Duration
	RefreshAbsolute time.Duration

	// AnyLocalhostPort frees the port of http redirect URIs on "localhost" too,
	// which is a name and may mean another machine (RFC 8252 section 8.3).
	AnyLocalhostPort bool

	PKCE string // one of the PKCE constants; "" is PKCEAuto

	RequireLevel   proof.Level // what its people must reach; none: nothing is required
	RequireRoles   []string    // who lacks one of these is not let in
	RequireGroups  []string    // nor who is not in each of these
	IDTokenAlg     string      // "", "RS256", "ES256", "EdDSA"; empty: RS256
	UserinfoAlg    string      // empty: plain JSON
	AccessTokenAlg string      // empty: ES256

	AccessTokenType string // TypeAccessToken or TypeJWT; "" is TypeAccessToken
	IDTokenClaims   bool   // the claims of the scopes stand in the ID token too
	Permissions     string // what its access tokens say of rights: one of the Permissions constants; "" is PermissionsNone

	Told Told // what it is told of people besides the claims of its scopes

	Logo string // a picture that pages show, as picture.Icon makes it; empty: none

	Created, Updated time.Time
	Rev              int64 // counts the changes; the first is 1
}

// Public reports whether the client cannot keep a secret (RFC 6749 section 2.1).
func (c *Client) Public() bool { return c.AuthMethod == AuthNone }

// MinNonce is how many characters a nonce must have to bind a request without
// PKCE: so many that nobody guesses it within a sign-in. Ten out of letters and
// digits are 59 bits, and the least that we know of a client: the OpenID
// conformance suite sends ten, libraries for applications 20 to 44.
const MinNonce = 10

// NeedsPKCE reports whether the client must use PKCE in a request with these
// scopes and that nonce.
func (c *Client) NeedsPKCE(scopes []string, nonce string) bool {
	switch {
	case c.Public() || c.PKCE == PKCERequired:
		return true
	case c.PKCE == PKCEOff:
		return false
	}
	return len(nonce) < MinNonce || !slices.Contains(scopes, ScopeOpenID)
}

// Takes reports whether the client may authenticate itself by method, one of
// those of RFC 8414.
func (c *Client) Takes(method string) bool {
	return c.AuthMethod == method || c.AuthMethod == AuthSecret && (method == AuthBasic || method == AuthPost)
}

// MayReturnTo reports whether presented is one of the client's redirect URIs; see
// MatchRedirect.
func (c *Client) MayReturnTo(presented string) bool {
	return MatchRedirect(c.RedirectURIs, presented) ||
		c.AnyLocalhostPort && slices.ContainsFunc(c.RedirectURIs, func(uri string) bool { return samePlace(uri, presented, localhost) })
}

// may reports whether the grant type is registered for the client.
func (c *Client) may(grant string) bool { return slices.Contains(c.GrantTypes, grant) }

// Secret is one secret of a client. Only a MAC of it is kept.
type Secret struct {
	ID      id.Secret
	MAC     []byte // HMAC-SHA-256 under a key of the house
	Hint    string // the last four characters, to recognise it
	Created time.Time
	Expires time.Time // zero: it lives until it is removed
}
