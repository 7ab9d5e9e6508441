package audit

import (
	"time"

	"gatehouse/id"
)

// Sealed is a leaf with what it seals, as far as that is there.
type Sealed struct {
	Leaf
	Entry Entry
	There bool // the event is
}

// Walked is an event, and whether it is sealed or waits for it.
type Walked struct {
	ID            id.Event
	At            time.Time
	Sealed, Waits bool
}
