package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"sync"
	"time"

	"gatehouse/identity/password/worker"
)

// bareSigner is the least that signs tokens for one client and lets people in.
type bareSigner struct {
	key     *ecdsa.PrivateKey
	signIn  string // pages
	account string
	pool    *worker.Pool // nil: no key is derived
	slots   chan struct{}

	mu     sync.RWMutex
	caller map[[32]byte]bool
}

// serveBareSignIns answers token requests and sign-ins at an address.
func serveBareSignIns(address, pages string, derive bool) error {
	s := &bareSigner{slots: make(chan struct{}, runtime.NumCPU()), caller: map[[32]byte]bool{}}
	var err error
	if s.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return err
	}
	if s.signIn, err = readPage(pages, "signin"); err != nil {
		return err
	}
	if s.account, err = readPage(pages, "account"); err != nil {
		return err
	}
	if derive {
		s.pool = worker.NewPool(worker.Options{Slots: cap(s.slots), MemoryKiB: 19456, Wait: time.Second, Log: quiet()})
		if err := s.pool.Start(); err != nil {
			return err
		}
		go s.pool.Run(background())
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /hello", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") })
	mux.HandleFunc("POST /oauth2/token", s.token)
	mux.HandleFunc("GET /signin", s.page(&s.signIn))
	mux.HandleFunc("POST /signin", s.enter)
	mux.HandleFunc("GET /account", s.page(&s.account))
	return http.ListenAndServe(address, mux)
}

// token knows one client, the first that asks, by the hash of its secret.
func (s *bareSigner) token(w http.ResponseWriter, r *http.Request) {
	_, secret, _ := r.BasicAuth()
	hash := sha256.Sum256([]byte(secret))
	s.mu.RLock()
	known := s.caller[hash]
	s.mu.RUnlock()
	if !known {
		s.mu.Lock()
		s.caller[hash] = true
		s.mu.Unlock()
	}
	if r.PostFormValue("grant_type") != "client_credentials" {
		http.Error(w, "bad", http.StatusBadRequest)
		return
	}
	now := time.Now().Unix()
	text := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"ES256","kid":"k1","typ":"at+jwt"}`)) + "." + base64.RawURLEncoding.EncodeToString(
		fmt.Appendf(nil, `{"iss":"http://localhost","sub":"bench","client_id":"bench","aud":["http://localhost"],"iat":%d,"exp":%d,"jti":%q}`, now, now+600, rand.Text()))
	digest := sha256.Sum256([]byte(text))
	a, b, err := ecdsa.Sign(rand.Reader, s.key, digest[:])
	if err != nil {
		http.Error(w, "sign", http.StatusInternalServerError)
		return
	}
	var signature [64]byte
	a.FillBytes(signature[:32])
	b.FillBytes(signature[32:])
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = fmt.Fprintf(w, `{"access_token":"%s.%s","token_type":"bearer","expires_in":600}`, text, base64.RawURLEncoding.EncodeToString(signature[:])) // the caller has gone if this fails
}

func (s *bareSigner) page(content *string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, *content) // the caller has gone if this fails
	}
}

// enter derives the key of a password as Gatehouse does, and compares it with nothing.
func (s *bareSigner) enter(w http.ResponseWriter, r *http.Request) {
	if err := s.derive(r.Context(), r.PostFormValue("password")); err != nil {
		http.Error(w, "derive", http.StatusInternalServerError)
		return
	}
	http.SetCookie(w, &http.Cookie{Name: "gatehouse_session", Value: rand.Text(), Path: "/", HttpOnly: true})
	http.Redirect(w, r, "/account", http.StatusSeeOther)
}

func (s *bareSigner) derive(ctx context.Context, password string) error {
	if s.pool == nil {
		return nil
	}
	s.slots <- struct{}{}
	defer func() { <-s.slots }()
	_, err := s.pool.Key(ctx, worker.Job{
		Password: []byte(password), Salt: []byte("0123456789abcdef"), MemoryKiB: 19456, Passes: 2, Threads: 1, KeyBytes: 32,
	})
	return err
}
