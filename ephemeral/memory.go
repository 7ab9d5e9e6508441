package ephemeral

import (
	"hash/maphash"
	"sync"
	"time"
)

// memory is what one process counts, by the generic cell rate algorithm: a key holds one
// moment, at which its allowance is whole again. It remembers at most as many keys as it
// was told.
//
// Beyond that the key that is forgotten is the one nearest to being whole again, of a few:
// who is kept waiting is forgotten last. To have themselves forgotten, somebody would have
// to fill the memory with others that are further from whole than they are, which takes
// about as many events as all of these may have.
type memory struct {
	perShard int
	start    time.Time
	seed     maphash.Seed
	shards   []shard
}

// shard is a part of the keys. The map holds when a key's allowance is whole
// again, since start; a key whose moment is past might as well not be there.
type shard struct {
	mu    sync.Mutex
	whole map[string]time.Duration
	_     [40]byte // keeps two shards' locks out of one cache line
}

const maxShards = 64

func newMemory(remembered int, start time.Time) *memory {
	shards := min(maxShards, remembered)
	m := &memory{perShard: remembered / shards, start: start, seed: maphash.MakeSeed(), shards: make([]shard, shards)}
	for i := range m.shards {
		m.shards[i].whole = map[string]time.Duration{}
	}
	return m
}

// now is the monotonic clock.
func (m *memory) now() time.Duration { return time.Since(m.start) }

// look returns how long key has to wait, and the moment, since start, at which it is whole
// again.
func (m *memory) look(key string, b bound) (wait, wholeAt time.Duration) {
	s := m.shard(key)
	now := m.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	wholeAt = min(s.whole[key], now+b.reach)
	return b.wait(wholeAt, now), wholeAt
}

// count counts one event of key. One that is blocked is counted no further.
func (m *memory) count(key string, b bound) {
	s := m.shard(key)
	now := m.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	m.put(s, key, b, now)
}

// take counts one event of key if it may have one. rest is how long it takes
// until it is whole again.
func (m *memory) take(key string, b bound) (wait, rest time.Duration) {
	s := m.shard(key)
	now := m.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if wait = b.wait(s.whole[key], now); wait == 0 {
		m.put(s, key, b, now)
	}
	return wait, s.whole[key] - now
}

// learn notes what somebody else counted of key. Who counted more is right, up to what a
// key may have: nobody waits longer than that, whatever was said.
func (m *memory) learn(key string, b bound, whole time.Duration) {
	s := m.shard(key)
	now := m.now()
	whole = min(whole, now+b.reach)
	s.mu.Lock()
	defer s.mu.Unlock()
	had, known := s.whole[key]
	if whole <= max(had, now) {
		return
	}
	if !known {
		m.room(s, now)
	}
	s.whole[key] = whole
}

// put moves the moment of key by one event; s is held.
func (m *memory) put(s *shard, key string, b bound, now time.Duration) {
	whole, known := s.whole[key]
	if !known {
		m.room(s, now)
	}
	s.whole[key] = min(max(whole, now)+b.every, now+b.reach)
}

// room makes room for one key where there is none: it drops those among a few that are
// whole again, or else the one nearest to it. A map is walked from a random place.
func (m *memory) room(s *shard, now time.Duration) {
	if len(s.whole) < m.perShard {
		return
	}
	const tries = 8
	var nearest string
	first, seen := true, 0
	for key, whole := range s.whole {
		if whole <= now {
			delete(s.whole, key)
		}
		if first || whole < s.whole[nearest] {
			nearest, first = key, false
		}
		if seen++; seen == tries {
			break
		}
	}
	delete(s.whole, nearest)
}

func (m *memory) shard(key string) *shard {
	return &m.shards[maphash.String(m.seed, key)%uint64(len(m.shards))]
}
