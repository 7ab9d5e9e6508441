package provider

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/ory/fosite"

	"gatehouse/fault"
)

// kernelRefusals are the kernel's errors that may leave the house, in our own
// words: the kernel's hints quote what the client sent.
var kernelRefusals = map[string]refusal{
	"invalid_request":            {description: "The request is missing a parameter or has one that is wrong.", status: http.StatusBadRequest},
	"invalid_client":             {description: "The client could not be authenticated.", status: http.StatusUnauthorized, challenge: basicRealm},
	"invalid_grant":              {description: "The grant is not valid, has expired, was used, or does not fit this client, redirect URI or code verifier.", status: http.StatusBadRequest},
	"unauthorized_client":        {description: "The client may not use this grant type.", status: http.StatusBadRequest},
	"unsupported_grant_type":     {description: "The grant type is not supported.", status: http.StatusBadRequest},
	"invalid_scope":              {description: "The client may not ask for one of the scopes.", status: http.StatusBadRequest},
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
	e, ok := kernelRefusals[code]
	if !ok {
		return refusalOf(errors.New("no registered error code: " + code))
	}
	e.code = code
	return &e
}

// fromKernel turns what the kernel answers into a refusal. Errors of ours pass
// through it unchanged; what the kernel says in codes of its own is translated;
// the rest is an error of the server.
func fromKernel(err error) error {
	if e, ok := errors.AsType[*refusal](err); ok {
		return e
	}
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind != fault.NotFound {
		return err
	}
	e, ok := errors.AsType[*fosite.RFC6749Error](err)
	if !ok {
		return err
	}
	err = fmt.Errorf("%w: %s", err, e.Reason())
	switch code := e.ErrorField; code {
	case "invalid_state", "insufficient_entropy", "unsupported_response_mode":
		return refusalFor("invalid_request").because(err)
	case "not_found", "token_inactive", "token_expired":
		return refusalFor("invalid_grant").because(err)
	default:
		if _, known := kernelRefusals[code]; !known {
			return err // server_error and its like
		}
		return refusalFor(code).because(err)
	}
}
