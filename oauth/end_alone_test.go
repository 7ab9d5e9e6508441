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
	for _, except := range []id.Session{"", "ses_1"} {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t)
			issued := time.Now().Truncate(time.Second)
			alone := oauth.TokenFacts{JTI: "alone", User: "usr_ada", Client: "web", Session: "ses_swept", KeyID: "kid", Issued: issued}
			other, spared := alone, alone
			other.JTI, other.User = "other", "usr_bob"
			spared.JTI, spared.Session = "spared", "ses_1"
			time.Sleep(2 * time.Second)
			h.step(t)
			if err := h.EndUser(t.Context(), "usr_ada", except); err != nil {
				t.Fatal(err)
			}
			for range 2 { // at once in the process that did it, and after the poll everywhere
				if !dead(t, h.here.Registry, alone) {
					t.Errorf("sparing %q: the token is good", except)
				}
				if got, want := dead(t, h.here.Registry, spared), except == ""; got != want {
					t.Errorf("sparing %q: the token of ses_1 is dead: %v, want %v", except, got, want)
				}
				if dead(t, h.here.Registry, other) || dead(t, h.there.Registry, other) {
					t.Error("another person's token is dead")
				}
				time.Sleep(3 * time.Second)
				h.step(t)
			}
			if !dead(t, h.there.Registry, alone) || dead(t, h.there.Registry, spared) != (except == "") {
				t.Errorf("sparing %q, on the replica: dead %v, of ses_1 %v", except, dead(t, h.there.Registry, alone), dead(t, h.there.Registry, spared))
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
		if err := h.EndUser(t.Context(), "usr_ada", ""); err != nil {
			t.Fatal(err)
		}
		h.step(t)
		for offset, want := range map[time.Duration]bool{-time.Minute: true, -time.Second: true, 0: false, time.Second: false} {
			facts := oauth.TokenFacts{JTI: "new", User: "usr_ada", Client: "web", Session: "ses_new", KeyID: "kid", Issued: end.Truncate(time.Second).Add(offset)}
			for where, r := range map[string]*replica{"here": h.here, "there": h.there} {
				if got := dead(t, r.Registry, facts); got != want {
					t.Errorf("%s: issued %v from the second of the end: dead %v, want %v", where, offset, got, want)
				}
			}
		}
	})
}

// A session ends with every token that came of it, those included that no
// refresh family goes with: an application without offline_access has none.
func TestEndOfASessionReachesTokensWithoutAFamily(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		facts := func(session id.Session) oauth.TokenFacts {
			return oauth.TokenFacts{JTI: "of " + string(session), User: "usr_ada", Client: "web", Session: session, KeyID: "kid", Issued: time.Now().Truncate(time.Second)}
		}
		ended, spared := facts("ses_8"), facts("ses_9")
		if err := h.EndSessions(t.Context(), []id.Session{"ses_7", "ses_8"}); err != nil {
			t.Fatal(err)
		}
		for range 2 { // at once in the process that did it, and after the poll everywhere
			if !dead(t, h.here.Registry, ended) || dead(t, h.here.Registry, spared) {
				t.Errorf("dead: %v, want true; of the other session %v, want false", dead(t, h.here.Registry, ended), dead(t, h.here.Registry, spared))
			}
			time.Sleep(3 * time.Second)
			h.step(t)
		}
		if !dead(t, h.there.Registry, ended) || dead(t, h.there.Registry, spared) {
			t.Errorf("on the replica, dead: %v, want true; of the other session %v, want false", dead(t, h.there.Registry, ended), dead(t, h.there.Registry, spared))
		}
	})
}

// Another process may issue for a second by what the client was before. That
// dies too, and what comes after it lives.
func TestWhatANarrowedClientGetsInTheSameSecondDies(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(c *oauth.Client){
		"a scope less": func(c *oauth.Client) { c.Scopes = []string{"openid"} },
		"disabled":     func(c *oauth.Client) { c.Disabled = true },
	} {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t)
			c := web()
			change(&c)
			end := time.Now()
			if _, err := h.UpdateClient(t.Context(), console, c); err != nil {
				t.Fatal(err)
			}
			c.Disabled = false // its own test looks at the switch itself
			if _, err := h.UpdateClient(t.Context(), console, c); err != nil {
				t.Fatal(err)
			}
			h.step(t)
			for after, want := range map[time.Duration]bool{0: true, time.Second: true, 2 * time.Second: false} {
				facts := oauth.TokenFacts{JTI: "new", Client: "web", KeyID: "kid", Issued: end.Truncate(time.Second).Add(after)}
				if got := dead(t, h.there.Registry, facts); got != want {
					t.Errorf("%s: issued %v after the end: dead %v, want %v", name, after, got, want)
				}
			}
		})
	}
}
