package provider

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"gatehouse/fault"
	"gatehouse/keys"
	"gatehouse/oauth"
)

// RFC 6750 sections 2 and 3.1, R33.
func TestUserinfoTakesATokenFromOnePlaceOnly(t *testing.T) {
	t.Parallel()
	e := newForge(t)
	token := e.token()
	for _, c := range []struct {
		name, method, query, form string
		headers                   []string
		status                    int
		challenge                 string // its error; "-" for a challenge without one
	}{
		{"header", "GET", "", "", []string{"Bearer " + token}, 200, ""},
		{"header, lower case", "GET", "", "", []string{"bearer " + token}, 200, ""},
		{"header, upper case, two spaces", "GET", "", "", []string{"BEARER  " + token}, 200, ""},
		{"header of a POST", "POST", "", "", []string{"Bearer " + token}, 200, ""},
		{"form", "POST", "", "access_token=" + token, nil, 200, ""},
		{"another query parameter", "GET", "schema=openid", "", []string{"Bearer " + token}, 200, ""},

		{"nothing", "GET", "", "", nil, 401, "-"},
		{"nothing posted", "POST", "", "", nil, 401, "-"},
		{"another scheme", "GET", "", "", []string{"Basic d2ViOng="}, 401, "-"},
		{"query", "GET", "access_token=" + token, "", nil, 400, "invalid_request"},
		{"query and header", "GET", "access_token=" + token, "", []string{"Bearer " + token}, 400, "invalid_request"},
		{"query of a POST", "POST", "access_token=" + token, "", nil, 400, "invalid_request"},
		{"a query that cannot be read", "GET", "a=%zz", "", []string{"Bearer " + token}, 400, "invalid_request"},
		{"header and form", "POST", "", "access_token=" + token, []string{"Bearer " + token}, 400, "invalid_request"},
		{"form twice", "POST", "", "access_token=" + token + "&access_token=" + token, nil, 400, "invalid_request"},
		{"form, empty", "POST", "", "access_token=", nil, 400, "invalid_request"},
		{"form of a GET", "GET", "", "access_token=" + token, nil, 401, "-"},
		{"two headers", "GET", "", "", []string{"Bearer " + token, "Bearer " + token}, 400, "invalid_request"},
		{"scheme alone", "GET", "", "", []string{"Bearer"}, 400, "invalid_request"},
		{"two tokens in the header", "GET", "", "", []string{"Bearer " + token + ", Bearer " + token}, 400, "invalid_request"},
		{"a form too large", "POST", "", "access_token=" + token + "&x=" + strings.Repeat("x", maxParams), nil, 400, "invalid_request"},
		{"DELETE", "DELETE", "", "", []string{"Bearer " + token}, 405, ""},
	} {
		r := httptest.NewRequest(c.method, PathUserinfo+"?"+c.query, strings.NewReader(c.form))
		if c.form != "" {
			r.Header.Set("Content-Type", formType)
		}
		r.Header["Authorization"] = c.headers
		w := e.do(r)
		if w.Code != c.status {
			t.Errorf("%s: %d %s, want %d", c.name, w.Code, w.Body, c.status)
		}
		challenge := w.Header().Get("WWW-Authenticate")
		switch c.challenge {
		case "":
			if challenge != "" {
				t.Errorf("%s: the challenge is %q, want none", c.name, challenge)
			}
		case "-":
			if challenge != bearerRealm {
				t.Errorf("%s: the challenge is %q, want %q", c.name, challenge, bearerRealm)
			}
		default:
			if !strings.HasPrefix(challenge, bearerRealm+`, error="`+c.challenge+`"`) || body(t, w)["error"] != c.challenge {
				t.Errorf("%s: the challenge is %q and the body %s, want %s", c.name, challenge, w.Body, c.challenge)
			}
		}
	}
}

func TestUserinfoIsForPeopleWhoSignedInWithOpenID(t *testing.T) {
	t.Parallel()
	e := newForge(t)
	for _, c := range []struct {
		name   string
		change func(*oauth.AccessClaims)
		status int
		code   string
	}{
		{"without openid", func(c *oauth.AccessClaims) { c.Scope = "profile openid2" }, 403, "insufficient_scope"},
		{"without scope", func(c *oauth.AccessClaims) { c.Scope = "" }, 403, "insufficient_scope"},
		{"of the client itself", func(c *oauth.AccessClaims) { c.Subject = c.ClientID }, 403, "insufficient_scope"},
		{"of a disabled client", func(c *oauth.AccessClaims) { c.ClientID = "off" }, 401, "invalid_token"},
		{"of a client that is gone", func(c *oauth.AccessClaims) { c.ClientID = "gone" }, 401, "invalid_token"},
		{"meant for another resource", func(c *oauth.AccessClaims) { c.Audience = []string{"https://api.example.test"} }, 200, ""},
	} {
		w := e.getUserinfo(e.token(c.change))
		if w.Code != c.status || (c.code != "" && body(t, w)["error"] != c.code) {
			t.Errorf("a token %s: %d %s, want %d %s", c.name, w.Code, w.Body, c.status, c.code)
		}
		if c.code == "insufficient_scope" && !strings.Contains(w.Header().Get("WWW-Authenticate"), `scope="openid"`) {
			t.Errorf("a token %s: the challenge %q does not say which scope", c.name, w.Header().Get("WWW-Authenticate"))
		}
	}
}

func TestUserinfoAnswersTheSubjectOfTheToken(t *testing.T) {
	t.Parallel()
	e := newForge(t)
	w := e.getUserinfo(e.token())
	want := map[string]any{"sub": "usr_ada", "name": "Ada Example"}
	if diff := cmp.Diff(want, body(t, w)); diff != "" {
		t.Errorf("claims (-want +got):\n%s", diff)
	}
	if w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("Content-Type") != "application/json" {
		t.Errorf("the headers are %v", w.Header())
	}
}

// The claims parameter of the authorization request travels in the token.
func TestUserinfoGivesWhatTheClaimsParameterAskedFor(t *testing.T) {
	t.Parallel()
	e := newForge(t)
	w := e.getUserinfo(e.token(func(c *oauth.AccessClaims) { c.Scope, c.UserinfoClaims = "openid", []string{"name"} }))
	if got := body(t, w)["name"]; got != "Ada Example" {
		t.Errorf("name = %v, want what was asked for by itself", got)
	}
	if !slices.Equal(e.people.extra, []string{"name"}) || !slices.Equal(e.people.scopes, []string{"openid"}) {
		t.Errorf("the person was asked for scopes %v and claims %v", e.people.scopes, e.people.extra)
	}
}

func TestUserinfoIsSignedForClientsThatWantItSo(t *testing.T) {
	t.Parallel()
	e := newForge(t)
	w := e.getUserinfo(e.token(func(c *oauth.AccessClaims) { c.ClientID = "signed" }))
	if w.Code != 200 || w.Header().Get("Content-Type") != "application/jwt" {
		t.Fatalf("the answer is %d %s", w.Code, w.Header().Get("Content-Type"))
	}
	var set jose.JSONWebKeySet
	published, _ := e.ring.JWKS()
	if err := json.Unmarshal(published, &set); err != nil {
		t.Fatal(err)
	}
	jws, err := jose.ParseSignedCompact(w.Body.String(), []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		t.Fatal(err)
	}
	payload, err := jws.Verify(set)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(payload, &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"sub": "usr_ada", "name": "Ada Example", "iss": testIssuer, "aud": "signed"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("claims (-want +got):\n%s", diff)
	}
	if _, err := e.readHint(w.Body.String()); err == nil {
		t.Error("a signed userinfo answer passes for an ID token")
	}
}

func TestUserinfoOfADisabledPersonIsRefused(t *testing.T) {
	t.Parallel()
	e := newForge(t)
	e.people.enabled = false
	if w := e.getUserinfo(e.token()); !refusedWith(w.Code, w.Header(), "invalid_token") {
		t.Errorf("userinfo = %d %v, want 401 invalid_token", w.Code, w.Header())
	}
}

func TestUserinfoDoesNotBlameTheTokenWhenTheStoreFails(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func(*forge){
		"person": func(e *forge) { e.people.err = errOnFire },
		"client": func(e *forge) { e.registry.err = fault.Wrap(errOnFire, fault.Internal, "", "") },
	} {
		e := newForge(t)
		fail(e)
		w := e.getUserinfo(e.token())
		if w.Code != 503 || body(t, w)["error"] != "temporarily_unavailable" || w.Header().Get("WWW-Authenticate") != "" || strings.Contains(w.Body.String(), "fire") {
			t.Errorf("%s: %d %s %v", name, w.Code, w.Body, w.Header())
		}
	}
}

// D16: a flood of bad tokens is stopped before their signatures are checked,
// and does not lock out good tokens from the same address.
func TestUserinfoBoundsBadTokensPerAddress(t *testing.T) {
	t.Parallel()
	e := newForge(t)
	good := e.token()
	if w := e.getUserinfo(good); w.Code != 200 {
		t.Fatalf("userinfo = %d", w.Code)
	}
	e.getUserinfo("garbage")
	if e.limiter.counted["userinfo:192.0.2.1"] != 1 {
		t.Errorf("counted %v, want one bad token", e.limiter.counted)
	}
	e.limiter.wait = 7 * time.Second
	before := e.signer.verified
	w := e.getUserinfo(e.token())
	if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") != "7" || e.signer.verified != before {
		t.Errorf("userinfo during a flood = %d, Retry-After %q, %d signatures checked", w.Code, w.Header().Get("Retry-After"), e.signer.verified-before)
	}
	if w := e.getUserinfo(good); w.Code != 200 {
		t.Errorf("userinfo with a known token during a flood = %d", w.Code)
	}
}

// R37: every algorithm that discovery lists for userinfo signs.
func TestUserinfoSignsWithEveryAdvertisedAlgorithm(t *testing.T) {
	t.Parallel()
	e := newForge(t)
	for _, alg := range metadataOf(testIssuer, []string{"en"}).UserinfoAlgs {
		e.registry.clients["signed"].UserinfoAlg = alg
		w := e.getUserinfo(e.token(func(c *oauth.AccessClaims) { c.ClientID = "signed" }))
		if w.Code != 200 || headerOf(t, w.Body.String()).Alg != alg {
			t.Errorf("%s: %d %s", alg, w.Code, w.Body)
		}
	}
	if !slices.Contains(metadataOf(testIssuer, []string{"en"}).IDTokenAlgs, keys.RS256) {
		t.Error("RS256 is not listed for ID tokens (OpenID Connect Discovery 1.0 section 3)")
	}
}

// Applications try expired tokens all the time. Where thousands of people stand
// behind one application's address, that must not look like a flood.
func TestExpiredAndRevokedTokensAreNoFlood(t *testing.T) {
	t.Parallel()
	e := newForge(t)
	for name, token := range map[string]string{
		"expired": e.token(func(c *oauth.AccessClaims) { c.Expires = time.Now().Add(-time.Minute).Unix() }),
		"of a signed claims object that is no token": e.sign("JWT", e.claims()),
		"of an ID token":   e.idToken(),
		"of another house": newForge(t).token(),
	} {
		before := e.limiter.counted["userinfo:192.0.2.1"]
		if w := e.getUserinfo(token); w.Code != http.StatusUnauthorized {
			t.Fatalf("%s: %d", name, w.Code)
		}
		if counted := e.limiter.counted["userinfo:192.0.2.1"] != before; counted != (name == "of another house") {
			t.Errorf("a token that is %s was counted: %v", name, counted)
		}
	}
}
