package housetest

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"gatehouse/id"
)

// Anybody can begin a sign-in, and each is a row for an hour: what a request may
// leave there is bounded, whichever of its parameters is long.
func TestASignInRemembersLittleOfItsRequest(t *testing.T) {
	t.Parallel()
	g := watched(t)
	_, query, _ := strings.Cut(g.App("web").AuthorizeURL(), "?")
	form, err := url.ParseQuery(query)
	must(t, err)
	for _, name := range []string{
		"response_type", "client_id", "redirect_uri", "scope", "state", "response_mode", "nonce", "display", "prompt", "max_age", "ui_locales",
		"login_hint", "acr_values", "claims", "id_token_hint", "code_challenge", "code_challenge_method", "resource", "extra",
	} {
		for _, word := range []string{"x", "login ", "de "} {
			long := having(form, name, strings.Repeat(word, 58_000/len(word)))
			a := postRaw(g, "/oauth2/authorize", long.Encode())
			to, err := url.Parse(a.Header.Get("Location"))
			must(t, err)
			begun := to.Query().Get("i")
			if begun == "" {
				if a.Status == http.StatusSeeOther && to.Query().Get("error") == "" && to.Fragment == "" || a.Status >= 500 {
					t.Errorf("%s: %d %.200s", name, a.Status, a.Header.Get("Location"))
				}
				continue
			}
			i, err := g.House.Store.Interaction(t.Context(), id.Interaction(begun))
			must(t, err)
			size := len(i.Ask.LoginHint) + len(i.Ask.Display) + len(strings.Join(i.Ask.Locales, " ")) + len(strings.Join(i.Ask.Scopes, " "))
			if size += len(i.Ask.Params.Encode()); size > 16<<10 {
				t.Errorf("%s: %d bytes are remembered", name, size)
			}
		}
	}
}
