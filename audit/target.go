package audit

import (
	"strings"

	"gatehouse/id"
)

// Kind is a sort of thing that events are about. A package that has a new sort
// declares its kind beside its actions.
type Kind string

// The kinds that several packages speak of.
const (
	KindUser    Kind = "user"    // ID is an id.User
	KindClient  Kind = "client"  // ID is an id.Client
	KindService Kind = "service" // a service account
	KindConsent Kind = "consent" // ID is "person|application"; see OfConsent
	KindHouse   Kind = "house"   // Gatehouse itself; see Itself
)

// Target is what something was done to. The zero Target is for what concerns
// nothing that is known: a sign-in under a name that nobody has.
type Target struct {
	Kind Kind
	ID   string
}

// OfUser returns a person as a target.
func OfUser(u id.User) Target { return Target{Kind: KindUser, ID: string(u)} }

// OfClient returns an application as a target.
func OfClient(c id.Client) Target { return Target{Kind: KindClient, ID: string(c)} }

// OfConsent returns what a person has allowed an application as a target. It has
// no id of its own, so the ids of both name it.
func OfConsent(u id.User, c id.Client) Target {
	return Target{Kind: KindConsent, ID: string(u) + "|" + string(c)}
}

// Itself returns Gatehouse as a target, for what concerns all of it.
func Itself() Target { return Target{Kind: KindHouse, ID: "gatehouse"} }

// String returns "kind:id", and "" for the zero Target.
func (t Target) String() string {
	if t == (Target{}) {
		return ""
	}
	return string(t.Kind) + ":" + t.ID
}

// ParseTarget reads what String wrote. It knows no list of kinds: ok is false
// only when there is no kind or no id.
func ParseTarget(s string) (t Target, ok bool) {
	kind, name, _ := strings.Cut(s, ":")
	return Target{Kind: Kind(kind), ID: name}, kind != "" && name != ""
}
