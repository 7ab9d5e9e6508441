package proxy

import (
	"slices"
	"testing"

	"gatehouse/gate"
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
