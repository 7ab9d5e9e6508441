package provider

import (
	"net/http"
	"testing"
	"time"

	"gatehouse/oauth"
)

// An attacker behind the same egress address must not lock an application out:
// failures count against the address together with the client that they name.
func TestFailuresOfOneClientDoNotBlockItsNeighbours(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.limiter.burst = 3
	for range 5 {
		d.knock(basic("web", "wrong"))
	}
	refused(t, d.knock(basic("web", deskSecret("web"))), http.StatusTooManyRequests, "temporarily_unavailable")
	if w := d.knock(basic("other", deskSecret("other"))); w.Code != http.StatusOK {
		t.Errorf("a neighbour of the noisy client was answered %d %s", w.Code, w.Body)
	}
	for range 5 {
		d.knock(basic("nobody-"+deskSecret("web")[:4], "wrong"))
	}
	if w := d.knock(basic("other", deskSecret("other"))); w.Code != http.StatusOK {
		t.Errorf("a neighbour of somebody who guesses names was answered %d %s", w.Code, w.Body)
	}
	refused(t, d.knock(basic("yet-another-name", "wrong")), http.StatusTooManyRequests, "temporarily_unavailable")
	if n := len(d.limiter.counted); n != 2 {
		t.Errorf("%d keys are counted, want one for the client and one for all unknown names: %v", n, d.limiter.counted)
	}
}

// What was given when the client was confidential, or may keep its token, is no
// licence for later: RFC 9700 section 4.14.2 wants rotation of public clients.
func TestStaticFamilyRotatesOnceTheClientMayNotHaveIt(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(c *oauth.Client){
		"it became public":           func(c *oauth.Client) { c.AuthMethod, c.Secrets = oauth.AuthNone, nil },
		"the setting was taken back": func(c *oauth.Client) { c.StaticRefresh = false },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			first := d.family("still")
			change(d.client("still"))
			second := d.tokens("still", refreshOf(first)).RefreshToken
			if second == first {
				t.Fatal("the token stays the same")
			}
			third := d.tokens("still", refreshOf(second)).RefreshToken
			refused(t, d.post("still", refreshOf(first)), http.StatusBadRequest, "invalid_grant")
			refused(t, d.post("still", refreshOf(third)), http.StatusBadRequest, "invalid_grant")
		})
	}
}

func TestRequestsMustBeText(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for _, bad := range []string{"\xff", "a\x00b", "\xed\xa0\x80"} {
		if got := d.answered(d.ask(d.request("web", "nonce", bad))).Get("error"); got != "invalid_request" {
			t.Errorf("nonce %q: %q", bad, got)
		}
	}
	if len(d.store.codes) != 0 {
		t.Error("a code was kept")
	}
}

// Applications try expired tokens all the time. Where thousands of people stand
// behind one application's address, that must not look like a flood.
func TestExpiredAndRevokedTokensAreNoFlood(t *testing.T) {
	t.Parallel()
	e := newEdge(t)
	for name, token := range map[string]string{
		"expired": e.token(func(c *oauth.AccessClaims) { c.Expires = time.Now().Add(-time.Minute).Unix() }),
		"of a signed claims object that is no token": e.sign("JWT", e.claims()),
	} {
		before := e.limiter.counted["userinfo:192.0.2.1"]
		if w := e.getUserinfo(token); w.Code != http.StatusUnauthorized {
			t.Fatalf("%s: %d", name, w.Code)
		}
		if counted := e.limiter.counted["userinfo:192.0.2.1"] != before; counted == (name == "expired") {
			t.Errorf("a token that is %s was counted: %v", name, counted)
		}
	}
}
