package access

import (
	"fmt"
	"math"
	"time"

	"gatehouse/fault"
)

// Decide answers q. A permission that no catalogue has is an error,
// "permission.unknown" (Invalid): a question that is misspelt must not look like
// a refusal. So is a principal that cannot act, and a question without a time: in
// the year 1 nothing that ended had.
func (s *Snapshot) Decide(q *Question) (Decision, error) {
	permission, ok := s.rules.permissions[q.Permission]
	now := nanos(q.Now)
	if !ok || !q.Principal.Kind.acts() || now == math.MinInt64 {
		return Decision{}, s.misspelt(q, ok)
	}
	d := s.decide(q, permission, now)
	d.Version = s.version
	return d, nil
}

func (s *Snapshot) misspelt(q *Question, known bool) error {
	switch {
	case !known:
		return unknownPermission(q.Permission)
	case !q.Principal.Kind.acts():
		return fmt.Errorf("decide: a %s cannot act", q.Principal.Kind)
	}
	return fmt.Errorf("decide: the question is of %s", q.Now)
}

func unknownPermission(name string) error {
	return &fault.Error{
		Kind: fault.Invalid, Code: "permission.unknown",
		Detail: fmt.Sprintf("No API has the permission %q. A permission is written API/RESOURCE:ACTION, such as shop/orders:read.", short(name)),
	}
}

func (s *Snapshot) decide(q *Question, permission uint32, now int64) Decision {
	until := int64(never)
	if s.rules.anyLocked(q, now, &until) {
		return Decision{Reason: Locked, Until: moment(until)}
	}
	p := s.principal(q.Principal)
	if p != nil && p.disabled {
		return Decision{Reason: Inactive}
	}
	if !s.rules.inScope(q, permission) {
		return Decision{Reason: OutOfScope}
	}
	if p == nil {
		return Decision{Reason: NoGrant}
	}
	return judgement{rules: s.rules, q: q, permission: permission, now: now, e: s.rules.effective(p, q.Org, now)}.answer()
}

// inScope reports whether the token that asks, if there is one, may be used for
// the permission at all.
func (r *rules) inScope(q *Question, permission uint32) bool {
	if !q.Delegated || !r.catalogue[permission].byScope {
		return true
	}
	for _, name := range q.Scopes {
		if r.scopes[name].has(permission) {
			return true
		}
	}
	return false
}

// judgement is one question before what its principal's grants come to.
type judgement struct {
	rules      *rules
	q          *Question
	permission uint32
	now        int64
	e          *effective
}

func (j judgement) answer() Decision {
	until := j.e.until
	if g := j.e.denying.by(j.permission); g != nil {
		return Decision{Reason: Denied, Grant: g.ID, Until: moment(until)}
	}
	for i := range j.e.unless {
		g := &j.e.unless[i]
		if g.bits.has(j.permission) && j.holds(g.grant, &until) != no { // what is not known denies
			return Decision{Reason: Denied, Grant: g.ID, Until: moment(until)}
		}
	}
	need := j.rules.catalogue[j.permission].requires
	if g := j.e.allowing.by(j.permission); g != nil {
		return j.allow(g, need, &until)
	}
	return j.perhaps(need, until)
}

// allow gives what g allows to whoever meets need. It lowers until to the moment
// at which the clock changes whether need is met.
func (j judgement) allow(g *grant, need Requirement, until *int64) Decision {
	if !j.met(need, until) {
		return Decision{Outcome: Challenged, Reason: ProofInsufficient, Grant: g.ID, Need: need, Until: moment(*until)}
	}
	return Decision{Outcome: Allowed, Reason: Granted, Grant: g.ID, Until: moment(*until)}
}

// perhaps tries the grants that depend on the resource or on the proof: the
// first that holds and is met, else the one that asks for least.
func (j judgement) perhaps(need Requirement, until int64) Decision {
	best := Decision{Reason: NoGrant}
	for i := range j.e.maybe {
		g := &j.e.maybe[i]
		if !g.bits.has(j.permission) {
			continue
		}
		switch answer := j.holds(g.grant, &until); answer {
		case yes:
			if d := j.allow(g.grant, need.with(g.Requires), &until); d.Outcome == Allowed {
				return d
			} else if best.Outcome != Challenged || less(d.Need, best.Need) {
				best = d
			}
		case unknown:
			if best.Outcome == Refused {
				best = Decision{Reason: ResourceUnknown, Grant: g.ID, Missing: j.lacks(g.grant)}
			}
		}
	}
	best.Until = moment(until)
	return best
}

// less orders requirements by how much they ask of a person: the level first.
func less(a, b Requirement) bool {
	if a.Level != b.Level {
		return a.Level < b.Level
	}
	return a.MaxAge != 0 && b.MaxAge != 0 && a.MaxAge > b.MaxAge || a.MaxAge == 0 && b.MaxAge != 0
}

// met reports whether whoever asks has proved what need asks for, and lowers
// until to the moment at which that is too long ago.
func (j judgement) met(need Requirement, until *int64) bool {
	if j.q.Principal.Kind != User || j.q.proved {
		return true
	}
	if !j.q.Level.Known() || j.q.Level < need.Level {
		return false
	}
	if need.MaxAge == 0 {
		return true
	}
	if j.q.AuthTime.IsZero() {
		return false
	}
	return span{nanos(j.q.AuthTime.Add(-skew)), nanos(j.q.AuthTime.Add(need.MaxAge))}.at(j.now, until)
}

// skew is how far ahead of this clock another replica's may be: a proof from
// further ahead is none.
const skew = time.Second
