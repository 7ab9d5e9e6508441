package proxy

import (
	"net/http"

	"gatehouse/access"
	"gatehouse/gate"
)

// HeaderShadow tells an upstream that a request came through in the shadow: what the gate
// would have done with it.
const HeaderShadow = "X-Gatehouse-Shadow"

// shadowed reports whether a refusal is only told of, and marks the request: whoever sent
// it, and for whatever reason it would have been refused.
func (p *passage) shadowed(why error) bool {
	if p.match.Route.Mode != gate.Shadow {
		return false
	}
	p.decision.shadow, p.decision.own = true, false
	if !p.decision.over {
		p.decision.why = codeOf(why)
	}
	return true
}

// overlooked has a request that was beyond a limit be one that would have been refused for that,
// whatever was decided about it: the application is told of its caller as if there were no limit.
func (p *passage) overlooked() {
	if p.decision.over {
		p.decision.outcome, p.decision.why = "limited", codeRate
	}
}

// passes reports whether it let through what it would have refused, for whatever reason.
func (v *verdict) passes() bool { return v.shadow || v.over }

// lets reports whether it lets the request through.
func (v *verdict) lets() bool {
	return v.passes() || v.outcome == access.Allowed.String() || v.outcome == "public"
}

// mark writes the header of a request in the shadow.
func (p *passage) mark(h http.Header) {
	if p.decision.passes() {
		h.Set(HeaderShadow, p.decision.outcome)
	}
}
