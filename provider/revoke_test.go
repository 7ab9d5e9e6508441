package provider

import (
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/oauth"
)

// R30.
func TestRevocationEndsTheGrantOfARefreshToken(t *testing.T) {
	t.Parallel()
	for _, hint := range []string{"", "refresh_token", "access_token", "nonsense"} {
		e := newForge(t)
		var authorization id.Authorization
		token, _ := e.refresh(func(f *oauth.Family, _ *oauth.Grounds) { authorization = f.Authorization.ID })
		w := e.post(PathRevoke, "web", url.Values{"token": {token}, "token_type_hint": {hint}})
		if w.Code != 200 || w.Body.Len() != 0 || !slices.Equal(e.store.ended(oauth.RevokedAuthorization), []string{string(authorization)}) {
			t.Errorf("hint %q: %d %s, ended %v", hint, w.Code, w.Body, e.store.revoked)
		}
	}
}

func TestRevocationTakesAnOlderTokenOfTheFamilyToo(t *testing.T) {
	t.Parallel()
	e := newForge(t)
	_, previous := e.refresh()
	if w := e.post(PathRevoke, "web", url.Values{"token": {previous}}); w.Code != 200 || len(e.store.ended(oauth.RevokedAuthorization)) != 1 {
		t.Errorf("%d, ended %v", w.Code, e.store.revoked)
	}
}

func TestRevocationEndsOneAccessToken(t *testing.T) {
	t.Parallel()
	e := newForge(t)
	c := e.claims()
	w := e.post(PathRevoke, "web", url.Values{"token": {e.sign(oauth.TypeAccessToken, c)}})
	if w.Code != 200 || !slices.Equal(e.store.ended(oauth.RevokedToken), []string{c.ID}) || len(e.store.ended(oauth.RevokedAuthorization)) != 0 {
		t.Errorf("%d %s, ended %v", w.Code, w.Body, e.store.revoked)
	}
}

func TestRevocationByAPublicClientNeedsItsNameOnly(t *testing.T) {
	t.Parallel()
	e := newForge(t)
	token, _ := e.refresh(func(f *oauth.Family, _ *oauth.Grounds) { f.Client = "phone" })
	if w := e.post(PathRevoke, "phone", url.Values{"token": {token}}); w.Code != 200 || len(e.store.ended(oauth.RevokedAuthorization)) != 1 {
		t.Errorf("%d %s, ended %v", w.Code, w.Body, e.store.revoked)
	}
}

func TestRevocationOfWhatIsNotTheClientsChangesNothing(t *testing.T) {
	t.Parallel()
	e := newForge(t)
	refresh, _ := e.refresh()
	dead, _ := e.refresh(func(f *oauth.Family, _ *oauth.Grounds) { f.RevokedAt = time.Now() })
	_, bytes := id.NewFamily()
	unknown, _ := codec.Mint(bytes, 1)
	for name, c := range map[string]struct {
		client id.Client
		token  string
	}{
		"another's refresh token":   {"other", refresh},
		"another's access token":    {"other", e.token()},
		"a token meant for it only": {"api", e.token()},
		"an ID token":               {"web", e.idToken()},
		"an expired access token":   {"web", e.token(func(c *oauth.AccessClaims) { c.Expires = 1 })},
		"a dead family":             {"web", dead},
		"an unknown family":         {"web", unknown},
		"garbage":                   {"web", "garbage"},
	} {
		w := e.post(PathRevoke, c.client, url.Values{"token": {c.token}})
		if w.Code != 200 || w.Body.Len() != 0 {
			t.Errorf("%s: %d %s, want 200", name, w.Code, w.Body)
		}
	}
	if len(e.store.revoked) != 0 {
		t.Errorf("ended %v %v", e.store.revoked, e.store.events)
	}
}

// R30, CVE-2020-15223: a failure to write is not a success, and the token goes
// on living.
func TestRevocationIsNeverASuccessWhenTheStoreFails(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func(*forge, error){
		"read":   func(e *forge, err error) { e.store.fail = err },
		"write":  func(e *forge, err error) { e.store.failWrites = err },
		"commit": func(e *forge, err error) { e.store.failCommit = err },
	} {
		for _, err := range []error{errOnFire, fault.Wrap(errOnFire, fault.Unavailable, "store.busy", "Try again.")} {
			e := newForge(t)
			token, _ := e.refresh()
			fail(e, err)
			w := e.post(PathRevoke, "web", url.Values{"token": {token}})
			if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
				t.Errorf("%s fails: %d %s, want 503 with Retry-After", name, w.Code, w.Body)
			}
			fail(e, nil)
			if got := e.introspected("web", token); got["active"] != true {
				t.Errorf("%s failed, and the token is reported as %v", name, got)
			}
		}
	}
	e := newForge(t)
	e.store.failWrites = errOnFire
	access := e.token()
	if w := e.post(PathRevoke, "web", url.Values{"token": {access}}); w.Code != http.StatusServiceUnavailable {
		t.Errorf("access token: %d %s, want 503", w.Code, w.Body)
	}
	if got := e.introspected("web", access); got["active"] != true {
		t.Errorf("the access token is reported as %v", got)
	}
}

// What was not committed is not done: whoever asks again must have it done, and
// not be told that it was (a full disk answered 503, then 200, and the token
// lived on).
func TestFailedRevocationIsDoneByTheRetry(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		token func(e *forge) string
		kind  oauth.RevocationKind
	}{
		"refresh token": {func(e *forge) string { current, _ := e.refresh(); return current }, oauth.RevokedAuthorization},
		"access token":  {func(e *forge) string { return e.token() }, oauth.RevokedToken},
	} {
		for failing, fail := range map[string]func(*forge, error){
			"the event":  func(e *forge, err error) { e.store.failWrites = err },
			"the commit": func(e *forge, err error) { e.store.failCommit = err },
		} {
			e := newForge(t)
			e.registry.ask = e.protocol.Registry.Revoked
			token := c.token(e)
			fail(e, errOnFire)
			for range 2 {
				if w := e.post(PathRevoke, "web", url.Values{"token": {token}}); w.Code != http.StatusServiceUnavailable {
					t.Errorf("%s, %s fails: %d, want 503", name, failing, w.Code)
				}
			}
			fail(e, nil)
			if w := e.post(PathRevoke, "web", url.Values{"token": {token}}); w.Code != http.StatusOK || len(e.store.ended(c.kind)) != 1 || len(e.store.events) != 1 {
				t.Errorf("%s, %s failed before: %d, ended %v, events %v", name, failing, w.Code, e.store.revoked, e.store.events)
			}
			if got := e.introspected("web", token); got["active"] != false {
				t.Errorf("%s, %s failed before: it is alive after the retry", name, failing)
			}
			if w := e.post(PathRevoke, "web", url.Values{"token": {token}}); w.Code != http.StatusOK || len(e.store.events) != 1 {
				t.Errorf("%s: once more: %d, events %v", name, w.Code, e.store.events)
			}
		}
	}
}

func TestRevocationNeedsAClient(t *testing.T) {
	t.Parallel()
	e := newForge(t)
	token, _ := e.refresh()
	if w := e.do(form(PathRevoke, "token="+token)); w.Code != 401 || body(t, w)["error"] != "invalid_client" {
		t.Errorf("without a client: %d %s", w.Code, w.Body)
	}
	r := form(PathRevoke, "token="+token)
	r.SetBasicAuth("web", "wrong")
	if w := e.do(r); w.Code != 401 || body(t, w)["error"] != "invalid_client" {
		t.Errorf("with a wrong secret: %d %s", w.Code, w.Body)
	}
	if len(e.store.ended(oauth.RevokedAuthorization)) != 0 {
		t.Errorf("ended %v", e.store.revoked)
	}
}
