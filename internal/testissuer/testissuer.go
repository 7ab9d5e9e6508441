// Package testissuer is a small issuer of access tokens for tests, as other people run them:
// with keys of its own that it publishes and changes, an endpoint that tells about tokens,
// and ways to misbehave.
package testissuer

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// The client that it tells about tokens.
const (
	ClientID = "the gate"
	Secret   = "a-secret:of the tests/0123456789"
)

// Issuer is one that listens. Any number may ask it and change it at once.
type Issuer struct {
	*httptest.Server

	t        testing.TB
	mu       sync.Mutex
	keys     []Key // the first signs
	made     int
	instead  http.HandlerFunc // nil: it answers well
	opaque   map[string]map[string]any
	fetched  int // how often its keys were asked for
	asked    int // and it about a token
	document map[string]any
}

// Key is a key of it.
type Key struct {
	ID      string
	Private *ecdsa.PrivateKey
}

// New returns one that listens until the test ends.
func New(t testing.TB) *Issuer {
	t.Helper()
	i := &Issuer{t: t, opaque: map[string]map[string]any{}}
	i.Rotate()
	i.Server = httptest.NewServer(i)
	t.Cleanup(i.Close)
	i.document = map[string]any{"issuer": i.URL, "jwks_uri": i.URL + "/jwks"}
	return i
}

// ServeHTTP implements http.Handler.
func (i *Issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	instead := i.instead
	switch r.URL.Path {
	case "/jwks":
		i.fetched++
	case "/introspect":
		i.asked++
	}
	i.mu.Unlock()
	if instead != nil {
		instead(w, r)
		return
	}
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		i.answer(w, i.document)
	case "/jwks":
		i.answer(w, i.JWKS())
	case "/introspect":
		i.introspect(w, r)
	default:
		http.NotFound(w, r)
	}
}

func (i *Issuer) answer(w http.ResponseWriter, what any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(what) // who asked has gone if this fails
}

func (i *Issuer) introspect(w http.ResponseWriter, r *http.Request) {
	id, secret, _ := r.BasicAuth()
	if id != "the+gate" || secret != "a-secret%3Aof+the+tests%2F0123456789" { // RFC 6749 section 2.3.1
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	i.mu.Lock()
	claims := maps.Clone(i.opaque[r.PostFormValue("token")])
	i.mu.Unlock()
	if claims == nil {
		claims = map[string]any{"active": false}
	}
	i.answer(w, claims)
}

// Says has it say what is to be said of a token that says nothing itself; nil: that it is
// not active.
func (i *Issuer) Says(token string, claims map[string]any) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.opaque[token] = claims
}

// Misbehaves has another handler answer; nil: it answers well again.
func (i *Issuer) Misbehaves(instead http.HandlerFunc) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.instead = instead
}

// Discloses changes its discovery document.
func (i *Issuer) Discloses(name string, value any) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.document = maps.Clone(i.document)
	i.document[name] = value
}

// Fetched is how often its keys were asked for, Asked how often it about a token.
func (i *Issuer) Fetched() int { i.mu.Lock(); defer i.mu.Unlock(); return i.fetched }

// Asked is how often it was asked about a token.
func (i *Issuer) Asked() int { i.mu.Lock(); defer i.mu.Unlock(); return i.asked }

// Rotate has it sign with a new key from now on, and publish that beside the others.
func (i *Issuer) Rotate() Key {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		i.t.Fatal(err)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.made++
	i.keys = append([]Key{{fmt.Sprint("key-", i.made), private}}, i.keys...)
	return i.keys[0]
}

// Withdraw has it publish no key but that which signs.
func (i *Issuer) Withdraw() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.keys = i.keys[:1]
}

// Key is that which signs.
func (i *Issuer) Key() Key { i.mu.Lock(); defer i.mu.Unlock(); return i.keys[0] }

// JWKS is what it publishes.
func (i *Issuer) JWKS() jose.JSONWebKeySet {
	i.mu.Lock()
	defer i.mu.Unlock()
	var set jose.JSONWebKeySet
	for _, k := range i.keys {
		set.Keys = append(set.Keys, jose.JSONWebKey{Key: k.Private.Public(), KeyID: k.ID, Algorithm: "ES256", Use: "sig"})
	}
	return set
}

// Claims are those of a good token for an audience.
func (i *Issuer) Claims(subject, audience string) map[string]any {
	now := time.Now()
	return map[string]any{"iss": i.URL, "sub": subject, "aud": audience, "iat": now.Unix(), "exp": now.Add(time.Hour).Unix(), "client_id": "app", "jti": "x"}
}

// Token returns a good token of a subject for an audience.
func (i *Issuer) Token(subject, audience string) string {
	return i.Sign(i.Claims(subject, audience), nil)
}

// Sign signs claims; header has members that take the place of the usual ones.
func (i *Issuer) Sign(claims map[string]any, header map[string]any) string {
	i.t.Helper()
	k := i.Key()
	return SignBy(i.t, jose.ES256, k.Private, k.ID, claims, header)
}

// SignBy signs by any key and algorithm.
func SignBy(t testing.TB, alg jose.SignatureAlgorithm, key any, kid string, claims, header map[string]any) string {
	t.Helper()
	o := &jose.SignerOptions{ExtraHeaders: map[jose.HeaderKey]any{"typ": "at+jwt"}}
	if kid != "" {
		o.ExtraHeaders["kid"] = kid
	}
	for name, value := range header {
		o.ExtraHeaders[jose.HeaderKey(name)] = value
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, o)
	if err != nil {
		t.Fatal(err)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	jws, err := signer.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	text, err := jws.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}
