package web

import (
	"time"

	"gatehouse/id"
)

// Kept is a request that is remembered, so that its repeat is not another change.
type Kept struct {
	Caller, Key string
	Since       time.Time // when the caller was made: a later one of the same name is another
	Hash        []byte    // of what was asked
	Answer      []byte    // empty: there is none to be told again
	Person      id.User   // the person of whom the answer tells, empty for nobody; it goes with them
	At, Over    time.Time
}

// CallerName is the Caller of what somebody of a kind and an id asked.
func CallerName(kind, name string) string { return kind + ":" + name }
