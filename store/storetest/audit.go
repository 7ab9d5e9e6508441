package storetest

import (
	"crypto/sha256"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/setting"
	"gatehouse/store"
)

// auditKeys are those of the house that the suite records for.
var auditKeys = audit.KeysOf(func(label string) []byte {
	key := sha256.Sum256([]byte(label))
	return key[:]
})

func record(s *store.Store) *audit.Log { return &audit.Log{Store: s, Keys: auditKeys} }

// sealAll seals what waits.
func sealAll(t *testing.T, s *store.Store) {
	t.Helper()
	ok(t, (&audit.Sealer{Store: s, Keys: auditKeys, Holder: "test"}).Step(t.Context(), now))
}

func testAudit(t *testing.T, s *store.Store) {
	t.Run("TakesEveryName", func(t *testing.T) {
		ok(t, record(s).Record(t.Context(), audit.Event{
			ID: id.NewEvent(), At: now.Add(-time.Hour), Actor: audit.Actor{Kind: audit.Nobody, Agent: "bad \xff\x00"}, Action: "test", Target: audit.Target{Kind: "test", ID: "a\x00\xed\xa0\x80"},
		}))
	})
	full := audit.Event{
		ID: id.NewEvent(), At: now,
		Actor:  audit.Actor{Kind: audit.Person, ID: "usr_a", Key: "key_a", Session: "ses_a", Client: "web", Request: "req_a", IP: "192.0.2.7", Agent: "browser"},
		Action: "client.create", Target: audit.OfClient("cli_a"), User: "usr_b", Client: "cli_a", Outcome: audit.Refused, Reason: "forbidden",
		Before: json.RawMessage(`{"name":"old"}`), After: json.RawMessage(`{"name":"new"}`),
	}
	bare := audit.Event{ID: id.NewEvent(), At: now.Add(time.Second), Actor: audit.Actor{Kind: audit.House}, Action: "keys.rotate", Outcome: audit.Done}
	ok(t, record(s).Record(t.Context(), bare))
	ok(t, record(s).Record(t.Context(), full))

	find := func(q audit.Query, limit int) []audit.Event {
		events, _, err := s.FindEvents(t.Context(), q, limit)
		ok(t, err)
		return events
	}
	same(t, find(audit.Query{Since: now}, 10), []audit.Event{bare, full})
	same(t, find(audit.Query{}, 1), []audit.Event{bare})
	same(t, find(audit.Query{Since: now.Add(time.Microsecond)}, 10), []audit.Event{bare})
	refused(t, record(s).Record(t.Context(), full), fault.Conflict)
}

// A trail has its order and its end whatever it is asked by, and whatever else
// is asked with it.
func testAuditTrail(t *testing.T, s *store.Store) {
	ctx := t.Context()
	at := func(second int) time.Time { return now.Add(time.Duration(second) * time.Second) }
	person := audit.Actor{Kind: audit.Person, ID: "usr_a", IP: "192.0.2.7"}
	events := []audit.Event{ // the oldest first
		{ID: "evt_1", At: at(0), Actor: audit.Actor{Kind: audit.Console, ID: "root"}, Action: "user.create", Target: audit.OfUser("usr_a"), User: "usr_a"},
		{ID: "evt_2", At: at(1), Actor: person, Action: "session.create", Target: audit.Target{Kind: "session", ID: "ses_a"}, User: "usr_a"},
		{ID: "evt_3", At: at(1), Actor: person, Action: "signin.complete", Target: audit.OfUser("usr_a"), User: "usr_a", Client: "web"},
		{ID: "evt_4", At: at(2), Actor: person, Action: "consent.give", Target: audit.OfConsent("usr_a", "web"), User: "usr_a", Client: "web"},
		{ID: "evt_5", At: at(3), Actor: audit.Actor{Kind: audit.Console, ID: "root"}, Action: "client.update", Target: audit.OfClient("web"), Client: "web"},
		{ID: "evt_6", At: at(4), Actor: audit.Actor{Kind: audit.Client, ID: "web", IP: "192.0.2.8"}, Action: "token.replay", Outcome: audit.Refused, Target: audit.Target{Kind: "authorization", ID: "aut_a"}, User: "usr_b", Client: "web"},
		{ID: "evt_7", At: at(5), Actor: audit.Actor{Kind: audit.House}, Action: "key.retire", Target: audit.Target{Kind: "key", ID: "usr_a"}}, // a name that is somebody's too
		{ID: "evt_8", At: at(6), Actor: audit.Actor{IP: "192.0.2.7"}, Action: "signin.refuse", Outcome: audit.Refused, Reason: "unknown"},
	}
	for _, e := range events {
		if e.Outcome == "" {
			e.Outcome = audit.Done
		}
		ok(t, record(s).Record(ctx, e))
	}
	trail := &audit.Trail{Store: s}
	for _, c := range []struct {
		name string
		q    audit.Query
		want string
	}{
		{"everything", audit.Query{}, "8 7 6 5 4 3 2 1"},
		{"a person", audit.Query{Target: audit.OfUser("usr_a")}, "4 3 2 1"},
		{"a client", audit.Query{Target: audit.OfClient("web")}, "6 5 4 3"},
		{"a consent", audit.Query{Target: audit.OfConsent("usr_a", "web")}, "4"},
		{"a session", audit.Query{Target: audit.Target{Kind: "session", ID: "ses_a"}}, "2"},
		{"a thing without its kind", audit.Query{Target: audit.Target{ID: "ses_a"}}, "2"},
		{"a thing of another kind", audit.Query{Target: audit.Target{Kind: "token", ID: "ses_a"}}, ""},
		{"an actor", audit.Query{ActorID: "usr_a"}, "4 3 2"},
		{"an actor of another kind", audit.Query{ActorID: "usr_a", ActorKind: audit.Client}, ""},
		{"a kind of actor", audit.Query{ActorKind: audit.House}, "7"},
		{"a person and a client", audit.Query{Target: audit.OfUser("usr_a"), Client: "web"}, "4 3"},
		{"a client and an actor", audit.Query{Client: "web", ActorID: "root"}, "5"},
		{"a reason", audit.Query{Reason: "unknown"}, "8"},
		{"a reason of an action", audit.Query{Reason: "unknown", Actions: []audit.Action{"user.create"}}, ""},
		{"a client and an action", audit.Query{Client: "web", Actions: []audit.Action{"token.replay"}}, "6"},
		{"an action", audit.Query{Actions: []audit.Action{"consent.give"}}, "4"},
		{"actions", audit.Query{Actions: []audit.Action{"user.create", "token.replay", "session.create"}}, "6 2 1"},
		{"actions of a person", audit.Query{Target: audit.OfUser("usr_a"), Actions: []audit.Action{"user.create", "token.replay", "session.create"}}, "2 1"},
		{"a part of an action", audit.Query{Target: audit.OfUser("usr_a"), Actions: []audit.Action{"user"}}, ""},
		{"refusals", audit.Query{Outcome: audit.Refused}, "8 6"},
		{"refusals of an actor", audit.Query{ActorID: "web", Outcome: audit.Refused}, "6"},
		{"an address and an outcome", audit.Query{IP: "192.0.2.7", Outcome: audit.Refused}, "8"},
		{"an address and an action", audit.Query{IP: "192.0.2.7", Actions: []audit.Action{"consent.give"}}, "4"},
		{"the operator", audit.Query{ActorKind: audit.Console}, "5 1"},
		{"an address", audit.Query{IP: "192.0.2.7"}, "8 4 3 2"},
		{"an address that is none", audit.Query{IP: "a\x00\xff"}, ""},
		{"since and until", audit.Query{Since: at(1), Until: at(3)}, "4 3 2"},
		{"until a cursor", audit.Query{Until: at(5), After: audit.CursorOf(events[4])}, "4 3 2 1"},
		{"a cursor that is later", audit.Query{Until: at(1), After: audit.CursorOf(events[4])}, "1"},
		{"an action since", audit.Query{Actions: []audit.Action{"user.create", "token.replay"}, Since: at(1)}, "6"},
	} {
		for _, page := range []int{1, 2, audit.MaxPage} {
			var got []string
			for q := c.q; ; {
				events, next, err := trail.Page(ctx, q, page)
				ok(t, err)
				for _, e := range events {
					got = append(got, strings.TrimPrefix(string(e.ID), "evt_"))
				}
				if next == (audit.Cursor{}) {
					break
				}
				parsed, legible := audit.ParseCursor(next.String())
				same(t, legible, true)
				q.After = parsed
			}
			if got := strings.Join(got, " "); got != c.want {
				t.Errorf("%s, by %d: got %q, want %q", c.name, page, got, c.want)
			}
		}
	}
	same(t, must[[]audit.Action](t)(trail.Actions(ctx)), []audit.Action{
		"client.update", "consent.give", "key.retire", "session.create", "signin.complete", "signin.refuse", "token.replay", "user.create",
	})
}

// What is older than the retention goes, with an event that says so, and only
// when a day's worth of it is there.
func testAuditRetention(t *testing.T, s *store.Store) {
	ctx := t.Context()
	const day = 24 * time.Hour
	log := record(s)
	pruner := &audit.Pruner{Store: s, Audit: log, Keys: auditKeys, Config: setting.Always(audit.Config{Retention: 90 * day})}
	for i := range 40 {
		ok(t, log.Record(ctx, audit.Event{At: now.Add(time.Duration(i) * time.Hour), Actor: audit.Actor{Kind: audit.House}, Action: "test.do"}))
	}
	sealAll(t, s)
	left := func() []audit.Event {
		events, _, err := s.FindEvents(ctx, audit.Query{}, 100)
		ok(t, err)
		return events
	}

	same(t, must[int](t)((&audit.Pruner{Store: s, Audit: log, Keys: auditKeys, Config: setting.Always(audit.DefaultConfig())}).Prune(ctx, now.Add(1000*day))), 0) // forever
	same(t, must[int](t)(pruner.Prune(ctx, now.Add(91*day-time.Second))), 0)
	same(t, len(left()), 40)

	at := now.Add(91 * day) // 24 are too old
	same(t, must[int](t)(pruner.Prune(ctx, at)), 24)
	events := left()
	same(t, len(events), 17)
	same(t, events[16].At, now.Add(24*time.Hour))
	same(t, events[0], audit.Event{
		ID: events[0].ID, At: at, Actor: audit.Actor{Kind: audit.House}, Action: audit.ActionPrune, Target: audit.Itself(), Outcome: audit.Done,
		Before: audit.Doc(map[string]any{"events": 24, "first": now}), After: audit.Doc(map[string]any{"none_before": now.Add(23*time.Hour + time.Microsecond), "sealed_below": 24}),
	})
	same(t, must[int](t)(pruner.Prune(ctx, at.Add(time.Hour))), 0)

	// What is not sealed stays, and what is behind the last checkpoint with it.
	late := audit.Event{ID: id.NewEvent(), At: now.Add(25 * time.Hour), Actor: audit.Actor{Kind: audit.House}, Action: "test.late"}
	ok(t, log.Record(ctx, late))
	same(t, must[int](t)(pruner.Prune(ctx, now.Add(90*day+30*time.Hour))), 0) // no day's worth
	same(t, must[int](t)(pruner.Prune(ctx, now.Add(90*day+49*time.Hour))), 16)
	events = left()
	same(t, len(events), 3)
	same(t, events[2].ID, late.ID)

	// What was sealed late is as old as its seal.
	ok(t, (&audit.Sealer{Store: s, Keys: auditKeys, Holder: "test"}).Step(ctx, now.Add(100*day)))
	same(t, must[int](t)(pruner.Prune(ctx, now.Add(120*day))), 0)
	same(t, left(), events)

	// Nothing goes without its event, nor with one that told of something else.
	before := left()
	old := audit.Prunable{From: 40, Below: 41, Events: []audit.Cursor{audit.CursorOf(late)}, Last: late.At}
	if _, err := s.DropEvents(ctx, old, audit.Event{ID: "evt_none"}); err == nil {
		t.Error("events went, and nothing tells of it")
	}
	if _, err := s.DropEvents(ctx, old, events[0]); err == nil {
		t.Error("events went, and the event that tells of others was taken for theirs")
	}
	same(t, left(), before)
}
