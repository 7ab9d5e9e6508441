package session_test

import (
	"context"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/session"
	"gatehouse/setting"
	"gatehouse/store"
)

// noFamilies stands where nobody ever got a refresh token.
type noFamilies struct{ ended []id.Session }

func (n *noFamilies) EndSessions(_ context.Context, ids []id.Session) error {
	n.ended = append(n.ended, ids...)
	return nil
}

func (n *noFamilies) EndEverybody(context.Context) error { return nil }

func TestSessionLivesAndEndsInTheDatabase(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s, err := store.Open(ctx, store.Config{URL: "sqlite:" + filepath.Join(t.TempDir(), "t.db")}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := s.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	person := identity.User{ID: ada, Email: "ada@example.test", Name: "Ada", Created: time.Now(), Updated: time.Now()}
	if err := s.InsertUser(ctx, person); err != nil {
		t.Fatal(err)
	}
	families := &noFamilies{}
	m := &session.Manager{Store: s, Audit: &audit.Log{Store: s}, Config: setting.Always(session.DefaultConfig()), Families: families, Locks: &memory{}}
	first, token := create(t, m)
	got, err := m.Authenticate(ctx, token, "192.0.2.2")
	if err != nil || got.ID != first.ID || got.User != ada || !got.Expires.Equal(first.Expires) || !slices.Equal(got.Proofs, first.Proofs) {
		t.Fatalf("Authenticate = %+v, %v; want %+v", got, err, first)
	}
	_, raised, err := m.Raise(ctx, from, got, got.Proofs.Merge(byCode()))
	if err != nil {
		t.Fatal(err)
	}
	if signedIn(t, m, token) || !signedIn(t, m, raised) {
		t.Error("after Raise the old token works, or the new one does not")
	}
	_, other := create(t, m)
	if n, err := m.EndAll(ctx, from, ada, first.ID, "password"); err != nil || n != 1 || signedIn(t, m, other) || !signedIn(t, m, raised) {
		t.Errorf("EndAll = %d, %v", n, err)
	}
	person.Disabled = true
	if err := s.UpdateUser(ctx, person); err != nil {
		t.Fatal(err)
	}
	if signedIn(t, m, raised) {
		t.Error("a disabled person is signed in")
	}
	if err := m.End(ctx, from, first.ID, "administrator"); err != nil {
		t.Fatal(err)
	}
	if err := m.End(ctx, from, "ses_never", "administrator"); !fault.Is(err, fault.NotFound) {
		t.Errorf("End of a session that never was = %v", err)
	}
	if live, err := m.Of(ctx, ada); err != nil || len(live) != 0 || len(families.ended) != 2 {
		t.Errorf("live %v, families ended of %v, %v", live, families.ended, err)
	}
}
