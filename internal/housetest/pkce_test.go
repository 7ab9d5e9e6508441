package housetest

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"gatehouse/fault"
	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

// clientKinds are the applications of every authentication method.
func clientKinds(g *gatetest.Gate) map[string]*gatetest.Application {
	kinds := map[string]*gatetest.Application{}
	for _, method := range []string{oauth.AuthBasic, oauth.AuthPost, oauth.AuthNone} {
		kinds[method] = g.App("by-"+method, func(c *oauth.Client) {
			c.AuthMethod = method
			if method == oauth.AuthNone {
				c.GrantTypes = []string{oauth.GrantCode, oauth.GrantRefresh}
			}
		})
	}
	return kinds
}

// PKCE is required of every client as it is registered by default, with S256
// and nothing else (security R15); refusedRequests has the authorization
// requests in the same words.
func TestEveryClientMustProveItsVerifier(t *testing.T) {
	t.Parallel()
	g := watched(t)
	ada := g.Person("ada")
	for method, app := range clientKinds(g) {
		for name, fields := range map[string][]string{
			"no challenge": {"code_challenge", "", "code_challenge_method", ""}, "plain": {"code_challenge_method", "plain"}, "plain by default": {"code_challenge_method", ""},
		} {
			q := g.Browser().Get(app.AuthorizeURL(fields...)).Answered(gatetest.RedirectURI)
			if q.Get("error") != "invalid_request" || q.Has("code") {
				t.Errorf("%s: %s: %v", method, name, q)
			}
		}
		code := app.Code(g.Browser(), ada)
		for name, verifier := range map[string]string{
			"none": "", "another one": strings.Repeat("x", 43), "the challenge": gatetest.Challenge(gatetest.Verifier), "too short": "short",
			"in other letters": strings.ToUpper(gatetest.Verifier), "with more": gatetest.Verifier + "x", "too long": strings.Repeat("x", 129), "illegal": gatetest.Verifier + " ",
		} {
			if a := app.Exchange(code, "code_verifier", verifier); a.Status != http.StatusBadRequest || a.Error() != "invalid_grant" {
				t.Errorf("%s: verifier %s: %d %s", method, name, a.Status, a.Body)
			}
		}
		// Guessing has not spent the code of the one who knows.
		if a := app.Exchange(code); a.Status != http.StatusOK {
			t.Errorf("%s: the right verifier: %d %s", method, a.Status, a.Body)
		}
	}
}

// A verifier comes when there was a challenge, and only then: else somebody
// stripped the challenge on the way (RFC 9700 section 4.8.2, security R16).
func TestVerifierAndChallengeComeTogether(t *testing.T) {
	t.Parallel()
	g := watched(t)
	ada := g.Person("ada")
	app := g.App("old", func(c *oauth.Client) { c.SkipPKCE = true })
	stripped := app.Code(g.Browser(), ada, "code_challenge", "", "code_challenge_method", "")
	if a := app.Exchange(stripped); a.Error() != "invalid_grant" {
		t.Errorf("a verifier without a challenge: %d %s", a.Status, a.Body)
	}
	challenged := app.Code(g.Browser(), ada)
	if a := app.Exchange(challenged, "code_verifier", ""); a.Error() != "invalid_grant" {
		t.Errorf("a challenge without a verifier: %d %s", a.Status, a.Body)
	}
	if a := app.Exchange(challenged); a.Status != http.StatusOK {
		t.Errorf("both: %d %s", a.Status, a.Body)
	}
	if a := app.Exchange(app.Code(g.Browser(), ada, "code_challenge", "", "code_challenge_method", ""), "code_verifier", ""); a.Status != http.StatusOK {
		t.Errorf("neither, where it was allowed: %d %s", a.Status, a.Body)
	}
	q := g.Browser().Get(app.AuthorizeURL("code_challenge_method", "plain")).Answered(gatetest.RedirectURI)
	if q.Get("error") != "invalid_request" {
		t.Errorf("plain, where none is required: %v", q)
	}
}

func TestAPublicClientCannotBeFreedFromPKCE(t *testing.T) {
	t.Parallel()
	g := watched(t)
	app := g.App("native", func(c *oauth.Client) { c.AuthMethod, c.GrantTypes = oauth.AuthNone, []string{oauth.GrantCode} })
	c := app.Client
	c.SkipPKCE = true
	if _, err := g.House.OAuth.UpdateClient(context.Background(), gatetest.Console, c); !fault.Is(err, fault.Invalid) {
		t.Errorf("changed: %v", err)
	}
	c.ID = "native2"
	if _, _, err := g.House.OAuth.CreateClient(context.Background(), gatetest.Console, c); !fault.Is(err, fault.Invalid) {
		t.Errorf("made: %v", err)
	}
}
