package proxy

import (
	"net/http"

	"gatehouse/fault"
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
	p.decision.why = fault.CodeOf(why)
	return true
}

// mark writes the header of a request in the shadow.
func (p *passage) mark(h http.Header) {
	if p.decision.shadow {
		h.Set(HeaderShadow, p.decision.outcome)
	}
}
