package access_test

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // real databases, as applications have them
	_ "modernc.org/sqlite"

	"gatehouse.example/verify/filter"

	. "gatehouse/access"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/internal/testpg"
	"gatehouse/proof"
)

// atoms are what expressions of the tests are made of.
var atoms = strings.Split(`resource.owner_id == principal.id
principal.id != resource.owner_id
resource.region == "eu"
resource.region in ["eu", "us"]
resource.region in principal.groups
resource.region in []
resource.region < "eu"
"EU" <= resource.region
resource.region >= ""
resource.region.startsWith("e")
resource.region.endsWith("U")
resource.region.contains("ü")
resource.region.contains("")
resource.region.startsWith(principal.kind)
resource.region != null
resource.region == 5
resource.region > 5
resource.total <= 500.0
500 < resource.total
resource.total == 10u
resource.total != 10
resource.total == "10"
resource.total > "1"
resource.total in [10, 900.5, "10"]
resource.total != double("nan")
resource.count > 1
resource.count == 2.0
resource.count < 1.5
resource.flag == true
resource["flag"] != true
has(resource.flag)
resource.flag
resource["flag"]
resource.region
"region" in resource
has(resource.id)
resource.id == "3"
resource.id != "4"
resource.id in ["1", "2", "03", ""]
(resource.flag && resource.total > 10)
(resource.flag || resource.region == "us")
(!resource.flag || false)
(resource.region || true)
request.method == "GET"
ip(request.ip).isLoopback()
"g1" in principal.groups
session.acr == "aal2"
localHour("Europe/Berlin") >= 9
["a", "b"].exists(x, x == client)
true
false`, "\n")

// expression makes one of them, a few levels deep.
func (d dice) expression(deep int) string {
	if deep == 0 || d.IntN(4) == 0 {
		return pick(d, atoms...)
	}
	a, b := d.expression(deep-1), d.expression(deep-1)
	switch d.IntN(5) {
	case 0, 1:
		return "(" + a + " && " + b + ")"
	case 2:
		return "(" + a + " || " + b + ")"
	case 3:
		return "!(" + a + ")"
	}
	return "((" + a + ") ? (" + b + ") : (" + d.expression(deep-1) + "))"
}

// narrow is a policy in which much depends on the resource.
func (d dice) narrow() Policy {
	p := d.policy()
	if p.Principals = nil; d.IntN(3) > 0 { // else hardly anything is left of what is given
		p.Locks, p.Grants, p.APIs[0].Delegation = nil, nil, ByAudience
	}
	for range 1 + d.IntN(4) {
		g := d.grant()
		g.Subject, g.Role, g.Permission = pick(d, Subject{User, "usr_a"}, Subject{User, "usr_a"}, Subject{Group, "g1"}), "", Pattern{"shop", "orders", pick(d, "read", Any)}
		if d.IntN(3) > 0 {
			g.Window, g.Requires, g.Org = Window{}, Requirement{}, ""
		}
		g.Effect, g.Where = pick(d, Allow, Allow, Allow, Deny), Where{Place: pick(d, Own, Listed, Condition, Condition, Condition, Everywhere)}
		switch g.Where.Place {
		case Listed:
			g.Where.IDs = many(d, 4, func() string { return pick(d, "1", "2", "17", "40", "041", "") })
		case Condition:
			g.Where.Expression = d.expression(3)
		}
		p.Grants = append(p.Grants, g)
	}
	return p
}

// row is a thing, as its application keeps it: nil is NULL.
type row struct {
	id                                   int
	owner, region, total, count, flagged any
}

func (r row) attributes() map[string]any {
	all := map[string]any{}
	for name, v := range map[string]any{"owner_id": r.owner, "region": r.region, "total": r.total, "count": r.count, "flag": r.flagged} {
		if v != nil {
			all[name] = v
		}
	}
	return all
}

// rows are all that there may be.
func rows() (all []row) {
	for _, owner := range []any{"usr_a", "usr_b", "", nil} {
		for _, region := range []any{"eu", "EU", "us", "grün", "e", nil} {
			for i, total := range []any{10.0, 500.0, 900.5, nil} {
				all = append(all, row{len(all) + 1, owner, region, total, []any{1.0, 2.0, 0.0, nil}[i], pick[any](roll(uint64(len(all))), true, false, nil)})
			}
		}
	}
	return all
}

// kept is a database with the rows, and how it is asked.
type kept struct {
	*sql.DB
	query filter.Query
}

func keep(t *testing.T, dialect filter.Dialect, all []row) kept {
	t.Helper()
	driver, address := "sqlite", "file:"+t.TempDir()+"/rows.db"
	create := `CREATE TABLE orders (id INTEGER PRIMARY KEY, "user" TEXT COLLATE NOCASE, region TEXT COLLATE NOCASE, total REAL, n INTEGER, flag INTEGER)`
	insert := `INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?)`
	if dialect == filter.Postgres {
		driver, address = "pgx", testpg.Empty(t)
		create = `CREATE TABLE orders (id BIGINT PRIMARY KEY, "user" TEXT, region VARCHAR(20), total NUMERIC, n INTEGER, flag BOOLEAN)`
		insert = `INSERT INTO orders VALUES ($1, $2, $3, $4, $5, $6)`
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if _, err := db.Exec(create); err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		if _, err := db.Exec(insert, r.id, r.owner, r.region, r.total, r.count, r.flagged); err != nil {
			t.Fatal(err)
		}
	}
	return kept{db, filter.Query{Dialect: dialect, Columns: map[string]filter.Column{
		"id": {Name: "id", Type: filter.Integer}, "owner_id": {Name: "orders.user", Type: filter.Text}, "region": {Name: "orders.region", Type: filter.Text},
		"total": {Name: "total", Type: filter.Number}, "count": {Name: "n", Type: filter.Integer}, "flag": {Name: "flag", Type: filter.Boolean},
	}}}
}

// ids lists what the database has of a filter.
func (k kept) ids(t *testing.T, f filter.Filter) (ids []int, where string) {
	t.Helper()
	where, values, err := f.SQL(k.query)
	if err != nil {
		t.Fatalf("%+v: %v", f, err)
	}
	found, err := k.Query("SELECT id FROM orders WHERE "+where+" ORDER BY id", values...)
	if err != nil {
		t.Fatalf("%s %v: %v", where, values, err)
	}
	defer found.Close()
	for found.Next() {
		var one int
		if err := found.Scan(&one); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, one)
	}
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	return ids, where
}

// A filter is for exactly the rows for which a decision of each would be yes: in SQLite, in
// Postgres and in memory.
func TestAFilterAgreesWithTheDecisionsOfAllRows(t *testing.T) {
	t.Parallel()
	for _, dialect := range []filter.Dialect{filter.SQLite, filter.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			all := rows()
			db := keep(t, dialect, all)
			var none, some, everything atomic.Int64
			t.Run("cases", func(t *testing.T) {
				policies := max(times(12_000), 400)
				var next atomic.Uint64
				for range 2 {
					t.Run("", func(t *testing.T) {
						t.Parallel()
						for seed := next.Add(1); seed <= policies && !t.Failed(); seed = next.Add(1) {
							d := roll(seed)
							p, q := d.narrow(), d.question()
							q.Principal, q.Permission = Subject{User, "usr_a"}, "shop/orders:read"
							q.Delegated = q.Delegated && d.IntN(3) == 0
							q.Request.IP = pick(d, "", "127.0.0.1")
							switch filtered(t, db, all, p, q) {
							case 0:
								none.Add(1)
							case len(all):
								everything.Add(1)
							default:
								some.Add(1)
							}
						}
					})
				}
			})
			t.Logf("%d none, %d some, %d all", none.Load(), some.Load(), everything.Load())
			if min(none.Load(), some.Load(), everything.Load()) < 20 {
				t.Error("one of these was hardly tried")
			}
		})
	}
}

// filtered compares one filter with the decisions, and returns how many rows it is for.
func filtered(t *testing.T, db kept, all []row, p Policy, q Question) int {
	t.Helper()
	s := Compile(p)
	q.Resource = Resource{}
	f, err := s.Filter(&q)
	if err != nil {
		t.Fatalf("%+v\nof %+v: %v", q, p, err)
	}
	var want []int
	for _, r := range all {
		one := q
		one.Resource = Resource{ID: fmt.Sprint(r.id), Attrs: r.attributes()}
		yes := decide(t, s, one).Outcome == Allowed
		attributes := r.attributes()
		attributes["id"] = one.Resource.ID
		if f.Match(attributes) != yes {
			t.Fatalf("%s\nis %s, which says %t of %v", grantsOf(p), text(f.Filter), !yes, attributes)
		}
		if yes {
			want = append(want, r.id)
		}
	}
	got, where := db.ids(t, f.Filter)
	if !slices.Equal(got, want) {
		t.Fatalf("%s\nis %s of %s:\ngot  %v\nwant %v", grantsOf(p), where, text(f.Filter), got, want)
	}
	if end := f.Until; !end.IsZero() && end.After(q.Now) { // and to the last moment
		later := q
		later.Now = end.Add(-1)
		if again, err := s.Filter(&later); err != nil || fmt.Sprint(again.Filter) != fmt.Sprint(f.Filter) {
			t.Fatalf("%s\nis %s until %s, and a moment before %s %v", grantsOf(p), text(f.Filter), end, text(again.Filter), err)
		}
	}
	return len(want)
}

func grantsOf(p Policy) (all string) {
	for _, g := range p.Grants {
		all += fmt.Sprintf("%s %s of %s%s %+v %+v\n", g.Effect, g.Subject, g.Role, g.Permission, g.Requires, g.Where)
	}
	return all
}

func text(f filter.Filter) string {
	t, err := json.Marshal(f)
	return fmt.Sprint(string(t), err)
}

// shopFor is a policy in which one person has these grants at the orders of a shop.
func shopFor(grants ...Grant) Policy {
	p := Policy{APIs: []API{{ID: "shop", Delegation: ByAudience, Owners: map[string]string{"orders": "owner_id"}, Permissions: []Permission{{Resource: "orders", Action: "read"}}}}}
	for i, g := range grants {
		g.ID, g.Subject, g.Permission = id.Grant(fmt.Sprint("gra_", i)), Subject{User, "usr_a"}, Pattern{"shop", "orders", "read"}
		p.Grants = append(p.Grants, g)
	}
	return p
}

func on(effect Effect, expression string) Grant {
	return Grant{Effect: effect, Where: Where{Place: Condition, Expression: expression}}
}

func filterOf(p Policy) (Filter, error) {
	return Compile(p).Filter(&Question{Principal: Subject{User, "usr_a"}, Permission: "shop/orders:read", Now: began, Level: proof.AAL1, AuthTime: began, Request: Request{Path: strings.Repeat("a", 8<<10)}})
}

// What no filter can say is refused with the condition, and never all or none; unless it
// makes no difference.
func TestAConditionThatNoFilterCanSayIsNamed(t *testing.T) {
	t.Parallel()
	for _, expression := range []string{
		`size(resource.tags) > 3`, `resource.a == resource.b`, `resource.total + 1.0 > 5.0`, `resource.region.matches("^e")`, `resource.region.lowerAscii() == "eu"`,
		`"x" in resource.tags`, `["a"].exists(x, x == resource.region)`, `resource.owner.id == principal.id`, `has(resource.owner.id)`, `resource == {"a": 1}`, `resource[principal.id] == 1`,
		`resource.total == 9007199254740993`, `resource.region == "a\u0000b"`, `resource.list == [1]`, `resource.created < timestamp("2026-01-01T00:00:00Z")`,
		`principal.kind.contains(resource.region)`, `resource.flag > false`, `resource.total == 1e300`, `resource.total >= double("nan")`, `resource.region in {"a": 1}`, `size(resource) == 0`,
	} {
		if err := CheckExpression(expression); err != nil {
			t.Fatalf("%s: %v", expression, err)
		}
		for name, p := range map[string]Policy{
			"alone":         shopFor(on(Allow, expression)),
			"beside others": shopFor(Grant{Effect: Allow, Where: Where{Place: Own}}, on(Allow, expression)),
			"as a deny":     shopFor(Grant{Effect: Allow, Where: Where{Place: Everywhere}}, on(Deny, expression)),
			"within":        shopFor(on(Allow, `resource.x == 1 || !(`+expression+`)`)),
		} {
			f, err := filterOf(p)
			refused, ok := errors.AsType[*fault.Error](err)
			if !ok || refused.Code != "filter.untranslatable" || len(refused.Fields) != 1 || !strings.Contains(refused.Fields[0].Problem, expression) || f.Op == filter.All || f.Match(map[string]any{"id": "1"}) {
				t.Errorf("%s, %s: %+v %v", expression, name, f.Filter, err)
			}
		}
		for name, c := range map[string]struct {
			p    Policy
			want filter.Op
		}{
			"beside all":         {shopFor(Grant{Effect: Allow, Where: Where{Place: Everywhere}}, on(Allow, expression)), filter.All},
			"and never":          {shopFor(on(Allow, `principal.kind == "client" && `+expression)), filter.None},
			"a deny of nothing":  {shopFor(on(Deny, expression)), filter.None},
			"denied all the way": {shopFor(on(Allow, expression), Grant{Effect: Deny, Where: Where{Place: Everywhere}}), filter.None},
		} {
			if f, err := filterOf(c.p); err != nil || f.Op != c.want {
				t.Errorf("%s, %s: %+v %v, want %s", expression, name, f.Filter, err, c.want)
			}
		}
	}
}

// A filter has bounds: of what it says, and of what it takes to find it.
func TestAFilterHasBounds(t *testing.T) {
	t.Parallel()
	doubling := `resource.a == 1`
	for len(doubling) < 900 {
		doubling = `(` + doubling + `) ? resource.b == 1 : resource.c == 1`
	}
	var long []Grant
	for i := range 200 {
		g := Grant{Effect: Allow, Where: Where{Place: Listed}}
		for j := range 100 {
			g.Where.IDs = append(g.Where.IDs, fmt.Sprint(i*100+j))
		}
		long = append(long, g)
	}
	for name, c := range map[string]struct {
		grants []Grant
		code   string
	}{
		"choices within choices": {[]Grant{on(Allow, doubling)}, "filter.untranslatable"},
		"many ids":               {long, "filter.too_large"},
		"costly conditions":      {slices.Repeat([]Grant{on(Allow, `resource.a == 1 && request.path.matches("a{0,120}b")`)}, 400), "evaluation.costly"},
	} {
		began := time.Now()
		f, err := filterOf(shopFor(c.grants...))
		if refused, ok := errors.AsType[*fault.Error](err); !ok || refused.Code != c.code || f.Match(map[string]any{"id": "1", "a": 1}) {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%s took %s", name, took)
		}
	}
}

func BenchmarkFilter(b *testing.B) {
	s := Compile(shopFor(on(Allow, `resource.owner_id == principal.id || resource.region in ["eu", "in"]`)))
	q := &Question{Principal: Subject{User, "usr_a"}, Permission: "shop/orders:read", Now: began}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Filter(q); err != nil {
			b.Fatal(err)
		}
	}
}
