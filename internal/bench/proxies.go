package main

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"gatehouse/internal/freeport"
)

// bareHelper starts this program as one of the bare servers below, named by its flag.
func (b *bench) bareHelper(name string, args ...string) (address string, pid int, err error) {
	port, err := freeport.Next()
	if err != nil {
		return "", 0, err
	}
	self, err := os.Executable()
	if err != nil {
		return "", 0, err
	}
	cmd, err := b.launch(nil, self, append([]string{name, "127.0.0.1:" + port}, args...)...)
	if err != nil {
		return "", 0, err
	}
	address = "http://127.0.0.1:" + port
	return address, cmd.Process.Pid, waitFor(address + "/hello")
}

// answerOfUpstream is what an order of a small shop comes to.
var answerOfUpstream = []byte(`{"id":"42","owner_id":"ada","status":"paid","total":{"amount":"48.20","currency":"EUR"},"lines":[` +
	strings.TrimSuffix(strings.Repeat(`{"product":"tea-green-100g","name":"Green tea, 100 g","quantity":2,"price":"6.10"},`, 8), ",") + `]}`)

// serveBareUpstream answers every request with the same order.
func serveBareUpstream(address string) error {
	return http.ListenAndServe(address, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(answerOfUpstream) // the caller has gone if this fails
	}))
}

// serveBareProxy passes every request on, as the library's proxy does when it is given the
// gate's transport and buffers: it strips no header, counts nothing and logs nothing.
func serveBareProxy(address, to string) error {
	target, err := url.Parse(to)
	if err != nil {
		return err
	}
	return http.ListenAndServe(address, &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) },
		Transport: &http.Transport{
			DialContext: (&net.Dialer{Timeout: 2 * time.Second}).DialContext, DisableCompression: true, MaxIdleConnsPerHost: 256,
		},
		BufferPool: &buffers{},
	})
}

// serveEmpty answers 204 to everything: as little as a server of forward-auth can do.
func serveEmpty(address string) error {
	return http.ListenAndServe(address, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/hello" {
			w.WriteHeader(http.StatusNoContent)
		}
	}))
}

type buffers struct{ pool sync.Pool }

func (b *buffers) Get() []byte {
	if one, ok := b.pool.Get().(*[]byte); ok {
		return *one
	}
	return make([]byte, 32<<10)
}

func (b *buffers) Put(one []byte) { b.pool.Put(&one) }

// serveBareAuth answers 204 to whoever shows a token that a key of the key set at keys
// signed and that has not ended, and verifies the signature each time, as most
// forward-auth servers do.
func serveBareAuth(address, keys string) error {
	known, err := readKeys(keys)
	if err != nil {
		return err
	}
	return http.ListenAndServe(address, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/hello" && !known.signed(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")) {
			http.Error(w, "no", http.StatusUnauthorized)
			return
		}
		if r.URL.Path == "/hello" {
			_, _ = io.WriteString(w, "hello")
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}))
}

type keySet []*ecdsa.PublicKey

func readKeys(address string) (keySet, error) {
	resp, err := http.Get(address)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	var set jose.JSONWebKeySet
	if err := json.Unmarshal(text, &set); err != nil {
		return nil, err
	}
	var keys keySet
	for _, k := range set.Keys {
		if key, ok := k.Key.(*ecdsa.PublicKey); ok {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("%s has no ES256 key", address)
	}
	return keys, nil
}

// signed looks at the signature and at the end, the least that a check can mean.
func (s keySet) signed(token string) bool {
	text, signature, ok := cutLast(token, '.')
	raw, err := base64.RawURLEncoding.DecodeString(signature)
	if !ok || err != nil || len(raw) != 64 {
		return false
	}
	digest := sha256.Sum256([]byte(text))
	r, t := new(big.Int).SetBytes(raw[:32]), new(big.Int).SetBytes(raw[32:])
	for _, key := range s {
		if ecdsa.Verify(key, digest[:], r, t) {
			return !ended(text)
		}
	}
	return false
}

func ended(text string) bool {
	_, claims, _ := strings.Cut(text, ".")
	raw, err := base64.RawURLEncoding.DecodeString(claims)
	var c struct {
		Ends int64 `json:"exp"`
	}
	return err != nil || json.Unmarshal(raw, &c) != nil || time.Now().Unix() >= c.Ends
}

func cutLast(text string, at byte) (before, after string, ok bool) {
	i := strings.LastIndexByte(text, at)
	if i < 0 {
		return text, "", false
	}
	return text[:i], text[i+1:], true
}
