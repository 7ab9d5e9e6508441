package signin

import (
	"net/url"

	"gatehouse/flow"
)

// stepPages are where the steps are shown.
var stepPages = map[flow.Step]string{
	flow.StepSignIn:  "/signin",
	flow.StepSelect:  "/signin/select",
	flow.StepFactor:  "/signin/factor",
	flow.StepEnrol:   "/signin/enrol",
	flow.StepConsent: "/consent",
}

// Next returns the path that the browser goes to from e: the page of its step,
// or, when there is nothing left to ask, the page of ours that began it. An
// application's sign-in goes on at authorize then, the path of the authorization
// endpoint, which takes the interaction as the parameter i.
func Next(e flow.Entry, authorize string) string {
	path, asks := stepPages[e.Decision.Step]
	if !asks && e.Interaction.Ask.Client == "" {
		return e.Interaction.Ask.ReturnTo
	}
	if !asks {
		path = authorize
	}
	return path + "?i=" + url.QueryEscape(e.Interaction.Handle())
}

// Again returns the path that begins the sign-in of e anew: the application's
// request at authorize, or the page of ours.
func Again(e flow.Entry, authorize string) string {
	ask := e.Interaction.Ask
	if ask.Client != "" {
		return authorize + "?" + ask.Params.Encode()
	}
	return "/signin?return_to=" + url.QueryEscape(ask.ReturnTo)
}
