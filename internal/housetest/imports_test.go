package housetest

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/id"
	"gatehouse/identity/intake"
	"gatehouse/internal/gatetest"
)

// fileOf is a file of so many.
func fileOf(n int) string {
	var b strings.Builder
	b.WriteString("email,name,email_verified,locale\n")
	for i := range n {
		fmt.Fprintf(&b, "person-%d@import.test,Person %d,true,en\n", i, i)
	}
	return b.String()
}

// begin begins an import by the API, and returns its path.
func (s *steering) begin(credential, content string, dry bool) string {
	s.t.Helper()
	a := s.call(credential, http.MethodPost, "/api/v1/imports", map[string]any{"content": content, "file": "people.csv", "dry_run": dry})
	if a.Status != http.StatusCreated {
		s.t.Fatalf("begin an import: %d %s", a.Status, a.Body)
	}
	return a.Header.Get("Location")
}

// imported returns how far an import is.
func (s *steering) imported(path string) (state, why string, rows map[string]int) {
	s.t.Helper()
	a := s.call(s.boss, http.MethodGet, path, nil)
	if a.Status != http.StatusOK {
		s.t.Fatalf("%s: %d %s", path, a.Status, a.Body)
	}
	rows = map[string]int{}
	counted, _ := a.JSON["rows"].(map[string]any)
	for name, n := range counted {
		rows[name] = int(n.(float64))
	}
	return a.Text("state"), a.Text("why"), rows
}

// reportOf is the path of an import's report, in the API or in the console.
func reportOf(path string) string { return strings.Replace(path, "/imports/", "/import-reports/", 1) }

// importOf is what the path of an import names.
func importOf(path string) id.Import { return id.ImportOf(path[strings.LastIndex(path, "/")+1:]) }

// A file of five thousand is looked at, taken in while the page is left and come back to, and
// told of row by row; all of it without script, and seen at whichever replica.
func TestTheConsoleTakesInFiveThousandPeople(t *testing.T) {
	t.Parallel()
	onBothDatabases(t, func(t *testing.T, g *gatetest.Gate) {
		both := replicas(t, g)
		s, other := both[0], both[1]
		ada := s.Person("ada", gatetest.TOTP, gatetest.Administrator)
		b := atConsole(t, s.Gate, ada)
		const n = 5000
		file := fileOf(n) + "ada@example.test,Ada,,\nnonsense,N,,\nPERSON-7@import.test,Again,,\nx@import.test,=cmd(),perhaps,\n"
		b.Get("/console/users").Is(http.StatusOK).Says(`href="/console/users/import"`)
		form := b.Get("/console/users/import").Is(http.StatusOK)
		carried := formTo(t, form, "/console/users/import").Values
		b.Upload("/console/users/import", carried, "file", "empty.csv", "").Is(http.StatusUnprocessableEntity).Says("file-problem")
		b.Upload("/console/users/import", carried, "file", "shoes.csv", "email,shoe size\na@b.test,9\n").Is(http.StatusUnprocessableEntity).Says("which is not known here")
		seen := b.Upload("/console/users/import", carried, "file", "people.csv", "\ufeff"+file).Is(http.StatusOK).
			Says("Import of people.csv").Says("Import 5,000 people?").Says("nonsense").Says("is not an email address").Says("must be true or false").Says("is in an earlier row, too")
		if again := b.Upload("/console/users/import", carried, "file", "people.csv", "\ufeff"+file); again.URL.Path != seen.URL.Path {
			t.Errorf("the same form made a second import: %s and %s", seen.URL, again.URL)
		}
		path := seen.URL.Path
		if _, err := s.House.Identity.UserByEmail(t.Context(), "person-0@import.test"); err == nil {
			t.Fatal("somebody was made by looking")
		}
		b.Get(path).Press("", "submit").Is(http.StatusOK).At(path).Says("The import runs").Says(`http-equiv="refresh"`).Says("0 of 5,004").Says("3 wrong")

		done := make(chan error, 1)
		go func() { done <- s.House.Intake.Step(context.Background(), time.Now()) }()
		elsewhere := b.At(other.Gate) // they come back, at another replica
		elsewhere.Get("/console/users/import").Is(http.StatusOK).Says("people.csv")
		for {
			page := elsewhere.Get(path).Is(http.StatusOK)
			if !strings.Contains(page.Body, "The import runs") {
				break
			}
		}
		must(t, <-done)
		elsewhere.Get(path).Says("Done").Says(`<strong>5,000</strong>`)
		report := b.Get(reportOf(path)).Is(http.StatusOK)
		rows, err := csv.NewReader(strings.NewReader(report.Body)).ReadAll()
		if err != nil || len(rows) != n+5 || rows[1][2] != "wrong" || rows[4][2] != "known" || rows[5][2] != "made" {
			t.Errorf("the report has %d lines, %v: %q", len(rows), err, rows[:min(6, len(rows))])
		}
		u, err := s.House.Identity.UserByEmail(t.Context(), "person-4999@import.test")
		if err != nil || u.Name != "Person 4999" || !u.EmailVerified || u.Claims.Locale != "en" {
			t.Errorf("made %+v, %v", u, err)
		}
	})
}

// Replicas that are killed amid batches, and two that go on at once, make everybody once.
func TestAnImportThatIsKilledMakesEverybodyOnce(t *testing.T) {
	t.Parallel()
	onBothDatabases(t, func(t *testing.T, g *gatetest.Gate) {
		both := replicas(t, g)
		const n = 600
		path := both[0].begin(both[0].boss, fileOf(n), false)
		for i := range 6 {
			ctx, kill := context.WithCancel(t.Context())
			time.AfterFunc(time.Duration(5+7*i)*time.Millisecond, kill)
			_ = both[i%2].House.Intake.Step(ctx, time.Now())
		}
		var all sync.WaitGroup
		for _, s := range both {
			all.Go(func() {
				for {
					if err := s.House.Intake.Step(t.Context(), time.Now()); err != nil {
						t.Error(err)
						return
					}
					if im, err := s.House.Intake.Import(t.Context(), importOf(path)); err != nil || im.State != intake.Running {
						return
					}
					time.Sleep(time.Millisecond)
				}
			})
		}
		all.Wait()
		state, _, rows := both[1].imported(path)
		if state != "done" || rows["made"] != n || rows["done"] != n || rows["known"] != 0 || rows["wrong"] != 0 {
			t.Errorf("%s, %v", state, rows)
		}
		if made := eventsListed(t, both[0], "/api/v1/audit?action=user.create"); made != n {
			t.Errorf("%d people are recorded", made)
		}
		for action, want := range map[string]int{"import.begin": 1, "import.end": 1, "import.stop": 0} {
			if got := eventsListed(t, both[0], "/api/v1/audit?action="+action); got != want {
				t.Errorf("%s is recorded %d times", action, got)
			}
		}
	})
}

// eventsListed returns how many things a list has.
func eventsListed(t *testing.T, s *steering, path string) (n int) {
	t.Helper()
	must(t, sealed(s))
	for cursor := ""; ; {
		a := s.call(s.boss, http.MethodGet, path+"&limit=200&cursor="+url.QueryEscape(cursor), nil)
		if a.Status != http.StatusOK {
			if a.Status == http.StatusUnprocessableEntity && n == 0 {
				return 0
			}
			t.Fatalf("%s: %d %s", path, a.Status, a.Body)
		}
		items, _ := a.JSON["items"].([]any)
		n += len(items)
		if cursor = a.Text("next"); cursor == "" {
			return n
		}
	}
}

func sealed(s *steering) error { return s.House.Sealer.Seal(context.Background(), time.Now()) }

// What was looked at is run once, by whoever may; what is stopped makes nobody more.
func TestAnImportIsRunOnceAndStopped(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	reads := s.account("reads", func(p string) bool { return p == "users:read" })
	s.Settle()
	path := s.begin(s.boss, fileOf(3), true)
	for _, do := range []string{"/run", "/stop"} {
		if a := s.call(reads, http.MethodPost, path+do, nil); a.Status != http.StatusForbidden {
			t.Errorf("%s by who may not: %d %s", do, a.Status, a.Body)
		}
	}
	if a := s.call(s.boss, http.MethodPost, path+"/run", nil, "If-Match", `"7"`); a.Status != http.StatusPreconditionFailed {
		t.Errorf("in another revision: %d %s", a.Status, a.Body)
	}
	if a := s.call(s.boss, http.MethodPost, path+"/run", nil, "If-Match", `"1"`); a.Status != http.StatusOK {
		t.Errorf("run: %d %s", a.Status, a.Body)
	}
	if a := s.call(s.boss, http.MethodPost, path+"/run", nil); a.Status != http.StatusConflict || problem(a) != "import.state" {
		t.Errorf("run again: %d %s", a.Status, a.Body)
	}
	if a := s.call(s.boss, http.MethodPost, path+"/stop", nil); a.Status != http.StatusOK {
		t.Errorf("stop: %d %s", a.Status, a.Body)
	}
	must(t, s.House.Intake.Step(t.Context(), time.Now()))
	if state, why, rows := s.imported(path); state != "stopped" || why != "asked" || rows["made"] != 0 {
		t.Errorf("%s, %q, %v", state, why, rows)
	}
}

// As many imports are kept as docs/threats.md says, and each goes with its rows. Who only looks
// keeps nobody out: the one that would go first makes room, unless it runs.
func TestFiftyImportsAreKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // the background is the test's own
		s := newSteering(t)
		var looked []string
		for range intake.MaxKept + 1 {
			looked = append(looked, s.begin(s.boss, fileOf(1), true))
			time.Sleep(time.Second) // each is newer than the last
		}
		for i, want := range map[int]int{0: http.StatusNotFound, 1: http.StatusOK, intake.MaxKept: http.StatusOK} {
			if a := s.call(s.boss, http.MethodGet, looked[i], nil); a.Status != want {
				t.Errorf("look %d of %d: %d %s, want %d", i+1, len(looked), a.Status, a.Body, want)
			}
		}
		if a := s.call(s.boss, http.MethodPost, "/api/v1/imports", map[string]any{"content": fileOf(intake.MaxRows + 1), "dry_run": true}); a.Status != http.StatusUnprocessableEntity || problem(a) != "import.rows" {
			t.Errorf("too many rows: %d %s", a.Status, a.Body)
		}
		for range intake.MaxKept {
			s.begin(s.boss, fileOf(1), false)
			time.Sleep(time.Second)
		}
		if a := s.call(s.boss, http.MethodPost, "/api/v1/imports", map[string]any{"content": fileOf(1), "dry_run": true}); a.Status != http.StatusTooManyRequests || problem(a) != "import.full" || a.Header.Get("Retry-After") != "60" {
			t.Errorf("one more: %d %s %v", a.Status, a.Body, a.Header)
		}
		later := time.Now().Add(intake.KeptFor + time.Hour)
		if swept, err := s.House.Store.Sweep(t.Context(), later); err != nil || swept["imports"]+swept["rows of imports"] != 0 {
			t.Errorf("swept of what runs: %v, %v", swept, err)
		}
		must(t, s.House.Intake.Step(t.Context(), time.Now()))
		swept, err := s.House.Store.Sweep(t.Context(), later)
		if err != nil || swept["imports"] != intake.MaxKept || swept["rows of imports"] != intake.MaxKept {
			t.Errorf("swept %v, %v", swept, err)
		}
		s.begin(s.boss, fileOf(1), true)
	})
}

// A row goes with its person.
func TestARowOfAnImportGoesWithItsPerson(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	path := s.begin(s.boss, fileOf(2), false)
	must(t, s.House.Intake.Step(t.Context(), time.Now()))
	u, err := s.House.Identity.UserByEmail(t.Context(), "person-0@import.test")
	must(t, err)
	must(t, s.House.Identity.Delete(t.Context(), gatetest.Console, u.ID))
	a := s.call(s.boss, http.MethodGet, reportOf(path)+"?format=ndjson", nil)
	if strings.Contains(string(a.Body), "person-0@") || !strings.Contains(string(a.Body), "person-1@") {
		t.Errorf("the report: %s", a.Body)
	}
}

// What a row may be is what one person may be.
func TestARowIsHeldToTheRulesOfOnePerson(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	long := strings.Repeat("n", 201)
	for name, one := range map[string]map[string]any{
		"no address":     {"name": "N"},
		"no such":        {"email": "x"},
		"a long name":    {"email": "a@b.test", "name": long},
		"no locale":      {"email": "a@b.test", "claims": map[string]any{"locale": "!"}},
		"no attribute":   {"email": "a@b.test", "claims": map[string]any{"attributes": map[string]any{"sub": "x"}}},
		"turned around":  {"email": "a@b.test", "name": "a\u202eb"},
		"good":           {"email": "good@b.test", "name": "=1+1", "claims": map[string]any{"locale": "de", "address": map[string]any{"locality": "Bern"}}},
		"with a surplus": {"email": "a@b.test", "shoe_size": 9},
	} {
		line, err := json.Marshal(one)
		must(t, err)
		_, _, rows := s.imported(s.begin(s.boss, string(line), true))
		a := s.call(s.boss, http.MethodPost, "/api/v1/users", one)
		if made := a.Status == http.StatusCreated; made != (rows["new"] == 1) || made == (rows["wrong"] == 1) {
			t.Errorf("%s: by itself %d %s, in a file %v", name, a.Status, a.Body, rows)
		}
	}
}

// A file is read of whom it is taken: of strangers, of who may not, and from elsewhere nothing
// is kept, and nothing is as large as a file.
func TestAFileIsReadOfWhomItIsTakenAlone(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	const path = "/console/users/import"
	large := fileOf(1) + strings.Repeat("x", intake.MaxBytes)
	stranger := s.Browser()
	if page := stranger.Upload(path, url.Values{}, "file", "people.csv", fileOf(1)); page.Status != http.StatusUnauthorized {
		t.Errorf("a stranger: %d", page.Status)
	}
	reader := s.Person("rea", gatetest.TOTP)
	s.role(reader, "reader", func(p string) bool { return p == "users:read" })
	b := atConsole(t, s.Gate, reader)
	b.Get(path).Is(http.StatusForbidden).Says("gatehouse/users:write")
	b.Upload(path, url.Values{}, "file", "people.csv", fileOf(1)).Is(http.StatusForbidden).Says("gatehouse/users:write")
	isWithout(t, b.Get("/console/users"), path)
	ada := atConsole(t, s.Gate, s.Person("ada", gatetest.TOTP, gatetest.Administrator))
	carried := formTo(t, ada.Get(path), path).Values
	ada.Upload(path, carried, "file", "people.csv", large).Is(http.StatusUnprocessableEntity).Says("is larger than 4 MiB")
	ada.Upload(path, carried, "file", "people.csv", large+large).Is(http.StatusBadRequest)
	ada.Plain = true // as who says not where a form is from: the token must
	ada.Upload(path, url.Values{}, "file", "people.csv", fileOf(1)).Is(http.StatusForbidden)
	if a := s.call(s.boss, http.MethodGet, "/api/v1/imports", nil); !strings.Contains(string(a.Body), `"items":[]`) {
		t.Errorf("kept: %s", a.Body)
	}
}
