package kernel

import (
	"errors"
	"fmt"

	"github.com/ory/fosite"
)

// Refusal is a no by one of the registered codes (RFC 6749 section 4.1.2.1,
// OpenID Connect Core 3.1.2.6). Its text is for the log: fosite's hints quote
// what the client sent.
type Refusal struct {
	Code string // "invalid_scope"
	err  error
}

// Error is for the log alone.
func (r *Refusal) Error() string { return r.Code + ": " + r.err.Error() }

// Unwrap returns what fosite said.
func (r *Refusal) Unwrap() error { return r.err }

// known are the codes that may leave the house as they are.
var known = map[string]bool{
	"invalid_request": true, "invalid_client": true, "invalid_grant": true, "unauthorized_client": true, "invalid_scope": true,
	"unsupported_response_type": true, "access_denied": true, "login_required": true, "consent_required": true, "interaction_required": true,
	"account_selection_required": true, "request_not_supported": true, "request_uri_not_supported": true, "registration_not_supported": true,
}

// refusalOf turns fosite's errors into refusals; what has no registered code is
// an error of the server.
func refusalOf(err error) error {
	e, ok := errors.AsType[*fosite.RFC6749Error](err)
	if !ok {
		return err
	}
	err = fmt.Errorf("%w: %s", err, e.Reason())
	switch code := e.ErrorField; {
	case code == "invalid_state" || code == "insufficient_entropy" || code == "unsupported_response_mode":
		return &Refusal{Code: "invalid_request", err: err}
	case known[code]:
		return &Refusal{Code: code, err: err}
	}
	return err // server_error and its like
}
