package access

import (
	"sync/atomic"

	"gatehouse/id"
)

// Snapshot is a policy as it stood at one version. It does not change: any
// number of callers may ask it at once, and a change makes another one.
type Snapshot struct {
	version uint64
	rules   *rules
	tables  [actors]*table
	keys    map[id.ServiceKey]*key
}

// principal is somebody who acts, with what was given to them by name.
type principal struct {
	id       string
	hash     uint64
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
	for i := range s.tables {
		s.tables[i] = &table{}
	}
	for _, one := range p.Principals {
		if one.Kind.acts() {
			s.make(one.Subject).disabled = one.Disabled
		}
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
		all[source] = conditionOf(source)
	}
	c.condition = all[source]
	return c
}

// make returns the principal of a snapshot that nobody has seen yet.
func (s *Snapshot) make(who Subject) *principal {
	t, hash := s.tables[who.Kind.actor()], hashOf(who.ID)
	one := t.find(who.ID, hash)
	if one == nil {
		one = &principal{id: who.ID, hash: hash}
		t.add(one)
	}
	return one
}

// Version returns the version of the policy.
func (s *Snapshot) Version() uint64 { return s.version }

// Principals returns of how many principals it has something.
func (s *Snapshot) Principals() (n int) {
	for _, t := range s.tables {
		for i := range t {
			n += t[i].number
		}
	}
	return n
}

// With returns a snapshot of a later version in which what was given to one
// principal by name is as told, and all else as here. It copies one part in 256.
func (s *Snapshot) With(version uint64, who Principal, memberships []Membership, grants []Grant) *Snapshot {
	next := *s
	next.version = version
	if !who.Kind.acts() {
		return &next
	}
	one := &principal{id: who.ID, hash: hashOf(who.ID), disabled: who.Disabled}
	for _, m := range memberships {
		one.member = append(one.member, edge{m.Of, m.span()})
	}
	conditions := conditions{}
	for j := range grants {
		one.grants = append(one.grants, conditions.compile(&grants[j]))
	}
	next.tables[who.Kind.actor()] = s.tables[who.Kind.actor()].with(one)
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

// principal returns what is known of who, nil for somebody ordinary, and for whoever
// cannot act.
func (s *Snapshot) principal(who Subject) *principal {
	if !who.Kind.acts() {
		return nil
	}
	return s.tables[who.Kind.actor()].get(who.ID)
}

// ordinary reports whether somebody is as if nothing were known of them.
func (p *principal) ordinary() bool { return !p.disabled && p.member == nil && p.grants == nil }

// all lists the principals.
func (s *Snapshot) all(yield func(Subject) bool) {
	for _, kind := range []Kind{User, ServiceAccount, Client} {
		for p := range s.tables[kind.actor()].all {
			if !yield(Subject{kind, p.id}) {
				return
			}
		}
	}
}
