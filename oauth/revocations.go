package oauth

import (
	"sync"
	"time"
)

// revocations is the set of what died early. Reading takes no lock. It holds
// one entry for each thing that was revoked within the longest life of a token.
type revocations struct {
	adding sync.Mutex // held by add and sweep
	known  sync.Map   // mark → Revocation
}

type mark struct {
	kind RevocationKind
	key  string
}

// add keeps the furthest-reaching revocation of a thing.
func (s *revocations) add(v Revocation) {
	s.adding.Lock()
	defer s.adding.Unlock()
	m := mark{v.Kind, v.Key}
	if have, ok := s.known.Load(m); ok {
		old := have.(Revocation)
		v.Before, v.Until = latest(v.Before, old.Before), latest(v.Until, old.Until)
	}
	s.known.Store(m, v)
}

// kill reports whether a token about key, issued at the given time, is dead.
func (s *revocations) kill(kind RevocationKind, key string, issued time.Time) bool {
	if key == "" {
		return false
	}
	v, ok := s.known.Load(mark{kind, key})
	return ok && !issued.After(v.(Revocation).Before)
}

// sweep forgets what no living token can be about.
func (s *revocations) sweep(now time.Time) {
	s.adding.Lock()
	defer s.adding.Unlock()
	s.known.Range(func(m, v any) bool {
		if !now.Before(v.(Revocation).Until) {
			s.known.Delete(m)
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
