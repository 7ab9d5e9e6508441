package proxy

import (
	"gatehouse.example/verify/filter"

	"gatehouse/access"
	"gatehouse/caller"
	"gatehouse/gate"
)

// decider decides for one caller; *caller.Caller does, and so does whoever tries a route
// out (trial).
type decider interface {
	Decide(a caller.Asked) (access.Decision, error)
}

// weighed is what a route comes to for somebody.
type weighed struct {
	access.Decision
	own bool // it is good for what is the caller's own alone
}

// question is what a route asks of the policy about a request.
func question(m *gate.Match, method string, request access.Request) caller.Asked {
	r := m.Route
	a := caller.Asked{
		Permission: r.Asks[method], Org: r.Org.In(m), Resource: access.Resource{ID: r.Resource.In(m)}, Request: request,
		Methods: r.Requires.AMR,
		Further: access.Further{Requires: access.Requirement{Level: r.Requires.Level, MaxAge: r.Requires.MaxAge}, Member: r.Requires.Member},
	}
	if r.Condition != nil {
		a.Further.Condition = r.Condition.(*access.Expression) // what house compiles routes with
	}
	return a
}

// weigh asks the policy, and fetch about the resource only where what it says of it may
// change the answer: where the answer says so, or varies does.
func weigh(who decider, varies func(caller.Asked) bool, s *access.Snapshot, subject string, r *gate.Route, a caller.Asked, fetch func() (map[string]any, error)) (w weighed, err error) {
	w.Decision, err = who.Decide(a)
	if err != nil || r.Fetch == nil && !r.Defer || !depends(&w.Decision) && r.Condition == nil && !varies(a) {
		return w, err
	}
	if r.Fetch != nil {
		if a.Resource.Attrs, err = fetch(); err == nil {
			w.Decision, err = who.Decide(a)
		}
	}
	if r.Defer && err == nil {
		err = w.deferred(who, s.OwnerAttribute(a.Permission), subject, a)
	}
	return w, err
}

// deferred decides for what is the caller's own, where the upstream is to hold them to
// that. Whoever may not even do so with that is refused as before.
func (w *weighed) deferred(who decider, owner, subject string, a caller.Asked) error {
	if w.Outcome == access.Allowed { // for what lacks what is asked for, and not for the rest
		w.Decision = access.Decision{Reason: access.ResourceUnknown, Until: w.Until, Version: w.Version}
	}
	if owner == "" || w.Reason != access.ResourceUnknown {
		return nil
	}
	a.Resource.Attrs = map[string]any{owner: subject}
	d, err := who.Decide(a)
	if err != nil || d.Outcome == access.Refused {
		return err
	}
	w.Decision, w.own = d, d.Outcome == access.Allowed
	return nil
}

// variesBy is varies of who is asked about by a question.
func variesBy(s *access.Snapshot, q access.Question) func(caller.Asked) bool {
	return func(a caller.Asked) bool {
		q.Permission, q.Org, q.Request = a.Permission, a.Org, a.Request
		f, err := s.Filter(&q)
		return err != nil || isMixed(leftFor(f.Filter, a.Resource.ID))
	}
}

// isMixed reports whether a filter is neither all nor nothing.
func isMixed(f filter.Filter) bool { return f.Op != filter.All && f.Op != filter.None }

// narrowed is what somebody gets of a list that its upstream filters: all, some of it, or why
// nothing.
func narrowed(s *access.Snapshot, q access.Question, a *caller.Asked) (string, error) {
	q.Permission, q.Org, q.Request = a.Permission, a.Org, a.Request
	f, err := s.Filter(&q)
	if err != nil {
		return "", err
	}
	d, text, err := narrow(&f)
	if text != "" {
		return "filter", err
	}
	return d.Outcome.String(), err
}

// depends reports whether a decision that was made without the resource may be another
// one with it. One that allows is not: what is not known denies.
func depends(d *access.Decision) bool {
	switch d.Reason {
	case access.ResourceUnknown, access.Denied, access.ProofInsufficient:
		return true
	}
	return false
}
