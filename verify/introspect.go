package verify

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4/json"
)

// Bounds of asking. An answer is believed for a second at most, since a second is
// what the house promises; and no more requests are under way than an issuer likes.
const (
	answersFresh = time.Second
	maxAnswers   = 4096
	maxAsked     = 32
	askTimeout   = 2 * time.Second
	askTries     = 10                    // until an answer is not from before the feed
	askPause     = 50 * time.Millisecond // between them
)

// asking asks the issuer about single tokens (RFC 7662). All who ask about one
// token at once share one request.
type asking struct {
	v     *Verifier
	life  context.Context
	turns chan struct{}

	mu      sync.Mutex
	answers map[string]*answer
}

// answer is one of the issuer's, or the wait for it.
type answer struct {
	done   chan struct{}
	claims *Claims
	err    error
	until  time.Time // zero: not there yet
}

func newAsking(v *Verifier, life context.Context) *asking {
	return &asking{v: v, life: life, turns: make(chan struct{}, maxAsked), answers: map[string]*answer{}}
}

// about returns what the issuer says of a token within the last second. A token
// that is not active there is Ended, whatever it was before.
func (a *asking) about(ctx context.Context, token string) (*Claims, error) {
	if !isCredential(token) {
		return nil, invalid("no token")
	}
	for range askTries {
		c, err := a.once(ctx, token)
		if err != nil || a.v.feed == nil || !a.v.feed.outdated(c) {
			return c, err
		}
		a.forget(token)
		wait(ctx, askPause)
	}
	return nil, unavailable("the issuer's answer is from before what its feed says", nil)
}

// once returns an answer that is there, or waits for one.
func (a *asking) once(ctx context.Context, token string) (*Claims, error) {
	w := a.join(token)
	select {
	case <-w.done:
	case <-ctx.Done():
		return nil, unavailable("the issuer was asked", ctx.Err())
	}
	if w.err != nil {
		return nil, w.err
	}
	if !time.Now().Before(w.claims.Expires) {
		return nil, &Error{Reason: Expired}
	}
	return w.claims, nil
}

// join returns the answer that is there or under way, or begins to ask.
func (a *asking) join(token string) *answer {
	now := time.Now()
	a.mu.Lock()
	defer a.mu.Unlock()
	if w := a.answers[token]; w != nil && (w.until.IsZero() || now.Before(w.until)) {
		return w
	}
	w := &answer{done: make(chan struct{})}
	if len(a.answers) >= maxAnswers && !a.makeRoom(now) {
		w.err = unavailable("too many tokens are asked about", nil)
		close(w.done)
		return w
	}
	a.answers[token] = w
	go a.ask(token, w)
	return w
}

// forget has the next one ask again.
func (a *asking) forget(token string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if w := a.answers[token]; w != nil && !w.until.IsZero() {
		delete(a.answers, token)
	}
}

// makeRoom forgets answers that are too old, or else any one that is there.
func (a *asking) makeRoom(now time.Time) bool {
	var victim string
	for token, w := range a.answers {
		switch {
		case w.until.IsZero():
		case !now.Before(w.until):
			delete(a.answers, token)
		default:
			victim = token
		}
	}
	if len(a.answers) >= maxAnswers && victim != "" {
		delete(a.answers, victim)
	}
	return len(a.answers) < maxAnswers
}

// ask asks, whoever of those that wait goes away meanwhile.
func (a *asking) ask(token string, w *answer) {
	ctx, cancel := context.WithTimeout(a.life, askTimeout)
	defer cancel()
	asked := time.Now()
	claims, err := a.turn(ctx, token)
	a.mu.Lock()
	w.claims, w.err, w.until = claims, err, asked.Add(answersFresh)
	if errors.Is(err, Unavailable) {
		w.until = asked // the next one asks again
	}
	a.mu.Unlock()
	close(w.done)
}

// turn waits until few others ask.
func (a *asking) turn(ctx context.Context, token string) (_ *Claims, err error) {
	defer rescue(a.v.config.Log, &err)
	select {
	case a.turns <- struct{}{}:
		defer func() { <-a.turns }()
	case <-ctx.Done():
		return nil, unavailable("too many tokens are asked about", nil)
	}
	meta, err := a.v.issuer.metadata(ctx)
	if err == nil && meta.Introspect == "" {
		err = errors.New("the issuer has no introspection endpoint")
	}
	if err != nil {
		return nil, unavailable("the issuer was asked", err)
	}
	c := &a.v.config
	body, err := a.v.issuer.post(ctx, meta.Introspect, c.ClientID, c.ClientSecret, url.Values{"token": {token}, "token_type_hint": {"access_token"}})
	if err != nil {
		return nil, unavailable("the issuer was asked", err)
	}
	return a.v.answered(body)
}

// answered reads an answer. Gatehouse leaves token_type out of what it says of a
// refresh token, which opens nothing here.
func (v *Verifier) answered(body []byte) (*Claims, error) {
	var state struct {
		Active *bool `json:"active"`
	}
	if err := json.Unmarshal(body, &state); err != nil || state.Active == nil {
		return nil, unavailable("the issuer's answer is none", err)
	}
	if !*state.Active {
		return nil, &Error{Reason: Ended, Detail: "the issuer says that it is not active"}
	}
	c, w, err := v.claimsOf(body)
	if err != nil {
		return nil, err
	}
	if !w.Active || !strings.EqualFold(w.TokenType, "Bearer") {
		return nil, invalid("the issuer says that it is no bearer token")
	}
	return c, nil
}
