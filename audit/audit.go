// Package audit remembers who did what to whom, and whether it worked.
//
// Events are for changes and refusals by or about people and administrators,
// written in the transaction of the change: a change that cannot be recorded
// does not happen. Routine token issuance is a metric, not an event.
//
// Each event becomes a leaf of a Merkle tree (RFC 6962) whose heads are signed
// and leave the database, so that whoever owns the database cannot change, remove
// or add an event unseen: Sealer seals, Verifier looks, and a Proof convinces a
// stranger of one event. What is personal of an event lies beside it and can be
// erased; the event only commits to it.
package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"gatehouse/id"
)

// ActorKind says what sort of actor acted.
type ActorKind string

// The actors.
const (
	Nobody  ActorKind = "nobody"  // before anybody proved who they are
	Person  ActorKind = "person"  // a signed-in person; ID is a User
	Client  ActorKind = "client"  // an application; ID is a Client
	Service ActorKind = "service" // a service account; ID is its id, Key the id of its key
	Console ActorKind = "console" // the operator on the command line
	House   ActorKind = "house"   // Gatehouse itself: janitor, rotation
)

// Actor is who acted, and from where. The zero Actor is Nobody.
type Actor struct {
	Kind    ActorKind
	ID      string
	Key     string // the id of the key that the actor came with; empty: none
	Session id.Session
	Client  id.Client // the application through which the actor acted; empty: none
	Request id.Request
	IP      string
	Agent   string // the User-Agent, cut to 256 bytes
}

// Outcome says whether it worked.
type Outcome string

// The outcomes.
const (
	Done    Outcome = "done"
	Refused Outcome = "refused"
)

// Event is one thing that happened. Before and After are JSON objects without
// secrets; either may be empty.
//
// An event is found by its target. It is found as well by the person and by the
// application that it concerns: a consent is a thing of its own, and part of the
// story of both.
type Event struct {
	ID            id.Event
	At            time.Time
	Actor         Actor
	Action        Action
	Target        Target
	User          id.User   // the person that it concerns; empty: none
	Client        id.Client // the application that it concerns; empty: none
	Outcome       Outcome
	Reason        Reason // why it was refused, or why something ended
	Before, After json.RawMessage
	// Erased says that the address and the user agent, or the documents, were there
	// and were erased. It is not recorded.
	Erased bool
}

// Store keeps events; *store.Store does.
type Store interface {
	// InsertEvent appends e, to be sealed, in the transaction of ctx if there is one.
	InsertEvent(ctx context.Context, e *Entry, u Unsealed) error
	BatchStore
}

// Recorder takes events; *Log does.
type Recorder interface {
	// Record appends e in the transaction of ctx if there is one. It fills in
	// ID and At when they are empty, and User or Client when one is the target.
	// An error means that nothing was recorded, and the caller's change must
	// fail too.
	Record(ctx context.Context, e Event) error
}

// Log is the Recorder over a Store.
type Log struct {
	Store Store
	// Keys tell what this house recorded from what somebody wrote into its database.
	Keys Keys
}

// longestID is longer than the id of anything that is recorded, in bytes: a
// consent names a person and a client.
const longestID = 256

// Record implements Recorder. An id that cannot be one is an error.
func (l *Log) Record(ctx context.Context, e Event) error {
	entry, err := l.ready(e)
	if err != nil {
		return err
	}
	if g, ok := ctx.Value(gathering{}).(*gathered); ok && g.add(l, entry) {
		return nil
	}
	return l.Store.InsertEvent(ctx, entry, l.Keys.unsealed(entry))
}

// ready is an event as it is kept.
func (l *Log) ready(e Event) (*Entry, error) {
	if n := max(len(e.Target.ID), len(e.User), len(e.Client), len(e.Actor.ID), len(e.Actor.Key), len(e.Actor.Client)); n > longestID {
		return nil, fmt.Errorf("record %s: an id of %d bytes is text that nobody checked", e.Action, n)
	}
	e.complete(time.Now())
	return newEntry(e), nil
}

// complete fills in what is empty, and makes e what will be read of it again.
func (e *Event) complete(now time.Time) {
	if e.ID == "" {
		e.ID = id.NewEvent()
	}
	if e.At.IsZero() {
		e.At = now
	}
	e.At = e.At.UTC().Truncate(time.Microsecond)
	if e.Actor.Kind == "" {
		e.Actor.Kind = Nobody
	}
	if e.Outcome == "" {
		e.Outcome = Done
	}
	for _, text := range []*string{&e.Target.ID, &e.Actor.ID, &e.Actor.Key, (*string)(&e.Actor.Session), (*string)(&e.Actor.Request), &e.Actor.Agent, &e.Actor.IP} {
		*text = plain(*text)
	}
	switch e.Target.Kind {
	case KindUser:
		e.User = id.User(e.Target.ID)
	case KindClient:
		e.Client = id.Client(e.Target.ID)
	}
}

// plain is s as text that every database takes, UTF-8 without NUL: nobody shall undo
// a change by how they name themselves.
func plain(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "?"), "\x00", "?")
}

// Doc returns v as the JSON object of an event's Before or After. A value that
// cannot be encoded is a programmer's mistake and becomes an error document.
func Doc(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		return json.RawMessage(`{"error":"not encodable"}`)
	}
	return b
}
