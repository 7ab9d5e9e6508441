package verify

import (
	"strings"
	"sync"
	"time"
)

// A cache holds at most cacheShards × cacheShardSize tokens, some 3 kB each.
const (
	cacheShards    = 64
	cacheShardSize = 128
)

// cache remembers tokens whose signature and form were good, so that a signature
// is checked once and not at every request. It finds them by all that they are, so
// that no other spelling meets an entry. Refusals are not remembered: who has no
// good token fills nothing.
type cache struct{ shards [cacheShards]cacheShard }

type cacheShard struct {
	mu     sync.RWMutex
	tokens map[string]*Claims
}

// shard takes a letter of the signature, which is as good as chance.
func (c *cache) shard(token string) *cacheShard {
	return &c.shards[token[max(0, len(token)-2)]%cacheShards]
}

func (c *cache) get(token string) *Claims {
	if token == "" {
		return nil
	}
	s := c.shard(token)
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.tokens[token]
}

func (c *cache) put(token string, claims *Claims, now time.Time) {
	s := c.shard(token)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tokens == nil {
		s.tokens = map[string]*Claims{}
	}
	if len(s.tokens) >= cacheShardSize {
		s.evict(now)
	}
	s.tokens[strings.Clone(token)] = claims
}

// evict makes room: of what expired, or else of any one. A map is walked from a
// random place.
func (s *cacheShard) evict(now time.Time) {
	var victim string
	for token, c := range s.tokens {
		if victim = token; !now.Before(c.Expires) {
			delete(s.tokens, token)
		}
	}
	if len(s.tokens) >= cacheShardSize {
		delete(s.tokens, victim)
	}
}
