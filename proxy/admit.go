package proxy

import (
	"errors"
	"fmt"
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
	via        string         // by whose word it is known, if not by ours
	shadow     bool           // it let through what it would have refused,
	why        string         // with this code
	over       bool           // in the shadow: a limit would have refused it before anything was decided
	stale      bool           // by what was known a while ago
	attributes map[string]any // of the resource, where it was asked for
	own        bool           // it is good for what is the caller's own alone, to which the upstream holds them
	filter     string         // for which of many things it is good alone, to which the upstream holds them
}

// admit returns nil when the route lets the caller through. What it came to is settled, but for
// what may last: that is decided once more when it begins.
func (p *passage) admit() error {
	err := p.admitted()
	if err != nil || p.kind == "" {
		p.settle(err)
	}
	return err
}

// settle counts what was decided about a request and keeps it with why it was refused: once,
// however many questions that took.
func (p *passage) settle(why error) {
	if p.again || p.settled {
		return
	}
	p.settled = true
	if v := &p.decision; v.outcome != "" && v.outcome != "public" {
		p.door.Metrics.GateDecided(p.match.Route.ID, v.outcome)
	}
	p.keepDecision(why)
}

func (p *passage) admitted() error {
	route := p.match.Route
	if err := p.refuseOwnCredential(route); err != nil {
		return err
	}
	err := p.limit(nil)
	if err == nil && route.Public {
		p.decision.outcome = "public"
		p.overlooked()
		return nil
	}
	p.decision.permission = route.Asks[p.r.Method]
	if err == nil {
		err = p.findCaller(route)
	}
	if err == nil {
		err = p.limit(p.caller)
	}
	if err == nil {
		err = p.decide(route)
	}
	unread := false
	if err == nil && route.MCP != nil {
		err = p.called(route)
		unread = fault.Is(err, fault.Malformed)
	}
	if unread { // is refused in shadow too: nobody knows what it says
		p.decision.over = false
		return err
	}
	p.overlooked()
	if err != nil && !errors.Is(err, errFetchLater) && p.shadowed(err) {
		return nil
	}
	return err
}

// findCaller finds who calls.
func (p *passage) findCaller(route *gate.Route) error {
	r, stale := p.asking(route)
	who, err := p.authenticate(r, route)
	if p.decision.stale = stale(); err != nil {
		p.caller, p.decision.outcome = nil, "unknown" // whoever a stream was of is nobody now
		return err
	}
	p.caller, p.decision.subject, p.decision.via = who, who.Subject, who.Via()
	return nil
}

// decide returns nil if the policy of now lets the caller do what the route asks for. A
// browser of which more has to be proved is asked once more, by its session of this moment.
func (p *passage) decide(route *gate.Route) error {
	d, err := p.weigh(route)
	if err == nil && d.Outcome == access.Challenged && p.caller.OfBrowser() {
		d, err = p.proven(route, d)
	}
	if isRefusal(err) { // what they came with is not for that, whatever they may
		p.decision.outcome = access.Refused.String()
		return err
	}
	if err != nil {
		p.decision.outcome = "error"
		return undecided(err)
	}
	p.decision.decision, p.decision.own = d.Decision, d.own
	p.decision.outcome = d.Outcome.String()
	return p.caller.Refusal(p.decision.permission, d.Decision)
}

// weigh returns what the policy says, about lists with the filter that goes with it. The
// upstream is asked about the resource only where the answer depends on it.
func (p *passage) weigh(route *gate.Route) (weighed, error) {
	if route.Filter {
		d, err := p.listed(p.asked())
		return weighed{Decision: d}, err
	}
	return weigh(p.caller, p.varies, p.caller.Snapshot, p.caller.Subject.ID, route, p.asked(), func() (attrs map[string]any, err error) {
		attrs, err = p.fetch(route.Fetch)
		p.decision.attributes = attrs
		return attrs, err
	})
}

// asked is what is asked about the caller, before anything is known of the resource.
func (p *passage) asked() caller.Asked {
	ask := question(&p.match, p.r.Method, access.Request{Method: p.r.Method, Path: p.request.path.String(), IP: p.info.IP})
	ask.Permission = p.decision.permission // that of a call may be another one
	if p.call != nil {
		ask.Resource = p.call.resource
	}
	return ask
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

func isRefusal(err error) bool {
	_, ok := errors.AsType[*caller.Refusal](err)
	return ok
}

// until is when the decision may be another one by the clock alone; zero: never.
func (p *passage) until() time.Time { return p.decision.decision.Until }
