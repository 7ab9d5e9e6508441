package provider

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"gatehouse/id"
	"gatehouse/oauth"
)

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
		"more than 8 KiB together":    {changes: []string{"claims", `{"userinfo":{"` + strings.Repeat("x", 8000) + `":null}}`}, code: "invalid_request"},
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
		"either level":  {"prompt", "none", "claims", `{"id_token":{"acr":{"essential":true,"values":["aal2","aal1"]}}}`},
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
