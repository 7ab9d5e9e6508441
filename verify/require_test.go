package verify

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

var hello = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	_, _ = w.Write([]byte("hello " + FromContext(r.Context()).Subject))
})

// Who may pass, and how who may not is answered (RFC 6750, RFC 9470).
func TestMiddlewaresAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		v := h.verifier()
		now := time.Now()
		good := h.token()
		program := h.token(map[string]any{"sub": "job", "client_id": "job", "acr": nil, "auth_time": nil, "sid": nil})
		weak := h.token(map[string]any{"acr": "aal1"})
		old := h.token(map[string]any{"auth_time": now.Add(-time.Hour).Unix()})
		never := h.token(map[string]any{"auth_time": nil})
		strange := h.token(map[string]any{"acr": "urn:mace:silver"})
		with := func(change func(r *http.Request)) *http.Request {
			r := get("")
			change(r)
			return r
		}
		header := func(values ...string) *http.Request {
			return with(func(r *http.Request) { r.Header["Authorization"] = values })
		}
		token, refund := v.RequireToken(), v.RequirePermission("orders:refund", Level("aal2"), Fresh(5*time.Minute))
		for name, c := range map[string]struct {
			m         Middleware
			r         *http.Request
			status    int
			challenge string
		}{
			"a good token":            {token, get(good), 200, ""},
			"bearer in small letters": {token, header("bearer " + good), 200, ""},
			"two spaces":              {token, header("Bearer  " + good), 200, ""},
			"none":                    {token, get(""), 401, `Bearer realm="shop"`},
			"Basic":                   {token, header("Basic YTpi"), 401, `Bearer realm="shop"`},
			"DPoP":                    {token, header("DPoP " + good), 401, `Bearer realm="shop"`},
			"no scheme":               {token, header(good), 401, `Bearer realm="shop"`},
			"an empty one":            {token, header("Bearer "), 400, `error="invalid_request"`},
			"two in one header":       {token, header("Bearer " + good + ", Bearer " + good), 400, `error="invalid_request"`},
			"two headers":             {token, header("Bearer "+good, "Bearer "+good), 400, `error="invalid_request"`},
			"two headers, one empty":  {token, header("Bearer "+good, ""), 400, `error="invalid_request"`},
			"in the query":            {token, with(func(r *http.Request) { r.URL.RawQuery = "access_token=" + good }), 400, `error="invalid_request"`},
			"in the query, disguised": {token, with(func(r *http.Request) {
				r.Header.Set("Authorization", "Bearer "+good)
				r.URL.RawQuery = "access%5Ftoken=" + good
			}), 400, `error="invalid_request"`},
			"in a query that is none": {token, with(func(r *http.Request) { r.URL.RawQuery = "a=%zz;access_token=" + good }), 400, `error="invalid_request"`},
			"in the body": {token, with(func(r *http.Request) {
				*r = *httptest.NewRequest(http.MethodPost, "/", strings.NewReader("access_token="+good))
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			}), 401, `Bearer realm="shop"`},
			"too long": {token, header("Bearer " + strings.Repeat("a", 1<<20)), 401, `error="invalid_token", error_description="The access token is not valid here."`},
			"expired":  {token, get(h.token(map[string]any{"iat": now.Add(-time.Hour).Unix(), "exp": now.Unix()})), 401, `error="invalid_token", error_description="The access token expired. Get a new one."`},
			"invalid":  {token, get(good + "A"), 401, `error="invalid_token", error_description="The access token is not valid here."`},

			"a permission":               {v.RequirePermission("orders:read"), get(good), 200, ""},
			"a permission in full":       {v.RequirePermission("shop/orders:read"), get(good), 200, ""},
			"a permission of another":    {v.RequirePermission("stock/orders:read"), get(good), 403, `error="insufficient_scope", error_description="This needs the permission stock/orders:read."`},
			"a permission for own alone": {v.RequirePermission("orders:write"), get(good), 403, `error="insufficient_scope"`},
			"a role":                     {v.RequireRole("support"), get(good), 200, ""},
			"a role that is missing":     {v.RequireRole("suppor"), get(good), 403, `error_description="This needs the role suppor."`},
			"no permission claim":        {v.RequirePermission("orders:read"), get(h.token(map[string]any{"permissions": nil})), 403, `error="insufficient_scope"`},

			"a level":                 {v.RequireLevel("aal2"), get(good), 200, ""},
			"a level that is missing": {v.RequireLevel("aal2"), get(weak), 401, `error="insufficient_user_authentication", error_description="Sign in again, or with a second factor.", acr_values="aal2"`},
			"a level unknown":         {v.RequireLevel("aal2"), get(strange), 401, `acr_values="aal2"`},
			"fresh":                   {v.RequireFresh(5 * time.Minute), get(good), 200, ""},
			"fresh, of long ago":      {v.RequireFresh(5 * time.Minute), get(old), 401, `error="insufficient_user_authentication", error_description="Sign in again, or with a second factor.", max_age="300"`},
			"fresh, at its very end":  {v.RequireFresh(time.Minute), get(good), 401, `max_age="60"`},
			"fresh, of nobody knows":  {v.RequireFresh(5 * time.Minute), get(never), 401, `max_age="300"`},
			"a program":               {v.RequireToken(Level("aal2"), Fresh(time.Minute)), get(program), 200, ""},
			// Who may refund only after a second factor has it in the token only then.
			"step-up before permission": {refund, get(weak), 401, `acr_values="aal2", max_age="300"`},
			"stepped up, and still not": {refund, get(good), 403, `error="insufficient_scope"`},
		} {
			w := call1(c.m, hello, c.r)
			challenge := w.Header().Get("WWW-Authenticate")
			if w.Code != c.status || !strings.HasSuffix(challenge, c.challenge) && !strings.Contains(challenge, c.challenge) || c.challenge == "" && challenge != "" {
				t.Errorf("%s: %d %q, want %d %q", name, w.Code, challenge, c.status, c.challenge)
			}
			if c.challenge == `Bearer realm="shop"` && challenge != c.challenge {
				t.Errorf("%s: without a token there is no code, but %q", name, challenge)
			}
			if body := w.Body.String(); (body == "hello usr_ada" || body == "hello job") != (c.status == 200) {
				t.Errorf("%s: the handler ran: %s", name, body)
			}
			if c.status != 200 {
				var answer map[string]string
				if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || answer["error"] == "" || w.Header().Get("Cache-Control") != "no-store" {
					t.Errorf("%s: the body is %s", name, w.Body)
				}
			}
		}
	})
}

// A middleware in another asks its own question, and does not read the token again.
func TestMiddlewaresNest(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.verifier()
	other := h.verifier(func(c *Config) { c.Audience = "https://stock.example.test" })
	for name, c := range map[string]struct {
		m    []Middleware
		want int
	}{
		"both pass":           {[]Middleware{v.RequireToken(), v.RequirePermission("orders:read")}, 200},
		"the inner refuses":   {[]Middleware{v.RequireToken(), v.RequirePermission("orders:drop")}, 403},
		"the outer refuses":   {[]Middleware{v.RequirePermission("orders:drop"), v.RequireToken()}, 403},
		"of another verifier": {[]Middleware{v.RequireToken(), other.RequireToken()}, 401},
	} {
		if w := call1(c.m[0], c.m[1](hello), get(h.token())); w.Code != c.want {
			t.Errorf("%s: %d, want %d", name, w.Code, c.want)
		}
	}
}

func TestWhatIsWrittenWrongIsFoundAtTheStart(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.verifier()
	short := h.verifier(func(c *Config) { c.API = "" })
	for name, f := range map[string]func(){
		"no permission":               func() { v.RequirePermission("orders") },
		"a pattern":                   func() { v.RequirePermission("orders:*") },
		"capitals":                    func() { v.RequirePermission("Orders:read") },
		"empty":                       func() { v.RequirePermission("") },
		"short without an API":        func() { short.RequirePermission("orders:read") },
		"no role":                     func() { v.RequireRole("") },
		"no level":                    func() { v.RequireLevel("aal9") },
		"no time":                     func() { v.RequireFresh(0) },
		"own of nothing":              func() { v.RequireToken(OrOwn) },
		"confirmed by nobody":         func() { v.RequireToken(Confirmed) },
		"metadata without an address": func() { v.Metadata() },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
	if got := FromContext(t.Context()); got != nil {
		t.Errorf("claims of nobody: %+v", got)
	}
}

// Each denial is an event with who, what and why, and without the token.
func TestDenialsAreLoggedWithoutTheToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		var out bytes.Buffer
		v := h.verifier(func(c *Config) { c.Log = slog.New(slog.NewJSONHandler(&out, nil)) })
		for name, c := range badTokens(h) {
			if name == "a space before" {
				continue // between scheme and token there may be more than one
			}
			r := get("")
			r.Header["Authorization"] = []string{"Bearer " + c.token}
			out.Reset()
			call1(v.RequireToken(), hello, r)
			line := out.String()
			if !hasAll(line, `"event":"access_denied"`, `"reason":"`, `"status":4`, `"path":"/orders/42"`, `"method":"GET"`) {
				t.Errorf("%s: %s", name, line)
			}
			for part := range strings.SplitSeq(c.token, ".") {
				if len(part) > 8 && strings.Contains(line, part) {
					t.Errorf("%s: the token is in the log: %s", name, line)
				}
			}
			if strings.Contains(line, "page=2") {
				t.Errorf("%s: the query is in the log: %s", name, line)
			}
		}
		out.Reset()
		call1(v.RequirePermission("orders:drop"), hello, get(h.token()))
		if !hasAll(out.String(), `"reason":"forbidden"`, `"sub":"usr_ada"`, `"client_id":"web"`, `"jti":"jti-1"`, `"sid":"ses_1"`, `"needs":"the permission shop/orders:drop"`) {
			t.Errorf("forbidden: %s", out.String())
		}
		out.Reset()
		if call1(v.RequireToken(), hello, get(h.token())); out.Len() != 0 {
			t.Errorf("what was allowed is logged: %s", out.String())
		}
	})
}

func TestDenyWritesABodyOfYours(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.verifier(func(c *Config) {
		c.Deny = func(w http.ResponseWriter, _ *http.Request, status int, err *Error) {
			w.Header().Set("Content-Type", "text/plain")
			w.WriteHeader(status)
			_, _ = w.Write([]byte("no: " + err.Public()))
		}
	})
	w := call1(v.RequireToken(), hello, get(""))
	if w.Code != 401 || w.Body.String() != "no: An access token is needed." || w.Header().Get("WWW-Authenticate") == "" {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
}

// RFC 9728: where the metadata is, what it says, and that challenges lead there.
func TestMetadataIsWhereChallengesSay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for resource, want := range map[string]string{
		"https://shop.example.test":      "https://shop.example.test/.well-known/oauth-protected-resource",
		"https://shop.example.test/":     "https://shop.example.test/.well-known/oauth-protected-resource",
		"https://shop.example.test/v1/a": "https://shop.example.test/.well-known/oauth-protected-resource/v1/a",
	} {
		v := h.verifier(func(c *Config) { c.Resource, c.Scopes = resource, []string{"shop"} })
		if got := v.MetadataURL(); got != want {
			t.Errorf("%s: %s, want %s", resource, got, want)
		}
		if got := call1(v.RequireToken(), hello, get("")).Header().Get("WWW-Authenticate"); got != `Bearer realm="shop", resource_metadata="`+want+`"` {
			t.Errorf("the challenge is %s", got)
		}
		mux := http.NewServeMux()
		mux.Handle("GET "+v.MetadataPath(), v.Metadata())
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, want, nil))
		var m map[string]any
		if err := json.Unmarshal(w.Body.Bytes(), &m); err != nil || m["resource"] != resource || w.Header().Get("Content-Type") != "application/json" {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		if got := string(mustJSON([]any{m["authorization_servers"], m["bearer_methods_supported"], m["scopes_supported"]})); got != `[["`+testIssuer+`"],["header"],["shop"]]` {
			t.Errorf("the metadata is %s", got)
		}
	}
}

// An API behind the gate goes by what the gate says, and by nothing that a visitor could
// have sent to it.
func TestBehindTheGateOnlyTheAssertionCounts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.verifier(func(c *Config) { c.Gate = true })
	assertion := func(changes ...map[string]any) string { return h.sign(h.keys[0], typeAssertion, claims(changes...)) }
	good := assertion(map[string]any{"permissions": []string{"shop/orders:read"}})
	own := assertion(map[string]any{"permissions": nil, "permissions_own": []string{"shop/orders:read"}})
	for name, c := range map[string]struct {
		header map[string][]string
		want   int
	}{
		"an assertion":          {map[string][]string{"X-Gatehouse-Jwt": {good}}, 200},
		"beside a token":        {map[string][]string{"X-Gatehouse-Jwt": {good}, "Authorization": {"Bearer x"}}, 200},
		"for what is their own": {map[string][]string{"X-Gatehouse-Jwt": {own}}, 403},
		"of no permission":      {map[string][]string{"X-Gatehouse-Jwt": {assertion(map[string]any{"permissions": nil})}}, 403},
		"none":                  {nil, 401},
		"a token alone":         {map[string][]string{"Authorization": {"Bearer " + h.token()}}, 401},
		"an assertion as one":   {map[string][]string{"Authorization": {"Bearer " + good}}, 401},
		"a token in its place":  {map[string][]string{"X-Gatehouse-Jwt": {h.token()}}, 401},
		"two":                   {map[string][]string{"X-Gatehouse-Jwt": {good, good}}, 400},
		"an empty one":          {map[string][]string{"X-Gatehouse-Jwt": {""}}, 401},
		"one for another":       {map[string][]string{"X-Gatehouse-Jwt": {assertion(map[string]any{"aud": "x"})}}, 401},
		"one that is over":      {map[string][]string{"X-Gatehouse-Jwt": {assertion(map[string]any{"exp": time.Now().Add(-time.Second).Unix()})}}, 401},
	} {
		r := get("")
		for name, values := range c.header {
			r.Header[name] = values
		}
		w := httptest.NewRecorder()
		v.RequirePermission("orders:read")(hello).ServeHTTP(w, r)
		if w.Code != c.want {
			t.Errorf("%s: %d %s, want %d", name, w.Code, w.Body, c.want)
		}
	}
}
