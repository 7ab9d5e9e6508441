package access

import (
	"time"

	"gatehouse/id"
	"gatehouse/proof"
)

// Policy is everything that a Snapshot is compiled from. The order of its lists
// does not matter. Compile takes it as read: what is written was checked when it
// was written, and what contradicts itself gives nobody anything.
type Policy struct {
	Version     uint64
	APIs        []API
	Roles       []Role
	Scopes      []Scope
	Principals  []Principal
	Memberships []Membership
	Keys        []Key
	Grants      []Grant
	Locks       []Lock

	// BuiltIn is what the API of Gatehouse itself is like. It and its roles are in
	// every snapshot, and not among APIs and Roles.
	BuiltIn BuiltIn

	// compiled are what APIs, Roles and BuiltIn come to without all the rest, where that is
	// known already.
	compiled *rules
}

// API is a resource server, and the catalogue of what can be done at it.
type API struct {
	ID          string // "shop"
	Audience    string // the `aud` of tokens for it, an absolute URI
	Permissions []Permission
	Owners      map[string]string // by resource: the attribute that names the owner
	Delegation  Delegation
	// Servers are clients, by their ids, that answer the API's requests: they may ask who
	// may do what there, and hear what changes.
	Servers []string

	Created, Updated time.Time
	Rev              int64 // counts the changes; the first is 1
}

// Permission is one entry of a catalogue.
type Permission struct {
	Resource, Action string
	Description      string
	Sensitive        bool        // no wildcard gives it; a deny by one is of it too
	Requires         Requirement // of whoever uses it
}

// Delegation says what a token needs, besides the person's own rights, to be
// used at an API.
type Delegation string

// The kinds of delegation. Any other value is taken for ByScope.
const (
	ByAudience Delegation = "audience" // a token for this audience carries all of the person's rights
	ByScope    Delegation = "scope"    // only those of the scopes that the token has
)

// Role is a name for permissions that go together.
type Role struct {
	ID          string
	Permissions []Pattern
	Parents     []string      // roles whose permissions this one has too
	MaxGrant    time.Duration // how long a grant of it may last; 0: without end

	Created, Updated time.Time
	Rev              int64 // counts the changes; the first is 1
}

// Kind says what sort of thing a Subject names.
type Kind string

// The kinds of subjects. The first three act; the others hold members.
const (
	User           Kind = "user"
	ServiceAccount Kind = "service"
	Client         Kind = "client"
	Group          Kind = "group"
	Organisation   Kind = "organisation" // as the subject of a grant: everybody in it
)

// acts reports whether a subject of this kind can ask for something.
func (k Kind) acts() bool { return k.actor() != nobody }

// actors is how many kinds act, and nobody the number of a kind that does not.
const (
	actors = 3
	nobody = -1
)

// actor is the number of a kind that acts.
func (k Kind) actor() int {
	switch k {
	case User:
		return 0
	case ServiceAccount:
		return 1
	case Client:
		return 2
	}
	return nobody
}

// Subject names somebody, or some, by kind and id.
type Subject struct {
	Kind Kind
	ID   string
}

// Principal is what is known of somebody who acts. One who has no grant, no
// membership and no lock, and is active, need not be listed.
type Principal struct {
	Subject
	Disabled bool
}

// Membership puts a member into a group or an organisation. Groups may be
// members of either, MaxNesting deep; organisations are members of nothing.
type Membership struct {
	Member, Of Subject
	Window
}

// Effect is what a grant does.
type Effect string

// The effects. Any other value allows nothing and denies.
const (
	Allow Effect = "allow"
	Deny  Effect = "deny"
)

// Grant gives a subject a role or permissions, or takes them away.
type Grant struct {
	ID         id.Grant
	Subject    Subject
	Effect     Effect
	Role       string  // either a role,
	Permission Pattern // or what this matches
	Org        string  // only for members of this organisation, and in it; "": everywhere
	Where      Where
	Window
	Requires Requirement

	Source  Source
	Reason  string
	Ticket  string
	Request string // the request that it came of, "" for none

	Withdrawn bool // it ended because somebody ended it, and cannot be extended
}

// Source says where a grant came from.
type Source string

// The sources of grants.
const (
	Manual    Source = "manual"    // an administrator made it
	Bootstrap Source = "bootstrap" // the first set-up made it
	Requested Source = "request"   // somebody asked for it and was given it
	Applied   Source = "apply"     // files made it, which call it by a name
)

// Place says on which resources a grant counts.
type Place string

// The places. Any other value is none for an allow, and everywhere for a deny.
const (
	Everywhere Place = "any"
	Own        Place = "own" // those whose owner attribute is the principal's id
	Listed     Place = "ids" // those of Where.IDs
	Condition  Place = "cel" // those for which Where.Expression is true
)

// Where limits a grant to some resources.
type Where struct {
	Place      Place
	IDs        []string
	Expression string // in CEL
}

// Lock suspends what it names, until it ends or is lifted. It writes nothing
// else: lifting it gives back what was there.
type Lock struct {
	On     LockTarget
	Ends   time.Time // zero: when it is lifted
	Reason string
}

// LockKind says what a lock is on.
type LockKind string

// What a lock can be on. Who acts is locked by the name of their Kind: they get
// nothing, and may not even sign in. A lock on a role or a grant suspends what
// these allow; what they deny stays denied.
const (
	LockUser    = LockKind(User)
	LockService = LockKind(ServiceAccount)
	LockClient  = LockKind(Client)

	LockSession LockKind = "session"
	LockRole    LockKind = "role"
	LockGrant   LockKind = "grant"
)

// On returns what a lock on somebody who acts is on.
func On(who Subject) LockTarget { return LockTarget{LockKind(who.Kind), who.ID} }

// subject is whom a lock is on, the zero Subject for one on something else.
func (t LockTarget) subject() Subject {
	if k := Kind(t.Kind); k.acts() {
		return Subject{k, t.ID}
	}
	return Subject{}
}

// LockTarget names what a lock is on.
type LockTarget struct {
	Kind LockKind
	ID   string
}

// Requirement is what somebody must have proved, and how lately. The zero
// Requirement asks for nothing. It binds people: services and clients have no
// second factor and satisfy any.
type Requirement struct {
	Level  proof.Level
	MaxAge time.Duration // since they last signed in; 0: any
}

// with joins two requirements: the stricter of each part.
func (r Requirement) with(o Requirement) Requirement {
	r.Level = max(r.Level, o.Level)
	if r.MaxAge == 0 || o.MaxAge != 0 && o.MaxAge < r.MaxAge {
		r.MaxAge = o.MaxAge
	}
	return r
}
