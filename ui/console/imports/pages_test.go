package imports

import (
	"net/url"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/identity/intake"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/view"
	"gatehouse/ui/view/viewtest"
	"gatehouse/wire"
)

func TestPagesOfImportsAreWellMade(t *testing.T) {
	t.Parallel()
	f, broken, at := guard.Frame{Form: viewtest.Form()}, guard.Frame{Form: viewtest.Broken()}, time.Date(2026, 3, 1, 12, 4, 0, 0, time.UTC)
	one := func(s intake.State, file string, rows wire.ImportRows) wire.Import {
		return wire.Import{ID: "imp_a", State: s, File: file, By: wire.Actor{Kind: audit.Person, ID: "usr_b"}, Rows: rows, Created: at.Add(-time.Hour), Over: at.Add(24 * time.Hour)}
	}
	seen, empty := one(intake.Checked, "people.csv", wire.ImportRows{Total: 5, New: 2, Known: 1, Wrong: 2}), one(intake.Checked, "none.csv", wire.ImportRows{Total: 1, Known: 1})
	runs, done := one(intake.Running, "much.csv", wire.ImportRows{Total: 5000, Done: 1240, New: 3757, Made: 1240, Wrong: 3}), one(intake.Finished, "all.csv", wire.ImportRows{Total: 5, Done: 5, Made: 5})
	other := one(intake.Checked, "other.csv", seen.Rows)
	stopped := one(intake.Stopped, "", wire.ImportRows{Total: 5, Done: 1, Made: 1, New: 4})
	stopped.Why, stopped.By, stopped.Ended, done.Ended = intake.WhyRight, wire.Actor{Kind: audit.Console}, at, at
	rows := []wire.ImportRow{
		{Line: 3, Email: "nobody", Outcome: "wrong", Problems: []wire.ImportProblem{{Field: "email", Problem: "is not an email address"}, {Problem: "has not as many cells as the first line"}}},
		{Line: 2, Email: "ada@example.com", Outcome: "known", User: "usr_a"},
		{Line: 4, Email: "new@example.com", Outcome: "new"},
		{Line: 5, Email: "made@example.com", Outcome: "made", User: "usr_c"},
	}
	viewtest.Crawl(t, map[string]view.Page{
		"form":            formPage{Frame: f, Now: at, Earlier: []wire.Import{runs, done, stopped, seen}, Next: "n", Asked: url.Values{"cursor": {"c"}}},
		"form, discarded": formPage{Frame: guard.Frame{Form: viewtest.Form(), Done: "discarded"}, Now: at},
		"form, first":     formPage{Frame: f, Now: at},
		"form, wrong":     formPage{Frame: broken, Now: at, Content: "x"},
		"looked at":       importPage{Frame: f, Import: seen, ETag: `"1"`, By: "b@example.com", Rows: rows, Next: "n", Now: at, CanRun: true, CanStop: true, CanDiscard: true},
		"sent wrong":      importPage{Frame: broken, Import: other, Rows: rows, Asked: url.Values{"cursor": {"c"}}, Now: at, CanRun: true, CanStop: true},
		"nobody new":      importPage{Frame: f, Import: empty, Now: at, CanRun: true},
		"running":         importPage{Frame: f, Import: runs, Rows: rows, Now: at, CanRun: true, CanStop: true},
		"running, see":    importPage{Frame: f, Import: runs, Rows: rows, Asked: url.Values{"wrong": {"true"}}, Now: at},
		"done":            importPage{Frame: f, Import: done, Rows: rows, Now: at, CanRun: true, CanStop: true},
		"stopped":         importPage{Frame: f, Import: stopped, Now: at, CanDiscard: true},
	})
}
