package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/id"
	"gatehouse/store"
)

// Whoever has SQL and no right to change the schema finds that the record stays.
func TestAuditEventsAreNeverChanged(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, s *store.Store) {
		young := audit.Event{ID: id.NewEvent(), At: time.Now().Add(-28 * 24 * time.Hour), Action: "test.young"}
		old := audit.Event{ID: id.NewEvent(), At: time.Now().Add(-100 * 24 * time.Hour), Action: "test.old"}
		for _, e := range []audit.Event{young, old} {
			if err := s.InsertEvent(t.Context(), e); err != nil {
				t.Fatal(err)
			}
		}
		unchanged(t, s, 2,
			"UPDATE audit_events SET action = 'nothing'",
			"DELETE FROM audit_events",
			"DELETE FROM audit_events WHERE action = 'test.old'",
			"UPDATE audit_horizon SET at = 0",
			fmt.Sprintf("UPDATE audit_horizon SET at = %d, event = 'evt_x'", time.Now().Add(-60*24*time.Hour).UnixMicro()),
			"DELETE FROM audit_horizon",
			"INSERT INTO audit_horizon (one, at, event) VALUES (1, 9000000000000000000, '')",
		)
		if s.Postgres() {
			unchanged(t, s, 2, "TRUNCATE audit_events", "TRUNCATE audit_horizon",
				"INSERT INTO audit_horizon (one, at, event) VALUES (1, 9000000000000000000, '') ON CONFLICT (one) DO UPDATE SET at = excluded.at")
		} else {
			unchanged(t, s, 2, "REPLACE INTO audit_horizon (one, at, event) VALUES (1, 9000000000000000000, '')",
				"REPLACE INTO audit_events SELECT id, 0, '', '', '', '', '', '', 'x', '', '', '', '', '', '', '', '' FROM audit_events",
				"REPLACE INTO audit_events (rowid, id, at, actor_kind, actor_id, actor_session, request_id, ip, agent, action, target_kind, target_id, user_id, client_id, outcome, reason, before_doc, after_doc)"+
					" SELECT rowid, 'evt_other', 0, '', '', '', '', '', '', 'x', '', '', '', '', '', '', '', '' FROM audit_events",
				"UPDATE OR REPLACE audit_events SET id = 'x'")
		}

		// With an event that tells of it the horizon rises, but never so far that
		// the young are beyond it.
		told := audit.Event{ID: id.NewEvent(), At: time.Now(), Action: audit.ActionPrune}
		if err := s.InsertEvent(t.Context(), told); err != nil {
			t.Fatal(err)
		}
		unchanged(t, s, 3,
			fmt.Sprintf("UPDATE audit_horizon SET at = %d, event = '%s'", time.Now().UnixMicro(), told.ID),
			fmt.Sprintf("UPDATE audit_horizon SET at = %d, event = '%s'", time.Now().Add(-28*24*time.Hour).UnixMicro(), told.ID),
		)
		err := store.Raw(t.Context(), s, fmt.Sprintf("UPDATE audit_horizon SET at = %d, event = '%s'", time.Now().Add(-30*24*time.Hour).UnixMicro(), told.ID))
		if err != nil {
			t.Fatalf("the horizon does not rise: %v", err)
		}
		unchanged(t, s, 3,
			"DELETE FROM audit_events",
			"DELETE FROM audit_events WHERE action <> 'test.old'",
			"UPDATE audit_horizon SET at = 0",
		)
		if err := store.Raw(t.Context(), s, "DELETE FROM audit_events WHERE action = 'test.old'"); err != nil {
			t.Errorf("what is beyond the horizon cannot go: %v", err)
		}
	})
}

// unchanged fails unless each text is refused and leaves n events as they are.
func unchanged(t *testing.T, s *store.Store, n int, texts ...string) {
	t.Helper()
	for _, text := range texts {
		err := store.Raw(t.Context(), s, text)
		if err == nil || !strings.Contains(err.Error(), "append-only") && !strings.Contains(err.Error(), "audit horizon") {
			t.Errorf("%s: got %v, want a refusal", text, err)
		}
	}
	events, err := s.FindEvents(t.Context(), audit.Query{}, 10)
	if err != nil || len(events) != n {
		t.Errorf("the events are now %v (%v)", events, err)
	}
	for _, e := range events {
		if !strings.HasPrefix(string(e.Action), "test.") && e.Action != audit.ActionPrune {
			t.Errorf("an event is now %v", e)
		}
	}
}
