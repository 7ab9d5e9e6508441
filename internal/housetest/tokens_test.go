package housetest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/follow"
	"gatehouse/id"
	"gatehouse/internal/gatetest"
	"gatehouse/internal/testconfig"
	"gatehouse/oauth"
)

var b64 = base64.RawURLEncoding.EncodeToString

// parts returns the three parts of a compact JWS, decoded.
func parts(t *testing.T, token string) (header, payload, signature []byte) {
	t.Helper()
	p := strings.Split(token, ".")
	if len(p) != 3 {
		t.Fatalf("a token has %d parts", len(p))
	}
	var all [3][]byte
	for i := range p {
		b, err := base64.RawURLEncoding.DecodeString(p[i])
		must(t, err)
		all[i] = b
	}
	return all[0], all[1], all[2]
}

// join signs header and payload with sign and returns the compact JWS.
func join(header string, payload []byte, sign func(signed string) []byte) string {
	signed := b64([]byte(header)) + "." + b64(payload)
	return signed + "." + b64(sign(signed))
}

// es256 signs with a key that is none of the house's.
func es256(t *testing.T, key *ecdsa.PrivateKey) func(string) []byte {
	return func(signed string) []byte {
		sum := sha256.Sum256([]byte(signed))
		r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
		must(t, err)
		out := make([]byte, 64)
		r.FillBytes(out[:32])
		s.FillBytes(out[32:])
		return out
	}
}

func nothing(string) []byte { return nil }

// ourKey returns the published ES256 key as it stands in the JWKS.
func ourKey(t *testing.T, g *gatetest.Gate) (jwk map[string]string, point []byte) {
	t.Helper()
	body, _ := g.House.Keys.JWKS()
	var set struct{ Keys []map[string]any }
	must(t, json.Unmarshal(body, &set))
	for _, k := range set.Keys {
		if k["alg"] == "ES256" {
			jwk = map[string]string{}
			for name, v := range k {
				if text, ok := v.(string); ok {
					jwk[name] = text
				}
			}
			x, err := base64.RawURLEncoding.DecodeString(jwk["x"])
			must(t, err)
			y, err := base64.RawURLEncoding.DecodeString(jwk["y"])
			must(t, err)
			return jwk, append(append([]byte{4}, x...), y...)
		}
	}
	t.Fatal("no ES256 key is published")
	return nil, nil
}

// What is not exactly one of our living access tokens is none, at
// userinfo and at introspection alike.
func TestForgedAndMalformedAccessTokensAreRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		watcher := s.watcher()
		tokens, second := s.tokens("scope", "openid profile"), s.tokens("scope", "openid profile")
		good := tokens.Text("access_token")
		header, payload, signature := parts(t, good)
		jwk, point := ourKey(t, s.Gate)
		kid := jwk["kid"]
		jwkText, err := json.Marshal(jwk)
		must(t, err)
		mine, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		must(t, err)
		my := es256(t, mine)
		hs256 := func(key []byte) func(string) []byte {
			return func(signed string) []byte {
				m := hmac.New(sha256.New, key)
				m.Write([]byte(signed))
				return m.Sum(nil)
			}
		}
		myPoint, err := mine.PublicKey.Bytes()
		must(t, err)
		myJWK := `{"kty":"EC","crv":"P-256","x":"` + b64(myPoint[1:33]) + `","y":"` + b64(myPoint[33:]) + `"}`
		h := func(members string) string {
			return `{"alg":"ES256","kid":"` + kid + `","typ":"at+jwt"` + members + `}`
		}
		ours := func(typ string, change func(c map[string]any)) string {
			var c map[string]any
			must(t, json.Unmarshal(payload, &c))
			change(c)
			b, err := json.Marshal(c)
			must(t, err)
			token, err := s.House.Keys.Sign(t.Context(), "ES256", typ, b)
			must(t, err)
			return token
		}
		set := func(name string, v any) string {
			return ours("at+jwt", func(c map[string]any) {
				c[name] = v
				if v == nil {
					delete(c, name)
				}
			})
		}
		raw := func(b string) string {
			token, err := s.House.Keys.Sign(t.Context(), "ES256", "at+jwt", []byte(b))
			must(t, err)
			return token
		}
		p := strings.Split(good, ".")
		_, _, otherSignature := parts(t, second.Text("access_token"))
		r, sig := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
		now := time.Now()
		cases := map[string]string{
			"alg none":                        join(`{"alg":"none","typ":"at+jwt"}`, payload, nothing),
			"alg none, with our kid":          join(`{"alg":"none","kid":"`+kid+`","typ":"at+jwt"}`, payload, nothing),
			"alg NoNe, with the signature":    join(`{"alg":"NoNe","kid":"`+kid+`","typ":"at+jwt"}`, payload, func(string) []byte { return signature }),
			"no alg":                          join(`{"kid":"`+kid+`","typ":"at+jwt"}`, payload, my),
			"no signature":                    p[0] + "." + p[1] + ".",
			"two parts":                       p[0] + "." + p[1],
			"four parts":                      good + ".x",
			"five parts":                      good + ".x.x",
			"only dots":                       "..",
			"HS256 under our public key":      join(`{"alg":"HS256","kid":"`+kid+`","typ":"at+jwt"}`, payload, hs256(point)),
			"HS256 under our JWK":             join(`{"alg":"HS256","kid":"`+kid+`","typ":"at+jwt"}`, payload, hs256(jwkText)),
			"HS256 under our PEM":             join(`{"alg":"HS256","kid":"`+kid+`","typ":"at+jwt"}`, payload, hs256(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: point}))),
			"HS256 under nothing":             join(`{"alg":"HS256","kid":"`+kid+`","typ":"at+jwt"}`, payload, hs256(nil)),
			"RS256 under our kid":             join(`{"alg":"RS256","kid":"`+kid+`","typ":"at+jwt"}`, payload, func(string) []byte { return signature }),
			"another key under our kid":       join(h(""), payload, my),
			"another key, embedded as jwk":    join(h(`,"jwk":`+myJWK), payload, my),
			"another key by jku":              join(h(`,"jku":"https://evil.example.test/jwks.json"`), payload, my),
			"another key by x5u":              join(h(`,"x5u":"https://evil.example.test/cert"`), payload, my),
			"another key by x5c":              join(h(`,"x5c":["AAAA"]`), payload, my),
			"an unknown kid":                  join(`{"alg":"ES256","kid":"unknown","typ":"at+jwt"}`, payload, my),
			"no kid":                          join(`{"alg":"ES256","typ":"at+jwt"}`, payload, my),
			"a kid that is a path":            join(`{"alg":"ES256","kid":"../../../../dev/null","typ":"at+jwt"}`, payload, hs256(nil)),
			"a critical extension":            join(h(`,"crit":["exp"]`), payload, my),
			"alg twice":                       join(`{"alg":"none","alg":"ES256","kid":"`+kid+`","typ":"at+jwt"}`, payload, my),
			"the signature of another token":  p[0] + "." + p[1] + "." + b64(otherSignature),
			"the payload of another token":    p[0] + "." + strings.Split(second.Text("access_token"), ".")[1] + "." + p[2],
			"zeros as signature":              join(h(""), payload, func(string) []byte { return make([]byte, 64) }),
			"a signature in DER":              p[0] + "." + p[1] + "." + b64(append([]byte{0x30, 0x44, 0x02, 0x20}, append(r.Bytes(), append([]byte{0x02, 0x20}, sig.Bytes()...)...)...)),
			"padding":                         good + "==",
			"another base64 alphabet":         p[0] + "." + base64.RawStdEncoding.EncodeToString(append(payload, 0xff, 0xfe)) + "." + p[2],
			"a line end behind":               good + "\n",
			"a zero byte behind":              good + "\x00",
			"twice":                           good + good,
			"cut":                             good[:len(good)-1],
			"longer":                          good + "A",
			"too long":                        set("pad", strings.Repeat("x", 9000)),
			"an unsecured copy of the header": b64(header) + "." + b64(payload) + "." + b64([]byte("signature")),
			"typ JWT":                         ours("JWT", func(map[string]any) {}),
			"no typ":                          ours("", func(map[string]any) {}),
			"typ logout+jwt":                  ours("logout+jwt", func(map[string]any) {}),
			"typ AT+JWT":                      ours("AT+JWT", func(map[string]any) {}),
			"an ID token":                     tokens.Text("id_token"),
			"another issuer":                  set("iss", "https://other.example.test"),
			"the issuer with a slash":         set("iss", gatetest.Issuer+"/"),
			"no issuer":                       set("iss", nil),
			"no audience":                     set("aud", nil),
			"an empty audience":               set("aud", []string{}),
			"an audience of nothing":          set("aud", []string{""}),
			"expired":                         set("exp", now.Add(-time.Second).Unix()),
			"expires now":                     set("exp", now.Unix()),
			"no expiry":                       set("exp", nil),
			"a text as expiry":                set("exp", "2100-01-01"),
			"a negative expiry":               set("exp", -1),
			"not valid yet":                   set("nbf", now.Add(time.Minute).Unix()),
			"no subject":                      set("sub", nil),
			"an empty subject":                set("sub", ""),
			"a number as subject":             set("sub", 7),
			"no client":                       set("client_id", nil),
			"no jti":                          set("jti", nil),
			"no time of issue":                set("iat", nil),
			"an array as claims":              raw(`["sub"]`),
			"null as claims":                  raw(`null`),
			"claims that are not JSON":        raw(`sub=ada`),
			"two claims objects":              raw(string(payload) + string(payload)),
			"the JSON serialization":          `{"payload":"` + p[1] + `","protected":"` + p[0] + `","signature":"` + p[2] + `"}`,
			"a client's secret":               s.app.Secret,
			"the session's cookie":            cookieValue(t, s.browser, "session"),
		}
		for name, token := range cases {
			time.Sleep(200 * time.Millisecond) // so that the bound on bad tokens from one address does not answer instead
			expectActive(t, name, watcher, token, false)
			if a := s.Userinfo(token); a.Status != http.StatusUnauthorized && a.Status != http.StatusBadRequest || a.Text("sub") != "" {
				t.Errorf("%s: userinfo answers %d %s", name, a.Status, a.Body)
			} else if !strings.HasPrefix(a.Header.Get("WWW-Authenticate"), "Bearer ") {
				t.Errorf("%s: the challenge is %q", name, a.Header.Get("WWW-Authenticate"))
			}
		}
		s.Settle()
		expectActive(t, "the token itself", watcher, good, true)
		if a := s.Userinfo(good); a.Status != http.StatusOK {
			t.Errorf("the token itself: userinfo answers %d %s", a.Status, a.Body)
		}
	})
}

// Every character of a token counts.
func TestAccessTokenWithAnyCharacterChangedIsRefused(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	good := s.tokens().Text("access_token")
	for i := range good {
		expectActive(t, "a token with another character", s.app, good[:i]+string(flip(good[i]))+good[i+1:], false)
		if i > 0 {
			expectActive(t, "a token that was cut", s.app, good[:i], false)
		}
		if t.Failed() {
			t.Fatalf("at character %d of %d", i, len(good))
		}
	}
	expectActive(t, "the token itself", s.app, good, true)
}

// Access tokens die on time, to the second that they say.
func TestAccessTokenLivesFiveMinutes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		a := s.tokens()
		access := a.Text("access_token")
		claims := gatetest.Claims(access)
		if life := claims["exp"].(float64) - claims["iat"].(float64); life != 300 || a.JSON["expires_in"] != 300.0 {
			t.Fatalf("the token lives %v seconds and says %v", life, a.JSON["expires_in"])
		}
		time.Sleep(time.Until(time.Unix(int64(claims["exp"].(float64)), 0)) - time.Millisecond)
		s.Settle()
		expectActive(t, "just before", s.app, access, true)
		time.Sleep(time.Millisecond)
		expectActive(t, "at its expiry", s.app, access, false)
		if a := s.Userinfo(access); a.Status != http.StatusUnauthorized {
			t.Errorf("userinfo answers %d", a.Status)
		}
	})
}

// When nobody has heard of revocations for more than a second, no token is
// accepted, not even one that was verified a moment ago. With a store that
// answers, a decision makes up for what it has not heard.
func TestAccessTokensAreNotAcceptedBlindly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		access := s.tokens().Text("access_token")
		time.Sleep(4 * time.Minute)
		expectActive(t, "after minutes without a poll", s.app, access, true)
		testconfig.Exec(t, s.House.Config, "ALTER TABLE versions RENAME TO versions_away")
		time.Sleep(follow.MaxAge)
		expectActive(t, "at the bound", s.app, access, true)
		time.Sleep(time.Millisecond)
		for name, a := range map[string]gatetest.Answer{"introspection": s.app.Introspect(access), "userinfo": s.Userinfo(access), "revocation": s.app.Revoke(access)} {
			if a.Status != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "" {
				t.Errorf("%s: answered %d %s, Retry-After %q", name, a.Status, a.Body, a.Header.Get("Retry-After"))
			}
		}
		for _, path := range documents {
			if a := s.Get(path); a.Status != http.StatusOK {
				t.Errorf("%s: answered %d", path, a.Status)
			}
		}
		testconfig.Exec(t, s.House.Config, "ALTER TABLE versions_away RENAME TO versions")
		time.Sleep(time.Second)
		expectActive(t, "with fresh knowledge again", s.app, access, true)
	})
}

// One token, in one place, and not in the URL.
func TestAccessTokenIsTakenFromOnePlace(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	access := s.tokens().Text("access_token")
	ask := func(method, query, body string, authorization ...string) int {
		r, err := http.NewRequest(method, gatetest.Issuer+"/oauth2/userinfo"+query, strings.NewReader(body))
		must(t, err)
		if body != "" {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		r.Header["Authorization"] = authorization
		return s.Do(r).Status
	}
	for _, c := range []struct {
		name string
		got  int
		want int
	}{
		{"header", ask("GET", "", "", "Bearer "+access), 200},
		{"scheme in small letters", ask("GET", "", "", "bearer "+access), 200},
		{"posted with the header", ask("POST", "", "x=y", "Bearer "+access), 200},
		{"form", ask("POST", "", "access_token="+access), 200},
		{"nowhere", ask("GET", "", ""), 401},
		{"query", ask("GET", "?access_token="+access, ""), 400},
		{"query and header", ask("GET", "?access_token="+access, "", "Bearer "+access), 400},
		{"form and header", ask("POST", "", "access_token="+access, "Bearer "+access), 400},
		{"form twice", ask("POST", "", "access_token="+access+"&access_token="+access), 400},
		{"header twice", ask("GET", "", "", "Bearer "+access, "Bearer "+access), 400},
		{"two in one header", ask("GET", "", "", "Bearer "+access+", Bearer "+access), 400},
		{"body of a GET", ask("GET", "", "access_token="+access), 401},
		{"Basic", ask("GET", "", "", "Basic "+access), 401},
		{"DPoP", ask("GET", "", "", "DPoP "+access), 401},
		{"no scheme", ask("GET", "", "", access), 401},
	} {
		if c.got != c.want {
			t.Errorf("%s: answered %d, want %d", c.name, c.got, c.want)
		}
	}
}

// A client's own token speaks for no person, and no client can be named
// like one.
func TestClientsOwnTokenIsNobodys(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	own := expectTokens(t, "client credentials", s.app.ClientCredentials("scope", "orders")).Text("access_token")
	claims := gatetest.Claims(own)
	if claims["sub"] != "web" || claims["client_id"] != "web" || claims["sid"] != nil || claims["auth_time"] != nil {
		t.Errorf("the claims are %v", claims)
	}
	if a := s.Userinfo(own); a.Status != http.StatusForbidden || a.Error() != "insufficient_scope" {
		t.Errorf("userinfo answers %d %s", a.Status, a.Body)
	}
	for _, scope := range []string{"openid", "profile", "email", "offline_access", "unknown"} {
		expectRefused(t, "the scope "+scope, s.app.ClientCredentials("scope", scope), "invalid_scope")
	}
	for _, name := range []string{string(s.ada.ID), "usr_somebody", "ses_x", "USR_x"} {
		_, _, err := s.House.OAuth.CreateClient(t.Context(), gatetest.Console, oauth.Client{
			ID: id.Client(name), Name: "Impostor", AuthMethod: oauth.AuthBasic, GrantTypes: []string{oauth.GrantClient},
		})
		if err == nil {
			t.Errorf("a client could be named %s", name)
		}
	}
}

// Each secret thing is presented wherever another is expected; only its
// own place takes it, and none is used up by the attempts.
func TestSecretThingsAreWorthNothingInAnotherPlace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		signed := s.App("signed", func(c *oauth.Client) { c.UserinfoAlg = "ES256" })
		userinfo := s.Userinfo(signed.Tokens(s.browser, s.ada).Text("access_token"))
		tokens := s.tokens()
		code := s.code()
		page := s.Browser().Get(s.app.AuthorizeURL())
		things := map[string]string{
			"code": code, "refresh token": tokens.Text("refresh_token"), "ID token": tokens.Text("id_token"), "access token": tokens.Text("access_token"),
			"client secret": s.app.Secret, "session cookie": cookieValue(t, s.browser, "session"), "browser cookie": cookieValue(t, s.browser, "browser"),
			"interaction": page.URL.Query().Get("i"), "form token": formToken(page), "signed userinfo": string(userinfo.Body),
			"session id": gatetest.Claims(tokens.Text("id_token"))["sid"].(string),
		}
		basic := *s.app
		places := []struct {
			name  string
			takes string // the one thing that may be here
			try   func(thing string) bool
		}{
			{"code at the token endpoint", "code", func(v string) bool { return s.app.Exchange(v).Status == http.StatusOK }},
			{"refresh token at the token endpoint", "refresh token", func(v string) bool { return s.app.Refresh(v).Status == http.StatusOK }},
			{"bearer of userinfo", "access token", func(v string) bool { return s.Userinfo(v).Status == http.StatusOK }},
			{"client secret", "client secret", func(v string) bool {
				basic.Secret = v
				return basic.ClientCredentials().Status == http.StatusOK
			}},
			{"client assertion", "", func(v string) bool {
				return assertionAuth(v).post(s.Gate, "/oauth2/token", url.Values{"grant_type": {"client_credentials"}, "client_id": {"web"}}).Status == http.StatusOK
			}},
			{"session cookie", "session cookie", func(v string) bool {
				return s.withCookies(t, "/account", "session", v).Status == http.StatusOK
			}},
			{"hint of the authorization endpoint", "ID token", func(v string) bool {
				return landing(s.browser.Get(s.app.AuthorizeURL("id_token_hint", v, "prompt", "none"))) == "code"
			}},
			{"code verifier", "", func(v string) bool { return s.app.Exchange(code, "code_verifier", v).Status == http.StatusOK }},
			{"set-up link", "", func(v string) bool { return s.House.Identity.CheckSetup(t.Context(), v) == nil }},
		}
		for _, place := range places {
			for name, thing := range things {
				if name == place.takes {
					continue
				}
				time.Sleep(210 * time.Millisecond) // each refusal counts against the address
				if place.try(thing) {
					t.Errorf("the %s was taken as the %s", name, place.name)
				}
			}
		}
		for name, thing := range things {
			a := s.app.Introspect(thing)
			if want := name == "access token" || name == "refresh token"; a.JSON["active"] != want {
				t.Errorf("introspection of the %s: %d %s", name, a.Status, a.Body)
			}
			if name != "access token" && name != "refresh token" {
				if a := s.app.Revoke(thing); a.Status != http.StatusOK {
					t.Errorf("revocation of the %s: %d %s", name, a.Status, a.Body)
				}
			}
		}
		s.Settle()
		for _, place := range places {
			if place.takes != "" && !place.try(things[place.takes]) {
				t.Errorf("the %s is not taken any more as the %s", place.takes, place.name)
			}
		}
	})
}
