package pdp

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/follow"
	"gatehouse/id"
	"gatehouse/oauth"
	"gatehouse/store"
	"gatehouse/web"
)

var console = audit.Actor{Kind: audit.Console, ID: "root"}

// unsigned stands for the house's keys: what it makes looks like a JWS.
type unsigned struct{}

func (unsigned) Sign(_ context.Context, alg, typ string, text []byte) (string, error) {
	return alg + "|" + typ + "|" + string(text), nil
}

type anybody struct{}

func (anybody) Known(context.Context, access.Subject) error { return nil }

func (anybody) HasClient(context.Context, string) (bool, error) { return false, nil }

func (anybody) Session(context.Context, id.Session) (id.User, time.Time, error) {
	return "usr_ada", time.Now().Add(time.Hour), nil
}

// told is a house whose feed is heard.
type told struct {
	testing.TB
	store  *store.Store
	access *access.Service
	follow *follow.Feed
	feed   *Feed
	server *httptest.Server

	mu   sync.Mutex
	apis []string // of the caller; nil: all
	err  error    // of the caller's right
	away error    // of the policy
}

// away is a policy that can be unknown.
type away struct {
	*access.Live
	of *told
}

func (a away) Current(ctx context.Context) (*access.Snapshot, error) {
	a.of.mu.Lock()
	err := a.of.away
	a.of.mu.Unlock()
	if err != nil {
		return nil, err
	}
	return a.Live.Current(ctx)
}

func newTold(t testing.TB) *told {
	t.Helper()
	s, err := store.Open(t.Context(), store.Config{URL: "sqlite:" + filepath.Join(t.TempDir(), "gatehouse.db")}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Migrate(t.Context()), s.KeepEpoch(t.Context())); err != nil {
		t.Fatal(err)
	}
	g := &told{TB: t, store: s, follow: follow.NewFeed(s)}
	s.OnNews(g.follow.Wake)
	live, registry := access.NewLive(s, g.follow, access.BuiltIn{}), oauth.NewRegistry(s, g.follow)
	g.access = &access.Service{Store: s, Audit: &audit.Log{Store: s}, People: anybody{}, Live: live}
	g.feed = &Feed{Issuer: "https://id.test", Policy: away{live, g}, Revoked: registry, Signer: unsigned{}, Caller: g.caller}
	mux := web.NewMux(slog.New(slog.DiscardHandler), web.RefuseWithProblem("https://id.test"))
	g.feed.Mount(mux)
	var wires *pipes
	g.server, wires = onPipes(mux)
	g.server.Start()
	wires.lead(g.server.Client())
	if err := g.follow.Step(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	beating := make(chan struct{})
	go func() {
		defer close(beating)
		g.beat(ctx)
	}()
	first := g.server
	t.Cleanup(func() {
		g.feed.Close()
		first.Close()
		stop()
		<-beating
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return g
}

// beat follows the store as a server does.
func (g *told) beat(ctx context.Context) {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			g.follow.Wait()
			return
		case <-tick.C:
		case <-g.follow.News():
		}
		_ = g.follow.Beat(ctx, time.Now())
	}
}

func (g *told) caller(r *http.Request) (FeedCaller, error) {
	name := r.Header.Get("Authorization")
	if name == "" {
		return FeedCaller{}, fault.New(fault.Unauthenticated, "token.missing", "Say who you are.")
	}
	return FeedCaller{ID: name, APIs: func(context.Context) ([]string, bool, error) {
		g.mu.Lock()
		defer g.mu.Unlock()
		return g.apis, g.apis == nil, g.err
	}}, nil
}

func (g *told) set(f func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	f()
}

func (g *told) get(ctx context.Context, query, last string, stream bool) *http.Response {
	g.Helper()
	return g.getAs(ctx, "shop", query, last, stream)
}

func (g *told) getAs(ctx context.Context, caller, query, last string, stream bool) *http.Response {
	g.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, g.server.URL+PathFeed+query, nil)
	if err != nil {
		g.Fatal(err)
	}
	r.Header.Set("Authorization", caller)
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	if stream {
		r.Header.Set("Accept", "text/event-stream")
	}
	resp, err := g.server.Client().Do(r)
	if err != nil {
		g.Fatal(err)
	}
	return resp
}

// poll asks once and returns what was told.
func (g *told) poll(query string) payload {
	g.Helper()
	resp := g.get(g.Context(), query, "", false)
	defer resp.Body.Close()
	var out struct{ Batch, Cursor string }
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil || resp.StatusCode != http.StatusOK {
		g.Fatalf("status %d, %v", resp.StatusCode, err)
	}
	p := g.read(out.Batch)
	if p.Cursor != out.Cursor {
		g.Errorf("the batch ends at %s, the answer at %s", p.Cursor, out.Cursor)
	}
	return p
}

func (g *told) read(jws string) (p payload) {
	g.Helper()
	text, ok := strings.CutPrefix(jws, "ES256|gatehouse-feed+jwt|")
	if err := json.Unmarshal([]byte(text), &p); !ok || err != nil || p.Issuer != "https://id.test" || p.Issued == 0 {
		g.Fatalf("%v in %q", err, jws)
	}
	return p
}

// lose lets somebody lose something, as version v.
func (g *told) lose(name string) (minpv uint64) {
	g.Helper()
	if err := g.access.DisabledChanged(g.Context(), access.Subject{Kind: access.User, ID: name}, true); err != nil {
		g.Fatal(err)
	}
	v, err := g.store.Versions(g.Context())
	if err != nil {
		g.Fatal(err)
	}
	return uint64(v[access.VersionPolicy])
}

func (g *told) revoke(kind oauth.RevocationKind, key string, before time.Time) {
	g.Helper()
	if err := g.store.Revoke(g.Context(), oauth.Revocation{Kind: kind, Key: key, Before: before, Until: before.Add(time.Hour)}); err != nil {
		g.Fatal(err)
	}
}

// listeners waits until there are n.
func (g *told) listeners(n int) {
	g.Helper()
	late, tick := time.After(5*time.Second), time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for g.feed.Listeners() != n {
		select {
		case <-late:
			g.Errorf("there are %d listeners, want %d", g.feed.Listeners(), n)
			return
		case <-tick.C:
		}
	}
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: %+v, want %+v", what, got, want)
	}
}
