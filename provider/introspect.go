package provider

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"gatehouse/fault"
	"gatehouse/oauth"
	"gatehouse/secret"
)

// introspect tells a client about a token (RFC 7662). Who may know nothing of
// the token, and who asks about something that is no token, get the same answer.
func (p *Provider) introspect(w http.ResponseWriter, r *http.Request) error {
	client, token, err := p.tokenRequest(w, r)
	if err != nil {
		return err
	}
	if client.Public() {
		return &refusal{code: "invalid_client", description: "A public client may not introspect tokens.", status: http.StatusUnauthorized, challenge: basicRealm}
	}
	answer, err := p.introspection(r.Context(), client, token)
	if err != nil {
		return err
	}
	h := w.Header()
	h["Content-Type"], h["Cache-Control"], h["Pragma"] = jsonType, noStoreValue, noCacheValue
	_, _ = w.Write(answer) // the client has gone if this fails
	return nil
}

// Shared values spare an allocation for each header of each answer; nobody may
// append to them.
var (
	jsonType     = []string{"application/json"}
	noStoreValue = []string{"no-store"}
	noCacheValue = []string{"no-cache"}
	inactive     = []byte(`{"active":false}`)
)

// tokenRequest reads what introspection and revocation share: a client that
// proves who it is, and one token, both in the body. The token_type_hint is
// not needed: our tokens tell their kind.
func (p *Provider) tokenRequest(w http.ResponseWriter, r *http.Request) (*oauth.Client, string, error) {
	form, err := readForm(w, r)
	if err != nil {
		return nil, "", err
	}
	client, err := p.authenticateClient(r)
	if err != nil {
		return nil, "", err
	}
	token := form.Get("token")
	if token == "" {
		return nil, "", refuse("invalid_request", "The parameter token is missing.")
	}
	return client, token, nil
}

func (p *Provider) introspection(ctx context.Context, client *oauth.Client, token string) ([]byte, error) {
	if refresh, err := p.Refresh.Parse(token); err == nil {
		return p.refreshIntrospection(ctx, client, refresh)
	}
	t, err := p.verifier.verify(ctx, token)
	if errors.Is(err, errBadToken) {
		return inactive, nil
	}
	if err != nil {
		return nil, err
	}
	if !mayKnow(client, &t.claims) {
		return inactive, nil
	}
	return t.answer, nil
}

// mayKnow reports whether the client may learn about an access token: it is
// meant for it, was given to it, or the client may introspect everything.
func mayKnow(client *oauth.Client, c *accessClaims) bool {
	return client.Introspect || c.ClientID == string(client.ID) || slices.Contains(c.Audience, string(client.ID))
}

// introspectionAnswer holds the registered members (RFC 7662 section 2.2 and
// RFC 9470 section 6.2). A refresh token has no token_type, so that nobody
// takes it for an access token.
type introspectionAnswer struct {
	Active    bool     `json:"active"`
	TokenType string   `json:"token_type,omitempty"`
	Issuer    string   `json:"iss"`
	Subject   string   `json:"sub"`
	Audience  []string `json:"aud"`
	ClientID  string   `json:"client_id"`
	ID        string   `json:"jti,omitempty"`
	Issued    int64    `json:"iat"`
	Expires   int64    `json:"exp"`
	Scope     string   `json:"scope,omitempty"`
	Session   string   `json:"sid,omitempty"`
	AuthTime  int64    `json:"auth_time,omitempty"`
	ACR       string   `json:"acr,omitempty"`
	AMR       []string `json:"amr,omitempty"`
}

// introspectionOf returns the answer for an access token that is alive.
func introspectionOf(c *accessClaims) ([]byte, error) {
	body, err := json.Marshal(introspectionAnswer{
		Active: true, TokenType: "Bearer", Issuer: c.Issuer, Subject: c.Subject, Audience: c.Audience, ClientID: c.ClientID,
		ID: c.ID, Issued: c.Issued, Expires: c.Expires, Scope: c.Scope, Session: c.Session, AuthTime: c.AuthTime, ACR: c.ACR, AMR: c.AMR,
	})
	if err != nil {
		return nil, fmt.Errorf("encode introspection: %w", err)
	}
	return body, nil
}

// refreshIntrospection answers about a refresh token, to the client that it was
// given to and nobody else: to any other it must look like no token at all.
func (p *Provider) refreshIntrospection(ctx context.Context, client *oauth.Client, token oauth.RefreshToken) ([]byte, error) {
	now := time.Now().UTC()
	family, standing, err := p.Store.Family(ctx, token.Family, now)
	if fault.Is(err, fault.NotFound) {
		return inactive, nil
	}
	if err != nil {
		return nil, unavailable(err)
	}
	if family.Client != client.ID || !secret.Equal(family.CurrentHash, token.SecretHash) || !familyAlive(&family, &standing, now) {
		return inactive, nil
	}
	body, err := json.Marshal(introspectionAnswer{
		Active: true, Issuer: p.Issuer, Subject: string(family.User), Audience: []string{p.Issuer}, ClientID: string(family.Client),
		Issued: lastMinted(&family).Unix(), Expires: earlier(family.IdleExpires, family.Expires).Unix(), Scope: strings.Join(family.Scopes, " "),
		Session: string(family.Session), AuthTime: family.AuthTime.Unix(), ACR: family.Level.String(), AMR: family.AMR,
	})
	if err != nil {
		return nil, fmt.Errorf("encode introspection: %w", err)
	}
	return body, nil
}

// familyAlive reports whether a refresh with the family's current token could
// still bring something.
func familyAlive(f *oauth.Family, s *oauth.Standing, now time.Time) bool {
	if !f.RevokedAt.IsZero() || !now.Before(f.IdleExpires) || !now.Before(f.Expires) {
		return false
	}
	return s.UserEnabled && !s.SessionRevoked && (f.Offline || !s.SessionExpired)
}

func lastMinted(f *oauth.Family) time.Time {
	if f.RotatedAt.After(f.Created) {
		return f.RotatedAt
	}
	return f.Created
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
