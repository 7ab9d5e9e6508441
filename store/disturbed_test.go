package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/id"
	"gatehouse/setting"
	"gatehouse/store"
)

// bytesIn is bytes as the database writes them.
func bytesIn(s *store.Store, hex string) string {
	if s.Postgres() {
		return `'\x` + hex + `'::bytea`
	}
	return "x'" + hex + "'"
}

// forge runs what somebody writes; unguarded is for who may drop triggers.
func forge(t *testing.T, s *store.Store, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if err := store.Raw(t.Context(), s, text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
}

func unguarded(t *testing.T, s *store.Store) {
	t.Helper()
	for _, table := range []string{"events", "details", "unsealed", "leaves", "checkpoints", "tree", "horizon"} {
		if s.Postgres() {
			forge(t, s, "ALTER TABLE audit_"+table+" DISABLE TRIGGER USER")
			continue
		}
		for _, trigger := range []string{"no_update", "no_delete", "no_replace", "no_insert", "erase", "grows", "rises"} {
			forge(t, s, "DROP TRIGGER IF EXISTS audit_"+table+"_"+trigger)
		}
	}
}

// Whoever can write to the database, and change no trigger, keeps nothing from being sealed,
// and gets nothing sealed: what they did is told of, and found.
func TestNoRowOfSomebodyElseStopsTheSeal(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		row    string // %x: some bytes
		reason audit.Reason
		gone   bool // the next sealing leaves nothing of it but what was told
	}{
		"a sealed one waits again":         {row: `INSERT INTO audit_unsealed (at, event, leaf, mac) SELECT at, event, leaf, mac FROM kept ORDER BY at LIMIT 1`, reason: audit.ReasonAgain},
		"a sealed one waits again, later":  {row: `INSERT INTO audit_unsealed (at, event, leaf, mac) SELECT at + 1, event, leaf, mac FROM kept`, reason: audit.ReasonAdded},
		"a sealed one by another name":     {row: `INSERT INTO audit_unsealed (at, event, leaf, mac) SELECT at, 'evt_other', leaf, mac FROM kept LIMIT 1`, reason: audit.ReasonAdded},
		"one waits that nobody recorded":   {row: `INSERT INTO audit_unsealed (at, event, leaf, mac) VALUES (0, 'evt_none', %x, %x)`, reason: audit.ReasonAdded},
		"a leaf at the next place":         {row: `INSERT INTO audit_leaves (seq, event, at, leaf, mac) SELECT size, 'evt_none', 0, %x, %x FROM audit_tree`, reason: audit.ReasonLeaf},
		"a leaf behind a gap":              {row: `INSERT INTO audit_leaves (seq, event, at, leaf, mac) SELECT size + 1, 'evt_none', 0, %x, %x FROM audit_tree`, reason: audit.ReasonLeaf},
		"a leaf far behind":                {row: `INSERT INTO audit_leaves (seq, event, at, leaf, mac) VALUES (9000000000, 'evt_none', 0, %x, %x)`, reason: audit.ReasonLeaf},
		"a leaf before all others":         {row: `INSERT INTO audit_leaves (seq, event, at, leaf, mac) VALUES (-7, 'evt_none', 0, %x, %x)`},
		"a second leaf of an entry":        {row: `INSERT INTO audit_leaves (seq, event, at, leaf, mac) SELECT seq, event, at, leaf, %x FROM audit_leaves WHERE seq = 1`},
		"a leaf of what waits":             {row: `INSERT INTO audit_leaves (seq, event, at, leaf, mac) SELECT 3, event, at, leaf, %x FROM audit_unsealed`, reason: audit.ReasonLeaf},
		"a leaf of what waits, before all": {row: `INSERT INTO audit_leaves (seq, event, at, leaf, mac) SELECT 0, event, at, leaf, mac FROM audit_unsealed`},
		"a checkpoint of the next entry":   {row: `INSERT INTO audit_checkpoints (size, note) SELECT size + 1, 'x' FROM audit_tree`, reason: audit.ReasonCheckpoint},
		"a checkpoint far behind":          {row: `INSERT INTO audit_checkpoints (size, note) SELECT 9000000000, note FROM audit_checkpoints`, reason: audit.ReasonCheckpoint},
		"a checkpoint before all others":   {row: `INSERT INTO audit_checkpoints (size, note) VALUES (-1, 'x')`},
		"the tree is larger":               {row: `UPDATE audit_tree SET size = size + 1`, reason: audit.ReasonTree, gone: true},
		"the tree is enormous":             {row: `UPDATE audit_tree SET size = 9000000000, frontier = %x`, reason: audit.ReasonTree, gone: true},
		"the tree is another":              {row: `UPDATE audit_tree SET frontier = %x`, reason: audit.ReasonTree, gone: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			databases(t, func(t *testing.T, s *store.Store) {
				log := &audit.Log{Store: s, Keys: keys}
				now := time.Now()
				for i := range 3 {
					record(t, s, audit.Event{At: now.Add(-time.Hour), Action: "test.do", After: audit.Doc(i)})
				}
				forge(t, s, `CREATE TABLE kept AS SELECT * FROM audit_unsealed`)
				sealer := &audit.Sealer{Store: s, Keys: keys, Holder: "x", Audit: log}
				if err := sealer.Step(t.Context(), now); err != nil {
					t.Fatal(err)
				}
				record(t, s, audit.Event{At: now, Action: "test.waits"})
				some := bytesIn(s, strings.Repeat("ab", 32))
				forge(t, s, strings.ReplaceAll(c.row, "%x", some))
				var err error
				for i := range 3 {
					err = errors.Join(err, sealer.Step(t.Context(), now.Add(time.Duration(i)*time.Second)))
					record(t, s, audit.Event{Action: "test.do", After: audit.Doc(i)})
				}
				_ = sealer.Seal(t.Context(), now.Add(time.Minute)) // as said before
				if noticed := c.reason != ""; noticed != errors.Is(err, audit.ErrForged) || noticed && !strings.Contains(err.Error(), (audit.Disturbance{Reason: c.reason}).String()[:20]) {
					t.Errorf("the sealer said %v", err)
				}
				v := verdictOf(t, s)
				events := 3 + 1 + 3
				if c.reason != "" {
					events++
				}
				if v.Size != int64(events) || v.Waiting != 0 {
					t.Errorf("%d are sealed, want %d, and %d wait", v.Size, events, v.Waiting)
				}
				if (len(v.Findings) == 0) != c.gone {
					t.Errorf("found was %v", v.Findings)
				}
				if c.reason == "" {
					if len(v.Noticed) > 0 {
						t.Errorf("noticed was %v", v.Noticed)
					}
					return
				}
				if len(v.Noticed) != 1 || v.Noticed[0].Reason != c.reason {
					t.Errorf("noticed was %v", v.Noticed)
				}
				proof, err := (&audit.Prover{Store: s, Keys: keys}).Event(t.Context(), v.Noticed[0].Event, true)
				if err != nil || !strings.Contains(proof.Entry, string(c.reason)) {
					t.Errorf("what was noticed is not sealed: %v, %v", proof, err)
				}
			})
		})
	}
}

// A tree that was set back, checkpoints and all, is not sealed upon anew: what was sealed
// tells where it ended.
func TestATreeThatWasSetBackGoesOnWhereItEnded(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, s *store.Store) {
		for i := range 5 {
			record(t, s, audit.Event{Action: "test.do", After: audit.Doc(i)})
			seal(t, s)
			if i == 2 {
				forge(t, s, `CREATE TABLE kept_tree AS SELECT * FROM audit_tree`)
			}
		}
		unguarded(t, s)
		forge(t, s, `DELETE FROM audit_tree`, `INSERT INTO audit_tree SELECT * FROM kept_tree`, `DELETE FROM audit_checkpoints WHERE size > 3`)
		record(t, s, audit.Event{Action: "test.later"})
		err := (&audit.Sealer{Store: s, Keys: keys, Holder: "test"}).Step(t.Context(), time.Now())
		if !errors.Is(err, audit.ErrForged) {
			t.Errorf("nothing was noticed: %v", err)
		}
		if v := verdictOf(t, s); v.Size != 6 || v.Waiting != 0 || len(v.Findings) > 0 {
			t.Errorf("%+v", v)
		}
		// Where a leaf is gone nothing tells it, and nothing is sealed upon what is left.
		forge(t, s, `DELETE FROM audit_leaves WHERE seq = 4`, `UPDATE audit_tree SET size = 9`)
		record(t, s, audit.Event{Action: "test.later"})
		err = (&audit.Sealer{Store: s, Keys: keys, Holder: "test"}).Step(t.Context(), time.Now())
		if !errors.Is(err, audit.ErrForged) {
			t.Errorf("nothing was noticed: %v", err)
		}
		if v := verdictOf(t, s); v.Waiting != 1 || len(v.Findings) == 0 {
			t.Errorf("%+v", v)
		}
	})
}

// The same is told once, then when there is more of it, and again after a day.
func TestADisturbanceIsToldOnce(t *testing.T) {
	t.Parallel()
	s := openSQLite(t)
	now := time.Now()
	sealer := &audit.Sealer{Store: s, Keys: keys, Holder: "x", Audit: &audit.Log{Store: s, Keys: keys}}
	told := func() int {
		all, _, err := s.FindEvents(t.Context(), audit.Query{Actions: []audit.Action{audit.ActionDisturb}}, 100)
		if err != nil {
			t.Fatal(err)
		}
		return len(all)
	}
	for _, step := range []struct {
		after time.Duration
		more  bool
		want  int
	}{{0, true, 1}, {time.Second, false, 1}, {time.Minute, true, 1}, {11 * time.Minute, false, 2}, {23 * time.Hour, false, 2}, {25 * time.Hour, false, 3}} {
		if step.more {
			forge(t, s, fmt.Sprintf(`INSERT INTO audit_unsealed (at, event, leaf, mac) VALUES (%d, 'evt_x', x'00', x'00')`, step.after))
		}
		if err := sealer.Step(t.Context(), now.Add(step.after)); !errors.Is(err, audit.ErrForged) || len(sealer.Disturbed()) != 1 {
			t.Errorf("after %s: %v", step.after, err)
		}
		if n := told(); n != step.want {
			t.Errorf("after %s it was told %d times, want %d", step.after, n, step.want)
		}
	}
}

// Whoever owns the database, and not the master key, does not have Gatehouse itself remove
// what is young, and sign that.
func TestNothingYoungIsPrunedOnAForgedRow(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	now := time.Now()
	old := now.Add(-90 * day).UnixMicro()
	for name, c := range map[string]struct {
		rows   []string // $old: a time long ago
		refuse bool
	}{
		"its time":                   {rows: []string{`UPDATE audit_details SET at = $old WHERE event = 'evt_young'`, `UPDATE audit_events SET at = $old WHERE id = 'evt_young'`}, refuse: true},
		"its time, also in the leaf": {rows: []string{`UPDATE audit_events SET at = $old WHERE id = 'evt_young'`, `UPDATE audit_leaves SET at = $old WHERE event = 'evt_young'`}},
		"the name in an old leaf":    {rows: []string{`UPDATE audit_leaves SET event = 'evt_young', at = (SELECT at FROM audit_events WHERE id = 'evt_young') WHERE seq = 1`}, refuse: true},
		"its place": {rows: []string{
			`UPDATE audit_leaves SET seq = -1 WHERE seq = 1`, `UPDATE audit_leaves SET seq = 1 WHERE event = 'evt_young'`, `UPDATE audit_leaves SET seq = 30 WHERE seq = -1`,
		}, refuse: true},
		"the name of an old one":    {rows: []string{`UPDATE audit_events SET id = 'evt_x' WHERE at = (SELECT at FROM audit_leaves WHERE seq = 1)`}, refuse: true},
		"what an old one says":      {rows: []string{`UPDATE audit_events SET reason = 'other' WHERE id = (SELECT event FROM audit_leaves WHERE seq = 3)`}, refuse: true},
		"an old one is gone":        {rows: []string{`DELETE FROM audit_events WHERE id = (SELECT event FROM audit_leaves WHERE seq = 3)`}, refuse: true},
		"the horizon, and all gone": {rows: []string{`UPDATE audit_horizon SET at = $old, seq = 31`, `DELETE FROM audit_events WHERE id IN (SELECT event FROM audit_leaves WHERE seq < 31)`}, refuse: true},
		"a pruning that nobody did": {rows: []string{
			`INSERT INTO audit_events (id, at, actor_kind, actor_id, actor_key, actor_session, actor_client, request_id, action, target_kind, target_id, user_id, client_id, outcome, reason, origin, documents)
				SELECT 'evt_prune', at + 1000000, actor_kind, actor_id, actor_key, actor_session, actor_client, request_id, 'audit.prune', target_kind, target_id, user_id, client_id, outcome, reason, origin, documents
				FROM audit_events WHERE id = 'evt_young'`,
			`INSERT INTO audit_details (event, at, origin_salt, ip, agent, document_salt, before_doc, after_doc)
				SELECT 'evt_prune', at + 1000000, origin_salt, ip, agent, document_salt, '{}', '{"sealed_below":31}' FROM audit_events JOIN audit_details USING (at) WHERE id = 'evt_young'`,
		}},
		"the horizon only": {rows: []string{`UPDATE audit_horizon SET at = $old, seq = 30`}},
		"the checkpoints":  {rows: []string{`DELETE FROM audit_checkpoints`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			databases(t, func(t *testing.T, s *store.Store) {
				for i := range 30 {
					at := now.Add(-100*day + time.Duration(i)*time.Hour)
					record(t, s, audit.Event{At: at, Action: "test.old", After: audit.Doc(i)})
					sealAt(t, s, at)
				}
				young := audit.Event{ID: "evt_young", At: now.Add(-time.Hour), Actor: audit.Actor{Kind: audit.Person, ID: "usr_eve", IP: "192.0.2.7"}, Action: "test.crime", After: audit.Doc(1)}
				record(t, s, young)
				seal(t, s)
				unguarded(t, s)
				for _, text := range c.rows {
					forge(t, s, strings.ReplaceAll(text, "$old", fmt.Sprint(old)))
				}
				before, _, err := s.FindEvents(t.Context(), audit.Query{}, 100)
				if err != nil {
					t.Fatal(err)
				}
				pruner := &audit.Pruner{Store: s, Audit: &audit.Log{Store: s, Keys: keys}, Keys: keys, Config: setting.Always(audit.Config{Retention: 30 * day})}
				n, err := pruner.Prune(t.Context(), now)
				if c.refuse != errors.Is(err, audit.ErrForged) || c.refuse && (n > 0 || len(pruner.Disturbed()) == 0) || !c.refuse && err != nil {
					t.Errorf("%d were pruned: %v", n, err)
				}
				after, _, err := s.FindEvents(t.Context(), audit.Query{}, 100)
				if err != nil {
					t.Fatal(err)
				}
				for _, e := range before {
					here := func(o audit.Event) bool { return o.ID == e.ID && o.At.Equal(e.At) }
					if (e.ID == young.ID || c.refuse) && !containsEvent(after, here) {
						t.Errorf("%s of %s is gone", e.ID, e.At)
					}
				}
				if name == "the checkpoints" && n > 0 {
					t.Errorf("%d were pruned, and nothing says when they were sealed", n)
				}
				seal := (&audit.Sealer{Store: s, Keys: keys, Holder: "test"}).Step(t.Context(), time.Now())
				if v := verdictOf(t, s); len(v.Findings) == 0 && name != "the horizon only" && name != "the checkpoints" {
					t.Errorf("nothing was found: %+v (%v)", v, seal)
				}
			})
		})
	}
}

func containsEvent(all []audit.Event, is func(audit.Event) bool) bool {
	for _, e := range all {
		if is(e) {
			return true
		}
	}
	return false
}

// What was recorded by a clock that stood far back is as old as its seal.
func TestWhatAWrongClockRecordedIsNotPruned(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	now := time.Now()
	s := openSQLite(t)
	for i := range 3 {
		record(t, s, audit.Event{At: now.Add(-100*day + time.Duration(i)*time.Hour), Action: "test.do"})
	}
	seal(t, s)
	pruner := &audit.Pruner{Store: s, Audit: &audit.Log{Store: s, Keys: keys}, Keys: keys, Config: setting.Always(audit.Config{Retention: 30 * day})}
	if n, err := pruner.Prune(t.Context(), now); n > 0 || err != nil {
		t.Errorf("%d were pruned (%v)", n, err)
	}
	// A checkpoint is never older than the one before, whatever the clock says.
	record(t, s, audit.Event{At: now, Action: "test.do"})
	sealAt(t, s, now.Add(-1000*day))
	if v := verdictOf(t, s); v.Until.Before(now.Truncate(time.Microsecond)) || v.Size != 4 {
		t.Errorf("sealed until %s", v.Until)
	}
}

// What was sealed while the clock stood far back is as young as it says.
func TestWhatAWrongClockSealedIsNotPruned(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	now := time.Now()
	s := openSQLite(t)
	for i := range 3 {
		at := now.Add(-100*day + time.Duration(i)*time.Hour)
		record(t, s, audit.Event{At: at, Action: "test.do"})
		sealAt(t, s, at)
	}
	record(t, s, audit.Event{ID: "evt_young", At: now.Add(-time.Hour), Action: "test.do"})
	sealAt(t, s, now.Add(-99*day))
	pruner := &audit.Pruner{Store: s, Audit: &audit.Log{Store: s, Keys: keys}, Keys: keys, Config: setting.Always(audit.Config{Retention: 30 * day})}
	if n, err := pruner.Prune(t.Context(), now); n != 3 || err != nil {
		t.Errorf("%d were pruned (%v)", n, err)
	}
	left, _, err := s.FindEvents(t.Context(), audit.Query{}, 10)
	if err != nil || !containsEvent(left, func(e audit.Event) bool { return e.ID == "evt_young" }) {
		t.Errorf("left are %+v (%v)", left, err)
	}
	told, _, err := s.FindEvents(t.Context(), audit.Query{Actions: []audit.Action{audit.ActionPrune}}, 10)
	behind := now.Add(-100*day + 2*time.Hour).UTC().Truncate(time.Microsecond).Add(time.Microsecond) // the last that went
	if err != nil || len(told) != 1 || !strings.Contains(string(told[0].After), behind.Format(time.RFC3339Nano)) {
		t.Errorf("it is told as %s, want none before %s (%v)", told[0].After, behind, err)
	}
}

// Whose an event is stands in what was sealed: of what somebody was put into later nothing
// is erased.
func TestNothingIsErasedOnAForgedRow(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, s *store.Store) {
		log := &audit.Log{Store: s, Keys: keys}
		for i, who := range []string{"usr_ada", "usr_eve"} {
			record(t, s, audit.Event{Actor: audit.Actor{Kind: audit.Person, ID: who, IP: "192.0.2.7"}, Action: "test.do", Target: audit.OfUser(id.User(who)), After: audit.Doc(i)})
		}
		seal(t, s)
		unguarded(t, s)
		forge(t, s, `UPDATE audit_events SET actor_id = 'usr_eve', user_id = 'usr_eve' WHERE actor_id = 'usr_ada'`)
		gone := func(context.Context, id.User) (bool, error) { return false, nil }
		n, err := (&audit.Eraser{Store: s, Audit: log, Keys: keys, Exists: gone}).Erase(t.Context(), audit.Actor{Kind: audit.Console}, "usr_eve")
		if n != 1 || !errors.Is(err, audit.ErrForged) {
			t.Errorf("%d were erased: %v", n, err)
		}
		forge(t, s, `UPDATE audit_events SET actor_id = 'usr_ada', user_id = 'usr_ada' WHERE id = (SELECT event FROM audit_leaves WHERE seq = 0)`)
		events, _, err := s.FindEvents(t.Context(), audit.Query{ActorID: "usr_ada"}, 10)
		if err != nil || len(events) != 1 || events[0].Actor.IP == "" || events[0].After == nil {
			t.Errorf("of Ada is left: %+v (%v)", events, err)
		}
	})
}
