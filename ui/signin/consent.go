package signin

import (
	"net/http"

	"gatehouse/fault"
	"gatehouse/flow"
	"gatehouse/ui/view"
	"gatehouse/web"
)

func (d *Door) drawConsent(_ *http.Request, e flow.Entry, s stepFrame) (view.Page, error) {
	ask := e.Interaction.Ask
	return consentPage{
		stepFrame: s, Scopes: ask.Scopes, Host: redirectHost(ask.Params.Get("redirect_uri")), Told: e.App != nil && e.App.Told,
	}, nil
}

// consent takes a plain yes or no; anything else is neither.
func (d *Door) consent(r *http.Request, ref flow.Ref) (flow.Outcome, error) {
	decision := r.PostForm.Get("decision")
	if decision != "allow" && decision != "deny" {
		return flow.Outcome{}, fault.New(fault.Malformed, "form.malformed", "The form says neither yes nor no.")
	}
	return d.Flow.Consent(r.Context(), web.Actor(r), ref, decision == "allow")
}
