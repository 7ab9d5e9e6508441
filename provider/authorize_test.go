package provider

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/flow"
	"gatehouse/id"
	"gatehouse/oauth"
	"gatehouse/secret"
)

// R01, R02, R04: with a wrong client or redirect URI there is a page and no
// redirect, whatever else the request says.
func TestNothingIsSentToAnUnregisteredPlace(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.client("phone").RedirectURIs = []string{"http://127.0.0.1/cb", "https://phone.example.test/cb?x=1"}
	type row struct{ client, uri string }
	var rows []row
	for _, uri := range []string{
		testCallback + "/", "https://web.example.test/cB", "https://WEB.example.test/cb", "https://web.example.test/cb/..", "https://web.example.test/./cb",
		"https://web.example.test/%63b", "https://web.example.test/cb%2e", "https://web.example.test/cb%252f", "https://web.example.test/x/..;/cb",
		"https://web.example.test@evil.example.test/cb", "https://evil.example.test/@web.example.test/cb", "https://u:p@web.example.test/cb",
		`https://web.example.test\@evil.example.test/cb`, "https://web.example.test\t/cb", "https://web.example.test/cb\r\nX: y", "https://wеb.example.test/cb",
		testCallback + "?x=1", testCallback + "#f", testCallback + "?", "https://web.example.test:443/cb", "http://web.example.test/cb", "HTTPS://web.example.test/cb",
		"//web.example.test/cb", "/cb", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "https://web.example.test.evil.example.test/cb", "https://web.example.test",
		" " + testCallback, testCallback + " ", "https://web.example.test//cb", "https://[::ffff:127.0.0.1]/cb", "http://localhost/cb",
	} {
		rows = append(rows, row{"web", uri})
	}
	for _, uri := range []string{
		"http://x@127.0.0.1:1/cb", "https://127.0.0.1:1/cb", "http://127.0.0.1:0/cb", "http://127.0.0.1:99999/cb", "http://127.0.0.1:1/cb/", "http://127.0.0.1:1/cb?x",
		"http://localhost:1/cb", "http://127.1:1/cb", "http://127.0.0.2:1/cb", "http://[::1]:1/cb", "http://127.0.0.1:1@evil.example.test/cb", "https://phone.example.test:1/cb?x=1",
		"https://phone.example.test/cb?x=1&y=2", "https://phone.example.test/cb", "",
	} {
		rows = append(rows, row{"phone", uri})
	}
	rows = append(rows, row{"nobody", testCallback}, row{"", testCallback}, row{"off", testCallback}, row{"WEB", testCallback}, row{"web", ""})
	for _, c := range rows {
		for _, more := range []string{"", "&prompt=none", "&response_mode=form_post", "&response_type=token", "&request=x"} {
			q := d.request(id.Client(c.client), "redirect_uri", c.uri)
			q.Set("client_id", c.client)
			w := d.browse(httptest.NewRequest(http.MethodGet, PathAuthorize+"?"+q.Encode()+more, nil))
			if w.Code != http.StatusBadRequest || w.Header().Get("Location") != "" || w.Body.String() != "error" {
				t.Fatalf("%+v%s: %d to %q", c, more, w.Code, w.Header().Get("Location"))
			}
			if w.Header().Get("Cache-Control") != "no-store" {
				t.Error("the page may be cached")
			}
		}
	}
	if len(d.store.codes) != 0 || len(d.store.interactions) != 0 {
		t.Error("a refused request left something behind")
	}
	// Whoever makes the link would write on our page.
	d.ask(d.request("Your account is locked. Call 0900 123456."))
	if got := d.pages.failed; got.Code != "authorize.client" || got.Received != "" || strings.Contains(got.Detail, "0900") {
		t.Errorf("the page repeats an unknown client: %+v", got)
	}
	d.ask(d.request("web", "redirect_uri", "https://evil.example.test/"))
	if got := d.pages.failed; got.Received != "https://evil.example.test/" || got.Code != "authorize.redirect_uri" || got.AppName != "Web" {
		t.Errorf("the page is %+v", got)
	}
	for _, tt := range []struct{ client, uri, mend string }{
		{"web", "http://localhost:9000/cb", "gatehouse client update web --add-redirect-uri http://localhost:9000/cb"},
		{"web", "https://evil.example.test/", ""},
		{"web", "http://localhost/" + strings.Repeat("x", 500), ""},
		{"web", "", ""},
		{"off", "http://localhost:9000/cb", "gatehouse client update off --disabled=false"},
		{"Call 0900 123456.", "http://localhost:9000/cb", "gatehouse client create --name My application --redirect-uri http://localhost:9000/cb"},
		{"nobody", "https://evil.example.test/", "gatehouse client list"},
	} {
		d.ask(d.request(id.Client(tt.client), "redirect_uri", tt.uri))
		if got := strings.Join(d.pages.failed.Mend, " "); got != tt.mend {
			t.Errorf("%s to %.40q: %q, want %q", tt.client, tt.uri, got, tt.mend)
		}
	}
	w := d.ask(d.request("phone", "redirect_uri", "http://127.0.0.1:49152/cb"))
	if !strings.HasPrefix(w.Header().Get("Location"), "http://127.0.0.1:49152/cb?") {
		t.Errorf("the free port of a loopback literal: %d %q", w.Code, w.Header().Get("Location"))
	}
}

// R06 (RFC 9207), R07: iss and state in every response, by 303.
func TestEveryResponseCarriesIssuerAndState(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	state := "A + b%20/\"<é>\r\n&="
	for name, changes := range map[string][]string{
		"code":  nil,
		"error": {"scope", "admin"},
		"login": {"prompt", "none", "max_age", "0"},
	} {
		q := d.answered(d.ask(d.request("web", append(changes, "state", state)...)))
		if q.Get("iss") != testIssuer || q.Get("state") != state || len(q["iss"]) != 1 || q.Has("code") == q.Has("error") || q.Has("scope") {
			t.Errorf("%s: %v", name, q)
		}
		d.pages.posted.Parameters = nil
		w := d.ask(d.request("web", append(changes, "state", state, "response_mode", "form_post")...))
		got := d.pages.posted
		if w.Code != http.StatusOK || got.Action != testCallback || got.Parameters.Get("iss") != testIssuer || got.Parameters.Get("state") != state || got.Parameters.Has("code") == got.Parameters.Has("error") {
			t.Errorf("%s by form: %d %+v", name, w.Code, got)
		}
		if w.Header().Get("Cache-Control") != "no-store" {
			t.Error("the form may be cached")
		}
		for _, changes := range [][]string{append(changes, "state", ""), append(changes, "state", "")} {
			if q := d.answered(d.ask(d.request("web", changes...))); q.Has("state") {
				t.Errorf("%s: a state came back that was not sent: %v", name, q)
			}
		}
	}
	q := d.request("web")
	q.Set("state", "")
	if got := d.answered(d.ask(q)); got.Has("state") {
		t.Error("an empty state came back")
	}
}

func TestRedirectURIWithAQueryKeepsIt(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.client("web").RedirectURIs = []string{"https://web.example.test/cb?Z=1&a=%2f"}
	w := d.ask(d.request("web", "redirect_uri", "https://web.example.test/cb?Z=1&a=%2f"))
	if !strings.HasPrefix(w.Header().Get("Location"), "https://web.example.test/cb?Z=1&a=%2f&code=") {
		t.Errorf("Location %q", w.Header().Get("Location"))
	}
}

// R11, R14, R15, R21 and the parameters of OpenID Connect Core 3.1.2.1: each
// wrong one is told to the client before anybody sees a page.
func TestWrongRequestsAreToldToTheClient(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	challenge := d.request("web").Get("code_challenge")
	for name, c := range map[string]struct {
		client  id.Client
		changes []string
		more    string
		code    string
	}{
		"no response type":            {changes: []string{"response_type", ""}, code: "invalid_request"},
		"implicit":                    {changes: []string{"response_type", "token"}, code: "unsupported_response_type"},
		"implicit ID token":           {changes: []string{"response_type", "id_token token"}, code: "unsupported_response_type"},
		"hybrid":                      {changes: []string{"response_type", "code id_token"}, code: "unsupported_response_type"},
		"none":                        {changes: []string{"response_type", "none"}, code: "unsupported_response_type"},
		"code in upper case":          {changes: []string{"response_type", "CODE"}, code: "unsupported_response_type"},
		"fragment in capitals":        {changes: []string{"response_mode", "FRAGMENT"}, code: "invalid_request"},
		"JARM":                        {changes: []string{"response_mode", "query.jwt"}, code: "invalid_request"},
		"web message":                 {changes: []string{"response_mode", "web_message"}, code: "invalid_request"},
		"unknown scopes alone":        {changes: []string{"scope", "admin root"}, code: "invalid_scope"},
		"scope in upper case":         {changes: []string{"scope", "OpenID"}, code: "invalid_scope"},
		"openid, which it may not":    {client: "plain", changes: []string{"scope", "openid orders:read"}, code: "invalid_scope"},
		"no challenge":                {client: "strict", changes: []string{"code_challenge", "", "code_challenge_method", ""}, code: "invalid_request"},
		"neither challenge nor nonce": {changes: []string{"code_challenge", "", "code_challenge_method", "", "nonce", ""}, code: "invalid_request"},
		"a nonce without openid":      {changes: []string{"code_challenge", "", "code_challenge_method", "", "scope", "orders:read"}, code: "invalid_request"},
		"method alone":                {changes: []string{"code_challenge", ""}, code: "invalid_request"},
		"plain":                       {changes: []string{"code_challenge_method", "plain"}, code: "invalid_request"},
		"plain by default":            {changes: []string{"code_challenge_method", ""}, code: "invalid_request"},
		"method in lower case":        {changes: []string{"code_challenge_method", "s256"}, code: "invalid_request"},
		"challenge too short":         {changes: []string{"code_challenge", challenge[:42]}, code: "invalid_request"},
		"challenge too long":          {changes: []string{"code_challenge", challenge + "A"}, code: "invalid_request"},
		"challenge not base64url":     {changes: []string{"code_challenge", strings.Repeat("+", 43)}, code: "invalid_request"},
		"public without PKCE":         {client: "phone", changes: []string{"code_challenge", "", "code_challenge_method", ""}, code: "invalid_request"},
		"plain without need":          {client: "old", changes: []string{"code_challenge_method", "plain"}, code: "invalid_request"},
		"prompt none and login":       {changes: []string{"prompt", "none login"}, code: "invalid_request"},
		"unknown prompt":              {changes: []string{"prompt", "create"}, code: "invalid_request"},
		"negative max_age":            {changes: []string{"max_age", "-1"}, code: "invalid_request"},
		"max_age is a word":           {changes: []string{"max_age", "soon"}, code: "invalid_request"},
		"max_age is a fraction":       {changes: []string{"max_age", "1.5"}, code: "invalid_request"},
		"long nonce":                  {changes: []string{"nonce", strings.Repeat("n", maxNonce+1)}, code: "invalid_request"},
		"long state":                  {changes: []string{"state", strings.Repeat("s", maxState+1)}, code: "invalid_request"},
		"claims are no JSON":          {changes: []string{"claims", "name"}, code: "invalid_request"},
		"hint that is none":           {changes: []string{"id_token_hint", "a.b.c", "prompt", "none"}, code: "login_required"},
		"request object":              {changes: []string{"request", "eyJhbGciOiJub25lIn0.e30."}, code: "request_not_supported"},
		"request_uri":                 {changes: []string{"request_uri", "https://evil.example.test/r"}, code: "request_uri_not_supported"},
		"pushed request":              {changes: []string{"request_uri", "urn:ietf:params:oauth:request_uri:x"}, code: "request_uri_not_supported"},
		"registration":                {changes: []string{"registration", "{}"}, code: "registration_not_supported"},
		"audience":                    {changes: []string{"audience", "https://evil.example.test"}, code: "invalid_request"},
		"scope twice":                 {more: "&scope=openid", code: "invalid_request"},
		"nonce twice, once empty":     {more: "&nonce=", code: "invalid_request"},
		"unknown parameter twice":     {more: "&x=1&x=2", code: "invalid_request"},
		"response_mode twice":         {more: "&response_mode=form_post&response_mode=form_post", code: "invalid_request"},
		"unreachable essential acr":   {changes: []string{"claims", `{"id_token":{"acr":{"essential":true,"value":"gold"}}}`}, code: "unmet_authentication_requirements"},
		"no second factor, no page":   {changes: []string{"prompt", "none", "claims", `{"id_token":{"acr":{"essential":true,"value":"aal2"}}}`}, code: "unmet_authentication_requirements"},
		"a level that nobody knows":   {changes: []string{"claims", `{"id_token":{"acr":{"essential":true,"values":["phr","gold"]}}}`}, code: "unmet_authentication_requirements"},
		"another sub by claims":       {changes: []string{"prompt", "none", "claims", `{"id_token":{"sub":{"value":"usr_bob"}}}`}, code: "login_required"},
		"one of two other subs":       {changes: []string{"claims", `{"id_token":{"sub":{"values":["usr_bob","usr_eve"]}}}`}, code: "login_required"},
		"grant not allowed":           {client: "machine", code: "unauthorized_client"},
		"consent without a page":      {client: "asking", changes: []string{"prompt", "none"}, code: "consent_required"},
		"login without a page":        {changes: []string{"prompt", "none", "max_age", "0"}, code: "login_required"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDoor(t)
			d.registry.clients["machine"] = &oauth.Client{ID: "machine", AuthMethod: oauth.AuthBasic, RedirectURIs: []string{testCallback}, GrantTypes: []string{oauth.GrantClient}, Scopes: testScopes, SkipConsent: true}
			client := c.client
			if client == "" {
				client = "web"
			}
			r := httptest.NewRequest(http.MethodGet, PathAuthorize+"?"+d.request(client, c.changes...).Encode()+c.more, nil)
			q := d.answered(d.browse(r))
			if q.Get("error") != c.code || q.Get("iss") != testIssuer || q.Has("code") {
				t.Errorf("the answer is %v, want %s", q, c.code)
			}
			if text := q.Get("error_description"); text == "" || !mayDescribe(text) {
				t.Errorf("the description is %q", text)
			}
			if len(d.store.codes)+len(d.store.interactions) != 0 {
				t.Error("a refused request left something behind")
			}
		})
	}
}

// RFC 6749 section 4.1.2.1, and C11: what the client sent is never quoted.
func TestErrorDescriptionsNeverQuoteTheRequest(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	const mark = "QUOTEDMARK"
	for name := range d.request("web", "prompt", "x", "max_age", "x", "claims", "x", "response_mode", "x", "id_token_hint", "x", "request", "x", "display", "x", "ui_locales", "x", "acr_values", "x", "login_hint", "x") {
		if name == "state" {
			continue
		}
		w := d.ask(d.request("web", name, mark+"\"<script>\r\n\x00"))
		if location := w.Header().Get("Location"); strings.HasPrefix(location, testCallback) && strings.Contains(location, mark) {
			t.Errorf("%s came back in %q", name, location)
		}
	}
}

func TestHarmlessParametersAreIgnored(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	for name, changes := range map[string][]string{
		"unknown":       {"extra", "foobar"},
		"displays":      {"display", "popup"},
		"odd display":   {"display", "hologram"},
		"locales":       {"ui_locales", "de-AT <x> en", "claims_locales", "de"},
		"login hint":    {"login_hint", "ada@example.test"},
		"acr values":    {"acr_values", "urn:mace:gold aal1"},
		"long ago":      {"max_age", "10000"},
		"very long ago": {"max_age", "99999999999999999999999"},
		"no nonce":      {"nonce", ""},
		"long nonce":    {"nonce", strings.Repeat("n", 384)},
		"scope order":   {"scope", "offline_access  openid openid"},
		"prompt none":   {"prompt", "none"},
		"own sub":       {"claims", `{"id_token":{"sub":{"value":"usr_ada"}}}`},
	} {
		if q := d.answered(d.ask(d.request("web", changes...))); q.Get("code") == "" {
			t.Errorf("%s: %v", name, q)
		}
	}
}

func TestIDTokenHintDecidesWhoMustBeSignedIn(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	own := d.tokens("web", exchangeOf(d.code("web")))
	foreign := d.tokens("other", exchangeOf(d.code("other")))
	for name, c := range map[string]struct{ hint, claims, code string }{
		"own":                  {hint: own.IDToken},
		"another client's":     {hint: foreign.IDToken, code: "invalid_request"},
		"an access token":      {hint: own.AccessToken, code: "login_required"},
		"of no key of ours":    {hint: own.IDToken[:strings.LastIndex(own.IDToken, ".")+1] + "AAAA", code: "login_required"},
		"too long":             {hint: strings.Repeat("a", 9000), code: "login_required"},
		"against the claims":   {hint: own.IDToken, claims: `{"id_token":{"sub":{"value":"usr_bob"}}}`, code: "login_required"},
		"together with claims": {hint: own.IDToken, claims: `{"id_token":{"sub":{"value":"usr_ada"}}}`},
	} {
		q := d.answered(d.ask(d.request("web", "prompt", "none", "id_token_hint", c.hint, "claims", c.claims)))
		if q.Get("error") != c.code {
			t.Errorf("%s: %v, want %q", name, q, c.code)
		}
	}
	// With pages the person sees who goes on, and a hint that is none is no hint.
	for _, hint := range []string{own.AccessToken, "a.b.c", strings.Repeat("a", 9000)} {
		if q := d.answered(d.ask(d.request("web", "id_token_hint", hint))); q.Get("code") == "" {
			t.Errorf("%.20s: %v, want a code", hint, q)
		}
	}
	for name, s := range d.store.sessions {
		s.User = "usr_bob"
		d.store.sessions[name] = s
	}
	if q := d.answered(d.ask(d.request("web", "prompt", "none", "id_token_hint", own.IDToken))); q.Get("error") != "login_required" {
		t.Errorf("with somebody else signed in: %v", q)
	}
}

// The whole way: signed out, sent to the sign-in, back to the dispatcher.
func TestSignInLeadsBackToTheApplication(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	delete(d.cookies, sessionName)
	next := d.sent(d.ask(d.request("web")), "/signin?i=")
	if q := d.answered(d.ask(d.request("web", "prompt", "none"))); q.Get("error") != "login_required" {
		t.Errorf("prompt=none: %v", q)
	}
	if got := d.sent(d.get(PathAuthorize+"?i="+next), "/signin?i="); got != next {
		t.Errorf("before the sign-in the dispatcher led to %q", got)
	}
	d.password(next)
	q := d.answered(d.get(PathAuthorize + "?i=" + next))
	if q.Get("state") != "a state" || q.Get("iss") != testIssuer {
		t.Errorf("the response is %v", q)
	}
	a := d.tokens("web", exchangeOf(q.Get("code")))
	if _, claims := d.signed(a.IDToken); claims["nonce"] != "a nonce" || claims["sub"] != "usr_ada" {
		t.Errorf("the ID token is %v", claims)
	}
	// A reload leads on too: whoever cancelled the first answer is not stranded.
	again := d.answered(d.get(PathAuthorize + "?i=" + next))
	if again.Get("code") == q.Get("code") || again.Get("state") != "a state" {
		t.Errorf("a reload: %v", again)
	}
	if _, claims := d.signed(d.tokens("web", exchangeOf(again.Get("code"))).IDToken); claims["sub"] != "usr_ada" {
		t.Errorf("the second ID token is %v", claims)
	}
	d.signIn() // the same person, in another session
	if w := d.get(PathAuthorize + "?i=" + next); w.Code != http.StatusNotFound || d.pages.failed.Code != "flow.gone" || !strings.HasPrefix(d.pages.failed.Again, PathAuthorize+"?client_id=web&") {
		t.Errorf("in another session: %d %+v", w.Code, d.pages.failed)
	}
}

// sent returns the interaction that the answer leads to by path.
func (d *door) sent(w *httptest.ResponseRecorder, path string) string {
	d.t.Helper()
	rest, ok := strings.CutPrefix(w.Header().Get("Location"), path)
	if w.Code != http.StatusSeeOther || !ok {
		d.t.Fatalf("the answer is %d to %q, want a 303 to %s", w.Code, w.Header().Get("Location"), path)
	}
	return rest
}

func (d *door) get(path string) *httptest.ResponseRecorder {
	return d.browse(httptest.NewRequest(http.MethodGet, path, nil))
}

func (d *door) refOf(i string) flow.Ref {
	ref := flow.RefOf(i)
	ref.Browser, ref.Session = d.cookies[browserName], d.cookies[sessionName]
	return ref
}

// begun is the sign-in that the browser names by i.
func (d *door) begun(i string) flow.Interaction {
	d.t.Helper()
	e, err := d.Flow.Look(d.t.Context(), d.refOf(i), "")
	if err != nil {
		d.t.Fatal(err)
	}
	return e.Interaction
}

// password signs ada in within the interaction.
func (d *door) password(i string) {
	d.t.Helper()
	ref := d.refOf(i)
	out, err := d.Flow.(*flow.Service).Password(d.t.Context(), audit.Actor{IP: "192.0.2.1"}, ref, "ada@example.test", "password")
	if err != nil {
		d.t.Fatal(err)
	}
	d.cookies[sessionName] = out.SessionToken
}

func TestPromptLoginWantsANewProofAndMaxAgeOneThatIsFresh(t *testing.T) {
	t.Parallel()
	for name, changes := range map[string][]string{"prompt=login": {"prompt", "login"}, "max_age=0": {"max_age", "0"}, "max_age": {"max_age", "60"}} {
		d := newDoor(t)
		for s, found := range d.store.sessions {
			found.Proofs = provedAt(found.Created.Add(-2 * time.Minute))
			d.store.sessions[s] = found
		}
		i := d.sent(d.ask(d.request("web", changes...)), "/signin?i=")
		d.password(i)
		a := d.tokens("web", exchangeOf(d.answered(d.get(PathAuthorize+"?i="+i)).Get("code")))
		if _, claims := d.signed(a.IDToken); time.Now().Unix()-int64(claims["auth_time"].(float64)) > 30 {
			t.Errorf("%s: auth_time %v", name, claims["auth_time"])
		}
	}
}

func TestConsentIsAskedForWhatTheClaimsParameterAddsToo(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.people.consented = []string{"openid"}
	i := d.sent(d.ask(d.request("asking", "scope", "openid", "claims", `{"userinfo":{"email":null,"phone_number":null}}`)), "/consent?i=")
	got := d.begun(i).Ask.Scopes
	if strings.Join(got, " ") != "openid email" {
		t.Errorf("the person is asked for %q", got)
	}
	d.people.consented = []string{"openid", "email"}
	a := d.tokens("asking", exchangeOf(d.answered(d.get(PathAuthorize+"?i="+i)).Get("code")))
	if a.Scope != "openid" {
		t.Errorf("the token has scope %q", a.Scope)
	}
}

func TestTabsAtOnceAllComeToTheSamePersonsCode(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	delete(d.cookies, sessionName)
	i := d.sent(d.ask(d.request("web")), "/signin?i=")
	d.password(i)
	counts := d.parallel(8, "web", func() *http.Request {
		r := httptest.NewRequest(http.MethodGet, PathAuthorize+"?i="+i, nil)
		for name, value := range d.cookies {
			r.AddCookie(&http.Cookie{Name: name, Value: value})
		}
		return r
	})
	if counts[http.StatusSeeOther] != 8 || len(d.store.codes) != 8 {
		t.Errorf("statuses %v, %d codes", counts, len(d.store.codes))
	}
	var first oauth.Code
	for _, c := range d.store.codes {
		if first.Session == "" {
			first = c
		}
		if c.User != "usr_ada" || c.Session != first.Session {
			t.Errorf("a code for %s in %s", c.User, c.Session)
		}
	}
}

// Whom the sign-in is about is what counts when the code is written.
func TestTabThatIsOvertakenBySomebodyElseGetsNoCode(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	delete(d.cookies, sessionName)
	i := d.sent(d.ask(d.request("web")), "/signin?i=")
	d.password(i)
	stored := d.begun(i)
	d.store.overtake = func() {
		other := stored
		other.Version++
		other.Progress = flow.Progress{Chosen: true} // "another account", in another tab
		d.store.interactions[other.ID] = other
	}
	d.sent(d.get(PathAuthorize+"?i="+i), "/signin?i=")
	if len(d.store.codes) != 0 {
		t.Errorf("%d codes", len(d.store.codes))
	}
}

func TestSignInThatCannotGoOnShowsTheWayBack(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	delete(d.cookies, sessionName)
	i := d.sent(d.ask(d.request("web")), "/signin?i=")

	browser := d.cookies[browserName]
	d.cookies[browserName] = secret.Token(32)
	if w := d.get(PathAuthorize + "?i=" + i); w.Code != http.StatusForbidden || d.pages.failed.Code != "flow.browser" {
		t.Errorf("in another browser: %d %+v", w.Code, d.pages.failed)
	}
	d.cookies[browserName] = browser
	d.Flow.(*flow.Service).Config.InteractionTTL = 0
	if w := d.get(PathAuthorize + "?i=" + i); w.Code != http.StatusConflict || d.pages.failed.AppName != "Web" || d.pages.failed.AppURL != "https://web.example.test/" {
		t.Errorf("too late: %d %+v", w.Code, d.pages.failed)
	}
	if w := d.get(PathAuthorize + "?i=int_unknown"); w.Code != http.StatusNotFound || d.pages.failed.Detail == "" {
		t.Errorf("unknown: %d %+v", w.Code, d.pages.failed)
	}
	if w := d.get(PathAuthorize + "?i=a&i=b"); w.Code != http.StatusBadRequest {
		t.Errorf("named twice: %d", w.Code)
	}
}

// A client that is changed while a person signs in does not get a code by its
// old settings.
func TestResumedSignInIsCheckedAgainstTheClientAsItIsNow(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	begin := func() string {
		delete(d.cookies, sessionName)
		i := d.sent(d.ask(d.request("web")), "/signin?i=")
		d.password(i)
		return i
	}
	i := begin()
	d.client("web").RedirectURIs = []string{"https://new.example.test/cb"}
	if w := d.get(PathAuthorize + "?i=" + i); w.Code != http.StatusBadRequest || w.Header().Get("Location") != "" {
		t.Errorf("redirect URI gone: %d %q", w.Code, w.Header().Get("Location"))
	}
	d.client("web").RedirectURIs = []string{testCallback}
	i = begin()
	d.client("web").Scopes = []string{"offline_access"}
	if q := d.answered(d.get(PathAuthorize + "?i=" + i)); q.Get("error") != "invalid_scope" {
		t.Errorf("scope gone: %v", q)
	}
	d.client("web").Scopes = []string{"openid"}
	i = d.sent(func() *httptest.ResponseRecorder {
		delete(d.cookies, sessionName)
		return d.ask(d.request("web", "scope", "openid"))
	}(), "/signin?i=")
	d.password(i)
	d.client("web").Disabled = true
	if w := d.get(PathAuthorize + "?i=" + i); w.Code != http.StatusBadRequest || d.pages.failed.Code != "authorize.client" {
		t.Errorf("disabled: %d %+v", w.Code, d.pages.failed)
	}
}

// A scope that the client gets while the person looks at the consent page is
// none that they agreed to.
func TestScopeThatNobodyWasAskedAboutIsNotInTheCode(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	i := d.sent(d.ask(d.request("asking", "scope", "openid payments")), "/consent?i=")
	d.client("asking").Scopes = append(slices.Clone(testScopes), "payments")
	d.consent(i, true)
	q := d.answered(d.get(PathAuthorize + "?i=" + i))
	if q.Get("scope") != "openid" {
		t.Errorf("the answer says scope %q", q.Get("scope"))
	}
	if a := d.tokens("asking", exchangeOf(q.Get("code"))); a.Scope != "openid" {
		t.Errorf("the token has scope %q; the person agreed to %q", a.Scope, d.people.consented)
	}
}

// The person takes back at another place what was allowed a moment ago.
func TestConsentThatIsTakenBackBringsNoCode(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	i := d.sent(d.ask(d.request("asking")), "/consent?i=")
	d.consent(i, true)
	d.store.overtake = func() { d.people.consented = nil }
	if q := d.answered(d.get(PathAuthorize + "?i=" + i)); q.Get("error") != "access_denied" || len(d.store.codes) != 0 {
		t.Errorf("the answer is %v with %d codes", q, len(d.store.codes))
	}
}

// lid is a Ceiling that answers the same to all.
type lid struct{ err error }

func (l lid) Over(context.Context, *oauth.Client, *oauth.Authorization, []string, time.Time) (oauth.Allowance, error) {
	return oauth.Allowance{}, l.err
}

// Whoever says no, the sign-in is over with it; a failure is no answer.
func TestSignInEndsWithANoAndNotWithAFailure(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(d *door)
		code   string
		left   int
	}{
		"the ceiling":           {func(d *door) { d.protocol.Ceiling = lid{} }, "access_denied", 0},
		"the client's settings": {func(d *door) { d.client("asking").Scopes = []string{"email"} }, "invalid_scope", 0},
		"the consent":           {func(d *door) { d.store.overtake = func() { d.people.consented = nil } }, "access_denied", 0},
		"a ceiling that fails":  {func(d *door) { d.protocol.Ceiling = lid{errors.New("no policy")} }, "server_error", 1},
	} {
		d := newDoor(t)
		i := d.sent(d.ask(d.request("asking")), "/consent?i=")
		d.consent(i, true)
		c.change(d)
		if q := d.answered(d.get(PathAuthorize + "?i=" + i)); q.Get("error") != c.code || d.unanswered() != c.left || len(d.store.codes) != 0 {
			t.Errorf("%s: %v; %d sign-ins are left, want %d", name, q, d.unanswered(), c.left)
		}
	}
}

// unanswered is how many sign-ins go on.
func (d *door) unanswered() (n int) {
	for _, i := range d.store.interactions {
		if i.Finished.IsZero() {
			n++
		}
	}
	return n
}

// consent says yes or no on the consent page.
func (d *door) consent(i string, allow bool) {
	d.t.Helper()
	ref := d.refOf(i)
	if _, err := d.Flow.(*flow.Service).Consent(d.t.Context(), audit.Actor{IP: "192.0.2.1"}, ref, allow); err != nil {
		d.t.Fatal(err)
	}
}

func TestRefusedConsentIsToldToTheApplication(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	i := d.sent(d.ask(d.request("asking")), "/consent?i=")
	d.consent(i, false)
	q := d.answered(d.get(PathAuthorize + "?i=" + i))
	if q.Get("error") != "access_denied" || q.Get("state") != "a state" || q.Has("code") {
		t.Errorf("the response is %v", q)
	}
	if d.unanswered() != 0 {
		t.Error("the sign-in goes on")
	}
}

// OpenID Connect Core 3.1.2.1: POST works like GET. It comes from another site
// and so without cookies; nothing is decided on it, and the browser's binding
// cookie, which other tabs need, is left alone.
func TestPostedRequestIsMovedToAGet(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	post := func(q url.Values, query string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPost, PathAuthorize+query, strings.NewReader(q.Encode()))
		r.Header.Set("Content-Type", formType)
		return d.do(r)
	}
	w := post(d.request("web"), "")
	if w.Code != http.StatusSeeOther || len(w.Result().Cookies()) != 0 || len(d.store.interactions) != 0 {
		t.Fatalf("%d, cookies %v", w.Code, w.Result().Cookies())
	}
	if q := d.answered(d.get(w.Header().Get("Location"))); q.Get("code") == "" || q.Get("state") != "a state" {
		t.Errorf("the response is %v", q)
	}
	if q := d.answered(post(d.request("web", "scope", "admin"), "")); q.Get("error") != "invalid_scope" {
		t.Errorf("a wrong request: %v", q)
	}
	if q := d.answered(post(d.request("web"), "?nonce=x")); q.Get("error") != "invalid_request" {
		t.Errorf("a parameter in both places: %v", q)
	}
	if w := post(d.request("web", "redirect_uri", "https://evil.example.test/"), ""); w.Code != http.StatusBadRequest || w.Header().Get("Location") != "" {
		t.Errorf("a wrong redirect URI: %d %q", w.Code, w.Header().Get("Location"))
	}
	long := fmt.Sprintf(`{"userinfo":{"name":null},"x":%q}`, strings.Repeat("x", 6000))
	w = post(d.request("web", "claims", long, "extra", strings.Repeat("x", 40_000), "login_hint", "ada"), "")
	moved := d.pages.posted
	if w.Code != http.StatusOK || !moved.Here || moved.Action != testIssuer+PathAuthorize || moved.Parameters.Has("extra") || moved.Parameters.Get("login_hint") != "ada" {
		t.Fatalf("a long request: %d %+v", w.Code, moved)
	}
	if q := d.answered(d.get(PathAuthorize + "?" + moved.Parameters.Encode())); q.Get("code") == "" {
		t.Errorf("a long request: %v", q)
	}
	if len(d.store.interactions) != 0 || len(w.Result().Cookies()) != 0 {
		t.Errorf("%d sign-ins are stored, cookies %v", len(d.store.interactions), w.Result().Cookies())
	}
}

// A sign-in that is too long for an address is shown where it was asked for.
func TestSignInTooLongForAnAddressIsShownAtOnce(t *testing.T) {
	t.Parallel()
	for _, size := range []int{10, 400, 800, 1200, 2000, 4000, 6000} {
		d := newDoor(t)
		delete(d.cookies, sessionName)
		random := base64.RawURLEncoding.EncodeToString(rands(size * 3 / 4))
		w := d.ask(d.request("web", "claims", fmt.Sprintf(`{"userinfo":{"name":null},"x":%q}`, random)))
		location, handle := w.Header().Get("Location"), ""
		switch {
		case w.Code == http.StatusSeeOther && len(location) <= 2<<10:
			handle = strings.TrimPrefix(location, "/signin?i=")
		case w.Code == http.StatusOK && size > 1000:
			handle = strings.TrimPrefix(w.Body.String(), "signin ")
		default:
			t.Fatalf("%d bytes: %d with a location of %d", size, w.Code, len(location))
		}
		if len(d.store.interactions) != 0 {
			t.Errorf("%d bytes: a sign-in is stored", size)
		}
		d.password(handle)
		if q := d.answered(d.get(PathAuthorize + "?i=" + handle)); q.Get("code") == "" || q.Get("state") != "a state" {
			t.Errorf("%d bytes: %v", size, q)
		}
	}
}

func rands(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

// Proxies hold the header of an answer in 4 KiB or less; what does not fit
// becomes their 502.
func TestPostedRequestIsMovedToAShortLocation(t *testing.T) {
	t.Parallel()
	for _, size := range []int{10, 1000, 1500, 1600, 1700, 2000, 4000, 6000} {
		d := newDoor(t)
		long := fmt.Sprintf(`{"userinfo":{"name":null},"x":%q}`, strings.Repeat("x", size))
		r := httptest.NewRequest(http.MethodPost, PathAuthorize, strings.NewReader(d.request("web", "claims", long).Encode()))
		r.Header.Set("Content-Type", formType)
		w := d.do(r)
		for _, c := range w.Result().Cookies() {
			d.cookies[c.Name] = c.Value
		}
		location := w.Header().Get("Location")
		if w.Code == http.StatusOK && size > 1600 {
			location = PathAuthorize + "?" + d.pages.posted.Parameters.Encode()
		} else if w.Code != http.StatusSeeOther || location == "" || len(location) > 2<<10 {
			t.Errorf("%d bytes of claims: %d with a location of %d bytes", size, w.Code, len(location))
			continue
		}
		if q := d.answered(d.get(location)); q.Get("code") == "" {
			t.Errorf("%d bytes of claims: %v", size, q)
		}
	}
}

func TestUnreadableRequestIsAPage(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	good := d.request("web").Encode()
	for name, query := range map[string]string{
		"bad escape": good + "&x=%zz", "semicolon": good + ";x=1", "too long": good + "&x=" + strings.Repeat("a", maxParams),
		"client twice": good + "&client_id=web", "redirect twice": good + "&redirect_uri=" + url.QueryEscape(testCallback), "nothing": "",
	} {
		if w := d.get(PathAuthorize + "?" + query); w.Code != http.StatusBadRequest || w.Header().Get("Location") != "" {
			t.Errorf("%s: %d %q", name, w.Code, w.Header().Get("Location"))
		}
	}
}

func TestStoreFailureIsToldWithoutACode(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.store.failWrites = errors.New("disk on fire")
	if q := d.answered(d.ask(d.request("web"))); q.Get("error") != "server_error" || q.Has("code") || strings.Contains(q.Get("error_description"), "fire") {
		t.Errorf("the response is %v", q)
	}
	d.store.failWrites, d.registry.err = nil, errors.New("disk on fire")
	if w := d.ask(d.request("web")); w.Code != http.StatusInternalServerError || w.Header().Get("Location") != "" {
		t.Errorf("without a registry: %d %q", w.Code, w.Header().Get("Location"))
	}
}

func TestCodesRowKnowsTheRequestAndNoSecret(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	code := d.code("web")
	if len(code) != 43 || len(d.store.codes) != 1 {
		t.Fatalf("code %q, %d rows", code, len(d.store.codes))
	}
	for hash, c := range d.store.codes {
		if hash != string(secret.Hash(code)) || strings.Contains(fmt.Sprintf("%+v", c), code) {
			t.Error("the row holds the code itself")
		}
		if c.Expires.Sub(c.Created) != time.Minute || c.Client != "web" || c.User != "usr_ada" || c.RedirectURI != testCallback || c.Challenge == "" || c.Nonce != "a nonce" || c.Session == "" {
			t.Errorf("the row is %+v", c)
		}
	}
	delete(d.cookies, sessionName)
	own := must(d.Signer.Sign(t.Context(), "ES256", "JWT", fmt.Appendf(nil, `{"iss":%q,"sub":"usr_ada","aud":"web","exp":1,"iat":1}`, testIssuer)))
	i := d.sent(d.ask(d.request("web", "client_secret", "hush", "id_token_hint", own)), "/signin?i=")
	if kept := d.begun(i).Ask; kept.Params.Has("client_secret") || kept.Params.Has("id_token_hint") || kept.HintUser != "usr_ada" {
		t.Errorf("the sign-in keeps %v for %q", kept.Params, kept.HintUser)
	}
}

func TestRequestsMustBeText(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	for _, bad := range []string{"\xff", "a\x00b", "\xed\xa0\x80"} {
		if got := d.answered(d.ask(d.request("web", "nonce", bad))).Get("error"); got != "invalid_request" {
			t.Errorf("nonce %q: %q", bad, got)
		}
	}
	if len(d.store.codes) != 0 {
		t.Error("a code was kept")
	}
}
