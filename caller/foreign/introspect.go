package foreign

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"gatehouse/gate"
)

// Bounds of asking about tokens.
const (
	askTimeout = 2 * time.Second
	maxAsked   = 32   // requests under way at an issuer
	maxAnswers = 4096 // that are remembered, those that say no among them
)

// answers are what an issuer said of tokens, for as long as that counts. All who ask about
// one token at once share one request.
type answers struct {
	turns chan struct{} // as many as requests may be under way

	mu  sync.Mutex
	all map[digest]*answer
}

// answer is one of them, or the wait for it.
type answer struct {
	done  chan struct{}
	token Token
	err   error
	until time.Time // zero: it is not there yet
}

func (a *answers) knows(key digest) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	w := a.all[key]
	return w != nil && !w.until.IsZero() && w.err == nil
}

// Introspect returns what an issuer says of a token (RFC 7662), as of a few seconds ago at
// most. One that is not good here and now gives ErrBad. That the issuer does not answer, or
// not well, is Unavailable "gate.issuer".
func (s *Issuers) Introspect(ctx context.Context, i *gate.Issuer, token string) (Token, error) {
	if token == "" || len(token) > MaxToken || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return Token{}, bad("not a token")
	}
	one := s.of(i)
	w, asked := one.about(token)
	if atOnce(ctx) && asked {
		return Token{}, ErrLater
	}
	select {
	case <-w.done:
	case <-ctx.Done():
		return Token{}, unavailable(i, ctx.Err())
	}
	if w.err == nil && !w.token.Until.IsZero() && !time.Now().Before(w.token.Until) {
		return Token{}, dead("expired")
	}
	return w.token, w.err
}

// about returns the answer that is there, or has it asked for; asked is that it has to be
// waited for.
func (i *issuer) about(token string) (w *answer, asked bool) {
	now, key := time.Now(), sha256.Sum256([]byte(token))
	a := &i.answers
	a.mu.Lock()
	defer a.mu.Unlock()
	if w = a.all[key]; w != nil && (w.until.IsZero() || now.Before(w.until)) {
		return w, w.until.IsZero()
	}
	w = &answer{done: make(chan struct{})}
	if len(a.all) >= maxAnswers && !a.makeRoom(now) {
		w.err = unavailable(i.Issuer, errors.New("too many tokens are asked about"))
		close(w.done)
		return w, false
	}
	if a.all == nil {
		a.all = map[digest]*answer{}
	}
	a.all[key] = w
	go i.ask(key, token, w)
	return w, true
}

// makeRoom forgets answers that are too old, or else any one that is there.
func (a *answers) makeRoom(now time.Time) bool {
	var victim *digest
	for key, w := range a.all {
		switch {
		case w.until.IsZero():
		case !now.Before(w.until):
			delete(a.all, key)
		default:
			victim = &key
		}
	}
	if len(a.all) >= maxAnswers && victim != nil {
		delete(a.all, *victim)
	}
	return len(a.all) < maxAnswers
}

// ask asks, whoever of those that wait goes away meanwhile. What could not be asked is asked
// again by the next one; what was answered counts from when it was asked.
func (i *issuer) ask(key digest, token string, w *answer) {
	ctx, cancel := context.WithTimeout(context.Background(), askTimeout)
	defer cancel()
	asked := time.Now()
	t, err := whole(func() (Token, error) { return i.turn(ctx, token) })
	i.answers.mu.Lock()
	w.token, w.err, w.until = t, err, asked.Add(i.Introspection.Cache)
	if err != nil && !errors.Is(err, ErrBad) {
		delete(i.answers.all, key)
	}
	i.answers.mu.Unlock()
	close(w.done)
}

// turn waits until few others ask, and asks.
func (i *issuer) turn(ctx context.Context, token string) (Token, error) {
	select {
	case i.answers.turns <- struct{}{}:
		defer func() { <-i.answers.turns }()
	case <-ctx.Done():
		return Token{}, unavailable(i.Issuer, errors.New("too many tokens are asked about"))
	}
	body, err := i.wire.introspect(ctx, i.Issuer, token)
	if err != nil {
		return Token{}, unavailable(i.Issuer, err)
	}
	return i.answered(body)
}

// introspect asks as the client that the issuer knows the gate by (RFC 6749 section 2.3.1).
func (w wire) introspect(ctx context.Context, i *gate.Issuer, token string) ([]byte, error) {
	form := url.Values{"token": {token}, "token_type_hint": {"access_token"}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, i.Introspection.Endpoint, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(url.QueryEscape(i.Introspection.ClientID), url.QueryEscape(i.Secret()))
	return w.do(r)
}

// answered reads what the issuer said. A token of which it does not say for whom it is, is
// for nobody here.
func (i *issuer) answered(body []byte) (Token, error) {
	c, err := readClaims(body)
	if err == nil && c.Active == nil {
		err = errors.New("it does not say whether the token is active")
	}
	if err != nil {
		return Token{}, unavailable(i.Issuer, err)
	}
	now := time.Now()
	switch {
	case !*c.Active:
		return Token{}, bad("the issuer says that it is not active")
	case c.Issuer != nil && *c.Issuer != i.Issuer.Issuer:
		return Token{}, dead("of another issuer")
	case c.TokenType != nil && !isAccess(*c.TokenType):
		return Token{}, dead("no bearer token")
	case !c.Expires.IsZero() && !now.Before(c.Expires.Add(leeway)):
		return Token{}, dead("expired")
	case now.Before(c.NotBefore.Add(-leeway)):
		return Token{}, dead("not valid yet")
	}
	t := Token{Subject: c.Subject}
	if !c.Expires.IsZero() {
		t.Until = c.Expires.Add(leeway)
	}
	t.Service, err = i.holder(&c, now)
	return t, err
}

// isAccess reports whether a token_type is that of a bearer's access token, as issuers write
// it.
func isAccess(text string) bool {
	return strings.EqualFold(text, "Bearer") || strings.EqualFold(text, "access_token")
}
