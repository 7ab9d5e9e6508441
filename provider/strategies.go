package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ory/fosite"

	"gatehouse/keys"
	"gatehouse/oauth"
	"gatehouse/secret"
)

// The scopes with a meaning of their own (OpenID Connect Core 5.4 and 11).
const (
	scopeOpenID  = "openid"
	scopeOffline = "offline_access"
)

// personScopes speak of a person; no client can have them for itself.
var personScopes = []string{scopeOpenID, "profile", "email", "address", "phone", scopeOffline}

// strategies makes codes and tokens for the kernel.
type strategies struct{ p *Provider }

// GenerateAuthorizeCode returns a code of 256 random bits and the hash that
// stands for it.
func (s *strategies) GenerateAuthorizeCode(context.Context, fosite.Requester) (code, signature string, err error) {
	code = secret.Token(32)
	return code, signatureOf(code), nil
}

// AuthorizeCodeSignature returns the hash that stands for a code.
func (s *strategies) AuthorizeCodeSignature(_ context.Context, code string) string {
	return signatureOf(code)
}

// ValidateAuthorizeCode has nothing to add: a code is known by its hash or not
// at all, and the bridge looks at its expiry.
func (s *strategies) ValidateAuthorizeCode(context.Context, fosite.Requester, string) error {
	return nil
}

// GenerateAccessToken returns an access token for the request (RFC 9068). It
// has no signature of its own, because nothing is stored for it.
func (s *strategies) GenerateAccessToken(ctx context.Context, request fosite.Requester) (token, signature string, err error) {
	client := request.GetClient().(*kernelClient).Client
	c := s.p.accessClaims(client, request.GetSession().(*grantSession), request.GetGrantedScopes())
	payload, err := json.Marshal(&c)
	if err != nil {
		return "", "", fmt.Errorf("make access token: %w", err)
	}
	token, err = s.p.Signer.Sign(ctx, accessAlg(client), typAccess, payload)
	if err != nil {
		return "", "", fmt.Errorf("make access token: %w", err)
	}
	return token, "", nil
}

func accessAlg(c *oauth.Client) string {
	if c.AccessTokenAlg == "" {
		return keys.ES256
	}
	return c.AccessTokenAlg
}

func (p *Provider) accessClaims(client *oauth.Client, s *grantSession, scopes []string) accessClaims {
	c := accessClaims{
		Issuer: p.Issuer, Subject: string(client.ID), Audience: p.audiences(client), ClientID: string(client.ID),
		ID: secret.Token(20), Issued: s.now.Unix(), Scope: strings.Join(scopes, " "),
	}
	c.Expires = c.Issued + int64(p.accessTTL(client)/time.Second)
	if a := &s.auth; a.User != "" {
		c.Subject, c.Session, c.Authorization = string(a.User), string(a.Session), string(a.ID)
		c.AuthTime, c.ACR, c.AMR = a.AuthTime.Unix(), a.Level.String(), a.AMR
		if len(a.Audiences) > 0 {
			c.Audience = a.Audiences
		}
		if asked, err := parseClaims(a.Claims); err == nil { // it was read before it was stored
			c.UserinfoClaims = permitted(client, asked.userinfo())
		}
	}
	return c
}

// audiences is what the client's access tokens are for.
func (p *Provider) audiences(c *oauth.Client) []string {
	if len(c.Audiences) == 0 {
		return []string{p.Issuer}
	}
	return c.Audiences
}

// accessTTL is how long the client's access tokens live.
func (p *Provider) accessTTL(c *oauth.Client) time.Duration {
	ttl := c.AccessTokenTTL
	if ttl <= 0 {
		ttl = p.Config.AccessTokenTTL
	}
	return min(ttl, oauth.MaxAccessTokenTTL)
}

// ValidateAccessToken is not used: see verifier.
func (s *strategies) ValidateAccessToken(context.Context, fosite.Requester, string) error {
	return errUnused
}

// AccessTokenSignature is not used: access tokens are not stored.
func (s *strategies) AccessTokenSignature(context.Context, string) string { return "" }

// GenerateRefreshToken is not used: codeGrant and refreshGrant make them.
func (s *strategies) GenerateRefreshToken(context.Context, fosite.Requester) (token, signature string, err error) {
	return "", "", errUnused
}

// ValidateRefreshToken is not used: see refreshGrant.
func (s *strategies) ValidateRefreshToken(context.Context, fosite.Requester, string) error {
	return errUnused
}

// RefreshTokenSignature is not used: see refreshGrant.
func (s *strategies) RefreshTokenSignature(context.Context, string) string { return "" }

// idClaims is the payload of an ID token (OpenID Connect Core 2): what the
// client needs to know about the sign-in, and nothing about the person that it
// did not ask for here.
type idClaims struct {
	Issuer   string   `json:"iss"`
	Subject  string   `json:"sub"`
	Audience string   `json:"aud"`
	Expires  int64    `json:"exp"`
	Issued   int64    `json:"iat"`
	AuthTime int64    `json:"auth_time"`
	Nonce    string   `json:"nonce,omitempty"`
	ACR      string   `json:"acr,omitempty"`
	AMR      []string `json:"amr,omitempty"`
	Session  string   `json:"sid"`
	Hash     string   `json:"at_hash,omitempty"`
}

// GenerateIDToken returns the ID token for the request. The kernel has left the
// at_hash in the session.
func (s *strategies) GenerateIDToken(ctx context.Context, _ time.Duration, request fosite.Requester) (string, error) {
	client, session := request.GetClient().(*kernelClient).Client, request.GetSession().(*grantSession)
	a := &session.auth
	c := idClaims{
		Issuer: s.p.Issuer, Subject: string(a.User), Audience: string(client.ID),
		Issued: session.now.Unix(), AuthTime: a.AuthTime.Unix(), Nonce: a.Nonce, ACR: a.Level.String(), AMR: a.AMR,
		Session: string(a.Session), Hash: session.IDTokenClaims().AccessTokenHash,
	}
	c.Expires = c.Issued + int64(s.p.Config.IDTokenTTL/time.Second)
	payload, err := c.with(session.extra)
	if err != nil {
		return "", fmt.Errorf("make ID token: %w", err)
	}
	token, err := s.p.Signer.Sign(ctx, idAlg(client), "JWT", payload)
	if err != nil {
		return "", fmt.Errorf("make ID token: %w", err)
	}
	return token, nil
}

func idAlg(c *oauth.Client) string {
	if c.IDTokenAlg == "" {
		return keys.RS256
	}
	return c.IDTokenAlg
}

// with returns the payload, with the standard claims among extra. None of them
// can take the place of a claim about the sign-in.
func (c *idClaims) with(extra map[string]any) ([]byte, error) {
	payload, err := json.Marshal(c)
	if err != nil || len(extra) == 0 {
		return payload, err
	}
	all := make(map[string]any, len(extra)+11)
	for name, value := range extra {
		if slices.Contains(standardClaims, name) {
			all[name] = value
		}
	}
	own := map[string]json.RawMessage{}
	if err := json.Unmarshal(payload, &own); err != nil {
		return nil, err
	}
	for name, value := range own {
		all[name] = value
	}
	return json.Marshal(all)
}
