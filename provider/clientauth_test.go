package provider

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"gatehouse/oauth"
	"gatehouse/secret"
)

// knock sends a client credentials request with the headers and parameters.
func (d *door) knock(authorization []string, params ...string) *httptest.ResponseRecorder {
	form := machine("")
	for i := 0; i < len(params); i += 2 {
		form.Set(params[i], params[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, PathToken, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", formType)
	r.Header["Authorization"] = authorization
	if len(authorization) == 0 {
		delete(r.Header, "Authorization")
	}
	return d.do(r)
}

func basic(client, password string) []string {
	return []string{"Basic " + base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(client)+":"+url.QueryEscape(password)))}
}

// R28: one method, and the one that is registered.
func TestClientAuthenticationTakesTheRegisteredMethodAlone(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	web, posting := secretOf("web"), secretOf("posting")
	for name, c := range map[string]struct {
		header []string
		params []string
		status int
		code   string
	}{
		"basic":                          {header: basic("web", web), status: 200},
		"basic, scheme in lower case":    {header: []string{strings.Replace(basic("web", web)[0], "Basic", "basic", 1)}, status: 200},
		"basic and the same client_id":   {header: basic("web", web), params: []string{"client_id", "web"}, status: 200},
		"basic and an empty secret":      {header: basic("web", web), params: []string{"client_secret", ""}, status: 200},
		"post":                           {params: []string{"client_id", "posting", "client_secret", posting}, status: 200},
		"basic where either will do":     {header: basic("either", secretOf("either")), status: 200},
		"post where either will do":      {params: []string{"client_id", "either", "client_secret", secretOf("either")}, status: 200},
		"both where either will do":      {header: basic("either", secretOf("either")), params: []string{"client_id", "either", "client_secret", secretOf("either")}, status: 400, code: "invalid_request"},
		"none where either will do":      {params: []string{"client_id", "either"}, status: 401, code: "invalid_client"},
		"empty where either will do":     {header: basic("either", ""), status: 401, code: "invalid_client"},
		"public, empty basic, may not":   {header: basic("phone", ""), status: 400, code: "unauthorized_client"},
		"public, empty post, may not":    {params: []string{"client_id", "phone", "client_secret", ""}, status: 400, code: "unauthorized_client"},
		"basic and another client_id":    {header: basic("web", web), params: []string{"client_id", "other"}, status: 400, code: "invalid_request"},
		"basic and post":                 {header: basic("web", web), params: []string{"client_id", "web", "client_secret", web}, status: 400, code: "invalid_request"},
		"basic and assertion":            {header: basic("web", web), params: []string{"client_assertion", "a.b.c", "client_assertion_type", assertionType}, status: 400, code: "invalid_request"},
		"two headers":                    {header: append(basic("web", web), basic("web", web)...), status: 400, code: "invalid_request"},
		"basic for a post client":        {header: basic("posting", posting), status: 401, code: "invalid_client"},
		"post for a basic client":        {params: []string{"client_id", "web", "client_secret", web}, status: 401, code: "invalid_client"},
		"none for a basic client":        {params: []string{"client_id", "web"}, status: 401, code: "invalid_client"},
		"basic for a public client":      {header: basic("phone", secretOf("phone")), status: 401, code: "invalid_client"},
		"none, and public may not":       {params: []string{"client_id", "phone"}, status: 400, code: "unauthorized_client"},
		"wrong secret":                   {header: basic("web", web+"x"), status: 401, code: "invalid_client"},
		"empty secret":                   {header: basic("web", ""), status: 401, code: "invalid_client"},
		"unknown client":                 {header: basic("nobody", web), status: 401, code: "invalid_client"},
		"unknown public client":          {params: []string{"client_id", "nobody"}, status: 401, code: "invalid_client"},
		"empty client":                   {header: basic("", web), status: 401, code: "invalid_client"},
		"disabled client":                {header: basic("off", secretOf("off")), status: 401, code: "invalid_client"},
		"nobody at all":                  {status: 401, code: "invalid_client"},
		"bearer":                         {header: []string{"Bearer abc"}, status: 401, code: "invalid_client"},
		"not base64":                     {header: []string{"Basic %%%"}, status: 401, code: "invalid_client"},
		"no colon":                       {header: []string{"Basic " + base64.StdEncoding.EncodeToString([]byte("web"))}, status: 401, code: "invalid_client"},
		"not form-encoded":               {header: []string{"Basic " + base64.StdEncoding.EncodeToString([]byte("web:%zz"))}, status: 401, code: "invalid_client"},
		"unknown kind of assertion":      {params: []string{"client_assertion", "x", "client_assertion_type", "saml"}, status: 400, code: "invalid_request"},
		"assertion without its kind":     {params: []string{"client_assertion", "x"}, status: 400, code: "invalid_request"},
		"assertion that is no assertion": {params: []string{"client_assertion", "x", "client_assertion_type", assertionType}, status: 401, code: "invalid_client"},
	} {
		t.Run(name, func(t *testing.T) {
			w := d.knock(c.header, c.params...)
			if c.code == "" {
				if w.Code != c.status {
					t.Errorf("the answer is %d %s, want %d", w.Code, w.Body, c.status)
				}
				return
			}
			refused(t, w, c.status, c.code)
			if got := w.Header().Get("WWW-Authenticate"); (w.Code == http.StatusUnauthorized) != strings.HasPrefix(got, "Basic realm=") {
				t.Errorf("WWW-Authenticate is %q with %d", got, w.Code)
			}
		})
	}
}

func TestFailedClientAuthenticationsCountAgainstTheAddress(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.knock(basic("web", "wrong"))
	d.knock(basic("nobody", "wrong"))
	d.knock(basic("web", secretOf("web")))
	if got := d.limiter.counted["client:192.0.2.1 web"] + d.limiter.counted["client:192.0.2.1 "]; got != 2 {
		t.Errorf("%d failures were counted, want 2: %v", got, d.limiter.counted)
	}
	d.limiter.wait = 90 * time.Second
	w := d.knock(basic("web", secretOf("web")))
	refused(t, w, http.StatusTooManyRequests, "temporarily_unavailable")
	if w.Header().Get("Retry-After") != "90" {
		t.Errorf("Retry-After is %q", w.Header().Get("Retry-After"))
	}
}

// What is, or was, the client's own is no guess: programs that go on trying it keep out
// no other one of the same client behind the same address.
func TestOnlyGuessesOfClientsCount(t *testing.T) {
	t.Parallel()
	now := time.Now().Unix()
	good := clientKey{jose.ES256, ecKey, "e"}
	assertion := func(token string) []string {
		return []string{"client_assertion", token, "client_assertion_type", assertionType}
	}
	for name, c := range map[string]struct {
		header  []string
		params  []string
		counted int
	}{
		"a wrong secret":                        {basic("web", "wrong"), nil, 1},
		"a secret whose time is over":           {basic("web", "was "+secretOf("web")), nil, 0},
		"a disabled client's secret":            {basic("off", secretOf("off")), nil, 0},
		"a wrong secret of a disabled client":   {basic("off", "wrong"), nil, 1},
		"a secret that came by another method":  {nil, []string{"client_id", "web", "client_secret", secretOf("web")}, 0},
		"a wrong one by another method":         {nil, []string{"client_id", "web", "client_secret", "wrong"}, 1},
		"no secret":                             {nil, []string{"client_id", "web"}, 1},
		"no client":                             {basic("nobody", "wrong"), nil, 1},
		"an assertion of another's key":         {nil, assertion(clientKey{jose.ES256, strange, "e"}.sign(t, assertionFor(), nil)), 1},
		"an assertion that has expired":         {nil, assertion(good.sign(t, assertionFor("exp", now-1), nil)), 0},
		"an assertion for another server":       {nil, assertion(good.sign(t, assertionFor("aud", "https://other.example.test"), nil)), 0},
		"an assertion of a disabled client":     {nil, assertion(good.sign(t, assertionFor("iss", "stopped", "sub", "stopped"), nil)), 0},
		"a guess at a disabled client with one": {nil, assertion(clientKey{jose.ES256, strange, "e"}.sign(t, assertionFor("iss", "stopped", "sub", "stopped"), nil)), 1},
	} {
		d := newDoor(t)
		d.withKeys(jose.JSONWebKey{Key: &ecKey.PublicKey, KeyID: "e"})
		stopped := *d.registry.clients["signer"]
		stopped.ID, stopped.Disabled = "stopped", true
		d.registry.clients["stopped"] = &stopped
		refused(t, d.knock(c.header, c.params...), http.StatusUnauthorized, "invalid_client")
		counted := 0
		for _, n := range d.limiter.counted {
			counted += n
		}
		if counted != c.counted {
			t.Errorf("%s: %d were counted, want %d", name, counted, c.counted)
		}
		if len(d.store.used) != 0 {
			t.Errorf("%s: an assertion was remembered as used", name)
		}
	}
}

// What was good once is the client's own, as what has expired is.
func TestAnAssertionThatComesTwiceIsNoGuess(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.withKeys(jose.JSONWebKey{Key: &ecKey.PublicKey, KeyID: "e"})
	params := []string{"client_assertion", clientKey{jose.ES256, ecKey, "e"}.sign(t, assertionFor(), nil), "client_assertion_type", assertionType}
	d.knock(nil, params...)
	if len(d.store.used) != 1 {
		t.Fatal("the first one was not used")
	}
	refused(t, d.knock(nil, params...), http.StatusUnauthorized, "invalid_client")
	for key, n := range d.limiter.counted {
		t.Errorf("%d were counted against %q", n, key)
	}
}

func TestRegistryFailureIsNoWrongClient(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.registry.err = errors.New("disk on fire")
	refused(t, d.knock(basic("web", secretOf("web"))), http.StatusInternalServerError, "server_error")
	if len(d.limiter.counted) != 0 {
		t.Error("the failure was counted against the client")
	}
}

// signer is a client's key.
type clientKey struct {
	alg jose.SignatureAlgorithm
	key any
	id  string
}

func (k clientKey) sign(t testing.TB, claims any, options *jose.SignerOptions) string {
	t.Helper()
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: k.alg, Key: jose.JSONWebKey{Key: k.key, KeyID: k.id}}, options)
	if err != nil {
		t.Fatal(err)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	jws, err := s.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	compact, err := jws.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return compact
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

var (
	rsaKey   = must(rsa.GenerateKey(rand.Reader, 2048))
	smallRSA = must(rsa.GenerateKey(rand.Reader, 1024))
	ecKey    = must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	strange  = must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
)

// withKeys makes "signer" a private_key_jwt client with the public keys.
func (d *door) withKeys(keys ...jose.JSONWebKey) {
	d.t.Helper()
	set, err := json.Marshal(jose.JSONWebKeySet{Keys: keys})
	if err != nil {
		d.t.Fatal(err)
	}
	d.registry.clients["signer"] = &oauth.Client{
		ID: "signer", AuthMethod: oauth.AuthPrivateKey, JWKS: string(set), GrantTypes: []string{oauth.GrantClient}, Scopes: testScopes,
	}
}

func (d *door) assert(token string, params ...string) *httptest.ResponseRecorder {
	return d.knock(nil, append([]string{"client_assertion", token, "client_assertion_type", assertionType}, params...)...)
}

// assertionFor returns good claims, changed by pairs of name and value; nil
// takes a claim away.
func assertionFor(changes ...any) map[string]any {
	now := time.Now().Unix()
	claims := map[string]any{"iss": "signer", "sub": "signer", "aud": testIssuer, "jti": secret.Token(16), "exp": now + 60, "iat": now, "nbf": now}
	for i := 0; i < len(changes); i += 2 {
		claims[changes[i].(string)] = changes[i+1]
		if changes[i+1] == nil {
			delete(claims, changes[i].(string))
		}
	}
	return claims
}

func TestPrivateKeyJWTWithEveryAlgorithm(t *testing.T) {
	t.Parallel()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	d := newDoor(t)
	d.withKeys(jose.JSONWebKey{Key: &rsaKey.PublicKey, KeyID: "r"}, jose.JSONWebKey{Key: &ecKey.PublicKey, KeyID: "e", Use: "sig"}, jose.JSONWebKey{Key: public, KeyID: "d", Algorithm: "EdDSA"})
	for _, k := range []clientKey{{jose.RS256, rsaKey, "r"}, {jose.PS256, rsaKey, "r"}, {jose.ES256, ecKey, "e"}, {jose.EdDSA, private, "d"}, {jose.ES256, ecKey, ""}} {
		for _, aud := range []any{testIssuer, testIssuer + PathToken, []string{testIssuer}} {
			if w := d.assert(k.sign(t, assertionFor("aud", aud), nil)); w.Code != http.StatusOK {
				t.Errorf("%s for %v: %d %s", k.alg, aud, w.Code, w.Body)
			}
		}
	}
	if w := d.assert(clientKey{jose.ES256, ecKey, "e"}.sign(t, assertionFor(), nil), "client_id", "signer"); w.Code != http.StatusOK {
		t.Errorf("with client_id: %d %s", w.Code, w.Body)
	}
}

// R29, RFC 7523 section 3.
func TestPrivateKeyJWTRefusesWhatIsNotExactlyRight(t *testing.T) {
	t.Parallel()
	now := time.Now().Unix()
	good := clientKey{jose.ES256, ecKey, "e"}
	hmacKey := must((&jose.JSONWebKey{Key: &ecKey.PublicKey}).Thumbprint(crypto.SHA256))
	public := jose.JSONWebKey{Key: &strange.PublicKey, KeyID: "x"}
	for name, token := range map[string]string{
		"other issuer":          good.sign(t, assertionFor("iss", "web"), nil),
		"other subject":         good.sign(t, assertionFor("sub", "web"), nil),
		"no subject":            good.sign(t, assertionFor("sub", nil), nil),
		"no issuer":             good.sign(t, assertionFor("iss", nil), nil),
		"no audience":           good.sign(t, assertionFor("aud", nil), nil),
		"other audience":        good.sign(t, assertionFor("aud", "https://other.example.test"), nil),
		"issuer with a slash":   good.sign(t, assertionFor("aud", testIssuer+"/"), nil),
		"two audiences":         good.sign(t, assertionFor("aud", []string{testIssuer, "https://other.example.test"}), nil),
		"audience twice":        good.sign(t, assertionFor("aud", []string{testIssuer, testIssuer}), nil),
		"empty audiences":       good.sign(t, assertionFor("aud", []string{}), nil),
		"authorize endpoint":    good.sign(t, assertionFor("aud", testIssuer+PathAuthorize), nil),
		"no exp":                good.sign(t, assertionFor("exp", nil), nil),
		"expired":               good.sign(t, assertionFor("exp", now-1), nil),
		"expired long ago":      good.sign(t, assertionFor("exp", now-300), nil),
		"lives too long":        good.sign(t, assertionFor("exp", now+3600), nil),
		"not valid yet":         good.sign(t, assertionFor("nbf", now+61), nil),
		"issued in the future":  good.sign(t, assertionFor("iat", now+61), nil),
		"no jti":                good.sign(t, assertionFor("jti", nil), nil),
		"endless jti":           good.sign(t, assertionFor("jti", strings.Repeat("j", 600)), nil),
		"jti is a number":       good.sign(t, assertionFor("jti", 7), nil),
		"strange key":           clientKey{jose.ES256, strange, "e"}.sign(t, assertionFor(), nil),
		"unknown kid":           clientKey{jose.ES256, ecKey, "z"}.sign(t, assertionFor(), nil),
		"key for encryption":    clientKey{jose.RS256, rsaKey, "enc"}.sign(t, assertionFor(), nil),
		"key for another alg":   clientKey{jose.RS256, rsaKey, "ps"}.sign(t, assertionFor(), nil),
		"RSA key too small":     clientKey{jose.RS256, smallRSA, "small"}.sign(t, assertionFor(), nil),
		"HMAC":                  clientKey{jose.HS256, hmacKey, "e"}.sign(t, assertionFor(), nil),
		"RS512":                 clientKey{jose.RS512, rsaKey, "r"}.sign(t, assertionFor(), nil),
		"key in the header":     clientKey{jose.ES256, strange, "x"}.sign(t, assertionFor(), (&jose.SignerOptions{}).WithHeader("jwk", public)),
		"key behind the header": clientKey{jose.ES256, strange, "x"}.sign(t, assertionFor(), (&jose.SignerOptions{}).WithHeader("jku", "https://evil.example.test/jwks")),
		"alg none":              unsigned(assertionFor()),
		"truncated":             strings.TrimSuffix(good.sign(t, assertionFor(), nil), "A")[:100],
		"too long":              strings.Repeat("a", maxAssertion+1),
		"no claims object":      good.sign(t, []int{1}, nil),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDoor(t)
			d.withKeys(
				jose.JSONWebKey{Key: &ecKey.PublicKey, KeyID: "e"}, jose.JSONWebKey{Key: &rsaKey.PublicKey, KeyID: "r"},
				jose.JSONWebKey{Key: &rsaKey.PublicKey, KeyID: "enc", Use: "enc"}, jose.JSONWebKey{Key: &rsaKey.PublicKey, KeyID: "ps", Algorithm: "PS256"},
				jose.JSONWebKey{Key: &smallRSA.PublicKey, KeyID: "small"},
			)
			refused(t, d.assert(token), http.StatusUnauthorized, "invalid_client")
			if len(d.store.used) != 0 {
				t.Error("a refused assertion was remembered as used")
			}
		})
	}
}

func unsigned(claims any) string {
	b, _ := json.Marshal(claims)
	encode := base64.RawURLEncoding.EncodeToString
	return fmt.Sprintf("%s.%s.", encode([]byte(`{"alg":"none"}`)), encode(b))
}

func TestPrivateKeyJWTToleratesClocksThatDifferALittle(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.withKeys(jose.JSONWebKey{Key: &ecKey.PublicKey, KeyID: "e"})
	now := time.Now().Unix()
	if w := d.assert(clientKey{jose.ES256, ecKey, "e"}.sign(t, assertionFor("nbf", now+8, "iat", now+8, "exp", now+300), nil)); w.Code != http.StatusOK {
		t.Errorf("eight seconds ahead: %d %s", w.Code, w.Body)
	}
}

func TestClientAssertionIsUsedOnce(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.withKeys(jose.JSONWebKey{Key: &ecKey.PublicKey, KeyID: "e"})
	token := clientKey{jose.ES256, ecKey, "e"}.sign(t, assertionFor(), nil)
	d.store.failWrites = errors.New("disk on fire")
	refused(t, d.assert(token), http.StatusInternalServerError, "server_error")
	d.store.failWrites = nil
	counts := d.parallel(10, "signer", func() *http.Request {
		form := machine("")
		form.Set("client_assertion", token)
		form.Set("client_assertion_type", assertionType)
		r := httptest.NewRequest(http.MethodPost, PathToken, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", formType)
		return r
	})
	if counts[http.StatusOK] != 1 || counts[http.StatusUnauthorized] != 9 {
		t.Errorf("statuses: %v", counts)
	}
}

func TestClientKeysFollowTheRegistration(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.withKeys(jose.JSONWebKey{Key: &ecKey.PublicKey, KeyID: "e"})
	sign := func() string { return clientKey{jose.ES256, ecKey, "e"}.sign(t, assertionFor(), nil) }
	if w := d.assert(sign()); w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	d.withKeys(jose.JSONWebKey{Key: &strange.PublicKey, KeyID: "e"})
	refused(t, d.assert(sign()), http.StatusUnauthorized, "invalid_client")
	d.client("signer").JWKS = "not json"
	refused(t, d.assert(sign()), http.StatusUnauthorized, "invalid_client")
}

// An attacker behind the same egress address must not lock an application out:
// failures count against the address together with the client that they name.
func TestFailuresOfOneClientDoNotBlockItsNeighbours(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.limiter.burst = 3
	for range 5 {
		d.knock(basic("web", "wrong"))
	}
	refused(t, d.knock(basic("web", secretOf("web"))), http.StatusTooManyRequests, "temporarily_unavailable")
	if w := d.knock(basic("other", secretOf("other"))); w.Code != http.StatusOK {
		t.Errorf("a neighbour of the noisy client was answered %d %s", w.Code, w.Body)
	}
	for range 5 {
		d.knock(basic("nobody-"+secretOf("web")[:4], "wrong"))
	}
	if w := d.knock(basic("other", secretOf("other"))); w.Code != http.StatusOK {
		t.Errorf("a neighbour of somebody who guesses names was answered %d %s", w.Code, w.Body)
	}
	refused(t, d.knock(basic("yet-another-name", "wrong")), http.StatusTooManyRequests, "temporarily_unavailable")
	if n := len(d.limiter.counted); n != 2 {
		t.Errorf("%d keys are counted, want one for the client and one for all unknown names: %v", n, d.limiter.counted)
	}
}
