package provider

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/flow"
	"gatehouse/follow"
	"gatehouse/id"
	"gatehouse/keys"
	"gatehouse/oauth"
	"gatehouse/proof"
	"gatehouse/secret"
	"gatehouse/session"
	"gatehouse/web"
)

// desk is a provider with its authorization and token endpoint: real keys, the
// real sign-in machine, and a store in memory that keeps the contract of
// oauth.Store. Ada is signed in unless the test says otherwise.
type desk struct {
	*Provider
	t        testing.TB
	ring     *keys.Ring
	store    *deskStore
	registry *edgeRegistry
	people   *deskPeople
	protocol *deskProtocol
	limiter  *deskLimiter
	pages    *deskPages
	metrics  *deskMetrics
	sessions *deskSessions
	mux      *web.Mux
	cookies  map[string]string
}

const (
	deskIssuer   = "https://id.example.test"
	deskCallback = "https://web.example.test/cb"
	deskVerifier = "the-verifier-has-at-least-forty-three-characters"
	sessionName  = "__Host-gatehouse_session"
	browserName  = "__Host-gatehouse_browser"
)

var deskScopes = []string{"openid", "profile", "email", "offline_access", "orders:read"}

func newDesk(t testing.TB) *desk {
	t.Helper()
	ring := edgeRing(t)
	d := &desk{
		t: t, ring: ring, store: newDeskStore(), registry: &edgeRegistry{clients: map[id.Client]*oauth.Client{}},
		people: &deskPeople{enabled: true}, limiter: &deskLimiter{counted: map[string]int{}}, pages: &deskPages{}, metrics: &deskMetrics{}, cookies: map[string]string{},
	}
	all := []string{oauth.GrantCode, oauth.GrantRefresh, oauth.GrantClient}
	for _, c := range []oauth.Client{
		{ID: "web", Name: "Web", HomeURL: "https://web.example.test/", AuthMethod: oauth.AuthBasic, SkipConsent: true},
		{ID: "other", AuthMethod: oauth.AuthBasic, SkipConsent: true},
		{ID: "posting", AuthMethod: oauth.AuthPost, SkipConsent: true},
		{ID: "phone", AuthMethod: oauth.AuthNone, SkipConsent: true},
		{ID: "asking", AuthMethod: oauth.AuthBasic},
		{ID: "old", AuthMethod: oauth.AuthBasic, SkipConsent: true, SkipPKCE: true},
		{ID: "still", AuthMethod: oauth.AuthBasic, SkipConsent: true, StaticRefresh: true},
		{ID: "off", AuthMethod: oauth.AuthBasic, Disabled: true},
	} {
		c.RedirectURIs, c.GrantTypes, c.Scopes = []string{deskCallback}, all, deskScopes
		d.registry.clients[c.ID] = &c
	}
	d.sessions = &deskSessions{store: d.store}
	d.protocol = &deskProtocol{&oauth.Service{
		Store: d.store, Audit: d.store, Keeper: noSecrets{}, Config: oauth.DefaultConfig(), Registry: oauth.NewRegistry(d.store, follow.NewFeed(d.store)),
		Issuer: deskIssuer, Signer: ring, People: d.people, Ceiling: oauth.Registered{}, Codec: codec,
	}}
	d.Provider = &Provider{
		Issuer: deskIssuer, Registry: d.registry, Protocol: d.protocol, People: d.people, Signer: ring,
		Flow: &flow.Service{
			Store: d.store, People: deskPersons{d.people}, Sessions: d.sessions, Apps: deskApps{d}, Audit: edgeAudit{}, Config: flow.DefaultConfig(),
		},
		Sessions: noSessions{},
		Cookies:  &web.Cookies{Secure: true, FormKey: make([]byte, 32), SessionAge: time.Hour},
		Pages:    d.pages, Limiter: d.limiter, Metrics: d.metrics, Log: slog.New(slog.DiscardHandler),
	}
	if err := d.Open(); err != nil {
		t.Fatal(err)
	}
	d.mux = web.NewMux(d.Log, web.RefuseWithProblem(deskIssuer))
	d.Mount(d.mux)
	d.signIn()
	return d
}

// provedAt is ada's password, proved then.
func provedAt(at time.Time) proof.List {
	return proof.List{{Method: proof.Password, At: at, Factor: adasPassword, Source: proof.ByPassword}}
}

const adasPassword = id.Factor("fac_password")

// signIn gives the browser a session of ada's that begins now.
func (d *desk) signIn() {
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
func (d *desk) browse(r *http.Request) *httptest.ResponseRecorder {
	for name, value := range d.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := d.do(r)
	for _, c := range w.Result().Cookies() {
		d.cookies[c.Name] = c.Value
	}
	return w
}

func (d *desk) do(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r = r.WithContext(web.WithInfo(r.Context(), &web.Info{ID: "req_test", IP: "192.0.2.1"}))
	d.mux.ServeHTTP(w, r)
	return w
}

// request returns a good authorization request of client, changed by pairs of
// name and value; an empty value takes the parameter away.
func (d *desk) request(client id.Client, changes ...string) url.Values {
	sum := sha256.Sum256([]byte(deskVerifier))
	q := url.Values{
		"response_type": {"code"}, "client_id": {string(client)}, "redirect_uri": {deskCallback}, "scope": {"openid offline_access"},
		"state": {"a state"}, "nonce": {"a nonce"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
	}
	for i := 0; i < len(changes); i += 2 {
		q.Set(changes[i], changes[i+1])
		if changes[i+1] == "" {
			q.Del(changes[i])
		}
	}
	return q
}

// ask sends an authorization request.
func (d *desk) ask(q url.Values) *httptest.ResponseRecorder {
	return d.browse(httptest.NewRequest(http.MethodGet, PathAuthorize+"?"+q.Encode(), nil))
}

// answered returns the parameters of the redirect to the callback.
func (d *desk) answered(w *httptest.ResponseRecorder) url.Values {
	d.t.Helper()
	location := w.Header().Get("Location")
	rest, ok := strings.CutPrefix(location, deskCallback+"?")
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
func (d *desk) code(client id.Client, changes ...string) string {
	d.t.Helper()
	q := d.answered(d.ask(d.request(client, changes...)))
	if q.Get("code") == "" {
		d.t.Fatalf("no code but %v", q)
	}
	return q.Get("code")
}

// exchange is the token request for a code.
func exchangeOf(code string, changes ...string) url.Values {
	q := url.Values{"grant_type": {oauth.GrantCode}, "code": {code}, "redirect_uri": {deskCallback}, "code_verifier": {deskVerifier}}
	for i := 0; i < len(changes); i += 2 {
		q.Set(changes[i], changes[i+1])
		if changes[i+1] == "" {
			q.Del(changes[i])
		}
	}
	return q
}

func refreshOf(token string, changes ...string) url.Values {
	q := url.Values{"grant_type": {oauth.GrantRefresh}, "refresh_token": {token}}
	for i := 0; i < len(changes); i += 2 {
		q.Set(changes[i], changes[i+1])
	}
	return q
}

// tokenRequest is a request to the token endpoint by client.
func (d *desk) tokenRequest(client id.Client, form url.Values) *http.Request {
	form = maps.Clone(form)
	c := d.registry.clients[client]
	if c.AuthMethod != oauth.AuthBasic {
		form.Set("client_id", string(client))
	}
	if c.AuthMethod == oauth.AuthPost {
		form.Set("client_secret", deskSecret(client))
	}
	r := httptest.NewRequest(http.MethodPost, PathToken, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", formType)
	if c.AuthMethod == oauth.AuthBasic {
		r.SetBasicAuth(url.QueryEscape(string(client)), url.QueryEscape(deskSecret(client))) // RFC 6749 section 2.3.1
	}
	return r
}

func (d *desk) post(client id.Client, form url.Values) *httptest.ResponseRecorder {
	return d.do(d.tokenRequest(client, form))
}

// tokens sends a token request that must succeed.
func (d *desk) tokens(client id.Client, form url.Values) tokenAnswer {
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

// refused checks that the answer is an error of the code and status.
func refused(t testing.TB, w *httptest.ResponseRecorder, status int, code string) {
	t.Helper()
	var e errorBody
	if err := json.Unmarshal(w.Body.Bytes(), &e); err != nil {
		t.Fatalf("the answer %d %q is not JSON: %v", w.Code, w.Body, err)
	}
	if w.Code != status || e.Error != code {
		t.Errorf("the answer is %d %s (%s), want %d %s", w.Code, e.Error, e.Description, status, code)
	}
	if w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("Content-Type") != "application/json" {
		t.Errorf("headers of the error are %v", w.Header())
	}
	if !mayDescribe(e.Description) || e.Description == "" {
		t.Errorf("the description %q is empty or outside its character set", e.Description)
	}
}

// signed verifies a token of ours and returns its header and claims.
func (d *desk) signed(token string) (keys.Header, map[string]any) {
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

func deskSecret(c id.Client) string { return "secret of " + string(c) + " with / and +" }

// deskStore is the store in memory. A transaction has it for itself and is
// undone when it fails.
type deskStore struct {
	oauth.Store  // other methods panic
	mu           sync.Mutex
	codes        map[string]oauth.Code
	families     map[id.Family]oauth.Family
	grounds      map[id.Family]oauth.Grounds
	sessions     map[id.Session]session.Session
	interactions map[id.Interaction]flow.Interaction
	used         map[string]bool
	events       []audit.Event
	revoked      []oauth.Revocation
	reads        int    // of families
	writes       int    // of anything
	overtake     func() // runs once, before the next transaction
	fail         error  // of every call
	failWrites   error  // of every write
	failCommit   error  // of every transaction
}

func newDeskStore() *deskStore {
	return &deskStore{
		codes: map[string]oauth.Code{}, families: map[id.Family]oauth.Family{}, grounds: map[id.Family]oauth.Grounds{},
		sessions: map[id.Session]session.Session{}, interactions: map[id.Interaction]flow.Interaction{}, used: map[string]bool{},
	}
}

// deskTx finds the transaction in a context: what waits for its end.
type deskTx struct{}

func (s *deskStore) AfterCommit(ctx context.Context, f func()) {
	if after, ok := ctx.Value(deskTx{}).(*[]func()); ok {
		*after = append(*after, f)
		return
	}
	f()
}

func (s *deskStore) InTx(ctx context.Context, f func(context.Context) error) error {
	if ctx.Value(deskTx{}) != nil {
		return f(ctx)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if f := s.overtake; f != nil {
		s.overtake = nil
		f()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	codes, families, interactions := maps.Clone(s.codes), maps.Clone(s.families), maps.Clone(s.interactions)
	events, revoked := len(s.events), len(s.revoked)
	var after []func()
	err := f(context.WithValue(ctx, deskTx{}, &after))
	if err == nil {
		err = s.failCommit
	}
	if err != nil {
		s.codes, s.families, s.interactions = codes, families, interactions
		s.events, s.revoked = s.events[:events], s.revoked[:revoked]
		return err
	}
	for _, f := range after {
		f()
	}
	return nil
}

// open takes the lock unless the transaction has it.
func (s *deskStore) open(ctx context.Context, write bool) (func(), error) {
	unlock := func() {}
	if ctx.Value(deskTx{}) == nil {
		s.mu.Lock()
		unlock = s.mu.Unlock
	}
	err := s.fail
	if write {
		s.writes++
		if err == nil {
			err = s.failWrites
		}
	}
	return unlock, err
}

func (s *deskStore) InsertCode(ctx context.Context, c oauth.Code) error {
	unlock, err := s.open(ctx, true)
	defer unlock()
	if err == nil {
		s.codes[string(c.Hash)] = c
	}
	return err
}

func (s *deskStore) Code(ctx context.Context, hash []byte) (oauth.Code, error) {
	unlock, err := s.open(ctx, false)
	defer unlock()
	c, ok := s.codes[string(hash)]
	if err == nil && !ok {
		err = fault.Missing("code")
	}
	return c, err
}

func (s *deskStore) ClaimCode(ctx context.Context, hash []byte, now time.Time) (bool, error) {
	unlock, err := s.open(ctx, true)
	defer unlock()
	c, ok := s.codes[string(hash)]
	if err != nil || !ok || !c.Claimed.IsZero() || !now.Before(c.Expires) {
		return false, err
	}
	c.Claimed = now
	s.codes[string(hash)] = c
	return true, nil
}

func (s *deskStore) InsertFamily(ctx context.Context, f oauth.Family) error {
	unlock, err := s.open(ctx, true)
	defer unlock()
	if err == nil {
		s.families[f.ID], s.grounds[f.ID] = f, oauth.Grounds{UserEnabled: true, Consented: f.Scopes}
	}
	return err
}

func (s *deskStore) Family(ctx context.Context, family id.Family, _ time.Time) (oauth.Family, oauth.Grounds, error) {
	unlock, err := s.open(ctx, false)
	defer unlock()
	s.reads++
	f, ok := s.families[family]
	if err == nil && !ok {
		err = fault.Missing("family")
	}
	return f, s.grounds[family], err
}

func (s *deskStore) RotateFamily(ctx context.Context, r oauth.Rotation) (bool, error) {
	unlock, err := s.open(ctx, true)
	defer unlock()
	f := s.families[r.Family]
	if err != nil || !s.current(f, r.Client, r.Presented, r.Now) {
		return false, err
	}
	f.PreviousHash, f.CurrentHash, f.SealedSuccessor = f.CurrentHash, r.Next, r.Sealed
	f.Generation++
	f.RotatedAt, f.IdleExpires = r.Now, r.IdleExpires
	s.families[r.Family] = f
	return true, nil
}

func (s *deskStore) current(f oauth.Family, c id.Client, presented []byte, now time.Time) bool {
	return f.Client == c && bytes.Equal(f.CurrentHash, presented) && f.RevokedAt.IsZero() && now.Before(f.IdleExpires) && now.Before(f.Expires)
}

func (s *deskStore) TouchFamily(ctx context.Context, family id.Family, client id.Client, presented []byte, now, idle time.Time) (bool, error) {
	unlock, err := s.open(ctx, true)
	defer unlock()
	f := s.families[family]
	if err != nil || !s.current(f, client, presented, now) {
		return false, err
	}
	f.IdleExpires = idle
	s.families[family] = f
	return true, nil
}

func (s *deskStore) RevokeFamilies(ctx context.Context, f oauth.FamilyFilter, reason audit.Reason, now time.Time) (ended []id.Authorization, err error) {
	unlock, err := s.open(ctx, true)
	defer unlock()
	if err != nil {
		return nil, err
	}
	for name, found := range s.families {
		if f.Authorization == found.Authorization.ID && found.RevokedAt.IsZero() {
			found.RevokedAt, found.RevokeReason = now, reason
			s.families[name] = found
			ended = append(ended, found.Authorization.ID)
		}
	}
	return ended, nil
}

func (s *deskStore) Revoke(ctx context.Context, list ...oauth.Revocation) error {
	unlock, err := s.open(ctx, true)
	defer unlock()
	if err == nil {
		s.revoked = append(s.revoked, list...)
	}
	return err
}

// ended returns the keys of that kind that were revoked, each once.
func (s *deskStore) ended(kind oauth.RevocationKind) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var keys []string
	for _, r := range s.revoked {
		if r.Kind == kind && !slices.Contains(keys, r.Key) {
			keys = append(keys, r.Key)
		}
	}
	return keys
}

func (s *deskStore) HoldSession(ctx context.Context, name id.Session) (bool, error) {
	unlock, err := s.open(ctx, false)
	defer unlock()
	found, ok := s.sessions[name]
	return err == nil && ok && found.RevokedAt.IsZero(), err
}

func (s *deskStore) UseOnce(ctx context.Context, kind, key string, _ time.Time) (bool, error) {
	unlock, err := s.open(ctx, true)
	defer unlock()
	if err != nil || s.used[kind+key] {
		return false, err
	}
	s.used[kind+key] = true
	return true, nil
}

func (s *deskStore) InsertInteraction(ctx context.Context, i flow.Interaction) error {
	unlock, err := s.open(ctx, true)
	defer unlock()
	if err == nil {
		s.interactions[i.ID] = i
	}
	return err
}

func (s *deskStore) Interaction(ctx context.Context, name id.Interaction) (flow.Interaction, error) {
	unlock, err := s.open(ctx, false)
	defer unlock()
	i, ok := s.interactions[name]
	if err == nil && !ok {
		err = fault.Missing("interaction")
	}
	return i, err
}

func (s *deskStore) UpdateInteraction(ctx context.Context, i flow.Interaction) error {
	unlock, err := s.open(ctx, true)
	defer unlock()
	if err == nil {
		s.interactions[i.ID] = i
	}
	return err
}

func (s *deskStore) DeleteInteraction(ctx context.Context, name id.Interaction) (bool, error) {
	unlock, err := s.open(ctx, true)
	defer unlock()
	_, ok := s.interactions[name]
	if err == nil {
		delete(s.interactions, name)
	}
	return ok, err
}

// Record implements audit.Recorder.
func (s *deskStore) Record(ctx context.Context, e audit.Event) error {
	unlock, err := s.open(ctx, true)
	defer unlock()
	if err == nil {
		s.events = append(s.events, e)
	}
	return err
}

// only returns the family, if there is one alone.
func (s *deskStore) only(t testing.TB) oauth.Family {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.families) != 1 {
		t.Fatalf("there are %d families, want one", len(s.families))
	}
	for _, f := range s.families {
		return f
	}
	panic("unreachable")
}

// change edits the family that is alone.
func (s *deskStore) change(t testing.TB, edit func(*oauth.Family, *oauth.Grounds)) {
	t.Helper()
	f := s.only(t)
	grounds := s.grounds[f.ID]
	edit(&f, &grounds)
	s.families[f.ID], s.grounds[f.ID] = f, grounds
}

// codec makes the refresh tokens of tests.
var codec = oauth.RefreshCodec{Key: bytes.Repeat([]byte{7}, 32), KeyID: 1}

// deskProtocol is the real one but for the secrets of clients, which are known.
type deskProtocol struct{ *oauth.Service }

func (p *deskProtocol) VerifySecret(c *oauth.Client, presented string, _ time.Time) bool {
	return presented == deskSecret(c.ID)
}

// errUnused is what a test gets where it asks for what it has no use for.
var errUnused = errors.New("not used in this test")

// noSecrets derives no keys: nobody needs one.
type noSecrets struct{}

func (noSecrets) Key(string) []byte { return nil }

// noSessions is for tests that sign nobody out.
type noSessions struct{ Sessions }

type deskPeople struct {
	enabled   bool
	consented []string
	err       error
}

func (p *deskPeople) Claims(_ context.Context, _ id.User, scopes, extra []string) (map[string]any, bool, error) {
	claims := map[string]any{}
	for _, name := range extra {
		claims[name] = name + " of ada"
	}
	if len(extra) > 0 {
		claims["iss"], claims["admin"] = "https://evil.example.test", true // never to be believed
	}
	return claims, p.enabled, p.err
}

func (p *deskPeople) Email(context.Context, id.User) (string, error) {
	return "ada@example.test", p.err
}

// deskPersons is flow's view of the same people.
type deskPersons struct{ people *deskPeople }

func (p deskPersons) Person(_ context.Context, user id.User) (flow.Person, error) {
	return flow.Person{ID: user, Enabled: p.people.enabled, Password: adasPassword}, p.people.err
}

func (deskPersons) CheckPassword(context.Context, audit.Actor, string, string) (id.User, proof.Proof, error) {
	return "usr_ada", provedAt(time.Now())[0], nil
}

func (deskPersons) CheckTOTP(context.Context, audit.Actor, id.User, string) (proof.Proof, error) {
	return proof.Proof{}, errUnused
}

func (deskPersons) CheckRecovery(context.Context, audit.Actor, id.User, string) (proof.Proof, int, error) {
	return proof.Proof{}, 0, errUnused
}

func (deskPersons) StartEnrol(context.Context, audit.Actor, id.User, []byte) (string, string, error) {
	return "", "", errUnused
}

func (deskPersons) ConfirmEnrol(context.Context, audit.Actor, id.User, []byte, string) (proof.Proof, []string, error) {
	return proof.Proof{}, nil, errUnused
}

type deskApps struct{ d *desk }

func (a deskApps) Application(ctx context.Context, client id.Client) (flow.Application, error) {
	c, err := a.d.registry.Client(ctx, client)
	if err != nil {
		return flow.Application{}, err
	}
	return flow.Application{ID: c.ID, Name: c.Name, HomeURL: c.HomeURL, SkipConsent: c.SkipConsent, Require: c.RequireLevel}, nil
}

func (a deskApps) Consented(context.Context, id.User, id.Client) ([]string, error) {
	return a.d.people.consented, nil
}

func (a deskApps) GiveConsent(context.Context, audit.Actor, id.User, id.Client, []string) error {
	return nil
}

// deskSessions finds sessions by their token's hash; Create makes one.
type deskSessions struct{ store *deskStore }

func (s *deskSessions) View(ctx context.Context, token, _ string) (*flow.SessionView, error) {
	unlock, err := s.store.open(ctx, false)
	defer unlock()
	for _, found := range s.store.sessions {
		if bytes.Equal(found.TokenHash, secret.Hash(token)) && found.Live(time.Now()) {
			return viewOf(found), err
		}
	}
	return nil, err
}

func viewOf(s session.Session) *flow.SessionView {
	return &flow.SessionView{ID: s.ID, User: s.User, Proofs: s.Proofs}
}

func (s *deskSessions) Create(ctx context.Context, _ audit.Actor, user id.User, proofs proof.List) (flow.SessionView, string, error) {
	unlock, err := s.store.open(ctx, true)
	defer unlock()
	token, now := secret.Token(32), time.Now().UTC()
	made := session.Session{
		ID: id.NewSession(), TokenHash: secret.Hash(token), User: user, Proofs: proofs,
		Created: now, IdleExpires: now.Add(time.Hour), Expires: now.Add(time.Hour),
	}
	s.store.sessions[made.ID] = made
	return *viewOf(made), token, err
}

func (s *deskSessions) Raise(ctx context.Context, by audit.Actor, old id.Session, proofs proof.List) (flow.SessionView, string, error) {
	unlock, err := s.store.open(ctx, true)
	defer unlock()
	token, raised := secret.Token(32), s.store.sessions[old]
	raised.TokenHash, raised.Proofs = secret.Hash(token), proofs
	s.store.sessions[old] = raised
	return *viewOf(raised), token, err
}

func (s *deskSessions) End(ctx context.Context, _ audit.Actor, name id.Session, _ audit.Reason) error {
	unlock, err := s.store.open(ctx, true)
	defer unlock()
	ended := s.store.sessions[name]
	ended.RevokedAt = time.Now()
	s.store.sessions[name] = ended
	return err
}

// deskPages remembers the last page.
type deskPages struct {
	edgePages
	mu     sync.Mutex
	posted web.FormPostPage
}

func (p *deskPages) Error(w http.ResponseWriter, r *http.Request, page web.ErrorPage) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.edgePages.Error(w, r, page)
}

func (p *deskPages) FormPost(w http.ResponseWriter, _ *http.Request, page web.FormPostPage) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.posted = page
	w.WriteHeader(http.StatusOK)
}

// deskLimiter counts, and blocks everybody for wait, or a key for a second once
// its burst is used up.
type deskLimiter struct {
	mu      sync.Mutex
	counted map[string]int
	wait    time.Duration
	burst   int   // 0: none
	err     error // it cannot answer
	hangs   bool  // it answers when nobody waits any more
}

func (l *deskLimiter) Blocked(ctx context.Context, key string) (time.Duration, error) {
	if l.hangs {
		<-ctx.Done()
		return 0, ctx.Err()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		return 0, l.err
	}
	if l.burst > 0 && l.counted[key] >= l.burst {
		return time.Second, nil
	}
	return l.wait, nil
}

func (l *deskLimiter) Count(ctx context.Context, key string) error {
	if l.hangs {
		<-ctx.Done()
		return ctx.Err()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		return l.err
	}
	l.counted[key]++
	return nil
}

type deskMetrics struct {
	mu      sync.Mutex
	issued  []string
	refused []string
}

func (m *deskMetrics) TokenIssued(grant string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.issued = append(m.issued, grant)
}

func (m *deskMetrics) TokenRefused(grant, code string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.refused = append(m.refused, grant+" "+code)
}

func (d *desk) client(name id.Client) *oauth.Client { return d.registry.clients[name] }

// hasEvent reports whether the action was recorded.
func (s *deskStore) hasEvent(action audit.Action) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(s.events, func(e audit.Event) bool { return e.Action == action })
}

var deskActor = audit.Actor{Kind: audit.Nobody, IP: "192.0.2.1"}
