package house

import (
	"strings"
	"testing"

	"gatehouse/access"
	"gatehouse/gate"
)

// The gate's own addresses are no route's, whatever pattern takes them; what only another proxy asks
// about is.
func TestARequestIsExplainedByTheRouteThatServesIt(t *testing.T) {
	t.Parallel()
	route := func(upstream, path string) *gate.RouteSpec {
		return &gate.RouteSpec{
			Match: gate.MatchSpec{Hosts: []string{"api.test"}, Paths: []string{path}, Methods: []string{"GET"}}, Public: true, Upstream: upstream,
		}
	}
	set, err := gate.Compile([]gate.Object{
		{ID: "app", Upstream: &gate.UpstreamSpec{Targets: []string{"http://app:80"}}},
		{ID: "all", Route: route("app", "/{rest...}")},
		{ID: "asked", Route: route("", "/asked")},
		{ID: "nginx", Edge: &gate.EdgeSpec{Dialect: "nginx", Peers: []string{"192.0.2.1"}, SecretSHA256: []string{strings.Repeat("a", 64)}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for url, want := range map[string]string{
		"https://api.test/x": "public", "https://api.test/.gatehouse/ticket": "no route", "https://api.test/asked": "public", "https://else.test/x": "no route",
	} {
		a, err := ExplainRequest(set, access.Compile(access.Policy{}), "GET", url, access.Question{}, nil)
		if err != nil || a.Decision != want || (a.Routed == nil) != (want == "no route") {
			t.Errorf("%s is %q, want %q; %+v, %v", url, a.Decision, want, a.Routed, err)
		}
	}
}
