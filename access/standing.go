package access

import (
	"math"
	"slices"
	"strings"
	"time"
)

// Held is a role or a group that somebody has.
type Held struct {
	ID string
	// Until is when the clock takes it from them; zero: not before the moment until
	// which was looked. That they have it again later does not count.
	Until time.Time
}

// Pending is a role that somebody has once they have proved more.
type Pending struct {
	ID   string
	Need Requirement // the least of those that would do
}

// Standing is which roles and groups somebody has outside of organisations, each
// list in the order of ids. A role that is denied or locked, or of which anything is denied,
// is in none of them; nor is one that is had under a condition alone, since nobody
// says here what the condition asks for.
type Standing struct {
	Roles   []Held // on every resource, and with what was proved
	Partly  []Held // on some resources alone: their own, or those that are listed
	Pending []Pending
	Groups  []Held
}

// maxLooks bounds how often the clock may change a standing within the time that is
// looked at. What somebody still has after that counts as theirs until then.
const maxLooks = 256

// Standing returns who somebody is to the policy at q.Now, and looks ahead until a
// moment for what the clock takes from them. Of the question it reads who asks, by
// which session and client, and what was proved. Somebody who is disabled or locked
// has nothing, and nobody has at a time that the question does not say.
func (s *Snapshot) Standing(q *Question, until time.Time) Standing {
	end := nanos(until)
	if nanos(q.Now) == math.MinInt64 {
		return Standing{}
	}
	now, next := s.standing(q, nanos(q.Now), s.rules.effective)
	for looks := 0; next < end && now.open(); looks++ {
		at := moment(next)
		if looks == maxLooks {
			now.lose(at, &standing{})
			break
		}
		var later *standing
		later, next = s.standing(q, next, s.rules.build)
		now.lose(at, later)
	}
	return now.told()
}

// standing is a Standing at one moment, by ids.
type standing struct {
	roles, partly, groups map[string]*Held
	pending               map[string]Requirement
}

// standing returns what somebody has at now, and when the clock may change that. Of
// says what their grants come to then.
func (s *Snapshot) standing(q *Question, now int64, of func(p *principal, org string, now int64) *effective) (st *standing, next int64) {
	st, next = &standing{}, never
	if s.rules.anyLocked(q, now, &next) {
		return st, next
	}
	p := s.principal(q.Principal)
	if p == nil || p.disabled {
		return st, next
	}
	st.roles, st.partly, st.groups, st.pending = map[string]*Held{}, map[string]*Held{}, map[string]*Held{}, map[string]Requirement{}
	e := of(p, "", now)
	next = min(next, e.until)
	for _, in := range e.in {
		if in.Kind == Group {
			st.groups[in.ID] = &Held{ID: in.ID}
		}
	}
	j := judgement{rules: s.rules, q: q, now: now, e: e}
	for _, a := range slices.Concat(e.allowing.grants, e.maybe) {
		if a.Role != "" {
			st.give(j, a.grant, &next)
		}
	}
	for _, a := range slices.Concat(e.denying.grants, e.unless) {
		st.deny(s.rules, a)
	}
	return st, next
}

// give adds the role of a grant, and those whose permissions it has too.
func (st *standing) give(j judgement, g *grant, next *int64) {
	to := st.roles
	switch g.Where.Place {
	case Everywhere:
	case Own, Listed:
		to = st.partly
	default:
		return
	}
	proved := j.met(g.Requires, next)
	for _, one := range j.rules.closure(g.Role, &j.now, next) {
		if j.rules.suspended(one.ID, j.now, next) {
			continue
		}
		if proved {
			to[one.ID] = &Held{ID: one.ID}
			continue
		}
		if need, has := st.pending[one.ID]; !has || less(g.Requires, need) {
			st.pending[one.ID] = g.Requires
		}
	}
}

// suspended reports whether a lock is on a role, or on one whose permissions it has too.
func (r *rules) suspended(name string, now int64, next *int64) (locked bool) {
	if !r.roleLocks {
		return false
	}
	for _, one := range r.closure(name, nil, nil) {
		locked = r.locked(LockTarget{LockRole, one.ID}, now, next) || locked
	}
	return locked
}

// deny takes away the roles that a deny names, has a part of, or is a part of.
func (st *standing) deny(r *rules, d active) {
	denied := func(name string) bool {
		one := r.roles[name]
		if one == nil || one.bits.overlaps(d.bits) {
			return true
		}
		return d.Role != "" && slices.ContainsFunc(r.closure(name, nil, nil), func(of *role) bool { return of.ID == d.Role })
	}
	drop(st.roles, denied)
	drop(st.partly, denied)
	drop(st.pending, denied)
}

func drop[V any](from map[string]V, denied func(string) bool) {
	for name := range from {
		if denied(name) {
			delete(from, name)
		}
	}
}

// open reports whether something is still had at the last moment that was looked at.
func (st *standing) open() bool {
	for _, list := range []map[string]*Held{st.roles, st.partly, st.groups} {
		for _, h := range list {
			if h.Until.IsZero() {
				return true
			}
		}
	}
	return false
}

// lose notes what is not had any more at a later moment.
func (st *standing) lose(at time.Time, later *standing) {
	lost := func(had, has map[string]*Held) {
		for name, h := range had {
			if _, still := has[name]; !still && h.Until.IsZero() {
				h.Until = at
			}
		}
	}
	lost(st.roles, later.roles)
	lost(st.partly, later.partly)
	lost(st.groups, later.groups)
}

func (st *standing) told() Standing {
	out := Standing{Roles: inOrder(st.roles), Partly: inOrder(st.partly), Groups: inOrder(st.groups)}
	for name, need := range st.pending {
		out.Pending = append(out.Pending, Pending{name, need})
	}
	slices.SortFunc(out.Pending, func(a, b Pending) int { return strings.Compare(a.ID, b.ID) })
	return out
}

func inOrder(all map[string]*Held) []Held {
	var out []Held
	for _, h := range all {
		out = append(out, *h)
	}
	slices.SortFunc(out, func(a, b Held) int { return strings.Compare(a.ID, b.ID) })
	return out
}
