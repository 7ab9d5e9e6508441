package wire

import (
	"encoding/json"
	"time"

	"gatehouse/audit"
	"gatehouse/id"
)

// Event is what somebody did, or was refused.
type Event struct {
	ID      id.Event        `json:"id"`
	At      time.Time       `json:"at"`
	Actor   Actor           `json:"actor"`
	Action  audit.Action    `json:"action"`
	Target  *Target         `json:"target,omitempty"`
	User    id.User         `json:"user,omitempty"`
	Client  id.Client       `json:"client,omitempty"`
	Outcome audit.Outcome   `json:"outcome"`
	Reason  audit.Reason    `json:"reason,omitempty"`
	Request id.Request      `json:"request,omitempty"`
	IP      string          `json:"ip,omitempty"`
	Agent   string          `json:"user_agent,omitempty"`
	Before  json.RawMessage `json:"before,omitempty"`
	After   json.RawMessage `json:"after,omitempty"`
	Erased  bool            `json:"erased,omitempty"` // something of it was there, and was erased
	Cursor  string          `json:"cursor,omitempty"` // goes on behind this event
}

// Actor is who acted.
type Actor struct {
	Kind    audit.ActorKind `json:"kind"`
	ID      string          `json:"id,omitempty"`
	Key     string          `json:"key,omitempty"`
	Session id.Session      `json:"session,omitempty"`
	Client  id.Client       `json:"client,omitempty"` // the application through which they acted
}

// Target is what it was done to.
type Target struct {
	Kind audit.Kind `json:"kind"`
	ID   string     `json:"id"`
}

// OfEvent returns the shape of e.
func OfEvent(e audit.Event) Event {
	shown := Event{
		ID: e.ID, At: e.At.UTC(), Actor: Actor{e.Actor.Kind, e.Actor.ID, e.Actor.Key, e.Actor.Session, e.Actor.Client},
		Action: e.Action, User: e.User, Client: e.Client, Outcome: e.Outcome, Reason: e.Reason,
		Request: e.Actor.Request, IP: e.Actor.IP, Agent: e.Actor.Agent,
		Before: e.Before, After: e.After, Erased: e.Erased, Cursor: audit.CursorOf(e).String(),
	}
	if e.Target != (audit.Target{}) {
		shown.Target = &Target{e.Target.Kind, e.Target.ID}
	}
	return shown
}

// Erased is of how many events what they held of a person was erased.
type Erased struct {
	ID     id.User `json:"id"`
	Events int     `json:"events"`
}
