package provider

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/oauth"
	"gatehouse/secret"
	"gatehouse/session"
	"gatehouse/web"
)

const (
	bye     = "https://web.example.test/bye"
	cookie  = "__Host-gatehouse_session"
	binding = "__Host-gatehouse_browser"
)

// signIn gives ada a session with that id and returns the cookie's token.
func (e *forge) signIn(sid id.Session) string {
	token := secret.Token(32)
	e.sessions.live[token] = session.Session{ID: sid, User: "usr_ada"}
	return token
}

func logoutRequest(method, token string, params url.Values) *http.Request {
	var r *http.Request
	if method == http.MethodPost {
		r = form(PathLogout, params.Encode())
	} else {
		r = httptest.NewRequest(method, PathLogout+"?"+params.Encode(), nil)
	}
	if token != "" {
		r.AddCookie(&http.Cookie{Name: cookie, Value: token})
	}
	return r
}

// The modules of the conformance suite's RP-initiated logout plan, and more:
// only a hint of ours for this very session signs out unasked, and only a hint
// of ours with a registered address leads away.
func TestLogout(t *testing.T) {
	t.Parallel()
	e := newForge(t)
	stranger := newForge(t)
	hint := e.idToken()
	unsigned := encoded(`{"alg":"none"}`) + "." + strings.Split(hint, ".")[1] + "."
	expired := e.idToken(func(c map[string]any) { c["exp"], c["iat"] = 1_600_000_300, 1_600_000_000 })
	with := func(pairs ...string) url.Values {
		v := url.Values{}
		for i := 0; i < len(pairs); i += 2 {
			v.Add(pairs[i], pairs[i+1])
		}
		return v
	}
	for _, c := range []struct {
		name     string
		params   url.Values
		ends     bool   // the session
		says     string // the page
		location string
	}{
		{"happy", with("id_token_hint", hint, "post_logout_redirect_uri", bye, "state", "a b&c"), true, "", bye + "?state=a+b%26c"},
		{"happy with client_id", with("id_token_hint", hint, "client_id", "web", "post_logout_redirect_uri", bye, "state", "s"), true, "", bye + "?state=s"},
		{"a URI with a query of its own", with("id_token_hint", hint, "post_logout_redirect_uri", bye+"?from=gatehouse", "state", "s"), true, "", bye + "?from=gatehouse&state=s"},
		{"no state", with("id_token_hint", hint, "post_logout_redirect_uri", bye), true, "", bye},
		{"no URI", with("id_token_hint", hint, "state", "s"), true, "signed out", ""},
		{"expired hint", with("id_token_hint", expired, "post_logout_redirect_uri", bye), true, "", bye},
		{"hint without sid", with("id_token_hint", e.idToken(func(c map[string]any) { delete(c, "sid") }), "post_logout_redirect_uri", bye), true, "", bye},
		{"hint and parameters that change nothing", with("id_token_hint", hint, "logout_hint", "ada", "ui_locales", "de", "foo", "bar"), true, "signed out", ""},

		{"bad URI", with("id_token_hint", hint, "post_logout_redirect_uri", "https://evil.example.test/"), false, "error", ""},
		{"URI with a query added", with("id_token_hint", hint, "post_logout_redirect_uri", bye+"?foo=bar"), false, "error", ""},
		{"URI with a slash added", with("id_token_hint", hint, "post_logout_redirect_uri", bye+"/"), false, "error", ""},
		{"URI of another client", with("id_token_hint", hint, "post_logout_redirect_uri", "https://other.example.test/bye"), false, "error", ""},
		{"URI of the client that client_id claims", with("id_token_hint", hint, "client_id", "other", "post_logout_redirect_uri", "https://other.example.test/bye"), false, "error", ""},
		{"hint with alg none", with("id_token_hint", unsigned, "post_logout_redirect_uri", bye), false, "sign out?", ""},
		{"hint signed by another key", with("id_token_hint", stranger.idToken(), "post_logout_redirect_uri", bye), false, "sign out?", ""},
		{"access token as hint", with("id_token_hint", e.token(), "post_logout_redirect_uri", bye), false, "sign out?", ""},
		{"no hint with a URI", with("post_logout_redirect_uri", bye, "state", "s"), false, "sign out?", ""},
		{"no hint, client and URI", with("client_id", "web", "post_logout_redirect_uri", bye), false, "sign out?", ""},
		{"no parameters", nil, false, "sign out?", ""},
		{"only state", with("state", "s"), false, "sign out?", ""},
		{"hint of another session", with("id_token_hint", e.idToken(func(c map[string]any) { c["sid"] = "ses_0" }), "post_logout_redirect_uri", bye), false, "sign out?", ""},
		{"hint of another person", with("id_token_hint", e.idToken(func(c map[string]any) { c["sub"] = "usr_bob" }), "post_logout_redirect_uri", bye), false, "sign out?", ""},
		{"two hints", with("id_token_hint", hint, "id_token_hint", hint), false, "error", ""},
		{"two URIs", with("id_token_hint", hint, "post_logout_redirect_uri", bye, "post_logout_redirect_uri", bye), false, "error", ""},
		{"hint for a disabled client", with("id_token_hint", e.idToken(func(c map[string]any) { c["aud"] = "off" }), "post_logout_redirect_uri", bye), true, "signed out", ""},
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			token := e.signIn("ses_1")
			e.sessions.ended = nil
			w := e.do(logoutRequest(method, token, c.params))
			if got := len(e.sessions.ended) == 1; got != c.ends {
				t.Errorf("%s, %s: sessions ended: %v", method, c.name, e.sessions.ended)
			}
			if w.Header().Get("Location") != c.location || strings.TrimSpace(w.Body.String()) != c.says {
				t.Errorf("%s, %s: %d to %q, %q; want to %q, %q", method, c.name, w.Code, w.Header().Get("Location"), w.Body, c.location, c.says)
			}
			if want := map[string]int{"": 303, "error": 400}[c.says]; want != 0 && w.Code != want {
				t.Errorf("%s, %s: status %d, want %d", method, c.name, w.Code, want)
			}
			cleared := strings.Contains(w.Header().Get("Set-Cookie"), cookie+"=;") && w.Header().Get("Clear-Site-Data") == `"cache"`
			if cleared != c.ends {
				t.Errorf("%s, %s: the cookie's fate is %q", method, c.name, w.Header()["Set-Cookie"])
			}
			if w.Header().Get("Cache-Control") != "no-store" && c.says != "error" {
				t.Errorf("%s, %s: Cache-Control %q", method, c.name, w.Header().Get("Cache-Control"))
			}
		}
	}
}

func TestLogoutOfNobodySaysSoAndGoesOn(t *testing.T) {
	t.Parallel()
	e := newForge(t)
	if w := e.do(logoutRequest("GET", "", url.Values{})); w.Body.String() != "signed out" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	w := e.do(logoutRequest("GET", "", url.Values{"id_token_hint": {e.idToken()}, "post_logout_redirect_uri": {bye}}))
	if w.Code != 303 || w.Header().Get("Location") != bye {
		t.Errorf("with a hint: %d %q", w.Code, w.Header().Get("Location"))
	}
	w = e.do(logoutRequest("GET", secret.Token(32), url.Values{"post_logout_redirect_uri": {bye}}))
	if w.Body.String() != "signed out" || w.Header().Get("Location") != "" {
		t.Errorf("with a URI and no hint: %d %q %s", w.Code, w.Header().Get("Location"), w.Body)
	}
	if len(e.sessions.ended) != 0 {
		t.Errorf("ended %v", e.sessions.ended)
	}
}

// The page that asks comes back with its parameters and with a token that is
// bound to the browser; then everything happens as it was asked.
func TestLogoutHappensOnceItIsConfirmed(t *testing.T) {
	t.Parallel()
	e := newForge(t)
	token := e.signIn("ses_2") // the hint is of ses_1
	ask := e.do(logoutRequest("GET", token, url.Values{"id_token_hint": {e.idToken()}, "post_logout_redirect_uri": {bye}, "state": {"s"}}))
	page := e.pages.signOut
	if ask.Body.String() != "sign out?" || page.Email != "ada@example.test" || page.AppName != "Web" || page.FormAction != "https://web.example.test" || page.FormToken == "" {
		t.Fatalf("the page is %+v", page)
	}
	browser := ask.Result().Cookies()
	at := slices.IndexFunc(browser, func(c *http.Cookie) bool { return c.Name == binding })
	if at < 0 {
		t.Fatal("the browser was not bound")
	}
	for _, c := range []struct {
		name      string
		formToken string
		bound     bool
		ends      bool
	}{
		{"without the form's token", "", true, false},
		{"with another form's token", e.Cookies.FormToken(secret.Token(32)), true, false},
		{"from another browser", page.FormToken, false, false},
		{"as it came", page.FormToken, true, true},
	} {
		confirm := url.Values{"form_token": {c.formToken}}
		for name, values := range page.Hidden {
			confirm[name] = values
		}
		r := logoutRequest("POST", token, confirm)
		if c.bound {
			r.AddCookie(browser[at])
		}
		w := e.do(r)
		if got := len(e.sessions.ended) > 0; got != c.ends {
			t.Errorf("%s: ended %v", c.name, e.sessions.ended)
		}
		if c.ends && (w.Code != 303 || w.Header().Get("Location") != bye+"?state=s") {
			t.Errorf("%s: %d %q", c.name, w.Code, w.Header().Get("Location"))
		}
	}
}

// A confirmed request without a hint leads to a registered address of the client
// that it names, and to no other.
func TestConfirmedLogoutWithoutAHintLeadsToARegisteredAddress(t *testing.T) {
	t.Parallel()
	for uri, leads := range map[string]bool{bye: true, bye + "/": false, "https://other.example.test/bye": false, "https://evil.example.test/": false} {
		e := newForge(t)
		browser := secret.Token(32)
		r := logoutRequest("POST", e.signIn("ses_1"), url.Values{"form_token": {e.Cookies.FormToken(browser)}, "client_id": {"web"}, "post_logout_redirect_uri": {uri}})
		r.AddCookie(&http.Cookie{Name: binding, Value: browser})
		w := e.do(r)
		if len(e.sessions.ended) != 1 {
			t.Errorf("%s: ended %v", uri, e.sessions.ended)
		}
		if leads && (w.Code != http.StatusSeeOther || w.Header().Get("Location") != uri) {
			t.Errorf("%s: %d %q", uri, w.Code, w.Header().Get("Location"))
		}
		if !leads && (w.Header().Get("Location") != "" || w.Body.String() != "signed out" || e.pages.signedOut.AppURL != "https://web.example.test/" || !e.pages.signedOut.Stays) {
			t.Errorf("%s: %q, %s, %+v", uri, w.Header().Get("Location"), w.Body, e.pages.signedOut)
		}
	}
}

// A proxy drops an answer whose header is too long, so a hint that is goes on as
// a short one that says the same.
func TestPostedLogoutWithALongHintComesAgainByAShortAddress(t *testing.T) {
	t.Parallel()
	long := func(c map[string]any) { c["address"] = map[string]string{"formatted": strings.Repeat("x", 4000)} }
	for name, c := range map[string]struct {
		params url.Values
		to     string
		code   int
	}{
		"a long hint":              {url.Values{"post_logout_redirect_uri": {bye}, "state": {"s"}}, bye + "?state=s", 303},
		"and a long state":         {url.Values{"post_logout_redirect_uri": {bye}, "state": {strings.Repeat("s", 600)}}, bye + "?state=" + strings.Repeat("s", 600), 303},
		"a state that is too long": {url.Values{"post_logout_redirect_uri": {bye}, "state": {strings.Repeat("s", 3000)}}, "", 400},
	} {
		e := newForge(t)
		c.params.Set("id_token_hint", e.idToken(long))
		r := logoutRequest("POST", "", c.params)
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		w := e.do(r)
		location := w.Header().Get("Location")
		again, err := url.Parse(location)
		if err != nil || w.Code != c.code || len(location) > web.MaxLocation || (location == "") != (c.code == 400) {
			t.Errorf("%s: %d to %d bytes, %v", name, w.Code, len(location), err)
		}
		if c.code == 400 || err != nil {
			continue
		}
		short := again.Query().Get("id_token_hint")
		if got, err := e.readHint(short); err != nil || got.Subject != "usr_ada" || got.Session != "ses_1" || !slices.Equal(got.Audience, []string{"web"}) {
			t.Errorf("%s: the short hint says %+v, %v", name, got, err)
		}
		w = e.do(logoutRequest("GET", e.signIn("ses_1"), again.Query()))
		if w.Header().Get("Location") != c.to || len(e.sessions.ended) != 1 {
			t.Errorf("%s: %d to %q, ended %v", name, w.Code, w.Header().Get("Location"), e.sessions.ended)
		}
	}
}

// Anybody may post a sign-out with an ID token that they found, long after it
// expired: what they get back must be no ID token, no younger one, and lead no
// further.
func TestAnIDTokenIsNotMadeYoungerByASignOut(t *testing.T) {
	t.Parallel()
	e := newForge(t)
	issued := time.Now().Add(-24 * time.Hour).Unix()
	old := e.idToken(func(c map[string]any) { c["iat"], c["exp"], c["name"] = issued, issued+300, strings.Repeat("a", 2000) })
	post := func(hint, state string) (short string, code int) {
		w := e.do(logoutRequest("POST", "", url.Values{"id_token_hint": {hint}, "state": {state}}))
		to, err := url.Parse(w.Header().Get("Location"))
		if err != nil {
			t.Fatal(err)
		}
		return to.Query().Get("id_token_hint"), w.Code
	}
	short, code := post(old, "s")
	payload, header, err := e.ring.Verify(short)
	if code != http.StatusSeeOther || err != nil {
		t.Fatalf("answered %d with %q: %v", code, short, err)
	}
	var c struct{ Iat, Exp int64 }
	if err := json.Unmarshal(payload, &c); err != nil || c.Iat != issued || c.Exp != issued+300 {
		t.Errorf("it was issued at %d and ends at %d, %v; the ID token at %d and %d", c.Iat, c.Exp, err, issued, issued+300)
	}
	if header.Typ == "" || header.Typ == "JWT" || header.Typ == oauth.TypeAccessToken {
		t.Errorf("its type is %q", header.Typ)
	}
	if again, code := post(short, strings.Repeat("s", 1700)); code != http.StatusBadRequest {
		t.Errorf("a short hint was answered %d, with %q", code, again)
	}
}

// SameSite=Lax keeps the session cookie out of another site's POST; the browser
// brings it when it comes again by GET.
func TestPostedLogoutFromAnotherSiteComesAgainWithItsCookies(t *testing.T) {
	t.Parallel()
	e := newForge(t)
	params := url.Values{"id_token_hint": {e.idToken()}, "post_logout_redirect_uri": {bye}, "state": {"s"}}
	r := logoutRequest("POST", "", params)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	w := e.do(r)
	again, err := url.Parse(w.Header().Get("Location"))
	if err != nil || w.Code != 303 || again.Scheme+"://"+again.Host+again.Path != testIssuer+PathLogout || again.Query().Encode() != params.Encode() {
		t.Fatalf("%d to %q", w.Code, w.Header().Get("Location"))
	}
	if len(w.Header()["Set-Cookie"]) != 0 {
		t.Errorf("cookies were set, over those that the browser kept back: %v", w.Header()["Set-Cookie"])
	}
	w = e.do(logoutRequest("GET", e.signIn("ses_1"), again.Query()))
	if w.Header().Get("Location") != bye+"?state=s" || len(e.sessions.ended) != 1 {
		t.Errorf("%d to %q, ended %v", w.Code, w.Header().Get("Location"), e.sessions.ended)
	}
}

func TestLogoutIsNotDoneByLookingAhead(t *testing.T) {
	t.Parallel()
	e := newForge(t)
	prefetch := logoutRequest("GET", e.signIn("ses_1"), url.Values{"id_token_hint": {e.idToken()}})
	prefetch.Header.Set("Sec-Purpose", "prefetch;prerender")
	head := logoutRequest("HEAD", e.signIn("ses_1"), url.Values{"id_token_hint": {e.idToken()}})
	for _, r := range []*http.Request{prefetch, head} {
		if w := e.do(r); len(e.sessions.ended) != 0 {
			t.Errorf("%s %v ended the session: %d", r.Method, r.Header, w.Code)
		}
	}
}

func TestLogoutDoesNotClaimSuccessWhenTheStoreFails(t *testing.T) {
	t.Parallel()
	e := newForge(t)
	token := e.signIn("ses_1")
	e.sessions.err = fault.Wrap(errOnFire, fault.Unavailable, "store.busy", "Try again in a moment.")
	w := e.do(logoutRequest("GET", token, url.Values{"id_token_hint": {e.idToken()}, "post_logout_redirect_uri": {bye}}))
	if w.Code != 503 || w.Header().Get("Location") != "" || len(w.Header()["Set-Cookie"]) != 0 {
		t.Errorf("%d to %q, cookies %v", w.Code, w.Header().Get("Location"), w.Header()["Set-Cookie"])
	}
}

func TestHintIsAnIDTokenOfOurs(t *testing.T) {
	t.Parallel()
	e := newForge(t)
	set := func(name string, value any) string {
		return e.idToken(func(c map[string]any) {
			if c[name] = value; value == nil {
				delete(c, name)
			}
		})
	}
	got, err := e.readHint(set("aud", []string{"web", "other"}))
	if err != nil || got.Subject != "usr_ada" || got.Session != "ses_1" || !slices.Equal(got.Audience, []string{"web", "other"}) {
		t.Fatalf("readHint = %+v, %v", got, err)
	}
	refresh, _ := e.refresh()
	for name, token := range map[string]string{
		"another issuer": set("iss", "https://evil.example.test"), "no issuer": set("iss", nil), "no subject": set("sub", nil),
		"no audience": set("aud", nil), "an empty list": set("aud", []string{}), "audience a number": set("aud", 7), "no exp": set("exp", nil), "no iat": set("iat", nil),
		"access token": e.token(), "logout token": e.sign("logout+jwt", map[string]any{"iss": testIssuer, "sub": "usr_ada", "aud": "web", "iat": time.Now().Unix(), "exp": time.Now().Unix()}),
		"refresh token": refresh, "another house's": newForge(t).idToken(), "garbage": "garbage", "nothing": "",
		"too long": e.idToken(func(c map[string]any) { c["nonce"] = strings.Repeat("n", oauth.MaxToken) }),
	} {
		if h, err := e.readHint(token); err == nil {
			t.Errorf("%s passes for a hint: %+v", name, h)
		}
	}
}

// Whoever tries an application on the server's machine reads what to type.
func TestLogoutSaysHowToRegisterAnAddressOfThisMachine(t *testing.T) {
	t.Parallel()
	for uri, mend := range map[string]string{
		"http://localhost:9000/bye":  "gatehouse client update web --add-post-logout-redirect-uri http://localhost:9000/bye",
		"https://evil.example.test/": "",
	} {
		e := newForge(t)
		w := e.do(logoutRequest("GET", e.signIn("ses_1"), url.Values{"id_token_hint": {e.idToken()}, "post_logout_redirect_uri": {uri}}))
		got := e.pages.failed
		if w.Code != http.StatusBadRequest || got.Code != "logout.redirect_uri" || got.Received != uri || strings.Join(got.Mend, " ") != mend {
			t.Errorf("%s: %d, %+v; want %q", uri, w.Code, got, mend)
		}
		if len(e.sessions.ended) != 0 {
			t.Errorf("%s: ended %v", uri, e.sessions.ended)
		}
	}
}
