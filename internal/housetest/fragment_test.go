package housetest

import (
	"net/http"
	"net/url"
	"testing"

	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

// msal-browser and keycloak-js read the code from the fragment; refusals go there
// too. The query stays as it was registered.
func TestAnswerComesInTheFragmentWhereItIsAskedFor(t *testing.T) {
	t.Parallel()
	g := watched(t)
	ada := g.Person("ada")
	app := g.App("web", func(c *oauth.Client) {
		c.RedirectURIs = []string{gatetest.RedirectURI, gatetest.RedirectURI + "?x=1", "https://spa.example.test"}
	})
	b := g.Browser()
	for i, uri := range app.RedirectURIs {
		page := b.Get(app.AuthorizeURL("response_mode", "fragment", "redirect_uri", uri))
		if i == 0 {
			page = page.SignIn(ada).Allow()
		}
		q := inFragment(t, page, uri)
		if q.Get("state") != "a state of the application" || q.Get("iss") != gatetest.Issuer || q.Has("error") {
			t.Errorf("%s: the answer is %v", uri, q)
		}
		expectTokens(t, uri, app.Exchange(q.Get("code"), "redirect_uri", uri))
		q = inFragment(t, b.Get(app.AuthorizeURL("response_mode", "fragment", "redirect_uri", uri, "scope", "nothing")), uri)
		if q.Get("error") != "invalid_scope" || q.Get("state") == "" || q.Has("code") {
			t.Errorf("%s: the refusal is %v", uri, q)
		}
	}
	// No page of ours, and no address that is not registered, has an answer in it.
	page := b.Get(app.AuthorizeURL("response_mode", "fragment", "redirect_uri", "https://spa.example.test/"))
	if page.Out != nil || page.Status != http.StatusBadRequest {
		t.Errorf("an unregistered address: %d, sent to %v", page.Status, page.Out)
	}
}

// inFragment returns the parameters behind the "#" of where the browser was sent.
func inFragment(t *testing.T, page *gatetest.Page, uri string) url.Values {
	t.Helper()
	if page.Out == nil {
		t.Fatalf("the browser was sent nowhere: %s %d", page.URL, page.Status)
	}
	out := *page.Out
	q, err := url.ParseQuery(out.EscapedFragment())
	must(t, err)
	if out.Fragment, out.RawFragment = "", ""; out.String() != uri {
		t.Errorf("the browser was sent to %s, want %s", &out, uri)
	}
	return q
}
