package oauth

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// defaultIDTokenAlg signs ID tokens of clients that want no other (OpenID
// Connect Core 2: RS256 is what every client knows).
const defaultIDTokenAlg = "RS256"

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

// idToken makes the ID token that goes with an access token.
func (s *Service) idToken(ctx context.Context, m *minting, access string) (string, error) {
	alg := cmp.Or(m.client.IDTokenAlg, defaultIDTokenAlg)
	payload, err := s.idPayload(m, hashFor(alg, access))
	if err != nil {
		return "", fmt.Errorf("make ID token: %w", err)
	}
	token, err := s.Signer.Sign(ctx, alg, "JWT", payload)
	if err != nil {
		return "", fmt.Errorf("make ID token: %w", err)
	}
	return token, nil
}

// idPayload is what an ID token says; hash is its at_hash.
func (s *Service) idPayload(m *minting, hash string) ([]byte, error) {
	a := m.authorization
	c := idClaims{
		Issuer: s.Issuer, Subject: string(a.User), Audience: string(m.client.ID),
		Issued: m.now.Unix(), Expires: m.now.Unix() + int64(m.config.IDTokenTTL/time.Second),
		AuthTime: a.AuthTime.Unix(), Nonce: a.Nonce, ACR: a.Level.String(), AMR: a.AMR, Session: string(a.Session), Hash: hash,
	}
	if end := m.told.until; !end.IsZero() {
		c.Expires = min(c.Expires, end.Unix())
	}
	return c.with(m.claims, m.told.claims)
}

// hashFor is the at_hash of an ID token that alg signs (OpenID Connect Core
// 3.1.3.6). Ed25519 goes with SHA-512 by convention, which its name does not say.
func hashFor(alg, access string) string {
	if alg == "EdDSA" {
		sum := sha512.Sum512([]byte(access))
		return base64.RawURLEncoding.EncodeToString(sum[:sha512.Size/2])
	}
	sum := sha256.Sum256([]byte(access))
	return base64.RawURLEncoding.EncodeToString(sum[:sha256.Size/2])
}

// with returns the payload, with the standard claims among extra and what else is
// told. None of them can take the place of a claim about the sign-in.
func (c *idClaims) with(extra, told map[string]any) ([]byte, error) {
	payload, err := json.Marshal(c)
	if err != nil || len(extra)+len(told) == 0 {
		return payload, err
	}
	all := make(map[string]any, len(extra)+len(told)+11)
	for name, value := range extra {
		if slices.Contains(StandardClaims, name) {
			all[name] = value
		}
	}
	for name, value := range told {
		if !reserved(name) {
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
