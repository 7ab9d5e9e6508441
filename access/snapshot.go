package access

import (
	"hash/maphash"
	"maps"
	"sync/atomic"

	"gatehouse/id"
)

// Snapshot is a policy as it stood at one version. It does not change: any
// number of callers may ask it at once, and a change makes another one.
type Snapshot struct {
	version uint64
	rules   *rules
	shards  [shards]map[Subject]*principal
	keys    map[id.ServiceKey]*key
}

// shards is how many parts the principals are in: a change copies one of them.
const shards = 256

var seed = maphash.MakeSeed()

func shard(s Subject) int { return int(maphash.String(seed, s.ID) % shards) }

// principal is somebody who acts, with what was given to them by name.
type principal struct {
	disabled bool
	member   []edge
	grants   []*grant

	everywhere atomic.Pointer[effective] // what they may do outside of organisations
	within     atomic.Pointer[effective] // and within the organisation asked of last
}

// Compile returns the snapshot of a policy. It keeps p, which must not be
// changed any more.
func Compile(p Policy) *Snapshot {
	s := &Snapshot{version: p.Version, rules: compileRules(p), keys: compileKeys(p.Keys)}
	for i := range s.shards {
		s.shards[i] = map[Subject]*principal{}
	}
	for _, one := range p.Principals {
		s.make(one.Subject).disabled = one.Disabled
	}
	for _, m := range p.Memberships {
		e := edge{m.Of, m.span()}
		if m.Member.Kind.acts() {
			one := s.make(m.Member)
			one.member = append(one.member, e)
		} else {
			s.rules.over[m.Member] = append(s.rules.over[m.Member], e)
		}
	}
	conditions := conditions{}
	for i := range p.Grants {
		g := conditions.compile(&p.Grants[i])
		if g.Subject.Kind.acts() {
			one := s.make(g.Subject)
			one.grants = append(one.grants, g)
		} else {
			s.rules.grants[g.Subject] = append(s.rules.grants[g.Subject], g)
		}
	}
	return s
}

// conditions has one for each source: a compiled one takes a hundred times as much
// as its source, and many grants have the same.
type conditions map[string]*condition

func (all conditions) compile(g *Grant) *grant {
	c := &grant{Grant: g, span: g.span()}
	if g.Where.Place != Condition {
		return c
	}
	source := g.Where.Expression
	if all[source] == nil {
		all[source] = &condition{source: source}
	}
	c.condition = all[source]
	return c
}

// make returns the principal of a snapshot that nobody has seen yet.
func (s *Snapshot) make(who Subject) *principal {
	in := s.shards[shard(who)]
	if in[who] == nil {
		in[who] = &principal{}
	}
	return in[who]
}

// Version returns the version of the policy.
func (s *Snapshot) Version() uint64 { return s.version }

// Principals returns of how many principals it has something.
func (s *Snapshot) Principals() (n int) {
	for i := range s.shards {
		n += len(s.shards[i])
	}
	return n
}

// With returns a snapshot of a later version in which what was given to one
// principal by name is as told, and all else as here. It copies one part in 256.
func (s *Snapshot) With(version uint64, who Principal, memberships []Membership, grants []Grant) *Snapshot {
	next := *s
	next.version = version
	i := shard(who.Subject)
	next.shards[i] = maps.Clone(s.shards[i])
	one := &principal{disabled: who.Disabled}
	for _, m := range memberships {
		one.member = append(one.member, edge{m.Of, m.span()})
	}
	conditions := conditions{}
	for j := range grants {
		one.grants = append(one.grants, conditions.compile(&grants[j]))
	}
	if next.shards[i][who.Subject] = one; !one.disabled && one.member == nil && one.grants == nil {
		delete(next.shards[i], who.Subject)
	}
	return &next
}

// withRules returns a snapshot of a later version in which all that is the same for
// everybody is as p has it, and what is built in and was given by name as here.
func (s *Snapshot) withRules(version uint64, p Policy) *Snapshot {
	next := s.withVersion(version)
	p.BuiltIn = s.rules.builtIn
	next.rules = Compile(p).rules
	return next
}

// withVersion returns the same as a later version.
func (s *Snapshot) withVersion(version uint64) *Snapshot {
	next := *s
	next.version = version
	return &next
}

// principal returns what is known of who, nil for somebody ordinary.
func (s *Snapshot) principal(who Subject) *principal { return s.shards[shard(who)][who] }
