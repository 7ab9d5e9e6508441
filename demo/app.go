package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"gatehouse/demo/look"

	"gatehouse/secret"
)

// app is a relying party: it hands sign-in over by redirect and keeps the
// tokens it gets on its own side, never in the browser.
type app struct {
	issuer, url string
	people      *Seeded

	connect sync.Mutex
	oidc    *oidc.Provider // discovered at the first sign-in

	mu       sync.Mutex
	visitors map[string]*visitor // by the app's own cookie
}

// visitor is one browser of the app's, signed in or on the way.
type visitor struct {
	mu                     sync.Mutex
	state, nonce, verifier string
	token                  *oauth2.Token
	idToken                string
	claims                 map[string]any // of the ID token
	profile                map[string]any // what userinfo says
	notice                 string
}

const appCookie = "demo_app"

// maxVisitors bounds the memory of an app that anybody on this machine may open.
const maxVisitors = 10_000

func newApp(issuer, url string, people *Seeded) http.Handler {
	a := &app{issuer: issuer, url: url, people: people, visitors: map[string]*visitor{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", a.home)
	mux.HandleFunc("GET /login", a.login)
	mux.HandleFunc("GET /callback", a.callback)
	mux.HandleFunc("POST /refresh", a.refresh)
	mux.HandleFunc("POST /userinfo", a.userinfo)
	mux.HandleFunc("POST /introspect", a.introspect)
	mux.HandleFunc("POST /revoke", a.revoke)
	mux.HandleFunc("POST /logout", a.logout)
	mux.HandleFunc("GET /codes", a.codes)
	mux.Handle("GET /app.css", http.FileServerFS(look.Files))
	mux.Handle("GET /shop.svg", http.FileServerFS(look.Files))
	return http.NewCrossOriginProtection().Handler(headers(mux))
}

func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// config discovers the provider once and returns what x/oauth2 needs.
func (a *app) config(ctx context.Context) (*oauth2.Config, *oidc.Provider, error) {
	a.connect.Lock()
	defer a.connect.Unlock()
	if a.oidc == nil {
		p, err := oidc.NewProvider(context.WithoutCancel(ctx), a.issuer)
		if err != nil {
			return nil, nil, err
		}
		a.oidc = p
	}
	endpoint := a.oidc.Endpoint()
	endpoint.AuthStyle = oauth2.AuthStyleInHeader // as registered; left open, x/oauth2 tries another after a refusal
	return &oauth2.Config{
		ClientID: string(ClientID), ClientSecret: a.people.ClientSecret, Endpoint: endpoint,
		RedirectURL: a.url + "/callback", Scopes: []string{oidc.ScopeOpenID, "profile", "email", oidc.ScopeOfflineAccess},
	}, a.oidc, nil
}

// visitor returns the browser's record, made when create is true.
func (a *app) visitor(w http.ResponseWriter, r *http.Request, create bool) *visitor {
	a.mu.Lock()
	defer a.mu.Unlock()
	if c, err := r.Cookie(appCookie); err == nil {
		if v := a.visitors[c.Value]; v != nil {
			return v
		}
	}
	if !create {
		return &visitor{}
	}
	if len(a.visitors) >= maxVisitors {
		clear(a.visitors)
	}
	v := &visitor{}
	a.name(w, v)
	return v
}

// name gives v a fresh cookie. The caller holds the lock.
func (a *app) name(w http.ResponseWriter, v *visitor) {
	name := secret.Token(32)
	a.visitors[name] = v
	http.SetCookie(w, &http.Cookie{Name: appCookie, Value: name, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

// renew gives v another cookie at the sign-in, so that a cookie which somebody
// planted before it opens nothing.
func (a *app) renew(w http.ResponseWriter, r *http.Request, v *visitor) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if c, err := r.Cookie(appCookie); err == nil {
		delete(a.visitors, c.Value)
	}
	a.name(w, v)
}

// login begins the authorization code flow with PKCE. The query may ask for a
// step-up (acr_values) or a prompt, to try them out.
func (a *app) login(w http.ResponseWriter, r *http.Request) {
	cfg, _, err := a.config(r.Context())
	if err != nil {
		a.fail(w, r, "Gatehouse could not be reached.", err)
		return
	}
	v := a.visitor(w, r, true)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.state, v.nonce, v.verifier = secret.Token(32), secret.Token(32), oauth2.GenerateVerifier()
	options := []oauth2.AuthCodeOption{oauth2.S256ChallengeOption(v.verifier), oidc.Nonce(v.nonce)}
	for _, name := range []string{"acr_values", "prompt", "max_age", "login_hint"} {
		if value := r.URL.Query().Get(name); value != "" {
			options = append(options, oauth2.SetAuthURLParam(name, value))
		}
	}
	http.Redirect(w, r, cfg.AuthCodeURL(v.state, options...), http.StatusSeeOther)
}

// callback checks the response (state, issuer, nonce) and redeems the code.
func (a *app) callback(w http.ResponseWriter, r *http.Request) {
	v := a.visitor(w, r, false)
	v.mu.Lock()
	defer v.mu.Unlock()
	q := r.URL.Query()
	state := v.state
	v.state = ""
	switch {
	case state == "" || !secret.Equal([]byte(state), []byte(q.Get("state"))):
		a.fail(w, r, "This answer does not belong to a sign-in that was begun in this browser.", nil)
		return
	case q.Get("iss") != a.issuer:
		a.fail(w, r, "This answer comes from another server.", nil)
		return
	case q.Get("error") != "":
		v.notice = refused(q.Get("error"))
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	if err := a.redeem(r.Context(), v, q.Get("code")); err != nil {
		a.fail(w, r, "The sign-in could not be completed.", err)
		return
	}
	a.renew(w, r, v)
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func (a *app) redeem(ctx context.Context, v *visitor, code string) error {
	cfg, provider, err := a.config(ctx)
	if err != nil {
		return err
	}
	token, err := cfg.Exchange(ctx, code, oauth2.VerifierOption(v.verifier))
	if err != nil {
		return err
	}
	if err := v.accept(ctx, provider, token, v.nonce); err != nil {
		return err
	}
	if err := v.introduce(ctx, provider); err != nil {
		v.forget()
		return err
	}
	return nil
}

// introduce asks who the person is: the ID token says no more than which. An
// answer about another one does not count (OpenID Connect Core section 5.3.2).
func (v *visitor) introduce(ctx context.Context, p *oidc.Provider) error {
	info, err := p.UserInfo(ctx, oauth2.StaticTokenSource(v.token))
	if err != nil {
		return err
	}
	profile := map[string]any{}
	if err := info.Claims(&profile); err != nil {
		return err
	}
	if info.Subject != v.claims["sub"] {
		return errors.New("userinfo speaks of somebody else")
	}
	v.profile = profile
	return nil
}

// forget leaves nothing of who signed in.
func (v *visitor) forget() {
	v.token, v.idToken, v.claims, v.profile, v.notice = nil, "", nil, nil, ""
}

// accept verifies the ID token and keeps what came with it.
func (v *visitor) accept(ctx context.Context, provider *oidc.Provider, token *oauth2.Token, nonce string) error {
	raw, _ := token.Extra("id_token").(string)
	verified, err := provider.Verifier(&oidc.Config{ClientID: string(ClientID)}).Verify(ctx, raw)
	if err != nil {
		return err
	}
	if nonce != "" && verified.Nonce != nonce {
		return errors.New("the ID token was made for another sign-in")
	}
	if err := verified.VerifyAccessToken(token.AccessToken); err != nil {
		return err
	}
	claims := map[string]any{}
	if err := verified.Claims(&claims); err != nil {
		return err
	}
	v.token, v.idToken, v.claims, v.notice = token, raw, claims, ""
	return nil
}

// signedIn runs act for a visitor who has tokens, and shows the outcome at home.
func (a *app) signedIn(w http.ResponseWriter, r *http.Request, act func(v *visitor, cfg *oauth2.Config, p *oidc.Provider) (string, error)) {
	v := a.visitor(w, r, false)
	v.mu.Lock()
	defer v.mu.Unlock()
	cfg, provider, err := a.config(r.Context())
	if err != nil {
		a.fail(w, r, "Gatehouse could not be reached.", err)
		return
	}
	if v.token != nil {
		notice, err := act(v, cfg, provider)
		if e, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
			notice = refused(e.ErrorCode)
		} else if err != nil {
			notice = "That did not work: " + err.Error()
		}
		v.notice = notice
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// refused says what a registered code of an error means here.
func refused(code string) string {
	switch code {
	case "access_denied":
		return "You were not let in (access_denied): you did not allow it, or lack what the shop asks for."
	case "invalid_grant":
		return "The shop's access has ended (invalid_grant). Sign out, and sign in again."
	}
	return "Gatehouse said no: " + code
}

func (a *app) refresh(w http.ResponseWriter, r *http.Request) {
	a.signedIn(w, r, func(v *visitor, cfg *oauth2.Config, p *oidc.Provider) (string, error) {
		// An empty access token makes x/oauth2 refresh at once.
		token, err := cfg.TokenSource(r.Context(), &oauth2.Token{RefreshToken: v.token.RefreshToken}).Token()
		if err != nil {
			return "", err
		}
		return "Refreshed: a new access token and a new refresh token.", v.accept(r.Context(), p, token, "")
	})
}

func (a *app) userinfo(w http.ResponseWriter, r *http.Request) {
	a.signedIn(w, r, func(v *visitor, cfg *oauth2.Config, p *oidc.Provider) (string, error) {
		if err := v.introduce(r.Context(), p); err != nil {
			return "", err
		}
		return "Userinfo: " + compact(v.profile), nil
	})
}

func (a *app) introspect(w http.ResponseWriter, r *http.Request) {
	a.signedIn(w, r, func(v *visitor, _ *oauth2.Config, p *oidc.Provider) (string, error) {
		body, err := a.post(r.Context(), p, "introspection_endpoint", v.token.AccessToken)
		return "Introspection: " + string(body), err
	})
}

func (a *app) revoke(w http.ResponseWriter, r *http.Request) {
	a.signedIn(w, r, func(v *visitor, _ *oauth2.Config, p *oidc.Provider) (string, error) {
		_, err := a.post(r.Context(), p, "revocation_endpoint", v.token.RefreshToken)
		return "Revoked: the refresh token and every access token of this sign-in are dead.", err
	})
}

// post sends a token to an endpoint that discovery names, as the client.
func (a *app) post(ctx context.Context, p *oidc.Provider, endpoint, token string) ([]byte, error) {
	metadata := map[string]any{}
	if err := p.Claims(&metadata); err != nil {
		return nil, err
	}
	target, _ := metadata[endpoint].(string)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, strings.NewReader(url.Values{"token": {token}}.Encode()))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(string(ClientID), a.people.ClientSecret)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("the endpoint answered %s", resp.Status)
	}
	return body, err
}

// logout forgets the tokens here and ends the session there.
func (a *app) logout(w http.ResponseWriter, r *http.Request) {
	_, provider, err := a.config(r.Context())
	if err != nil {
		a.fail(w, r, "Gatehouse could not be reached.", err)
		return
	}
	metadata := map[string]any{}
	_ = provider.Claims(&metadata) // it was read by discovery already
	target, _ := metadata["end_session_endpoint"].(string)
	v := a.visitor(w, r, false)
	v.mu.Lock()
	defer v.mu.Unlock()
	hint := v.idToken
	v.forget()
	http.Redirect(w, r, target+"?"+url.Values{"id_token_hint": {hint}, "post_logout_redirect_uri": {a.url + "/"}}.Encode(), http.StatusSeeOther)
}
