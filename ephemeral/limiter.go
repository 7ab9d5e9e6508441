// Package ephemeral holds what may be forgotten at any moment: flood limits and
// the like, in memory.
//
// The rule for everything here: losing it may cost somebody a wait or let a
// flood begin anew, but it never lets anyone in or out. Counters that protect
// passwords and second factors, and marks that may be used once, are therefore
// not here but in the store.
package ephemeral

import (
	"hash/maphash"
	"math"
	"sync"
	"time"

	"gatehouse/fault"
)

// Config says how much a Limiter bears.
type Config struct {
	// Rate is how many events a key may have per second in the long run.
	Rate float64
	// Burst is how many it may have at once.
	Burst int
	// Keys is how many keys are remembered at most; beyond it an old one is
	// forgotten for each new one. A key costs some 100 bytes.
	Keys int
}

// Validate says what is wrong with c.
func (c Config) Validate() []fault.Field {
	var bad []fault.Field
	if !(c.Rate >= 1e-4 && c.Rate <= 1e6) { // not a number is refused too
		bad = append(bad, fault.Field{Name: "rate", Problem: "must be between 0.0001 and 1000000 events per second"})
	}
	if c.Burst < 1 || float64(c.Burst) > c.Rate*maxReach.Seconds() {
		bad = append(bad, fault.Field{Name: "burst", Problem: "must be at least 1, and at most what the rate gives back in a year"})
	}
	if c.Keys < 1 || c.Keys > 1e8 {
		bad = append(bad, fault.Field{Name: "keys", Problem: "must be between 1 and 100000000"})
	}
	return bad
}

// Limiter bounds how often something bad may happen per key, by the generic
// cell rate algorithm: a key holds one moment, until when its allowance is used
// up. All methods may be called at once from many goroutines.
type Limiter struct {
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

const (
	maxShards = 64
	maxReach  = 365 * 24 * time.Hour
)

// New returns a Limiter, or an Invalid fault when c is not possible.
func New(c Config) (*Limiter, error) {
	if bad := c.Validate(); len(bad) > 0 {
		return nil, &fault.Error{Kind: fault.Invalid, Code: "limiter.config", Detail: "The limits are not possible.", Fields: bad}
	}
	interval := time.Duration(math.Ceil(float64(time.Second) / c.Rate))
	shards := min(maxShards, c.Keys)
	l := &Limiter{
		interval: interval, reach: interval * time.Duration(c.Burst), perShard: c.Keys / shards,
		start: time.Now(), seed: maphash.MakeSeed(), shards: make([]shard, shards),
	}
	for i := range l.shards {
		l.shards[i].whole = map[string]time.Duration{}
	}
	return l, nil
}

// Blocked returns how long key has to wait until it may have one more event,
// zero when it may have it now. It counts nothing.
func (l *Limiter) Blocked(key string) time.Duration {
	s := l.shard(key)
	now := time.Since(l.start)
	s.mu.Lock()
	defer s.mu.Unlock()
	return max(0, s.whole[key]+l.interval-l.reach-now)
}

// Count counts one event of key. A key that is blocked is counted no further,
// so that a flood does not lengthen the wait.
func (l *Limiter) Count(key string) {
	s := l.shard(key)
	now := time.Since(l.start)
	s.mu.Lock()
	defer s.mu.Unlock()
	whole, known := s.whole[key]
	if !known && len(s.whole) >= l.perShard {
		s.forget(now)
	}
	s.whole[key] = min(max(whole, now)+l.interval, now+l.reach)
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

func (l *Limiter) shard(key string) *shard {
	return &l.shards[maphash.String(l.seed, key)%uint64(len(l.shards))]
}

// Len returns how many keys are remembered now.
func (l *Limiter) Len() int {
	n := 0
	for i := range l.shards {
		s := &l.shards[i]
		s.mu.Lock()
		n += len(s.whole)
		s.mu.Unlock()
	}
	return n
}
