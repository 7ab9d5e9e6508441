package provider

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"gatehouse/flow"
	"gatehouse/id"
	"gatehouse/keys"
	"gatehouse/oauth"
	"gatehouse/proof"
	"gatehouse/secret"
	"gatehouse/session"
	"gatehouse/setting"
	"gatehouse/web"
)

// door is a provider with its authorization and token endpoint: real keys, the
// real sign-in machine, and a store in memory that keeps the contract of
// oauth.Store. Ada is signed in unless the test says otherwise.
type door struct {
	*Provider
	t        testing.TB
	ring     *keys.Ring
	store    *memory
	registry *snapshot
	people   *people
	protocol *knownSecrets
	limiter  *limiter
	pages    *lastPage
	metrics  *metrics
	sessions *browsers
	mux      *web.Mux
	cookies  map[string]string
	bound    []string // scopes that are bound to permissions
}

const (
	testIssuer   = "https://id.example.test"
	testCallback = "https://web.example.test/cb"
	testVerifier = "the-verifier-has-at-least-forty-three-characters"
	sessionName  = "__Host-gatehouse_session"
	browserName  = "__Host-gatehouse_browser"
)

var testScopes = []string{"openid", "profile", "email", "offline_access", "orders:read"}

func newDoor(t testing.TB) *door {
	t.Helper()
	ring := newRing(t)
	d := &door{
		t: t, ring: ring, store: newMemory(), registry: &snapshot{clients: map[id.Client]*oauth.Client{}},
		people: &people{enabled: true}, limiter: &limiter{counted: map[string]int{}}, pages: &lastPage{}, metrics: &metrics{}, cookies: map[string]string{},
	}
	all := []string{oauth.GrantCode, oauth.GrantRefresh, oauth.GrantClient}
	for _, c := range []oauth.Client{
		{ID: "web", Name: "Web", HomeURL: "https://web.example.test/", AuthMethod: oauth.AuthBasic, SkipConsent: true},
		{ID: "other", AuthMethod: oauth.AuthBasic, SkipConsent: true},
		{ID: "posting", AuthMethod: oauth.AuthPost, SkipConsent: true},
		{ID: "either", AuthMethod: oauth.AuthSecret, SkipConsent: true},
		{ID: "phone", AuthMethod: oauth.AuthNone, SkipConsent: true},
		{ID: "asking", AuthMethod: oauth.AuthBasic},
		{ID: "strict", AuthMethod: oauth.AuthBasic, SkipConsent: true, PKCE: oauth.PKCERequired},
		{ID: "plain", AuthMethod: oauth.AuthBasic, SkipConsent: true, Scopes: []string{"orders:read"}},
		{ID: "old", AuthMethod: oauth.AuthBasic, SkipConsent: true, PKCE: oauth.PKCEOff},
		{ID: "still", AuthMethod: oauth.AuthBasic, SkipConsent: true, StaticRefresh: true},
		{ID: "off", AuthMethod: oauth.AuthBasic, Disabled: true},
	} {
		c.RedirectURIs, c.GrantTypes = []string{testCallback}, all
		if c.Scopes == nil {
			c.Scopes = testScopes
		}
		d.registry.clients[c.ID] = &c
	}
	d.sessions = &browsers{store: d.store}
	d.protocol = &knownSecrets{secretOf: secretOf, Service: &oauth.Service{
		Store: d.store, Audit: d.store, Keeper: noSecrets{}, Config: setting.Always(oauth.DefaultConfig()), Registry: registryWith(d.store, d.registry),
		Issuer: testIssuer, Signer: ring, People: d.people, Ceiling: &policy{}, Grants: &servers{}, Codec: codec, MFA: setting.Always(proof.MFAAdministrators), Administrators: nobodyAdministers{},
	}}
	d.store.people = d.people
	d.Provider = &Provider{
		Issuer: testIssuer, Registry: d.registry, Protocol: d.protocol, People: d.people, Signer: ring, Tokens: &oauth.Verifier{Issuer: testIssuer, Keys: ring, Registry: d.registry},
		Flow: &flow.Service{
			Store: d.store, People: persons{}, Sessions: d.sessions, Apps: apps{d}, Turns: persons{}, Locks: locks{d.registry}, Audit: noAudit{}, Config: setting.Always(flow.DefaultConfig()), Seals: secret.NewBox(make([]byte, 32)), Administrators: nobodyAdministers{},
		},
		Sessions: noSessions{},
		Cookies:  &web.Cookies{Secure: true, FormKey: make([]byte, 32), SessionAge: setting.Always(time.Hour)},
		Pages:    d.pages, Next: nextPage, Show: shown, Limiter: d.limiter, Scopes: func() []string { return d.bound }, Metrics: d.metrics, Log: slog.New(slog.DiscardHandler),
		Notes: &oauth.Notes{}, Trials: &oauth.Trials{Issuer: testIssuer, Seals: secret.NewBox(make([]byte, 32))},
	}
	if err := d.Open(); err != nil {
		t.Fatal(err)
	}
	d.mux = web.NewMux(d.Log, web.RefuseWithProblem(testIssuer))
	d.Mount(d.mux)
	d.signIn()
	return d
}

// nextPage plays the pages of the sign-in.
func nextPage(e flow.Entry) string {
	path := "/" + string(e.Decision.Step)
	if e.Decision.Step != flow.StepSignIn && e.Decision.Step != flow.StepConsent {
		path = "/signin" + path
	}
	return path + "?i=" + e.Interaction.Handle()
}

// shown plays them where they are shown at the endpoint itself.
func shown(w http.ResponseWriter, _ *http.Request, e flow.Entry) error {
	_, err := io.WriteString(w, string(e.Decision.Step)+" "+e.Interaction.Handle())
	return err
}

// provedAt is ada's password, proved then.
func provedAt(at time.Time) proof.List {
	return proof.List{{Method: proof.Password, At: at, Factor: adasPassword, Source: proof.ByPassword}}
}

const adasPassword = id.Factor("fac_password")

// signIn gives the browser a session of ada's that begins now.
func (d *door) signIn() {
	now := time.Now().UTC()
	token := secret.Token(32)
	s := session.Session{
		ID: id.NewSession(), TokenHash: secret.Hash(token), User: "usr_ada", Proofs: provedAt(now),
		Created: now, IdleExpires: now.Add(time.Hour), Expires: now.Add(12 * time.Hour),
	}
	d.store.sessions[s.ID] = s
	d.cookies[sessionName] = token
}

// browse sends a request with the browser's cookies and keeps those that come back.
func (d *door) browse(r *http.Request) *httptest.ResponseRecorder {
	for name, value := range d.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := d.do(r)
	for _, c := range w.Result().Cookies() {
		d.cookies[c.Name] = c.Value
	}
	return w
}

func (d *door) do(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r = r.WithContext(web.WithInfo(r.Context(), &web.Info{ID: "req_test", IP: "192.0.2.1"}))
	d.mux.ServeHTTP(w, r)
	return w
}

// ask sends an authorization request.
func (d *door) ask(q url.Values) *httptest.ResponseRecorder {
	return d.browse(httptest.NewRequest(http.MethodGet, PathAuthorize+"?"+q.Encode(), nil))
}

// answered returns the parameters of the redirect to the callback.
func (d *door) answered(w *httptest.ResponseRecorder) url.Values {
	d.t.Helper()
	location := w.Header().Get("Location")
	rest, ok := strings.CutPrefix(location, testCallback+"?")
	if !ok || w.Code != http.StatusSeeOther {
		d.t.Fatalf("the answer is %d %q (page %+v), want a 303 to the callback", w.Code, location, d.pages.failed)
	}
	q, err := url.ParseQuery(rest)
	if err != nil {
		d.t.Fatal(err)
	}
	return q
}

// code returns a code for client.
func (d *door) code(client id.Client, changes ...string) string {
	d.t.Helper()
	q := d.answered(d.ask(d.request(client, changes...)))
	if q.Get("code") == "" {
		d.t.Fatalf("no code but %v", q)
	}
	return q.Get("code")
}

// tokens sends a token request that must succeed.
func (d *door) tokens(client id.Client, form url.Values) tokenAnswer {
	d.t.Helper()
	w := d.post(client, form)
	if w.Code != http.StatusOK {
		d.t.Fatalf("token request of %s = %d %s", client, w.Code, w.Body)
	}
	var a tokenAnswer
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil {
		d.t.Fatal(err)
	}
	return a
}

// signed verifies a token of ours and returns its header and claims.
func (d *door) signed(token string) (keys.Header, map[string]any) {
	d.t.Helper()
	payload, header, err := d.ring.Verify(token)
	if err != nil {
		d.t.Fatalf("the token does not verify: %v", err)
	}
	var claims map[string]any
	if err := json.Unmarshal(payload, &claims); err != nil {
		d.t.Fatal(err)
	}
	return header, claims
}

func secretOf(c id.Client) string { return "secret of " + string(c) + " with / and +" }

func (d *door) client(name id.Client) *oauth.Client { return d.registry.clients[name] }

// nobodyAdministers is a house without administrators.
type nobodyAdministers struct{}

func (nobodyAdministers) Administers(context.Context, id.User) (bool, error) { return false, nil }
