package provider

import (
	"errors"
	"net/http"

	"gatehouse/flow"
	"gatehouse/oauth"
	"gatehouse/provider/internal/kernel"
)

// registered are the codes that may leave the house, each with a sentence of
// our own: the kernel's hints quote what the client sent.
var registered = map[string]refusal{
	"invalid_request":            {description: oauth.SaysInvalidRequest, status: http.StatusBadRequest},
	"invalid_client":             {description: "The client could not be authenticated.", status: http.StatusUnauthorized, challenge: basicRealm},
	"invalid_grant":              {description: oauth.SaysInvalidGrant, status: http.StatusBadRequest},
	"unauthorized_client":        {description: oauth.SaysUnauthorizedClient, status: http.StatusBadRequest},
	"unsupported_grant_type":     {description: "The grant type is not supported.", status: http.StatusBadRequest},
	"invalid_scope":              {description: oauth.SaysInvalidScope, status: http.StatusBadRequest},
	"unsupported_response_type":  {description: "Only the response type code is supported.", status: http.StatusBadRequest},
	"access_denied":              {description: "The request was refused.", status: http.StatusForbidden},
	"login_required":             {description: "The person must sign in.", status: http.StatusBadRequest},
	"consent_required":           {description: "The person must agree first.", status: http.StatusBadRequest},
	"interaction_required":       {description: "The person must do something first.", status: http.StatusBadRequest},
	"account_selection_required": {description: "The person must choose an account.", status: http.StatusBadRequest},
	"request_not_supported":      {description: "Request objects are not supported.", status: http.StatusBadRequest},
	"request_uri_not_supported":  {description: "The parameter request_uri is not supported.", status: http.StatusBadRequest},
	"registration_not_supported": {description: "The parameter registration is not supported.", status: http.StatusBadRequest},
	errUnmet:                     {description: "The required level of authentication cannot be reached.", status: http.StatusBadRequest},
}

// errUnmet is the code of OpenID Connect Core Error Code
// unmet_authentication_requirements 1.0.
const errUnmet = "unmet_authentication_requirements"

// refusalFor returns the refusal with a registered code.
func refusalFor(code string) *refusal {
	e, ok := registered[code]
	if !ok {
		return refusalOf(errors.New("no registered error code: " + code))
	}
	e.code = code
	return &e
}

// refusalOfSignIn is the refusal that a sign-in came to.
func refusalOfSignIn(d flow.Decision) *refusal {
	no := refusalFor(d.Error)
	if d.Barred {
		no.description = oauth.SaysNotAdmitted
	}
	return no
}

// fromKernel turns what the kernel answers into a refusal in our words; the
// rest is an error of the server.
func fromKernel(err error) error {
	if r, ok := errors.AsType[*kernel.Refusal](err); ok {
		return refusalFor(r.Code).because(err)
	}
	return err
}
