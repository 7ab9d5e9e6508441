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
func (s *Snapshot) Decide(q *Question) (d Decision, err error) {
	permission, ok := s.rules.index.find(q.Permission)
	actor, now := q.Principal.Kind.actor(), nanos(q.Now)
	if !ok || actor == nobody || now == math.MinInt64 {
		return d, s.misspelt(q, ok)
	}
	d.Version = s.version
	s.decide(q, s.find(q.Principal.Kind, actor, q.Principal.ID), permission, now, &d)
	return d, nil
}

func (s *Snapshot) misspelt(q *Question, known bool) error {
	switch {
	case !known:
		return unknownPermission(q.Permission)
	case q.Principal.Kind.actor() == nobody:
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

// decide fills in d for p, who is nil for somebody ordinary. Nothing of it may be
// moved to the heap.
func (s *Snapshot) decide(q *Question, p *principal, permission uint32, now int64, d *Decision) {
	r, until := s.rules, int64(never)
	switch {
	case len(r.locks) > 0 && r.anyLocked(q, now, &until):
		d.Reason, d.Until = Locked, moment(until)
	case p != nil && p.disabled:
		d.Reason = Inactive
	case q.Delegated && !r.inScope(q, permission):
		d.Reason = OutOfScope
	case p == nil:
		d.Reason = NoGrant
	default:
		e := r.effective(p, q.Org, now)
		if e.plain && q.Level.Known() && r.catalogue[permission].requires == (Requirement{}) {
			e.plainly(permission, d)
			return
		}
		var j judgement // field by field: to copy a whole one that was just made costs as much as the answer
		j.rules, j.q, j.permission, j.now, j.e = r, q, permission, now, e
		j.answer(d)
	}
}

// plainly is what answer comes to where nothing is denied, and nothing depends on the
// resource or asks for a proof.
func (e *effective) plainly(permission uint32, d *Decision) {
	d.Until = e.ends
	for i := range e.allowing.grants {
		if g := &e.allowing.grants[i]; g.bits.has(permission) {
			d.Outcome, d.Reason, d.Grant = Allowed, Granted, g.ID
			return
		}
	}
	d.Reason = NoGrant
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
	trial      *trial // nil until a condition is asked
}

func (j *judgement) answer(d *Decision) {
	until := j.e.until
	if g := j.denied(&until); g != nil {
		d.Reason, d.Grant = Denied, g.ID
	} else if need := j.rules.catalogue[j.permission].requires; !j.allows(need, d, &until) {
		j.perhaps(need, d, &until)
	}
	if j.trial != nil {
		j.settle(&until)
	}
	if d.Until = j.e.ends; until != j.e.until {
		d.Until = moment(until)
	}
}

// allows reports whether a grant for every resource gives the permission, and what
// then follows.
func (j *judgement) allows(need Requirement, d *Decision, until *int64) bool {
	g := j.e.allowing.by(j.permission)
	if g != nil {
		j.allow(g, need, d, until)
	}
	return g != nil
}

// denied returns a deny that counts, nil for none.
func (j *judgement) denied(until *int64) *grant {
	if g := j.e.denying.by(j.permission); g != nil {
		return g
	}
	for i := range j.e.unless {
		g := &j.e.unless[i]
		if g.bits.has(j.permission) && j.matches(g.grant, until) != no { // what is not known denies
			return g.grant
		}
	}
	return nil
}

// allow gives what g allows to whoever meets need. It lowers until to the moment
// at which the clock changes whether need is met.
func (j *judgement) allow(g *grant, need Requirement, d *Decision, until *int64) {
	d.Grant = g.ID
	if j.met(need, until) {
		d.Outcome, d.Reason = Allowed, Granted
		return
	}
	d.Outcome, d.Reason, d.Need = Challenged, ProofInsufficient, need
}

// perhaps tries the grants that depend on the resource or on the proof: the
// first that holds and is met, else the one that asks for least.
func (j *judgement) perhaps(need Requirement, d *Decision, until *int64) {
	d.Reason = NoGrant
	for i := range j.e.maybe {
		g := &j.e.maybe[i]
		if !g.bits.has(j.permission) {
			continue
		}
		switch answer := j.matches(g.grant, until); answer {
		case yes:
			var one Decision
			if j.allow(g.grant, need.with(g.Requires), &one, until); one.Outcome == Allowed || d.Outcome != Challenged || less(one.Need, d.Need) {
				d.Outcome, d.Reason, d.Grant, d.Need, d.Missing = one.Outcome, one.Reason, one.Grant, one.Need, ""
			}
			if d.Outcome == Allowed {
				return
			}
		case unknown:
			if d.Outcome == Refused {
				d.Reason, d.Grant, d.Missing = ResourceUnknown, g.ID, j.lacks(g.grant)
			}
			if d.Outcome == Refused && j.spent() {
				d.Reason = TooCostly
			}
		}
	}
}

// settle ends a decision for which conditions were asked. What they take may depend on
// the local time, which some of them read.
func (j *judgement) settle(until *int64) {
	if j.trial.spent {
		*until = min(*until, nextQuarter(j.now))
	}
	j.q.Meter.add(j.trial.took())
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
func (j *judgement) met(need Requirement, until *int64) bool {
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
