package access

import (
	"slices"
	"time"
)

// Expression is a condition that somebody other than a grant has, such as a route of the
// gate. It asks what a condition of a grant may, within the same bounds.
type Expression struct{ condition *condition }

// ParseExpression reads one. What is wrong with it is answered as by CheckExpression.
func ParseExpression(text string) (*Expression, error) {
	if err := CheckExpression(text); err != nil {
		return nil, err
	}
	return &Expression{conditionOf(text)}, nil
}

// String returns its source.
func (e *Expression) String() string { return e.condition.source }

// Further is what whoever asks wants besides what the policy says. The zero Further is
// nothing.
type Further struct {
	Requires  Requirement
	Member    bool        // the principal must be in the organisation of the question
	Condition *Expression // must hold; nil: there is none
}

// IsZero reports whether f is nothing.
func (f *Further) IsZero() bool { return *f == Further{} }

// Narrow takes from the answer to q what f does not let through, and lowers Until to
// where the clock changes that. It never allows what was refused: d is what s decided.
func (s *Snapshot) Narrow(q *Question, f *Further, d *Decision) {
	if d.Outcome == Refused || f.IsZero() {
		return
	}
	now, until := nanos(q.Now), ending(d.Until)
	j := judgement{rules: s.rules, q: q, now: now, e: &effective{until: never}}
	if p := s.principal(q.Principal); p != nil {
		j.e = s.rules.effective(p, q.Org, now)
	}
	switch {
	case f.Member && !j.member(&until):
		d.refuse(NoMember)
	case f.Condition != nil && !j.holds(f.Condition, d, &until):
	default:
		j.further(f.Requires, d, &until)
	}
	d.Until = earlier(d.Until, until)
}

func (d *Decision) refuse(why Reason) {
	d.Outcome, d.Reason, d.Need = Refused, why, Requirement{}
}

// member reports whether the principal is in the organisation that is asked about.
func (j *judgement) member(until *int64) bool {
	*until = min(*until, j.e.until)
	return j.q.Org != "" && slices.Contains(j.e.in, Subject{Organisation, j.q.Org})
}

// holds asks a condition, and notes in d why it lets nobody through.
func (j *judgement) holds(e *Expression, d *Decision, until *int64) bool {
	*until = min(*until, j.e.until) // it may ask for groups
	if e.condition.readsClock() {
		*until = min(*until, nextQuarter(j.now))
	}
	answer := j.asked().ask(e.condition)
	switch {
	case answer == yes:
	case answer == no:
		d.refuse(Unmet)
	case j.spent():
		d.refuse(TooCostly)
	default:
		d.refuse(ResourceUnknown)
		d.Missing = j.trial.lacks
	}
	j.settle(until)
	return answer == yes
}

// further asks for a proof besides what the policy asks for.
func (j *judgement) further(need Requirement, d *Decision, until *int64) {
	met := j.met(need, until)
	if d.Outcome == Challenged {
		d.Need = d.Need.with(need)
		return
	}
	if !met {
		d.Outcome, d.Reason, d.Need = Challenged, ProofInsufficient, need
	}
}

// earlier is the earlier of a moment and one in nanoseconds; zero and never are none.
func earlier(t time.Time, n int64) time.Time {
	if n == never || !t.IsZero() && nanos(t) <= n {
		return t
	}
	return moment(n)
}
