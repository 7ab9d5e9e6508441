package wire

import (
	"strings"
	"time"

	"gatehouse/oauth"
)

// DecodedToken is a token as whoever holds it can read it.
type DecodedToken struct {
	Signature string         `json:"signature"` // one of the constants
	Why       string         `json:"why"`       // for people
	Header    map[string]any `json:"header"`
	Payload   map[string]any `json:"payload"`
}

// What is known of a token's signature.
const (
	SignatureGood      = "good"
	SignatureBad       = "bad"
	SignatureUnchecked = "not checked"
)

// Introspection is what is so of a token now, with the names of RFC 7662 where it has
// one. Moments are written like everywhere here.
type Introspection struct {
	Active   bool     `json:"active"`
	Why      string   `json:"why,omitempty"`  // it is not active, for people
	Kind     string   `json:"kind,omitempty"` // "access_token", "refresh_token"; empty: it is neither of ours
	Subject  string   `json:"sub,omitempty"`
	ClientID string   `json:"client_id,omitempty"`
	Audience []string `json:"aud,omitempty"`
	Scope    string   `json:"scope,omitempty"`
	Session  string   `json:"sid,omitempty"`
	ACR      string   `json:"acr,omitempty"`

	// What the person or the program may do by it now, where the token says so too.
	Roles       []string `json:"roles,omitempty"`
	Permissions []string `json:"permissions,omitempty"`
	Own         []string `json:"permissions_own,omitempty"`

	Issued  time.Time `json:"issued,omitzero"`
	Expires time.Time `json:"expires,omitzero"`
}

// OfAccessToken returns what an access token says, of which nobody says yet whether it
// is active.
func OfAccessToken(c *oauth.AccessClaims) Introspection {
	return Introspection{
		Kind: "access_token", Subject: c.Subject, ClientID: c.ClientID, Audience: c.Audience, Scope: c.Scope, Session: c.Session,
		ACR: c.ACR, Issued: c.IssuedAt(), Expires: time.Unix(c.Expires, 0).UTC(),
	}
}

// OfRefreshToken is OfAccessToken for a refresh token.
func OfRefreshToken(s oauth.RefreshState) Introspection {
	i := Introspection{
		Kind: "refresh_token", Subject: string(s.User), ClientID: string(s.Client), Scope: strings.Join(s.Scopes, " "), Session: string(s.Session),
		Audience: s.Audiences, Issued: s.Issued.UTC(), Expires: s.Expires.UTC(),
	}
	if s.User != "" {
		i.ACR = s.Level.String()
	}
	return i
}
