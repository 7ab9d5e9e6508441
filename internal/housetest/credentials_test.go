package housetest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"gatehouse/internal/gatetest"
)

// clientKey is the key of a private_key_jwt client.
type clientKey struct{ *ecdsa.PrivateKey }

func newClientKey(t *testing.T) clientKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	return clientKey{k}
}

// jwks returns the public half as the client registers it.
func (k clientKey) jwks(t *testing.T) string {
	t.Helper()
	b, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: k.Public(), KeyID: "k1", Algorithm: "ES256", Use: "sig"}}})
	must(t, err)
	return string(b)
}

// sign returns the claims as an assertion; extra members join the header.
func (k clientKey) sign(t *testing.T, claims map[string]any, extra map[jose.HeaderKey]any) string {
	t.Helper()
	options := &jose.SignerOptions{ExtraHeaders: map[jose.HeaderKey]any{"kid": "k1"}}
	maps.Copy(options.ExtraHeaders, extra)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: k.PrivateKey}, options)
	must(t, err)
	payload, err := json.Marshal(claims)
	must(t, err)
	jws, err := signer.Sign(payload)
	must(t, err)
	compact, err := jws.CompactSerialize()
	must(t, err)
	return compact
}

var assertions atomic.Int64

// claimsFor are those of a good assertion, each with a jti of its own.
func claimsFor(client string) map[string]any {
	return map[string]any{
		"iss": client, "sub": client, "aud": gatetest.Issuer, "jti": fmt.Sprint("jti-", assertions.Add(1)),
		"iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix(),
	}
}

// credentials are one way to authenticate: what to put into the form and the
// Authorization header.
type credentials struct {
	form  url.Values
	basic [2]string
}

func (c credentials) post(g *gatetest.Gate, path string, more url.Values) gatetest.Answer {
	form := url.Values{}
	maps.Copy(form, c.form)
	maps.Copy(form, more)
	return g.PostForm(path, c.basic[0], c.basic[1], form)
}

func basicAuth(client, secret string) credentials {
	return credentials{basic: [2]string{client, secret}}
}

func postAuth(client, secret string) credentials {
	return credentials{form: url.Values{"client_id": {client}, "client_secret": {secret}}}
}

func assertionAuth(assertion string) credentials {
	return credentials{form: url.Values{
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}, "client_assertion": {assertion},
	}}
}
