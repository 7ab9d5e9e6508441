package provider_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/flow"
	"gatehouse/follow"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/internal/testpg"
	"gatehouse/keys"
	"gatehouse/oauth"
	"gatehouse/proof"
	"gatehouse/provider"
	"gatehouse/secret"
	"gatehouse/session"
	"gatehouse/store"
	"gatehouse/web"
)

const (
	houseIssuer   = "https://id.example.test"
	houseCallback = "https://web.example.test/cb"
	houseVerifier = "the-verifier-has-at-least-forty-three-characters"
)

// house is the provider over the real store, the real protocol service, the
// real registry and real keys, with ada signed in.
type house struct {
	t        testing.TB
	store    *store.Store
	feed     *follow.Feed
	registry *oauth.Registry
	protocol *oauth.Service
	sessions *session.Manager
	ring     *keys.Ring
	mux      *web.Mux
	cookie   string
	session  id.Session
	secrets  map[id.Client]string
}

func newHouse(t testing.TB, databaseURL string) *house {
	t.Helper()
	ctx, log := context.Background(), slog.New(slog.DiscardHandler)
	s := must(store.Open(ctx, store.Config{URL: databaseURL, MaxConns: 8}, log))(t)
	t.Cleanup(func() { _ = s.Close() })
	if err := s.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	keeper := must(secret.NewKeeper(ctx, s, secret.Master{1}))(t)
	recorder := &audit.Log{Store: s}
	feed := follow.NewFeed(s)
	h := &house{t: t, store: s, feed: feed, registry: oauth.NewRegistry(s, feed), ring: keys.NewRing(s, keeper, recorder, keys.DefaultConfig()), secrets: map[id.Client]string{}}
	if err := h.ring.Load(ctx); err != nil {
		t.Fatal(err)
	}
	h.protocol = &oauth.Service{
		Store: s, Audit: recorder, Keeper: keeper, Config: oauth.DefaultConfig(), Registry: h.registry,
		Issuer: houseIssuer, Signer: h.ring, People: subjects{s}, Ceiling: oauth.Registered{},
		Codec: oauth.RefreshCodec{Key: keeper.Key("refresh-token"), KeyID: 1},
	}
	h.sessions = &session.Manager{Store: s, Audit: recorder, Config: session.DefaultConfig(), Families: h.protocol}
	cookies := &web.Cookies{Secure: true, FormKey: make([]byte, 32), SessionAge: time.Hour}
	p := &provider.Provider{
		Issuer: houseIssuer, Registry: h.registry, Protocol: h.protocol, Sessions: h.sessions, People: subjects{s}, Signer: h.ring,
		Flow:    &flow.Service{Store: s, People: persons{store: s}, Sessions: views{manager: h.sessions}, Apps: apps{registry: h.registry}, Audit: recorder, Config: flow.DefaultConfig()},
		Cookies: cookies, Pages: pages{}, Limiter: open{}, Metrics: open{}, Log: log,
	}
	if err := p.Open(); err != nil {
		t.Fatal(err)
	}
	h.mux = web.NewMux(log, web.RefuseWithProblem(houseIssuer))
	p.Mount(h.mux)
	h.people(ctx)
	return h
}

// people makes ada, her session, and the clients.
func (h *house) people(ctx context.Context) {
	h.t.Helper()
	now := time.Now().UTC()
	console := audit.Actor{Kind: audit.Console}
	if err := h.store.InsertUser(ctx, identity.User{ID: "usr_ada", Email: "ada@example.test", Name: "Ada Example", Created: now, Updated: now}); err != nil {
		h.t.Fatal(err)
	}
	s, token, err := h.sessions.Create(ctx, console, "usr_ada", proof.List{{Method: proof.Password, At: now, Factor: "fac_password", Source: proof.ByPassword}})
	if err != nil {
		h.t.Fatal(err)
	}
	h.session, h.cookie = s.ID, token
	for _, c := range []oauth.Client{{ID: "web", Name: "Web"}, {ID: "still", Name: "Still", StaticRefresh: true}} {
		c.AuthMethod, c.SkipConsent, c.RedirectURIs = oauth.AuthBasic, true, []string{houseCallback}
		c.GrantTypes = []string{oauth.GrantCode, oauth.GrantRefresh, oauth.GrantClient}
		c.Scopes = []string{"openid", "profile", "offline_access", "orders:read"}
		if _, h.secrets[c.ID], err = h.protocol.CreateClient(ctx, console, c); err != nil {
			h.t.Fatal(err)
		}
	}
	h.follow()
}

// follow lets the registry see what the store has.
func (h *house) follow() {
	h.t.Helper()
	if err := h.feed.Step(context.Background()); err != nil {
		h.t.Fatal(err)
	}
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (h *house) serve(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.mux.ServeHTTP(w, r.WithContext(web.WithInfo(r.Context(), &web.Info{ID: "req_test", IP: "192.0.2.1"})))
	return w
}

// code signs ada in at the client and returns its code.
func (h *house) code(client id.Client, scope string) string {
	h.t.Helper()
	sum := sha256.Sum256([]byte(houseVerifier))
	q := url.Values{
		"response_type": {"code"}, "client_id": {string(client)}, "redirect_uri": {houseCallback}, "scope": {scope}, "state": {"s"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
	}
	r := httptest.NewRequest(http.MethodGet, provider.PathAuthorize+"?"+q.Encode(), nil)
	r.AddCookie(&http.Cookie{Name: "__Host-gatehouse_session", Value: h.cookie})
	w := h.serve(r)
	u, err := url.Parse(w.Header().Get("Location"))
	if err != nil || u.Query().Get("code") == "" {
		h.t.Fatalf("no code but %d %q %s", w.Code, w.Header().Get("Location"), w.Body)
	}
	return u.Query().Get("code")
}

func (h *house) tokenRequest(client id.Client, form url.Values) *http.Request {
	r := httptest.NewRequest(http.MethodPost, provider.PathToken, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(string(client), h.secrets[client])
	return r
}

type answer struct {
	Status       int
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
	IDToken      string `json:"id_token"`
	Error        string `json:"error"`
}

func (h *house) post(client id.Client, form url.Values) answer {
	w := h.serve(h.tokenRequest(client, form))
	a := answer{Status: w.Code}
	_ = json.Unmarshal(w.Body.Bytes(), &a)
	return a
}

func exchange(code string) url.Values {
	return url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {houseCallback}, "code_verifier": {houseVerifier}}
}

func refresh(token string) url.Values {
	return url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}}
}

// atOnce sends the request n times at once.
func (h *house) atOnce(n int, client id.Client, form url.Values) []answer {
	answers := make([]answer, n)
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() { answers[i] = h.post(client, form) })
	}
	wg.Wait()
	return answers
}

// alive reports whether the introspection endpoint says so.
func (h *house) alive(client id.Client, token string) bool {
	h.t.Helper()
	h.follow()
	r := h.tokenRequest(client, url.Values{"token": {token}})
	r.URL.Path = provider.PathIntrospect
	w := h.serve(r)
	var a struct{ Active bool }
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil || w.Code != http.StatusOK {
		h.t.Fatalf("introspection: %d %s", w.Code, w.Body)
	}
	return a.Active
}

func onBoth(t *testing.T, test func(t *testing.T, h *house)) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, newHouse(t, "sqlite:"+filepath.Join(t.TempDir(), "gatehouse.db")))
	})
	t.Run("postgres", func(t *testing.T) {
		testpg.Server(t)
		t.Parallel()
		test(t, newHouse(t, testpg.URL(t)))
	})
}

func TestWholeLifeOfAGrant(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, h *house) {
		first := h.post("web", exchange(h.code("web", "openid offline_access")))
		if first.Status != http.StatusOK || first.IDToken == "" || !h.alive("web", first.AccessToken) {
			t.Fatalf("the exchange answered %+v", first)
		}
		second := h.post("web", refresh(first.RefreshToken))
		if second.Status != http.StatusOK || second.RefreshToken == first.RefreshToken || second.IDToken == "" {
			t.Fatalf("the refresh answered %+v", second)
		}
		if again := h.post("web", refresh(first.RefreshToken)); again.RefreshToken != second.RefreshToken {
			t.Fatalf("the repetition answered %+v", again)
		}
		if err := h.sessions.End(t.Context(), audit.Actor{Kind: audit.Console}, h.session, "test"); err != nil {
			t.Fatal(err)
		}
		if a := h.post("web", refresh(second.RefreshToken)); a.Error != "invalid_grant" {
			t.Errorf("after the sign-out the refresh answered %+v", a)
		}
		for _, token := range []string{first.AccessToken, second.AccessToken, second.RefreshToken} {
			if h.alive("web", token) {
				t.Error("a token lives on after the sign-out")
			}
		}
	})
}

func TestReplayEndsTheFamilyAndItsAccessTokens(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, h *house) {
		first := h.post("web", exchange(h.code("web", "orders:read offline_access")))
		second := h.post("web", refresh(first.RefreshToken))
		third := h.post("web", refresh(second.RefreshToken))
		if a := h.post("web", refresh(first.RefreshToken)); a.Status != http.StatusBadRequest || a.Error != "invalid_grant" {
			t.Fatalf("the replay answered %+v", a)
		}
		if a := h.post("web", refresh(third.RefreshToken)); a.Error != "invalid_grant" {
			t.Errorf("the current token answered %+v", a)
		}
		for _, a := range []answer{first, second, third} {
			if h.alive("web", a.AccessToken) {
				t.Error("an access token lives on after the replay")
			}
		}
	})
}

// R19 on the real stores: exactly one of 20 redemptions succeeds, and the others
// are second uses that end what it gave.
func TestOneRedemptionOfManyOnTheRealStore(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, h *house) {
		for range 10 {
			var won []answer
			for _, a := range h.atOnce(20, "web", exchange(h.code("web", "orders:read offline_access"))) {
				switch {
				case a.Status == http.StatusOK:
					won = append(won, a)
				case a.Status != http.StatusBadRequest || a.Error != "invalid_grant":
					t.Fatalf("a loser got %+v", a)
				}
			}
			if len(won) != 1 {
				t.Fatalf("%d redemptions succeeded", len(won))
			}
			if h.alive("web", won[0].AccessToken) || h.post("web", refresh(won[0].RefreshToken)).Error != "invalid_grant" {
				t.Fatal("the tokens of a code that came 20 times live on")
			}
		}
	})
}

func TestOneSuccessorForManyOnTheRealStore(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, h *house) {
		token := h.post("web", exchange(h.code("web", "orders:read offline_access"))).RefreshToken
		for round := range 10 {
			seen := map[string]int{}
			for _, a := range h.atOnce(20, "web", refresh(token)) {
				if a.Status != http.StatusOK {
					t.Fatalf("round %d: %+v", round, a)
				}
				seen[a.RefreshToken]++
				token = a.RefreshToken
			}
			if len(seen) != 1 {
				t.Fatalf("round %d: %d different successors", round, len(seen))
			}
		}
	})
}

func TestStaticTokenOnTheRealStore(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, h *house) {
		token := h.post("still", exchange(h.code("still", "offline_access"))).RefreshToken
		for _, a := range h.atOnce(10, "still", refresh(token)) {
			if a.Status != http.StatusOK || a.RefreshToken != token {
				t.Fatalf("%+v", a)
			}
		}
	})
}

func BenchmarkClientCredentials(b *testing.B) {
	h := newHouse(b, "sqlite:"+filepath.Join(b.TempDir(), "gatehouse.db"))
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {"orders:read"}}
	b.ReportAllocs()
	for b.Loop() {
		if w := h.serve(h.tokenRequest("web", form)); w.Code != http.StatusOK {
			b.Fatalf("%d %s", w.Code, w.Body)
		}
	}
}

// BenchmarkRefresh rotates many families at once, as group commit wants it.
func BenchmarkRefresh(b *testing.B) {
	h := newHouse(b, "sqlite:"+filepath.Join(b.TempDir(), "gatehouse.db"))
	b.SetParallelism(32)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		token := h.post("web", exchange(h.code("web", "orders:read offline_access"))).RefreshToken
		for pb.Next() {
			a := h.post("web", refresh(token))
			if a.Status != http.StatusOK {
				b.Errorf("%+v", a)
				return
			}
			token = a.RefreshToken
		}
	})
}

// What follows is the little that package server wires between the houses.

type subjects struct{ store *store.Store }

func (s subjects) Claims(ctx context.Context, user id.User, _, _ []string) (map[string]any, bool, error) {
	u, err := s.store.User(ctx, user)
	if fault.Is(err, fault.NotFound) {
		return nil, false, nil
	}
	return map[string]any{}, !u.Disabled, err
}

func (s subjects) Email(context.Context, id.User) (string, error) { return "ada@example.test", nil }

type persons struct {
	flow.People
	store *store.Store
}

func (p persons) Person(ctx context.Context, user id.User) (flow.Person, error) {
	u, err := p.store.User(ctx, user)
	return flow.Person{ID: u.ID, Email: u.Email, Enabled: !u.Disabled, Password: "fac_password"}, err
}

type views struct {
	flow.Sessions
	manager *session.Manager
}

func (v views) View(ctx context.Context, token, ip string) (*flow.SessionView, error) {
	s, err := v.manager.Authenticate(ctx, token, ip)
	if fault.Is(err, fault.Unauthenticated) {
		return nil, nil
	}
	return &flow.SessionView{ID: s.ID, User: s.User, Proofs: s.Proofs}, err
}

type apps struct {
	flow.Apps
	feed     *follow.Feed
	registry *oauth.Registry
}

func (a apps) Application(ctx context.Context, client id.Client) (flow.Application, error) {
	c, err := a.registry.Client(ctx, client)
	if err != nil {
		return flow.Application{}, err
	}
	return flow.Application{ID: c.ID, SkipConsent: c.SkipConsent}, nil
}

func (a apps) Consented(context.Context, id.User, id.Client) ([]string, error) { return nil, nil }

// open limits nothing and counts nothing.
type open struct{}

func (open) Blocked(context.Context, string) (time.Duration, error) { return 0, nil }
func (open) Count(context.Context, string) error                    { return nil }
func (open) TokenIssued(string)                                     {}
func (open) TokenRefused(string, string)                            {}

type pages struct{ web.Pages }

func (pages) Error(w http.ResponseWriter, _ *http.Request, p web.ErrorPage) {
	http.Error(w, p.Code, p.Status)
}
