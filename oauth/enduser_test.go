package oauth_test

import (
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/id"
	"gatehouse/oauth"
)

// A person who is disabled loses every access token, those included that no
// session and no refresh family stands behind any more: the session expired by
// itself and was swept, and there never was a family.
func TestEndOfAPersonReachesTokensThatStandAlone(t *testing.T) {
	t.Parallel()
	for except, want := range map[id.Session]bool{"": true, "ses_1": false} {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t)
			issued := time.Now().Truncate(time.Second)
			alone := oauth.TokenFacts{JTI: "alone", User: "usr_ada", Client: "web", Session: "ses_swept", KeyID: "kid", Issued: issued}
			other := alone
			other.JTI, other.User = "other", "usr_bob"
			time.Sleep(2 * time.Second)
			h.step(t)
			if err := h.EndUser(t.Context(), "usr_ada", except, "password"); err != nil {
				t.Fatal(err)
			}
			for range 2 { // at once in the process that did it, and after the poll everywhere
				if got := h.here.Revoked(alone); got != want {
					t.Errorf("sparing %q: the token is dead: %v, want %v", except, got, want)
				}
				if h.here.Revoked(other) || h.there.Revoked(other) {
					t.Error("another person's token is dead")
				}
				time.Sleep(3 * time.Second)
				h.step(t)
			}
			if got := h.there.Revoked(alone); got != want {
				t.Errorf("sparing %q, on the replica: the token is dead: %v, want %v", except, got, want)
			}
		})
	}
}

// Tokens tell the second only. What was issued before the second of the end is
// dead; who signs in again within it is not refused.
func TestEndOfAPersonEndsAtItsOwnSecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		time.Sleep(500 * time.Millisecond)
		end := time.Now()
		if err := h.EndUser(t.Context(), "usr_ada", "", "password"); err != nil {
			t.Fatal(err)
		}
		h.step(t)
		for offset, want := range map[time.Duration]bool{-time.Minute: true, -time.Second: true, 0: false, time.Second: false} {
			facts := oauth.TokenFacts{JTI: "new", User: "usr_ada", Client: "web", Session: "ses_new", KeyID: "kid", Issued: end.Truncate(time.Second).Add(offset)}
			for where, r := range map[string]*oauth.Registry{"here": h.here, "there": h.there} {
				if got := r.Revoked(facts); got != want {
					t.Errorf("%s: issued %v from the second of the end: dead %v, want %v", where, offset, got, want)
				}
			}
		}
	})
}
