package signin

import (
	"net/url"
	"strings"

	"gatehouse/flow"
)

// The pages.
const (
	pathSignIn   = "/signin"
	pathHelp     = "/signin/help"
	pathSelect   = "/signin/select"
	pathFactor   = "/signin/factor"
	pathRecovery = "/signin/recovery"
	pathEnrol    = "/signin/enrol"
	pathBarred   = "/signin/refused"
	pathConsent  = "/consent"
	pathSignOut  = "/signout"
)

// Popups are the paths, each with all below it, that a sign-in or a sign-out passes
// through which an application opened in a window of its own.
func Popups() []string { return []string{pathSignIn, pathConsent, pathSignOut} }

// stepPages are where the steps are shown.
var stepPages = map[flow.Step]string{
	flow.StepSignIn:  pathSignIn,
	flow.StepSelect:  pathSelect,
	flow.StepFactor:  pathFactor,
	flow.StepEnrol:   pathEnrol,
	flow.StepBarred:  pathBarred,
	flow.StepConsent: pathConsent,
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
	return pathSignIn + "?return_to=" + url.QueryEscape(ask.ReturnTo)
}

// pathSecurity is where people look after how they sign in.
const pathSecurity = "/account/security"

// backOf is where a person may go instead who is to prove themselves once more for a
// page that they chose, "" where there is no other way: who must sign in, or enrol,
// comes to nothing else before. It is a page of ours by its name here, whatever the
// question says.
func backOf(ask flow.Ask) string {
	path, _, _ := strings.Cut(ask.ReturnTo, "?")
	if ask.Client != "" || ask.MaxAge == nil || path != pathSecurity && !strings.HasPrefix(path, pathSecurity+"/") {
		return ""
	}
	return pathSecurity
}
