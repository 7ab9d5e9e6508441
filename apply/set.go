// Package apply makes a house be as files describe it. A Set is what they say; Plan
// tells what would have to change, and Apply does that in one transaction. What may be,
// and what is refused with which words, the services of access and oauth say: they run
// over a draft of the house (package draft), outside of any transaction, and what they
// wrote there is written to the store by many rows at once, unless the house changed
// meanwhile. Then it is planned anew.
//
// How sets are written in files is package config/manifest's.
package apply

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"

	"gatehouse/fault"
	"gatehouse/gate"
	"gatehouse/id"
	"gatehouse/identity"
)

// Unnamed is the name of a set for which nobody chose another. Files that know nothing of
// each other may come under it, so it is pruned with care.
const Unnamed = "files"

// Version is the apiVersion of objects.
const Version = "gatehouse/v1"

// Kind says what sort of thing an Object is.
type Kind string

// The kinds, in the order in which they stand in an export.
const (
	Organisation   Kind = "Organisation"
	Group          Kind = "Group"
	API            Kind = "API"
	Role           Kind = "Role"
	Scope          Kind = "Scope"
	Client         Kind = "Client"
	ServiceAccount Kind = "ServiceAccount"
	Membership     Kind = "Membership"
	Grant          Kind = "Grant"
	Upstream       Kind = gate.KindUpstream
	Route          Kind = gate.KindRoute
	Edge           Kind = gate.KindEdge
)

// Kinds are all of them, in order.
var Kinds = []Kind{Organisation, Group, API, Role, Scope, Client, ServiceAccount, Membership, Grant, Upstream, Route, Edge}

// NewSpec returns an empty specification of a kind, a pointer to one of the structs
// whose names end in Spec, here or in package gate; nil for no kind.
func NewSpec(k Kind) any {
	switch k {
	case Organisation, Group:
		return &GroupSpec{}
	case API:
		return &APISpec{}
	case Role:
		return &RoleSpec{}
	case Scope:
		return &ScopeSpec{}
	case Client:
		return &ClientSpec{}
	case ServiceAccount:
		return &ServiceAccountSpec{}
	case Membership:
		return &MembershipSpec{}
	case Grant:
		return &GrantSpec{}
	case Upstream, Route, Edge:
		return gate.NewSpec(string(k))
	}
	return nil
}

// Object is one thing as it shall be.
type Object struct {
	Kind Kind
	// ID is that of the thing. That of a Grant is any name, or the id of a grant that
	// there is; a Membership has none.
	ID   string
	Spec any // as NewSpec returns it
}

// Set is what shall be, by the name under which it manages what it made.
type Set struct {
	Name    string
	Objects []Object
}

// Bounds of a set.
const (
	MaxObjects = 50_000
	maxSetName = 64
)

// Options say what may be done besides creating and changing.
type Options struct {
	// Within is run in the transaction that does it, which its error undoes; nil: nothing is.
	Within func(ctx context.Context) error
	Prune  bool // what the set made, and names no more, is removed
	Adopt  bool // what is there already the set manages from now on
}

// check looks at the set by itself.
func (s *Set) check(o Options) error {
	if !isSetName(s.Name) {
		return fault.New(fault.Invalid, "apply.invalid", fmt.Sprintf("The name of a set must be between 1 and %d small letters, digits, -, _ and dots.", maxSetName))
	}
	if len(s.Objects) > MaxObjects {
		return fault.New(fault.Invalid, "apply.invalid", fmt.Sprintf("A set has at most %d objects.", MaxObjects))
	}
	if len(s.Objects) == 0 && o.Prune {
		return fault.New(fault.Invalid, "apply.empty", "The set is empty, and all that it made would be removed. Delete that by hand if you mean it.")
	}
	return nil
}

// checkName looks at what an object is and is called, and reports whether it can be looked
// at further.
func (o *Object) checkName(i int, p *problems) bool {
	switch {
	case NewSpec(o.Kind) == nil:
		p.add(i, "kind", "is none that there is")
	case o.Kind != Membership && o.ID == "":
		p.add(i, "metadata.id", "is missing")
	case o.Kind == Membership && o.ID != "":
		p.add(i, "metadata.id", "is not for a membership: group and member name it")
		return true
	default:
		return true
	}
	return false
}

// problems gathers what is wrong with a set.
type problems []fault.Field

func (p *problems) add(object int, name, format string, args ...any) {
	*p = append(*p, fault.Field{Name: fault.Object(object, name), Problem: fmt.Sprintf(format, args...)})
}

// refusal adds what a service said of an object.
func (p *problems) refusal(object int, f *fault.Error) {
	for _, one := range f.Fields {
		*p = append(*p, fault.Field{Name: fault.Object(object, "spec."+one.Name), Problem: one.Problem})
	}
	if len(f.Fields) == 0 {
		p.add(object, "spec", "%s", strings.TrimSuffix(f.Detail, "."))
	}
}

func (p problems) err() error {
	if len(p) == 0 {
		return nil
	}
	return &fault.Error{Kind: fault.Invalid, Code: "apply.invalid", Detail: "The house cannot be made like this. Nothing was changed.", Fields: p}
}

// GrantID returns the id of the grant that files call name: the name itself where it is
// the id of one, and one that is made of the name otherwise. So the same name is always
// the same grant.
func GrantID(name string) id.Grant {
	if g := id.GrantOf(name); g != "" {
		return g
	}
	sum := sha256.Sum256([]byte("gatehouse grant " + name))
	return id.GrantAt([id.Bytes]byte(sum[:id.Bytes]))
}

func canonical(email string) string { return identity.Canonical(email) }
