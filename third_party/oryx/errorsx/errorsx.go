// Package errorsx is the small part of the error toolkit that fosite asks for,
// written for Gatehouse so that fosite does not bring a tracing stack along
// (docs/decisions/0002).
package errorsx

import "errors"

// WithStack returns err unchanged. fosite calls it on every refusal that is
// part of normal work, and nobody reads the stacks; Gatehouse logs an error
// once, with the request that met it.
func WithStack(err error) error { return err }

// Cause returns the innermost error that err wraps.
func Cause(err error) error {
	for {
		if c, ok := err.(interface{ Cause() error }); ok && c.Cause() != nil {
			err = c.Cause()
			continue
		}
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}

// StatusCodeCarrier knows the HTTP status to answer with.
type StatusCodeCarrier interface{ StatusCode() int }

// RequestIDCarrier knows the request that an error belongs to.
type RequestIDCarrier interface{ RequestID() string }

// ReasonCarrier knows why something failed.
type ReasonCarrier interface{ Reason() string }

// DebugCarrier knows details for developers.
type DebugCarrier interface{ Debug() string }

// StatusCarrier knows a status in words.
type StatusCarrier interface{ Status() string }

// DetailsCarrier knows further fields.
type DetailsCarrier interface{ Details() map[string]any }
