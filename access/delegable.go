package access

import (
	"math"
	"slices"
	"time"
)

// Delegable returns those of the scopes that the principal of q can give at q.Now:
// those that are bound to nothing, and of the others each of which they hold at
// least one permission, on whatever resource, in whatever organisation of theirs,
// once they have proved what it asks for. Until is the first moment at which one of
// these is no more; zero: not within ahead.Most. It returns scopes itself when that
// is all of it. Of q the permission, the scopes, the organisation, the resource and
// the request do not count.
func (s *Snapshot) Delegable(q *Question, scopes []string, ahead Ahead) (may []string, until time.Time) {
	if !s.rules.bindsOneOf(scopes) {
		return scopes, time.Time{}
	}
	now := nanos(q.Now)
	if now == math.MinInt64 { // in the year 1 nothing had ended
		return s.rules.served(scopes, nil), time.Time{}
	}
	may = scopes
	soon, end := ahead.from(now)
	for at, has := range moments(now, end, func(at int64) (bits, int64) { return s.see(q, "", at).somewhere() }) {
		left := s.rules.served(may, has)
		if len(left) < len(may) && at >= soon && at > now {
			return may, moment(at)
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

// somewhere is what may be done on some resource, in some organisation and with some
// proof, and when that may change. What is denied within one organisation may be
// allowed in another.
func (v *sight) somewhere() (has bits, next int64) {
	has = newBits(len(v.rules.catalogue))
	for _, grants := range [][]active{v.e.allowing.grants, v.e.maybe, v.inOrgs(allows)} {
		for _, g := range grants {
			has.add(g.bits)
		}
	}
	for _, g := range v.e.denying.grants {
		has.remove(g.bits)
	}
	return has, v.next
}
