package oauth_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/id"
	"gatehouse/internal/testpg"
	"gatehouse/oauth"
	"gatehouse/store"
)

// held is a store that keeps those waiting who read revocations from the first
// on, counts the questions about tokens, and may fail at them.
type held struct {
	oauth.Store
	gate  chan struct{}
	asked atomic.Int32
	fail  atomic.Pointer[error]
}

func (h *held) RevocationsAfter(ctx context.Context, seq int64, limit int) ([]oauth.Revocation, error) {
	if seq == 0 {
		<-h.gate
	}
	return h.Store.RevocationsAfter(ctx, seq, limit)
}

func (h *held) RevocationsAbout(ctx context.Context, things oauth.Things) ([]oauth.Revocation, error) {
	h.asked.Add(1)
	if err := h.fail.Load(); err != nil {
		return nil, *err
	}
	return h.Store.RevocationsAbout(ctx, things)
}

// starting is a process on a database with a revocation of each kind, whose load
// waits at the gate and ends with loaded.
type starting struct {
	*replica
	store  *held
	db     *store.Store
	loaded chan error
}

func newStarting(t *testing.T, url string) *starting {
	t.Helper()
	db, err := store.Open(t.Context(), store.Config{URL: url}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	var list []oauth.Revocation
	for kind, key := range longGone {
		list = append(list, oauth.Revocation{Kind: kind, Key: key, Before: now, Until: now.Add(time.Hour)})
	}
	for i := range 100 { // and others
		list = append(list, oauth.Revocation{Kind: oauth.RevokedSession, Key: fmt.Sprint("ses_", i), Before: now, Until: now.Add(time.Hour)})
	}
	if err := db.Revoke(t.Context(), list...); err != nil {
		t.Fatal(err)
	}
	s := &starting{store: &held{Store: db, gate: make(chan struct{})}, db: db, loaded: make(chan error, 1)}
	s.replica = newReplica(s.store)
	if err := s.feed.Step(t.Context()); err != nil {
		t.Fatal(err)
	}
	go func() { s.loaded <- s.Load(context.WithoutCancel(t.Context()), now) }()
	return s
}

// longGone is what was revoked, of each kind one.
var longGone = map[oauth.RevocationKind]string{
	oauth.RevokedToken: "gone", oauth.RevokedAuthorization: "aut_gone", oauth.RevokedSession: "ses_gone", oauth.RevokedUser: "usr_gone",
	oauth.RevokedOthers: oauth.OthersKey("usr_apart", "ses_spared"), oauth.RevokedClient: "gone", oauth.RevokedKey: "kid_gone", oauth.RevokedConsent: "usr_ada|left",
}

// deadTokens are those that were revoked by what each is called after, and living
// are their neighbours.
func deadTokens() (dead, living map[string]oauth.TokenFacts) {
	issued := time.Now().Add(-time.Hour).Truncate(time.Second)
	token := oauth.TokenFacts{
		JTI: "jti", Authorization: "aut_1", Session: "ses_alive", User: "usr_ada", Client: "web", KeyID: "kid", Issued: issued, AuthTime: issued,
	}
	with := func(change func(f *oauth.TokenFacts)) oauth.TokenFacts {
		f := token
		change(&f)
		return f
	}
	dead = map[string]oauth.TokenFacts{
		"jti":           with(func(f *oauth.TokenFacts) { f.JTI = "gone" }),
		"authorization": with(func(f *oauth.TokenFacts) { f.Authorization = "aut_gone" }),
		"session":       with(func(f *oauth.TokenFacts) { f.Session = "ses_gone" }),
		"user":          with(func(f *oauth.TokenFacts) { f.User = "usr_gone" }),
		"others":        with(func(f *oauth.TokenFacts) { f.User = "usr_apart" }),
		"client":        with(func(f *oauth.TokenFacts) { f.Client = "gone" }),
		"key":           with(func(f *oauth.TokenFacts) { f.KeyID = "kid_gone" }),
		"consent":       with(func(f *oauth.TokenFacts) { f.Client = "left" }),
	}
	living = map[string]oauth.TokenFacts{
		"none":              token,
		"of a client alone": {JTI: "jti", Client: "web", KeyID: "kid", Issued: issued},
		"spared":            with(func(f *oauth.TokenFacts) { f.User, f.Session = "usr_apart", "ses_spared" }),
		"of a like name":    with(func(f *oauth.TokenFacts) { f.User = "usr_apar" }),
		"of a longer name":  with(func(f *oauth.TokenFacts) { f.User = "usr_apart2" }),
		"of another kind":   with(func(f *oauth.TokenFacts) { f.JTI, f.Session = "aut_gone", id.Session("usr_gone") }),
		"given later":       with(func(f *oauth.TokenFacts) { f.Client, f.Issued = "left", time.Now().Add(time.Minute) }),
	}
	return dead, living
}

func (s *starting) expect(t *testing.T, when string) {
	t.Helper()
	gone, living := deadTokens()
	for want, list := range map[bool]map[string]oauth.TokenFacts{true: gone, false: living} {
		for name, facts := range list {
			if got, err := s.Revoked(t.Context(), facts); err != nil || got != want {
				t.Errorf("%s, %q: dead %v, %v; want %v", when, name, got, err, want)
			}
		}
	}
}

func onBothDatabases(t *testing.T, test func(t *testing.T, s *starting)) {
	t.Helper()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		test(t, newStarting(t, "sqlite:"+filepath.Join(t.TempDir(), "gatehouse.db")))
	})
	t.Run("Postgres", func(t *testing.T) {
		t.Parallel()
		test(t, newStarting(t, testpg.URL(t)))
	})
}

// Whoever asks first, while the revocations are being loaded, gets the right
// answer; and when they are, the store is asked no more.
func TestRevocationsOfLongAgoHoldWhileTheyAreBeingLoaded(t *testing.T) {
	t.Parallel()
	onBothDatabases(t, func(t *testing.T, s *starting) {
		s.expect(t, "while it waits")
		var all sync.WaitGroup
		var over atomic.Bool
		for range 4 {
			all.Go(func() {
				for more := true; more; {
					more = !over.Load()
					s.expect(t, "beside the load")
				}
			})
		}
		close(s.store.gate)
		if err := <-s.loaded; err != nil || s.Loading(time.Now()) {
			t.Errorf("the load ended with %v", err)
		}
		asked := s.store.asked.Load()
		s.expect(t, "after the load")
		over.Store(true)
		all.Wait()
		if asked == 0 {
			t.Error("the store was not asked")
		}
		quiet := s.store.asked.Load()
		if err := s.Load(t.Context(), time.Now()); err != nil {
			t.Error(err)
		}
		s.expect(t, "when all is quiet")
		if n := s.store.asked.Load(); n != quiet {
			t.Errorf("the store was asked %d times after the load", n-quiet)
		}
	})
}

// What ends meanwhile arrives by the feed, as ever, and is known at once in the
// process that ended it.
func TestWhatEndsWhileRevocationsAreLoadedIsKnownToo(t *testing.T) {
	t.Parallel()
	onBothDatabases(t, func(t *testing.T, s *starting) {
		facts := oauth.TokenFacts{JTI: "late", Client: "web", Issued: time.Now().Add(-time.Minute)}
		if dead(t, s.Registry, facts) {
			t.Fatal("dead before its end")
		}
		now := time.Now()
		if err := s.db.Revoke(t.Context(), oauth.Revocation{Kind: oauth.RevokedToken, Key: "late", Before: now, Until: now.Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
		if !dead(t, s.Registry, facts) {
			t.Error("it lived on before the feed's next step")
		}
		close(s.store.gate)
		if err := <-s.loaded; err != nil {
			t.Fatal(err)
		}
		step(t, s.replica)
		if !dead(t, s.Registry, facts) {
			t.Error("it is alive again after the load")
		}
	})
}

// A store that fails is no permission, and after the load no hindrance.
func TestNobodyKnowsWhileTheStoreFailsAndRevocationsAreNotLoaded(t *testing.T) {
	t.Parallel()
	onBothDatabases(t, func(t *testing.T, s *starting) {
		broken := errors.New("disk I/O error")
		s.store.fail.Store(&broken)
		gone, living := deadTokens()
		for _, list := range []map[string]oauth.TokenFacts{gone, living} {
			for name, facts := range list {
				if is, err := s.Revoked(t.Context(), facts); is || !errors.Is(err, broken) {
					t.Errorf("%q: dead %v, %v", name, is, err)
				}
			}
		}
		close(s.store.gate)
		if err := <-s.loaded; err != nil {
			t.Fatal(err)
		}
		s.expect(t, "after the load")
	})
}

// A first reading and a load that fail are done again, and what is revoked between
// them is not passed over.
func TestRevocationsBetweenReadingsThatFailAreKnown(t *testing.T) {
	t.Parallel()
	_, m := newService()
	r := newReplica(m)
	now := time.Now()
	revoke := func(session string) {
		t.Helper()
		if err := m.Revoke(t.Context(), oauth.Revocation{Kind: oauth.RevokedSession, Key: session, Before: now, Until: now.Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Load(t.Context(), now); err != nil || !r.Loading(now) {
		t.Errorf("a load before the first reading: %v, loading %v", err, r.Loading(now))
	}
	broken := errors.New("disk I/O error")
	for i := range 3 {
		revoke(fmt.Sprint("ses_", i))
		m.fail("RevocationsAfter", broken)
		if err := r.feed.Step(t.Context()); !errors.Is(err, broken) {
			t.Errorf("a reading that fails: %v", err)
		}
		if err := r.Load(t.Context(), now); !errors.Is(err, broken) || !r.Loading(now) {
			t.Errorf("a load that fails: %v, loading %v", err, r.Loading(now))
		}
	}
	m.fail("", nil)
	if err := r.Load(t.Context(), now); err != nil { // up to where the first reading began
		t.Error(err)
	}
	revoke("ses_3")
	step(t, r)
	m.fail("RevocationsAbout", broken)
	for i := range 4 {
		if !dead(t, r.Registry, oauth.TokenFacts{Session: id.Session(fmt.Sprint("ses_", i)), Issued: now}) {
			t.Errorf("the token of session %d is alive", i)
		}
	}
}
