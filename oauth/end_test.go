package oauth_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/oauth"
)

// house is a Service with two processes' Registries and one token for each of
// two people at two clients in two sessions.
type house struct {
	t *testing.T
	*oauth.Service
	m           *memory
	here, there *replica // here is the Service's own process
	tokens      map[string]oauth.TokenFacts
}

func newHouse(t *testing.T) *house {
	t.Helper()
	s, m := newService()
	h := &house{t: t, Service: s, m: m, here: newReplica(m), there: newReplica(m), tokens: map[string]oauth.TokenFacts{}}
	s.Registry = h.here.Registry
	for _, client := range []id.Client{"web", "app"} {
		c := web()
		c.ID = client
		create(t, s, c)
	}
	for _, name := range []string{"ada/web/1", "ada/web/2", "ada/app/1", "bob/web/3"} {
		h.issue(name)
	}
	h.step(t)
	time.Sleep(time.Minute)
	return h
}

// issue notes a token and its family, called person/client/session.
func (h *house) issue(name string) {
	user, client, session := id.User("usr_"+name[:3]), id.Client(name[4:7]), id.Session("ses_"+name[8:])
	facts := oauth.TokenFacts{
		JTI: "jti " + name, Authorization: id.Authorization("aut_" + name), User: user, Client: client, Session: session,
		KeyID: "kid", Issued: time.Now().Truncate(time.Second),
	}
	h.tokens[name] = facts
	h.m.mu.Lock() // somebody may end what there is meanwhile
	defer h.m.mu.Unlock()
	h.m.s.families = append(h.m.s.families, oauth.Family{
		ID:            id.Family("fam_" + name),
		Authorization: oauth.Authorization{ID: facts.Authorization, User: user, Client: client, Session: session},
	})
}

func (h *house) step(t *testing.T) {
	t.Helper()
	for _, r := range []*replica{h.here, h.there} {
		if err := r.Step(t.Context(), time.Now()); err != nil {
			t.Fatal(err)
		}
	}
}

// dead lists the tokens that r refuses, in order.
func (h *house) dead(r *replica) []string {
	var names []string
	for name, facts := range h.tokens {
		if dead(h.t, r.Registry, facts) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func (h *house) endedFamilies() []string {
	var names []string
	for _, f := range h.m.s.families {
		if !f.RevokedAt.IsZero() {
			names = append(names, string(f.ID)[4:])
		}
	}
	slices.Sort(names)
	return names
}

var all = []string{"ada/app/1", "ada/web/1", "ada/web/2", "bob/web/3"}

func TestWhatEndsTakesItsTokensAndFamiliesAlong(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		end      func(t *testing.T, h *house) error
		tokens   []string
		families []string
	}{
		"a session": {func(t *testing.T, h *house) error {
			return h.EndSessions(t.Context(), []id.Session{"ses_1"})
		}, []string{"ada/app/1", "ada/web/1"}, []string{}}, // its row ends its families
		"two sessions": {func(t *testing.T, h *house) error {
			return h.EndSessions(t.Context(), []id.Session{"ses_2", "ses_3"})
		}, []string{"ada/web/2", "bob/web/3"}, []string{}},
		"no session": {func(t *testing.T, h *house) error { return h.EndSessions(t.Context(), nil) }, nil, nil},
		"a person":   {func(t *testing.T, h *house) error { return h.EndUser(t.Context(), "usr_ada", "") }, all[:3], nil},
		"everybody":  {func(t *testing.T, h *house) error { return h.EndEverybody(t.Context()) }, all, nil},
		"a person but for one session": {func(t *testing.T, h *house) error {
			return h.EndUser(t.Context(), "usr_ada", "ses_1")
		}, []string{"ada/web/2"}, nil},
		"a client": {func(t *testing.T, h *house) error { return h.EndClient(t.Context(), "web") }, all[1:], nil},
		"an authorization": {func(t *testing.T, h *house) error {
			return h.EndAuthorization(t.Context(), "aut_ada/web/1", "replay")
		}, []string{"ada/web/1"}, nil},
		"a token": {func(t *testing.T, h *house) error {
			return h.EndToken(t.Context(), "jti bob/web/3", time.Now().Add(time.Minute))
		}, []string{"bob/web/3"}, []string{}},
		"a consent": {func(t *testing.T, h *house) error {
			return h.WithdrawConsent(t.Context(), console, "usr_ada", "web")
		}, []string{"ada/web/1", "ada/web/2"}, nil},
		"a client that is disabled": {func(t *testing.T, h *house) error {
			c := web()
			c.ID, c.Disabled = "app", true
			_, err := h.UpdateClient(t.Context(), console, c)
			return err
		}, []string{"ada/app/1"}, nil},
		"a client that is deleted": {func(t *testing.T, h *house) error {
			return h.DeleteClient(t.Context(), console, "app")
		}, []string{"ada/app/1"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t)
				if dead := h.dead(h.here); dead != nil {
					t.Fatalf("dead from the start: %v", dead)
				}
				if err := c.end(t, h); err != nil {
					t.Fatal(err)
				}
				if got := h.dead(h.here); !slices.Equal(got, c.tokens) {
					t.Errorf("at once, here: %v are dead, want %v", got, c.tokens)
				}
				h.step(t)
				for where, r := range map[string]*replica{"here": h.here, "there": h.there} {
					if got := h.dead(r); !slices.Equal(got, c.tokens) {
						t.Errorf("after the poll, %s: %v are dead, want %v", where, got, c.tokens)
					}
				}
				families := c.tokens
				if c.families != nil {
					families = nil
				}
				if got := h.endedFamilies(); !slices.Equal(got, families) {
					t.Errorf("families of %v ended, want %v", got, families)
				}
				late := newReplica(h.m)
				if err := late.Step(t.Context(), time.Now()); err != nil || !slices.Equal(h.dead(late), c.tokens) {
					t.Errorf("a process that starts now: %v are dead, %v", h.dead(late), err)
				}
			})
		})
	}
}

// A refresh that was checked before the end may sign after it.
func TestTokenThatIsBeingSignedDiesWithItsGrant(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		if err := h.EndSessions(t.Context(), []id.Session{"ses_1"}); err != nil {
			t.Fatal(err)
		}
		if err := h.EndUser(t.Context(), "usr_bob", ""); err != nil {
			t.Fatal(err)
		}
		ended := time.Now()
		time.Sleep(3 * time.Second)
		h.step(t)
		// A refresh says when it was checked, whenever it signs. Another process
		// may check for a second by what it knew before.
		for name, issued := range map[string]time.Time{"ada/web/1": time.Now(), "bob/web/3": ended.Add(time.Second)} {
			facts := h.tokens[name]
			facts.AuthTime, facts.Issued, facts.JTI = facts.Issued, issued.Truncate(time.Second), "another"
			if !dead(t, h.there.Registry, facts) {
				t.Errorf("a token of %s signed after the end is good", name)
			}
		}
	})
}

// The person, the client and the consent may come back; what they get then is good.
func TestWhoComesBackIsNotRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		if err := h.EndUser(t.Context(), "usr_ada", ""); err != nil {
			t.Fatal(err)
		}
		again := oauth.TokenFacts{JTI: "new", Authorization: "aut_new", User: "usr_ada", Client: "web", Session: "ses_new", Issued: time.Now().Truncate(time.Second)}
		h.step(t)
		if dead(t, h.here.Registry, again) || dead(t, h.there.Registry, again) {
			t.Error("who signs in again in the same second is refused")
		}
		if err := h.WithdrawConsent(t.Context(), console, "usr_ada", "web"); err != nil {
			t.Fatal(err)
		}
		if err := h.EndClient(t.Context(), "web"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Second)
		again.Issued = time.Now()
		h.step(t)
		if dead(t, h.here.Registry, again) || dead(t, h.there.Registry, again) {
			t.Error("a new consent is refused two seconds later")
		}
	})
}

func (h *house) endings(t *testing.T) map[string]func() error {
	return map[string]func() error{
		"EndSessions":      func() error { return h.EndSessions(t.Context(), []id.Session{"ses_1"}) },
		"EndUser":          func() error { return h.EndUser(t.Context(), "usr_ada", "") },
		"EndClient":        func() error { return h.EndClient(t.Context(), "web") },
		"EndAuthorization": func() error { return h.EndAuthorization(t.Context(), "aut_ada/web/1", "x") },
		"WithdrawConsent":  func() error { return h.WithdrawConsent(t.Context(), console, "usr_ada", "web") },
		"EndEverybody":     func() error { return h.EndEverybody(t.Context()) },
		"DeleteClient":     func() error { return h.DeleteClient(t.Context(), console, "web") },
	}
}

// Whoever holds a client, or the last revocation, is waited for, and a commit may last. What
// another process issues until then ends too.
func TestWhatIsIssuedUntilTheCommitEndsWithEverybody(t *testing.T) {
	for _, slow := range []string{"EndFamiliesOfEverybody", "HoldRevocations", "Revoke", "Commit"} {
		t.Run(slow, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t)
				h.m.slow = map[string]time.Duration{slow: 5 * time.Second}
				began, ended := time.Now(), make(chan error)
				go func() { ended <- h.EndEverybody(t.Context()) }()
				time.Sleep(4500 * time.Millisecond)
				h.issue("eve/web/4")
				if err := <-ended; err != nil {
					t.Fatal(err)
				}
				h.step(t)
				for where, r := range map[string]*replica{"here": h.here, "there": h.there} {
					if got := h.dead(r); !slices.Contains(got, "eve/web/4") {
						t.Errorf("%s, after %s: %v are dead", where, time.Since(began), got)
					}
				}
				if got := h.endedFamilies(); (slow == "EndFamiliesOfEverybody" || slow == "HoldRevocations") && !slices.Contains(got, "eve/web/4") {
					t.Errorf("families of %v ended", got) // in what is slow besides the clients are held
				}
			})
		})
	}
}

// A commit that takes a good part of the second that is allowed for has used it up, whether or not
// whoever asked for the end still waits for it.
func TestWhatIsIssuedDuringACommitEndsWithEverybodyWhoeverStillWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.m.slow = map[string]time.Duration{"Commit": 1400 * time.Millisecond}
		time.Sleep(900 * time.Millisecond) // so that the next second but one is not allowed for
		ctx, hangUp := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- h.EndEverybody(ctx) }()
		time.Sleep(1200 * time.Millisecond)
		h.issue("eve/web/4")
		hangUp()
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		h.step(t)
		if got := h.dead(h.there); !slices.Contains(got, "eve/web/4") {
			t.Errorf("%v are dead", got)
		}
	})
}

// What was undone, however late, ended nobody.
func TestAnEndOfEverybodyThatIsUndoneLateEndsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.m.slow = map[string]time.Duration{"Commit": 5 * time.Second}
		h.m.fail("Commit", errors.New("disk full"))
		time.AfterFunc(6*time.Second, func() { h.m.fail("", nil) }) // behind the commit
		if err := h.EndEverybody(t.Context()); err == nil {
			t.Error("the end succeeded without a commit")
		}
		h.m.fail("", nil)
		h.step(t)
		if here, there, families := h.dead(h.here), h.dead(h.there), h.endedFamilies(); here != nil || there != nil || families != nil {
			t.Errorf("%v are dead here, %v there, families of %v ended", here, there, families)
		}
	})
}

// Where what was issued during the commit cannot be ended, the operator hears what to do.
func TestWhatLivesOnWhenEverybodyIsSignedOutIsLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		var log bytes.Buffer
		h.Log = slog.New(slog.NewTextHandler(&log, nil))
		h.m.slow = map[string]time.Duration{"Commit": 5 * time.Second}
		time.AfterFunc(4*time.Second, func() { h.m.fail("Revoke", errors.New("disk full")) })
		if err := h.EndEverybody(t.Context()); err != nil {
			t.Fatal(err)
		}
		if text := log.String(); !strings.Contains(text, "level=ERROR") || !strings.Contains(text, "Sign everybody out once more.") || !strings.Contains(text, "disk full") {
			t.Errorf("the log says %q", text)
		}
	})
}

// Another process follows within a second: what it issues until then ends too, and nothing later.
func TestWhatIsIssuedElsewhereWithinASecondEndsWithEverybody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		if err := h.EndEverybody(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		h.issue("eve/web/4")
		time.Sleep(time.Second)
		h.issue("fay/web/5")
		h.step(t)
		want := append(slices.Clone(all), "eve/web/4")
		for where, r := range map[string]*replica{"here": h.here, "there": h.there} {
			if got := h.dead(r); !slices.Equal(got, want) {
				t.Errorf("%s: %v are dead, want %v", where, got, want)
			}
		}
	})
}

// What programs have for themselves is nobody's.
func TestProgramsStayWhenEverybodyIsSignedOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		if err := h.EndEverybody(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.step(t)
		program := oauth.TokenFacts{JTI: "own", Client: "web", KeyID: "kid", Issued: time.Now().Add(-time.Minute).Truncate(time.Second)}
		if dead(t, h.here.Registry, program) || dead(t, h.there.Registry, program) {
			t.Error("a token that a program has for itself is refused")
		}
	})
}

func TestFailedEndLeavesNothingBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("disk full")
		for method, writers := range map[string][]string{
			"EndFamiliesOfAuthorization": {"EndAuthorization"}, "EndFamiliesOfConsent": {"WithdrawConsent"},
			"EndFamiliesOfUser":   {"EndUser"},
			"EndFamiliesOfClient": {"EndClient", "DeleteClient"}, "EndFamiliesOfEverybody": {"EndEverybody"},
			"Revoke": {"EndSessions", "EndUser", "EndEverybody", "EndClient", "EndAuthorization", "WithdrawConsent", "DeleteClient"},
		} {
			h := newHouse(t)
			h.m.fail(method, broken)
			for _, name := range writers {
				if err := h.endings(t)[name](); !errors.Is(err, broken) {
					t.Errorf("%s fails: %s = %v, want the store's error", method, name, err)
				}
			}
			if dead, families := h.dead(h.here), h.endedFamilies(); dead != nil || families != nil {
				t.Errorf("%s fails: %v dead, families of %v ended", method, dead, families)
			}
		}
	})
}

// The outer transaction may fail after the inner part went well, and a commit
// may fail. Nothing may be taken for ended then: whoever asks once more must
// find it alive and end it.
func TestEndThatWasNotCommittedIsNotBelieved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, failing := range []string{"InsertEvent", "Commit"} {
			h := newHouse(t)
			h.m.fail(failing, errors.New("disk full"))
			if err := h.DeleteClient(t.Context(), console, "app"); err == nil {
				t.Fatalf("DeleteClient succeeded although %s failed", failing)
			}
			if failing == "Commit" {
				if err := h.EndAuthorization(t.Context(), "aut_ada/web/1", "replay"); err == nil {
					t.Fatal("EndAuthorization succeeded without a commit")
				}
			}
			h.m.fail("", nil)
			if dead := h.dead(h.here); dead != nil {
				t.Errorf("%s fails: %v are dead although nothing was committed", failing, dead)
			}
			h.step(t)
			if dead := h.dead(h.here); dead != nil {
				t.Errorf("%s fails: %v are dead after the poll", failing, dead)
			}
		}
	})
}

func TestNothingNamedEndsNothing(t *testing.T) {
	t.Parallel()
	s, m := newService()
	m.s.families = []oauth.Family{{ID: "fam_x"}}
	for name, err := range map[string]error{
		"session":       s.EndSessions(t.Context(), []id.Session{""}),
		"user":          s.EndUser(t.Context(), "", ""),
		"client":        s.EndClient(t.Context(), ""),
		"authorization": s.EndAuthorization(t.Context(), "", "x"),
		"token":         s.EndToken(t.Context(), "", time.Now()),
		"consent":       s.WithdrawConsent(t.Context(), console, "", ""),
	} {
		if err == nil {
			t.Errorf("an empty %s was ended", name)
		}
	}
	if len(m.s.revoked) != 0 || !m.s.families[0].RevokedAt.IsZero() {
		t.Error("something was revoked")
	}
}

func TestConsentGrowsAndIsWithdrawnAsAWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, m := newService()
		create(t, s, web())
		for _, scopes := range [][]string{{"openid"}, {"openid", "email"}, {"profile"}} {
			if err := s.GiveConsent(t.Context(), console, "usr_ada", "web", scopes); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
		}
		c, err := s.Consent(t.Context(), "usr_ada", "web")
		if err != nil || !slices.Equal(c.Scopes, []string{"openid", "email", "profile"}) || !c.Updated.After(c.Created) {
			t.Fatalf("Consent = %+v, %v", c, err)
		}
		if list, err := s.ConsentsOf(t.Context(), "usr_ada"); err != nil || len(list) != 1 {
			t.Errorf("ConsentsOf = %v, %v", list, err)
		}
		for range 2 { // the second time there is nothing, which is fine
			if err := s.WithdrawConsent(t.Context(), console, "usr_ada", "web"); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.Consent(t.Context(), "usr_ada", "web"); !fault.Is(err, fault.NotFound) {
			t.Errorf("after the withdrawal: %v", err)
		}
		if got, want := m.actions(), "client.create consent.give consent.give consent.give consent.withdraw consent.withdraw"; got != want {
			t.Errorf("events %s, want %s", got, want)
		}
		m.fail("Consent", errors.New("disk I/O error"))
		if err := s.GiveConsent(t.Context(), console, "usr_ada", "web", []string{"openid"}); err == nil {
			t.Error("a store that cannot be read was taken for no consent")
		}
	})
}

// A revocation that was answered with success must not fade because the store
// fails right after it: until it can be read back, this process stands by it.
func TestRevocationsOfThisProcessOutliveAStoreThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.step(t)
		token := h.tokens["ada/web/1"]
		h.m.fail("Versions", errors.New("disk on fire"))
		if err := h.EndAuthorization(t.Context(), token.Authorization, "replay"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Second)
		if err := h.here.Step(t.Context(), time.Now()); err == nil {
			t.Fatal("the store answered")
		}
		if !dead(t, h.here.Registry, token) {
			t.Error("the token counts again while nobody can know")
		}
		h.m.fail("Versions", nil)
		h.step(t)
		if !dead(t, h.here.Registry, token) {
			t.Error("the token counts again")
		}

		other := h.tokens["bob/web/3"]
		_ = h.m.InTx(t.Context(), func(ctx context.Context) error {
			if err := h.EndAuthorization(ctx, other.Authorization, "replay"); err != nil {
				t.Error(err)
			}
			return errors.New("the caller changed its mind")
		})
		if dead(t, h.here.Registry, other) {
			t.Error("what was rolled back is believed")
		}
	})
}
