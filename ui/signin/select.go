package signin

import (
	"net/http"

	"gatehouse/fault"
	"gatehouse/flow"
	"gatehouse/ui/view"
	"gatehouse/web"
)

func (d *Door) drawSelect(_ *http.Request, _ flow.Entry, s stepFrame) (view.Page, error) {
	return selectPage{stepFrame: s}, nil
}

// choose goes on with the signed-in account or with another one. Every page of a
// sign-in that names somebody offers the latter.
func (d *Door) choose(r *http.Request, ref flow.Ref) (flow.Outcome, error) {
	choice := r.PostForm.Get("choice")
	if choice != "current" && choice != "other" {
		return flow.Outcome{}, fault.New(fault.Malformed, "form.malformed", "The form does not say which account to use.")
	}
	return d.Flow.Choose(r.Context(), web.Actor(r), ref, choice == "other")
}
