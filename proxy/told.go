package proxy

import (
	"fmt"
	"net/http"
	"time"

	"gatehouse/gate"
)

// told is what an upstream is told of the caller, and that it knows nobody where nobody is
// known. It is made once, when the request was let through: what lasts forgets its caller.
type told struct {
	assertion string // "" for nobody
	names     []gate.IdentityHeader
	values    []string // of each of names, "" for nothing
}

// tells makes it, for an upstream.
func (p *passage) tells(u *gate.Upstream) (t told, err error) {
	if t.names = u.Headers; len(t.names) > 0 {
		t.values = make([]string, len(t.names))
	}
	if p.caller == nil {
		return t, nil
	}
	for i := range t.names {
		t.values[i] = p.value(t.names[i].Value)
	}
	s := about(u.Audience, p.match.Route.Org.In(&p.match), p.caller, &p.decision)
	t.assertion, err = p.door.assertor.assert(p.r.Context(), s, p.ends(), time.Now())
	return t, err
}

// write writes the plain headers in which the file of the upstream wants it: what a visitor
// wrote there does not count.
func (t *told) write(h http.Header) {
	for i := range t.names {
		h.Del(t.names[i].Name)
		if t.values[i] != "" {
			h.Set(t.names[i].Name, t.values[i])
		}
	}
}

// value is what one of gate.Values is of the caller.
func (p *passage) value(of string) string {
	acr, at := p.caller.Proof()
	switch of {
	case "subject":
		return p.caller.Subject.ID
	case "kind":
		return string(p.caller.Subject.Kind)
	case "client":
		return p.caller.Client()
	case "session":
		return p.caller.Session()
	case "acr":
		return acr
	case "auth_time":
		if at != 0 {
			return fmt.Sprint(at)
		}
	case "organisation":
		return p.match.Route.Org.In(&p.match)
	case "permission":
		if !p.decision.shadow {
			return p.decision.permission
		}
	}
	return ""
}
