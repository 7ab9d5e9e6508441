package access

import (
	"maps"
	"slices"
)

// assigned is which roles and groups somebody has at one moment: the one rule for
// ID tokens, for what applications require, and for access tokens (decision 0035).
//
// A role is had by whom it was granted outside of organisations, or one that has it
// for a parent, and as a whole: a role that is locked, or of which a parent is, is not
// had, and neither is one of which something is denied. By its name or a parent's, or
// by a permission that it gives; on some resources, under a condition or within an
// organisation of theirs, too: whoever reads the name of a role takes it for all of
// it, and everywhere. An API reads no more in it than what it gives there.
type assigned struct {
	roles   set                    // on every resource
	partly  set                    // on some
	pending map[string]Requirement // roles that are had after this proof
	groups  set
	reads   bits
}

// read reports whether a role says something to who reads it.
func (a *assigned) read(one *role) bool { return a.reads == nil || one.bits.meets(a.reads) }

// assigned applies the rule, with what is denied somewhere, for who reads these
// permissions in the name of a role; nil: all.
func (v *sight) assigned(denies []active, reads bits) assigned {
	a := assigned{reads: reads}
	for _, in := range v.e.in {
		if in.Kind == Group {
			a.groups.add(in.ID)
		}
	}
	type kind struct {
		role  string
		place Place
		need  Requirement
	}
	seen := map[kind]bool{} // a role may come by each of many groups
	for _, grants := range [][]active{v.e.allowing.grants, v.e.maybe} {
		for _, g := range grants {
			if k := (kind{g.Role, g.Where.Place, g.Requires}); g.Role != "" && !seen[k] {
				seen[k] = true
				a.give(v, g.grant)
			}
		}
	}
	a.deny(v.rules, denies)
	return a
}

// give adds the role of a grant, and those whose permissions it has too.
func (a *assigned) give(v *sight, g *grant) {
	to := &a.roles
	switch g.Where.Place {
	case Everywhere:
	case Own, Listed:
		to = &a.partly
	default:
		return
	}
	proved := v.met(g.Requires, &v.next)
	for _, one := range v.rules.closure(g.Role, &v.now, &v.next) {
		switch need, has := a.pending[one.ID]; {
		case a.suspended(one, v):
		case proved:
			to.add(one.ID)
		case !has || less(g.Requires, need):
			if a.pending == nil {
				a.pending = map[string]Requirement{}
			}
			a.pending[one.ID] = g.Requires
		}
	}
}

// suspended reports whether a lock is on a role, or on one whose permissions it has too.
func (a *assigned) suspended(one *role, v *sight) (locked bool) {
	if !v.rules.roleLocks {
		return false
	}
	for _, of := range one.closure {
		locked = a.read(of) && v.rules.locked(LockTarget{LockRole, of.ID}, v.now, &v.next) || locked
	}
	return locked
}

// deny takes away the roles that a deny names, has a part of, or is a part of.
func (a *assigned) deny(r *rules, denies []active) {
	if len(denies) == 0 {
		return
	}
	var roles set
	permissions := newBits(len(r.catalogue))
	for _, d := range denies {
		permissions.add(d.bits)
		if d.Role != "" {
			roles.add(d.Role)
		}
	}
	if a.reads != nil {
		permissions.keep(a.reads)
	}
	left := func(name string) bool {
		one := r.roles[name]
		return !one.bits.meets(permissions) && !slices.ContainsFunc(one.closure, func(of *role) bool { return roles[of.ID] && a.read(of) })
	}
	a.roles.only(left)
	a.partly.only(left)
	maps.DeleteFunc(a.pending, func(name string, _ Requirement) bool { return !left(name) })
}

// set is names.
type set map[string]bool

func (s *set) add(name string) {
	if *s == nil {
		*s = set{}
	}
	(*s)[name] = true
}

// only leaves those that are to stay.
func (s set) only(stay func(string) bool) {
	maps.DeleteFunc(s, func(name string, _ bool) bool { return !stay(name) })
}

// keep leaves what is in o too.
func (s set) keep(o set) { s.only(func(name string) bool { return o[name] }) }

// within reports whether o has all of them.
func (s set) within(o set) bool {
	for name := range s {
		if !o[name] {
			return false
		}
	}
	return true
}

// inOrder is nil for none.
func (s set) inOrder() []string {
	if len(s) == 0 {
		return nil
	}
	return slices.Sorted(maps.Keys(s))
}
