package housetest

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse.example/verify"

	"gatehouse/access"
	"gatehouse/config"
	"gatehouse/follow"
	"gatehouse/internal/gatetest"
	"gatehouse/internal/testpg"
)

// thing is what a use rests on, and what a change ends.
type thing string

const (
	thePrincipal     thing = "who it was given to"
	theSession       thing = "the session"
	theApplication   thing = "the application"
	theConsent       thing = "the consent"
	theAuthorization thing = "the authorization"
	theToken         thing = "the token"
	theKey           thing = "the key"
	theRole          thing = "the role that lets in"
	thePermission    thing = "the permission"
)

// outcome is how a use ends.
type outcome string

const (
	goesOn     outcome = "goes on, with the right"
	lacks      outcome = "goes on, without the right"
	isRefused  outcome = "is refused"
	cannotTell outcome = "is told to come back" // nobody can know, and nobody is let through by that
)

// expected is the one rule of the table: whatever rests on what ended is refused, and
// where a permission is shown it is absent once it is lost.
func expected(ends []thing, u *use) outcome {
	for _, t := range ends {
		if slices.Contains(u.rests, t) {
			return isRefused
		}
	}
	if u.shows && slices.Contains(ends, thePermission) {
		return lacks
	}
	return goesOn
}

// The table: each change × each use of what was given to a person, an application and a
// service account. A second after the change at one process, each use at another one
// ends as the rule says; and again a second after it was taken back, where it can be.
func TestWhatIsTakenBackIsNoGoodAnywhereASecondLater(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(t *testing.T) (here, there *gatetest.Gate){
		"SQLite": func(t *testing.T) (here, there *gatetest.Gate) {
			g := gatetest.New(t, patiently, withGate(t))
			return g, g
		},
		"Postgres, two replicas": func(t *testing.T) (here, there *gatetest.Gate) {
			g := gatetest.New(t, gatetest.OnPostgres(testpg.URL(t)), patiently, withGate(t))
			return g, g.Replica()
		},
	} {
		t.Run(name, func(t *testing.T) {
			if name != "SQLite" {
				testpg.Server(t)
			}
			t.Parallel()
			here, there := open(t)
			newTable(t, here, there).play()
		})
	}
}

// patiently lets what lasts for a moment last as long as it may: on a busy machine it takes
// a while until the table looks at it.
func patiently(c *config.Config) {
	c.Tokens.CodeTTL, c.Tokens.RefreshGrace = time.Minute, time.Minute
}

// table is a house with one principal for each row.
type table struct {
	*deciding
	there    *gatetest.Gate
	verifier *verify.Verifier
	asker    string // the key of who may ask about everything, and hears the feed
	watcher  *gatetest.Application
	lasting  *listeningGate
	rows     []*row
	cells    map[outcome]int
}

// row is a change, and a principal of its own to whom it happens.
type row struct {
	*table
	taking
	name string // unlike that of all others, in all that belongs to it
	given
}

func newTable(t *testing.T, here, there *gatetest.Gate) *table {
	t.Helper()
	ctx, a := t.Context(), here.House.Access
	w := &table{deciding: &deciding{Gate: here}, there: there, lasting: listenAtGate(t, there), cells: map[outcome]int{}}
	_, err := a.CreateAPI(ctx, gatetest.Console, shop())
	must(t, err)
	b, err := a.CreateServiceAccount(ctx, gatetest.Console, access.NewServiceAccount{ServiceAccountRecord: access.ServiceAccountRecord{ID: "asker"}, Reason: "asks"})
	must(t, err)
	w.asker = b.Text
	_, err = a.Give(ctx, gatetest.Console, readsDecisions(access.Subject{Kind: access.ServiceAccount, ID: "asker"}, access.Allow))
	must(t, err)
	w.watcher = (&scene{Gate: here}).watcher().At(there)
	for _, kind := range kinds {
		for _, c := range takings {
			if c.do[kind] == nil {
				continue
			}
			r := &row{table: w, taking: c, name: fmt.Sprintf("%s-%d", kind, len(w.rows)), given: given{kind: kind}}
			r.prepare(t)
			w.rows = append(w.rows, r)
		}
	}
	for _, r := range w.rows {
		r.refreshed(t)
	}
	there.Settle()
	w.verifier, _ = w.listening(t, there, func(c *verify.Config) { c.Key = w.asker })
	return w
}

// kinds are the principals that something can be given to.
var kinds = []access.Kind{access.User, access.Client, access.ServiceAccount}

// play does all changes, waits once, and looks at all cells.
func (w *table) play() {
	t := w.T.(*testing.T)
	t.Helper()
	w.look("before", 0, func(r *row, u *use) (outcome, bool) { return goesOn, u.keeps })
	_, at := w.after("")
	for _, r := range w.rows {
		if err := r.do[r.kind](t.Context(), r); err != nil {
			t.Errorf("%s: %v", r, err)
		}
	}
	done := time.Now()
	<-time.After(follow.MaxAge)
	w.look("a second after", time.Since(done), func(r *row, u *use) (outcome, bool) { return expected(r.ends, u), true })
	words, _ := w.after(at)
	w.hears(t, words)
	t.Logf("%d rows, cells: %v", len(w.rows), w.cells)

	again := false
	for _, r := range w.rows {
		if r.back == nil {
			continue
		}
		again = true
		if err := r.back(t.Context(), r); err != nil {
			t.Errorf("%s, taken back: %v", r, err)
		}
	}
	if !again {
		t.Fatal("nothing is taken back")
	}
	done = time.Now()
	<-time.After(follow.MaxAge)
	w.look("a second after it was taken back", time.Since(done), func(r *row, u *use) (outcome, bool) {
		return goesOn, r.back != nil && u.resumes && (!u.once || expected(r.ends, u) == isRefused)
	})
}

func (r *row) String() string { return fmt.Sprintf("%s of a %s", r.what, r.kind) }

// look tries the uses of all rows that belong to a pass, and compares them with what is
// wanted. since is how long ago the changes were done.
func (w *table) look(when string, since time.Duration, wants func(r *row, u *use) (want outcome, tried bool)) {
	begun := time.Now().Add(-since)
	for _, r := range w.rows {
		for i := range uses {
			u := &uses[i]
			try := u.try[r.kind]
			want, tried := wants(r, u)
			if try == nil || !tried {
				continue
			}
			if got := outcomeOf(begun, u.late, want, func() outcome { return try(r) }); got != want {
				w.T.Errorf("%s %s, %s %s; it should be that it %s", when, r, u.name, got, want)
			}
			w.cells[want]++
		}
	}
}

// outcomeOf tries until somebody can know. What is asked before late is over may still
// be told what was so before.
func outcomeOf(begun time.Time, late time.Duration, want outcome, try func() outcome) outcome {
	for {
		asked := time.Since(begun)
		got := try()
		if got == want || asked > hangs || got != cannotTell && asked > late {
			return got
		}
		<-time.After(20 * time.Millisecond)
	}
}

// after is what the feed tells after a cursor, and where it ends.
func (w *table) after(at string) (words []string, end string) {
	for {
		a := w.there.Get("/access/v1/feed?after="+at, "Authorization", "Bearer "+w.asker)
		if a.Status == http.StatusServiceUnavailable {
			continue
		}
		if a.Status != http.StatusOK {
			w.T.Fatalf("the feed: %d %s", a.Status, a.Body)
		}
		b := readBatch(w.T.(*testing.T), w.there, a.Text("batch"))
		words = append(words, b.words()...)
		if at = b.Cursor; !b.More {
			return words, at
		}
	}
}

// hears fails unless the feed told of each loss, and of nobody who lost nothing.
func (w *table) hears(t *testing.T, words []string) {
	t.Helper()
	for _, r := range w.rows {
		told := ""
		if r.told != nil {
			told = r.told(r)
		}
		if told != "" && !slices.Contains(words, told) {
			t.Errorf("%s: the feed does not tell %q", r, told)
		}
		if told == "" && slices.ContainsFunc(words, func(word string) bool { return strings.HasSuffix(word, " "+r.id) }) {
			t.Errorf("%s: the feed tells something of %s", r, r.id)
		}
	}
	if t.Failed() {
		t.Logf("the feed tells %q", words)
	}
}

// Each change and each use is there for all kinds of principals, or says why it is not.
func TestTheTableOfWhatIsTakenBackIsWhole(t *testing.T) {
	t.Parallel()
	for _, kind := range kinds {
		for _, c := range takings {
			if (c.do[kind] == nil) == (c.not[kind] == "") {
				t.Errorf("%s of a %s is either done, or there is a reason why it is not", c.what, kind)
			}
		}
		for _, u := range uses {
			if (u.try[kind] == nil) == (u.not[kind] == "") {
				t.Errorf("%s by a %s is either tried, or there is a reason why it is not", u.name, kind)
			}
		}
	}
	var all strings.Builder
	for _, c := range takings {
		for kind, why := range maps.All(c.not) {
			fmt.Fprintf(&all, "%s of a %s: %s\n", c.what, kind, why)
		}
	}
	for _, u := range uses {
		for kind, why := range maps.All(u.not) {
			fmt.Fprintf(&all, "%s by a %s: %s\n", u.name, kind, why)
		}
	}
	t.Logf("not in the table:\n%s", &all)
}
