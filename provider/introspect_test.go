package provider

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/oauth"
)

func TestIntrospectionTellsEverythingRegisteredAboutAToken(t *testing.T) {
	t.Parallel()
	e := newForge(t)
	c := e.claims()
	c.UserinfoClaims = []string{"name"}
	w := e.post(PathIntrospect, "api", url.Values{"token": {e.sign(oauth.TypeAccessToken, c)}, "token_type_hint": {"refresh_token"}})
	want := map[string]any{
		"active": true, "token_type": "Bearer", "iss": testIssuer, "sub": "usr_ada", "aud": []any{testIssuer, "api"}, "client_id": "web",
		"jti": c.ID, "iat": float64(c.Issued), "exp": float64(c.Expires), "scope": "openid profile", "sid": "ses_1",
		"auth_time": float64(c.AuthTime), "acr": "aal2", "amr": []any{"pwd", "otp", "mfa"},
	}
	if diff := cmp.Diff(want, body(t, w)); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
	if h := w.Header(); h.Get("Content-Type") != "application/json" || h.Get("Cache-Control") != "no-store" {
		t.Errorf("the headers are %v", h)
	}
}

// What a token is worth is asked at every introspection: the answer of a moment ago
// is none.
func TestIntrospectionAnswersByThePolicyOfNow(t *testing.T) {
	t.Parallel()
	e := newForge(t)
	now := &policy{}
	e.protocol.Ceiling = now
	held := &oauth.Entitled{Roles: oauth.Names{Names: []string{"support"}}, Permissions: oauth.Names{Names: []string{"shop/orders:read"}}, Own: oauth.Names{Names: []string{"shop/orders:write"}}}
	plain := e.token(func(c *oauth.AccessClaims) { c.Scope = "openid orders profile" })
	inline := e.token(func(c *oauth.AccessClaims) {
		c.Scope, c.ClientID, c.Rights = "openid orders", "inline", oauth.Rights{Roles: []string{"boss"}, Permissions: []string{"shop/orders:delete"}}
	})
	for name, c := range map[string]struct {
		policy policy
		token  string
		want   map[string]any // nil: inactive
	}{
		"as it was":          {policy{}, plain, map[string]any{"scope": "openid orders profile"}},
		"a scope less":       {policy{lost: []string{"orders"}}, plain, map[string]any{"scope": "openid profile"}},
		"stopped":            {policy{stopped: true}, plain, nil},
		"the rights of now":  {policy{held: held}, inline, map[string]any{"scope": "openid orders", "roles": []any{"support"}, "permissions": []any{"shop/orders:read"}, "permissions_own": []any{"shop/orders:write"}}},
		"no rights any more": {policy{held: &oauth.Entitled{}}, inline, map[string]any{"scope": "openid orders"}},
		"not told of":        {policy{}, inline, map[string]any{"scope": "openid orders"}},
		"stopped, inline":    {policy{held: held, stopped: true}, inline, nil},
	} {
		for range 2 {
			*now = c.policy
			got := e.introspected("spy", c.token)
			if (c.want != nil) != (got["active"] == true) {
				t.Errorf("%s: %v", name, got)
			}
			for _, claim := range []string{"scope", "roles", "permissions", "permissions_own"} {
				if !cmp.Equal(got[claim], c.want[claim]) {
					t.Errorf("%s: %s is %v, want %v", name, claim, got[claim], c.want[claim])
				}
			}
		}
	}
	now.err = fault.New(fault.Unavailable, "policy.unknown", "Nobody knows.")
	for path, w := range map[string]*httptest.ResponseRecorder{
		PathIntrospect: e.post(PathIntrospect, "spy", url.Values{"token": {plain}}),
		PathUserinfo:   e.getUserinfo(plain),
	} {
		if w.Code != 503 || w.Header().Get("Retry-After") == "" {
			t.Errorf("%s while nobody knows the policy: %d %s", path, w.Code, w.Body)
		}
	}
	*now = policy{stopped: true}
	if w := e.getUserinfo(plain); w.Code != 401 || !strings.Contains(w.Header().Get("WWW-Authenticate"), "invalid_token") {
		t.Errorf("userinfo of somebody who is stopped: %d %s", w.Code, w.Body)
	}
}

// R31: who may not know gets the answer of a token that is none.
func TestIntrospectionTellsOnlyThoseWhoMayKnow(t *testing.T) {
	t.Parallel()
	e := newForge(t)
	token := e.token()
	for client, active := range map[id.Client]bool{"web": true, "api": true, "spy": true, "other": false} {
		got := e.introspected(client, token)
		if got["active"] != active {
			t.Errorf("%s gets %v, want active: %t", client, got, active)
		}
		if !active && len(got) != 1 {
			t.Errorf("%s, who may not know, gets %v", client, got)
		}
	}
}

// servers are clients that serve APIs, by the audience of these.
type servers struct {
	oauth.Grants // nobody asks for anything else
	of           map[id.Client]string
	err          error
}

func (s *servers) Serves(_ context.Context, client id.Client, audiences []string) (bool, error) {
	return slices.Contains(audiences, s.of[client]), s.err
}

// A server of an API may know the tokens for it, and no others; when nobody knows
// whose server it is, it is told neither yes nor no.
func TestServersOfAnAPIMayIntrospectTokensForIt(t *testing.T) {
	t.Parallel()
	e := newForge(t)
	grants := &servers{of: map[id.Client]string{"other": "https://shop.example.test"}}
	e.protocol.Grants = grants
	shop := e.token(func(c *oauth.AccessClaims) { c.Audience = []string{"https://shop.example.test"} })
	if got := e.introspected("other", shop); got["active"] != true {
		t.Errorf("the shop's server gets %v", got)
	}
	if got := e.introspected("other", e.token()); got["active"] != false {
		t.Errorf("of a token for another API it gets %v", got)
	}
	grants.err = fault.New(fault.Unavailable, "policy.unknown", "Nobody knows.")
	if w := e.post(PathIntrospect, "other", url.Values{"token": {shop}}); w.Code != http.StatusServiceUnavailable {
		t.Errorf("while nobody knows: %d %s", w.Code, w.Body)
	}
}

func TestIntrospectionNeedsAClientThatCanKeepASecret(t *testing.T) {
	t.Parallel()
	e := newForge(t)
	token := e.token()
	for name, c := range map[string]struct {
		request *http.Request
		status  int
		code    string
	}{
		"nobody":          {form(PathIntrospect, "token="+token), 401, "invalid_client"},
		"a public client": {e.request(PathIntrospect, "phone", url.Values{"token": {token}}), 401, "invalid_client"},
		"a disabled one":  {e.request(PathIntrospect, "off", url.Values{"token": {token}}), 401, "invalid_client"},
		"two methods":     {e.request(PathIntrospect, "web", url.Values{"token": {token}, "client_secret": {sharedSecret}}), 400, "invalid_request"},
		"no token":        {e.request(PathIntrospect, "web", url.Values{}), 400, "invalid_request"},
		"two tokens":      {e.request(PathIntrospect, "web", url.Values{"token": {token, token}}), 400, "invalid_request"},
		"token in query":  {e.request(PathIntrospect+"?token="+token, "web", url.Values{}), 400, "invalid_request"},
	} {
		w := e.do(c.request)
		if w.Code != c.status || body(t, w)["error"] != c.code {
			t.Errorf("%s: %d %s, want %d %s", name, w.Code, w.Body, c.status, c.code)
		}
		if (w.Code == 401) != (w.Header().Get("WWW-Authenticate") != "") {
			t.Errorf("%s: %d with the challenge %q", name, w.Code, w.Header().Get("WWW-Authenticate"))
		}
	}
	for _, path := range []string{PathIntrospect, PathRevoke} { // R28
		if w := e.do(httptest.NewRequest(http.MethodGet, path+"?token="+token, nil)); w.Code != http.StatusMethodNotAllowed {
			t.Errorf("GET %s = %d, want 405", path, w.Code)
		}
	}
}

func form(path, encoded string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(encoded))
	r.Header.Set("Content-Type", formType)
	return r
}

func TestIntrospectionOfARefreshTokenIsForItsOwner(t *testing.T) {
	t.Parallel()
	e := newForge(t)
	var family oauth.Family
	current, previous := e.refresh(func(f *oauth.Family, _ *oauth.Grounds) { family = *f })
	want := map[string]any{
		"active": true, "iss": testIssuer, "sub": "usr_ada", "aud": []any{testIssuer}, "client_id": "web", "scope": "openid offline_access",
		"iat": float64(family.RotatedAt.Unix()), "exp": float64(family.IdleExpires.Unix()), "sid": "ses_1",
		"auth_time": float64(family.AuthTime.Unix()), "acr": "aal1", "amr": []any{"pwd"},
	}
	if diff := cmp.Diff(want, e.introspected("web", current)); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
	none := map[string]any{"active": false}
	for client, token := range map[id.Client]string{"spy": current, "other": current, "web": previous} {
		if diff := cmp.Diff(none, e.introspected(client, token)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", client, diff)
		}
	}
}

// Who holds a stolen token could otherwise follow each rotation by it, unseen.
func TestIntrospectionTellsTheReplacedRefreshTokenLikeTheCurrentOne(t *testing.T) {
	t.Parallel()
	for ago, alike := range map[time.Duration]bool{0: true, 20 * time.Second: true, 31 * time.Second: false, -40 * 24 * time.Hour: false} {
		e := newForge(t)
		current, previous := e.refresh(func(f *oauth.Family, _ *oauth.Grounds) {
			f.RotatedAt, f.SealedSuccessor = time.Now().Add(-ago), []byte("sealed")
		})
		is, was := e.introspected("web", current), e.introspected("web", previous)
		if is["active"] != true || was["active"] != alike || alike && !cmp.Equal(is, was) {
			t.Errorf("replaced %v ago: the current one %v, the one before %v", ago, is, was)
		}
	}
}

func TestIntrospectionKnowsWhenARefreshTokenIsDead(t *testing.T) {
	t.Parallel()
	past := time.Now().Add(-time.Second)
	for name, kill := range map[string]func(*oauth.Family, *oauth.Grounds){
		"revoked":           func(f *oauth.Family, _ *oauth.Grounds) { f.RevokedAt = past },
		"idle for too long": func(f *oauth.Family, _ *oauth.Grounds) { f.IdleExpires = past },
		"past its end":      func(f *oauth.Family, _ *oauth.Grounds) { f.Expires = past },
		"person disabled":   func(_ *oauth.Family, s *oauth.Grounds) { s.UserEnabled = false },
		"session revoked":   func(_ *oauth.Family, s *oauth.Grounds) { s.SessionRevoked = true },
	} {
		e := newForge(t)
		token, _ := e.refresh(kill)
		if got := e.introspected("web", token); len(got) != 1 || got["active"] != false {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// D16: garbage is told by its form, without a query.
func TestIntrospectionOfGarbageAsksTheStoreNothing(t *testing.T) {
	t.Parallel()
	e := newForge(t)
	token, _ := e.refresh()
	changed := []byte(token)
	changed[len(changed)-5] ^= 1
	for _, garbage := range []string{"garbage", token + "A", token[:len(token)-1], string(changed), strings.Repeat("x", 20_000)} {
		if got := e.introspected("web", garbage); got["active"] != false {
			t.Errorf("%.40s: %v", garbage, got)
		}
	}
	if e.store.reads != 0 {
		t.Errorf("the store was asked %d times", e.store.reads)
	}
}

func TestIntrospectionIsNeverANoWhenTheStoreFails(t *testing.T) {
	t.Parallel()
	e := newForge(t)
	token, _ := e.refresh()
	for _, err := range []error{errOnFire, fault.Wrap(errOnFire, fault.Internal, "", ""), fault.Wrap(errOnFire, fault.Unavailable, "store.busy", "")} {
		e.store.fail = err
		w := e.post(PathIntrospect, "web", url.Values{"token": {token}})
		if w.Code != 503 || w.Header().Get("Retry-After") == "" || strings.Contains(w.Body.String(), "active") || strings.Contains(w.Body.String(), "fire") {
			t.Errorf("%v: %d %s", err, w.Code, w.Body)
		}
	}
}

func BenchmarkIntrospect(b *testing.B) {
	e := newForge(b)
	encoded := url.Values{"token": {e.token()}}.Encode()
	for b.Loop() {
		r := form(PathIntrospect, encoded)
		r.SetBasicAuth("spy", sharedSecret)
		w := httptest.NewRecorder()
		e.mux.ServeHTTP(w, r)
		if w.Code != 200 || w.Body.Len() < 100 {
			b.Fatal(w.Code, w.Body)
		}
	}
}
