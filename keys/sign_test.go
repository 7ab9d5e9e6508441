package keys_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"gatehouse/fault"
	"gatehouse/keys"
)

var algorithms = []string{keys.ES256, keys.EdDSA, keys.RS256}

func published(t testing.TB, r *keys.Ring) jose.JSONWebKeySet {
	t.Helper()
	body, _ := r.JWKS()
	var set jose.JSONWebKeySet
	if err := json.Unmarshal(body, &set); err != nil {
		t.Fatalf("the key set %s: %v", body, err)
	}
	return set
}

func sign(t testing.TB, r *keys.Ring, alg, typ, payload string) string {
	t.Helper()
	compact, err := r.Sign(t.Context(), alg, typ, []byte(payload))
	if err != nil {
		t.Fatal(err)
	}
	return compact
}

// A second implementation (go-jose) has to accept what Sign makes, with the
// published key alone.
func TestSignedTokensVerifyWithThePublishedKeys(t *testing.T) {
	t.Parallel()
	r := (&memory{}).ring(t)
	for _, alg := range algorithms {
		for _, typ := range []string{"", "at+jwt", `odd "typ"`} {
			for n := range 40 { // payload lengths of every remainder, and short r or s now and then
				payload := fmt.Sprintf(`{"sub":%q}`, strings.Repeat("x", n))
				compact := sign(t, r, alg, typ, payload)
				jws, err := jose.ParseSignedCompact(compact, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(alg)})
				if err != nil {
					t.Fatalf("%s: go-jose cannot read %q: %v", alg, compact, err)
				}
				header := jws.Signatures[0].Header
				set := published(t, r)
				found := set.Key(header.KeyID)
				if len(found) != 1 {
					t.Fatalf("%s: %d published keys are called %q", alg, len(found), header.KeyID)
				}
				got, err := jws.Verify(found[0])
				if err != nil || string(got) != payload {
					t.Fatalf("%s: go-jose says %q, %v", alg, got, err)
				}
				if gotTyp, _ := header.ExtraHeaders[jose.HeaderType].(string); gotTyp != typ {
					t.Errorf("%s: typ = %q, want %q", alg, gotTyp, typ)
				}
				body, h, err := r.Verify(compact)
				if err != nil || string(body) != payload || h != (keys.Header{Alg: alg, KeyID: header.KeyID, Typ: typ}) {
					t.Fatalf("%s: Verify = %q, %+v, %v", alg, body, h, err)
				}
			}
		}
	}
}

func TestKeySetHoldsPublicHalvesOnly(t *testing.T) {
	t.Parallel()
	r := (&memory{}).ring(t)
	for _, alg := range algorithms {
		sign(t, r, alg, "", "{}")
	}
	body, etag := r.JWKS()
	var raw struct{ Keys []map[string]any }
	if err := json.Unmarshal(body, &raw); err != nil {
		t.Fatal(err)
	}
	if len(raw.Keys) != len(algorithms) {
		t.Fatalf("%d keys, want %d: %s", len(raw.Keys), len(algorithms), body)
	}
	kids := map[any]bool{}
	for _, k := range raw.Keys {
		kids[k["kid"]] = true
		if k["use"] != "sig" || k["alg"] == nil {
			t.Errorf("use %v, alg %v", k["use"], k["alg"])
		}
		for _, private := range []string{"d", "p", "q", "dp", "dq", "qi", "k", "oth"} {
			if _, ok := k[private]; ok {
				t.Errorf("the key set shows %q of %v", private, k["kid"])
			}
		}
	}
	if len(kids) != len(algorithms) {
		t.Errorf("kids are not distinct: %v", kids)
	}
	if !strings.HasPrefix(etag, `"`) || !strings.HasSuffix(etag, `"`) || len(etag) < 20 {
		t.Errorf("%s is not a strong entity tag", etag)
	}
	if again, same := r.JWKS(); &again[0] != &body[0] || same != etag {
		t.Error("the key set was built again")
	}
}

func TestFirstKeyOfAnAlgorithmIsMadeOnceByManyProcesses(t *testing.T) {
	t.Parallel()
	m := &memory{}
	rings := []*keys.Ring{m.ring(t), m.ring(t), m.ring(t)}
	var wg sync.WaitGroup
	for _, r := range rings {
		for range 4 {
			wg.Go(func() {
				for _, alg := range algorithms {
					if _, err := r.Sign(t.Context(), alg, "", []byte("{}")); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	wg.Wait()
	for _, alg := range algorithms {
		if got := m.states(alg); got[keys.Signing] != 1 || len(got) != 1 {
			t.Errorf("%s: %v, want one signing key", alg, got)
		}
	}
	if _, err := rings[0].Sign(t.Context(), "HS256", "", []byte("{}")); fault.CodeOf(err) != "key.algorithm" {
		t.Errorf("Sign with HS256 = %v", err)
	}
}

func BenchmarkSign(b *testing.B) {
	r := (&memory{}).ring(b)
	payload := []byte(`{"iss":"http://localhost:8080","sub":"usr_x","aud":["api"],"exp":1,"iat":1,"jti":"x","client_id":"web","scope":"openid profile"}`)
	for _, alg := range algorithms {
		sign(b, r, alg, "at+jwt", "{}")
		b.Run(alg, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := r.Sign(b.Context(), alg, "at+jwt", payload); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkVerify(b *testing.B) {
	r := (&memory{}).ring(b)
	for _, alg := range algorithms {
		compact := sign(b, r, alg, "at+jwt", `{"iss":"http://localhost:8080","sub":"usr_x","aud":["api"],"exp":1,"iat":1,"jti":"x"}`)
		b.Run(alg, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := r.Verify(compact); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
