package oauth

import (
	"hash/maphash"
	"maps"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"gatehouse/id"
)

// revocations is the set of what died early: one entry for each thing that was
// revoked within the longest life of a token. Entries hold no pointer, so that
// the garbage collector has nothing to do with them, however many there are.
// Make it with newRevocations.
type revocations struct{ kinds map[RevocationKind]*deaths }

// deaths are those of one kind of thing.
type deaths struct {
	seeds  [2]maphash.Seed
	known  atomic.Int64 // how many: of most kinds there are none
	shards [shardCount]shard
}

// shardCount is a power of two. A shard is locked for as long as one entry takes,
// and for a sweep of its own entries.
const shardCount = 16

type shard struct {
	mu   sync.RWMutex
	dead map[digest]death
}

// digest is the hash of a thing's name, under seeds that nobody knows. Two of a
// billion things fall together with a probability of 10^-20.
type digest [2]uint64

// death is what a Revocation says, with times in microseconds.
type death struct {
	before, until int64
	spared        uint64 // of RevokedOthers: the hash of the session that lives on
}

func newRevocations() revocations {
	s := revocations{kinds: map[RevocationKind]*deaths{}}
	for _, kind := range []RevocationKind{
		RevokedToken, RevokedAuthorization, RevokedSession, RevokedUser, RevokedEverybody, RevokedOthers, RevokedClient, RevokedKey, RevokedConsent,
	} {
		s.kinds[kind] = &deaths{seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}}
	}
	return s
}

// OthersKey names what a person has but for one session in a revocation.
func OthersKey(user id.User, spared id.Session) string { return string(user) + "|" + string(spared) }

// at returns the digest of a thing and where it is kept.
func (k *deaths) at(key string) (digest, *shard) {
	m := digest{k.hash(key), maphash.String(k.seeds[1], key)}
	return m, &k.shards[m[0]%shardCount]
}

func (k *deaths) hash(text string) uint64 { return maphash.String(k.seeds[0], text) }

// add keeps the furthest-reaching revocation of a thing. A kind that this
// program does not know is about nothing that it gives.
func (s *revocations) add(v Revocation) {
	k := s.kinds[v.Kind]
	if k == nil {
		return
	}
	d := death{before: v.Before.UnixMicro(), until: v.Until.UnixMicro()}
	key := v.Key
	if v.Kind == RevokedOthers {
		user, spared, _ := strings.Cut(v.Key, "|")
		key, d.spared = user, k.hash(spared)
	}
	k.add(key, d)
}

func (k *deaths) add(key string, d death) {
	m, in := k.at(key)
	in.mu.Lock()
	defer in.mu.Unlock()
	old, ok := in.dead[m]
	if ok {
		if old.before > d.before {
			d.before, d.spared = old.before, old.spared
		}
		d.until = max(d.until, old.until)
	} else {
		k.known.Add(1)
	}
	if in.dead == nil {
		in.dead = map[digest]death{}
	}
	in.dead[m] = d
}

// find returns what is known of a thing.
func (k *deaths) find(key string) (death, bool) {
	if key == "" || k.known.Load() == 0 {
		return death{}, false
	}
	m, in := k.at(key)
	in.mu.RLock()
	defer in.mu.RUnlock()
	d, ok := in.dead[m]
	return d, ok
}

// kills reports whether a token is dead because of a thing of it.
func (s *revocations) kills(thing Thing, t *TokenFacts) bool {
	k := s.kinds[thing.Kind]
	d, ok := k.find(thing.Key)
	if !ok {
		return false
	}
	switch thing.Kind {
	case RevokedUser:
		return d.killsOfPerson(t)
	case RevokedOthers:
		return d.killsOfPerson(t) && k.hash(string(t.Session)) != d.spared
	}
	return t.Issued.UnixMicro() <= d.before
}

// killsOfPerson spares who signs in again at once. Codes say exactly when they were
// issued. Tokens say it to the second: those of the end's own second, and those
// that another process issues within the next, are dead if the sign-in that they
// come of is older. What is signed later by such a sign-in dies with its session.
func (d death) killsOfPerson(t *TokenFacts) bool {
	second := time.UnixMicro(d.before).Truncate(time.Second)
	if t.Issued.Before(second) || t.Exact && t.Issued.UnixMicro() <= d.before {
		return true
	}
	return !t.AuthTime.IsZero() && t.AuthTime.Before(second) && t.Issued.UnixMicro() <= d.before+inFlight.Microseconds()
}

// sweep forgets what no living token can be about. A shard that lost most of
// its entries gives their room back.
func (s *revocations) sweep(now time.Time) {
	for _, k := range s.kinds {
		for i := range k.shards {
			k.known.Add(-k.shards[i].sweep(now.UnixMicro()))
		}
	}
}

func (in *shard) sweep(now int64) (forgotten int64) {
	in.mu.Lock()
	defer in.mu.Unlock()
	had := len(in.dead)
	maps.DeleteFunc(in.dead, func(_ digest, d death) bool { return d.until <= now })
	if forgotten = int64(had - len(in.dead)); len(in.dead) < had/4 {
		in.dead = maps.Clone(in.dead)
	}
	return forgotten
}
