package oauth

import (
	"sync"
	"time"
)

// expectFor is how long a revocation counts that this process made itself and
// has not read back: longer than a poll, and short if it was rolled back. As
// long as the store cannot be asked, it counts on.
const expectFor = 2 * time.Second

// revocations is the set of what died early. Reading takes no lock. It holds
// one entry for each thing that was revoked within the longest life of a token.
type revocations struct {
	known    sync.Map // mark → Revocation
	expected sync.Map // mark → expectation
}

type mark struct {
	kind RevocationKind
	key  string
}

type expectation struct {
	Revocation
	since time.Time
}

// add keeps the furthest-reaching revocation of a thing. It is called by one
// goroutine at a time.
func (s *revocations) add(v Revocation) {
	m := mark{v.Kind, v.Key}
	if have, ok := s.known.Load(m); ok {
		old := have.(Revocation)
		v.Before, v.Until = latest(v.Before, old.Before), latest(v.Until, old.Until)
	}
	s.known.Store(m, v)
}

func (s *revocations) expect(v Revocation, now time.Time) {
	s.expected.Store(mark{v.Kind, v.Key}, expectation{v, now})
}

// kill reports whether a token about key, issued at the given time, is dead;
// asked is when the store last answered.
func (s *revocations) kill(kind RevocationKind, key string, issued, asked time.Time) bool {
	if key == "" {
		return false
	}
	m := mark{kind, key}
	if v, ok := s.known.Load(m); ok && !issued.After(v.(Revocation).Before) {
		return true
	}
	v, ok := s.expected.Load(m)
	if !ok {
		return false
	}
	e := v.(expectation)
	return asked.Sub(e.since) < expectFor && !issued.After(e.Before)
}

// sweep forgets what no living token can be about.
func (s *revocations) sweep(now time.Time) {
	s.known.Range(func(m, v any) bool {
		if !now.Before(v.(Revocation).Until) {
			s.known.Delete(m)
		}
		return true
	})
	s.expected.Range(func(m, v any) bool {
		if e := v.(expectation); now.Sub(e.since) >= expectFor {
			s.expected.CompareAndDelete(m, e)
		}
		return true
	})
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
