package pdp_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/pdp"
	"gatehouse/proof"
)

// which asks for which resources somebody may do something with.
func which(kind, who, action, resource string, more ...string) string {
	return fmt.Sprintf(`{"subject":{"type":%q,"id":%q},"action":{"name":%q},"resource":{"type":%q}%s}`, kind, who, action, resource, strings.Join(more, ""))
}

var untilWhen = regexp.MustCompile(`"until":"[^"]+",`)

const columns = `,"sql":{"dialect":"postgres","first":4,"columns":{"id":{"column":"o.id","type":"integer"},"owner_id":{"column":"o.customer","type":"text"},"region":{"column":"region","type":"text"}}}`

func TestAFilterSaysForWhichResources(t *testing.T) {
	t.Parallel()
	p := shop()
	p.Grants = append(p.Grants,
		allow("gra_some", user(bob), "shop/orders:read", onlyOn("41", "42", "x")),
		allow("gra_no", user(bob), "shop/orders:read", onlyOn("42"), func(g *access.Grant) { g.Effect = access.Deny }),
		allow("gra_proof", user(bob), "shop/stock:read", func(g *access.Grant) { g.Requires = access.Requirement{Level: proof.AAL2, MaxAge: time.Minute} }),
	)
	d := newPoint(t, p)
	for name, c := range map[string]struct{ body, want string }{
		"all":      {which("user", ada, "read", "shop/orders", columns), `{"filter":{"op":"all"},"sql":{"where":"(1 = 1)","values":[]},"context":{"pv":7}}`},
		"none":     {which("user", ada, "read", "shop/stock"), `{"filter":{"op":"none"},"context":{"pv":7}}`},
		"disabled": {which("user", "usr_off", "read", "shop/orders", columns), `{"filter":{"op":"none"},"sql":{"where":"(1 = 0)","values":[]},"context":{"pv":7}}`},
		"some, but for one": {
			which("user", bob, "read", "shop/orders", columns),
			`{"filter":{"op":"and","of":[{"op":"or","of":[{"op":"in","attribute":"owner_id","values":["usr_bob"]},{"op":"in","attribute":"id","values":["41","42","x"]}]},{"op":"not_in","attribute":"id","values":["42",""]}]},` +
				`"sql":{"where":"(((\"o\".\"customer\" = $4::text) OR (\"o\".\"id\" IN ($5::bigint, $6::bigint))) AND (\"o\".\"id\" <> $7::bigint))","values":["usr_bob",41,42,42]},"context":{"pv":7}}`,
		},
		"of SQLite": {
			which("client", "robot", "read", "shop/orders", `,"context":{"request":{"method":"GET"}}`, strings.Replace(columns, "postgres", "sqlite", 1)),
			`{"filter":{"op":"in","attribute":"region","values":["eu"]},"sql":{"where":"([region] COLLATE BINARY = ?)","values":["eu"]},"context":{"pv":7}}`,
		},
		"by another method": {which("client", "robot", "read", "shop/orders", `,"context":{"request":{"method":"POST"}}`), `{"filter":{"op":"none"},"context":{"pv":7}}`},
		"for more proof":    {which("user", bob, "read", "shop/stock"), `{"filter":{"op":"none"},"context":{"acr_values":"aal2","max_age":60,"pv":7}}`},
	} {
		a := d.post(pdp.PathFilter, "decider", c.body)
		got := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">").Replace(untilWhen.ReplaceAllString(a.body, ""))
		if a.status != http.StatusOK || strings.TrimSpace(got) != c.want {
			t.Errorf("%s: %d\n%s, want\n%s", name, a.status, got, c.want)
		}
	}
	if d.outcomes["filter"] != 7 {
		t.Errorf("counted %v", d.outcomes)
	}
}

func TestAFilterIsRefusedThatCannotBeRight(t *testing.T) {
	t.Parallel()
	p := shop()
	p.Grants = append(p.Grants, allow("gra_odd", user(bob), "bank/accounts:read", func(g *access.Grant) {
		g.Where = access.Where{Place: access.Condition, Expression: `size(resource.tags) > 3`}
	}))
	d := newPoint(t, p)
	read := func(sql string) string { return which("user", bob, "read", "shop/orders", `,"sql":`+sql) }
	for name, c := range map[string]struct {
		token, body string
		status      int
		says        string
	}{
		"nobody":                    {"", which("user", bob, "read", "shop/orders"), 401, ""},
		"a stranger":                {"stranger", which("user", bob, "read", "shop/orders"), 403, "caller.forbidden"},
		"a server of another":       {"shop", which("user", bob, "read", "bank/accounts"), 403, ""},
		"an unknown permission":     {"decider", which("user", bob, "reed", "shop/orders"), 400, "permission.unknown"},
		"no subject":                {"decider", which("user", "", "read", "shop/orders"), 400, "evaluation.invalid"},
		"a condition of no filter":  {"decider", which("user", bob, "read", "bank/accounts"), 400, `size(resource.tags) \u003e 3`},
		"no column":                 {"decider", read(`{"dialect":"sqlite","columns":{}}`), 400, "filter.column"},
		"a column that says more":   {"decider", read(`{"dialect":"sqlite","columns":{"owner_id":{"column":"x] = 1 OR 1=1 --","type":"text"}}}`), 400, "filter.column"},
		"one in quotes":             {"decider", read(`{"dialect":"postgres","columns":{"owner_id":{"column":"\"x\"","type":"text"}}}`), 400, "filter.column"},
		"one that nothing asks for": {"decider", read(`{"dialect":"postgres","columns":{"owner_id":{"column":"x","type":"text"},"y":{"column":"a b","type":"text"}}}`), 400, "filter.column"},
		"of too many parts":         {"decider", read(`{"dialect":"postgres","columns":{"owner_id":{"column":"a.b.c.d","type":"text"}}}`), 400, "filter.column"},
		"too long":                  {"decider", read(`{"dialect":"postgres","columns":{"owner_id":{"column":"` + strings.Repeat("a", 64) + `","type":"text"}}}`), 400, "filter.column"},
		"of no type":                {"decider", read(`{"dialect":"postgres","columns":{"owner_id":{"column":"x","type":"jsonb"}}}`), 400, "filter.column"},
		"without a type":            {"decider", read(`{"dialect":"postgres","columns":{"owner_id":{"column":"x"}}}`), 400, "evaluation.invalid"},
		"another dialect":           {"decider", read(`{"dialect":"oracle","columns":{}}`), 400, "sql.dialect"},
		"no number":                 {"decider", read(`{"dialect":"postgres","first":0,"columns":{}}`), 400, "sql.first"},
		"columns of a list":         {"decider", read(`{"dialect":"postgres","columns":[]}`), 400, "sql.columns"},
		"a name twice":              {"decider", read(`{"dialect":"postgres","columns":{},"columns":{}}`), 400, "evaluation.json"},
	} {
		a := d.post(pdp.PathFilter, c.token, c.body)
		if a.status != c.status || !strings.Contains(a.body, c.says) || strings.Contains(a.body, `"op"`) {
			t.Errorf("%s: %d %s, want %d %s", name, a.status, a.body, c.status, c.says)
		}
		var problem map[string]any
		if err := json.Unmarshal([]byte(a.body), &problem); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	var many strings.Builder
	for i := range 101 {
		fmt.Fprintf(&many, `"a%d":{"column":"x","type":"text"},`, i)
	}
	if a := d.post(pdp.PathFilter, "decider", read(`{"dialect":"postgres","columns":{`+strings.TrimSuffix(many.String(), ",")+`}}`)); a.status != 400 {
		t.Errorf("many columns: %d %s", a.status, a.body)
	}
}
