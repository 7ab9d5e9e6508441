package session_test

import (
	"errors"
	"testing"

	"gatehouse/fault"
)

// Who is locked is not signed in, and neither is a session that is locked; both are
// again as soon as they are free, and both may sign out meanwhile.
func TestALockedSessionSignsNobodyInAndIsNotEnded(t *testing.T) {
	t.Parallel()
	m, store := newManager()
	store.locks = map[string]bool{}
	s, token := create(t, m)
	for _, on := range []string{string(ada), string(s.ID)} {
		store.locks[on] = true
		if signedIn(t, m, token) {
			t.Errorf("a lock on %s does not count", on)
		}
		if known, err := m.Known(t.Context(), token); err != nil || known.ID != s.ID {
			t.Errorf("with a lock on %s nobody can sign out: %v", on, err)
		}
		store.locks[on] = false
		if !signedIn(t, m, token) {
			t.Errorf("after a lock on %s they are signed out", on)
		}
	}
	if len(store.ended) > 0 || store.touched > 0 {
		t.Errorf("a lock ended %v and wrote %d times", store.ended, store.touched)
	}
}

func TestASessionOfWhichNobodyKnowsTheLocksIsNeitherGoodNorGone(t *testing.T) {
	t.Parallel()
	m, store := newManager()
	_, token := create(t, m)
	away := errors.New("nobody can know")
	store.err["Locked"] = away
	if _, err := m.Authenticate(t.Context(), token, "192.0.2.2"); !errors.Is(err, away) || fault.Is(err, fault.Unauthenticated) {
		t.Errorf("got %v", err)
	}
}
