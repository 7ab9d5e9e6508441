package access

import (
	"maps"
	"math"
	"slices"
	"time"
)

// Ahead is how far somebody looks ahead who writes down what is held: in a token,
// for instance, that others believe until it ends.
type Ahead struct {
	Least time.Duration // what is held for less than this from now on is left out
	Most  time.Duration // what happens after this does not matter
}

// Holdings are what somebody holds without conditions: whatever the resource and the
// request, and in every organisation. What a grant gives for single resources, by a
// condition or within an organisation is not in it, and what a deny takes away
// anywhere is not either. What asks for a proof is in it once that was given.
type Holdings struct {
	Permissions Part // by full id: "shop/orders:read"
	Own         Part // on resources that are one's own, and not among Permissions
	// Roles are those that somebody was granted, and their ancestors, of which
	// they hold all that the role gives: a role of which a deny or a lock took
	// something away is not held.
	Roles Part
}

// Part is one kind of what is held.
type Part struct {
	Names []string // in order
	// Until is the first moment at which one of them is not held any more: exactly
	// that, and not a lower bound, unless more than maxMoments come before it. Zero:
	// not within Ahead.Most. What is won meanwhile does not matter.
	Until time.Time
}

// maxMoments is how many moments of change are looked at. Somebody with grants that
// end one by one has the rest of what is held until the last of these.
const maxMoments = 100

// Held returns what the principal of q holds from q.Now on at the APIs whose
// tokens are for one of the audiences; at all APIs for nil. Of q the permission,
// the organisation, the resource and the request do not count. A new snapshot may
// change the answer at any time.
func (s *Snapshot) Held(q *Question, audiences []string, ahead Ahead) Holdings {
	p, now := s.principal(q.Principal), nanos(q.Now)
	if p == nil || p.disabled || now == math.MinInt64 { // in the year 1 nothing had ended
		return Holdings{}
	}
	h := holding{rules: s.rules, p: p, q: q, apis: s.rules.of(audiences)}
	if h.apis.empty() {
		return Holdings{}
	}
	return h.look(now, ahead)
}

// of returns the permissions of the APIs whose tokens are for one of the audiences.
func (r *rules) of(audiences []string) bits {
	if audiences == nil {
		return r.everything
	}
	if len(audiences) == 1 {
		return r.audiences[audiences[0]]
	}
	b := newBits(len(r.catalogue))
	for _, a := range audiences {
		b.add(r.audiences[a])
	}
	return b
}

// holding is the question what somebody holds.
type holding struct {
	rules *rules
	p     *principal
	q     *Question
	apis  bits
}

// stand is what somebody holds at one moment, and until the next at which that
// may change.
type stand struct {
	anywhere, own bits // own has what of anywhere can be one's own, too
	roles         map[string]bool
	next          int64
}

// look walks from one moment of change to the next. What is lost soon is left out,
// and of the rest the first loss is told, of each part by itself.
func (h *holding) look(now int64, ahead Ahead) Holdings {
	soon, end := now+int64(ahead.Least), now+int64(ahead.Most)
	has := h.at(now, true)
	t, then, changes := has.next, has, 0
	for ; t < soon; t = then.next {
		if changes++; changes > maxMoments {
			return Holdings{}
		}
		then = h.at(t, false)
		has.keep(&then)
	}
	has.own.remove(has.anywhere)
	lost := firstLosses{never, never, never}
	for ; t < end && !lost.all(&has); t = then.next {
		if then = (stand{}); changes < maxMoments { // else all counts for lost
			then = h.at(t, false)
		}
		changes++
		lost.note(&has, &then, t)
	}
	return Holdings{
		Permissions: Part{h.names(has.anywhere), moment(lost.anywhere)},
		Own:         Part{h.names(has.own), moment(lost.own)},
		Roles:       Part{sorted(has.roles), moment(lost.roles)},
	}
}

// keep leaves what is held then too.
func (s *stand) keep(then *stand) {
	s.anywhere.keep(then.anywhere)
	s.own.keep(then.own)
	maps.DeleteFunc(s.roles, func(name string, _ bool) bool { return !then.roles[name] })
}

// firstLosses are the first moments at which something of each part is lost.
type firstLosses struct{ anywhere, own, roles int64 }

func (l *firstLosses) note(has, then *stand, t int64) {
	if l.anywhere == never && !has.anywhere.within(then.anywhere) {
		l.anywhere = t
	}
	if l.own == never && !has.own.within(then.own) {
		l.own = t
	}
	if l.roles == never && !within(has.roles, then.roles) {
		l.roles = t
	}
}

// all reports whether looking further would tell nothing.
func (l *firstLosses) all(has *stand) bool {
	return (l.anywhere != never || has.anywhere.empty()) && (l.own != never || has.own.empty()) &&
		(l.roles != never || len(has.roles) == 0)
}

func within(a, b map[string]bool) bool {
	for name := range a {
		if !b[name] {
			return false
		}
	}
	return true
}

func sorted(names map[string]bool) []string {
	if len(names) == 0 {
		return nil
	}
	return slices.Sorted(maps.Keys(names))
}

func (h *holding) names(b bits) []string {
	var list []string
	for i := range b.all() {
		list = append(list, h.rules.catalogue[i].id)
	}
	slices.Sort(list)
	return list
}
