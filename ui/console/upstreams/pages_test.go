package upstreams

import (
	"encoding/json"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/gate"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/view"
	"gatehouse/ui/view/viewtest"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// samples is every page of the area, in the states that draw differently.
func samples() map[string]view.Page {
	nav := guard.Group{Sections: []guard.Section{{Path: pathRoutes, Label: func(*words.Catalogue) string { return "7" }}}}
	f, wrong := guard.Frame{Form: viewtest.Form()}.WithNav(nav), guard.Frame{Form: viewtest.Wrong()}
	now := time.Date(2026, 3, 1, 12, 4, 0, 0, time.UTC)
	files := wire.Gate{Listens: true, Files: true, From: "x"}
	up := thing{ID: "42", At: []string{"http://a.test", "http://b.test"}, Speaks: "http", Audience: "43", Health: "/44", Routes: []string{"r"}, Updated: now, Text: "{}", Draft: draft{"targets": "http://a.test", "protocol": "http"}}
	edge := thing{ID: "45", At: []string{"10.0.0.0/8"}, Speaks: "nginx", Shows: []string{"secret", "certificate"}, Updated: now, Text: "{}", Draft: draft{"dialect": "nginx"}}
	kept := oneFrame{Frame: f, kind: &ofUpstreams, Thing: up, ETag: `"1"`, Served: true, Now: now, CanEdit: true, CanDelete: true}
	asks := oneFrame{Frame: f, kind: &ofEdges, Thing: edge, ETag: `"1"`, Served: true, Now: now, CanEdit: true, CanDelete: true}
	return map[string]view.Page{
		"upstreams":             listPage{Frame: f, kind: &ofUpstreams, Things: []thing{up}, Now: now, Next: "n", CanCreate: true, Asked: url.Values{"search": {"4"}, "cursor": {"x"}}},
		"upstreams, in files":   listPage{Frame: f, kind: &ofUpstreams, Gate: files, Things: []thing{up}, Now: now},
		"upstreams, none":       listPage{Frame: f, kind: &ofUpstreams, CanCreate: true},
		"upstreams, none found": listPage{Frame: f, kind: &ofUpstreams, Asked: url.Values{"search": {"4"}}},
		"edges":                 listPage{Frame: f, kind: &ofEdges, Things: []thing{edge}, Now: now},
		"edges, none":           listPage{Frame: f, kind: &ofEdges},
		"upstream":              onePage{kept},
		"upstream, in a file":   onePage{oneFrame{Frame: guard.Frame{Form: viewtest.Form()}, kind: &ofUpstreams, Gate: files, Thing: thing{ID: "42", At: []string{"http://a.test"}, Speaks: "http", Routes: []string{"r"}}, Served: true}},
		"upstream, not served":  onePage{oneFrame{Frame: f, kind: &ofUpstreams, Thing: up, Now: now}},
		"edge":                  onePage{asks},
		"new upstream":          editPage{Frame: f, kind: &ofUpstreams, Speaks: ofUpstreams.speaks, Draft: ofUpstreams.first, Gate: wire.Gate{Listens: true, Networks: []string{"10.0.0.0/8"}}},
		"new upstream, no gate": editPage{Frame: f, kind: &ofUpstreams, Speaks: ofUpstreams.speaks},
		"new upstream, wrong":   editPage{Frame: wrong, kind: &ofUpstreams, Speaks: ofUpstreams.speaks, ID: "x"},
		"edit upstream":         editPage{Frame: f, kind: &ofUpstreams, Speaks: ofUpstreams.speaks, Of: "42", ETag: `"1"`, Draft: up.Draft},
		"new edge":              editPage{Frame: f, kind: &ofEdges, Speaks: ofEdges.speaks, Draft: ofEdges.first},
		"edit edge":             editPage{Frame: f, kind: &ofEdges, Speaks: ofEdges.speaks, Of: "45", ETag: `"1"`, Draft: edge.Draft},
		"delete":                deletePage{oneFrame: kept},
		"delete, mistyped":      deletePage{oneFrame: kept, Mistyped: true},
		"delete, kept":          deletePage{oneFrame: asks, Kept: true},
	}
}

func TestPagesOfUpstreamsAreWellMade(t *testing.T) {
	t.Parallel()
	viewtest.Crawl(t, samples())
}

// What an upstream or a proxy says comes back from its form as it was, whatever of it has an input
// of its own.
func TestAnUpstreamComesBackFromItsForm(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{"targets": ["http://a.test:80", "http://b.test"]}`,
		`{"targets": ["http://a.test"], "protocol": "h2c", "identity": {"audience": "x", "filters": true, "headers": {"X-User": "subject"}}, "health": {"path": "/healthz", "interval": "1s"}, "timeouts": {"connect": "1s"}, "retry": {"attempts": 3}}`,
	} {
		var was gate.UpstreamSpec
		if err := json.Unmarshal([]byte(text), &was); err != nil {
			t.Fatal(err)
		}
		got, err := draftOfUpstream(was).upstream()
		if diff := cmp.Diff(was, got); err != nil || diff != "" {
			t.Errorf("%s: %v %s", text, err, diff)
		}
	}
	for _, text := range []string{"{", `{"targets": ["http://a.test"]}`, `{"health": {"path": "/x"}}`, `{"helth": {}}`, "{} {}"} {
		if _, err := (draft{"targets": "http://a.test", "rest": text}).upstream(); err == nil {
			t.Errorf("%s is taken", text)
		}
	}
	edge := gate.EdgeSpec{Dialect: "nginx", Peers: []string{"10.0.0.0/8"}, SecretSHA256: []string{"a", "b"}, Certificates: "x\ny", Routes: []string{"r"}}
	if diff := cmp.Diff(edge, draftOfEdge(edge).edge()); diff != "" {
		t.Error(diff)
	}
}
