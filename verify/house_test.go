package verify

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

const (
	testIssuer   = "https://id.example.test"
	testAudience = "https://shop.example.test"
)

// house is a Gatehouse as this package sees one: its documents, its feed and what
// it says of single tokens.
type house struct {
	t  testing.TB
	mu sync.Mutex

	keys     []key
	asked    map[string]int // by path
	down     bool
	override map[string]http.HandlerFunc // by path
	says     func(token string) any      // of introspection
	feed     *testFeed
}

type key struct {
	id, alg string
	private crypto.Signer
}

var (
	keyOnce sync.Once
	rsaKey  *rsa.PrivateKey
)

// newKey makes a key pair; the RSA one is made once for all tests.
func newKey(t testing.TB, id, alg string) key {
	t.Helper()
	var private crypto.Signer
	var err error
	switch alg {
	case "ES256":
		private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "EdDSA":
		_, private, err = ed25519.GenerateKey(rand.Reader)
	case "RS256":
		keyOnce.Do(func() { rsaKey, err = rsa.GenerateKey(rand.Reader, 2048) })
		private = rsaKey
	}
	if err != nil {
		t.Fatal(err)
	}
	return key{id, alg, private}
}

func newHouse(t testing.TB) *house {
	t.Helper()
	h := &house{
		t: t, keys: []key{newKey(t, "k1", "ES256")}, asked: map[string]int{}, override: map[string]http.HandlerFunc{},
		says: func(string) any { return map[string]any{"active": false} },
	}
	h.feed = &testFeed{house: h, epoch: "e1", changed: make(chan struct{}), breaks: make(chan struct{}), ticket: "feed-token"}
	return h
}

// sign makes a compact JWS with the house's first key of the algorithm.
func (h *house) sign(k key, typ string, claims any) string {
	h.t.Helper()
	payload, err := json.Marshal(claims)
	if err != nil {
		h.t.Fatal(err)
	}
	return h.signBytes(k, typ, payload)
}

func (h *house) signBytes(k key, typ string, payload []byte) string {
	h.t.Helper()
	o := (&jose.SignerOptions{}).WithHeader("kid", k.id)
	if typ != "" {
		o = o.WithType(jose.ContentType(typ))
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(k.alg), Key: k.private}, o)
	if err != nil {
		h.t.Fatal(err)
	}
	jws, err := signer.Sign(payload)
	if err != nil {
		h.t.Fatal(err)
	}
	compact, err := jws.CompactSerialize()
	if err != nil {
		h.t.Fatal(err)
	}
	return compact
}

// claims are Ada's, who signed in with a second factor a minute ago.
func claims(changes ...map[string]any) map[string]any {
	now := time.Now()
	c := map[string]any{
		"iss": testIssuer, "sub": "usr_ada", "aud": []string{testAudience}, "client_id": "web", "jti": "jti-1",
		"iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(), "scope": "openid shop", "sid": "ses_1", "azn": "aut_1",
		"auth_time": now.Add(-time.Minute).Unix(), "acr": "aal2", "amr": []string{"pwd", "otp"}, "pv": 10,
		"roles": []string{"support"}, "permissions": []string{"shop/orders:read"}, "permissions_own": []string{"shop/orders:write"},
	}
	for _, change := range changes {
		maps.Copy(c, change)
	}
	maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
	return c
}

// token is an access token of the house, with changes; nil removes a claim.
func (h *house) token(changes ...map[string]any) string {
	h.t.Helper()
	return h.sign(h.keys[0], "at+jwt", claims(changes...))
}

func (h *house) jwks() []byte {
	set := jose.JSONWebKeySet{}
	for _, k := range h.keys {
		set.Keys = append(set.Keys, jose.JSONWebKey{Key: k.private.Public(), KeyID: k.id, Algorithm: k.alg, Use: "sig"})
	}
	b, err := json.Marshal(set)
	if err != nil {
		h.t.Fatal(err)
	}
	return b
}

func (h *house) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	h.asked[r.URL.Path]++
	override := h.override[r.URL.Path]
	h.mu.Unlock()
	if override != nil {
		override(w, r)
		return
	}
	answer := func(v any) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		answer(map[string]any{
			"issuer": testIssuer, "jwks_uri": testIssuer + "/.well-known/jwks.json",
			"token_endpoint": testIssuer + "/oauth2/token", "introspection_endpoint": testIssuer + "/oauth2/introspect",
		})
	case "/.well-known/jwks.json":
		h.mu.Lock()
		defer h.mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(h.jwks())
	case "/oauth2/introspect":
		if id, secret, _ := r.BasicAuth(); id != "api" || secret != "s3cret" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		h.mu.Lock()
		says := h.says
		h.mu.Unlock()
		answer(says(r.PostFormValue("token")))
	case "/oauth2/token":
		if id, secret, _ := r.BasicAuth(); id != "api" || secret != "s3cret" || r.PostFormValue("resource") != testIssuer+"/api" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		answer(map[string]any{"access_token": h.feed.ticket, "token_type": "Bearer", "expires_in": 300})
	case feedPath:
		h.feed.ServeHTTP(w, r)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func (h *house) count(path string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.asked[path]
}

func (h *house) set(f func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f()
}

// client talks to the house without a network, so that a bubble's clock stands
// still while nothing happens.
func (h *house) client() *http.Client { return &http.Client{Transport: wire{h}} }

type wire struct{ house *house }

var errDown = errors.New("connection refused")

func (w wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.house.mu.Lock()
	down := w.house.down
	w.house.mu.Unlock()
	if down {
		return nil, errDown
	}
	in := r.Clone(r.Context())
	in.RequestURI, in.RemoteAddr = r.URL.RequestURI(), "192.0.2.1:1"
	if in.Body == nil {
		in.Body = http.NoBody
	}
	read, write := io.Pipe()
	answer := &answerWriter{header: http.Header{}, body: write, began: make(chan struct{})}
	stop := context.AfterFunc(r.Context(), func() { write.CloseWithError(r.Context().Err()) })
	go func() {
		defer stop()
		w.house.ServeHTTP(answer, in)
		answer.begin(http.StatusOK)
		write.Close()
	}()
	select {
	case <-answer.began:
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	return &http.Response{StatusCode: answer.status, Header: answer.sent, Body: read, Request: r, ProtoMajor: 1, ProtoMinor: 1}, nil
}

type answerWriter struct {
	header, sent http.Header
	body         *io.PipeWriter
	once         sync.Once
	began        chan struct{}
	status       int
}

func (a *answerWriter) Header() http.Header    { return a.header }
func (a *answerWriter) WriteHeader(status int) { a.begin(status) }
func (a *answerWriter) Flush()                 { a.begin(http.StatusOK) }

func (a *answerWriter) begin(status int) {
	a.once.Do(func() {
		a.status, a.sent = status, a.header.Clone()
		close(a.began)
	})
}

func (a *answerWriter) Write(b []byte) (int, error) {
	a.begin(http.StatusOK)
	return a.body.Write(bytes.Clone(b))
}

// verifier returns one of the house's, with changes to its configuration.
func (h *house) verifier(changes ...func(*Config)) *Verifier {
	h.t.Helper()
	c := Config{Issuer: testIssuer, Audience: testAudience, API: "shop", Client: h.client(), Log: slog.New(slog.DiscardHandler)}
	for _, change := range changes {
		change(&c)
	}
	v, err := New(c)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(v.Close)
	return v
}

// asks gives the API a client of its own.
func asks(c *Config) { c.ClientID, c.ClientSecret = "api", "s3cret" }

// reasonOf returns why, "" if there is no error.
func reasonOf(err error) Reason {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Reason
	}
	return Reason("not one of ours: " + err.Error())
}

func (h *house) wants(v *Verifier, what, token string, want Reason) {
	h.t.Helper()
	if _, err := v.Verify(context.Background(), token); reasonOf(err) != want {
		h.t.Errorf("%s: got %q (%v), want %q", what, reasonOf(err), err, want)
	}
}

// call sends a request through a middleware to a handler.
func call1(m Middleware, h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	m(h).ServeHTTP(w, r)
	return w
}

func get(token string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/orders/42?page=2", nil)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return r
}

func hasAll(s string, parts ...string) bool {
	for _, p := range parts {
		if !strings.Contains(s, p) {
			return false
		}
	}
	return true
}
