package housetest

import (
	"context"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/config"
	"gatehouse/id"
	"gatehouse/internal/gatetest"
	"gatehouse/internal/testpg"
	"gatehouse/oauth"
	"gatehouse/session"
)

// round is one in which a right to streams is given, and then ended at a moment.
type round struct {
	*streaming
	there *listeningGate // whose streams they are
	app   *gatetest.Application
	grant access.GrantRecord
	token string
	// browser is where Ada is signed in, until a round ends that.
	browser *gatetest.Browser
}

func (r *round) give(ctx context.Context, until time.Time) (err error) {
	r.grant, err = r.House.Access.Give(ctx, gatetest.Console, access.Grant{
		Subject: access.Subject{Kind: access.User, ID: string(r.ada.ID)}, Effect: access.Allow, Where: everywhere, Window: access.Window{ExpiresAt: until},
		Permission: access.Pattern{API: "shop", Resource: "orders", Action: "read"}, Reason: "for a round",
	})
	return err
}

// endings end it.
var endings = map[string]func(ctx context.Context, r *round) error{
	"revoked": func(ctx context.Context, r *round) error {
		_, err := r.House.Access.Revoke(ctx, gatetest.Console, r.grant.ID, "over")
		return err
	},
	"locked": func(ctx context.Context, r *round) error {
		_, err := r.House.Access.PutLock(ctx, gatetest.Console, access.LockRecord{Lock: access.Lock{On: access.LockTarget{Kind: access.LockUser, ID: string(r.ada.ID)}, Reason: "asking"}})
		return err
	},
	"disabled": func(ctx context.Context, r *round) error {
		return r.House.Identity.Disable(ctx, gatetest.Console, r.ada.ID)
	},
	"signed out": func(ctx context.Context, r *round) error {
		sid, _ := gatetest.Claims(r.token)["sid"].(string)
		return r.House.Sessions.End(ctx, gatetest.Console, id.Session(sid), session.ReasonByOperator)
	},
	"expired": func(ctx context.Context, r *round) error { return nil }, // by itself
}

// begin gives the right, and opens one stream of each kind.
func (r *round) begin(t *testing.T, how string) map[string]*heldOpen {
	t.Helper()
	ctx := t.Context()
	_ = r.House.Access.LiftLock(ctx, gatetest.Console, access.LockTarget{Kind: access.LockUser, ID: string(r.ada.ID)}) // there may be none
	must(t, r.House.Identity.Enable(ctx, gatetest.Console, r.ada.ID))
	_, _ = r.House.Access.Revoke(ctx, gatetest.Console, r.grant.ID, "of the round before") // it may be over
	must(t, r.give(ctx, time.Time{}))
	r.Settle()
	browser := r.browser
	if how == "signed out" || how == "disabled" { // nobody signs in a thousand times within minutes
		browser = r.Browser()
	}
	r.token = r.app.Tokens(browser, r.ada).Text("access_token")
	if how == "expired" {
		_, err := r.House.Access.Revoke(ctx, gatetest.Console, r.grant.ID, "for a shorter one")
		must(t, err)
		must(t, r.give(ctx, time.Now().Add(500*time.Millisecond)))
	}
	all := map[string]*heldOpen{}
	for kind, open := range kindsOfStreams {
		soon(t, kind+" is open", func() bool { // the other replica may have to hear of it first
			h, err := open(t, r.there, "/shop", r.token)
			if err == nil {
				all[kind] = h
			}
			return err == nil || how == "expired" && time.Now().After(r.grant.ExpiresAt)
		})
	}
	return all
}

// A stream ends soon after the right to it, however that ends, at another replica too. How
// long it takes is measured by the drills (`make bench/spread`).
func TestAStreamEndsSoonAfterTheRightToIt(t *testing.T) {
	t.Parallel()
	const n = 2
	for name, open := range map[string]func(t *testing.T) (*streaming, *listeningGate){
		"SQLite": func(t *testing.T) (*streaming, *listeningGate) {
			s := newStreaming(t, patiently)
			return s, s.listeningGate
		},
		"Postgres, another replica": func(t *testing.T) (*streaming, *listeningGate) {
			s := newStreaming(t, gatetest.OnPostgres(testpg.URL(t)), patiently)
			return s, listenAtGate(t, s.Replica())
		},
	} {
		t.Run(name, func(t *testing.T) {
			if name != "SQLite" {
				testpg.Server(t)
			}
			t.Parallel()
			s, there := open(t)
			r := &round{streaming: s, there: there, grant: s.grant, browser: s.Browser(), app: s.App("rounds", func(c *oauth.Client) { c.Audiences = []string{shopAudience} })}
			for _, how := range slices.Sorted(maps.Keys(endings)) {
				end := endings[how]
				for range n {
					all := r.begin(t, how)
					must(t, end(t.Context(), r))
					for kind, h := range all {
						if h.over(t).outcome() != isRefused {
							t.Errorf("%s, %s: it ends with %s %s", how, kind, h.Status, h.Reason)
						}
					}
				}
			}
		})
	}
}

// What a stream takes of memory, beside the same one without a gate: measured, and held to
// nothing, by `make bench/spread`.
func TestHowMuchMemoryAStreamTakes(t *testing.T) {
	if os.Getenv("GATEHOUSE_TEST_SPREAD") != "long" {
		t.Skip("make bench/spread measures it")
	}
	const n = 500
	s := newStreaming(t, func(c *config.Config) { c.Gate.MaxStreamsPerCaller = 10 * n })
	direct := &listeningGate{all: s.listeningGate.all}
	direct.all.Plain = strings.TrimPrefix(s.talker.URL, "http://")
	used := func() float64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc + m.StackInuse)
	}
	take := func(open func() (*heldOpen, error)) float64 {
		before := used()
		for range n {
			h, err := open()
			must(t, err)
			t.Cleanup(h.Close)
		}
		return (used() - before) / n / 1024
	}
	// What changes for somebody else costs each stream a question.
	const rounds = 50
	grant, bob := s.grant, s.Person("bob")
	after := func() time.Duration {
		begun := burnt(t)
		for range rounds {
			g, err := s.House.Access.Give(t.Context(), gatetest.Console, access.Grant{
				Subject: access.Subject{Kind: access.User, ID: string(bob.ID)}, Effect: access.Allow, Where: everywhere,
				Permission: access.Pattern{API: "shop", Resource: "orders", Action: "read"}, Reason: "for a round",
			})
			must(t, err)
			grant = g
			<-time.After(100 * time.Millisecond) // so that each has a round of its own
			_, err = s.House.Access.Revoke(t.Context(), gatetest.Console, grant.ID, "over")
			must(t, err)
			<-time.After(100 * time.Millisecond)
		}
		return burnt(t) - begun
	}
	before := after()
	for _, kind := range []string{"WebSocket", "events"} {
		without := take(func() (*heldOpen, error) { return kindsOfStreams[kind](t, direct, "", s.token) })
		with := take(func() (*heldOpen, error) { return kindsOfStreams[kind](t, s.listeningGate, "/shop", s.token) })
		t.Logf("%s: %.1f KiB with the gate, %.1f without, of %d: %.1f of the gate", kind, with, without, n, with-without)
	}
	t.Logf("to ask one again: %s", (after()-before)/(2*rounds*2*n))
}

// burnt is the time that this process took of processors.
func burnt(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	must(t, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
