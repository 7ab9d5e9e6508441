package provider

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/follow"
	"gatehouse/id"
	"gatehouse/keys"
	"gatehouse/oauth"
	"gatehouse/proof"
	"gatehouse/secret"
	"gatehouse/session"
	"gatehouse/web"
)

const edgeIssuer = "https://id.example.test"

var errEdgeStore = errors.New("the disk is on fire")

// edge is a provider with its endpoints around the authorization and token
// endpoint: real keys, and the rest of the house in memory.
type edge struct {
	*Provider
	t        testing.TB
	ring     *keys.Ring
	signer   *edgeSigner
	store    *edgeStore
	registry *edgeRegistry
	protocol *edgeProtocol
	people   *edgePeople
	sessions *edgeSessions
	pages    *edgePages
	limiter  *edgeLimiter
	mux      *web.Mux
}

func newEdge(t testing.TB) *edge {
	t.Helper()
	ring := edgeRing(t)
	e := &edge{
		t: t, ring: ring, signer: &edgeSigner{Ring: ring},
		store:    &edgeStore{families: map[id.Family]oauth.Family{}, grounds: map[id.Family]oauth.Grounds{}},
		registry: &edgeRegistry{clients: map[id.Client]*oauth.Client{}},
		people:   &edgePeople{enabled: true},
		sessions: &edgeSessions{live: map[string]session.Session{}},
		pages:    &edgePages{}, limiter: &edgeLimiter{},
	}
	for _, c := range []oauth.Client{
		{ID: "web", Name: "Web", HomeURL: "https://web.example.test/", AuthMethod: oauth.AuthBasic, PostLogoutRedirectURIs: []string{"https://web.example.test/bye", "https://web.example.test/bye?from=gatehouse"}, RedirectURIs: []string{"https://web.example.test/cb"}},
		{ID: "api", AuthMethod: oauth.AuthPost},
		{ID: "other", Name: "Other", AuthMethod: oauth.AuthBasic, PostLogoutRedirectURIs: []string{"https://other.example.test/bye"}},
		{ID: "spy", AuthMethod: oauth.AuthBasic, Introspect: true},
		{ID: "phone", AuthMethod: oauth.AuthNone},
		{ID: "signed", AuthMethod: oauth.AuthBasic, UserinfoAlg: keys.ES256},
		{ID: "off", AuthMethod: oauth.AuthBasic, Disabled: true},
	} {
		e.registry.clients[c.ID] = &c
	}
	e.protocol = &edgeProtocol{&oauth.Service{
		Store: e.store, Audit: e.store, Keeper: noSecrets{}, Config: oauth.DefaultConfig(), Registry: oauth.NewRegistry(e.store, follow.NewFeed(e.store)),
		Issuer: edgeIssuer, Signer: e.signer, People: e.people, Ceiling: oauth.Registered{}, Codec: codec,
	}}
	e.Provider = &Provider{
		Issuer: edgeIssuer, Registry: e.registry, Protocol: e.protocol, Flow: noFlow{}, Sessions: e.sessions, People: e.people, Signer: e.signer,
		Cookies: &web.Cookies{Secure: true, FormKey: make([]byte, 32), SessionAge: time.Hour},
		Pages:   e.pages, Limiter: e.limiter, Metrics: &deskMetrics{}, Log: slog.New(slog.DiscardHandler),
	}
	if err := e.Open(); err != nil {
		t.Fatal(err)
	}
	e.mux = web.NewMux(e.Log, web.RefuseWithProblem(edgeIssuer))
	e.Mount(e.mux)
	return e
}

// claims are those of a good access token of ada's for web.
func (e *edge) claims() oauth.AccessClaims {
	now := time.Now()
	return oauth.AccessClaims{
		Issuer: edgeIssuer, Subject: "usr_ada", Audience: []string{edgeIssuer, "api"}, ClientID: "web", ID: "jti-" + secret.Token(20),
		Issued: now.Unix(), Expires: now.Add(5 * time.Minute).Unix(), Scope: "openid profile", Session: "ses_1", Authorization: "aut_1",
		AuthTime: now.Add(-time.Minute).Unix(), ACR: "aal2", AMR: []string{"pwd", "otp", "mfa"},
	}
}

// token returns an access token of ada's, changed by the functions.
func (e *edge) token(change ...func(*oauth.AccessClaims)) string {
	e.t.Helper()
	c := e.claims()
	for _, f := range change {
		f(&c)
	}
	return e.sign(oauth.AccessTokenType, c)
}

// idToken returns an ID token of ada's for web, changed by the functions.
func (e *edge) idToken(change ...func(map[string]any)) string {
	e.t.Helper()
	now := time.Now()
	c := map[string]any{
		"iss": edgeIssuer, "sub": "usr_ada", "aud": "web", "sid": "ses_1", "iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(),
	}
	for _, f := range change {
		f(c)
	}
	return e.sign("JWT", c)
}

func (e *edge) sign(typ string, claims any) string {
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
func (e *edge) refresh(change ...func(*oauth.Family, *oauth.Grounds)) (current, previous string) {
	name, bytes := id.NewFamily()
	now := time.Now().UTC()
	previous, before := codec.Mint(bytes, 1)
	current, hash := codec.Mint(bytes, 2)
	f := oauth.Family{
		ID: name, Authorization: oauth.Authorization{
			ID: "aut_" + id.Authorization(name), Client: "web", User: "usr_ada", Session: "ses_1", Scopes: []string{"openid", "offline_access"},
			AuthTime: now.Add(-time.Hour), Level: proof.AAL1, AMR: []string{"pwd"},
		},
		Generation: 2, CurrentHash: hash, PreviousHash: before, Offline: true,
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
func (e *edge) do(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r = r.WithContext(web.WithInfo(r.Context(), &web.Info{ID: "req_test", IP: "192.0.2.1"}))
	e.mux.ServeHTTP(w, r)
	return w
}

// post posts a form as client, which authenticates as it is registered.
func (e *edge) post(path string, client id.Client, form url.Values) *httptest.ResponseRecorder {
	return e.do(e.request(path, client, form))
}

func (e *edge) request(path string, client id.Client, form url.Values) *http.Request {
	form = maps.Clone(form)
	c := e.registry.clients[client]
	if c.AuthMethod != oauth.AuthBasic {
		form.Set("client_id", string(client))
	}
	if c.AuthMethod == oauth.AuthPost {
		form.Set("client_secret", edgeSecret)
	}
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", formType)
	if c.AuthMethod == oauth.AuthBasic {
		r.SetBasicAuth(string(client), edgeSecret)
	}
	return r
}

func (e *edge) introspected(client id.Client, token string) map[string]any {
	e.t.Helper()
	w := e.post(PathIntrospect, client, url.Values{"token": {token}})
	if w.Code != http.StatusOK {
		e.t.Fatalf("introspection by %s = %d %s", client, w.Code, w.Body)
	}
	return body(e.t, w)
}

func (e *edge) getUserinfo(token string) *httptest.ResponseRecorder {
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

const edgeSecret = "correct-secret"

// edgeRing returns real keys over a store in memory.
func edgeRing(t testing.TB) *keys.Ring {
	t.Helper()
	s := &edgeKeys{}
	keeper, err := secret.NewKeeper(t.Context(), s, secret.Master{1})
	if err != nil {
		t.Fatal(err)
	}
	ring := keys.NewRing(s, keeper, edgeAudit{}, keys.DefaultConfig())
	if err := ring.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	return ring
}

type edgeAudit struct{}

func (edgeAudit) Record(context.Context, audit.Event) error { return nil }

type edgeKeys struct {
	keys []keys.Key
	data []secret.DataKey
}

func (s *edgeKeys) InTx(ctx context.Context, f func(context.Context) error) error { return f(ctx) }
func (s *edgeKeys) Keys(context.Context, bool) ([]keys.Key, error)                { return s.keys, nil }

func (s *edgeKeys) InsertKey(_ context.Context, k keys.Key) error {
	s.keys = append(s.keys, k)
	return nil
}

func (s *edgeKeys) MoveKey(context.Context, keys.Key, keys.State) (bool, error) { return false, nil }

func (s *edgeKeys) Lease(context.Context, string, string, time.Time, time.Time) (bool, error) {
	return true, nil
}

func (s *edgeKeys) Versions(context.Context) (map[string]int64, error) {
	return map[string]int64{"keys": int64(len(s.keys))}, nil
}
func (s *edgeKeys) DataKeys(context.Context) ([]secret.DataKey, error) { return s.data, nil }
func (s *edgeKeys) InsertDataKey(_ context.Context, k secret.DataKey) (bool, error) {
	s.data = append(s.data, k)
	return true, nil
}

// edgeSigner counts the signatures that are checked.
type edgeSigner struct {
	*keys.Ring
	verified int
}

func (s *edgeSigner) Verify(compact string, allowed ...string) ([]byte, keys.Header, error) {
	s.verified++
	return s.Ring.Verify(compact, allowed...)
}

// edgeStore keeps families and remembers what was ended. What a transaction did
// is undone when it or its commit fails.
type edgeStore struct {
	oauth.Store // other methods panic
	families    map[id.Family]oauth.Family
	grounds     map[id.Family]oauth.Grounds
	revoked     []oauth.Revocation
	events      []audit.Event
	asked       int
	err         error // of every call
	failWrites  error
	failCommit  error // of every transaction
}

// edgeTx finds the transaction in a context: what waits for its end.
type edgeTx struct{}

func (s *edgeStore) InTx(ctx context.Context, f func(context.Context) error) error {
	if ctx.Value(edgeTx{}) != nil {
		return f(ctx)
	}
	families, revoked, events := maps.Clone(s.families), len(s.revoked), len(s.events)
	var after []func()
	err := f(context.WithValue(ctx, edgeTx{}, &after))
	if err == nil {
		err = s.failCommit
	}
	if err != nil {
		s.families, s.revoked, s.events = families, s.revoked[:revoked], s.events[:events]
		return err
	}
	for _, f := range after {
		f()
	}
	return nil
}

func (s *edgeStore) AfterCommit(ctx context.Context, f func()) {
	after := ctx.Value(edgeTx{}).(*[]func())
	*after = append(*after, f)
}

func (s *edgeStore) RevokeFamilies(_ context.Context, f oauth.FamilyFilter, _ audit.Reason, now time.Time) (ended []id.Authorization, err error) {
	for name, found := range s.families {
		if f.Authorization == found.Authorization.ID && found.RevokedAt.IsZero() {
			found.RevokedAt = now
			s.families[name] = found
			ended = append(ended, found.Authorization.ID)
		}
	}
	return ended, s.failWrites
}

func (s *edgeStore) Revoke(_ context.Context, list ...oauth.Revocation) error {
	s.revoked = append(s.revoked, list...)
	return s.failWrites
}

func (s *edgeStore) Record(_ context.Context, e audit.Event) error {
	s.events = append(s.events, e)
	return s.failWrites
}

// ended returns the keys of that kind that were revoked, each once.
func (s *edgeStore) ended(kind oauth.RevocationKind) []string {
	var keys []string
	for _, r := range s.revoked {
		if r.Kind == kind && !slices.Contains(keys, r.Key) {
			keys = append(keys, r.Key)
		}
	}
	return keys
}

func (s *edgeStore) Family(_ context.Context, family id.Family, _ time.Time) (oauth.Family, oauth.Grounds, error) {
	s.asked++
	if s.err != nil {
		return oauth.Family{}, oauth.Grounds{}, s.err
	}
	f, ok := s.families[family]
	if !ok {
		return oauth.Family{}, oauth.Grounds{}, fault.Missing("family")
	}
	return f, s.grounds[family], nil
}

type edgeRegistry struct {
	clients map[id.Client]*oauth.Client
	revoked func(oauth.TokenFacts) bool
	stale   error
	err     error
}

func (r *edgeRegistry) Client(_ context.Context, client id.Client) (*oauth.Client, error) {
	if r.err != nil {
		return nil, r.err
	}
	if c, ok := r.clients[client]; ok {
		return c, nil
	}
	return nil, fault.Missing("client")
}
func (r *edgeRegistry) Revoked(f oauth.TokenFacts) bool { return r.revoked != nil && r.revoked(f) }
func (r *edgeRegistry) Current(context.Context) error   { return r.stale }
func (r *edgeRegistry) HasOrigin(origin string) bool    { return origin == "https://web.example.test" }

// edgeProtocol is the real one but for the secrets of clients, which are known.
type edgeProtocol struct{ *oauth.Service }

func (p *edgeProtocol) VerifySecret(_ *oauth.Client, presented string, _ time.Time) bool {
	return presented == edgeSecret
}

// noFlow is for tests that sign nobody in.
type noFlow struct{ Flow }

type edgePeople struct {
	enabled bool
	err     error
	scopes  []string
	extra   []string
}

func (p *edgePeople) Claims(_ context.Context, user id.User, scopes, extra []string) (map[string]any, bool, error) {
	p.scopes, p.extra = scopes, extra
	claims := map[string]any{"sub": "somebody else"}
	if slices.Contains(scopes, "profile") || slices.Contains(extra, "name") {
		claims["name"] = "Ada Example"
	}
	return claims, p.enabled, p.err
}

func (p *edgePeople) Email(context.Context, id.User) (string, error) {
	return "ada@example.test", p.err
}

// edgeSessions knows sessions by their cookie's token.
type edgeSessions struct {
	live  map[string]session.Session
	ended []id.Session
	err   error
}

func (s *edgeSessions) Authenticate(_ context.Context, token, _ string) (session.Session, error) {
	if s.err != nil {
		return session.Session{}, s.err
	}
	if found, ok := s.live[token]; ok {
		return found, nil
	}
	return session.Session{}, fault.New(fault.Unauthenticated, "session.none", "Nobody is signed in.")
}

func (s *edgeSessions) End(_ context.Context, by audit.Actor, ended id.Session, _ audit.Reason) error {
	if s.err != nil {
		return s.err
	}
	if by.Kind != audit.Person {
		return errors.New("ended by nobody")
	}
	s.ended = append(s.ended, ended)
	return nil
}

// edgePages writes a word for each page and remembers the last one.
type edgePages struct {
	failed    web.ErrorPage
	signOut   web.SignOutPage
	signedOut web.SignedOutPage
}

func (p *edgePages) Error(w http.ResponseWriter, _ *http.Request, page web.ErrorPage) {
	p.failed = page
	w.WriteHeader(page.Status)
	_, _ = io.WriteString(w, "error")
}

func (p *edgePages) FormPost(w http.ResponseWriter, _ *http.Request, _ web.FormPostPage) {
	_, _ = io.WriteString(w, "form post")
}

func (p *edgePages) SignOut(w http.ResponseWriter, _ *http.Request, page web.SignOutPage) {
	p.signOut = page
	_, _ = io.WriteString(w, "sign out?")
}

func (p *edgePages) SignedOut(w http.ResponseWriter, _ *http.Request, page web.SignedOutPage) {
	p.signedOut = page
	_, _ = io.WriteString(w, "signed out")
}

type edgeLimiter struct {
	counted map[string]int
	wait    time.Duration
	err     error // it cannot answer
}

func (l *edgeLimiter) Blocked(context.Context, string) (time.Duration, error) { return l.wait, l.err }

func (l *edgeLimiter) Count(_ context.Context, key string) error {
	if l.counted == nil {
		l.counted = map[string]int{}
	}
	l.counted[key]++
	return l.err
}
