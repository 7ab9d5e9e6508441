package proxy

import (
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/gate"
	"gatehouse/id"
)

// A decision that is made again is about a caller whom the route would still know.
func TestARouteKnowsCallersByWhomItTrusts(t *testing.T) {
	t.Parallel()
	partner := &gate.Issuer{ID: "partner", Callers: []gate.IssuerCallerSpec{{Service: "jobs"}}}
	devices := &gate.ClientCA{ID: "devices", Callers: []gate.CertificateCallerSpec{{Service: "jobs"}}}
	own, browsers := gate.Route{Own: true, Authn: []string{gate.ByBearer}}, gate.Route{Own: true, Authn: []string{gate.BySession}}
	theirs, opaque := gate.Route{Authn: []string{gate.ByBearer}, Issuers: []*gate.Issuer{partner}}, gate.Route{Authn: []string{gate.ByBearer}, Opaque: partner}
	certified := gate.Route{Own: true, Authn: []string{gate.ByCertificate}, ClientCA: devices}
	key, token, cookie := Entry{Subject: "jobs", Kind: "service"}, Entry{Subject: "usr_a", Session: "ses_a", Token: true}, Entry{Subject: "usr_a", Session: "ses_a"}
	byIssuer, byCertificate := Entry{Subject: "jobs", Via: "issuer partner nightly jobs"}, Entry{Subject: "jobs", Via: "certificate devices CN=jobs"}
	for name, c := range map[string]struct {
		route gate.Route
		entry Entry
		want  bool
	}{
		"a key":                                {own, key, true},
		"a token":                              {own, token, true},
		"a cookie":                             {browsers, cookie, true},
		"a cookie where tokens are taken":      {own, cookie, false},
		"a token where cookies are taken":      {browsers, token, false},
		"a key where others' tokens are taken": {theirs, key, false},
		"a key where certificates are taken":   {certified, key, false},
		"a token of theirs":                    {theirs, byIssuer, true},
		"one that was asked about":             {opaque, byIssuer, true},
		"theirs where ours are taken":          {own, byIssuer, false},
		"theirs where certificates are taken":  {certified, byIssuer, false},
		"another issuer's":                     {theirs, Entry{Subject: "jobs", Via: "issuer other jobs"}, false},
		"whom no rule names":                   {theirs, Entry{Subject: "other", Via: "issuer partner other"}, false},
		"a certificate":                        {certified, byCertificate, true},
		"one of another authority":             {certified, Entry{Subject: "jobs", Via: "certificate other CN=jobs"}, false},
		"one that no rule names":               {certified, Entry{Subject: "other", Via: "certificate devices CN=other"}, false},
		"one where tokens are taken":           {theirs, byCertificate, false},
	} {
		if got := knows(&c.route, &c.entry); got != c.want {
			t.Errorf("%s: the route knows it: %t", name, got)
		}
	}
}

// Whom a route does not know any more it would not let in, whatever they may.
func TestADecisionOfWhomTheRouteDoesNotKnowTurns(t *testing.T) {
	t.Parallel()
	set, err := gate.Compile([]gate.Object{{ID: "app", Upstream: &gate.UpstreamSpec{Targets: []string{"http://app:80"}}}, {ID: "x", Route: &gate.RouteSpec{
		Match:     gate.MatchSpec{Hosts: []string{"api.test"}, Paths: []string{"/x"}, Methods: []string{"GET"}},
		Authorize: gate.AuthorizeSpec{API: "shop", Permission: "orders:read"}, Upstream: "app",
	}}})
	if err != nil {
		t.Fatal(err)
	}
	r := Replayer{Set: set}
	r.Replay(&Entry{Decision: "allow", Subject: "jobs", Kind: "service", Via: "issuer partner jobs", Method: "GET", Host: "api.test", Path: "/x"})
	if done := r.Done(); done.Decisions != 1 || !slices.Equal(done.Turns, []Turn{{"allow", "unknown", 1}}) || done.Changes[0].Why == "" {
		t.Errorf("%+v", done)
	}
}

// What a change of routes comes to is its own doing: a decision that turned since then because
// somebody may no more, or because of another route, does not turn by it.
func TestWhatAChangeOfRoutesTurnsIsComparedWithTheRoutesThatAreServed(t *testing.T) {
	t.Parallel()
	policy := access.Policy{APIs: []access.API{{ID: "shop", Permissions: []access.Permission{{Resource: "orders", Action: "read"}}}}} // the grant of then is over
	compile := func(changed gate.RouteSpec) *gate.Set {
		t.Helper()
		changed.Match, changed.Upstream = gate.MatchSpec{Hosts: []string{"api.test"}, Paths: []string{"/changed"}, Methods: []string{"GET"}}, "app"
		set, err := gate.Compile([]gate.Object{{ID: "app", Upstream: &gate.UpstreamSpec{Targets: []string{"http://app:80"}}}, {ID: "changed", Route: &changed}, {ID: "other", Route: &gate.RouteSpec{
			Match:     gate.MatchSpec{Hosts: []string{"api.test"}, Paths: []string{"/other"}, Methods: []string{"GET"}},
			Authorize: gate.AuthorizeSpec{API: "shop", Permission: "orders:read"}, Upstream: "app",
		}}})
		if err != nil {
			t.Fatal(err)
		}
		return set
	}
	served := compile(gate.RouteSpec{Authorize: gate.AuthorizeSpec{API: "shop", Permission: "orders:read"}})
	r := Replayer{Set: compile(gate.RouteSpec{Public: true}), Served: served, Policy: access.Compile(policy)}
	for _, path := range []string{"/other", "/changed"} {
		r.Replay(&Entry{Decision: "allow", At: time.Now(), Subject: "jobs", Kind: "service", Method: "GET", Host: "api.test", Path: path})
	}
	if done := r.Done(); done.Decisions != 2 || !slices.Equal(done.Turns, []Turn{{"deny", "public", 1}}) || done.Changes[0].From != "deny" {
		t.Errorf("%+v", done)
	}
}

// Somebody who is given, and not what they came with, is known by each way that a route takes, if
// one of them is theirs.
func TestARequestThatNobodyMadeIsWeighedHoweverTheRouteKnowsItsCallers(t *testing.T) {
	t.Parallel()
	read := access.Pattern{API: "shop", Resource: "orders", Action: "read"}
	policy := access.Policy{APIs: []access.API{{
		ID: "shop", Audience: "https://shop.test", Permissions: []access.Permission{{Resource: "orders", Action: "read"}}, Delegation: access.ByScope,
	}}}
	ada, ops := access.Subject{Kind: access.User, ID: "usr_ada"}, access.Subject{Kind: access.ServiceAccount, ID: "ops"}
	for _, who := range []access.Subject{ada, ops} {
		policy.Principals = append(policy.Principals, access.Principal{Subject: who})
		policy.Grants = append(policy.Grants, access.Grant{ID: id.Grant("gra_" + who.ID), Subject: who, Effect: access.Allow, Where: access.Where{Place: access.Everywhere}, Permission: read})
	}
	partner := gate.Object{ID: "partner", Issuer: &gate.IssuerSpec{
		Issuer: "https://partner.test", Audiences: []string{"us"}, Callers: []gate.IssuerCallerSpec{{Claims: map[string]string{"sub": "x"}, Service: "ops"}},
		Introspection: &gate.IntrospectionSpec{Endpoint: "https://partner.test/ask", ClientID: "us", SecretFile: "secret"},
	}}
	devices := gate.Object{ID: "devices", ClientCA: &gate.ClientCASpec{CAFile: "ca.pem", Callers: []gate.CertificateCallerSpec{{DNS: "x.test", Service: "ops"}}}}
	for name, c := range map[string]struct {
		change      func(r *gate.RouteSpec)
		person, ops string // what becomes of them
	}{
		"as usual":               {func(*gate.RouteSpec) {}, "allow", "allow"},
		"bearer":                 {func(r *gate.RouteSpec) { r.Authn = []string{"bearer"} }, "allow", "allow"},
		"session":                {func(r *gate.RouteSpec) { r.Authn = []string{"session"} }, "allow", "unknown"},
		"session and bearer":     {func(r *gate.RouteSpec) { r.Authn = []string{"session", "bearer"} }, "allow", "allow"},
		"mtls":                   {func(r *gate.RouteSpec) { r.Authn, r.ClientCA = []string{"mtls"}, "devices" }, "unknown", "allow"},
		"mtls and session":       {func(r *gate.RouteSpec) { r.Authn, r.ClientCA = []string{"mtls", "session"}, "devices" }, "allow", "allow"},
		"tokens of a partner":    {func(r *gate.RouteSpec) { r.Issuers = []string{"partner"} }, "unknown", "allow"},
		"and of ours":            {func(r *gate.RouteSpec) { r.Issuers = []string{"partner", "self"} }, "allow", "allow"},
		"whom a partner vouches": {func(r *gate.RouteSpec) { r.Issuers, r.Opaque = []string{"partner"}, "partner" }, "unknown", "allow"},
		"public":                 {func(r *gate.RouteSpec) { r.Public, r.Authorize = true, gate.AuthorizeSpec{} }, "public", "public"},
		"no route":               {func(r *gate.RouteSpec) { r.Mode = "off" }, "no route", "no route"},
		"for another proxy":      {func(r *gate.RouteSpec) { r.Upstream = "" }, "allow", "allow"},
	} {
		route := &gate.RouteSpec{
			Match:     gate.MatchSpec{Hosts: []string{"api.test"}, Paths: []string{"/x"}, Methods: []string{"GET"}},
			Authorize: gate.AuthorizeSpec{API: "shop", Permission: "orders:read"}, Upstream: "app",
		}
		c.change(route)
		objects := []gate.Object{{ID: "app", Upstream: &gate.UpstreamSpec{Targets: []string{"http://app:80"}}}, partner, devices, {ID: "x", Route: route}}
		if name == "for another proxy" {
			objects = append(objects, gate.Object{ID: "nginx", Edge: &gate.EdgeSpec{Dialect: "nginx", Peers: []string{"192.0.2.1"}, SecretSHA256: []string{strings.Repeat("a", 64)}}})
		}
		set, err := gate.Compile(objects)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		r := Replayer{Set: set, Policy: access.Compile(policy)}
		for who, want := range map[access.Subject]string{ada: c.person, ops: c.ops, {}: "unknown"} {
			if who.ID == "" && c.person == c.ops && c.person != "allow" {
				want = c.person
			}
			if got, why := r.Simulate(&Entry{At: time.Now(), Subject: who.ID, Kind: string(who.Kind), Method: "GET", Host: "api.test", Path: "/x"}); got != want {
				t.Errorf("%s: %s is %s (%s), want %s", name, who.ID, got, why, want)
			}
		}
	}
}
