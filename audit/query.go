package audit

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gatehouse/id"
)

// Query says which events are wanted; they come newest first. What is empty
// restricts nothing, and what is not must all be so.
type Query struct {
	// Target is what was done to. A person or an application finds everything
	// that concerns them: their trail. Anything else finds what it was itself the
	// target of. Without a kind the ID alone counts.
	Target    Target
	ActorKind ActorKind
	ActorID   string
	Client    id.Client // the application that it concerns
	Actions   []Action  // any of these
	Outcome   Outcome
	Reason    Reason
	IP        string
	Since     time.Time // at or after
	Until     time.Time // before
	After     Cursor    // only what follows that event in this order, which is older
}

// actorKinds are all of them.
var actorKinds = []ActorKind{Client, Console, House, Nobody, Person, Service}

// ParseActor reads who acted, as "KIND" or "KIND:ID"; ok is false for anything else.
func ParseActor(s string) (kind ActorKind, name string, ok bool) {
	k, name, named := strings.Cut(s, ":")
	return ActorKind(k), name, slices.Contains(actorKinds, ActorKind(k)) && named == (name != "")
}

// Cursor is a place between two events: behind the one that it names. It stays
// right whatever is added or removed meanwhile. The zero Cursor is in front of
// all events.
type Cursor struct {
	At time.Time
	ID id.Event
}

// CursorOf returns the place behind e.
func CursorOf(e Event) Cursor { return Cursor{At: e.At, ID: e.ID} }

// String returns c as ParseCursor reads it, "" for the zero Cursor.
func (c Cursor) String() string {
	if c == (Cursor{}) {
		return ""
	}
	return fmt.Sprintf("%d.%s", c.At.UnixMicro(), c.ID)
}

// ParseCursor reads what String wrote; ok is false for anything else.
func ParseCursor(s string) (c Cursor, ok bool) {
	if s == "" {
		return Cursor{}, true
	}
	at, name, ok := strings.Cut(s, ".")
	micros, err := strconv.ParseInt(at, 10, 64)
	if !ok || err != nil || !strings.HasPrefix(name, "evt_") {
		return Cursor{}, false
	}
	return Cursor{At: time.UnixMicro(micros).UTC(), ID: id.Event(name)}, true
}
