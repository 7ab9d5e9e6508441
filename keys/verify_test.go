package keys_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"gatehouse/keys"
	"gatehouse/secret"
)

func enc(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

// forge puts header in front of the good token's payload and signature.
func forge(good, header string) string {
	_, rest, _ := strings.Cut(good, ".")
	return enc(header) + "." + rest
}

func hs256(key []byte, header, payload string) string {
	signed := enc(header) + "." + enc(payload)
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(signed))
	return signed + "." + enc(string(mac.Sum(nil)))
}

func joseSign(t *testing.T, alg jose.SignatureAlgorithm, key any, kid string, extra map[jose.HeaderKey]any) string {
	t.Helper()
	o := &jose.SignerOptions{ExtraHeaders: extra}
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: jose.JSONWebKey{Key: key, KeyID: kid}}, o)
	if err != nil {
		t.Fatal(err)
	}
	jws, err := s.Sign([]byte(`{"sub":"x"}`))
	if err != nil {
		t.Fatal(err)
	}
	compact, err := jws.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return compact
}

func TestMalformedTokensAreRefused(t *testing.T) {
	t.Parallel()
	r, other := (&memory{}).ring(t), (&memory{}).ring(t)
	good := sign(t, r, keys.ES256, "at+jwt", `{"sub":"x"}`)
	rs := sign(t, r, keys.RS256, "at+jwt", `{"sub":"x"}`)
	_, h, err := r.Verify(good)
	if err != nil {
		t.Fatal(err)
	}
	_, hr, err := r.Verify(rs)
	if err != nil {
		t.Fatal(err)
	}
	kid := h.KeyID
	parts := strings.Split(good, ".")
	public, _ := r.JWKS()
	stranger, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	strangerRSA, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	member := func(extra string) string {
		return forge(good, fmt.Sprintf(`{"alg":"ES256","kid":%q,"typ":"at+jwt",%s}`, kid, extra))
	}
	for name, token := range map[string]string{
		"empty":                        "",
		"dots alone":                   "..",
		"one part":                     parts[0],
		"two parts":                    parts[0] + "." + parts[1],
		"no signature":                 parts[0] + "." + parts[1] + ".",
		"no payload":                   parts[0] + ".." + parts[2],
		"four parts":                   good + ".AAAA",
		"a dot at the end":             good + ".",
		"a dot in front":               "." + good,
		"alg none":                     enc(`{"alg":"none"}`) + "." + parts[1] + ".",
		"alg none, our kid":            forge(good, fmt.Sprintf(`{"alg":"none","kid":%q}`, kid)),
		"alg NONE":                     forge(good, fmt.Sprintf(`{"alg":"NONE","kid":%q}`, kid)),
		"HS256 with the key set":       hs256(public, fmt.Sprintf(`{"alg":"HS256","kid":%q}`, kid), `{"sub":"x"}`),
		"HS256 with an empty key":      hs256(nil, fmt.Sprintf(`{"alg":"HS256","kid":%q}`, kid), `{"sub":"x"}`),
		"ES256 said, HS256 done":       hs256(public, fmt.Sprintf(`{"alg":"ES256","kid":%q}`, kid), `{"sub":"x"}`),
		"another alg":                  forge(good, fmt.Sprintf(`{"alg":"RS256","kid":%q,"typ":"at+jwt"}`, kid)),
		"PS256 with the RSA key":       forge(rs, fmt.Sprintf(`{"alg":"PS256","kid":%q,"typ":"at+jwt"}`, hr.KeyID)),
		"alg in another case":          forge(good, fmt.Sprintf(`{"alg":"es256","kid":%q,"typ":"at+jwt"}`, kid)),
		"another typ":                  forge(good, fmt.Sprintf(`{"alg":"ES256","kid":%q,"typ":"JWT"}`, kid)),
		"no kid":                       forge(good, `{"alg":"ES256"}`),
		"empty kid":                    forge(good, `{"alg":"ES256","kid":""}`),
		"the kid of another key":       forge(good, fmt.Sprintf(`{"alg":"ES256","kid":%q,"typ":"at+jwt"}`, hr.KeyID)),
		"an unknown kid":               sign(t, other, keys.ES256, "at+jwt", `{"sub":"x"}`),
		"a stranger under our kid":     joseSign(t, jose.ES256, stranger, kid, nil),
		"a stranger's RSA, our kid":    joseSign(t, jose.RS256, strangerRSA, hr.KeyID, nil),
		"jku":                          member(`"jku":"https://evil.example/keys"`),
		"x5u":                          member(`"x5u":"https://evil.example/cert"`),
		"jwk":                          joseSign(t, jose.ES256, stranger, kid, map[jose.HeaderKey]any{"jwk": jose.JSONWebKey{Key: stranger.Public()}}),
		"x5c":                          member(`"x5c":["AAAA"]`),
		"x5t":                          member(`"x5t":"AAAA"`),
		"crit":                         member(`"crit":["exp"]`),
		"b64":                          member(`"b64":false`),
		"zip":                          member(`"zip":"DEF"`),
		"cty":                          member(`"cty":"JWT"`),
		"a member twice":               member(`"alg":"ES256"`),
		"a member in another case":     member(`"ALG":"ES256"`),
		"a number for typ":             forge(good, fmt.Sprintf(`{"alg":"ES256","kid":%q,"typ":1}`, kid)),
		"an object for typ":            forge(good, fmt.Sprintf(`{"alg":"ES256","kid":%q,"typ":{}}`, kid)),
		"null for typ":                 forge(good, fmt.Sprintf(`{"alg":"ES256","kid":%q,"typ":null}`, kid)),
		"the header is a list":         forge(good, `["ES256"]`),
		"the header is a string":       forge(good, `"ES256"`),
		"the header is cut":            forge(good, `{"alg":"ES256"`),
		"more after the header":        forge(good, fmt.Sprintf(`{"alg":"ES256","kid":%q,"typ":"at+jwt"}{}`, kid)),
		"the header is not JSON":       forge(good, "\x00\x01"),
		"padding":                      good + "=",
		"padded parts":                 parts[0] + "==." + parts[1] + "==." + parts[2],
		"a line break":                 good[:40] + "\n" + good[40:],
		"a line break at the end":      good + "\n",
		"a carriage return":            "\r" + good,
		"a space":                      " " + good,
		"a NUL":                        good + "\x00",
		"standard base64":              parts[0] + "." + parts[1] + "." + strings.NewReplacer("-", "+", "_", "/").Replace(parts[2]) + "+",
		"a longer signature":           good + "AAAA",
		"a shorter signature":          good[:len(good)-4],
		"a signature of zeros":         parts[0] + "." + parts[1] + "." + enc(strings.Repeat("\x00", 64)),
		"an ASN.1 signature":           parts[0] + "." + parts[1] + "." + enc("\x30\x06\x02\x01\x01\x02\x01\x01"),
		"an RSA signature cut by one":  rs[:len(rs)-2],
		"over 8 KiB":                   sign(t, r, keys.ES256, "", strings.Repeat("x", 8<<10)),
		"the JSON serialization":       fmt.Sprintf(`{"payload":%q,"protected":%q,"signature":%q}`, parts[1], parts[0], parts[2]),
		"payload of another token":     parts[0] + "." + enc(`{"sub":"y"}`) + "." + parts[2],
		"an encrypted token's 5 parts": "a.b.c.d.e",
	} {
		if body, _, err := r.Verify(token); err == nil || body != nil {
			t.Errorf("%s: Verify accepted %q", name, body)
		}
	}
	if _, _, err := r.Verify(good, keys.RS256); err == nil {
		t.Error("an algorithm that is not allowed was accepted")
	}
	if _, _, err := r.Verify(good, keys.RS256, keys.ES256); err != nil {
		t.Errorf("an allowed algorithm: %v", err)
	}
}

// Here the signature is always right, made with the house's own private key, so
// that nothing but the header can be the reason to refuse.
func TestHeaderIsRefusedEvenUnderAGoodSignature(t *testing.T) {
	t.Parallel()
	m := &memory{}
	r := m.ring(t)
	keeper, err := secret.NewKeeper(t.Context(), m, secret.Master{7})
	if err != nil {
		t.Fatal(err)
	}
	row := m.keys[0]
	plain, err := keeper.Open(secret.PurposeSigning, "keys:private:"+row.ID, row.Sealed)
	if err != nil {
		t.Fatal(err)
	}
	var jwk jose.JSONWebKey
	if err := jwk.UnmarshalJSON(plain); err != nil {
		t.Fatal(err)
	}
	signed := func(header, body string) string {
		input := enc(header) + "." + body
		sum := sha256.Sum256([]byte(input))
		a, b, err := ecdsa.Sign(rand.Reader, jwk.Key.(*ecdsa.PrivateKey), sum[:])
		if err != nil {
			t.Fatal(err)
		}
		var fixed [64]byte
		a.FillBytes(fixed[:32])
		b.FillBytes(fixed[32:])
		return input + "." + enc(string(fixed[:]))
	}
	good := fmt.Sprintf(`"alg":"ES256","kid":%q,"typ":"at+jwt"`, row.ID)
	body := enc(`{"sub":"x"}`)
	for _, header := range []string{"{" + good + "}", " {\n" + good + " } ", fmt.Sprintf(`{"kid":%q,"alg":"ES256"}`, row.ID)} {
		if _, _, err := r.Verify(signed(header, body)); err != nil {
			t.Errorf("%s: %v", header, err)
		}
	}
	for _, header := range []string{
		"{" + good + `,"jku":"https://evil.example/keys"}`, "{" + good + `,"x5u":"https://evil.example/cert"}`, "{" + good + `,"jwk":"x"}`, "{" + good + `,"jwk":{}}`,
		"{" + good + `,"x5c":["AAAA"]}`, "{" + good + `,"x5t":"AAAA"}`, "{" + good + `,"crit":["exp"]}`, "{" + good + `,"crit":"exp"}`, "{" + good + `,"b64":false}`,
		"{" + good + `,"zip":"DEF"}`, "{" + good + `,"cty":"JWT"}`, "{" + good + `,"epk":{}}`, "{" + good + `,"":""}`,
		"{" + good + `,"alg":"ES256"}`, "{" + good + `,"typ":"at+jwt"}`, "{" + good + `,"ALG":"ES256"}`, "{" + good + `,"Typ":"JWT"}`, `{"ALG":"ES256",` + good[len(`"alg":"ES256",`):] + "}",
		"{" + good + "}{}", "{" + good + "},", "[{" + good + "}]", "{" + good, "{" + good + ",}", "",
		fmt.Sprintf(`{"alg":"none","kid":%q}`, row.ID), fmt.Sprintf(`{"alg":"RS256","kid":%q}`, row.ID), fmt.Sprintf(`{"alg":"HS256","kid":%q}`, row.ID),
		fmt.Sprintf(`{"alg":"es256","kid":%q}`, row.ID), fmt.Sprintf(`{"alg":"","kid":%q}`, row.ID), fmt.Sprintf(`{"kid":%q}`, row.ID),
		fmt.Sprintf(`{"alg":"ES256","kid":[%q]}`, row.ID), fmt.Sprintf(`{"alg":"ES256","kid":%q,"typ":null}`, row.ID), fmt.Sprintf(`{"alg":"ES256","kid":%q,"typ":1}`, row.ID),
		`{"alg":"ES256"}`, `{"alg":"ES256","kid":""}`, `{"alg":"ES256","kid":"other"}`,
	} {
		if got, _, err := r.Verify(signed(header, body)); err == nil {
			t.Errorf("Verify accepted the header %s with %s", header, got)
		}
	}
	for _, spelled := range []string{body + "=", body[:len(body)-1] + "\n" + body[len(body)-1:], body[:len(body)-1] + "1", "", body + "." + body} {
		if got, _, err := r.Verify(signed("{"+good+"}", spelled)); err == nil {
			t.Errorf("Verify accepted the payload %q as %q", spelled, got)
		}
	}
	if _, _, err := r.Verify(signed("{"+good+"}", enc(strings.Repeat("x", 8<<10)))); err == nil {
		t.Error("Verify accepted more than 8 KiB")
	}
}

// The last character of a part may hold bits that do not count: the decoder
// must not ignore them, or one token would have several spellings.
func TestEveryChangedCharacterMakesATokenBad(t *testing.T) {
	t.Parallel()
	r := (&memory{}).ring(t)
	for _, alg := range algorithms {
		good := sign(t, r, alg, "at+jwt", `{"sub":"xy"}`)
		for i := range good {
			for _, c := range []byte{'A', 'B', 'g', '-', '.', '=', good[i] ^ 1, good[i] ^ 0x80} {
				if c == good[i] {
					continue
				}
				if _, _, err := r.Verify(good[:i] + string([]byte{c}) + good[i+1:]); err == nil {
					t.Fatalf("%s: Verify accepted %q at %d", alg, c, i)
				}
			}
			if _, _, err := r.Verify(good[:i]); err == nil {
				t.Fatalf("%s: Verify accepted a token cut to %d", alg, i)
			}
		}
	}
}

func FuzzVerify(f *testing.F) {
	r := (&memory{}).ring(f)
	good := sign(f, r, keys.ES256, "at+jwt", `{"sub":"x"}`)
	f.Add(good)
	f.Add(forge(good, `{"alg":"none"}`))
	f.Add("..")
	f.Fuzz(func(t *testing.T, token string) {
		// Everything but s and -s of the same signature is a forgery.
		body, _, err := r.Verify(token)
		if err == nil && !strings.HasPrefix(token, good[:strings.LastIndexByte(good, '.')]) {
			t.Fatalf("Verify accepted %q with body %q", token, body)
		}
	})
}
