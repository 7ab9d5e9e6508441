package oauth

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOriginsAreThoseOfEnabledClientsInABrowser(t *testing.T) {
	t.Parallel()
	got := slices.Sorted(maps.Keys(originsOf([]Client{
		{RedirectURIs: []string{
			"https://Web.example.test/cb?x=1", "https://web.example.test:443/other", "https://web.example.test:8443/cb",
			"http://127.0.0.1:9000/cb", "http://[::1]:9000/cb", "http://localhost:80/cb", "com.example.app:/cb", "com.example.app://host/cb",
		}},
		{Disabled: true, RedirectURIs: []string{"https://off.example.test/cb"}},
		{AuthMethod: AuthPrivateKey},
	})))
	want := []string{
		"http://127.0.0.1:9000", "http://[::1]:9000", "http://localhost",
		"https://web.example.test", "https://web.example.test:8443",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("origins (-want +got):\n%s", diff)
	}
}
