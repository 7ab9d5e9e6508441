package oauth

import (
	"crypto/sha256"
	"sync"
	"time"
)

// The cache holds at most cacheShards × cacheShardSize tokens, some 1.5 kB each.
const (
	cacheShards    = 64
	cacheShardSize = 256
)

type cacheKey = [sha256.Size]byte

// cacheShard is a bounded part of the verified tokens, found by the hash of the
// whole token, so that no other spelling of a token can meet its entry.
type cacheShard struct {
	mu     sync.RWMutex
	tokens map[cacheKey]*AccessToken
}

// usual is how long tokens are at most that cost no allocation to be found.
const usual = 2 << 10

func hashOf(token string) cacheKey {
	var room [usual]byte
	return sha256.Sum256(append(room[:0], token...))
}

func (v *Verifier) shard(key cacheKey) *cacheShard { return &v.shards[key[0]%cacheShards] }

func (s *cacheShard) get(key cacheKey) *AccessToken {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.tokens[key]
}

func (s *cacheShard) put(key cacheKey, t *AccessToken, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tokens == nil {
		s.tokens = make(map[cacheKey]*AccessToken)
	}
	if len(s.tokens) >= cacheShardSize {
		s.evict(now)
	}
	s.tokens[key] = t
}

// evict removes what expired among a few entries, or else one of them. A map is
// walked from a random place, so this is random replacement.
func (s *cacheShard) evict(now time.Time) {
	const tries = 8
	var victim cacheKey
	seen := 0
	for key, t := range s.tokens {
		victim = key
		if !now.Before(t.expires) {
			delete(s.tokens, key)
		}
		if seen++; seen == tries {
			break
		}
	}
	if len(s.tokens) >= cacheShardSize {
		delete(s.tokens, victim)
	}
}
