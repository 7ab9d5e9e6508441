package storetest

import (
	"encoding/json"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/store"
)

func testAudit(t *testing.T, s *store.Store) {
	t.Run("TakesEveryName", func(t *testing.T) {
		ok(t, s.InsertEvent(t.Context(), audit.Event{
			ID: id.NewEvent(), At: now.Add(-time.Hour), Actor: audit.Actor{Kind: audit.Nobody, Agent: "bad \xff\x00"}, Action: "test", Target: audit.Target{Kind: "test", ID: "a\x00\xed\xa0\x80"},
		}))
	})
	full := audit.Event{
		ID: id.NewEvent(), At: now,
		Actor:  audit.Actor{Kind: audit.Person, ID: "usr_a", Session: "ses_a", Request: "req_a", IP: "192.0.2.7", Agent: "browser"},
		Action: "client.create", Target: audit.OfClient("cli_a"), User: "usr_b", Client: "cli_a", Outcome: audit.Refused, Reason: "forbidden",
		Before: json.RawMessage(`{"name":"old"}`), After: json.RawMessage(`{"name":"new"}`),
	}
	bare := audit.Event{ID: id.NewEvent(), At: now.Add(time.Second), Actor: audit.Actor{Kind: audit.House}, Action: "keys.rotate", Outcome: audit.Done}
	ok(t, s.InsertEvent(t.Context(), bare))
	ok(t, s.InsertEvent(t.Context(), full))

	same(t, must[[]audit.Event](t)(s.Events(t.Context(), now, 10)), []audit.Event{full, bare})
	same(t, must[[]audit.Event](t)(s.Events(t.Context(), now, 1)), []audit.Event{full})
	same(t, must[[]audit.Event](t)(s.Events(t.Context(), now.Add(time.Microsecond), 10)), []audit.Event{bare})
	refused(t, s.InsertEvent(t.Context(), full), fault.Conflict)
}
