package provider

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/oauth"
	"gatehouse/web"
)

// mountTokens registers what is done with tokens once they are given out.
func (p *Provider) mountTokens(api *web.Mux) {
	answer := func(h web.Handler) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if err := h(w, r); err != nil {
				p.writeRefusal(w, r, err)
			}
		}
	}
	api.HandleFunc("GET "+PathUserinfo, p.cors(answer(p.userinfo)))
	api.HandleFunc("POST "+PathUserinfo, p.cors(answer(p.userinfo)))
	api.HandleFunc("POST "+PathIntrospect, answer(p.introspect))
	api.HandleFunc("POST "+PathRevoke, p.cors(answer(p.revoke)))
	api.HandleFunc("OPTIONS "+PathUserinfo, p.preflight("GET, POST"))
	api.HandleFunc("OPTIONS "+PathRevoke, p.preflight("POST"))
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
	scopes := strings.Fields(t.claims.Scope)
	if !t.claims.ofPerson() || !slices.Contains(scopes, "openid") {
		e := bearerRefusal(http.StatusForbidden, "insufficient_scope", "The access token was not given for the scope openid.")
		e.challenge += `, scope="openid"`
		return e
	}
	client, err := p.clientOf(r.Context(), t)
	if err != nil {
		return err
	}
	claims, err := p.claimsOf(r.Context(), t, scopes)
	if err != nil {
		return err
	}
	return p.writeUserinfo(w, r, client, claims)
}

// verifyUnlessFlooded verifies the token of a request, and bounds how many bad
// ones one address may have us verify. Tokens known to be good are not bounded,
// and those that have expired or were revoked do not count: applications that
// try them once more do not lock out those behind the same address.
func (p *Provider) verifyUnlessFlooded(r *http.Request, token string) (*verified, error) {
	flood := "userinfo:" + web.InfoOf(r.Context()).IP
	known := p.verifier.known(token)
	if wait := p.blocked(r.Context(), flood); wait > 0 && !known {
		return nil, &fault.Error{Kind: fault.TooMany, Code: "userinfo.flood", Detail: "Too many bad access tokens from this address.", RetryAfter: wait}
	}
	t, err := p.verifier.verify(r.Context(), token)
	if errors.Is(err, errBadToken) {
		if !known && !errors.Is(err, errDeadToken) {
			p.countBad(r.Context(), flood)
		}
		return nil, bearerRefusal(http.StatusUnauthorized, "invalid_token", "The access token is invalid, expired or revoked.").because(err)
	}
	return t, err
}

// clientOf returns the client that the token was given to, if it may still act.
func (p *Provider) clientOf(ctx context.Context, t *verified) (*oauth.Client, error) {
	client, err := p.Registry.Client(ctx, id.Client(t.claims.ClientID))
	if fault.Is(err, fault.NotFound) || (err == nil && client.Disabled) {
		return nil, bearerRefusal(http.StatusUnauthorized, "invalid_token", "The application of this access token may not act any more.")
	}
	if err != nil {
		return nil, unavailable(err)
	}
	return client, nil
}

// claimsOf returns the claims that the token's scopes and the `claims`
// parameter behind it allow, sub always among them.
func (p *Provider) claimsOf(ctx context.Context, t *verified, scopes []string) (map[string]any, error) {
	claims, enabled, err := p.People.Claims(ctx, id.User(t.claims.Subject), scopes, t.claims.UserinfoClaims)
	if err != nil {
		return nil, unavailable(err)
	}
	if !enabled {
		return nil, bearerRefusal(http.StatusUnauthorized, "invalid_token", "The person of this access token may not sign in any more.")
	}
	answer := make(map[string]any, len(claims)+3)
	for name, value := range claims {
		answer[name] = value
	}
	answer["sub"] = t.claims.Subject
	return answer, nil
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

// bearerToken returns the access token of a request: from the Authorization
// header or from a posted form, never from the query, and never from two places
// (RFC 6750 section 2, RFC 9700 section 4.3.2).
func bearerToken(w http.ResponseWriter, r *http.Request) (string, error) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil || query.Has("access_token") {
		return "", bearerRefusal(http.StatusBadRequest, "invalid_request", "An access token does not belong in the query.")
	}
	fromHeader, err := headerToken(r.Header.Values("Authorization"))
	if err != nil {
		return "", err
	}
	fromForm, err := formToken(w, r)
	if err != nil {
		return "", err
	}
	switch {
	case fromHeader != "" && fromForm != "":
		return "", bearerRefusal(http.StatusBadRequest, "invalid_request", "The access token came in two ways.")
	case fromHeader == "" && fromForm == "":
		// RFC 6750 section 3.1: no error code in the challenge when there was no token at all.
		return "", &refusal{code: "invalid_token", description: "An access token is needed.", status: http.StatusUnauthorized, challenge: bearerRealm}
	}
	return fromHeader + fromForm, nil
}

func headerToken(values []string) (string, error) {
	if len(values) > 1 {
		return "", bearerRefusal(http.StatusBadRequest, "invalid_request", "There is more than one Authorization header.")
	}
	if len(values) == 0 {
		return "", nil
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return "", nil
	}
	token = strings.TrimLeft(token, " ")
	if token == "" || strings.ContainsAny(token, " ,\t") {
		return "", bearerRefusal(http.StatusBadRequest, "invalid_request", "The Authorization header is malformed.")
	}
	return token, nil
}

func formToken(w http.ResponseWriter, r *http.Request) (string, error) {
	if r.Method != http.MethodPost {
		return "", nil
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxParams)
	if err := r.ParseForm(); err != nil {
		return "", bearerRefusal(http.StatusBadRequest, "invalid_request", "The form could not be read.").because(err)
	}
	values := r.PostForm["access_token"]
	if len(values) > 1 || (len(values) == 1 && values[0] == "") {
		return "", bearerRefusal(http.StatusBadRequest, "invalid_request", "The form must hold one access token.")
	}
	return strings.Join(values, ""), nil
}

const bearerRealm = `Bearer realm="gatehouse"`

// bearerRefusal is a refusal with its challenge (RFC 6750 section 3).
func bearerRefusal(status int, code, description string) *refusal {
	return &refusal{
		code: code, description: description, status: status,
		challenge: bearerRealm + `, error="` + code + `", error_description="` + legal(description) + `"`,
	}
}

// unavailable says that something that had to be asked did not answer. It is
// 503 whatever the failure was: the client may try again, and learns nothing
// about the token.
func unavailable(err error) *refusal {
	wait := time.Second
	if f, ok := errors.AsType[*fault.Error](err); ok {
		wait = max(wait, f.RetryAfter)
	}
	return &refusal{code: "temporarily_unavailable", description: "The server cannot answer now. Try again in a moment.", status: http.StatusServiceUnavailable, retryAfter: wait, err: err}
}
