package ephemeral

import (
	"context"
	"hash/maphash"
	"sync"
	"time"
)

// memory is a Limiter of this process alone, by the generic cell rate algorithm: a
// key holds one moment, until when its allowance is used up. It remembers at most
// as many keys as it was told.
type memory struct {
	interval time.Duration // between two events at the allowed rate
	reach    time.Duration // how far a key's moment may lie ahead: the burst
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

func newMemory(c Config) *memory {
	interval := (time.Minute + time.Duration(c.PerMinute) - 1) / time.Duration(c.PerMinute)
	shards := min(maxShards, c.Remembered)
	m := &memory{
		interval: interval, reach: interval * time.Duration(c.Burst), perShard: c.Remembered / shards,
		start: time.Now(), seed: maphash.MakeSeed(), shards: make([]shard, shards),
	}
	for i := range m.shards {
		m.shards[i].whole = map[string]time.Duration{}
	}
	return m
}

// AnswersAtOnce says that nobody need bound how long an answer takes.
func (m *memory) AnswersAtOnce() {}

// Blocked implements Limiter. It never fails.
func (m *memory) Blocked(_ context.Context, key string) (time.Duration, error) {
	s := m.shard(key)
	now := time.Since(m.start)
	s.mu.Lock()
	defer s.mu.Unlock()
	return max(0, s.whole[key]+m.interval-m.reach-now), nil
}

// Count implements Limiter. It never fails.
func (m *memory) Count(_ context.Context, key string) error {
	s := m.shard(key)
	now := time.Since(m.start)
	s.mu.Lock()
	defer s.mu.Unlock()
	m.count(s, key, now)
	return nil
}

// Take implements Limiter. It never fails.
func (m *memory) Take(_ context.Context, key string) (time.Duration, error) {
	s := m.shard(key)
	now := time.Since(m.start)
	s.mu.Lock()
	defer s.mu.Unlock()
	if wait := s.whole[key] + m.interval - m.reach - now; wait > 0 {
		return wait, nil
	}
	m.count(s, key, now)
	return 0, nil
}

// Left returns how many events key may have now at once, and when it may have the whole
// burst again.
func (m *memory) Left(key string) (n int, whole time.Duration) {
	s := m.shard(key)
	now := time.Since(m.start)
	s.mu.Lock()
	defer s.mu.Unlock()
	whole = max(0, s.whole[key]-now)
	return int((m.reach - whole) / m.interval), whole
}

// count counts one event of key; s is held.
func (m *memory) count(s *shard, key string, now time.Duration) {
	whole, known := s.whole[key]
	if !known && len(s.whole) >= m.perShard {
		s.forget(now)
	}
	s.whole[key] = min(max(whole, now)+m.interval, now+m.reach)
}

// forget makes room for one key: it drops those among a few that are whole
// again, or else the one nearest to it. A map is walked from a random place.
func (s *shard) forget(now time.Duration) {
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
