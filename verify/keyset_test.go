package verify

import (
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-jose/go-jose/v4"
)

const jwksPath = "/.well-known/jwks.json"

func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

// The first requests all at once make one request for the keys, and so does a new key.
func TestKeysAreAskedForOnceByAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		v := h.verifier()
		all := func(token string) {
			var wg sync.WaitGroup
			for range 100 {
				wg.Go(func() { h.wants(v, "one of many", token, "") })
			}
			wg.Wait()
		}
		all(h.token())
		if n := h.count(jwksPath); n != 1 {
			t.Errorf("%d requests for the first keys", n)
		}
		time.Sleep(keysPause)
		h.set(func() { h.keys = append([]key{newKey(t, "k2", "ES256")}, h.keys...) })
		all(h.token())
		if n := h.count(jwksPath); n != 2 {
			t.Errorf("%d requests after a rotation", n)
		}
	})
}

// Names of keys that do not exist cost one request in five seconds, and hold up
// nobody whose key is known.
func TestUnknownKeysAreAskedForSeldom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		v := h.verifier()
		good := h.token()
		h.wants(v, "the good token", good, "")
		began := time.Now()
		for n := range 1000 {
			h.wants(v, "an unknown key", withHeader(good, fmt.Sprintf(`{"alg":"ES256","kid":"x%d","typ":"at+jwt"}`, n)), Invalid)
			time.Sleep(20 * time.Millisecond)
		}
		most := 1 + int(time.Since(began)/keysPause)
		if n := h.count(jwksPath); n > most {
			t.Errorf("%d requests in %s", n, time.Since(began))
		}
		h.wants(v, "the good token", good, "")
	})
}

// An issuer that is away holds nobody up whose key is known, until the keys are too old.
func TestKeysOutliveAnOutage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		v := h.verifier()
		long := h.token(map[string]any{"exp": time.Now().Add(5 * time.Hour).Unix()})
		h.wants(v, "before", long, "")
		h.set(func() { h.down = true })
		time.Sleep(time.Hour - time.Second)
		h.wants(v, "after an hour, known before", long, "")
		h.wants(v, "after an hour, seen for the first time", h.token(), "")
		h.wants(v, "a key that may be new", withHeader(long, `{"alg":"ES256","kid":"k2","typ":"at+jwt"}`), Unavailable)
		time.Sleep(time.Second)
		h.wants(v, "with keys that are too old", long, Unavailable)
		if err := v.Ready(t.Context()); reasonOf(err) != Unavailable {
			t.Errorf("Ready: %v", err)
		}
		h.set(func() { h.down = false })
		time.Sleep(keysPause)
		h.wants(v, "after the outage", long, "")
		if err := v.Ready(t.Context()); err != nil {
			t.Errorf("Ready: %v", err)
		}
	})
}

func TestAnIssuerThatIsAwayDoesNotKeepAnAPIFromStarting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.down = true
		v := h.verifier()
		for range 50 {
			h.wants(v, "while it is away", h.token(), Unavailable)
		}
		h.set(func() { h.down = false })
		time.Sleep(keysFirst)
		h.wants(v, "when it is there", h.token(), "")
	})
}

// A key that was taken back signs nothing any more, for tokens that were known, too.
func TestAKeyThatIsGoneSignsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		v := h.verifier()
		old := h.token(map[string]any{"exp": time.Now().Add(time.Hour).Unix()})
		h.wants(v, "before", old, "")
		h.set(func() { h.keys = []key{newKey(t, "k2", "ES256")} })
		time.Sleep(keysFresh)
		_, _ = v.Verify(t.Context(), old) // it has the keys renewed, and does not wait for that
		synctest.Wait()
		h.wants(v, "after", old, Invalid)
		h.wants(v, "of the new key", h.token(), "")
	})
}

func TestWhoGoesAwayWaitsForNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.override[jwksPath] = func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
		v := h.verifier()
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		began := time.Now()
		if _, err := v.Verify(ctx, h.token()); reasonOf(err) != Unavailable || time.Since(began) > 100*time.Millisecond {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
		h.wants(v, "a key set that never comes", h.token(), Unavailable)
		if took := time.Since(began); took > fetchTimeout {
			t.Errorf("waited for %s", took)
		}
	})
}

// What the issuer's documents must not be able to do, or whoever stands in for them.
func TestHostileDocumentsGiveNoKeys(t *testing.T) {
	t.Parallel()
	good := newHouse(t)
	k := good.keys[0]
	set := func(keys ...jose.JSONWebKey) string { return string(mustJSON(jose.JSONWebKeySet{Keys: keys})) }
	public := jose.JSONWebKey{Key: k.private.Public(), KeyID: "k1", Algorithm: "ES256", Use: "sig"}
	changed := func(f func(*jose.JSONWebKey)) jose.JSONWebKey {
		c := public
		f(&c)
		return c
	}
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	many := make([]jose.JSONWebKey, maxKeys+1)
	for i := range many {
		many[i] = changed(func(c *jose.JSONWebKey) { c.KeyID = fmt.Sprint("k", i) })
	}
	meta := func(changes map[string]string) string {
		m := map[string]string{"issuer": testIssuer, "jwks_uri": testIssuer + jwksPath}
		for name, value := range changes {
			m[name] = value
		}
		return string(mustJSON(m))
	}
	const discovery = "/.well-known/openid-configuration"
	signs := map[string]key{"a small key": {"k1", "RS256", small}} // all others are signed by the house's own
	for name, c := range map[string]struct{ path, body string }{
		"a symmetric key":             {jwksPath, `{"keys":[{"kty":"oct","kid":"k1","alg":"HS256","k":"c2VjcmV0"}]}`},
		"a private key":               {jwksPath, set(changed(func(c *jose.JSONWebKey) { c.Key = k.private.(*ecdsa.PrivateKey) }))},
		"a key for encryption":        {jwksPath, set(changed(func(c *jose.JSONWebKey) { c.Use = "enc" }))},
		"a key without a name":        {jwksPath, set(changed(func(c *jose.JSONWebKey) { c.KeyID = "" }))},
		"a key of another algorithm":  {jwksPath, set(changed(func(c *jose.JSONWebKey) { c.Algorithm = "ES384" }))},
		"a small key":                 {jwksPath, set(jose.JSONWebKey{Key: small.Public(), KeyID: "k1", Algorithm: "RS256", Use: "sig"})},
		"two keys of one name":        {jwksPath, set(public, public)},
		"too many keys":               {jwksPath, set(many...)},
		"no keys":                     {jwksPath, `{"keys":[]}`},
		"no key set":                  {jwksPath, `{}`},
		"no JSON":                     {jwksPath, `<html>`},
		"a key set without end":       {jwksPath, strings.Repeat(" ", maxDocument) + set(public)},
		"metadata of another":         {discovery, meta(map[string]string{"issuer": "https://evil.example.test"})},
		"keys on plain http":          {discovery, meta(map[string]string{"jwks_uri": "http://id.example.test/jwks"})},
		"introspection on plain http": {discovery, meta(map[string]string{"introspection_endpoint": "http://id.example.test/i"})},
		"keys nowhere":                {discovery, meta(map[string]string{"jwks_uri": ""})},
		"metadata no JSON":            {discovery, `[]`},
	} {
		h := newHouse(t)
		h.keys = good.keys
		h.override[c.path] = func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(c.body))
		}
		token := h.token()
		if k, ok := signs[name]; ok {
			token = h.sign(k, "at+jwt", claims())
		}
		if _, err := h.verifier().Verify(t.Context(), token); err == nil {
			t.Errorf("%s: the token is taken", name)
		}
	}
	for name, answer := range map[string]http.HandlerFunc{
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, testIssuer+"/elsewhere", http.StatusFound)
		},
		"an error":      func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"another media": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(good.jwks()) },
	} {
		h := newHouse(t)
		h.keys = good.keys
		h.override[jwksPath] = answer
		h.override["/elsewhere"] = func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(good.jwks())
		}
		h.wants(h.verifier(), name, h.token(), Unavailable)
	}
}

func TestConfigSaysAllThatIsWrong(t *testing.T) {
	t.Parallel()
	good := Config{Issuer: testIssuer, Audience: testAudience}
	if v, err := New(good); err != nil {
		t.Error(err)
	} else {
		v.Close()
	}
	for part, change := range map[string]func(*Config){
		"Issuer":       func(c *Config) { c.Issuer = "http://id.example.test" },
		"Issuer \"\"":  func(c *Config) { c.Issuer = "" },
		"Issuer \"h":   func(c *Config) { c.Issuer = "https://id.example.test/?x=1" },
		"Audience":     func(c *Config) { c.Audience = "" },
		"API":          func(c *Config) { c.API = "shop/orders" },
		"ClientSecret": func(c *Config) { c.ClientID = "api" },
		"Feed":         func(c *Config) { c.Feed = true },
		"Ask":          func(c *Config) { c.Feed, c.Key, c.WhenBehind = true, "gatehouse_pat_x", Ask },
		"WhenBehind":   func(c *Config) { c.WhenBehind = 7 },
		"Opaque":       func(c *Config) { c.Opaque = true },
		"Gate":         func(c *Config) { c.Gate, c.ClientID, c.ClientSecret = true, "shop", "x" },
		"Resource":     func(c *Config) { c.Resource = "http://shop.example.test" },
		"HS256":        func(c *Config) { c.Algorithms = []string{"HS256"} },
		"none":         func(c *Config) { c.Algorithms = []string{"none"} },
		"duration":     func(c *Config) { c.Skew = -1 },
		"MaxEntries":   func(c *Config) { c.MaxEntries = -1 },
	} {
		c := good
		change(&c)
		if _, err := New(c); err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%s: %v", part, err)
		}
	}
	bad := good
	bad.Audience, bad.Opaque, bad.API = "", true, "/"
	if _, err := New(bad); err == nil || !hasAll(err.Error(), "Audience", "Opaque", "API") {
		t.Errorf("not all at once: %v", err)
	}
	for _, issuer := range []string{"http://localhost:8080", "http://127.0.0.1:8080", "http://[::1]:8080", "http://id.localhost"} {
		c := good
		c.Issuer = issuer
		v, err := New(c)
		if err != nil {
			t.Errorf("%s: %v", issuer, err)
			continue
		}
		v.Close()
	}
}
