package store_test

import (
	"crypto/sha256"
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
		from := audit.Actor{Kind: audit.Person, ID: "usr_a", IP: "192.0.2.7"}
		young := audit.Event{ID: id.NewEvent(), At: time.Now().Add(-28 * 24 * time.Hour), Actor: from, Action: "test.young"}
		old := audit.Event{ID: id.NewEvent(), At: time.Now().Add(-100 * 24 * time.Hour), Actor: from, Action: "test.old"}
		for _, e := range []audit.Event{young, old} {
			record(t, s, e)
		}
		unchanged(t, s, 2,
			"UPDATE audit_details SET ip = '', agent = '', origin_salt = document_salt",
			"DELETE FROM audit_details",
			"DELETE FROM audit_unsealed",
			"UPDATE audit_unsealed SET at = 0",
			"UPDATE audit_tree SET size = 0",
			"DELETE FROM audit_tree",
			"UPDATE audit_events SET action = 'nothing'",
			"DELETE FROM audit_events",
			"DELETE FROM audit_events WHERE action = 'test.old'",
			"UPDATE audit_horizon SET at = 0",
			fmt.Sprintf("UPDATE audit_horizon SET at = %d, seq = 2, event = 'evt_x'", time.Now().Add(-60*24*time.Hour).UnixMicro()),
			"DELETE FROM audit_horizon",
			"INSERT INTO audit_horizon (one, at, seq, event) VALUES (1, 9000000000000000000, 0, '')",
		)
		if s.Postgres() {
			unchanged(t, s, 2, "TRUNCATE audit_events", "TRUNCATE audit_horizon",
				"INSERT INTO audit_horizon (one, at, seq, event) VALUES (1, 9000000000000000000, 0, '') ON CONFLICT (one) DO UPDATE SET at = excluded.at")
		} else {
			unchanged(t, s, 2, "REPLACE INTO audit_horizon (one, at, seq, event) VALUES (1, 9000000000000000000, 0, '')",
				"REPLACE INTO audit_events SELECT id, at, '', '', '', '', '', '', 'x', '', '', '', '', '', '', x'', x'' FROM audit_events",
				"REPLACE INTO audit_events (rowid, id, at, actor_kind, actor_id, actor_key, actor_session, actor_client, request_id, action, target_kind, target_id, user_id, client_id, outcome, reason, origin, documents)"+
					" SELECT rowid, 'evt_other', 0, '', '', '', '', '', '', 'x', '', '', '', '', '', '', x'', x'' FROM audit_events",
				"UPDATE OR REPLACE audit_events SET id = 'x'")
		}

		// With an event that tells of it the horizon rises, but never so far that
		// the young are beyond it.
		told := audit.Event{ID: id.NewEvent(), At: time.Now(), Action: audit.ActionPrune}
		record(t, s, told)
		seal(t, s)
		unchanged(t, s, 3,
			fmt.Sprintf("UPDATE audit_horizon SET at = %d, seq = 2, event = '%s'", time.Now().UnixMicro(), told.ID),
			fmt.Sprintf("UPDATE audit_horizon SET at = %d, seq = 2, event = '%s'", time.Now().Add(-28*24*time.Hour).UnixMicro(), told.ID),
		)
		err := store.Raw(t.Context(), s, fmt.Sprintf("UPDATE audit_horizon SET at = %d, seq = 2, event = '%s'", time.Now().Add(-30*24*time.Hour).UnixMicro(), told.ID))
		if err != nil {
			t.Fatalf("the horizon does not rise: %v", err)
		}
		unchanged(t, s, 3,
			"DELETE FROM audit_events",
			"DELETE FROM audit_events WHERE action <> 'test.old'",
			"DELETE FROM audit_details WHERE event NOT IN (SELECT id FROM audit_events WHERE action = 'test.old')",
			"UPDATE audit_horizon SET at = 0",
			"UPDATE audit_leaves SET seq = seq + 10",
			"DELETE FROM audit_leaves",
			"UPDATE audit_checkpoints SET note = ''",
			"DELETE FROM audit_checkpoints",
			"UPDATE audit_tree SET size = 0",
		)
		if err := store.Raw(t.Context(), s, "DELETE FROM audit_events WHERE action = 'test.old'"); err != nil {
			t.Errorf("what is beyond the horizon cannot go: %v", err)
		}
	})
}

var keys = audit.KeysOf(func(label string) []byte {
	key := sha256.Sum256([]byte(label))
	return key[:]
})

func record(t *testing.T, s *store.Store, e audit.Event) {
	t.Helper()
	if err := (&audit.Log{Store: s, Keys: keys}).Record(t.Context(), e); err != nil {
		t.Fatal(err)
	}
}

func seal(t *testing.T, s *store.Store) {
	t.Helper()
	sealAt(t, s, time.Now())
}

func sealAt(t *testing.T, s *store.Store, at time.Time) {
	t.Helper()
	if err := (&audit.Sealer{Store: s, Keys: keys, Holder: "test"}).Step(t.Context(), at); err != nil {
		t.Fatal(err)
	}
}

// unchanged fails unless each text is refused and leaves n events as they are.
func unchanged(t *testing.T, s *store.Store, n int, texts ...string) {
	t.Helper()
	for _, text := range texts {
		err := store.Raw(t.Context(), s, text)
		if err == nil || !strings.Contains(err.Error(), "append-only") && !strings.Contains(err.Error(), "audit horizon") && !strings.Contains(err.Error(), "audit tree") {
			t.Errorf("%s: got %v, want a refusal", text, err)
		}
	}
	events, _, err := s.FindEvents(t.Context(), audit.Query{}, 10)
	if err != nil || len(events) != n {
		t.Errorf("the events are now %v (%v)", events, err)
	}
	for _, e := range events {
		if !strings.HasPrefix(string(e.Action), "test.") && e.Action != audit.ActionPrune {
			t.Errorf("an event is now %v", e)
		}
	}
}
