package store_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"gatehouse/internal/crowd"
	"gatehouse/internal/testpg"
	"gatehouse/store"
	"gatehouse/store/engine"
)

// planned is large enough that no database finds it cheaper to look at everything.
var planned = crowd.Size{
	People: 20_000, Sessions: 20_000, Families: 40_000, Events: 20_000, Revocations: 20_000, Others: 20_000, Clients: 50, Due: 500,
}

// small tables have a handful of rows however long a house stands; of clients,
// APIs, roles and scopes, which operators register and which
// are bounded, a server holds all in memory anyway. What a pragma answers is one row.
var small = map[string]bool{
	"clients": true, "versions": true, "served": true, "settings": true, "leases": true, "data_keys": true, "signing_keys": true, "marks": true, "audit_horizon": true, "audit_tree": true, "apis": true, "roles": true, "routes": true, "scopes": true, "groups": true, "locks": true, "orgs": true, "service_accounts": true, "imports": true, "audit_tops": true, "verifications": true,
	"pragma_page_count": true, "pragma_page_size": true,
}

// A question that walks or sorts a whole table is slow one day. Each is planned by
// SQLite as it is opened, which never counts its rows, and with statistics.
func TestNoStatementWalksATableThatGrowsOnSQLite(t *testing.T) {
	t.Parallel()
	s, now := openSQLite(t), time.Now()
	store.Fill(t, s, planned, now)
	store.Vary(t, s)
	for _, statistics := range []bool{false, true} {
		if statistics {
			if err := store.Raw(t.Context(), s, "ANALYZE"); err != nil {
				t.Fatal(err)
			}
		}
		for _, q := range store.Questions(t, planned, now) {
			if q.OnlyPostgres {
				continue
			}
			plan := store.Explain(t, s, q)
			for line := range strings.Lines(plan) {
				if fault := faultOfSQLite(q, line); fault != "" {
					t.Errorf("%s (statistics: %v)\n%s\n%v\n%s", fault, statistics, q.Text, q.Args, plan)
				}
			}
		}
	}
}

// faultOfSQLite says what is wrong with a line of a plan, if anything is.
func faultOfSQLite(q store.Planned, line string) string {
	words := strings.Fields(line)
	switch {
	case words[0] == "SCAN" && grows(q.Text, words[1]) && (q.Walks == "" || !strings.Contains(line, "USING")):
		return "walks " + words[1]
	case strings.HasPrefix(line, "USE TEMP B-TREE") && q.Sorts == "":
		return "sorts"
	}
	return ""
}

var named = regexp.MustCompile(`(?:FROM|JOIN|UPDATE|INTO)\s+([a-z_]+)(?:\s+(?:AS\s+)?([a-z]+)\b)?`)

// grows reports whether name, which a statement may have given itself, is of a
// table that grows.
func grows(text, name string) bool {
	for _, m := range named.FindAllStringSubmatch(text, -1) {
		if m[2] == name {
			name = m[1]
		}
	}
	return name != "CONSTANT" && name != "json_each" && !small[name] // json_each is an argument's list
}

// On Postgres every question is asked as a connection asks it that has asked it
// before, so that the plan is the one that it keeps, and what it looked at is
// counted.
func TestNoStatementWalksATableThatGrowsOnPostgres(t *testing.T) {
	t.Parallel()
	url := testpg.URL(t)
	s, now := migrated(t, url), time.Now()
	store.Fill(t, s, planned, now)
	store.Vary(t, s)
	if err := store.Raw(t.Context(), s, "VACUUM ANALYZE"); err != nil {
		t.Fatal(err)
	}
	conn, err := pgconn.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), engine.PlansByIndex).ReadAll(); err != nil {
		t.Fatal(err)
	}
	for _, q := range store.Questions(t, planned, now) {
		if q.OnlySQLite {
			continue
		}
		mode := "auto"
		if q.OnlyPostgres { // these keep one plan (engine)
			mode = "force_generic_plan"
		}
		plan := explain(t, conn, mode, q)
		for _, fault := range plan.faults(q) {
			t.Errorf("%s\n%s\n%v\n%s", fault, q.Text, q.Args, plan)
		}
	}
}

// node is what EXPLAIN (ANALYZE, FORMAT JSON) says.
type node struct {
	Type     string  `json:"Node Type"`
	Table    string  `json:"Relation Name"`
	Index    string  `json:"Index Name"`
	Rows     float64 `json:"Actual Rows"`
	Loops    float64 `json:"Actual Loops"`
	Filtered float64 `json:"Rows Removed by Filter"`
	Checked  float64 `json:"Rows Removed by Index Recheck"`
	Plans    []node  `json:"Plans"`
}

func (n node) String() string {
	text := strings.Join(strings.Fields(fmt.Sprint(n.Type, " ", n.Table, " ", n.Index, " ", n.Rows)), " ")
	for _, child := range n.Plans {
		text += "\n\t" + strings.ReplaceAll(child.String(), "\n", "\n\t")
	}
	return text
}

// plannedAnew is how often Postgres plans a prepared statement anew before it
// thinks of keeping a plan.
const plannedAnew = 5

func explain(t *testing.T, conn *pgconn.PgConn, mode string, q store.Planned) (plan node) {
	t.Helper()
	execute := "EXECUTE question"
	if len(q.Args) > 0 {
		execute += "(" + literals(q.Args) + ")"
	}
	run := func(text string) (out string) {
		t.Helper()
		results, err := conn.Exec(t.Context(), text).ReadAll()
		if err != nil {
			t.Fatalf("%s: %v\n%s", text, err, q.Text)
		}
		for _, row := range results[0].Rows { // a plan is one value, and a command has none
			out += string(row[0])
		}
		return out
	}
	run("BEGIN")
	run("SET LOCAL plan_cache_mode = " + mode)
	run("PREPARE question AS " + q.Text)
	for range plannedAnew {
		run("EXPLAIN (FORMAT JSON) " + execute)
	}
	text := run("EXPLAIN (ANALYZE, FORMAT JSON) " + execute)
	run("DEALLOCATE question")
	run("ROLLBACK")
	var list []struct{ Plan node }
	if err := json.Unmarshal([]byte(text), &list); err != nil || len(list) != 1 {
		t.Fatalf("%v: %s", err, text)
	}
	return list[0].Plan
}

func (n node) faults(q store.Planned) (all []string) {
	var look func(n node)
	look = func(n node) {
		looked := (n.Rows + n.Filtered + n.Checked) * max(1, n.Loops)
		switch {
		case n.Type == "Seq Scan" && !small[n.Table] && q.Whole == "":
			all = append(all, "walks "+n.Table)
		case n.Table != "" && !small[n.Table] && n.Type != "ModifyTable" && looked > float64(q.Most):
			all = append(all, fmt.Sprintf("looks at %.0f rows of %s, want %d at most", looked, n.Table, q.Most))
		case strings.Contains(n.Type, "Sort") && n.Plans[0].Rows > float64(q.Most):
			all = append(all, fmt.Sprintf("sorts %.0f rows", n.Plans[0].Rows))
		}
		for _, child := range n.Plans {
			look(child)
		}
	}
	look(n)
	return all
}

// literals writes arguments as SQL does.
func literals(args []any) string {
	var all []string
	for _, a := range args {
		all = append(all, literal(a))
	}
	return strings.Join(all, ", ")
}

func literal(a any) string {
	switch a := a.(type) {
	case nil:
		return "NULL"
	case string:
		return "'" + strings.ReplaceAll(a, "'", "''") + "'"
	case []byte:
		return fmt.Sprintf(`'\x%x'::bytea`, a)
	case []string:
		return array(a, "text")
	case [][]byte:
		return array(a, "bytea")
	case []int64:
		return array(a, "bigint")
	}
	return fmt.Sprint(a)
}

func array[T any](list []T, of string) string {
	all := make([]any, len(list))
	for i, v := range list {
		all[i] = v
	}
	return "ARRAY[" + literals(all) + "]::" + of + "[]"
}

// either is a condition of which one part or the other holds: an index is bounded by neither.
var either = regexp.MustCompile(`\([^()]* OR [^()]*\)`)

var lower = regexp.MustCompile(`\(?([a-z_.]+)(?:, [a-z_., ]+\))? >=? `)

// Of two lower bounds of a column SQLite takes the one that is written first for its
// index, and looks at each row from there: no plan shows that.
func TestNoStatementBoundsAColumnTwiceFromBelow(t *testing.T) {
	t.Parallel()
	for _, text := range store.Texts() {
		for part := range strings.SplitSeq(text, "SELECT") {
			bounds := map[string]int{}
			for _, m := range lower.FindAllStringSubmatch(either.ReplaceAllString(part, ""), -1) {
				if bounds[m[1]]++; bounds[m[1]] == 2 {
					t.Errorf("%s has two lower bounds:\n%s", m[1], text)
				}
			}
		}
	}
}
