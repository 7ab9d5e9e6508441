package housetest

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/identity/intake"
	"gatehouse/internal/gatetest"
)

// A file is looked at before anything is written: while somebody else writes, and nobody can
// beside them, it is read and judged.
func TestAFileIsLookedAtBesideWhoeverWrites(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	held, leave, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		done <- s.House.Store.InTx(context.Background(), func(context.Context) error {
			close(held)
			<-leave
			return nil
		})
	}()
	<-held
	late := time.AfterFunc(20*time.Second, func() { close(leave) })
	for want, content := range map[string]string{
		"import.file": "email,shoe size\na@b.test,9\n",
		"import.rows": fileOf(intake.MaxRows + 1),
	} {
		a := s.call(s.boss, http.MethodPost, "/api/v1/imports", map[string]any{"content": content}, "Idempotency-Key", want)
		if a.Status != http.StatusUnprocessableEntity || problem(a) != want {
			t.Errorf("%s: %d %s", want, a.Status, a.Body)
		}
	}
	if !late.Stop() {
		t.Error("it waited for who wrote")
	} else {
		close(leave)
	}
	must(t, <-done)
}

// odd is a store of imports in which something goes on that a test wants.
type odd struct {
	intake.Store
	behind func(rows []intake.Row) []intake.Row
	ids    func(emails []string) (map[string]id.User, bool)
}

func (o odd) RowsBehind(ctx context.Context, of id.Import, n, limit int) ([]intake.Row, error) {
	rows, err := o.Store.RowsBehind(ctx, of, n, limit)
	if o.behind != nil {
		rows = o.behind(rows)
	}
	return rows, err
}

func (o odd) IDsByEmail(ctx context.Context, emails []string) (map[string]id.User, error) {
	if o.ids != nil {
		if found, ok := o.ids(emails); ok {
			return found, nil
		}
	}
	return o.Store.IDsByEmail(ctx, emails)
}

// with is the intake of the house over a store in which something goes on.
func (s *steering) with(o odd) *intake.Service {
	over := *s.House.Intake
	o.Store = s.House.Store
	over.Store = o
	return &over
}

// Rows that are gone before their turn, be it in the middle or at the end, stop an import: it is
// not done.
func TestAnImportThatLostRowsIsNotDone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for name, lose := range map[string]func(rows []intake.Row) []intake.Row{
			"all":       func([]intake.Row) []intake.Row { return nil },
			"the first": func(rows []intake.Row) []intake.Row { return rows[1:] },
			"a middle":  func(rows []intake.Row) []intake.Row { return append(rows[:1:1], rows[2:]...) },
			"the end": func(rows []intake.Row) []intake.Row {
				return rows[:min(len(rows), max(0, 2-(rows[0].N-1)))]
			},
		} {
			s := newSteering(t)
			path := s.begin(s.boss, fileOf(3), false)
			must(t, s.with(odd{behind: lose}).Step(t.Context(), time.Now()))
			state, why, rows := s.imported(path)
			if state != "stopped" || why != "rows" || rows["done"] == 3 {
				t.Errorf("%s: %s, %q, %v", name, state, why, rows)
			}
			if n := eventsListed(t, s, "/api/v1/audit?action=import.stop"); n != 1 {
				t.Errorf("%s: it is recorded %d times that it was stopped", name, n)
			}
			if n := eventsListed(t, s, "/api/v1/audit?action=import.end"); n != 0 {
				t.Errorf("%s: it is recorded that it was done", name)
			}
		}
	})
}

// Somebody comes by the address of a row between the look for who has it and the making: the row
// is of somebody who is there, and not wrong. Where that is not found, the row is wrong, and the
// others go on.
func TestARowWhoseAddressIsTakenMeanwhileIsKnown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for name, c := range map[string]struct {
			blind        int // so many looks see nobody
			known, wrong int
		}{
			"found":   {1, 1, 0},
			"twice":   {2, 1, 0},
			"never":   {1 << 20, 0, 1},
			"nothing": {0, 1, 0},
		} {
			s := newSteering(t)
			path := s.begin(s.boss, fileOf(3), false)
			_, err := s.House.Identity.Create(t.Context(), gatetest.Console, identity.User{Email: "PERSON-1@import.test"}, "")
			must(t, err)
			blind := c.blind
			over := s.with(odd{ids: func(emails []string) (map[string]id.User, bool) {
				for _, email := range emails {
					if blind > 0 && identity.Canonical(email) == "person-1@import.test" {
						blind--
						return nil, true
					}
				}
				return nil, false
			}})
			must(t, over.Step(t.Context(), time.Now()))
			if state, _, rows := s.imported(path); state != "done" || rows["made"] != 2 || rows["known"] != c.known || rows["wrong"] != c.wrong || rows["done"] != 3 {
				t.Errorf("%s: %s, %v", name, state, rows)
			}
		}
	})
}

// An import is there for as long as it says, whoever sweeps, and however long it runs.
func TestAnImportIsThereAsLongAsItSays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSteering(t)
		ctx, past := t.Context(), time.Now().Add(-time.Minute)
		old := func(path string) string {
			im, err := s.House.Intake.Import(ctx, importOf(path))
			must(t, err)
			im.Over = past
			must(t, s.House.Store.UpdateImport(ctx, im))
			return path
		}
		gone, runs := old(s.begin(s.boss, fileOf(1), true)), old(s.begin(s.boss, fileOf(2), false))
		for _, one := range [][2]string{{http.MethodGet, gone}, {http.MethodGet, gone + "/rows"}, {http.MethodGet, reportOf(gone)}, {http.MethodPost, gone + "/run"}, {http.MethodPost, gone + "/stop"}, {http.MethodDelete, gone}} {
			if a := s.call(s.boss, one[0], one[1], nil); a.Status != http.StatusNotFound || problem(a) != "import.not_found" {
				t.Errorf("%s %s: %d %s", one[0], one[1], a.Status, a.Body)
			}
		}
		listed := func() int {
			items, _ := s.call(s.boss, http.MethodGet, "/api/v1/imports", nil).JSON["items"].([]any)
			return len(items)
		}
		if n := listed(); n != 1 {
			t.Errorf("%d are listed", n)
		}
		if a := s.call(s.boss, http.MethodGet, runs, nil); a.Status != http.StatusOK || a.JSON["over"] != nil {
			t.Errorf("what runs: %d %s", a.Status, a.Body)
		}
		must(t, s.House.Intake.Step(ctx, time.Now()))
		if state, _, rows := s.imported(runs); state != "done" || rows["made"] != 2 {
			t.Errorf("%s, %v", state, rows)
		}
		if a := s.call(s.boss, http.MethodGet, runs, nil); a.JSON["over"] == nil {
			t.Errorf("done: %s", a.Body)
		}
	})
}

// Of rows that nobody will deal with, nothing is kept of people but their addresses.
func TestAStoppedImportForgetsWhatItSaysOfPeople(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for name, dry := range map[string]bool{"looked at": true, "running": false} {
			s := newSteering(t)
			path := s.begin(s.boss, fileOf(3), dry)
			kept := func() (said int) {
				rows, err := s.House.Store.RowsBehind(t.Context(), importOf(path), 0, 10)
				must(t, err)
				for _, r := range rows {
					if r.Person.Email == "" {
						t.Errorf("%s: row %d says nothing of who it is of", name, r.N)
					}
					if r.Person.Name != "" || r.Person.EmailVerified || r.Person.Claims.Locale != "" {
						said++
					}
				}
				return said
			}
			if n := kept(); n != 3 {
				t.Fatalf("%s: before, %d rows say something", name, n)
			}
			if a := s.call(s.boss, http.MethodPost, path+"/stop", nil); a.Status != http.StatusOK {
				t.Fatalf("%s: %d %s", name, a.Status, a.Body)
			}
			if n := kept(); n != 0 {
				t.Errorf("%s: %d rows say something", name, n)
			}
		}
	})
}

// A row of somebody who is there stays until its turn comes, though they are deleted: as many rows are
// there as are counted. It has nothing of them any more, and they are not made anew.
func TestARowOutlivesItsPersonUntilItsTurn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSteering(t)
		u, err := s.House.Identity.Create(t.Context(), gatetest.Console, identity.User{Email: "person-1@import.test"}, "")
		must(t, err)
		path := s.begin(s.boss, fileOf(3), true)
		if a := s.call(s.boss, http.MethodGet, path+"/rows", nil); !strings.Contains(string(a.Body), `"user":"`+string(u.ID)+`"`) {
			t.Errorf("who has the address is not told: %s", a.Body)
		}
		must(t, s.House.Identity.Delete(t.Context(), gatetest.Console, u.ID))
		a := s.call(s.boss, http.MethodGet, path+"/rows", nil)
		if items, _ := a.JSON["items"].([]any); len(items) != 3 || strings.Contains(string(a.Body), `"user"`) {
			t.Errorf("their rows are %s", a.Body)
		}
		if a := s.call(s.boss, http.MethodPost, path+"/run", nil); a.Status != http.StatusOK {
			t.Fatalf("run: %d %s", a.Status, a.Body)
		}
		must(t, s.House.Intake.Step(t.Context(), time.Now()))
		if state, _, rows := s.imported(path); state != "done" || rows["made"] != 2 || rows["wrong"] != 1 || rows["known"] != 0 || rows["done"] != 3 {
			t.Errorf("%s, %v", state, rows)
		}
	})
}

// A long address stands in the report as far as one may go, and the name of a file as far as that may.
func TestAReportTellsOfAWholeAddress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSteering(t)
		long := strings.Repeat("a", 64) + "@" + strings.Repeat(strings.Repeat("b", 60)+".", 3) + "test" // 252 bytes
		a := s.call(s.boss, http.MethodPost, "/api/v1/imports", map[string]any{"content": "email\n" + long + "\nno" + strings.Repeat("x", 400) + "\n", "file": strings.Repeat("f", intake.MaxFile), "dry_run": true})
		if a.Status != http.StatusCreated || a.Text("file") != strings.Repeat("f", intake.MaxFile) {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		must(t, func() error {
			im := id.ImportOf(a.Text("id"))
			if _, err := s.House.Intake.Run(t.Context(), intake.Owner{By: gatetest.Console, Ago: -1}, im, 0); err != nil {
				return err
			}
			return s.House.Intake.Step(t.Context(), time.Now())
		}())
		report := s.call(s.boss, http.MethodGet, reportOf(a.Header.Get("Location")), nil)
		if body := string(report.Body); !strings.Contains(body, long) || strings.Contains(body, strings.Repeat("x", 320)) || !strings.Contains(body, "xx…") {
			t.Errorf("%d %s", report.Status, body)
		}
	})
}

// What was looked at, or is over, can be forgotten at once, by who may run it; what runs cannot.
func TestAnImportIsDiscarded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSteering(t)
		reads := s.account("reads", func(p string) bool { return p == "users:read" })
		s.Settle()
		looked, runs := s.begin(s.boss, fileOf(1), true), s.begin(s.boss, fileOf(1), false)
		for name, c := range map[string]struct {
			path, credential, match string
			status                  int
			code                    string
		}{
			"who may only look":   {looked, reads, "", http.StatusForbidden, ""},
			"in another revision": {looked, s.boss, `"7"`, http.StatusPreconditionFailed, "request.outdated"},
			"what runs":           {runs, s.boss, "", http.StatusConflict, "import.state"},
			"nothing":             {"/api/v1/imports/imp_none", s.boss, "", http.StatusNotFound, "import.not_found"},
		} {
			var head []string
			if c.match != "" {
				head = []string{"If-Match", c.match}
			}
			if a := s.call(c.credential, http.MethodDelete, c.path, nil, head...); a.Status != c.status || c.code != "" && problem(a) != c.code {
				t.Errorf("%s: %d %s", name, a.Status, a.Body)
			}
		}
		if a := s.call(s.boss, http.MethodDelete, looked, nil, "If-Match", `"1"`); a.Status != http.StatusNoContent {
			t.Errorf("discard: %d %s", a.Status, a.Body)
		}
		if _, err := s.House.Intake.Import(t.Context(), importOf(looked)); !fault.Is(err, fault.NotFound) {
			t.Errorf("it is there: %v", err)
		}
		if rows, err := s.House.Store.RowsBehind(t.Context(), importOf(looked), 0, 10); err != nil || len(rows) != 0 {
			t.Errorf("its rows are there: %d, %v", len(rows), err)
		}
		if n := eventsListed(t, s, "/api/v1/audit?action=import.discard"); n != 1 {
			t.Errorf("it is recorded %d times", n)
		}
	})
}

// The console discards an import by a form, once however often that is sent, and takes no form for
// another than it is.
func TestTheConsoleDiscardsAnImport(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	b := atConsole(t, s.Gate, s.Person("ada", gatetest.TOTP, gatetest.Administrator))
	carried := formTo(t, b.Get("/console/users/import"), "/console/users/import").Values
	page := b.Upload("/console/users/import", carried, "file", "people.csv", fileOf(2)).Is(http.StatusOK)
	path := page.URL.Path
	for _, do := range []string{"", "Run", "forget"} {
		b.Post(path, withValue(formTo(t, page, path).Values, "do", do)).Is(http.StatusBadRequest)
	}
	if im, err := s.House.Intake.Import(t.Context(), importOf(path)); err != nil || im.State != intake.Checked {
		t.Fatalf("what said nothing did something: %+v, %v", im.State, err)
	}
	page.Press("", "discard-it").Is(http.StatusOK).At("/console/users/import").Says("The import is forgotten.")
	page.Press("", "discard-it").Is(http.StatusOK).At("/console/users/import").Says("The import is forgotten.")
	b.Get(path).Is(http.StatusNotFound)
	b.Get(reportOf(path)).Is(http.StatusNotFound)
	b.Get("/console/import-reports/").Is(http.StatusNotFound)
}

// withValue are the values of a form with another one.
func withValue(form url.Values, name, value string) url.Values {
	other := url.Values{}
	for k, v := range form {
		other[k] = v
	}
	other.Set(name, value)
	return other
}

// An error of the house is no outcome of a row, and no end of an import: it waits.
func TestAnOutageAmidAnImportIsWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSteering(t)
		path := s.begin(s.boss, fileOf(3), false)
		down := errors.New("the store is away")
		over := *s.House.Intake
		over.Rights = rightsOf(func(context.Context, intake.Owner) error {
			return fault.Wrap(down, fault.Unavailable, "policy.unknown", "Nobody knows.")
		})
		if err := over.Step(t.Context(), time.Now()); !errors.Is(err, down) {
			t.Errorf("a step in an outage: %v", err)
		}
		if state, why, rows := s.imported(path); state != "running" || why != "" || rows["done"] != 0 {
			t.Errorf("%s, %q, %v", state, why, rows)
		}
		must(t, s.House.Intake.Step(t.Context(), time.Now()))
		if state, _, rows := s.imported(path); state != "done" || rows["made"] != 3 {
			t.Errorf("%s, %v", state, rows)
		}
	})
}

type rightsOf func(ctx context.Context, o intake.Owner) error

func (f rightsOf) MayTakeIn(ctx context.Context, o intake.Owner) error { return f(ctx, o) }
