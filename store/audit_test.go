package store_test

import (
	"context"
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

// Each way to ask for events is answered from the index that is made for it,
// row by row in the order of the answer: nothing is walked through, nothing is
// sorted, however many events there are.
func TestAuditTrailsComeInOrderFromAnIndex(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, s *store.Store) {
		fillTrail(t, s, 4000)
		for name, leads := range map[string][]any{
			"audit_events_at":     {""},
			"audit_events_action": {"test.rare", "test.often"},
			"audit_events_actor":  {"usr_7", "usr_often"},
			"audit_events_user":   {"usr_7", "usr_often"},
			"audit_events_client": {"app_7", "app_often"},
			"audit_events_target": {"ses_7", "ses_often"},
		} {
			for _, lead := range leads {
				plan := store.ExplainFind(t, s, name, lead)
				fits := strings.Contains(plan, name)
				if s.Postgres() && strings.HasSuffix(lead.(string), "often") { // of what every other event has, it meets enough on the way
					fits = fits || strings.Contains(plan, "Backward using audit_events_at")
				}
				if !fits || strings.Contains(plan, "Sort") || strings.Contains(plan, "TEMP B-TREE") || strings.Contains(plan, "Seq Scan") {
					t.Errorf("asked by %q, which has the index %s, the plan is\n%s", lead, name, plan)
				}
			}
		}
	})
}

// fillTrail writes n events of which half concern the same things.
func fillTrail(t *testing.T, s *store.Store, n int) {
	t.Helper()
	start := time.Now().Add(-time.Hour)
	err := s.InTx(t.Context(), func(ctx context.Context) error {
		for i := range n {
			e := audit.Event{
				ID: id.NewEvent(), At: start.Add(time.Duration(i) * time.Millisecond), Outcome: audit.Done,
				Actor: audit.Actor{Kind: audit.Person, ID: "usr_often"}, Action: "test.often", User: "usr_often", Client: "app_often",
				Target: audit.Target{Kind: "session", ID: "ses_often"},
			}
			if i%2 == 0 {
				rest := fmt.Sprint(i % 100)
				e.Actor.ID, e.User, e.Client, e.Target.ID = "usr_"+rest, id.User("usr_"+rest), id.Client("app_"+rest), "ses_"+rest
			}
			if i%1000 == 0 {
				e.Action = "test.rare"
			}
			if err := s.InsertEvent(ctx, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Raw(t.Context(), s, "ANALYZE"); err != nil {
		t.Fatal(err)
	}
}
