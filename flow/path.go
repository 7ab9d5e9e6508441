package flow

import "net/url"

// PathAuthorize is where a sign-in for an application goes on once it is
// settled: the provider's dispatcher.
const PathAuthorize = "/oauth2/authorize"

var paths = map[Step]string{
	StepSignIn: "/signin", StepSelect: "/signin/select", StepFactor: "/signin/factor", StepEnrol: "/signin/enrol", StepConsent: "/consent",
}

// Next returns the path that the browser goes to from here: the page of the
// step, or, when there is nothing left to ask, the application's authorization
// endpoint or the page of ours that began it.
func (e Entry) Next() string {
	path, asks := paths[e.Decision.Step]
	if !asks && e.Interaction.Ask.Client == "" {
		return e.Interaction.Ask.ReturnTo
	}
	if !asks {
		path = PathAuthorize
	}
	return path + "?i=" + url.QueryEscape(string(e.Interaction.ID))
}
