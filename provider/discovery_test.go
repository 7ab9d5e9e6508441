package provider

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gatehouse/keys"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestDiscoveryDocumentIsAsAgreed(t *testing.T) {
	t.Parallel()
	e := newForge(t)
	first := e.do(httptest.NewRequest("GET", PathDiscovery, nil))
	second := e.do(httptest.NewRequest("GET", PathMetadata, nil))
	if !bytes.Equal(first.Body.Bytes(), second.Body.Bytes()) {
		t.Error("the two documents differ")
	}
	var got bytes.Buffer
	if err := json.Indent(&got, first.Body.Bytes(), "", "  "); err != nil {
		t.Fatal(err)
	}
	got.WriteByte('\n')
	const golden = "testdata/discovery.json"
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("discovery (-want +got):\n%s", diff)
	}
}

// R37, what can be said without the rest of the house: each endpoint listed
// here is there, and what the signer can do is what is listed.
func TestDiscoveryListsWhatIsThere(t *testing.T) {
	t.Parallel()
	e := newForge(t)
	m := metadataOf(testIssuer, []string{"en"})
	for _, endpoint := range []string{m.UserinfoEndpoint, m.IntrospectionEndpoint, m.RevocationEndpoint, m.EndSessionEndpoint} {
		path, ours := strings.CutPrefix(endpoint, testIssuer)
		if _, pattern := e.mux.Handler(httptest.NewRequest("POST", path, nil)); !ours || pattern != "POST "+path {
			t.Errorf("%s is served by %q", endpoint, pattern)
		}
	}
	algs := slices.Sorted(slices.Values(e.ring.Algorithms()))
	if !slices.Equal(slices.Sorted(slices.Values(m.IDTokenAlgs)), algs) || !slices.Equal(slices.Sorted(slices.Values(m.UserinfoAlgs)), algs) {
		t.Errorf("listed are %v and %v, the signer can %v", m.IDTokenAlgs, m.UserinfoAlgs, algs)
	}
	if slices.Contains(m.IDTokenAlgs, "none") || !slices.Contains(m.IDTokenAlgs, keys.RS256) {
		t.Errorf("the algorithms of ID tokens are %v", m.IDTokenAlgs)
	}
	if m.RequestParameter || m.RequestURIParameter {
		t.Error("request objects are advertised")
	}
}

func TestPublicDocumentsAreCached(t *testing.T) {
	t.Parallel()
	e := newForge(t)
	for path, cache := range map[string]string{
		PathDiscovery: "public, max-age=3600", PathMetadata: "public, max-age=3600", PathJWKS: "public, max-age=300",
	} {
		w := e.do(httptest.NewRequest("GET", path, nil))
		etag := w.Header().Get("ETag")
		if w.Code != 200 || w.Header().Get("Cache-Control") != cache || w.Header().Get("Content-Type") != "application/json" || w.Header().Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: %d %v", path, w.Code, w.Header())
		}
		if len(etag) < 10 || etag[0] != '"' {
			t.Errorf("%s: the entity tag is %q, want a strong one", path, etag)
		}
		for tags, status := range map[string]int{
			etag: 304, "W/" + etag: 304, `"x", ` + etag: 304, "*": 304, `"x"`: 200, strings.Trim(etag, `"`): 200, "": 200,
		} {
			r := httptest.NewRequest("GET", path, nil)
			r.Header.Set("If-None-Match", tags)
			w := e.do(r)
			if w.Code != status || (status == 304) != (w.Body.Len() == 0) || w.Header().Get("ETag") != etag {
				t.Errorf("%s, If-None-Match %s: %d with %d bytes, want %d", path, tags, w.Code, w.Body.Len(), status)
			}
		}
		if w := e.do(httptest.NewRequest("POST", path, nil)); w.Code != http.StatusMethodNotAllowed {
			t.Errorf("POST %s = %d, want 405", path, w.Code)
		}
	}
}

func TestKeySetChangesWithTheKeys(t *testing.T) {
	t.Parallel()
	e := newForge(t)
	before := e.do(httptest.NewRequest("GET", PathJWKS, nil))
	if err := e.ring.EnsureAlgorithm(t.Context(), keys.EdDSA); err != nil {
		t.Fatal(err)
	}
	after := e.do(httptest.NewRequest("GET", PathJWKS, nil))
	if before.Header().Get("ETag") == after.Header().Get("ETag") || !strings.Contains(after.Body.String(), "Ed25519") {
		t.Errorf("the key set did not change: %s", after.Body)
	}
	if strings.Contains(after.Body.String(), `"d"`) {
		t.Error("the key set holds a private half")
	}
}

func BenchmarkJWKS(b *testing.B)      { benchmarkDocument(b, PathJWKS) }
func BenchmarkDiscovery(b *testing.B) { benchmarkDocument(b, PathDiscovery) }

func benchmarkDocument(b *testing.B, path string) {
	e := newForge(b)
	r := httptest.NewRequest("GET", path, nil)
	for b.Loop() {
		w := httptest.NewRecorder()
		e.mux.ServeHTTP(w, r)
		if w.Code != 200 {
			b.Fatal(w.Code)
		}
	}
}

// Scopes that are bound to permissions are listed as soon as they are known, with a
// tag of their own.
func TestDiscoveryListsTheBoundScopes(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	read := func() (scopes []string, tag string) {
		w := d.get(PathDiscovery)
		var m serverMetadata
		if err := json.Unmarshal(w.Body.Bytes(), &m); err != nil {
			t.Fatal(err)
		}
		return m.Scopes, w.Header().Get("ETag")
	}
	none, before := read()
	d.bound = []string{"orders.read", "orders.write"}
	some, after := read()
	if want := append(slices.Clone(none), d.bound...); !slices.Equal(some, want) || before == after {
		t.Errorf("scopes %q under %s, want %q; before %s", some, after, want, before)
	}
	d.bound = nil
	if again, tag := read(); !slices.Equal(again, none) || tag != before {
		t.Errorf("without them: %q under %s", again, tag)
	}
}
