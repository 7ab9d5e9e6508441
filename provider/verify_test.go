package provider

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/fault"
	"gatehouse/keys"
	"gatehouse/oauth"
)

func encoded(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

// rewritten returns the token with another header and its own signature.
func rewritten(token, header string) string {
	_, rest, _ := strings.Cut(token, ".")
	return encoded(header) + "." + rest
}

// without returns the claims of a good token without one of them.
func (e *forge) without(name string) map[string]any { return e.with(name, nil) }

// with returns the claims of a good token with one of them changed; nil removes it.
func (e *forge) with(name string, value any) map[string]any {
	b, err := json.Marshal(e.claims())
	if err != nil {
		e.t.Fatal(err)
	}
	m := map[string]any{}
	if err := json.Unmarshal(b, &m); err != nil {
		e.t.Fatal(err)
	}
	m = maps.Clone(m)
	if m[name] = value; value == nil {
		delete(m, name)
	}
	return m
}

// R32, T08: whatever is not exactly one of our live access tokens opens nothing.
func TestMalformedAccessTokensOpenNothing(t *testing.T) {
	t.Parallel()
	e := newForge(t)
	good := e.token()
	parts := strings.Split(good, ".")
	jwks, _ := e.ring.JWKS()
	kid := headerOf(t, good).KeyID
	hs := func(key []byte) string {
		signed := encoded(`{"alg":"HS256","kid":"`+kid+`","typ":"at+jwt"}`) + "." + parts[1]
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(signed))
		return signed + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
	}
	stranger := newForge(t)
	refresh, _ := e.refresh()
	flipped := []byte(parts[2])
	flipped[10] ^= 1
	raw := func(payload string) string {
		compact, err := e.ring.Sign(t.Context(), keys.ES256, oauth.TypeAccessToken, []byte(payload))
		if err != nil {
			t.Fatal(err)
		}
		return compact
	}
	cases := map[string]string{
		"alg none":                       encoded(`{"alg":"none","typ":"at+jwt"}`) + "." + parts[1] + ".",
		"alg NoNe":                       encoded(`{"alg":"NoNe","typ":"at+jwt"}`) + "." + parts[1] + ".",
		"alg none, signature kept":       rewritten(good, `{"alg":"none","kid":"`+kid+`","typ":"at+jwt"}`),
		"HS256 under the public key":     hs(jwks),
		"HS256 under nothing":            hs(nil),
		"another algorithm's name":       rewritten(good, `{"alg":"RS256","kid":"`+kid+`","typ":"at+jwt"}`),
		"jku":                            rewritten(good, `{"alg":"ES256","kid":"`+kid+`","typ":"at+jwt","jku":"https://evil.example.test/jwks"}`),
		"x5u":                            rewritten(good, `{"alg":"ES256","kid":"`+kid+`","typ":"at+jwt","x5u":"https://evil.example.test/x"}`),
		"jwk":                            rewritten(good, `{"alg":"ES256","kid":"`+kid+`","typ":"at+jwt","jwk":{"kty":"EC"}}`),
		"crit":                           rewritten(good, `{"alg":"ES256","kid":"`+kid+`","typ":"at+jwt","crit":["exp"],"exp":1}`),
		"b64 false":                      rewritten(good, `{"alg":"ES256","kid":"`+kid+`","typ":"at+jwt","b64":false}`),
		"unknown kid":                    rewritten(good, `{"alg":"ES256","kid":"nobody","typ":"at+jwt"}`),
		"no kid":                         rewritten(good, `{"alg":"ES256","typ":"at+jwt"}`),
		"no signature":                   parts[0] + "." + parts[1] + ".",
		"two parts":                      parts[0] + "." + parts[1],
		"four parts":                     good + ".x",
		"five parts, as encrypted":       good + ".x.y",
		"a flipped bit in the signature": parts[0] + "." + parts[1] + "." + string(flipped),
		"another payload":                parts[0] + "." + encoded(`{"sub":"usr_root"}`) + "." + parts[2],
		"padding":                        good + "=",
		"line break inside":              parts[0] + "\n." + parts[1] + "." + parts[2],
		"standard base64":                strings.ReplaceAll(strings.ReplaceAll(good, "-", "+"), "_", "/") + "/+",
		"JSON serialization":             `{"payload":"` + parts[1] + `","protected":"` + parts[0] + `","signature":"` + parts[2] + `"}`,
		"longer than 8 KiB":              e.token(func(c *oauth.AccessClaims) { c.Scope = strings.Repeat("a ", 4<<10) }),
		"keys of another house":          stranger.token(),
		"ID token":                       e.idToken(),
		"ID token with all claims":       e.sign("JWT", e.claims()),
		"no typ":                         e.sign("", e.claims()),
		"typ in capitals":                e.sign("AT+JWT", e.claims()),
		"typ application/at+jwt":         e.sign("application/at+jwt", e.claims()),
		"logout token":                   e.sign("logout+jwt", e.claims()),
		"refresh token":                  refresh + "x",
		"garbage":                        "garbage",
		"expired":                        e.token(func(c *oauth.AccessClaims) { c.Expires = time.Now().Add(-time.Second).Unix() }),
		"expires now":                    e.token(func(c *oauth.AccessClaims) { c.Expires = time.Now().Unix() }),
		"not valid yet":                  e.sign(oauth.TypeAccessToken, e.with("nbf", time.Now().Add(time.Minute).Unix())),
		"nbf no number":                  e.sign(oauth.TypeAccessToken, e.with("nbf", "soon")),
		"another issuer":                 e.token(func(c *oauth.AccessClaims) { c.Issuer = "https://id.example.test/" }),
		"no issuer":                      e.sign(oauth.TypeAccessToken, e.without("iss")),
		"no subject":                     e.sign(oauth.TypeAccessToken, e.without("sub")),
		"no audience":                    e.sign(oauth.TypeAccessToken, e.without("aud")),
		"an empty audience":              e.token(func(c *oauth.AccessClaims) { c.Audience = []string{""} }),
		"no client":                      e.sign(oauth.TypeAccessToken, e.without("client_id")),
		"no jti":                         e.sign(oauth.TypeAccessToken, e.without("jti")),
		"no iat":                         e.sign(oauth.TypeAccessToken, e.without("iat")),
		"no exp":                         e.sign(oauth.TypeAccessToken, e.without("exp")),
		"exp as text":                    e.sign(oauth.TypeAccessToken, e.with("exp", "9999999999")),
		"exp negative":                   e.sign(oauth.TypeAccessToken, e.with("exp", -1)),
		"payload is an array":            raw(`[1]`),
		"payload is no JSON":             raw(`{"sub"`),
		"payload is null":                raw(`null`),
	}
	guesses := 0
	for name, token := range cases {
		before := e.limiter.counted["userinfo:192.0.2.1"]
		if w := e.getUserinfo(strings.ReplaceAll(token, "\n", "")); name != "line break inside" && !refusedWith(w.Code, w.Header(), "invalid_token", "invalid_request") {
			t.Errorf("%s: userinfo answers %d %s %v", name, w.Code, w.Body, w.Header()["Www-Authenticate"])
		}
		if got := e.introspected("spy", token); len(got) != 1 || got["active"] != false {
			t.Errorf("%s: introspection answers %v, want only active: false", name, got)
		}
		_, _, _, err := e.ring.Check(token)
		counted := e.limiter.counted["userinfo:192.0.2.1"] != before
		if guesses++; !counted {
			guesses--
		}
		if counted && err == nil && len(token) <= oauth.MaxToken {
			t.Errorf("%s: we signed it, and it counted as a guess", name)
		}
	}
	if guesses < 20 {
		t.Errorf("%d of the tokens counted as guesses", guesses)
	}
	if w := e.getUserinfo(good); w.Code != http.StatusOK {
		t.Fatalf("userinfo with the good token = %d %s", w.Code, w.Body)
	}
	if got := e.introspected("spy", good); got["active"] != true {
		t.Fatalf("introspection of the good token = %v", got)
	}
}

// Where access tokens have the type JWT, as ID tokens and signed userinfo have
// it, each still opens its own door alone; and no client has two types.
func TestAccessTokenHasTheTypeOfItsClientAlone(t *testing.T) {
	t.Parallel()
	e := newForge(t)
	of := func(client string) oauth.AccessClaims {
		c := e.claims()
		c.ClientID, c.Audience = client, []string{client, testIssuer}
		return c
	}
	for name, c := range map[string]struct {
		token string
		good  bool
	}{
		"web, at+jwt":                    {e.sign("at+jwt", of("web")), true},
		"web, JWT":                       {e.sign("JWT", of("web")), false},
		"spring, JWT":                    {e.sign("JWT", of("spring")), true},
		"spring, at+jwt":                 {e.sign("at+jwt", of("spring")), false},
		"spring, no type":                {e.sign("", of("spring")), false},
		"spring, another type":           {e.sign("jwt", of("spring")), false},
		"nobody, JWT":                    {e.sign("JWT", of("nobody")), false},
		"nobody, at+jwt":                 {e.sign("at+jwt", of("nobody")), false},
		"spring's ID token":              {e.idToken(func(m map[string]any) { m["aud"] = "spring" }), false},
		"spring's ID token, many claims": {e.idToken(func(m map[string]any) { m["aud"], m["email"], m["scope"] = "spring", "ada@example.test", "openid" }), false},
		"signed userinfo":                {e.sign("JWT", map[string]any{"iss": testIssuer, "aud": "spring", "sub": "usr_ada", "name": "Ada"}), false},
	} {
		if w := e.getUserinfo(c.token); (w.Code == http.StatusOK) != c.good {
			t.Errorf("%s: userinfo answers %d %s", name, w.Code, w.Body)
		}
		if got := e.introspected("spy", c.token); got["active"] != c.good {
			t.Errorf("%s: introspection answers %v", name, got)
		}
		if _, err := e.readHint(c.token); (err == nil) != strings.Contains(name, "ID token") {
			t.Errorf("%s as an id_token_hint: %v", name, err)
		}
	}
	token := e.sign("JWT", of("spring"))
	if w := e.getUserinfo(token); w.Code != http.StatusOK {
		t.Fatalf("before: %d", w.Code)
	}
	e.registry.clients["spring"].AccessTokenType = ""
	if w := e.getUserinfo(token); w.Code != http.StatusUnauthorized {
		t.Errorf("after the client got another type userinfo answers %d", w.Code)
	}
}

func headerOf(t *testing.T, token string) keys.Header {
	t.Helper()
	first, _, _ := strings.Cut(token, ".")
	b, err := base64.RawURLEncoding.DecodeString(first)
	if err != nil {
		t.Fatal(err)
	}
	var h keys.Header
	if err := json.Unmarshal(b, &h); err != nil {
		t.Fatal(err)
	}
	return h
}

func refusedWith(status int, h http.Header, codes ...string) bool {
	for _, code := range codes {
		if strings.HasPrefix(h.Get("WWW-Authenticate"), bearerRealm+`, error="`+code+`"`) {
			return status == http.StatusUnauthorized || (code == "invalid_request" && status == http.StatusBadRequest)
		}
	}
	return false
}

// T08: no second spelling of a token meets the entry of the first in the cache.
func TestEveryChangedByteMakesAnAccessTokenBad(t *testing.T) {
	t.Parallel()
	e := newForge(t)
	good := e.token()
	if _, err := e.tokens.Verify(t.Context(), good); err != nil {
		t.Fatal(err)
	}
	try := func(token string) {
		if _, err := e.tokens.Verify(t.Context(), token); !errors.Is(err, oauth.ErrBadToken) {
			t.Fatalf("a changed token gives %v: %s", err, token)
		}
	}
	for i := range good {
		changed := []byte(good)
		changed[i] ^= 1
		try(string(changed))
	}
	for n := range 40 {
		try(good[:len(good)-n-1])
	}
	try(good + "A")
	try(" " + good)
}

func TestSignatureIsCheckedOnceAndRevocationAlways(t *testing.T) {
	t.Parallel()
	kinds := map[string]func(oauth.TokenFacts) bool{
		"token":         func(f oauth.TokenFacts) bool { return strings.HasPrefix(f.JTI, "jti-") },
		"authorization": func(f oauth.TokenFacts) bool { return f.Authorization == "aut_1" },
		"session":       func(f oauth.TokenFacts) bool { return f.Session == "ses_1" },
		"user":          func(f oauth.TokenFacts) bool { return f.User == "usr_ada" },
		"client":        func(f oauth.TokenFacts) bool { return f.Client == "web" },
		"key":           func(f oauth.TokenFacts) bool { return f.KeyID != "" },
		"time":          func(f oauth.TokenFacts) bool { return time.Since(f.Issued) < time.Minute },
	}
	for kind, revoked := range kinds {
		e := newForge(t)
		token := e.token()
		for range 3 {
			if got := e.introspected("spy", token); got["active"] != true {
				t.Fatalf("introspection = %v", got)
			}
		}
		if e.signer.verified != 1 {
			t.Errorf("the signature was checked %d times, want once", e.signer.verified)
		}
		e.registry.revoked = revoked
		if got := e.introspected("spy", token); got["active"] != false {
			t.Errorf("by %s: introspection of a revoked token = %v", kind, got)
		}
		if w := e.getUserinfo(token); w.Code != http.StatusUnauthorized {
			t.Errorf("by %s: userinfo of a revoked token = %d", kind, w.Code)
		}
	}
}

func TestRevokedTokenIsRefusedAlsoWhenItWasNeverSeen(t *testing.T) {
	t.Parallel()
	e := newForge(t)
	e.registry.revoked = func(f oauth.TokenFacts) bool { return f.Authorization == "aut_1" }
	token := e.token()
	if _, err := e.tokens.Verify(t.Context(), token); !errors.Is(err, oauth.ErrBadToken) {
		t.Fatalf("verify = %v, want oauth.ErrBadToken", err)
	}
	if e.tokens.Known(token) {
		t.Error("a refused token was remembered")
	}
}

// What was verified before is looked at each time, and what was not is not good by that.
func TestARecalledTokenIsLookedAtEachTime(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		meanwhile func(e *forge)
		bad       bool // it is dead
		unknown   bool // nobody can tell
	}{
		"as before":                {meanwhile: func(*forge) {}},
		"revoked":                  {meanwhile: func(e *forge) { e.registry.revoked = func(oauth.TokenFacts) bool { return true } }, bad: true},
		"of a client that is gone": {meanwhile: func(e *forge) { delete(e.registry.clients, "web") }, bad: true},
		"without news":             {meanwhile: func(e *forge) { e.registry.stale = errors.New("the store is away") }, unknown: true},
	} {
		e := newForge(t)
		token := e.token()
		if of, known, err := e.tokens.Recall(t.Context(), token); of != nil || known || err != nil {
			t.Fatalf("%s: before it was verified: %v, %t, %v", name, of, known, err)
		}
		first, err := e.tokens.Verify(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		c.meanwhile(e)
		of, known, err := e.tokens.Recall(t.Context(), token)
		if !known || errors.Is(err, oauth.ErrDeadToken) != c.bad || fault.Is(err, fault.Unavailable) != c.unknown {
			t.Errorf("%s: %v, %t, %v", name, of, known, err)
		}
		if good := !c.bad && !c.unknown; (of == first) != good || !good && of != nil {
			t.Errorf("%s: it is recalled as %v", name, of)
		}
		for _, other := range []string{"", token[:len(token)-1], token + "A", strings.Repeat("x", oauth.MaxToken+1)} {
			if of, known, err := e.tokens.Recall(t.Context(), other); of != nil || known || err != nil {
				t.Errorf("%s: another text is recalled as %v, %t, %v", name, of, known, err)
			}
		}
	}
}

func TestKnownTokenExpires(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newForge(t)
		token := e.token()
		if _, err := e.tokens.Verify(t.Context(), token); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5*time.Minute - time.Second)
		if _, err := e.tokens.Verify(t.Context(), token); err != nil {
			t.Fatalf("a second before its end: %v", err)
		}
		time.Sleep(time.Second)
		if _, err := e.tokens.Verify(t.Context(), token); !errors.Is(err, oauth.ErrBadToken) {
			t.Fatalf("at its end: %v, want oauth.ErrBadToken", err)
		}
	})
}

// Nobody can tell whether a token was revoked when the store has been away for
// more than a moment: then no answer is given, neither yes nor no.
func TestNoTokenIsAcceptedWhileRevocationsAreUnknown(t *testing.T) {
	t.Parallel()
	away := errors.New("the store is away")
	for name, lose := range map[string]func(r *snapshot){
		"no news": func(r *snapshot) { r.stale = away },
		"not loaded, and the store fails": func(r *snapshot) {
			r.ask = func(context.Context, oauth.TokenFacts) (bool, error) {
				return false, oauth.RevocationsUnknown(away)
			}
		},
	} {
		e := newForge(t)
		token := e.token()
		if _, err := e.tokens.Verify(t.Context(), token); err != nil {
			t.Fatal(err)
		}
		lose(e.registry)
		for _, token := range []string{token, e.token()} { // known before, and new
			if _, err := e.tokens.Verify(t.Context(), token); !fault.Is(err, fault.Unavailable) || errors.Is(err, oauth.ErrBadToken) {
				t.Fatalf("%s: verify = %v, want an Unavailable fault", name, err)
			}
			if w := e.getUserinfo(token); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
				t.Errorf("%s: userinfo = %d, want 503 with Retry-After", name, w.Code)
			}
			if w := e.post(PathIntrospect, "spy", map[string][]string{"token": {token}}); w.Code != http.StatusServiceUnavailable {
				t.Errorf("%s: introspection = %d %s, want 503", name, w.Code, w.Body)
			}
		}
	}
}

func TestVerifierServesManyAtOnce(t *testing.T) {
	t.Parallel()
	e := newForge(t)
	e.tokens.Keys = e.ring // the counting one is not for many at once
	tokens := make([]string, 8)
	for i := range tokens {
		tokens[i] = e.token()
	}
	done := make(chan error, 16)
	for g := range cap(done) {
		go func() {
			for i := range 200 {
				if _, err := e.tokens.Verify(t.Context(), tokens[(i+g)%len(tokens)]); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	for range cap(done) {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
}

func BenchmarkVerifyKnownToken(b *testing.B) {
	e := newForge(b)
	token := e.token()
	for b.Loop() {
		if _, err := e.tokens.Verify(b.Context(), token); err != nil {
			b.Fatal(err)
		}
	}
}
