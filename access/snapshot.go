package access

import (
	"slices"
	"sync/atomic"
	"time"

	"gatehouse/id"
)

// Snapshot is a policy as it stood at one version. It does not change: any
// number of callers may ask it at once, and a change makes another one.
//
// What is the same for everybody lies there ready to be asked. What was given to
// principals by name is packed in tables, without a pointer, and is made into a
// principal when somebody asks for it: the garbage collector has nothing to do with
// those of whom nobody speaks.
type Snapshot struct {
	version uint64
	rules   *rules
	tables  [actors]*table // nil for a kind of which there is nobody
	keys    map[id.ServiceKey]*key
	hot     *hot
	// registers find those of a table who may do something.
	registers *registers
	only      func(*Grant) bool // the grants by which alone it decides; nil: all
}

// principal is somebody who acts, with what was given to them by name.
type principal struct {
	id       string
	hash     uint64
	stamp    uint64 // of the part of which it was made
	disabled bool
	member   []edge
	grants   []*grant

	everywhere atomic.Pointer[effective] // what they may do outside of organisations
	within     atomic.Pointer[effective] // and within the organisation asked of last
}

// Compile returns the snapshot of a policy. It keeps the APIs and the roles of p and what
// groups have, which must not be changed any more.
func Compile(p Policy) *Snapshot {
	c := newCompiling(&p)
	for i := range p.Principals {
		c.principal(p.Principals[i])
	}
	for i := range p.Memberships {
		c.membership(&p.Memberships[i])
	}
	for i := range p.Grants {
		c.grant(&p.Grants[i])
	}
	return c.snapshot(p.Version, compileKeys(p.Keys))
}

// compiling is a snapshot of which principals, memberships and grants are being read.
type compiling struct {
	*rules
	gathering gathering
}

// newCompiling begins with what the others are made of.
func newCompiling(p *Policy) *compiling {
	return &compiling{rules: compileRules(*p)}
}

func (c *compiling) principal(p Principal) {
	if p.Kind.acts() {
		c.gathering.principal(p)
	}
}

func (c *compiling) membership(m *Membership) {
	if m.Member.Kind.acts() {
		c.gathering.membership(m)
		return
	}
	c.over[m.Member] = append(c.over[m.Member], edge{m.Of, m.span()})
}

func (c *compiling) grant(g *Grant) {
	if g.Subject.Kind.acts() {
		c.gathering.grant(g)
		return
	}
	kept := *g
	one := compiled(&kept)
	c.grants[g.Subject] = append(c.grants[g.Subject], &one)
}

// snapshot ends it.
func (c *compiling) snapshot(version uint64, keys map[id.ServiceKey]*key) *Snapshot {
	s := &Snapshot{version: version, rules: c.rules, keys: keys, registers: new(registers)}
	for i := range s.tables {
		s.tables[i] = c.gathering.table(i)
	}
	s.hot = newHot(s.Principals())
	return s
}

// Version returns the version of the policy.
func (s *Snapshot) Version() uint64 { return s.version }

// HasRole reports whether there is a role with that id.
func (s *Snapshot) HasRole(name string) bool { return s.rules.roles[name] != nil }

// Principals returns of how many principals it has something.
func (s *Snapshot) Principals() (n int) {
	for _, t := range s.tables {
		n += t.number()
	}
	return n
}

// With returns a snapshot of a later version in which what was given to one
// principal by name is as told, and all else as here. It copies one part in 256.
func (s *Snapshot) With(version uint64, who Principal, memberships []Membership, grants []Grant) *Snapshot {
	next := s.withVersion(version)
	if !who.Kind.acts() {
		return next
	}
	t := &next.tables[who.Kind.actor()]
	*t = (*t).with(who.ID, hashOf(who.ID), packPrincipal(who.Disabled, memberships, grants))
	if places := len(s.hot.places); places < mostHot && places < next.Principals() {
		next.hot = newHot(next.Principals())
	}
	return next
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

// Apart returns the same for who asks about one principal after the other: those stay
// hot who are.
func (s *Snapshot) Apart() *Snapshot {
	next := *s
	next.hot = newHot(0)
	return &next
}

// Only returns the same policy with no other grants than those that sees says yes to. It is
// asked apart, as Apart is.
func (s *Snapshot) Only(sees func(*Grant) bool) *Snapshot {
	next := s.Apart()
	next.only, next.rules = sees, s.rules.like()
	next.rules.grants = make(map[Subject][]*grant, len(s.rules.grants))
	for of, grants := range s.rules.grants {
		next.rules.grants[of] = slices.DeleteFunc(slices.Clone(grants), func(g *grant) bool { return !sees(g.Grant) })
	}
	return next
}

// In returns the groups and organisations in which somebody is at a moment, by any path.
func (s *Snapshot) In(who Subject, at time.Time) []Subject {
	p, ignored := s.principal(who), int64(never)
	if p == nil {
		return nil
	}
	return s.rules.reached(p, nanos(at), &ignored)
}

// Inside returns groups and organisations with all groups that are in one of them by any
// path, be it now or at another time.
func (s *Snapshot) Inside(of []Subject) []Subject { return s.rules.inside(of) }

// principal returns what is known of who, nil for somebody ordinary, and for whoever
// cannot act.
func (s *Snapshot) principal(who Subject) *principal {
	actor := who.Kind.actor()
	if actor == nobody {
		return nil
	}
	return s.find(who.Kind, actor, who.ID)
}

func (s *Snapshot) find(kind Kind, actor int, name string) *principal {
	t, hash := s.tables[actor], hashOf(name)
	if t == nil {
		return nil
	}
	first, second := s.hot.of(hash)
	stamp := t[hash%parts].stamp
	if p := first.Load(); p.is(name, hash, stamp) {
		return p
	}
	if p := second.Load(); p.is(name, hash, stamp) {
		return p
	}
	record, id := t.find(name, hash)
	if record == nil {
		return nil
	}
	p := unpack(kind, record, id)
	p.hash, p.stamp = hash, stamp
	if s.only != nil {
		p.grants = slices.DeleteFunc(p.grants, func(g *grant) bool { return !s.only(g.Grant) })
	}
	second.Store(first.Load())
	first.Store(p)
	return p
}

// is reports whether p is that principal, as it is by the part with that stamp.
func (p *principal) is(name string, hash, stamp uint64) bool {
	return p != nil && p.hash == hash && p.stamp == stamp && p.id == name
}

// disabled reports whether somebody is. It looks at no more of them.
func (s *Snapshot) disabled(who Subject) bool {
	actor := who.Kind.actor()
	if actor == nobody {
		return false
	}
	record, id := s.tables[actor].find(who.ID, hashOf(who.ID))
	return record != nil && disabled(record[id:])
}

// all lists the principals.
func (s *Snapshot) all(yield func(Subject) bool) {
	for _, kind := range []Kind{User, ServiceAccount, Client} {
		for record, id := range s.tables[kind.actor()].all {
			if !yield(Subject{kind, string(record[:id])}) {
				return
			}
		}
	}
}
