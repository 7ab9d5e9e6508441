package oauth

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"gatehouse/secret"
)

// The JOSE types of access tokens. TypeAccessToken is the standard's (RFC 9068
// section 2.1) and cannot be taken for an ID token; TypeJWT is for resource
// servers that know no other, one client at a time.
const (
	TypeAccessToken = "at+jwt"
	TypeJWT         = "JWT"
)

// TokenType is the JOSE type of the client's access tokens.
func (c *Client) TokenType() string { return cmp.Or(c.AccessTokenType, TypeAccessToken) }

// defaultAccessTokenAlg signs access tokens of clients that want no other.
const defaultAccessTokenAlg = "ES256"

// AccessClaims is the payload of an access token (RFC 9068 section 2.2).
type AccessClaims struct {
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
	// asked of the userinfo endpoint one by one. They travel in the token because
	// nothing else of a token is kept.
	UserinfoClaims []string `json:"uic,omitempty"`
	// Policy is the version of the policy by which it was made: who holds a feed of
	// losses tells by it which tokens are from before one.
	Policy uint64 `json:"pv"`
	Rights
}

// OfPerson reports whether the token speaks for a person, not for the client itself.
func (c *AccessClaims) OfPerson() bool { return c.Subject != c.ClientID }

// IssuedAt returns when the token was made, to the second.
func (c *AccessClaims) IssuedAt() time.Time { return time.Unix(c.Issued, 0).UTC() }

// accessToken makes an access token and says when it ends.
func (s *Service) accessToken(ctx context.Context, m *minting) (token string, expires int64, err error) {
	c := s.accessClaims(m)
	payload, err := json.Marshal(&c)
	if err != nil {
		return "", 0, fmt.Errorf("make access token: %w", err)
	}
	token, err = s.Signer.Sign(ctx, cmp.Or(m.client.AccessTokenAlg, defaultAccessTokenAlg), m.client.TokenType(), payload)
	if err != nil {
		return "", 0, fmt.Errorf("make access token: %w", err)
	}
	return token, c.Expires, nil
}

func (s *Service) accessClaims(m *minting) AccessClaims {
	name, life := string(m.client.ID), m.config.accessTTL(m.client)
	rights, until := m.rights(life)
	c := AccessClaims{
		Issuer: s.Issuer, Subject: name, Audience: m.targets, ClientID: name, ID: secret.Token(20),
		Issued: m.now.Unix(), Expires: m.allowed.expiry(m.now, life, until), Scope: strings.Join(m.allowed.Scopes, " "),
		Policy: m.allowed.Policy, Rights: rights,
	}
	a := m.authorization
	if a.User == "" {
		return c
	}
	c.Subject, c.Session, c.Authorization = string(a.User), string(a.Session), string(a.ID)
	c.AuthTime, c.ACR, c.AMR = a.AuthTime.Unix(), a.Level.String(), a.AMR
	c.UserinfoClaims = permitted(m.allowed.all, m.asked.userinfo())
	return c
}

// accessTTL is how long the client's access tokens live.
func (f *Config) accessTTL(c *Client) time.Duration {
	return min(cmp.Or(c.AccessTokenTTL, f.AccessTokenTTL), MaxAccessTokenTTL)
}
