package caller

import (
	"errors"
	"net/http"

	"gatehouse/audit"
	"gatehouse/fault"
)

// Refused records the answer to a caller whose request was refused because they lack a
// right; of any other error it records nothing. Each door calls it, once for a request,
// with what it is about to answer.
func (d *Desk) Refused(r *http.Request, c *Caller, err error) {
	no, ok := errors.AsType[*Refusal](err)
	if !ok || d.Refusals == nil || no.Fault.Kind != fault.Forbidden {
		return
	}
	after := map[string]any{"wants": r.Method + " " + r.Pattern, "why": no.Fault.Detail}
	if via := c.Via(); via != "" { // the account says nothing of whose program it was
		after["via"] = via
	}
	d.Refusals.Tell(r.Context(), audit.Event{
		Actor: c.Actor(r), Action: audit.ActionRefuse, Target: audit.Itself(), Reason: audit.ReasonForbidden, After: audit.Doc(after),
	})
}
