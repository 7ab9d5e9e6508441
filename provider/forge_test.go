package provider

import (
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"gatehouse/id"
	"gatehouse/keys"
	"gatehouse/oauth"
	"gatehouse/proof"
	"gatehouse/secret"
	"gatehouse/session"
	"gatehouse/setting"
	"gatehouse/web"
)

var errOnFire = errors.New("the disk is on fire")

// forge is a provider with its endpoints around the authorization and token
// endpoint: real keys, and the rest of the house in memory.
type forge struct {
	*Provider
	t        testing.TB
	ring     *keys.Ring
	signer   *countingSigner
	store    *memory
	registry *snapshot
	tokens   *oauth.Verifier
	protocol *knownSecrets
	people   *subjects
	sessions *signedIn
	pages    *pages
	limiter  *limiter
	mux      *web.Mux
}

func newForge(t testing.TB) *forge {
	t.Helper()
	ring := newRing(t)
	e := &forge{
		t: t, ring: ring, signer: &countingSigner{Ring: ring},
		store:    newMemory(),
		registry: &snapshot{clients: map[id.Client]*oauth.Client{}},
		people:   &subjects{enabled: true},
		sessions: &signedIn{live: map[string]session.Session{}},
		pages:    &pages{}, limiter: &limiter{counted: map[string]int{}},
	}
	for _, c := range []oauth.Client{
		{ID: "web", GrantTypes: []string{oauth.GrantCode, oauth.GrantRefresh}, Scopes: []string{"openid", "offline_access"}, Name: "Web", HomeURL: "https://web.example.test/", AuthMethod: oauth.AuthBasic, PostLogoutRedirectURIs: []string{"https://web.example.test/bye", "https://web.example.test/bye?from=gatehouse"}, RedirectURIs: []string{"https://web.example.test/cb"}},
		{ID: "api", AuthMethod: oauth.AuthPost},
		{ID: "other", Name: "Other", AuthMethod: oauth.AuthBasic, PostLogoutRedirectURIs: []string{"https://other.example.test/bye"}},
		{ID: "spy", AuthMethod: oauth.AuthBasic, Introspect: true},
		{ID: "inline", AuthMethod: oauth.AuthBasic, Permissions: oauth.PermissionsInline},
		{ID: "phone", AuthMethod: oauth.AuthNone},
		{ID: "signed", AuthMethod: oauth.AuthBasic, UserinfoAlg: keys.ES256},
		{ID: "spring", AuthMethod: oauth.AuthBasic, AccessTokenType: oauth.TypeJWT},
		{ID: "off", AuthMethod: oauth.AuthBasic, Disabled: true},
	} {
		e.registry.clients[c.ID] = &c
	}
	e.protocol = &knownSecrets{secretOf: func(id.Client) string { return sharedSecret }, Service: &oauth.Service{
		Store: e.store, Audit: e.store, Keeper: noSecrets{}, Config: setting.Always(oauth.DefaultConfig()), Registry: registryWith(e.store, e.registry),
		Issuer: testIssuer, Signer: e.signer, People: e.people, Ceiling: &policy{}, Grants: &servers{}, Codec: codec, MFA: setting.Always(proof.MFAAdministrators), Administrators: nobodyAdministers{},
	}}
	e.tokens = &oauth.Verifier{Issuer: testIssuer, Keys: e.signer, Registry: e.registry}
	e.Provider = &Provider{
		Issuer: testIssuer, Registry: e.registry, Protocol: e.protocol, Flow: noFlow{}, Sessions: e.sessions, People: e.people, Signer: e.signer, Tokens: e.tokens,
		Cookies: &web.Cookies{Secure: true, FormKey: make([]byte, 32), SessionAge: setting.Always(time.Hour)},
		Next:    nextPage, Show: shown, Pages: e.pages, Limiter: e.limiter, Scopes: func() []string { return nil }, Metrics: &metrics{}, Log: slog.New(slog.DiscardHandler),
		Notes: &oauth.Notes{}, Trials: &oauth.Trials{Issuer: testIssuer, Seals: secret.NewBox(make([]byte, 32))},
	}
	if err := e.Open(); err != nil {
		t.Fatal(err)
	}
	e.mux = web.NewMux(e.Log, web.RefuseWithProblem(testIssuer))
	e.Mount(e.mux)
	return e
}

// claims are those of a good access token of ada's for web.
func (e *forge) claims() oauth.AccessClaims {
	now := time.Now()
	return oauth.AccessClaims{
		Issuer: testIssuer, Subject: "usr_ada", Audience: []string{testIssuer, "api"}, ClientID: "web", ID: "jti-" + secret.Token(20),
		Issued: now.Unix(), Expires: now.Add(5 * time.Minute).Unix(), Scope: "openid profile", Session: "ses_1", Authorization: "aut_1",
		AuthTime: now.Add(-time.Minute).Unix(), ACR: "aal2", AMR: []string{"pwd", "otp", "mfa"},
	}
}

// token returns an access token of ada's, changed by the functions.
func (e *forge) token(change ...func(*oauth.AccessClaims)) string {
	e.t.Helper()
	c := e.claims()
	for _, f := range change {
		f(&c)
	}
	return e.sign(oauth.TypeAccessToken, c)
}

// idToken returns an ID token of ada's for web, changed by the functions.
func (e *forge) idToken(change ...func(map[string]any)) string {
	e.t.Helper()
	now := time.Now()
	c := map[string]any{
		"iss": testIssuer, "sub": "usr_ada", "aud": "web", "sid": "ses_1", "iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(),
	}
	for _, f := range change {
		f(c)
	}
	return e.sign("JWT", c)
}

func (e *forge) sign(typ string, claims any) string {
	e.t.Helper()
	payload, err := json.Marshal(claims)
	if err != nil {
		e.t.Fatal(err)
	}
	compact, err := e.ring.Sign(e.t.Context(), keys.ES256, typ, payload)
	if err != nil {
		e.t.Fatal(err)
	}
	return compact
}

// refresh stores a family of ada's for web and returns its current token and
// the one before it.
func (e *forge) refresh(change ...func(*oauth.Family, *oauth.Grounds)) (current, previous string) {
	name, bytes := id.NewFamily()
	now := time.Now().UTC()
	previous, before := codec.Mint(bytes, 1)
	current, hash := codec.Mint(bytes, 2)
	f := oauth.Family{
		ID: name, Authorization: oauth.Authorization{
			ID: "aut_" + id.Authorization(name), Client: "web", User: "usr_ada", Session: "ses_1", Scopes: []string{"openid", "offline_access"}, Audiences: []string{testIssuer},
			AuthTime: now.Add(-time.Hour), Level: proof.AAL1, AMR: []string{"pwd"},
		},
		Generation: 2, CurrentHash: hash, PreviousHash: before,
		Created: now.Add(-time.Hour), RotatedAt: now.Add(-time.Minute), IdleExpires: now.Add(time.Hour), Expires: now.Add(24 * time.Hour),
	}
	s := oauth.Grounds{UserEnabled: true, Consented: f.Scopes}
	for _, c := range change {
		c(&f, &s)
	}
	e.store.families[name], e.store.grounds[name] = f, s
	return current, previous
}

// do sends a request and returns the answer.
func (e *forge) do(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r = r.WithContext(web.WithInfo(r.Context(), &web.Info{ID: "req_test", IP: "192.0.2.1"}))
	e.mux.ServeHTTP(w, r)
	return w
}

// post posts a form as client, which authenticates as it is registered.
func (e *forge) post(path string, client id.Client, form url.Values) *httptest.ResponseRecorder {
	return e.do(e.request(path, client, form))
}

func (e *forge) request(path string, client id.Client, form url.Values) *http.Request {
	form = maps.Clone(form)
	c := e.registry.clients[client]
	if c.AuthMethod != oauth.AuthBasic {
		form.Set("client_id", string(client))
	}
	if c.AuthMethod == oauth.AuthPost {
		form.Set("client_secret", sharedSecret)
	}
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", formType)
	if c.AuthMethod == oauth.AuthBasic {
		r.SetBasicAuth(string(client), sharedSecret)
	}
	return r
}

func (e *forge) introspected(client id.Client, token string) map[string]any {
	e.t.Helper()
	w := e.post(PathIntrospect, client, url.Values{"token": {token}})
	if w.Code != http.StatusOK {
		e.t.Fatalf("introspection by %s = %d %s", client, w.Code, w.Body)
	}
	return body(e.t, w)
}

func (e *forge) getUserinfo(token string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, PathUserinfo, nil)
	r.Header.Set("Authorization", "Bearer "+token)
	return e.do(r)
}

func body(t testing.TB, w *httptest.ResponseRecorder) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &m); err != nil {
		t.Fatalf("the answer %d %q is not a JSON object: %v", w.Code, w.Body, err)
	}
	return m
}

const sharedSecret = "correct-secret"
