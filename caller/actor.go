package caller

import (
	"errors"
	"net/http"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/web"
)

// Actor is who acts by r, as the audit log knows it.
func (c *Caller) Actor(r *http.Request) audit.Actor {
	a := web.Actor(r)
	a.ID, a.Key = c.Subject.ID, string(c.Key)
	switch c.Subject.Kind {
	case access.User:
		a.Kind = audit.Person
	case access.Client:
		a.Kind = audit.Client
	case access.ServiceAccount:
		a.Kind = audit.Service
	}
	if c.token != nil {
		a.Session, a.Client = id.Session(c.token.Claims.Session), id.Client(c.token.Claims.ClientID)
	}
	return a
}

// Refused records the answer to a caller whose request was refused because they lack a
// right; of any other error it records nothing. Each door calls it, once for a request,
// with what it is about to answer.
func (d *Desk) Refused(r *http.Request, c *Caller, err error) {
	no, ok := errors.AsType[*Refusal](err)
	if !ok || d.Refusals == nil || no.Fault.Kind != fault.Forbidden {
		return
	}
	d.Refusals.Tell(r.Context(), audit.Event{
		Actor: c.Actor(r), Action: audit.ActionRefuse, Target: audit.Itself(), Reason: audit.ReasonForbidden,
		After: audit.Doc(map[string]any{"wants": r.Method + " " + r.Pattern, "why": no.Fault.Detail}),
	})
}
