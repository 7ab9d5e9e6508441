package applications

import "testing"

// Whoever types a redirect URI that is refused hears of it, and of no field that they do not see.
func TestAHomeIsOnlyMadeOfARedirectURIThatMayBeOne(t *testing.T) {
	t.Parallel()
	for uri, want := range map[string]string{
		"https://app.example.test/cb": "https://app.example.test", "http://localhost:3000/cb": "http://localhost:3000",
		"http://app.example.test/cb": "", "http://127.0.0.1:3000/cb": "", "com.example.app:/cb": "", "https://": "", "%": "",
	} {
		if got := originOf(uri); got != want {
			t.Errorf("%s: %q, want %q", uri, got, want)
		}
	}
}
