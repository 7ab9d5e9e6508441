package house

import (
	"bytes"
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/flow"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/internal/testconfig"
	"gatehouse/internal/testpg"
	"gatehouse/oauth"
)

// standing is a house with something of everything that goes with time, and a
// clock that a test may set.
type standing struct {
	*House
	t       *testing.T
	ahead   time.Duration
	log     bytes.Buffer
	sign    flow.Interaction
	session string
}

func newStanding(t *testing.T, url string) *standing {
	cfg := testconfig.New(t)
	cfg.Audit.Retention = 90 * 24 * time.Hour
	if url != "" {
		cfg.Store.URL = url
	}
	s := &standing{House: openHouse(t, cfg), t: t}
	s.House.Log = slog.New(slog.NewTextHandler(&s.log, nil))
	read := s.Clock.Read
	s.Clock.Read = func() clock.Reading { r := read(); r.Wall = r.Wall.Add(s.ahead); return r }

	ctx, console := t.Context(), audit.Actor{Kind: audit.Console}
	u, err := s.Identity.Create(ctx, console, identity.User{Email: "ada@example.test", Name: "Ada"}, "violet harbour 77 engines")
	s.must(err)
	_, s.session, err = s.Sessions.Create(ctx, console, u.ID, nil)
	s.must(err)
	s.sign = flow.Interaction{ID: id.NewInteraction(), Browser: []byte("browser"), Version: 1, Created: time.Now(), Expires: time.Now().Add(s.Config.SignIn.InteractionTTL)}
	_, err = s.Store.InsertInteraction(ctx, s.sign, flow.MaxPerPerson)
	s.must(err)
	s.must(s.OAuth.EndToken(ctx, "stolen", time.Now().Add(5*time.Minute)))
	s.must(s.Audit.Record(ctx, audit.Event{At: time.Now().Add(-80 * 24 * time.Hour), Action: "test.do", Actor: console}))
	s.must(s.Feed.Step(ctx))
	s.must(s.Registry.Load(ctx, time.Now()))
	return s
}

func (s *standing) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// beat beats each row once that asks for the time.
func (s *standing) beat() {
	s.t.Helper()
	for _, b := range s.Beats() {
		if b.Clock != nil {
			s.must(runner{s.Store, "us", s.House.Log}.beat(s.t.Context(), b, time.Now().Add(s.ahead)))
		}
	}
}

// whole fails unless everything is there that was.
func (s *standing) whole(when string, keysBefore []string) {
	t, ctx := s.t, s.t.Context()
	t.Helper()
	if _, err := s.Store.Interaction(ctx, s.sign.ID); err != nil {
		t.Errorf("%s: the sign-in is gone: %v", when, err)
	}
	if _, err := s.Sessions.Authenticate(ctx, s.session, ""); err != nil {
		t.Errorf("%s: the session is gone: %v", when, err)
	}
	stolen := oauth.TokenFacts{JTI: "stolen", Issued: time.Now().Add(-time.Minute)}
	if dead, err := s.Registry.Revoked(ctx, stolen); err != nil || !dead {
		t.Errorf("%s: the revoked token is alive here: %v", when, err)
	}
	if kept, err := s.Store.RevocationsAfter(ctx, 0, 10); err != nil || len(kept) != 1 {
		t.Errorf("%s: %d revocations are in the database, %v", when, len(kept), err)
	}
	if got := s.keys(); !slices.Equal(got, keysBefore) {
		t.Errorf("%s: the keys were %v and are %v", when, keysBefore, got)
	}
	if n := s.events(); n != 1 {
		t.Errorf("%s: %d of the old events", when, n)
	}
	soon := time.Now().Add(10 * time.Minute)
	if free, err := s.Store.Lease(ctx, "janitor", "another", soon, time.Now()); err != nil || !free { // and gives it back
		t.Errorf("%s: another replica waits for its turn: %v", when, err)
	}
}

func (s *standing) keys() (all []string) {
	list, err := s.Keys.List(s.t.Context(), true)
	s.must(err)
	for _, k := range list {
		all = append(all, k.ID+" "+string(k.State)+" "+k.SignsFrom.String())
	}
	return all
}

func (s *standing) events() int {
	events, _, err := s.Trail.Page(s.t.Context(), audit.Query{Actions: []audit.Action{"test.do"}}, 10)
	s.must(err)
	return len(events)
}

// A clock that is wrong for a moment ends nothing, brings nothing back, and
// replaces no key, whatever database there is; what was to be done is done when
// the clock is right again.
func TestAClockThatIsWrongForAMomentDoesNoHarm(t *testing.T) {
	t.Parallel()
	for database, url := range map[string]func(t *testing.T) string{
		"SQLite": func(*testing.T) string { return "" }, "Postgres": func(t *testing.T) string { return testpg.URL(t) },
	} {
		for name, ahead := range map[string]time.Duration{"ahead": 40 * 24 * time.Hour, "far ahead": 20 * 365 * 24 * time.Hour, "behind": -40 * 24 * time.Hour} {
			t.Run(database+"/"+name, func(t *testing.T) {
				t.Parallel()
				s := newStanding(t, url(t))
				keys := s.keys()
				s.beat()
				s.whole("before", keys)
				s.ahead = ahead
				for range 3 {
					s.beat()
				}
				s.whole("meanwhile", keys)
				if s.Clock.Doubt() == nil || s.Clock.Refused() == 0 {
					t.Errorf("meanwhile the clock is doubted: %v, %d times", s.Clock.Doubt(), s.Clock.Refused())
				}
				s.ahead = 0
				over := s.sign
				over.ID, over.Expires = over.ID+"2", time.Now().Add(-time.Minute)
				_, err := s.Store.InsertInteraction(t.Context(), over, flow.MaxPerPerson)
				s.must(err)
				s.beat()
				s.whole("afterwards", keys)
				if _, err := s.Store.Interaction(t.Context(), over.ID); err == nil {
					t.Error("what has ended is not removed afterwards")
				}
				if said := s.log.String(); strings.Count(said, "do not agree") != 1 || strings.Count(said, "agree again") != 1 {
					t.Errorf("it logged:\n%s", said)
				}
				if s.Clock.Doubt() != nil {
					t.Error("afterwards the clock is doubted")
				}
			})
		}
	}
}

// With a database that has a clock of its own a wrong one is known at the start.
func TestAClockThatIsWrongFromTheStartIsKnownByThatOfPostgres(t *testing.T) {
	t.Parallel()
	s := newStanding(t, testpg.URL(t))
	keys := s.keys()
	s.ahead = 40 * 24 * time.Hour
	s.beat()
	s.whole("from the start", keys)
	if d := s.Clock.Doubt(); d == nil || d.Apart < 39*24*time.Hour {
		t.Errorf("it doubts %v", d)
	}
}

// Revocations are read whatever the time is: one that is left out by a clock
// that is ahead would not be read again.
func TestAReplicaThatStartsWithAWrongClockReadsEveryRevocation(t *testing.T) {
	t.Parallel()
	s := newStanding(t, "")
	past := time.Now().Add(-24 * time.Hour) // as a clock that is ahead sees it
	s.must(s.Store.Revoke(t.Context(), oauth.Revocation{Kind: oauth.RevokedToken, Key: "long ago", Before: past, Until: past}))
	replica := openHouse(t, s.Config)
	s.must(replica.Feed.Step(context.WithoutCancel(t.Context())))
	s.must(replica.Registry.Load(t.Context(), time.Now()))
	facts := oauth.TokenFacts{JTI: "long ago", Issued: past.Add(-time.Minute)}
	dead, err := replica.Registry.Revoked(t.Context(), facts)
	if s.must(err); !dead {
		t.Error("it does not know the revocation")
	}
	s.must(replica.Registry.Forget(t.Context(), time.Now()))
	dead, err = replica.Registry.Revoked(t.Context(), facts)
	if s.must(err); dead {
		t.Error("it is not forgotten by the true time")
	}
}

// A new row of the background that removes or replaces something for its age
// must ask for the time; these need not.
func TestEveryRowButTheseAsksForTheTime(t *testing.T) {
	t.Parallel()
	h := openHouse(t, testconfig.New(t))
	free := []string{"follow the store", "note the use of keys", "note what clients did", "load the revocations", "make the first keys", "tell of news", "listen for news", "seal the audit log", "keep nodes of the audit log", "append the checkpoints", "apply the folder", "read the routes", "count the events", "ask Redis", "look what routes ask for", "write the decisions", "add up the decisions", "take in people", "verify the audit log"}
	for _, b := range h.Beats() {
		if asks := b.Clock != nil; asks == slices.Contains(free, b.Name) {
			t.Errorf("%q asks for the time: %v", b.Name, asks)
		}
	}
}
