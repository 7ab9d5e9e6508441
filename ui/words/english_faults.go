package words

// englishFaults say again what the house says, so that another language can say
// it too, and more where a page knows more. What has several sentences for one
// code is left to the house.
var englishFaults = map[string]Fault{
	"flow.gone": {
		Title:  "This sign-in is over",
		Detail: "It was finished, or it was never begun.",
		Todo:   "Go back to the application and sign in there again.",
		Return: "Go back to {app} and sign in there again.",
	},
	"flow.expired": {
		Title:  "This sign-in took too long",
		Detail: "For your safety a sign-in must be finished within a certain time.",
		Todo:   "Go back to the application and sign in there again.",
		Return: "Go back to {app} and sign in there again.",
	},
	"flow.browser": {
		Title:  "Another browser began this sign-in",
		Detail: "A sign-in can only be finished where it was begun.",
		Todo:   "Go back to the application in this browser and sign in there.",
		Return: "Go back to {app} in this browser and sign in there.",
	},
	"trial.over": {
		Title:  "This test sign-in is over",
		Detail: "This trial took too long, or was begun elsewhere.",
		Todo:   "Begin it again on the application's page.",
	},
	"trial.person": {
		Title:  "A program cannot test a sign-in",
		Detail: "A trial is a sign-in of the person who begins it.",
		Todo:   "Begin it in a browser.",
	},
	"form.cross_site": {
		Title:  "This form came from another site",
		Detail: "This form was sent from another site.",
		Todo:   "Nothing was changed. Open the page here and send the form again.",
	},
	"gate.cross_site": {
		Title:  "This came from another site",
		Detail: "This was sent by a page of another site.",
		Todo:   "Nothing was done. Open the application yourself, and do it from there.",
	},
	"form.token": {
		Title:  "This form is too old",
		Detail: "This form does not belong to this browser any more.",
		Todo:   "Nothing was changed. Load the page again and send the form once more. Your browser must accept cookies.",
	},
	"page.not_found": {
		Title:  "There is no such page",
		Detail: "There is no such page.",
		Todo:   "Check the address, or begin at the home page.",
	},
	"address.flood": {Detail: "Too many pages were asked for from this address."},
	"person.flood":  {Title: "Too many changes", Detail: "You changed too much in too short a time. Nothing was changed now."},
	"password.link": {Detail: "This link is not good any more. Whoever gave it to you can make another one."},
	"setup.link":    {Detail: "This set-up link is not valid any more. Run “gatehouse setup-link” on the server for a new one."},
	"setup.done": {
		Title:  "Already set up",
		Detail: "There is an administrator already.",
		Todo:   "Sign in with the administrator's email and password. Who has lost them runs “gatehouse user set-password” on the server.",
	},

	// The gate, where a person opens what programs are to call.
	"caller.unknown": {
		Title: "You are not known here",
		Todo:  "This address is for programs: nobody signs in to it with a browser.",
	},
	"caller.certificate": {
		Title:  "This address takes a certificate",
		Detail: "A client certificate is needed that is good here, and that of the connection is none.",
		Todo:   "Let your browser show the one that you were given for this address. Who has none asks the administrator.",
	},

	"signin.locked": {
		Title:  "This account is locked",
		Detail: "This account is locked.",
		Todo:   "Ask whoever gave you the account. When the lock is lifted, everything is as it was.",
	},
	"signin.wrong":           {Detail: "Email or password is wrong."},
	"signin.other_person":    {Detail: "Please sign in as the same person, or say that it is not you."},
	"factor.not_pending":     {Detail: "This second factor was set up already, or never begun."},
	"factor.too_many":        {Detail: "No more second factors can be set up. Remove those that are there first."},
	"recovery.renewed":       {Detail: "New recovery codes were made already, and shown once."},
	"totp.used":              {Detail: "This code was already used. Please wait for the next one."},
	"password.busy":          {Detail: "Too many people are signing in at this moment. Please try again."},
	"password.changed":       {Detail: "The password was changed at the same time. Please try again."},
	"password.current_wrong": {Detail: "The present password is wrong."},
	"flow.step":              {Detail: "This is not the step to set up a second factor.", Todo: "Load the page again: it shows the step that is next."},
	"interaction.stale":      {Detail: "This sign-in went on in another window.", Todo: "Load the page again: it shows the step that is next."},
	"session.none":           {Detail: "You are not signed in.", Todo: "Sign in and try again."},
	"user.invalid":           {Detail: "Some of this is not valid."},
	"request.too_large":      {Detail: "The request is larger than this page accepts.", Todo: "Go back and send less."},

	"authorize.malformed": {
		Title:  "The application's request cannot be read",
		Detail: "The application sent a request that cannot be read.",
		Todo:   "Tell the application's makers or the administrator.",
	},
	"authorize.client": {
		Title:  "Application not registered",
		Detail: "The application that sent you here is not registered, or it is switched off.",
		Todo:   "Tell the application's makers or the administrator.",
	},
	"authorize.redirect_uri": {
		Title:  "Return address not registered",
		Detail: "The application asked to send you to an address that is not registered for it, so you were not sent there.",
		Todo:   "Tell the application's makers or the administrator.",
	},
	"authorize.redirect_uri_missing": {
		Title:  "Return address missing",
		Detail: "The application did not say where to send you afterwards.",
		Todo:   "Tell the application's makers or the administrator.",
	},
	"logout.client": {
		Title:  "The application contradicts itself",
		Detail: "The application's request names one application, and its ID token another. You are still signed in.",
		Todo:   "Sign out in your account, if you want to, and tell the application's makers.",
	},
	"logout.redirect_uri": {
		Title:  "Return address not registered",
		Detail: "The application asked to go on to an address that is not registered for it. You are still signed in.",
		Todo:   "Sign out in your account, if you want to, and tell the application's makers.",
	},
}

var englishStatuses = map[int]Fault{
	400: {Title: "The request cannot be understood", Todo: "Go back and try again."},
	401: {Title: "You are not signed in", Todo: "Sign in and try again."},
	403: {Title: "This is not allowed", Todo: "If you think it should be, ask the administrator."},
	404: {Title: "There is no such page", Todo: "Check the address, or begin at the home page."},
	405: {Title: "The page cannot be asked like that", Todo: "Go back and try again."},
	409: {Title: "Something changed meanwhile", Todo: "Load the page again and repeat what you did."},
	413: {Title: "The request is too large", Todo: "Go back and send less."},
	422: {Title: "Something in the request is wrong", Todo: "Go back, correct it and try again."},
	429: {Title: "Too many requests", Todo: "Wait a little and try again."},
	500: {Title: "Something went wrong on our side", Todo: "Try again. If it stays, tell the administrator the request id below."},
	503: {Title: "Not available right now", Todo: "Try again in a moment."},
}
