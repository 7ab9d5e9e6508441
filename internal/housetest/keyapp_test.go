package housetest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// rsaKey is shared: RSA keys take time to make.
var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// signingKey makes a client's key for an algorithm.
func signingKey(t *testing.T, alg string) crypto.Signer {
	t.Helper()
	var key crypto.Signer
	var err error
	switch alg {
	case "ES256":
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "EdDSA":
		_, key, err = ed25519.GenerateKey(rand.Reader)
	default:
		key = rsaKey()
	}
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// keyApp registers a private_key_jwt client with a key for the algorithm.
func keyApp(t *testing.T, g *gatetest.Gate, name, alg string) (*gatetest.Application, crypto.Signer) {
	t.Helper()
	key := signingKey(t, alg)
	set, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "k", Algorithm: alg, Use: "sig"}}})
	if err != nil {
		t.Fatal(err)
	}
	return g.App(name, func(c *oauth.Client) { c.AuthMethod, c.JWKS = oauth.AuthPrivateKey, string(set) }), key
}

// assertion signs a client assertion (RFC 7523 section 3).
func assertion(t *testing.T, client, alg string, key any) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(alg), Key: key}, (&jose.SignerOptions{}).WithHeader("kid", "k"))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	payload, err := json.Marshal(map[string]any{
		"iss": client, "sub": client, "aud": gatetest.Issuer, "jti": rand.Text(), "iat": now.Unix(), "exp": now.Add(time.Minute).Unix(),
	})
	if err != nil {
		t.Fatal(err)
	}
	jws, err := signer.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	compact, err := jws.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return compact
}

// signed returns a form with a fresh client assertion.
func signed(t *testing.T, app *gatetest.Application, alg string, key any, fields ...string) url.Values {
	t.Helper()
	form := url.Values{"client_assertion_type": {assertionType}, "client_assertion": {assertion(t, string(app.ID), alg, key)}}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return form
}
