package proxy

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"gatehouse/fault"
	"gatehouse/gate"
)

// CodeCORS is that of a page of another site that may not use a route.
const CodeCORS = "gate.cors"

// preflight answers a browser that asks whether a page of another site may send a
// request (Fetch standard, CORS-preflight). False: it is none, or the route that would take
// that request leaves such questions to its upstream.
func (p *passage) preflight() (answered bool, err error) {
	h := p.r.Header
	origin, method := h.Get("Origin"), h.Get("Access-Control-Request-Method")
	if p.edge != nil || p.r.Method != http.MethodOptions || origin == "" || method == "" {
		return false, nil
	}
	m, err := p.findFor(method)
	if err != nil || m.Route.CORS == nil {
		return false, nil //nolint:nilerror // whoever looks for the route of the request itself says so
	}
	p.match, p.decision.outcome = m, "preflight"
	c := m.Route.CORS
	p.status.Header().Add("Vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers")
	if !c.Allows(origin) || !slices.Contains(c.Methods, method) || !sends(c, h["Access-Control-Request-Headers"]) {
		return false, fault.New(fault.Forbidden, CodeCORS, "Pages of this origin may not send such a request here.")
	}
	out := p.status.Header()
	allow(out, c, origin)
	out.Set("Access-Control-Allow-Methods", strings.Join(c.Methods, ", "))
	if len(c.Headers) > 0 {
		out.Set("Access-Control-Allow-Headers", strings.Join(c.Headers, ", "))
	}
	out.Set("Access-Control-Max-Age", strconv.Itoa(int(c.MaxAge/time.Second)))
	out.Set("X-Request-Id", string(p.info.ID))
	p.status.WriteHeader(http.StatusNoContent)
	return true, nil
}

// sends reports whether pages may send all headers of a list.
func sends(c *gate.CORS, lists []string) bool {
	for _, list := range lists {
		for name := range strings.SplitSeq(list, ",") {
			if name = strings.ToLower(strings.TrimSpace(name)); name != "" && !slices.Contains(c.Headers, name) {
				return false
			}
		}
	}
	return true
}

func allow(h http.Header, c *gate.CORS, origin string) {
	if c.Any {
		origin = "*"
	}
	h.Set("Access-Control-Allow-Origin", origin)
	if c.Credentials {
		h.Set("Access-Control-Allow-Credentials", "true")
	}
}

// welcome says on whatever answer comes, ours or the upstream's, whether the page that
// sent the request may read it.
func (p *passage) welcome() {
	c := p.match.Route.CORS
	if c == nil || p.edge != nil { // whoever sends the request on answers the page
		return
	}
	h := p.status.Header()
	if !c.Any {
		h.Add("Vary", "Origin")
	}
	origin := p.r.Header.Get("Origin")
	if origin == "" || !c.Allows(origin) {
		return
	}
	allow(h, c, origin)
	if len(c.Expose) > 0 {
		h.Set("Access-Control-Expose-Headers", strings.Join(c.Expose, ", "))
	}
}

// invited reports whether the route names the origin of a page, and lets its requests act
// by cookies.
func (p *passage) invited() bool {
	if p.match.Route == nil || p.match.Route.CORS == nil {
		return false
	}
	c := p.match.Route.CORS
	return c.Credentials && slices.Contains(c.Origins, p.r.Header.Get("Origin"))
}

// stripCORS takes from an upstream's answer what the gate says in its place.
func stripCORS(h http.Header) {
	for name := range h {
		if strings.HasPrefix(name, "Access-Control-") {
			delete(h, name)
		}
	}
}
