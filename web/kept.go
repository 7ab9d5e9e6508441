package web

import "time"

// Kept is a request that is remembered, so that its repeat is not another change.
type Kept struct {
	Caller, Key string
	Hash        []byte // of what was asked
	Answer      []byte // empty: there is none to be told again
	At, Over    time.Time
}
