package housetest

import (
	"context"
	"maps"
	"net/http"
	"slices"
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
			c.AuthMethod, c.PKCE = method, oauth.PKCERequired
			if method == oauth.AuthNone {
				c.GrantTypes = []string{oauth.GrantCode, oauth.GrantRefresh}
			}
		})
	}
	return kinds
}

// PKCE is required of every public client and where it is registered so, with S256
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

// A confidential client may bind its requests by the nonce of OpenID Connect
// instead (RFC 9700 section 2.1.1); mode by mode, with header and form.
func TestPKCEIsAskedOfWhoeverHasNothingElse(t *testing.T) {
	t.Parallel()
	g := watched(t)
	ada := g.Person("ada")
	requests := map[string][]string{
		"OpenID with a nonce":     {"scope", "openid", "nonce", "0123456789"},
		"OpenID with a short one": {"scope", "openid", "nonce", "012345678"},
		"OpenID without a nonce":  {"scope", "openid", "nonce", ""},
		"no OpenID, a nonce":      {"scope", "orders", "nonce", "0123456789"},
		"no OpenID, no nonce":     {"scope", "orders", "nonce", ""},
	}
	for _, c := range []struct {
		mode, method string
		free         []string // the requests that may go without
	}{
		{"", oauth.AuthSecret, []string{"OpenID with a nonce"}},
		{oauth.PKCEAuto, oauth.AuthBasic, []string{"OpenID with a nonce"}},
		{oauth.PKCEAuto, oauth.AuthPost, []string{"OpenID with a nonce"}},
		{oauth.PKCERequired, oauth.AuthSecret, nil},
		{oauth.PKCEOff, oauth.AuthSecret, slices.Collect(maps.Keys(requests))},
		{oauth.PKCEAuto, oauth.AuthNone, nil},
		{oauth.PKCERequired, oauth.AuthNone, nil},
	} {
		app := g.App("app-"+c.mode+"-"+c.method, func(a *oauth.Client) {
			a.PKCE, a.AuthMethod, a.GrantTypes = c.mode, c.method, []string{oauth.GrantCode}
		})
		for name, fields := range requests {
			bare := append([]string{"code_challenge", "", "code_challenge_method", ""}, fields...)
			if !slices.Contains(c.free, name) {
				q := g.Browser().Get(app.AuthorizeURL(bare...)).Answered(gatetest.RedirectURI)
				if q.Get("error") != "invalid_request" || q.Has("code") {
					t.Errorf("%s %s: %s without PKCE: %v", c.method, c.mode, name, q)
				}
				continue
			}
			if a := app.Exchange(app.Code(g.Browser(), ada, bare...), "code_verifier", ""); a.Status != http.StatusOK {
				t.Errorf("%s %s: %s without PKCE: %d %s", c.method, c.mode, name, a.Status, a.Body)
			}
			// Who sends a challenge is held to it.
			if a := app.Exchange(app.Code(g.Browser(), ada, fields...), "code_verifier", ""); a.Error() != "invalid_grant" {
				t.Errorf("%s %s: %s, verifier left out: %d %s", c.method, c.mode, name, a.Status, a.Body)
			}
		}
	}
}

// A verifier comes when there was a challenge, and only then: else somebody
// stripped the challenge on the way (RFC 9700 section 4.8.2, security R16).
func TestVerifierAndChallengeComeTogether(t *testing.T) {
	t.Parallel()
	g := watched(t)
	ada := g.Person("ada")
	app := g.App("old", func(c *oauth.Client) { c.PKCE = oauth.PKCEOff })
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
	c.PKCE = oauth.PKCEOff
	if _, err := g.House.OAuth.UpdateClient(context.Background(), gatetest.Console, c); !fault.Is(err, fault.Invalid) {
		t.Errorf("changed: %v", err)
	}
	c.ID = "native2"
	if _, _, err := g.House.OAuth.CreateClient(context.Background(), gatetest.Console, c); !fault.Is(err, fault.Invalid) {
		t.Errorf("made: %v", err)
	}
}
