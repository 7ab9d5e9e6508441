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
	"gatehouse/id"
	"gatehouse/oauth"
	"gatehouse/web"
)

// mountUserinfo registers userinfo.
func (p *Provider) mountUserinfo(api *web.Mux) {
	api.HandleFunc("GET "+PathUserinfo, p.cors(p.answer(p.userinfo)))
	api.HandleFunc("POST "+PathUserinfo, p.cors(p.answer(p.userinfo)))
	api.HandleFunc("OPTIONS "+PathUserinfo, p.preflight("GET, POST"))
}

// userinfo answers with the claims of the person that the access token speaks
// for (OpenID Connect Core 5.3).
//
// Unlike other resources it does not ask whether the token's audience names
// this server: the scope openid is what lets a token be used here, and clients
// may have audiences of their own.
func (p *Provider) userinfo(w http.ResponseWriter, r *http.Request) error {
	token, err := bearerToken(w, r)
	if err != nil {
		return err
	}
	t, err := p.verifyUnlessFlooded(r, token)
	if err != nil {
		return err
	}
	scopes := strings.Fields(t.Claims.Scope)
	if !t.Claims.OfPerson() || !slices.Contains(scopes, "openid") {
		e := bearerRefusal(http.StatusForbidden, "insufficient_scope", "The access token was not given for the scope openid.")
		e.challenge += `, scope="openid"`
		return e
	}
	client, err := p.clientOf(r.Context(), t)
	if err != nil {
		return err
	}
	now, err := p.Protocol.Worth(r.Context(), client, &t.Claims)
	if err != nil {
		return unavailable(err)
	}
	if !now.Active {
		return bearerRefusal(http.StatusUnauthorized, "invalid_token", "The access token is suspended.")
	}
	claims, err := p.claimsOf(r.Context(), client, t)
	if err != nil {
		return err
	}
	return p.writeUserinfo(w, r, client, claims)
}

// verifyUnlessFlooded verifies the token of a request, and bounds how many bad
// ones one address may have us verify. Tokens known to be good are not bounded,
// and those that have expired or were revoked do not count: applications that
// try them once more do not lock out those behind the same address.
func (p *Provider) verifyUnlessFlooded(r *http.Request, token string) (*oauth.AccessToken, error) {
	flood := "userinfo:" + id.Network(web.InfoOf(r.Context()).IP)
	known := p.Tokens.Known(token)
	if wait := p.flood.Blocked(r.Context(), flood); wait > 0 && !known {
		return nil, &fault.Error{Kind: fault.TooMany, Code: "userinfo.flood", Detail: "Too many bad access tokens from this address.", RetryAfter: wait}
	}
	t, err := p.Tokens.Verify(r.Context(), token)
	if errors.Is(err, oauth.ErrBadToken) {
		if !known && !errors.Is(err, oauth.ErrDeadToken) {
			p.flood.Count(r.Context(), flood)
		}
		return nil, bearerRefusal(http.StatusUnauthorized, "invalid_token", "The access token is invalid, expired or revoked.").because(err)
	}
	return t, err
}

// clientOf returns the client that the token was given to, if it may still act.
func (p *Provider) clientOf(ctx context.Context, t *oauth.AccessToken) (*oauth.Client, error) {
	client, err := p.Registry.Client(ctx, id.Client(t.Claims.ClientID))
	if fault.Is(err, fault.NotFound) || (err == nil && client.Disabled) {
		return nil, bearerRefusal(http.StatusUnauthorized, "invalid_token", "The application of this access token may not act any more.")
	}
	if err != nil {
		return nil, unavailable(err)
	}
	return client, nil
}

// claimsOf returns what the client is told of the person behind the token.
func (p *Provider) claimsOf(ctx context.Context, client *oauth.Client, t *oauth.AccessToken) (map[string]any, error) {
	claims, enabled, err := p.Protocol.Userinfo(ctx, client, &t.Claims, time.Now())
	if err != nil {
		return nil, unavailable(err)
	}
	if !enabled {
		return nil, bearerRefusal(http.StatusUnauthorized, "invalid_token", "The person of this access token may not sign in any more.")
	}
	return claims, nil
}

// writeUserinfo answers in JSON, or signed if the client wants it so (OpenID
// Connect Core 5.3.2). The signed answer has no exp and no nonce, so that it
// can never pass for an ID token.
func (p *Provider) writeUserinfo(w http.ResponseWriter, r *http.Request, client *oauth.Client, claims map[string]any) error {
	contentType := "application/json"
	if client.UserinfoAlg != "" {
		claims["iss"], claims["aud"] = p.Issuer, string(client.ID)
		contentType = "application/jwt"
	}
	body, err := json.Marshal(claims)
	if err != nil {
		return fmt.Errorf("encode userinfo: %w", err)
	}
	if client.UserinfoAlg != "" {
		compact, err := p.Signer.Sign(r.Context(), client.UserinfoAlg, "JWT", body)
		if err != nil {
			return fmt.Errorf("sign userinfo: %w", err)
		}
		body = []byte(compact)
	}
	noStore(w.Header())
	w.Header().Set("Content-Type", contentType)
	_, _ = w.Write(body) // the client has gone if this fails
	return nil
}
