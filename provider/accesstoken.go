package provider

import "time"

// accessClaims is the payload of an access token (RFC 9068 section 2.2). It is
// signed with typ at+jwt.
type accessClaims struct {
	Issuer        string   `json:"iss"`
	Subject       string   `json:"sub"`
	Audience      []string `json:"aud"`
	ClientID      string   `json:"client_id"`
	ID            string   `json:"jti"`
	Issued        int64    `json:"iat"`
	Expires       int64    `json:"exp"`
	Scope         string   `json:"scope,omitempty"`
	Session       string   `json:"sid,omitempty"` // the browser session; absent for client_credentials
	Authorization string   `json:"azn,omitempty"` // the authorization it comes from
	AuthTime      int64    `json:"auth_time,omitempty"`
	ACR           string   `json:"acr,omitempty"`
	AMR           []string `json:"amr,omitempty"`
	// UserinfoClaims are the standard claims that the authorization request
	// asked of the userinfo endpoint one by one: parseClaims(…).userinfo().
	// They travel in the token because nothing else of a token is kept.
	UserinfoClaims []string `json:"uic,omitempty"`
}

// typAccess is the JOSE type of access tokens (RFC 9068 section 2.1).
const typAccess = "at+jwt"

// ofPerson reports whether the token speaks for a person, not for the client itself.
func (c *accessClaims) ofPerson() bool { return c.Subject != c.ClientID }

func (c *accessClaims) issuedAt() time.Time { return time.Unix(c.Issued, 0).UTC() }
