package proxy

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"gatehouse/access"
	"gatehouse/caller"
	"gatehouse/fault"
	"gatehouse/gate"
)

// verdict is what the gate came to over a request.
type verdict struct {
	outcome    string
	permission string
	decision   access.Decision
	subject    access.Subject
	shadow     bool   // it let through what it would have refused
	own        bool   // it is good for what is the caller's own alone, to which the upstream holds them
	filter     string // for which of many things it is good alone, to which the upstream holds them
}

func (v *verdict) attrs() []slog.Attr {
	if v.outcome == "" {
		return nil
	}
	attrs := []slog.Attr{slog.String("decision", v.outcome), slog.String("permission", v.permission)}
	if v.subject.ID != "" {
		attrs = append(attrs, slog.String("sub", v.subject.ID), slog.String("kind", string(v.subject.Kind)))
	}
	if d := &v.decision; d.Reason != "" {
		attrs = append(attrs, slog.String("reason", string(d.Reason)), slog.String("grant", string(d.Grant)), slog.Uint64("pv", d.Version))
	}
	if v.shadow {
		attrs = append(attrs, slog.Bool("shadow", true))
	}
	if v.own {
		attrs = append(attrs, slog.Bool("own", true))
	}
	if v.filter != "" {
		attrs = append(attrs, slog.Bool("filter", true))
	}
	return attrs
}

// admit returns nil when the route lets the caller through.
func (p *passage) admit() error {
	route := p.match.Route
	if err := p.limit(nil); err != nil {
		return err
	}
	if route.Public {
		p.decision.outcome = "public"
		return nil
	}
	p.decision.permission = route.Asks[p.r.Method]
	who, err := p.authenticate(route)
	if err != nil {
		p.count("unknown")
		return err
	}
	p.caller, p.decision.subject = who, who.Subject
	if err := p.limit(who); err != nil {
		return err
	}
	err = p.decide(route)
	if err == nil && route.MCP != nil {
		err = p.called(route)
	}
	if err != nil && route.Mode == gate.Shadow && isRefusal(err) {
		p.decision.shadow = true
		return nil
	}
	return err
}

func (p *passage) count(outcome string) {
	p.decision.outcome = outcome
	if !p.again {
		p.door.Metrics.GateDecided(p.match.Route.ID, outcome)
	}
}

// decide asks the policy, and the upstream about the resource only where what it says of
// it may change the answer.
func (p *passage) decide(route *gate.Route) error {
	asked := p.asked()
	d, err := p.first(asked)
	asksMore := route.Fetch != nil || route.Defer
	varies := err == nil && asksMore && (depends(&d) || p.varies(asked))
	if varies && route.Fetch != nil {
		if asked.Resource.Attrs, err = p.fetch(route.Fetch); err == nil {
			d, err = p.caller.Decide(asked)
		}
	}
	if varies && route.Defer {
		d, err = p.deferred(asked, d)
	}
	if err == nil && d.Outcome == access.Challenged && p.caller.OfBrowser() {
		d, err = p.proven(asked, d)
	}
	if isRefusal(err) { // what they came with is not for that, whatever they may
		p.count(access.Refused.String())
		return err
	}
	if err != nil {
		p.count("error")
		return undecided(err)
	}
	p.decision.decision = d
	p.count(d.Outcome.String())
	return p.caller.Refusal(asked.Permission, d)
}

// asked is what is asked about the caller, before anything is known of the resource.
func (p *passage) asked() caller.Asked {
	route := p.match.Route
	resource := access.Resource{ID: route.Resource.In(&p.match)}
	if p.call != nil {
		resource = p.call.resource
	}
	return caller.Asked{
		Permission: p.decision.permission, Org: route.Org.In(&p.match), Resource: resource,
		Request: access.Request{Method: p.r.Method, Path: p.request.path.String(), IP: p.info.IP},
	}
}

// undecided is why a decision could not be made. That a route asks for what no catalogue has
// is no fault of who sent the request.
func undecided(err error) error {
	if f := unfiltered(err); f != nil {
		return f
	}
	if fault.Is(err, fault.Invalid) {
		return fault.Wrap(err, fault.Unavailable, "gate.permission", "This route asks for a permission that is not there.")
	}
	return fmt.Errorf("decide at the gate: %w", err)
}

// deferred decides for what is the caller's own, where the upstream is to hold them to
// that. Whoever may not even do so with that is refused as before.
func (p *passage) deferred(asked caller.Asked, before access.Decision) (access.Decision, error) {
	if before.Outcome == access.Allowed { // for what lacks what is asked for, and not for the rest
		before = access.Decision{Reason: access.ResourceUnknown, Until: before.Until, Version: before.Version}
	}
	owner := p.caller.Snapshot.OwnerAttribute(asked.Permission)
	if owner == "" || before.Reason != access.ResourceUnknown {
		return before, nil
	}
	asked.Resource.Attrs = map[string]any{owner: p.caller.Subject.ID}
	d, err := p.caller.Decide(asked)
	if err != nil || d.Outcome == access.Refused {
		return before, err
	}
	p.decision.own = d.Outcome == access.Allowed
	return d, nil
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

func isRefusal(err error) bool {
	_, ok := errors.AsType[*caller.Refusal](err)
	return ok
}

// until is when the decision may be another one by the clock alone; zero: never.
func (p *passage) until() time.Time { return p.decision.decision.Until }
