package session

import (
	"crypto/sha256"
	"sync"
)

// The visitors that are remembered: at most visitorShards × visitorsOfShard, some 200 bytes
// each.
const (
	visitorShards   = 64
	visitorsOfShard = 512
)

// visitorKey is the hash of a token with its host, so that no token is found at another.
type visitorKey = [sha256.Size]byte

func keyOf(token, host string) visitorKey { return sha256.Sum256([]byte(token + "@" + host)) }

// visitors remembers what was read of sessions at the gate. The zero visitors is ready.
type visitors struct{ shards [visitorShards]visitorShard }

type visitorShard struct {
	mu    sync.RWMutex
	known map[visitorKey]Visitor
}

func (m *visitors) of(key visitorKey) *visitorShard { return &m.shards[key[0]%visitorShards] }

func (m *visitors) get(key visitorKey) (v Visitor, ok bool) {
	s := m.of(key)
	s.mu.RLock()
	defer s.mu.RUnlock()
	v, ok = s.known[key]
	return v, ok
}

// put remembers v; where there is no room, some other is forgotten.
func (m *visitors) put(key visitorKey, v Visitor) {
	s := m.of(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil {
		s.known = map[visitorKey]Visitor{}
	}
	for old := range s.known { // in no order
		if len(s.known) < visitorsOfShard {
			break
		}
		delete(s.known, old)
	}
	s.known[key] = v
}

func (m *visitors) drop(key visitorKey) {
	s := m.of(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.known, key)
}
