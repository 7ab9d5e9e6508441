package provider

import (
	"time"

	"github.com/ory/fosite"
	"github.com/ory/fosite/token/jwt"

	"gatehouse/keys"
	"gatehouse/oauth"
)

// grantSession is what the kernel carries between its handlers: who allowed
// what, and what was found out about it. The zero value is a client's own.
type grantSession struct {
	auth        oauth.Authorization
	requestedAt time.Time
	now         time.Time      // the tokens' iat: taken before anything is written
	extra       map[string]any // claims that the ID token was asked to carry

	expires [4]time.Time // one for each of expiryOf
	claims  *jwt.IDTokenClaims
	headers *jwt.Headers
}

// expiryOf finds a token type's place in expires; what is unknown has the last.
func expiryOf(t fosite.TokenType) int {
	switch t {
	case fosite.AccessToken:
		return 0
	case fosite.AuthorizeCode:
		return 1
	case fosite.RefreshToken:
		return 2
	}
	return 3
}

// SetExpiresAt implements fosite.Session.
func (s *grantSession) SetExpiresAt(t fosite.TokenType, at time.Time) { s.expires[expiryOf(t)] = at }

// GetExpiresAt implements fosite.Session.
func (s *grantSession) GetExpiresAt(t fosite.TokenType) time.Time { return s.expires[expiryOf(t)] }

// GetUsername implements fosite.Session.
func (s *grantSession) GetUsername() string { return "" }

// GetSubject implements fosite.Session.
func (s *grantSession) GetSubject() string { return string(s.auth.User) }

// Clone implements fosite.Session.
func (s *grantSession) Clone() fosite.Session {
	c := *s
	c.claims, c.headers = nil, nil
	return &c
}

// IDTokenClaims implements openid.Session: what the kernel's checks of prompt
// and max_age look at, and where it leaves the at_hash. Always the same pointer.
func (s *grantSession) IDTokenClaims() *jwt.IDTokenClaims {
	if s.claims == nil {
		s.claims = &jwt.IDTokenClaims{Subject: string(s.auth.User), AuthTime: s.auth.AuthTime, RequestedAt: s.requestedAt}
	}
	return s.claims
}

// IDTokenHeaders implements openid.Session. The kernel reads the size of the
// hash for at_hash from the end of this alg.
func (s *grantSession) IDTokenHeaders() *jwt.Headers {
	if s.headers == nil {
		s.headers = jwt.NewHeaders()
	}
	return s.headers
}

// hashFor tells the kernel which hash at_hash needs (OpenID Connect Core
// 3.1.3.6). Ed25519 goes with SHA-512 by convention, which its name does not say.
func (s *grantSession) hashFor(alg string) {
	if alg == keys.EdDSA {
		alg = "Ed512"
	}
	s.IDTokenHeaders().Add("alg", alg)
}
