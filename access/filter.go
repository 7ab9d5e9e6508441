package access

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"cel.dev/cel-go/interpreter"

	"gatehouse.example/verify/filter"

	"gatehouse/fault"
)

// Filter says for which resources a question is answered with Allowed. The zero Filter is
// for none.
type Filter struct {
	filter.Filter
	// Need is what somebody would have to prove for more of them.
	Need  Requirement
	Until time.Time // a moment before which the clock alone changes nothing; zero: none
	// Version is that of the policy.
	Version uint64
}

// Filter answers q for every resource that there may be: with the ids and attributes of
// those for which Decide would allow it. What q says of a resource is not looked at. An
// attribute that a resource has not is NULL, and lets nothing through.
//
// Its errors are those of Decide; "filter.untranslatable" (Invalid) names the condition that
// no filter can say, "filter.too_large" (Invalid) is one that nobody wants to be sent, and
// "evaluation.costly" (TooMany) that the conditions took too much.
func (s *Snapshot) Filter(q *Question) (f Filter, err error) {
	permission, ok := s.rules.index.find(q.Permission)
	actor, now := q.Principal.Kind.actor(), nanos(q.Now)
	if !ok || actor == nobody || now == math.MinInt64 {
		return f, s.misspelt(q, ok)
	}
	f.Filter, f.Version = filter.Nothing, s.version
	r, until := s.rules, int64(never)
	p := s.find(q.Principal.Kind, actor, q.Principal.ID)
	if len(r.locks) > 0 && r.anyLocked(q, now, &until) || p == nil || p.disabled || !r.inScope(q, permission) {
		f.Until = moment(until)
		return f, nil
	}
	e := r.effective(p, q.Org, now)
	sift := sifting{judgement: judgement{rules: r, q: q, permission: permission, now: now, e: e}, until: e.until}
	f.Filter, err = sift.rows()
	f.Need, f.Until = sift.need, moment(sift.until)
	if err != nil {
		return Filter{Version: s.version}, err
	}
	return f, nil
}

// sifting is one question before what its principal's grants come to, for all resources.
type sifting struct {
	judgement
	until  int64
	need   Requirement
	needed bool
	stuck  *grant // the first whose condition no filter can say
}

// rows puts together what allows and what denies. A deny that may count, because of what
// is not known, does; so what is kept is where each says no.
func (j *sifting) rows() (filter.Filter, error) {
	if j.e.denying.by(j.permission) != nil {
		return filter.Nothing, nil
	}
	rows, err := j.allowed()
	if err != nil || rows.Op == filter.None {
		return rows, j.settled(err)
	}
	for i := range j.e.unless {
		if g := &j.e.unless[i]; g.bits.has(j.permission) {
			if rows = filter.AllOf(rows, j.answer(g.grant).no); rows.Op == filter.None {
				break
			}
		}
	}
	return rows, j.settled(j.problem(rows))
}

// allowed is what all grants allow together, to whoever has proved enough.
func (j *sifting) allowed() (filter.Filter, error) {
	need := j.rules.catalogue[j.permission].requires
	if j.e.allowing.by(j.permission) != nil {
		if j.proved(need) {
			return filter.Everything, nil
		}
		return filter.Nothing, nil
	}
	var all []filter.Filter
	for i := range j.e.maybe {
		g := &j.e.maybe[i]
		if g.bits.has(j.permission) && j.proved(need.with(g.Requires)) {
			all = append(all, j.answer(g.grant).yes)
		}
	}
	rows := filter.AnyOf(all...)
	return rows, j.problem(rows)
}

// proved is met, and remembers the least that is missing.
func (j *sifting) proved(need Requirement) bool {
	if j.met(need, &j.until) {
		return true
	}
	if !j.needed || less(need, j.need) {
		j.need, j.needed = need, true
	}
	return false
}

// answer is for which resources a grant counts, and for which it does not.
func (j *sifting) answer(g *grant) answer {
	switch g.Where.Place {
	case Everywhere:
		return answer{filter.Everything, filter.Nothing}
	case Own:
		return j.owned()
	case Listed:
		return listed(g.Where.IDs)
	case Condition:
		if g.condition.readsClock() {
			j.until = min(j.until, nextQuarter(j.now))
		}
		a := j.asked().residue(g.condition)
		if j.stuck == nil && (has(a.yes, opStuck) || has(a.no, opStuck)) {
			j.stuck = g
		}
		return a
	}
	return nobodyKnows
}

// owned is owns of every resource.
func (j *sifting) owned() answer {
	attribute := j.rules.catalogue[j.permission].owner
	if attribute == "" {
		return nobodyKnows
	}
	return answer{
		filter.Compare(filter.In, attribute, j.q.Principal.ID),
		filter.AllOf(filter.Compare(filter.More, attribute, ""), filter.Compare(filter.NotIn, attribute, j.q.Principal.ID)), // another text, and one that is not empty
	}
}

// listed is for which resources a list of ids counts. Nothing is called "".
func listed(ids []string) answer {
	values := []any{}
	for _, name := range ids {
		if name != "" {
			values = append(values, name)
		}
	}
	return answer{filter.Compare(filter.In, "id", values...), filter.Compare(filter.NotIn, "id", append(values, "")...)}
}

// problem is what keeps f from being said.
func (j *sifting) problem(f filter.Filter) error {
	switch {
	case f.Size() > filter.MaxSize:
		return fault.New(fault.Invalid, "filter.too_large", fmt.Sprintf("What there is to say of these resources has more than %d parts: too much for a filter.", filter.MaxSize))
	case has(f, opStuck):
		return &fault.Error{
			Kind: fault.Invalid, Code: "filter.untranslatable",
			Detail: fmt.Sprintf("The condition of the grant %s cannot be made into a filter: %s", j.stuck.ID, j.stuck.Where.Expression),
			Fields: []fault.Field{{Name: "condition", Problem: j.stuck.Where.Expression}},
		}
	}
	return nil
}

// settled counts what the conditions took.
func (j *sifting) settled(err error) error {
	if j.trial == nil {
		return err
	}
	j.q.Meter.add(j.trial.took())
	if j.trial.spent {
		return fault.New(fault.TooMany, "evaluation.costly", "The conditions behind this question take too long to be asked.")
	}
	return err
}

func has(f filter.Filter, op filter.Op) bool {
	return f.Op == op || slices.ContainsFunc(f.Of, func(one filter.Filter) bool { return has(one, op) })
}

// residue asks a condition for all resources at once.
func (t *trial) residue(c *condition) answer {
	if t.asked++; t.took() > maxTrial {
		t.spent = true
	}
	if c.compiled() == nil || t.spent {
		return nobodyKnows
	}
	return c.residual().answer(t)
}

// failed notes that no step is left.
func (t *trial) failed(err error) {
	if cancelled, ok := errors.AsType[interpreter.EvalCancelledError](err); ok && cancelled.Cause == interpreter.CostLimitExceeded {
		t.spent = true
	}
}

// apartOnce is a condition as filters read it, taken apart when it is first asked so.
type apartOnce struct {
	once sync.Once
	rest residual
}

// residual returns c as filters read it.
func (c *condition) residual() *residual {
	c.filtered.once.Do(func() {
		if checked, err := check(c.source); err == nil {
			c.filtered.rest = residualOf(checked.tree)
		}
	})
	return &c.filtered.rest
}
