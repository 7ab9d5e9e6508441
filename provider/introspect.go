package provider

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/oauth"
	"gatehouse/web"
)

// mountIntrospect registers token introspection. No script of a browser has
// business with it.
func (p *Provider) mountIntrospect(api *web.Mux) {
	api.HandleFunc("POST "+PathIntrospect, p.answer(p.introspect))
}

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

var inactive = []byte(`{"active":false}`)

func (p *Provider) introspection(ctx context.Context, client *oauth.Client, token string) ([]byte, error) {
	if refresh, ok := p.Protocol.ReadRefresh(token); ok {
		return p.refreshIntrospection(ctx, client, refresh)
	}
	t, err := p.Tokens.Verify(ctx, token)
	if errors.Is(err, oauth.ErrBadToken) {
		return inactive, nil
	}
	if err != nil {
		return nil, err
	}
	may, err := p.Protocol.MayKnow(ctx, client, &t.Claims)
	if err != nil {
		return nil, unavailable(err)
	}
	if !may {
		return inactive, nil
	}
	return p.worth(ctx, t)
}

// worth is the answer about an access token that is alive, by the policy of now.
// Most tokens say nothing that a policy could change, and their answer lies ready.
func (p *Provider) worth(ctx context.Context, t *oauth.AccessToken) ([]byte, error) {
	of, err := p.Registry.Client(ctx, id.Client(t.Claims.ClientID))
	if fault.Is(err, fault.NotFound) {
		return inactive, nil
	}
	if err != nil {
		return nil, unavailable(err)
	}
	now, err := p.Protocol.Worth(ctx, of, &t.Claims)
	if err != nil {
		return nil, unavailable(err)
	}
	if !now.Active {
		return inactive, nil
	}
	scope := strings.Join(now.Scopes, " ")
	if scope == t.Claims.Scope && now.Rights.None() && t.Claims.Rights.None() {
		return t.Told(unchanged)
	}
	c := t.Claims
	c.Scope, c.Rights = scope, now.Rights
	return introspectionOf(&c, now.Policy)
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
	oauth.Rights
	// Policy is the version that the rights are of, not the token's: who hears the feed
	// knows by it an answer from before a loss.
	Policy uint64 `json:"pv,omitempty"`
}

// unchanged is the answer for a token that says all that there is to say.
func unchanged(c *oauth.AccessClaims) ([]byte, error) { return introspectionOf(c, 0) }

// introspectionOf returns the answer for an access token that is alive, by a version
// of the policy.
func introspectionOf(c *oauth.AccessClaims, policy uint64) ([]byte, error) {
	body, err := json.Marshal(introspectionAnswer{
		Active: true, TokenType: "Bearer", Issuer: c.Issuer, Subject: c.Subject, Audience: c.Audience, ClientID: c.ClientID,
		ID: c.ID, Issued: c.Issued, Expires: c.Expires, Scope: c.Scope, Session: c.Session, AuthTime: c.AuthTime, ACR: c.ACR, AMR: c.AMR,
		Rights: c.Rights, Policy: policy,
	})
	if err != nil {
		return nil, fmt.Errorf("encode introspection: %w", err)
	}
	return body, nil
}

// refreshIntrospection answers about a refresh token, to the client that it was
// given to and nobody else: to any other it must look like no token at all.
func (p *Provider) refreshIntrospection(ctx context.Context, client *oauth.Client, token oauth.RefreshToken) ([]byte, error) {
	t, ok, err := p.Protocol.InspectRefresh(ctx, client, token)
	if err != nil {
		return nil, unavailable(err)
	}
	if !ok {
		return inactive, nil
	}
	body, err := json.Marshal(introspectionAnswer{
		Active: true, Issuer: p.Issuer, Subject: string(t.User), Audience: []string{p.Issuer}, ClientID: string(t.Client),
		Issued: t.Issued.Unix(), Expires: t.Expires.Unix(), Scope: strings.Join(t.Scopes, " "),
		Session: string(t.Session), AuthTime: t.AuthTime.Unix(), ACR: t.Level.String(), AMR: t.AMR,
	})
	if err != nil {
		return nil, fmt.Errorf("encode introspection: %w", err)
	}
	return body, nil
}
