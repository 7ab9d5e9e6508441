package access

import (
	"math"
	"slices"
	"time"
)

// Grantable returns those of the scopes that the principal of q can give at q.Now:
// those that are bound to nothing, and of the others each of which they hold at
// least one permission, on whatever resource, in whatever organisation of theirs,
// once they have proved what it asks for. Until is the first moment at which one of
// these is no more; zero: not within ahead.Most. It returns scopes itself when that
// is all of it. Of q the permission, the scopes, the organisation, the resource and
// the request do not count.
func (s *Snapshot) Grantable(q *Question, scopes []string, ahead Ahead) (may []string, until time.Time) {
	if !s.rules.bindsOneOf(scopes) {
		return scopes, time.Time{}
	}
	now := nanos(q.Now)
	soon, end, p := now+int64(ahead.Least), now+int64(ahead.Most), s.principal(q.Principal)
	if now == math.MinInt64 { // in the year 1 nothing had ended
		p = nil
	}
	has, next := s.rules.potential(p, q, now)
	may = s.rules.served(scopes, has)
	for t, changes := next, 0; t < end; t, changes = next, changes+1 {
		if has = nil; changes < maxMoments { // else all counts for lost
			has, next = s.rules.potential(p, q, t)
		}
		left := s.rules.served(may, has)
		if len(left) < len(may) && t >= soon {
			return may, moment(t)
		}
		if may = left; !s.rules.bindsOneOf(may) {
			break
		}
	}
	return may, time.Time{}
}

// Scopes lists the scopes that are bound to permissions, in order. It must not be
// changed.
func (s *Snapshot) Scopes() []string { return s.rules.bound }

// ScopeSays is what people read of a bound scope, "" where it has no description.
func (s *Snapshot) ScopeSays(scope string) string { return s.rules.says[scope] }

func (r *rules) bindsOneOf(scopes []string) bool {
	return len(r.scopes) > 0 && slices.ContainsFunc(scopes, func(name string) bool { return r.scopes[name] != nil })
}

// served are the scopes that are bound to nothing, or to something in has.
func (r *rules) served(scopes []string, has bits) []string {
	lost := func(name string) bool { bound, is := r.scopes[name]; return is && !bound.meets(has) }
	if !slices.ContainsFunc(scopes, lost) {
		return scopes
	}
	return slices.DeleteFunc(slices.Clone(scopes), lost)
}

// potential is what p may do somewhere at t, and when that may change. What is
// denied within one organisation may be allowed in another.
func (r *rules) potential(p *principal, q *Question, t int64) (has bits, next int64) {
	next = never
	if r.anyLocked(q, t, &next) || p == nil || p.disabled {
		return nil, next
	}
	has, denied := newBits(len(r.catalogue)), newBits(len(r.catalogue))
	in := r.reached(p, t, &next)
	add := func(grants []*grant) {
		for _, g := range grants {
			switch {
			case g.Org != "" && !slices.Contains(in, Subject{Organisation, g.Org}) || !g.at(t, &next):
			case g.Effect == Allow:
				if !r.locked(LockTarget{LockGrant, string(g.ID)}, t, &next) {
					has.add(r.gives(g, t, &next))
				}
			case g.Org == "" && everywhere(g.Where):
				denied.add(r.gives(g, t, &next))
			}
		}
	}
	add(p.grants)
	for _, of := range in {
		add(r.grants[of])
	}
	has.remove(denied)
	return has, next
}
