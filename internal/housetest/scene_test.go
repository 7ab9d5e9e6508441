package housetest

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/config"
	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

// scene is what most tests here begin with: a person, an application, and the
// person's browser.
type scene struct {
	*gatetest.Gate
	ada     *gatetest.Person
	app     *gatetest.Application
	browser *gatetest.Browser
}

func newScene(t *testing.T, change ...func(*config.Config)) *scene {
	t.Helper()
	g := gatetest.New(t, change...)
	return &scene{Gate: g, ada: g.Person("ada"), app: g.App("web"), browser: g.Browser()}
}

// code signs Ada in at the application, silently after the first time.
func (s *scene) code() string {
	s.T.Helper()
	return s.app.Code(s.browser, s.ada)
}

func (s *scene) tokens(fields ...string) gatetest.Answer {
	s.T.Helper()
	return s.app.Tokens(s.browser, s.ada, fields...)
}

// watcher is an application that may introspect everything.
func (s *scene) watcher() *gatetest.Application {
	s.T.Helper()
	return s.App("watcher", func(c *oauth.Client) {
		c.Introspect, c.GrantTypes, c.RedirectURIs = true, []string{oauth.GrantClient}, nil
	})
}

// landing says in a word where an authorization request led.
func landing(p *gatetest.Page) string {
	switch {
	case p.Out != nil && p.Out.Query().Get("code") != "":
		return "code"
	case p.Out != nil:
		return p.Out.Query().Get("error")
	case p.Status != http.StatusOK:
		return fmt.Sprint("page ", p.Status)
	}
	return p.URL.Path
}

// expectRefused fails unless the answer is the protocol's refusal with one of
// the codes, and brings no token.
func expectRefused(t *testing.T, what string, a gatetest.Answer, codes ...string) {
	t.Helper()
	if a.Status < 400 || a.Status > 499 || !slices.Contains(codes, a.Error()) {
		t.Errorf("%s: answered %d %s, want a refusal with %v", what, a.Status, a.Body, codes)
	}
	for _, name := range []string{"access_token", "refresh_token", "id_token"} {
		if a.Text(name) != "" {
			t.Errorf("%s: the refusal brings an %s", what, name)
		}
	}
}

// expectTokens fails the test unless the answer brings an access token.
func expectTokens(t *testing.T, what string, a gatetest.Answer) gatetest.Answer {
	t.Helper()
	if a.Status != http.StatusOK || a.Text("access_token") == "" {
		t.Fatalf("%s: answered %d %s, want tokens", what, a.Status, a.Body)
	}
	return a
}

// expectActive fails unless the application learns whether the token is active.
func expectActive(t *testing.T, what string, by *gatetest.Application, token string, want bool) {
	t.Helper()
	a := by.Introspect(token)
	if a.Status != http.StatusOK || a.JSON["active"] != want {
		t.Errorf("%s: introspection answers %d %s, want active %v", what, a.Status, a.Body, want)
	}
	if !want && string(a.Body) != `{"active":false}` {
		t.Errorf("%s: introspection tells more of a dead token than that: %s", what, a.Body)
	}
}

// eventsOf returns what the audit log holds of an action, or of all ("").
func eventsOf(t *testing.T, g *gatetest.Gate, action audit.Action) []audit.Event {
	t.Helper()
	recorded(t, g)
	var all []audit.Event
	for e, err := range g.House.Trail.All(context.Background(), audit.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		if action == "" || e.Action == action {
			all = append(all, e)
		}
	}
	slices.Reverse(all) // the oldest first
	return all
}

// recorded waits until what was refused is recorded: on a machine that is slow the answer
// does not wait for that.
func recorded(t *testing.T, g *gatetest.Gate) {
	t.Helper()
	for late := time.After(hangs); g.House.Refusals.Waiting() > 0; <-time.After(time.Millisecond) {
		select {
		case <-late:
			t.Fatal("refusals are not recorded")
		default:
		}
	}
}

// underneath opens the gate's SQLite file beside it, to look into it and to
// break it. The driver came with the store.
func underneath(t *testing.T, g *gatetest.Gate) *sql.DB {
	t.Helper()
	path := strings.TrimPrefix(g.House.Config.Store.URL, "sqlite:")
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: path}).String()+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func mustExec(t *testing.T, db *sql.DB, statement string) {
	t.Helper()
	if _, err := db.ExecContext(context.Background(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// beaten are the tables that what beats in the background writes: an event that waits to be
// sealed becomes a leaf of the tree, and what applications did before is noted.
var beaten = []string{"leases", "client_uses", "client_refusals", "audit_unsealed", "audit_leaves", "audit_nodes", "audit_tree", "audit_checkpoints", "audit_tallies", "audit_tallied"}

// rowsOf returns every row of every table as text, except of those named.
func rowsOf(t *testing.T, db *sql.DB, except ...string) []string {
	t.Helper()
	var all []string
	for _, table := range column(t, db, `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'goose%'`) {
		if slices.Contains(beaten, table) || slices.Contains(except, table) {
			continue
		}
		var names []string
		for _, name := range column(t, db, `SELECT name FROM pragma_table_info('`+table+`')`) {
			if table == "service_keys" && name == "used_at" {
				continue // the use of keys is noted in the background
			}
			names = append(names, `'`+name+`=' || quote("`+name+`")`)
		}
		for _, row := range column(t, db, `SELECT `+strings.Join(names, ` || ' ' || `)+` FROM "`+table+`" ORDER BY 1`) {
			all = append(all, table+": "+row)
		}
	}
	return all
}

// differing returns the rows that only one of two states has.
func differing(before, after []string) []string {
	var rows []string
	for _, row := range before {
		if !slices.Contains(after, row) {
			rows = append(rows, "- "+row)
		}
	}
	for _, row := range after {
		if !slices.Contains(before, row) {
			rows = append(rows, "+ "+row)
		}
	}
	return rows
}

func column(t *testing.T, db *sql.DB, query string) (values []string) {
	t.Helper()
	rows, err := db.QueryContext(context.Background(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	for rows.Next() {
		var v string
		if err := rows.Scan(&v); err != nil {
			t.Fatal(err)
		}
		values = append(values, v)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return values
}

// cookieValue returns the value of the browser's cookie whose name ends so.
func cookieValue(t *testing.T, b *gatetest.Browser, suffix string) string {
	t.Helper()
	for _, c := range b.Cookies() {
		if strings.HasSuffix(c.Name, suffix) {
			return c.Value
		}
	}
	t.Fatalf("the browser has no cookie …%s", suffix)
	return ""
}
