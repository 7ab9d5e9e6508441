package session_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/fault"
)

// A session that is ended between the look at it and the note of the visit
// signs nobody in, and a store that fails at the note is not taken for a yes.
func TestSessionThatEndsDuringTheVisitSignsNobodyIn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, store := newManager()
		_, token := create(t, m)
		time.Sleep(2 * time.Minute) // so that the visit is noted
		store.err["TouchSession"] = fault.Missing("session")
		if signedIn(t, m, token) {
			t.Error("the session was ended, and signs in")
		}
		fails := errors.New("the disk is full")
		store.err["TouchSession"] = fails
		if _, err := m.Authenticate(t.Context(), token, "192.0.2.2"); !errors.Is(err, fails) || fault.Is(err, fault.Unauthenticated) {
			t.Errorf("a failing store answers %v", err)
		}
		delete(store.err, "TouchSession")
		if !signedIn(t, m, token) {
			t.Error("signed out by a failure")
		}
	})
}
