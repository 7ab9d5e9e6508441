package storetest

import (
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/identity/intake"
	"gatehouse/store"
)

// dueImports is an import that is over, with its rows, beside one that is not, and one that runs
// for longer than anything is kept.
func dueImports(t *testing.T, s *store.Store, u identity.User) swept {
	lay := func(state intake.State, over time.Time) id.Import {
		im := intake.Import{ID: id.NewImport(), State: state, Owner: intake.Owner{By: audit.Actor{Kind: audit.Console}}, Tally: intake.Tally{Total: 2, Known: 1}, Created: now, Over: over, Rev: 1}
		rows := []intake.Row{{N: 1, Line: 2, Kind: intake.New, Person: identity.User{Email: "new@example.test"}}, {N: 2, Line: 3, Kind: intake.Known, Person: identity.User{Email: u.Email}, User: u.ID}}
		if err := s.InsertImport(t.Context(), im, rows); err != nil {
			t.Fatal(err)
		}
		return im.ID
	}
	over, stays, runs := lay(intake.Checked, now.Add(-time.Minute)), lay(intake.Checked, now.Add(time.Hour)), lay(intake.Running, now.Add(-time.Minute))
	return swept{map[string]int64{"imports": 1, "rows of imports": 2}, func() {
		if _, err := s.Import(t.Context(), over); !fault.Is(err, fault.NotFound) {
			t.Errorf("what is over is there: %v", err)
		}
		for _, one := range []id.Import{stays, runs} {
			rows, err := s.ImportRows(t.Context(), one, intake.Place{}, intake.New, 10)
			if err != nil || len(rows) != 2 || rows[0].N != 2 || rows[0].User != "" || rows[1].User != "" {
				t.Errorf("of another one there is %+v, %v", rows, err)
			}
		}
		if err := s.UpdateImport(t.Context(), intake.Import{ID: runs, State: intake.Stopped, Over: now.Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
	}}
}
