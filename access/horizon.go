package access

import (
	"iter"
	"slices"
	"time"
)

// Ahead is how far somebody looks ahead who writes down what is held: in a token,
// for instance, that others believe until it ends.
type Ahead struct {
	Least time.Duration // what is held for less than this from now on is left out
	Most  time.Duration // what happens after this does not matter
}

// from returns the ends of both, as spans have them.
func (a Ahead) from(now int64) (soon, end int64) { return now + int64(a.Least), now + int64(a.Most) }

// maxMoments is how many moments are looked at by whoever looks ahead. Somebody with
// grants that end one by one may have more of them within the time that matters.
const maxMoments = 256

// moments yields what look says of the moment from, and then, in order, of each later
// one before end at which that may change; look tells the next of these. It is the one
// way to look ahead.
//
// Behind maxMoments nobody looks: the last one is yielded with the zero S, by which
// nothing is had and nothing is known from then on. So an end that is told may come
// too early there, and never too late.
func moments[S any](from, end int64, look func(at int64) (is S, next int64)) iter.Seq2[int64, S] {
	return func(yield func(int64, S) bool) {
		for at, n := from, 0; n == 0 || at < end; n++ {
			if n == maxMoments {
				var nothing S
				yield(at, nothing)
				return
			}
			is, next := look(at)
			if !yield(at, is) {
				return
			}
			at = next
		}
	}
}

// sight is what counts for one principal at one moment. Of the judgement there is no
// permission.
type sight struct {
	judgement
	who  *principal
	next int64 // when something else may count; whoever looks further lowers it
}

// see looks at the principal of q at a moment, within org. For somebody who is locked
// or disabled, or of whom nothing is known, nothing counts. What decisions remember is
// of the present, which is q's, alone.
func (s *Snapshot) see(q *Question, org string, at int64) *sight {
	v := &sight{judgement: judgement{rules: s.rules, q: q, now: at}, next: never}
	p := s.principal(q.Principal)
	switch {
	case s.rules.anyLocked(q, at, &v.next) || p == nil || p.disabled:
		v.e = &effective{org: org, until: never}
	case at == nanos(q.Now):
		v.e = s.rules.effective(p, org, at)
	default:
		v.e = s.rules.build(p, org, at)
	}
	v.who, v.next = p, min(v.next, v.e.until)
	return v
}

// denies are all that count: on some resources alone, too, and where no organisation
// is asked about, within each of theirs.
func (v *sight) denies() []active {
	all := slices.Concat(v.e.denying.grants, v.e.unless)
	if v.e.org == "" {
		all = append(all, v.inOrgs(denies)...)
	}
	return all
}

// inOrgs are the grants of an effect that count within an organisation of theirs, and
// not outside of it.
func (v *sight) inOrgs(effect func(Effect) bool) (all []active) {
	if !slices.ContainsFunc(v.e.in, func(of Subject) bool { return of.Kind == Organisation }) {
		return nil
	}
	add := func(grants []*grant) {
		for _, g := range grants {
			switch {
			case g.Org == "" || !effect(g.Effect) || !slices.Contains(v.e.in, Subject{Organisation, g.Org}) || !g.at(v.now, &v.next):
			case g.Effect == Allow && v.rules.locked(LockTarget{LockGrant, string(g.ID)}, v.now, &v.next):
			default:
				all = append(all, active{g, v.rules.gives(g, v.now, &v.next)})
			}
		}
	}
	add(v.who.grants)
	for _, of := range v.e.in {
		add(v.rules.grants[of])
	}
	return all
}
