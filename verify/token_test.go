package verify

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func encoded(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

// withHeader returns the token with another header and its own signature.
func withHeader(token, header string) string {
	_, rest, _ := strings.Cut(token, ".")
	return encoded(header) + "." + rest
}

// badTokens are all that must open nothing, with why.
func badTokens(h *house) map[string]struct {
	token string
	want  Reason
} {
	type bad = struct {
		token string
		want  Reason
	}
	good := h.token()
	parts := strings.Split(good, ".")
	k := h.keys[0]
	hs := func(secret []byte) string {
		signed := encoded(`{"alg":"HS256","kid":"k1","typ":"at+jwt"}`) + "." + parts[1]
		mac := hmac.New(sha256.New, secret)
		mac.Write([]byte(signed))
		return signed + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
	}
	flipped := []byte(parts[2])
	flipped[10] ^= 1
	other := newKey(h.t, "k1", "ES256") // of the same name
	now := time.Now()
	with := func(name string, value any) string { return h.token(map[string]any{name: value}) }
	raw := func(payload string) string { return h.signBytes(k, "at+jwt", []byte(payload)) }
	all := map[string]bad{}
	for name, token := range map[string]string{
		"nothing":                        "",
		"garbage":                        "garbage",
		"alg none":                       encoded(`{"alg":"none","kid":"k1","typ":"at+jwt"}`) + "." + parts[1] + ".",
		"alg NoNe":                       encoded(`{"alg":"NoNe","kid":"k1","typ":"at+jwt"}`) + "." + parts[1] + ".",
		"alg none, signature kept":       withHeader(good, `{"alg":"none","kid":"k1","typ":"at+jwt"}`),
		"no alg":                         withHeader(good, `{"kid":"k1","typ":"at+jwt"}`),
		"HS256 under the public key":     hs(h.jwks()),
		"HS256 under nothing":            hs(nil),
		"another algorithm's name":       withHeader(good, `{"alg":"RS256","kid":"k1","typ":"at+jwt"}`),
		"an algorithm that nobody has":   withHeader(good, `{"alg":"ES512","kid":"k1","typ":"at+jwt"}`),
		"jku":                            withHeader(good, `{"alg":"ES256","kid":"k1","typ":"at+jwt","jku":"https://evil.example.test/jwks"}`),
		"x5u":                            withHeader(good, `{"alg":"ES256","kid":"k1","typ":"at+jwt","x5u":"https://evil.example.test/x"}`),
		"jwk":                            withHeader(good, `{"alg":"ES256","kid":"k1","typ":"at+jwt","jwk":{"kty":"EC"}}`),
		"crit":                           withHeader(good, `{"alg":"ES256","kid":"k1","typ":"at+jwt","crit":["exp"],"exp":"1"}`),
		"crit of nothing":                withHeader(good, `{"alg":"ES256","kid":"k1","typ":"at+jwt","crit":[]}`),
		"b64 false":                      withHeader(good, `{"alg":"ES256","kid":"k1","typ":"at+jwt","b64":false,"crit":["b64"]}`),
		"a header member twice":          withHeader(good, `{"alg":"none","alg":"ES256","kid":"k1","typ":"at+jwt"}`),
		"a header member in capitals":    withHeader(good, `{"ALG":"none","alg":"ES256","kid":"k1","typ":"at+jwt"}`),
		"no kid":                         withHeader(good, `{"alg":"ES256","typ":"at+jwt"}`),
		"a kid that nobody has":          withHeader(good, `{"alg":"ES256","kid":"nobody","typ":"at+jwt"}`),
		"a kid without end":              withHeader(good, `{"alg":"ES256","kid":"`+strings.Repeat("k", 300)+`","typ":"at+jwt"}`),
		"header no JSON":                 withHeader(good, `{`),
		"header an array":                withHeader(good, `["ES256"]`),
		"no signature":                   parts[0] + "." + parts[1] + ".",
		"two parts":                      parts[0] + "." + parts[1],
		"four parts":                     good + ".x",
		"five parts, as encrypted":       good + ".x.y",
		"a flipped bit in the signature": parts[0] + "." + parts[1] + "." + string(flipped),
		"another payload":                parts[0] + "." + encoded(`{"sub":"usr_root"}`) + "." + parts[2],
		"padding":                        good + "=",
		"a line break inside":            parts[0] + "\n." + parts[1] + "." + parts[2],
		"a space before":                 " " + good,
		"JSON serialization":             `{"payload":"` + parts[1] + `","protected":"` + parts[0] + `","signature":"` + parts[2] + `"}`,
		"longer than 8 KiB":              with("scope", strings.Repeat("a ", 4<<10)),
		"a stranger's key":               h.sign(other, "at+jwt", claims()),

		"an ID token":        h.sign(k, "JWT", claims()),
		"no typ":             h.sign(k, "", claims()),
		"typ in capitals":    h.sign(k, "AT+JWT", claims()),
		"a logout token":     h.sign(k, "logout+jwt", claims()),
		"the gate's":         h.sign(k, typeAssertion, claims()),
		"a batch":            h.sign(k, typeFeed, claims()),
		"another issuer":     with("iss", "https://id.example.test/"),
		"no issuer":          with("iss", nil),
		"another audience":   with("aud", []string{"https://stock.example.test"}),
		"a part of ours":     with("aud", "https://shop.example.test/"),
		"no audience":        with("aud", nil),
		"an audience object": with("aud", map[string]any{"a": 1}),
		"no subject":         with("sub", nil),
		"no client":          with("client_id", nil),
		"no jti":             with("jti", nil),
		"no iat":             with("iat", nil),
		"no exp":             with("exp", nil),
		"exp as text":        with("exp", "9999999999"),
		"exp negative":       with("exp", -1),
		"exp before iat":     with("exp", now.Add(-time.Hour).Unix()),
		"lives for a year":   with("exp", now.Add(365*24*time.Hour).Unix()),
		"iat in an hour":     h.token(map[string]any{"iat": now.Add(time.Hour).Unix(), "exp": now.Add(2 * time.Hour).Unix()}),
		"nbf in an hour":     with("nbf", now.Add(time.Hour).Unix()),
		"nbf no number":      with("nbf", "soon"),
		"bound by DPoP":      with("cnf", map[string]any{"jkt": "x"}),
		"pv as text":         with("pv", "10"),

		"payload an array":      raw(`[1]`),
		"payload no JSON":       raw(`{"sub"`),
		"payload null":          raw(`null`),
		"payload of two":        raw(`{}{}`),
		"a claim twice":         raw(strings.Replace(string(mustJSON(claims())), "{", `{"sub":"usr_root",`, 1)),
		"a claim in other case": raw(strings.Replace(string(mustJSON(claims(map[string]any{"sub": nil}))), "{", `{"SUB":"usr_root",`, 1)),
	} {
		all[name] = bad{token, Invalid}
	}
	all["expired"] = bad{h.token(map[string]any{"iat": now.Add(-time.Minute).Unix(), "exp": now.Add(-time.Second).Unix()}), Expired}
	all["expires now"] = bad{h.token(map[string]any{"iat": now.Add(-time.Minute).Unix(), "exp": now.Unix()}), Expired}
	// What is wrong besides counts first: nobody is told that a forgery only came late.
	late := map[string]any{"iat": now.Add(-time.Minute).Unix(), "exp": now.Add(-time.Second).Unix()}
	all["expired, a stranger's key"] = bad{h.sign(other, "at+jwt", claims(late)), Invalid}
	all["expired, another audience"] = bad{h.token(late, map[string]any{"aud": "x"}), Invalid}
	return all
}

// Whatever is not exactly a live access token of the issuer's, for this API, opens
// nothing, the first time and every other.
func TestBadTokensOpenNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		v := h.verifier()
		cases := badTokens(h)
		for range 2 {
			for name, c := range cases {
				h.wants(v, name, c.token, c.want)
			}
			h.wants(v, "the good token", h.token(), "")
		}
	})
}

func TestGoodTokensSayWhatTheySay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.keys = append(h.keys, newKey(t, "k2", "RS256"), newKey(t, "k3", "EdDSA"))
		v := h.verifier()
		for _, k := range h.keys {
			for _, typ := range []string{"at+jwt", "application/at+jwt"} {
				h.wants(v, k.alg+" "+typ, h.sign(k, typ, claims()), "")
			}
		}
		h.wants(v, "one audience as text", h.token(map[string]any{"aud": testAudience}), "")
		h.wants(v, "a clock that is ten seconds ahead", h.token(map[string]any{"iat": time.Now().Add(10 * time.Second).Unix()}), "")
		only := h.verifier(func(c *Config) { c.Algorithms = []string{"RS256"} })
		h.wants(only, "ES256 where RS256 alone is allowed", h.token(), Invalid)

		c, err := v.Verify(t.Context(), h.token(map[string]any{"tenant": "acme"}))
		if err != nil {
			t.Fatal(err)
		}
		var more struct {
			Tenant string `json:"tenant"`
		}
		if err := c.Decode(&more); err != nil || more.Tenant != "acme" {
			t.Errorf("Decode: %+v, %v", more, err)
		}
		for what, ok := range map[string]bool{
			"subject": c.Subject == "usr_ada", "client": c.ClientID == "web", "session": c.Session == "ses_1", "pv": c.PolicyVersion == 10,
			"level": c.Level == "aal2", "scope": c.HasScope("shop") && !c.HasScope("sho"), "role": c.HasRole("support") && !c.HasRole("supp"),
			"a person": !c.OfClient(), "short": c.May("orders:read"), "whole": c.May("shop/orders:read"),
			"another API's": !c.May("stock/orders:read"), "own is not everywhere": !c.May("orders:write") && c.MayOwn("orders:write"),
			"everywhere is own, too": c.MayOwn("orders:read"), "no permission": !c.May("orders") && !c.May("") && !c.MayOwn("*:*"),
		} {
			if !ok {
				t.Errorf("%s is wrong: %+v", what, c)
			}
		}
	})
}

// A right that ends at a moment is not had at that moment, by a token that was
// known before either.
func TestTokensEndToTheSecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		v := h.verifier()
		token := h.token(map[string]any{"exp": time.Now().Add(10 * time.Second).Unix()})
		h.wants(v, "at first", token, "")
		time.Sleep(10*time.Second - time.Nanosecond)
		h.wants(v, "a nanosecond before", token, "")
		time.Sleep(time.Nanosecond)
		h.wants(v, "at its end", token, Expired)
		if _, err := v.Verify(t.Context(), token); !errors.Is(err, Expired) || errors.Is(err, Invalid) {
			t.Errorf("errors.Is cannot tell: %v", err)
		}
	})
}

// No second spelling of a token meets the entry of the first in the cache.
func TestEveryChangedByteMakesATokenBad(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.verifier()
	good := h.token()
	h.wants(v, "the good token", good, "")
	for i := range good {
		changed := []byte(good)
		changed[i] ^= 1
		h.wants(v, "a changed byte", string(changed), Invalid)
	}
	for n := range 40 {
		h.wants(v, "cut", good[:len(good)-n-1], Invalid)
	}
	h.wants(v, "longer", good+"A", Invalid)
}

// What the gate says of a request is no access token, and no access token is that.
func TestAssertionsAndAccessTokensAreApart(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.verifier()
	token, assertion := h.token(), h.sign(h.keys[0], typeAssertion, claims())
	for range 2 {
		h.wants(v, "an access token", token, "")
		h.wants(v, "an assertion as a token", assertion, Invalid)
		if _, err := v.VerifyAssertion(t.Context(), assertion); err != nil {
			t.Errorf("the assertion: %v", err)
		}
		for name, bad := range map[string]string{
			"an access token": token, "a batch": h.sign(h.keys[0], typeFeed, claims()), "an ID token": h.sign(h.keys[0], "JWT", claims()),
			"for another": h.sign(h.keys[0], typeAssertion, claims(map[string]any{"aud": "x"})), "too long": h.sign(h.keys[0], typeAssertion, claims(map[string]any{"scope": strings.Repeat("a ", maxToken/2)})),
		} {
			if _, err := v.VerifyAssertion(t.Context(), bad); !errors.Is(err, Invalid) {
				t.Errorf("%s as an assertion: %v", name, err)
			}
		}
	}
}

func FuzzVerify(f *testing.F) {
	h := newHouse(f)
	v := h.verifier()
	good := h.token()
	f.Add(good)
	for _, c := range badTokens(h) {
		f.Add(c.token)
	}
	f.Fuzz(func(t *testing.T, token string) {
		c, err := v.Verify(t.Context(), token)
		if err == nil && (token != good || c.Subject != "usr_ada") {
			t.Errorf("taken: %q", token)
		}
		if _, ours := errors.AsType[*Error](err); err != nil && !ours {
			t.Errorf("not one of ours: %v", err)
		}
	})
}
