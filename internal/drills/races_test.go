package drills

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"gatehouse/session"
)

// revocationBound is how soon a revocation must be seen by every process.
const revocationBound = 2 * time.Second

func (s *stage) oneSuccessor(t *testing.T, replicas []*process, callers int, browser session.Session) {
	t.Helper()
	token, _ := s.family(browser)
	answers := make([]answer, callers)
	together(callers, func(i int) {
		a, err := s.refresh(replicas[i%len(replicas)], token)
		if err != nil {
			a.Error = err.Error()
		}
		answers[i] = a
	})
	distinct := map[string]bool{}
	for _, a := range answers {
		if a.Status != http.StatusOK {
			t.Fatalf("%d callers: one was answered %d %s", callers, a.Status, a.Error)
		}
		distinct[a.Refresh] = true
	}
	if len(distinct) != 1 {
		t.Fatalf("%d callers got %d different successors, want 1", callers, len(distinct))
	}
	if a := s.mustRefresh(replicas[0], answers[0].Refresh); a.Status != http.StatusOK {
		t.Fatalf("the successor was answered %d %s", a.Status, a.Error)
	} else if replay := s.mustRefresh(replicas[1], token); replay.Error != "invalid_grant" {
		t.Fatalf("the replayed token was answered %d %s", replay.Status, replay.Error)
	} else if after := s.mustRefresh(replicas[0], a.Refresh); after.Error != "invalid_grant" {
		t.Fatalf("after a replay the family still lives: %d", after.Status)
	}
}

// D03: a code redeemed many times at once on two processes works exactly once,
// and the tokens it gave are dead soon after.
func TestDrillD03OneCodeIsRedeemedOnce(t *testing.T) {
	for _, backend := range backends {
		t.Run(backend, func(t *testing.T) {
			w := newWorld(t, backend)
			s := w.stage()
			replicas := []*process{w.start(), w.start()}
			browser := s.session()
			for range rounds(25, 1000) {
				code := s.code(browser)
				var mu sync.Mutex
				var won []answer
				together(20, func(i int) {
					a, err := s.redeem(replicas[i%2], code)
					mu.Lock()
					defer mu.Unlock()
					switch {
					case err != nil:
						t.Errorf("redeem: %v", err)
					case a.Status == http.StatusOK:
						won = append(won, a)
					case a.Error != "invalid_grant":
						t.Errorf("a loser was answered %d %s, want invalid_grant", a.Status, a.Error)
					}
				})
				if len(won) != 1 {
					t.Fatalf("%d redemptions of one code succeeded, want 1", len(won))
				}
				if a := s.mustRefresh(replicas[0], won[0].Refresh); a.Error != "invalid_grant" {
					t.Fatalf("the refresh token of a code used twice was answered %d", a.Status)
				}
				for _, p := range replicas {
					if !s.dead(p, won[0].Access, revocationBound) {
						t.Fatal("the access token of a code used twice was still active after the bound")
					}
				}
			}
		})
	}
}

// D04: a refresh races whatever ends the session. Once the end is acknowledged,
// nothing derived from the family succeeds (I3).
func TestDrillD04NothingSurvivesTheEndOfASession(t *testing.T) {
	for _, backend := range backends {
		t.Run(backend, func(t *testing.T) {
			w := newWorld(t, backend)
			s := w.stage()
			replicas := []*process{w.start(), w.start()}
			for name, end := range s.ends() {
				t.Run(name, func(t *testing.T) {
					for range rounds(8, 250) {
						s.refreshAgainst(t, replicas, end)
					}
				})
			}
		})
	}
}

// ends are the ways in which a session, its person or its family ends.
func (s *stage) ends() map[string]func(browser session.Session, token string) error {
	return map[string]func(session.Session, string) error{
		"sign-out": func(b session.Session, _ string) error {
			return s.house.Sessions.End(background(), console, b.ID, "signout")
		},
		"disabled": func(session.Session, string) error {
			return s.house.Identity.Disable(background(), console, s.user.ID)
		},
		"password": func(session.Session, string) error {
			return s.house.Identity.SetPassword(background(), console, s.user.ID, 0, "another password of the drills")
		},
		"consent": func(session.Session, string) error {
			return s.house.OAuth.WithdrawConsent(background(), console, s.user.ID, s.client.ID)
		},
	}
}

func (s *stage) refreshAgainst(t *testing.T, replicas []*process, end func(session.Session, string) error) {
	t.Helper()
	if err := s.house.Identity.Enable(background(), console, s.user.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.house.OAuth.GiveConsent(background(), console, s.user.ID, s.client.ID, []string{"offline_access", "orders"}); err != nil {
		t.Fatal(err)
	}
	browser := s.session()
	token, _ := s.family(browser)
	var mu sync.Mutex
	tokens, accesses := []string{token}, []string{}
	together(5, func(i int) {
		if i == 0 {
			if err := end(browser, token); err != nil {
				t.Errorf("end: %v", err)
			}
			return
		}
		presented := token
		for range 4 {
			a, err := s.refresh(replicas[i%2], presented)
			if err != nil || a.Status != http.StatusOK {
				return
			}
			mu.Lock()
			tokens, accesses = append(tokens, a.Refresh), append(accesses, a.Access)
			mu.Unlock()
			presented = a.Refresh
		}
	})
	for _, survivor := range tokens {
		for _, p := range replicas {
			if a := s.mustRefresh(p, survivor); a.Status == http.StatusOK {
				t.Fatal("a refresh succeeded after the end was acknowledged")
			}
		}
	}
	for _, access := range accesses {
		if !s.dead(replicas[0], access, revocationBound) {
			t.Fatal("an access token was still active after the bound")
		}
	}
}
