package oauth

import (
	"hash/maphash"
	"strings"
	"sync"
	"time"

	"gatehouse/id"
)

// revocations is the set of what died early: one entry for each thing that was
// revoked within the longest life of a token. Entries hold no pointer, so that
// the garbage collector has nothing to do with them, however many there are.
type revocations struct {
	once   sync.Once
	seeds  [2]maphash.Seed
	shards [shardCount]shard
}

// shardCount is a power of two. A shard is locked for as long as one entry takes,
// and for a sweep of its own entries.
const shardCount = 64

type shard struct {
	mu    sync.RWMutex
	marks map[mark]death
}

// mark is the hash of what a revocation is about, under seeds that nobody knows.
// Two of a billion things fall together with a probability of 10^-20.
type mark [2]uint64

// death is what a Revocation says, with times in microseconds.
type death struct {
	before, until int64
	spared        uint64 // of RevokedOthers: the hash of the session that lives on
}

// OthersKey names what a person has but for one session in a revocation.
func OthersKey(user id.User, spared id.Session) string { return string(user) + "|" + string(spared) }

func (s *revocations) seed() {
	s.once.Do(func() { s.seeds = [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()} })
}

// at returns the name of a thing and where it is kept.
func (s *revocations) at(kind RevocationKind, key string) (mark, *shard) {
	s.seed()
	m := mark{s.hash(0, kind, key), s.hash(1, kind, key)}
	return m, &s.shards[m[0]%shardCount]
}

func (s *revocations) hash(seed int, kind RevocationKind, key string) uint64 {
	var h maphash.Hash
	h.SetSeed(s.seeds[seed])
	_, _ = h.WriteString(string(kind))
	_ = h.WriteByte(0)
	_, _ = h.WriteString(key)
	return h.Sum64()
}

// add keeps the furthest-reaching revocation of a thing.
func (s *revocations) add(v Revocation) {
	key, spared := v.Key, ""
	if v.Kind == RevokedOthers {
		key, spared, _ = strings.Cut(v.Key, "|")
	}
	m, in := s.at(v.Kind, key)
	d := death{before: v.Before.UnixMicro(), until: v.Until.UnixMicro()}
	if spared != "" {
		d.spared = s.hash(0, RevokedOthers, spared)
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	if old, ok := in.marks[m]; ok {
		if old.before > d.before {
			d.before, d.spared = old.before, old.spared
		}
		d.until = max(d.until, old.until)
	}
	if in.marks == nil {
		in.marks = map[mark]death{}
	}
	in.marks[m] = d
}

// find returns what is known of a thing; the zero death kills nothing.
func (s *revocations) find(kind RevocationKind, key string) (death, bool) {
	if key == "" {
		return death{}, false
	}
	m, in := s.at(kind, key)
	in.mu.RLock()
	defer in.mu.RUnlock()
	d, ok := in.marks[m]
	return d, ok
}

// kill reports whether a token about key, issued at the given time, is dead.
func (s *revocations) kill(kind RevocationKind, key string, issued time.Time) bool {
	d, ok := s.find(kind, key)
	return ok && issued.UnixMicro() <= d.before
}

// killPerson reports whether a token is dead because its person was ended,
// altogether or but for another session.
func (s *revocations) killPerson(t TokenFacts) bool {
	if d, ok := s.find(RevokedUser, string(t.User)); ok && d.killsOfPerson(t) {
		return true
	}
	d, ok := s.find(RevokedOthers, string(t.User))
	return ok && d.killsOfPerson(t) && s.hash(0, RevokedOthers, string(t.Session)) != d.spared
}

// killsOfPerson spares who signs in again at once. Tokens say when they were
// issued to the second: those of the end's own second, and those that another
// process issues within the next, are dead if the sign-in that they come of is
// older. What is signed later by such a sign-in dies with its session.
func (d death) killsOfPerson(t TokenFacts) bool {
	second := time.UnixMicro(d.before).Truncate(time.Second)
	if t.Issued.Before(second) {
		return true
	}
	return !t.AuthTime.IsZero() && t.AuthTime.Before(second) && t.Issued.UnixMicro() <= d.before+inFlight.Microseconds()
}

// sweep forgets what no living token can be about. A shard that lost most of
// its entries gives their room back.
func (s *revocations) sweep(now time.Time) {
	for i := range s.shards {
		s.shards[i].sweep(now.UnixMicro())
	}
}

func (in *shard) sweep(now int64) {
	in.mu.Lock()
	defer in.mu.Unlock()
	had := len(in.marks)
	for m, d := range in.marks {
		if d.until <= now {
			delete(in.marks, m)
		}
	}
	if len(in.marks) > had/4 || had == 0 {
		return
	}
	kept := make(map[mark]death, len(in.marks))
	for m, d := range in.marks {
		kept[m] = d
	}
	in.marks = kept
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
