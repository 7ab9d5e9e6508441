package signin

import (
	"net/http"

	"gatehouse/flow"
	"gatehouse/ui/view"
	"gatehouse/web"
)

func (d *Door) drawFactor(_ *http.Request, _ flow.Entry, s stepFrame) (view.Page, error) {
	return factorPage{stepFrame: s}, nil
}

func (d *Door) proveByCode(r *http.Request, ref flow.Ref) (flow.Outcome, error) {
	return d.Flow.TOTP(r.Context(), web.Actor(r), ref, r.PostForm.Get("code"))
}

// fewCodes is how many recovery codes are few enough to say so on a page of its own.
const fewCodes = 3

func (d *Door) drawRecovery(_ *http.Request, _ flow.Entry, s stepFrame) (view.Page, error) {
	return recoveryPage{stepFrame: s}, nil
}

func (d *Door) proveByRecovery(r *http.Request, ref flow.Ref) (flow.Outcome, error) {
	return d.Flow.Recovery(r.Context(), web.Actor(r), ref, r.PostForm.Get("recovery_code"))
}

// usedRecovery reports whether this post spent a recovery code: only then does
// the outcome's count of what is left mean something.
func usedRecovery(r *http.Request, out flow.Outcome) bool {
	return r.URL.Path == pathRecovery && out.SessionToken != ""
}
