package routes

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/gate"
	"gatehouse/id"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/console/typed"
	"gatehouse/ui/view"
	"gatehouse/ui/view/viewtest"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

const whole = `{"match": {"hosts": ["a.test"], "paths": ["/x/{id}", "/y"], "methods": ["GET", "POST"]}, "mode": "shadow", "authn": ["session", "bearer"],
	"authorize": {"api": "shop", "permissions": {"GET": "orders:read", "POST": "orders:write"}, "resource": {"id": "{id}", "fetch": {"upstream": "u", "path": "/i/{id}", "fields": ["owner"]}}, "condition": "true"},
	"upstream": "u", "limits": {"body": "1MiB"}, "tests": [{"do": "GET /y", "expect": "unauthenticated"}]}`

func specOf(t *testing.T, text string) (s gate.RouteSpec) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// What a route says comes back from its form as it was, whatever of it has an input of its own.
func TestARouteComesBackFromItsForm(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		whole, `{"match": {"hosts": ["a.test"], "paths": ["/"], "methods": ["GET"]}, "public": true}`,
		`{"match": {"hosts": ["a.test"], "paths": ["/"], "methods": ["GET"]}, "authorize": {"api": "a", "permission": "b:c", "organisation": "{org}", "requires": {"acr": "aal2"}}, "mcp": {}, "cors": {"origins": ["*"]}}`,
	} {
		s := specOf(t, text)
		got, err := draftOf("a", s).spec()
		if err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if all := changes(s, got); len(all) > 0 {
			t.Errorf("%s: %+v", text, all)
		}
	}
}

func TestWhatCannotBeReadIsWrongAtItsInput(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		form url.Values
		at   string
	}{
		"no JSON":             {url.Values{"rest": {"{"}}, "rest"},
		"two things":          {url.Values{"rest": {"{} {}"}}, "rest"},
		"an unknown member":   {url.Values{"rest": {`{"limit": {}}`}}, "rest"},
		"what has an input":   {url.Values{"rest": {`{"upstream": "u"}`}}, "rest"},
		"a line of no method": {url.Values{"permission": {"GET orders:read\norders:write"}}, "permission"},
	} {
		_, err := taken(c.form).spec()
		f, ok := err.(*fault.Error)
		if !ok || len(f.Fields) != 1 || f.Fields[0].Name != c.at {
			t.Errorf("%s: %v", name, err)
		}
	}
	err := typed.Placed(&fault.Error{Kind: fault.Invalid, Code: gate.CodeRoutes, Fields: []fault.Field{
		{Name: "spec.match.paths[0]", Problem: "a"}, {Name: "body.spec.authorize.permissions.GET", Problem: "b"}, {Name: "spec.limits.body", Problem: "c"}, {Name: "metadata.id", Problem: "d"}, {Name: "spec.authorize.resource.fetch.path", Problem: "e"},
	}}, inputs)
	var got []string
	for _, f := range err.(*fault.Error).Fields {
		got = append(got, f.Name+" "+f.Problem)
	}
	if want := "paths a, permission b, rest limits.body: c, id d, rest authorize.resource.fetch.path: e"; strings.Join(got, ", ") != want {
		t.Errorf("placed at %q, want %q", strings.Join(got, ", "), want)
	}
}

func TestPagesOfRoutesAreWellMade(t *testing.T) {
	t.Parallel()
	f, now := guard.Frame{Form: viewtest.Form()}, time.Date(2026, 3, 1, 12, 4, 0, 0, time.UTC)
	wrong := guard.Frame{Form: viewtest.Wrong()}
	served := wire.ServedRoute{
		Route:     wire.Route{ID: "orders", Hosts: []string{"a.test", "b.test"}, Paths: []string{"/x"}, Methods: []string{"GET", "POST"}, Mode: "enforce", Authn: []string{"bearer", "session"}, Permissions: map[string]string{"GET": "shop/orders:read", "POST": "shop/orders:read"}, Upstream: "u", Missing: []string{"shop/orders:read", "devices"}, Trusts: wire.Trusts{ClientCA: "devices"}},
		Decisions: map[string]int64{"allow": 40, "deny": 2}, Tests: 2,
	}
	open := wire.ServedRoute{Route: wire.Route{ID: "open", Hosts: []string{"a.test"}, Paths: []string{"/"}, Methods: []string{"GET"}, Mode: "shadow", Public: true}}
	off := wire.ServedRoute{Route: wire.Route{ID: "off", Mode: "off"}}
	all := []string{"GET", "POST"}
	drawn := strings.ReplaceAll(whole, "{id}", "7")
	record := admin.GateRoute{ID: "orders", Spec: specOf(t, drawn), Created: now, Updated: now}
	kept := routeFrame{Frame: f, ID: "orders", Now: now, Gate: wire.Gate{Listens: true}, Kept: &record, ETag: `"1"`, Served: &served, CanEdit: true, CanDelete: true, CanSimulate: true, History: true}
	inFile := routeFrame{Frame: f, ID: "open", Now: now, Gate: wire.Gate{Files: true, From: "x", Problem: "42"}, Served: &open}
	away := routeFrame{Frame: f, ID: "orders", Now: now, Kept: &record}
	events := []wire.Event{
		{ID: "evt_a", At: now, Action: gate.ActionRouteUpdate, Target: &wire.Target{Kind: gate.AuditRoute, ID: "orders"}, After: json.RawMessage(drawn), Actor: wire.Actor{Kind: "person", ID: "usr_a"}},
		{ID: "evt_b", At: now, Action: gate.ActionRouteCreate, Target: &wire.Target{Kind: gate.AuditRoute, ID: "orders"}, After: json.RawMessage(drawn), Actor: wire.Actor{Kind: "console"}},
		{ID: "evt_c", At: now, Action: gate.ActionRouteDelete, Target: &wire.Target{Kind: gate.AuditRoute, ID: "orders"}},
	}
	replayed := &wire.Replayed{Decisions: 40, Left: 2, Turns: []wire.Turn{{From: "7", To: "8", Count: 12}}, Changes: []wire.TurnedEntry{
		{At: now, Subject: wire.Subject{Kind: access.User, ID: "usr_a"}, Method: "GET", Host: "a.test", Path: "/x", From: "7", To: "8"}, {At: now, Method: "GET", From: "7", To: "8"}, {At: now, Subject: wire.Subject{Kind: access.ServiceAccount, ID: "ci"}},
	}}
	some := []part.Change{{Name: "mode", Before: "7", After: "8"}}
	routed := &wire.Routed{Route: "orders", Captures: map[string]string{"1": "2"}, Authn: []string{"bearer"}, Permission: "shop/orders:read", Upstream: "u"}
	answer := func(a wire.GateAnswer) simulatePage {
		return simulatePage{Frame: f, Methods: all, Now: now, Answer: &a, Asked: url.Values{"who": {"7"}, "url": {"8"}}}
	}
	explained := &wire.Explanation{Decision: "deny", Do: "shop/orders:read", Grant: "grt_a", Grants: []wire.Considered{{ID: "grt_a", Role: "7", Verdict: "counts"}, {ID: "grt_b", Pattern: "8"}}}
	allowed := *explained
	allowed.Decision = "allow"
	written := wire.Shadowed{Recorded: true, Since: now, Count: 40, Outcomes: map[string]int{"deny": 39, "unknown": 1}, Requests: []wire.ShadowRequest{
		{At: now, Route: "orders", Subject: wire.Subject{Kind: access.User, ID: "usr_a"}, Method: "GET", Host: "a.test", Path: "/x", Decision: "deny", Reason: "7", Permission: "shop/orders:read"},
		{At: now, Route: "orders", Subject: wire.Subject{Kind: access.User, ID: "usr_b"}, Method: "GET", Host: "a.test", Path: "/y", Decision: "deny"},
		{At: now, Route: "open", Method: "GET", Host: "a.test", Path: "/", Decision: "unknown"},
	}}
	names := map[string]string{"usr_a": "a@example.test"}
	viewtest.Crawl(t, map[string]view.Page{
		"shadow":                shadowPage{Frame: f, Known: true, Found: written, Names: names, Now: now, Asked: url.Values{"route": {"7"}}},
		"shadow, none":          shadowPage{Frame: f, Known: true, Found: wire.Shadowed{Recorded: true}, Now: now},
		"refused":               shadowPage{Frame: f, Refused: true, Known: true, Found: written, Names: names, Now: now},
		"refused, none":         shadowPage{Frame: f, Refused: true, Known: true, Found: wire.Shadowed{Recorded: true, Since: now}, Now: now},
		"refused, not kept":     shadowPage{Frame: f, Refused: true, Known: true, Now: now},
		"refused, wrong":        shadowPage{Frame: wrong, Refused: true, Now: now},
		"routes":                listPage{Frame: f, Served: []wire.ServedRoute{served, open, off}, Next: "n", Gate: wire.Gate{Listens: true}, CanCreate: true, CanSimulate: true},
		"routes, in files":      listPage{Frame: f, Served: []wire.ServedRoute{open}, Gate: wire.Gate{Listens: true, Files: true, From: "x", Problem: "42"}, Asked: url.Values{"search": {"42"}, "cursor": {"x"}}},
		"routes, not served":    listPage{Frame: f, Kept: []admin.GateRoute{record}},
		"routes, no gate":       listPage{Frame: f},
		"routes, none":          listPage{Frame: f, Gate: wire.Gate{Listens: true}, CanCreate: true},
		"routes, none found":    listPage{Frame: f, Asked: url.Values{"search": {"42"}}},
		"route":                 routePage{routeFrame: kept, Behind: "/8"},
		"route, in a file":      routePage{routeFrame: inFile},
		"route, not served":     routePage{routeFrame: away},
		"new":                   editPage{Frame: f, Methods: all, Upstreams: []string{"u"}},
		"new, wrong":            editPage{Frame: wrong, Methods: all},
		"edit":                  editPage{Frame: f, Methods: all, Of: "orders", Draft: draftOf("orders", record.Spec), Tried: &admin.GateTrial{Tests: 2}, Upstreams: []string{"u"}},
		"review":                reviewPage{Frame: f, ID: "orders", Spec: record.Spec, Changes: some, Tests: 1, Replayed: replayed, Now: now},
		"review, new":           reviewPage{Frame: f, ID: "orders", New: true, Spec: record.Spec, Changes: some, NoLog: true},
		"review, no change":     reviewPage{Frame: f, ID: "orders", Spec: record.Spec, Replayed: &wire.Replayed{}},
		"version":               reviewPage{Frame: f, ID: "orders", Spec: record.Spec, Changes: some, Version: &events[1], CanSave: true},
		"version, not any more": reviewPage{Frame: wrong, ID: "orders", Spec: record.Spec, Changes: some, Version: &events[1], Refused: true},
		"delete":                deletePage{routeFrame: kept},
		"delete, mistyped":      deletePage{routeFrame: kept, Mistyped: true},
		"history":               historyPage{routeFrame: kept, Events: events, Next: "n"},
		"history, none":         historyPage{routeFrame: kept, Asked: url.Values{"cursor": {"c"}}},
		"simulator":             simulatePage{Frame: f, Methods: all, Now: now},
		"simulator, wrong":      simulatePage{Frame: wrong, Methods: all, Now: now, Asked: url.Values{"url": {"7"}}},
		"simulator, no route":   answer(wire.GateAnswer{Decision: "no route"}),
		"simulator, public":     answer(wire.GateAnswer{Decision: "public", Routed: &wire.Routed{Route: "open", Public: true, Upstream: "u"}}),
		"simulator, nobody":     simulatePage{Frame: f, Methods: all, Now: now, Answer: &wire.GateAnswer{Decision: "unknown", Routed: routed}},
		"simulator, refused":    answer(wire.GateAnswer{Decision: "deny", Routed: routed, Explanation: explained}),
		"simulator, allowed":    answer(wire.GateAnswer{Decision: "allow", Routed: routed, Explanation: &allowed}),
		"simulator, asks more":  answer(wire.GateAnswer{Decision: "challenge", Reason: "condition", Routed: routed, Explanation: &allowed}),
		"simulator, gone":       answer(wire.GateAnswer{Decision: "error", Routed: routed}),
	})
}

// Of a refusal only what could give the permission is told, and when the last grant of it ended; where
// the visitor may, a link leads to the grant of it.
func TestTheSimulatorSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	say, at := words.Shipped().Named("en"), time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	over := func(role string, hours time.Duration) wire.Considered {
		return wire.Considered{ID: id.Grant(role), Role: role, Effect: access.Allow, Verdict: access.Ended, ExpiresAt: at.Add(hours * time.Hour)}
	}
	refusal := wire.Explanation{Decision: refused, Reason: access.NoGrant, Do: "shop/orders:refund", Principal: wire.Subject{Kind: access.User, ID: "usr_a"}, Grants: []wire.Considered{
		over("first", -9), over("last", -1), over("second", -5), {ID: "x", Role: "other", Verdict: access.OtherPermission}, {ID: "y", Role: "soon", Verdict: access.NotYet},
	}}
	var got []string
	for _, s := range held(say, &refusal) {
		got = append(got, s.Label)
	}
	if want := "They lack shop/orders:refund|By a grant of soon|A grant of last gave it until " + say.Moment(at.Add(-time.Hour)) + ", and is over"; strings.Join(got, "|") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, "|"), want)
	}
	allow := refusal
	allow.Decision, allow.Grant = allowed, "y"
	if steps := held(say, &allow); len(steps) != 2 || steps[1].Outcome != part.Passed {
		t.Errorf("who may is told %+v", steps)
	}

	p := simulatePage{Answer: &wire.GateAnswer{Decision: "deny", Explanation: &refusal}, Email: "ada@example.test"}
	if got, want := p.grants(true), "/console/grants/new?kind=user&permission=shop%2Forders%3Arefund&subject=ada%40example.test"; got != want || p.grants(false) != "" {
		t.Errorf("the link leads to %q, and for who may not to %q", got, p.grants(false))
	}
	if got := p.named("Lift the lock on the person usr_a."); got != "Lift the lock on the person ada@example.test." {
		t.Errorf("the lock is said to be one on whom: %q", got)
	}
	locked := refusal
	locked.Reason = access.Locked
	for _, e := range []*wire.Explanation{nil, &allow, &locked} {
		if p.Answer.Explanation = e; p.grants(true) != "" {
			t.Errorf("a grant would help %+v", e)
		}
	}
}
