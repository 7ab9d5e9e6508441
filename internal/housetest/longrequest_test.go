package housetest

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// Anybody can begin a sign-in: what the browser carries of the request, and what is
// stored of it once somebody is proved, is bounded, whichever parameter is long.
func TestASignInRemembersLittleOfItsRequest(t *testing.T) {
	t.Parallel()
	g := watched(t)
	ada, db := g.Person("ada"), underneath(t, g)
	_, query, _ := strings.Cut(g.App("web").AuthorizeURL(), "?")
	form, err := url.ParseQuery(query)
	must(t, err)
	for _, name := range []string{
		"response_type", "client_id", "redirect_uri", "scope", "state", "response_mode", "nonce", "display", "prompt", "max_age", "ui_locales",
		"login_hint", "acr_values", "claims", "id_token_hint", "code_challenge", "code_challenge_method", "resource", "extra",
	} {
		for _, word := range []string{"x", "login ", "de "} {
			long := having(form, name, strings.Repeat(word, 58_000/len(word)))
			b := g.Browser()
			p := b.Get("/oauth2/authorize?" + long.Encode())
			if p.Status >= 500 {
				t.Errorf("%s: %d", name, p.Status)
			}
			if p.Out != nil || p.Status != http.StatusOK {
				continue // refused
			}
			if size := len(idOf(p)); size > 16<<10 {
				t.Errorf("%s: the browser carries %d bytes", name, size)
			}
			p.SignIn(ada)
			if size := count(t, db, `SELECT MAX(length(ask)) FROM interactions`); size > 16<<10 {
				t.Errorf("%s: %d bytes are remembered", name, size)
			}
		}
	}
}
