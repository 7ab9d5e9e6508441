package pdp_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/access"
	"gatehouse/fault"
	"gatehouse/pdp"
	"gatehouse/proof"
)

// shop is a policy with one of everything that an evaluation can meet.
func shop() access.Policy {
	return access.Policy{
		Version: 7,
		APIs: []access.API{
			{
				ID: "shop", Audience: "https://shop.test", Delegation: access.ByAudience, Owners: map[string]string{"orders": "owner_id"}, Servers: []string{"shop-server"},
				Permissions: []access.Permission{
					{Resource: "orders", Action: "read"},
					{Resource: "orders", Action: "write"},
					{Resource: "orders", Action: "delete"},
					{Resource: "stock", Action: "read"},
					{Resource: "orders", Action: "refund", Requires: access.Requirement{Level: proof.AAL2, MaxAge: 5 * time.Minute}},
				},
			},
			{ID: "bank", Audience: "https://bank.test", Delegation: access.ByAudience, Permissions: []access.Permission{{Resource: "accounts", Action: "read"}}},
		},
		Grants: []access.Grant{
			allow("gra_ada", user(ada), "shop/orders:*"),
			allow("gra_own", user(bob), "shop/orders:read", own),
			allow("gra_two", user(bob), "shop/orders:write", onlyOn("41", "42")),
			allow("gra_soon", user(bob), "shop/stock:read", func(g *access.Grant) { g.NotBefore = time.Now().Add(time.Hour) }),
			allow("gra_cel", client("robot"), "shop/orders:read", func(g *access.Grant) {
				g.Where = access.Where{Place: access.Condition, Expression: `resource.region == "eu" && request.method == "GET"`}
			}),
			allow("gra_bank", user(ada), "bank/accounts:read"),
		},
		Principals: []access.Principal{{Subject: user("usr_off"), Disabled: true}},
	}
}

func TestDecisionSaysWhyAndUntilWhen(t *testing.T) {
	t.Parallel()
	d := newPoint(t, shop())
	recent := fmt.Sprintf(`,"context":{"acr":"aal2","auth_time":%d}`, time.Now().Unix())
	for name, c := range map[string]struct {
		body string
		yes  bool
		want map[string]any // of the context
	}{
		"allowed":                     {ask("user", ada, "read", "shop/orders", "42"), true, map[string]any{"reason": "granted"}},
		"no grant":                    {ask("user", bob, "delete", "shop/orders", "42"), false, map[string]any{"reason": "no_grant"}},
		"nobody that is known":        {ask("user", "usr_nobody", "read", "shop/orders", "42"), false, map[string]any{"reason": "no_grant"}},
		"disabled":                    {ask("user", "usr_off", "read", "shop/orders", "42"), false, map[string]any{"reason": "principal_inactive"}},
		"one of those that are named": {ask("user", bob, "write", "shop/orders", "42"), true, map[string]any{"reason": "granted"}},
		"another":                     {ask("user", bob, "write", "shop/orders", "43"), false, map[string]any{"reason": "no_grant"}},
		"whose it is is not told":     {ask("user", bob, "read", "shop/orders", "42"), false, map[string]any{"reason": "resource_unknown", "missing": "owner_id"}},
		"told as null":                {strings.Replace(ask("user", bob, "read", "shop/orders", "42"), `"id":"42"`, `"id":"42","properties":{"owner_id":null}`, 1), false, map[string]any{"reason": "resource_unknown", "missing": "owner_id"}},
		"one's own":                   {strings.Replace(ask("user", bob, "read", "shop/orders", "42"), `"id":"42"`, `"id":"42","properties":{"owner_id":"usr_bob"}`, 1), true, map[string]any{"reason": "granted"}},
		"somebody else's":             {strings.Replace(ask("user", bob, "read", "shop/orders", "42"), `"id":"42"`, `"id":"42","properties":{"owner_id":"usr_ada"}`, 1), false, map[string]any{"reason": "no_grant"}},
		"a better sign-in is asked":   {ask("user", ada, "refund", "shop/orders", "42"), false, map[string]any{"reason": "insufficient_user_authentication", "acr_values": "aal2", "max_age": 300.0}},
		"and was given":               {ask("user", ada, "refund", "shop/orders", "42", recent), true, map[string]any{"reason": "granted"}},
		"a level of somebody else's":  {ask("user", ada, "refund", "shop/orders", "42", `,"context":{"acr":"urn:com:example:loa:3","auth_time":7000000000}`), false, map[string]any{"reason": "insufficient_user_authentication", "acr_values": "aal2", "max_age": 300.0}},
		"a service":                   {ask("service", "ops", "read", "shop/orders", "42"), false, map[string]any{"reason": "no_grant"}},
		"a condition that holds": {
			strings.Replace(ask("client", "robot", "read", "shop/orders", "42", `,"context":{"request":{"method":"GET","path":"/orders/42","ip":"192.0.2.7"}}`), `"id":"42"`, `"id":"42","properties":{"region":"eu"}`, 1),
			true,
			map[string]any{"reason": "granted"},
		},
		"a condition of which too little is known": {ask("client", "robot", "read", "shop/orders", "42", `,"context":{"request":{"method":"GET"}}`), false, map[string]any{"reason": "resource_unknown", "missing": "region"}},
	} {
		yes, context := d.post(pdp.PathEvaluation, "decider", c.body).decided(t)
		delete(context, "until")
		c.want["pv"] = 7.0
		if diff := cmp.Diff(c.want, context); yes != c.yes || diff != "" {
			t.Errorf("%s: %t, want %t; context (-want +got):\n%s", name, yes, c.yes, diff)
		}
	}
}

func TestDecisionEndsWhenItSays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := shop()
		end := time.Now().Add(8 * time.Hour)
		p.Grants = []access.Grant{allow("gra_day", user(ada), "shop/orders:read", func(g *access.Grant) { g.ExpiresAt = end })}
		d := newPoint(t, p)
		body := ask("user", ada, "read", "shop/orders", "42")
		yes, context := d.post(pdp.PathEvaluation, "decider", body).decided(t)
		if !yes || context["until"] != end.UTC().Format(time.RFC3339Nano) {
			t.Fatalf("%t until %v, want until %v", yes, context["until"], end)
		}
		time.Sleep(8*time.Hour - time.Nanosecond)
		if yes, _ := d.post(pdp.PathEvaluation, "decider", body).decided(t); !yes {
			t.Error("a nanosecond before its end the grant does not count")
		}
		time.Sleep(time.Nanosecond)
		if yes, context := d.post(pdp.PathEvaluation, "decider", body).decided(t); yes || context["until"] != nil {
			t.Errorf("at its end the decision is %t until %v", yes, context["until"])
		}
	})
}

// A program whose clock is slow, or which asks again about a request of yesterday, must
// not bring back what is over: a question can be about a time to come, and about none
// that is past.
func TestDecisionLooksAheadAndNeverBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := shop()
		p.Grants = append(p.Grants, allow("gra_over", user(bob), "bank/accounts:read", func(g *access.Grant) { g.ExpiresAt = time.Now().Add(-time.Hour) }))
		d := newPoint(t, p)
		at := func(when time.Time) string { return `,"context":{"time":"` + when.Format(time.RFC3339) + `"}` }
		for name, c := range map[string]struct {
			body string
			yes  bool
			told bool // of which moment
		}{
			"over":                   {ask("user", bob, "read", "bank/accounts", "1"), false, false},
			"over, asked of then":    {ask("user", bob, "read", "bank/accounts", "1", at(time.Now().Add(-2*time.Hour))), false, false},
			"to come":                {ask("user", bob, "read", "shop/stock", "1"), false, false},
			"to come, asked of then": {ask("user", bob, "read", "shop/stock", "1", at(time.Now().Add(2*time.Hour))), true, true},
			"without seconds":        {ask("user", ada, "read", "shop/orders", "1", `,"context":{"time":"1985-10-26T01:22-07:00"}`), true, false},
			"as a number":            {ask("user", ada, "read", "shop/orders", "1", `,"context":{"time":499162920}`), true, false},
		} {
			yes, context := d.post(pdp.PathEvaluation, "decider", c.body).decided(t)
			if _, told := context["at"]; yes != c.yes || told != c.told {
				t.Errorf("%s: %t %v, want %t, and the moment told: %t", name, yes, context, c.yes, c.told)
			}
		}
	})
}

// Whatever is not exactly one question is none. Each body must be refused with 400, as
// the specification asks, and never be taken for a deny.
func TestMalformedRequestsAreNoQuestions(t *testing.T) {
	t.Parallel()
	d := newPoint(t, shop())
	good := ask("user", ada, "read", "shop/orders", "42")
	for name, c := range map[string]struct{ body, code, says string }{
		"empty":                    {"", "evaluation.json", "well-formed"},
		"no JSON":                  {"{", "evaluation.json", "well-formed"},
		"a list":                   {"[]", "evaluation.json", "object"},
		"text":                     {`"a"`, "evaluation.json", "object"},
		"null":                     {`null`, "evaluation.json", "object"},
		"two objects":              {good + good, "evaluation.json", "well-formed"},
		"something behind it":      {good + "x", "evaluation.json", "well-formed"},
		"a comma too many":         {strings.Replace(good, `"id":"42"`, `"id":"42",`, 1), "evaluation.json", "well-formed"},
		"a comment":                {strings.Replace(good, "{", "{/**/", 1), "evaluation.json", "well-formed"},
		"twice the subject":        {strings.Replace(good, `{"subject"`, `{"subject":{"type":"user","id":"usr_bob"},"subject"`, 1), "evaluation.json", "twice"},
		"twice the id":             {strings.Replace(good, `"id":"42"`, `"id":"42","id":"43"`, 1), "evaluation.json", "twice"},
		"twice, once escaped":      {strings.Replace(good, `"id":"42"`, `"id":"42","\u0069d":"43"`, 1), "evaluation.json", "twice"},
		"twice in a property":      {strings.Replace(good, `"id":"42"`, `"id":"42","properties":{"a":[{"b":1,"b":2}]}`, 1), "evaluation.json", "twice"},
		"a number that is rounded": {strings.Replace(good, `"id":"42"`, `"id":"42","properties":{"amount":100.000000000000001}`, 1), "evaluation.json", "digits"},
		"a number beyond":          {strings.Replace(good, `"id":"42"`, `"id":"42","properties":{"of":[9007199254740993]}`, 1), "evaluation.json", "2^53"},
		"half a character":         {strings.Replace(good, `"42"`, `"\ud800"`, 1), "evaluation.json", "half"},
		"not UTF-8":                {strings.Replace(good, `"42"`, "\"\xff\"", 1), "evaluation.json", "UTF-8"},
		"nested without end":       {`{"a":` + strings.Repeat(`[`, 1<<17) + strings.Repeat(`]`, 1<<17) + `}`, "evaluation.json", "larger"},
		"nested too deep":          {`{"a":` + strings.Repeat(`[`, 30) + strings.Repeat(`]`, 30) + `}`, "evaluation.json", "deep"},
		"too large":                {`{"a":"` + strings.Repeat("a", pdp.MaxBody) + `"}`, "evaluation.json", "larger"},
		"a text without end":       {strings.Replace(good, `"id":"42"`, `"id":"42","properties":{"a":"`+strings.Repeat("a", 8193)+`"}`, 1), "evaluation.json", "8192"},
		"no subject":               {`{"action":{"name":"read"},"resource":{"type":"shop/orders","id":"1"}}`, "evaluation.invalid", "subject is missing"},
		"no action":                {`{"subject":{"type":"user","id":"usr_ada"},"resource":{"type":"shop/orders","id":"1"}}`, "evaluation.invalid", "action is missing"},
		"no resource":              {`{"subject":{"type":"user","id":"usr_ada"},"action":{"name":"read"}}`, "evaluation.invalid", "resource is missing"},
		"a subject in capitals":    {strings.Replace(good, `"subject"`, `"Subject"`, 1), "evaluation.invalid", "subject is missing"},
		"an id in capitals":        {strings.Replace(good, `"id":"42"`, `"ID":"42"`, 1), "evaluation.invalid", "resource.id is missing"},
		"no type of the subject":   {strings.Replace(good, `"type":"user",`, ``, 1), "evaluation.invalid", "subject.type is missing"},
		"no id of the subject":     {strings.Replace(good, `,"id":"usr_ada"`, ``, 1), "evaluation.invalid", "subject.id is missing"},
		"no name of the action":    {strings.Replace(good, `"name":"read"`, ``, 1), "evaluation.invalid", "action.name is missing"},
		"no type of the resource":  {strings.Replace(good, `"type":"shop/orders",`, ``, 1), "evaluation.invalid", "resource.type is missing"},
		"the subject is text":      {strings.Replace(good, `{"type":"user","id":"usr_ada"}`, `"usr_ada"`, 1), "evaluation.invalid", "subject must be an object"},
		"the subject is null":      {strings.Replace(good, `{"type":"user","id":"usr_ada"}`, `null`, 1), "evaluation.invalid", "subject must be an object"},
		"the name is a number":     {strings.Replace(good, `"read"`, `123`, 1), "evaluation.invalid", "action.name must be text"},
		"the id is a number":       {strings.Replace(good, `"42"`, `42`, 1), "evaluation.invalid", "resource.id must be text"},
		"the id is empty":          {strings.Replace(good, `"42"`, `""`, 1), "evaluation.invalid", "resource.id is empty"},
		"the id is long":           {strings.Replace(good, `"42"`, `"`+strings.Repeat("4", 600)+`"`, 1), "evaluation.invalid", "longer"},
		"properties are a list":    {strings.Replace(good, `"id":"42"`, `"id":"42","properties":[]`, 1), "evaluation.invalid", "resource.properties must be an object"},
		"properties of the action": {strings.Replace(good, `"name":"read"`, `"name":"read","properties":1`, 1), "evaluation.invalid", "action.properties must be an object"},
		"the context is text":      {ask("user", ada, "read", "shop/orders", "42", `,"context":"now"`), "evaluation.invalid", "context must be an object"},
		"a time that is none":      {ask("user", ada, "read", "shop/orders", "42", `,"context":{"time":"Tuesday"}`), "evaluation.invalid", "context.time must be a time"},
		"a time of another age":    {ask("user", ada, "read", "shop/orders", "42", `,"context":{"time":"0001-01-01T00:00:00Z"}`), "evaluation.invalid", "context.time must be a time"},
		"a time of no age":         {ask("user", ada, "read", "shop/orders", "42", `,"context":{"time":253402300799}`), "evaluation.invalid", "context.time must be a time"},
		"a proof that has no time": {ask("user", ada, "read", "shop/orders", "42", `,"context":{"auth_time":true}`), "evaluation.invalid", "context.auth_time must be a time"},
		"a time before all times":  {ask("user", ada, "read", "shop/orders", "42", `,"context":{"auth_time":-1}`), "evaluation.invalid", "context.auth_time must be a time"},
		"the level is a number":    {ask("user", ada, "read", "shop/orders", "42", `,"context":{"acr":2}`), "evaluation.invalid", "context.acr must be text"},
		"the request is text":      {ask("user", ada, "read", "shop/orders", "42", `,"context":{"request":"GET"}`), "evaluation.invalid", "context.request must be an object"},
		"an address for a person":  {ask("user", "ada@example.test", "read", "shop/orders", "42"), "evaluation.unknown", "sub"},
		"a group":                  {ask("group", "desk", "read", "shop/orders", "42"), "evaluation.unknown", "subject.type"},
		"no API":                   {ask("user", ada, "read", "orders", "42"), "evaluation.unknown", "API/RESOURCE"},
		"an API without a name":    {ask("user", ada, "read", "/orders", "42"), "evaluation.unknown", "API/RESOURCE"},
		"another action":           {ask("user", ada, "raed", "shop/orders", "42"), "permission.unknown", "shop/orders:raed"},
		"another API":              {ask("user", ada, "read", "shp/orders", "42"), "permission.unknown", "shp/orders:read"},
		"a pattern":                {ask("user", ada, "*", "shop/orders", "42"), "permission.unknown", "shop/orders:*"},
	} {
		for _, path := range []string{pdp.PathEvaluation, pdp.PathEvaluations} {
			a := d.post(path, "decider", c.body)
			detail, _ := a.json["detail"].(string)
			if a.status != http.StatusBadRequest || a.code() != c.code || !strings.Contains(detail, c.says) {
				t.Errorf("%s at %s: %d %s, want 400 %s that says %q", name, path, a.status, a.body, c.code, c.says)
			}
		}
	}
	for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1", "application/json5"} {
		if a := d.post(pdp.PathEvaluation, "decider", good, "Content-Type", kind); a.status != http.StatusBadRequest {
			t.Errorf("as %q: %d %s", kind, a.status, a.body)
		}
	}
	if a := d.post(pdp.PathEvaluation, "decider", good, "Content-Type", "application/json; charset=UTF-8"); a.status != http.StatusOK {
		t.Errorf("with its charset: %d %s", a.status, a.body)
	}
}

// What a later version adds is not looked at (Authorization API 1.0 section 10.1.1).
func TestMembersThatNobodyKnowsAreIgnored(t *testing.T) {
	t.Parallel()
	d := newPoint(t, shop())
	body := `{"subject":{"type":"user","id":"usr_ada","properties":{"department":"Sales"},"age":7},"action":{"name":"read","properties":{"method":"GET"}},
		"resource":{"type":"shop/orders","id":"1","Type":"x"},"context":{"ip":"192.0.2.1","schema":"https://schema.example.com"},"foo":"bar","futureField":{"nested":true},"evaluation":[]}`
	if yes, _ := d.post(pdp.PathEvaluation, "decider", body).decided(t); !yes {
		t.Error("a question with members of tomorrow is denied")
	}
}

func TestNoDecisionIsMadeWhileThePolicyIsUnknown(t *testing.T) {
	t.Parallel()
	d := newPoint(t, shop())
	d.policy.err = &fault.Error{Kind: fault.Unavailable, Code: "policy.unknown", Detail: "Nobody knows.", RetryAfter: time.Second, Err: errAway}
	for _, path := range paths {
		a := d.post(path, "decider", ask("user", ada, "read", "shop/orders", "42"))
		if a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" || a.json["decision"] != nil {
			t.Errorf("%s: %d %v %s, want 503 and when to come again", path, a.status, a.header, a.body)
		}
	}
}

// paths are all endpoints that answer a caller.
var paths = []string{pdp.PathEvaluation, pdp.PathEvaluations, pdp.PathSearchSubject, pdp.PathSearchResource, pdp.PathSearchAction, pdp.PathExplain}

func TestRequestIDComesBack(t *testing.T) {
	t.Parallel()
	d := newPoint(t, shop())
	good := ask("user", ada, "read", "shop/orders", "42")
	for name, a := range map[string]answered{
		"a decision":    d.post(pdp.PathEvaluation, "decider", good, "X-Request-ID", "bfe9eb29-ab87"),
		"a bad request": d.post(pdp.PathEvaluation, "decider", "{", "X-Request-ID", "bfe9eb29-ab87"),
		"nobody":        d.post(pdp.PathEvaluation, "", good, "X-Request-ID", "bfe9eb29-ab87"),
		"a search":      d.post(pdp.PathSearchAction, "decider", good, "X-Request-ID", "bfe9eb29-ab87"),
	} {
		if got := a.header.Values("X-Request-ID"); len(got) != 1 || got[0] != "bfe9eb29-ab87" {
			t.Errorf("%s: the request id is %q", name, got)
		}
	}
	if a := d.post(pdp.PathEvaluation, "decider", good, "X-Request-ID", strings.Repeat("a", 300)); a.status != http.StatusBadRequest {
		t.Errorf("a request id without end: %d", a.status)
	}
}

func TestOutcomesAreCounted(t *testing.T) {
	t.Parallel()
	d := newPoint(t, shop())
	body := `{"subject":{"type":"user","id":"usr_ada"},"resource":{"type":"shop/orders","id":"1"},"evaluations":[
		{"action":{"name":"read"}},{"action":{"name":"refund"}},{"action":{"name":"raed"}},{"action":{"name":"read"},"subject":{"type":"user","id":"usr_bob"}}]}`
	if a := d.post(pdp.PathEvaluations, "decider", body); a.status != http.StatusOK {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if diff := cmp.Diff(map[string]int{"allow": 1, "deny": 1, "challenge": 1, "error": 1}, d.outcomes); diff != "" {
		t.Errorf("counted (-want +got):\n%s", diff)
	}
}
