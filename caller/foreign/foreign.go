// Package foreign tells what access tokens of other issuers are worth at the gate: those that
// say who they are by a signature, checked by the keys that their issuer publishes (RFC 7517),
// and those that say nothing, about which it is asked (RFC 7662).
//
// A token is looked at by one issuer alone, which the route and the token name together, and
// each has keys, answers and memory of its own: what one of them vouches for is never good
// for another. Of a token's header only alg, kid and typ are read; a key that a token brings
// along, or points to, proves nothing. What an issuer answers is bounded, no redirect is
// followed, and while it does not answer nobody is let in whom it would have to vouch for.
//
// What it comes to is the service account that the holder acts as, by the rules of package
// gate. What that account may do others decide.
package foreign

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"gatehouse/fault"
	"gatehouse/gate"
)

// Token is what a good token comes to.
type Token struct {
	Service string    // the service account that its holder acts as
	Subject string    // what its issuer calls them
	Until   time.Time // when it is over; zero: its issuer did not say
}

// MaxToken bounds every token that is looked at, in bytes.
const MaxToken = 8 << 10

// leeway is how far the clock of an issuer may be from ours.
const leeway = 5 * time.Second

// ErrBad is behind every refusal of a token, for whatever reason. The reason is for the log.
var ErrBad = errors.New("bad token of another issuer")

// ErrDead is the ErrBad of what an issuer did sign, or know: whoever shows it has not
// guessed.
var ErrDead = fmt.Errorf("%w: it is none for here and now", ErrBad)

// ErrLater is the answer to who must not wait, of what an issuer has to be asked first.
var ErrLater = errors.New("another issuer has to be asked")

func bad(reason string) error  { return fmt.Errorf("%w: %s", ErrBad, reason) }
func dead(reason string) error { return fmt.Errorf("%w: %s", ErrDead, reason) }

// unavailable is that nobody can tell what a token is worth.
func unavailable(i *gate.Issuer, err error) error {
	return &fault.Error{
		Kind: fault.Unavailable, Code: "gate.issuer", Detail: "The issuer of this credential cannot be asked now.", RetryAfter: time.Second,
		Err: fmt.Errorf("ask the issuer %s: %w", i.ID, err),
	}
}

// atOnceKey is under which a context says that nobody is to be waited for.
type atOnceKey struct{}

// AtOnce returns a context in which no issuer is waited for: ErrLater is the answer instead.
func AtOnce(ctx context.Context) context.Context { return context.WithValue(ctx, atOnceKey{}, true) }

func atOnce(ctx context.Context) bool { return ctx.Value(atOnceKey{}) != nil }

// Issuers looks at tokens. The zero Issuers is ready; any number may ask at once.
type Issuers struct {
	mu  sync.Mutex
	all map[string]*issuer // by their ids
}

// issuer is one of them, with all that is remembered by its word.
type issuer struct {
	*gate.Issuer
	wire    wire
	keys    keySet
	good    memory
	answers answers
}

// of returns what there is of an issuer. Where something else is said of it than before,
// what was remembered counts no more.
func (s *Issuers) of(i *gate.Issuer) *issuer {
	s.mu.Lock()
	defer s.mu.Unlock()
	if one := s.all[i.ID]; one != nil && (one.Issuer == i || one.Same(i)) {
		return one
	}
	one := &issuer{Issuer: i, wire: newWire(i)}
	one.keys.fetch = one.fetchKeys
	one.answers.turns = make(chan struct{}, maxAsked)
	if s.all == nil {
		s.all = map[string]*issuer{}
	}
	s.all[i.ID] = one
	return one
}

// Keep forgets what was remembered by the word of issuers that are not among those of now.
func (s *Issuers) Keep(present []*gate.Issuer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id := range s.all {
		if !slices.ContainsFunc(present, func(i *gate.Issuer) bool { return i.ID == id }) {
			delete(s.all, id)
		}
	}
}

type digest = [sha256.Size]byte

// Known reports whether a token was found to be an issuer's. It does not say that it is
// still alive.
func (s *Issuers) Known(i *gate.Issuer, token string) bool {
	if len(token) > MaxToken {
		return false
	}
	one, key := s.of(i), sha256.Sum256([]byte(token))
	return one.good.get(key) != nil || one.answers.knows(key)
}
