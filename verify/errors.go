package verify

import (
	"errors"
	"time"
)

// Reason is why a request was refused. It is an error, so that
//
//	errors.Is(err, verify.Expired)
//
// tells one from another. The zero Reason is Unavailable's: nobody knows.
type Reason string

// The reasons, with how a middleware answers.
const (
	Missing     Reason = "missing"     // there was no token: 401
	Malformed   Reason = "malformed"   // the request is not one that has a single token in the right place: 400 invalid_request
	Invalid     Reason = "invalid"     // it never was a good token, or not for this API: 401 invalid_token
	Expired     Reason = "expired"     // it was good until its time was over: 401 invalid_token
	Ended       Reason = "ended"       // it was good until something of it ended early: 401 invalid_token
	Forbidden   Reason = "forbidden"   // it is good, and not for this: 403 insufficient_scope
	StepUp      Reason = "step_up"     // its person must sign in better or again: 401 insufficient_user_authentication
	Unavailable Reason = "unavailable" // whether it is good cannot be known now: 503
)

// Error says what r means.
func (r Reason) Error() string { return "access token: " + string(r) }

// Error is every refusal of this package. It never holds the token.
type Error struct {
	Reason Reason
	Detail string        // for the log: what exactly was wrong
	Needs  string        // with Forbidden: the permission or role that is missing
	Level  string        // with StepUp: the level that is asked for
	MaxAge time.Duration // with StepUp: how long ago the sign-in may be
	Err    error         // what was behind it
}

// Error returns reason and detail.
func (e *Error) Error() string {
	text := e.Reason.Error()
	if e.Detail != "" {
		text += ": " + e.Detail
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns what was behind it.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is the Reason of e.
func (e *Error) Is(target error) bool {
	r, ok := target.(Reason)
	return ok && r == e.Reason
}

// Public is the sentence that the caller may know. A token that is expired can be
// got anew; one that is invalid is a mistake somewhere, or an attack: so the two
// are told apart, and what exactly was wrong is for the log alone.
func (e *Error) Public() string {
	switch e.Reason {
	case Missing:
		return "An access token is needed."
	case Malformed:
		return "Send one access token, in the Authorization header alone."
	case Invalid:
		return "The access token is not valid here."
	case Expired:
		return "The access token expired. Get a new one."
	case Ended:
		return "The access token was ended. Get a new one."
	case Forbidden:
		if e.Needs == "" {
			return "This is not allowed."
		}
		return "This needs " + e.Needs + "."
	case StepUp:
		return "Sign in again, or with a second factor."
	default:
		return "Whether the access token is good cannot be known now. Try again."
	}
}

func invalid(detail string) *Error { return &Error{Reason: Invalid, Detail: detail} }

func unavailable(detail string, err error) *Error {
	return &Error{Reason: Unavailable, Detail: detail, Err: err}
}

// refusal returns err as an Error; what is none cannot be known.
func refusal(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return unavailable("", err)
}
