package housetest

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/config"
	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

// replicas are two processes on one store.
func replicas(t *testing.T, g *gatetest.Gate) [2]*steering {
	t.Helper()
	a := &steering{Gate: g, t: t}
	a.boss = a.account("boss", func(string) bool { return true })
	b := &steering{Gate: g.Replica(), t: t, boss: a.boss}
	a.Settle()
	return [2]*steering{a, b}
}

// together calls f for both replicas at the same time.
func together(both [2]*steering, f func(s *steering) gatetest.Answer) (answers [2]gatetest.Answer) {
	var all sync.WaitGroup
	for i, s := range both {
		all.Go(func() { answers[i] = f(s) })
	}
	all.Wait()
	return answers
}

// What is written through one replica is read through the other at once.
func TestWhatOneReplicaWritesTheOtherReads(t *testing.T) {
	t.Parallel()
	onBothDatabases(t, func(t *testing.T, g *gatetest.Gate) {
		both := replicas(t, g)
		for i, writer := range both {
			reader := both[1-i]
			for n := range 5 {
				made := writer.call(writer.boss, http.MethodPost, "/api/v1/users", map[string]any{"email": fmt.Sprintf("ada-%d-%d@example.test", i, n)})
				path := made.Header.Get("Location")
				if a := reader.call(reader.boss, http.MethodGet, path, nil); made.Status != http.StatusCreated || a.Status != http.StatusOK || a.Header.Get("ETag") != `"1"` {
					t.Fatalf("made %d %s, and read %d %s", made.Status, made.Body, a.Status, a.Body)
				}
				if a := writer.call(writer.boss, http.MethodPatch, path, map[string]any{"name": "Ada"}, "If-Match", `"1"`); a.Status != http.StatusOK {
					t.Fatalf("changed: %d %s", a.Status, a.Body)
				}
				if a := reader.call(reader.boss, http.MethodGet, path, nil); a.Text("name") != "Ada" || a.Header.Get("ETag") != `"2"` {
					t.Errorf("the change is read as %s %s", a.Header.Get("ETag"), a.Body)
				}
			}
		}
	})
}

// Of two changes of one revision by two replicas at once one wins, and the other is told.
func TestOneOfTwoReplicasChangesARevision(t *testing.T) {
	t.Parallel()
	onBothDatabases(t, func(t *testing.T, g *gatetest.Gate) {
		both := replicas(t, g)
		made := both[0].call(both[0].boss, http.MethodPost, "/api/v1/users", map[string]any{"email": "ada@example.test"})
		group := both[0].call(both[0].boss, http.MethodPost, "/api/v1/groups", map[string]any{"id": "desk"})
		if made.Status != http.StatusCreated || group.Status != http.StatusCreated {
			t.Fatalf("%d %d", made.Status, group.Status)
		}
		for path, body := range map[string]func(n int, s *steering) any{
			made.Header.Get("Location"):  func(n int, s *steering) any { return map[string]any{"name": fmt.Sprint(n, s == both[0])} },
			group.Header.Get("Location"): func(n int, s *steering) any { return map[string]any{"description": fmt.Sprint(n, s == both[0])} },
		} {
			for rev := 1; rev <= 10; rev++ {
				answers := together(both, func(s *steering) gatetest.Answer {
					return s.call(s.boss, http.MethodPatch, path, body(rev, s), "If-Match", fmt.Sprintf(`"%d"`, rev))
				})
				won, lost := answers[0], answers[1]
				if won.Status != http.StatusOK {
					won, lost = lost, won
				}
				if won.Status != http.StatusOK || lost.Status != http.StatusPreconditionFailed || problem(lost) != "request.outdated" || won.Header.Get("ETag") != fmt.Sprintf(`"%d"`, rev+1) {
					t.Fatalf("%s, revision %d: %d %s and %d %s", path, rev, won.Status, won.Body, lost.Status, lost.Body)
				}
			}
		}
	})
}

// A request that comes to two replicas at once with one key is done once.
func TestAKeyIsUsedOnceByTwoReplicas(t *testing.T) {
	t.Parallel()
	onBothDatabases(t, func(t *testing.T, g *gatetest.Gate) {
		both := replicas(t, g)
		for n := range 10 {
			answers := together(both, func(s *steering) gatetest.Answer {
				return s.call(s.boss, http.MethodPost, "/api/v1/users", map[string]any{"email": fmt.Sprintf("ada-%d@example.test", n)}, "Idempotency-Key", fmt.Sprint("key-", n))
			})
			if answers[0].Status != http.StatusCreated || answers[1].Status != http.StatusCreated || string(answers[0].Body) != string(answers[1].Body) {
				t.Fatalf("%d %s and %d %s", answers[0].Status, answers[0].Body, answers[1].Status, answers[1].Body)
			}
			secrets := together(both, func(s *steering) gatetest.Answer {
				return s.call(s.boss, http.MethodPost, "/api/v1/service-accounts", map[string]any{"id": fmt.Sprintf("svc-%d", n)}, "Idempotency-Key", fmt.Sprint("svc-", n))
			})
			if codes := problem(secrets[0]) + problem(secrets[1]); codes != "idempotency.secret" || secrets[0].Status+secrets[1].Status != http.StatusCreated+http.StatusConflict {
				t.Errorf("%d %s and %d %s", secrets[0].Status, secrets[0].Body, secrets[1].Status, secrets[1].Body)
			}
			applied := together(both, func(s *steering) gatetest.Answer {
				app := object("Client", fmt.Sprintf("app-%d", n), map[string]any{"name": "App", "redirect_uris": []string{"https://app.test/cb"}})
				return s.call(s.boss, http.MethodPost, "/api/v1/apply", map[string]any{"set": "apps", "objects": []map[string]any{app}}, "Idempotency-Key", fmt.Sprint("set-", n))
			})
			if codes := problem(applied[0]) + problem(applied[1]); codes != "idempotency.secret" || applied[0].Status+applied[1].Status != http.StatusOK+http.StatusConflict {
				t.Errorf("%d %s and %d %s", applied[0].Status, applied[0].Body, applied[1].Status, applied[1].Body)
			}
		}
		if list := both[0].call(both[0].boss, http.MethodGet, "/api/v1/users", nil); len(strings.Fields(idsOf(list))) != 10 {
			t.Errorf("there are %s", idsOf(list))
		}
	})
}

// What one replica takes away, the other refuses within the second that is promised; what
// it gives, the other lets in as soon.
func TestWhatOneReplicaTakesTheOtherRefuses(t *testing.T) {
	t.Parallel()
	onBothDatabases(t, func(t *testing.T, g *gatetest.Gate) {
		both := replicas(t, g)
		a, b := both[0], both[1]
		made := a.call(a.boss, http.MethodPost, "/api/v1/service-accounts", map[string]any{"id": "nightly"})
		key := made.Text("key")
		eventually := func(what string, status int) {
			t.Helper()
			begun := time.Now()
			for {
				x := b.call(key, http.MethodGet, "/api/v1/users", nil)
				if x.Status == status {
					return
				}
				if time.Since(begun) > 5*time.Second { // one is promised; this machine may be busy
					t.Fatalf("%s: the other replica answers %d %s", what, x.Status, x.Body)
				}
			}
		}
		eventually("a new key, without a right", http.StatusForbidden)
		given, err := a.House.Access.Give(context.Background(), gatetest.Console, access.Grant{
			Subject: access.Subject{Kind: access.ServiceAccount, ID: "nightly"}, Effect: access.Allow, Role: access.Auditor, Where: access.Where{Place: access.Everywhere}, Reason: "test",
		})
		must(t, err)
		eventually("with a grant", http.StatusOK)
		_, err = a.House.Access.Revoke(context.Background(), gatetest.Console, given.ID, "over")
		must(t, err)
		eventually("without it", http.StatusForbidden)
		if x := a.call(a.boss, http.MethodDelete, "/api/v1/service-accounts/nightly/keys/"+made.Text("key_id"), nil); x.Status != http.StatusOK {
			t.Fatalf("%d %s", x.Status, x.Body)
		}
		eventually("with a key that was revoked", http.StatusUnauthorized)
	})
}

// However many replicas count what was recorded, each event counts once.
func TestTwoReplicasCountEachEventOnce(t *testing.T) {
	t.Parallel()
	onBothDatabases(t, func(t *testing.T, g *gatetest.Gate) {
		both := replicas(t, g)
		const recorded = 700
		for range recorded {
			must(t, both[0].House.Audit.Record(context.Background(), audit.Event{Actor: gatetest.Console, Action: oauth.ActionSecretRotate, Target: audit.OfClient("web")}))
		}
		for waiting := true; waiting; { // where somebody seals beside it, some are left to the next call
			must(t, both[0].House.Sealer.Seal(context.Background(), time.Now()))
			left, err := both[0].House.Store.UnsealedEvents(context.Background(), audit.Unsealed{}, 1)
			must(t, err)
			waiting = len(left) > 0
		}
		var all sync.WaitGroup
		for _, s := range both {
			all.Go(func() {
				tallier := s.House.Tallier()
				for range 3 {
					if err := tallier.Step(context.Background(), time.Now()); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		a := both[1].call(both[1].boss, http.MethodGet, "/api/v1/statistics", nil)
		counted := 0.0
		days, _ := a.JSON["days"].([]any)
		for _, day := range days { // midnight may be among them
			events, _ := day.(map[string]any)["events"].(map[string]any)
			n, _ := events[string(oauth.ActionSecretRotate)].(float64)
			counted += n
		}
		if counted != recorded {
			t.Errorf("%v of %d events are counted: %d %s", counted, recorded, a.Status, a.Body)
		}
	})
}

// Each replica counts the requests that came to it: limits.api is of one process.
func TestEachReplicaHasBoundsOfItsOwn(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t, func(c *config.Config) { c.Limits.API.Enabled, c.Limits.API.Burst, c.Limits.API.PerMinute = true, 2, 1 })
	both := replicas(t, g)
	for _, s := range both {
		for i, want := range []int{http.StatusOK, http.StatusOK, http.StatusTooManyRequests} {
			if a := s.call(s.boss, http.MethodGet, "/api/v1/users", nil); a.Status != want || a.Header.Get("RateLimit") == "" {
				t.Errorf("request %d: %d %v", i+1, a.Status, a.Header)
			}
		}
	}
}
