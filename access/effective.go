package access

import (
	"slices"
	"time"
)

// effective is what a principal's grants come to within one organisation, from
// one moment until the next one at which the clock changes it.
type effective struct {
	stamp       uint64 // of the rules it was made of: they are not held in memory by who was asked about
	org         string
	from, until int64
	ends        time.Time // until, as decisions say it
	in          []Subject // the groups and organisations

	allowing, denying list     // what holds for every resource and asks for nothing
	maybe             []active // allows that depend on the resource, or on the proof
	unless            []active // denies that depend on the resource
	plain             bool     // there is nothing but allowing
}

// list is grants that count whatever the resource is. Where there are many, any is
// what they come to; of a few it is nil: a catalogue may be large, and each of a
// hundred thousand people has a list.
type list struct {
	grants []active
	any    bits
}

const few = 16

// active is a grant that counts now.
type active struct {
	*grant
	bits bits
}

// effective returns what p may do within org now. Two that come at once make the
// same; one of them is kept.
func (r *rules) effective(p *principal, org string, now int64) *effective {
	kept := &p.everywhere
	if org != "" {
		kept = &p.within
	}
	if e := kept.Load(); e != nil && e.stamp == r.stamp && e.from <= now && now < e.until && (org == "" || e.org == org) {
		return e
	}
	e := r.build(p, org, now)
	kept.Store(e)
	return e
}

func (r *rules) build(p *principal, org string, now int64) *effective {
	e := &effective{stamp: r.stamp, org: org, from: now, until: never}
	e.in = r.reached(p, now, &e.until)
	r.addAll(e, p.grants, now)
	for _, of := range e.in {
		r.addAll(e, r.grants[of], now)
	}
	e.allowing.sum(len(r.catalogue))
	e.denying.sum(len(r.catalogue))
	e.ends = moment(e.until)
	e.plain = len(e.denying.grants)+len(e.unless)+len(e.maybe) == 0
	return e
}

// reached lists the groups and organisations that p is in now, by any path of
// at most MaxNesting groups. It lowers next to the moment at which that may
// change: only a membership of something that counts now can.
func (r *rules) reached(p *principal, now int64, next *int64) []Subject {
	var in []Subject
	seen := map[Subject]bool{}
	step := func(from []edge) {
		for _, e := range from {
			if e.at(now, next) && !seen[e.to] {
				seen[e.to] = true
				in = append(in, e.to)
			}
		}
	}
	step(p.member)
	for depth, begin := 1, 0; depth < MaxNesting && begin < len(in); depth++ {
		end := len(in)
		for _, of := range in[begin:end] {
			step(r.over[of])
		}
		begin = end
	}
	return in
}

func (r *rules) addAll(e *effective, grants []*grant, now int64) {
	for _, g := range grants {
		if (g.Org == "" || g.Org == e.org && slices.Contains(e.in, Subject{Organisation, g.Org})) && g.at(now, &e.until) {
			r.add(e, g, now)
		}
	}
}

// add counts a grant that is within its window.
func (r *rules) add(e *effective, g *grant, now int64) {
	if g.Effect != Allow {
		a := active{g, r.gives(g, now, &e.until)}
		if everywhere(g.Where) {
			e.denying.grants = append(e.denying.grants, a)
		} else {
			e.unless = append(e.unless, a)
		}
		return
	}
	if r.locked(LockTarget{LockGrant, string(g.ID)}, now, &e.until) {
		return
	}
	a := active{g, r.gives(g, now, &e.until)}
	if g.Where.Place == Everywhere && g.Requires == (Requirement{}) {
		e.allowing.grants = append(e.allowing.grants, a)
	} else {
		e.maybe = append(e.maybe, a)
	}
}

// everywhere reports whether a deny depends on nothing. What is not understood
// denies everywhere.
func everywhere(w Where) bool { return w.Place != Own && w.Place != Listed && w.Place != Condition }

func (l *list) sum(permissions int) {
	if len(l.grants) <= few {
		return
	}
	l.any = newBits(permissions)
	for i := range l.grants {
		l.any.add(l.grants[i].bits)
	}
}

// by returns the first of the grants that mention the permission, nil for none.
func (l *list) by(permission uint32) *grant {
	if l.any != nil && !l.any.has(permission) {
		return nil
	}
	for i := range l.grants {
		if l.grants[i].bits.has(permission) {
			return l.grants[i].grant
		}
	}
	return nil
}
