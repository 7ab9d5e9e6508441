package apply

import (
	"errors"

	"gatehouse/access"
	"gatehouse/fault"
)

// nouns are what the permissions of Gatehouse call the kinds.
var nouns = map[Kind]string{
	Organisation: "organisations", Group: "groups", API: "apis", Role: "roles", Scope: "scopes", Client: "clients",
	ServiceAccount: "services", Membership: "memberships", Grant: "grants",
	Upstream: "routes", Route: "routes", Edge: "routes",
}

// Reading is the permission to see what there is of a kind, by its full name.
func (k Kind) Reading() string { return access.Gatehouse + "/" + nouns[k] + ":read" }

// ReadPeople is the permission to see whose an address is.
const ReadPeople = access.Gatehouse + "/users:read"

func writing(k Kind) string { return nouns[k] + ":write" }

// removing is the permission to remove something, as its own command asks for it.
func removing(k Kind) string {
	switch k {
	case Scope, Membership, Grant, Upstream, Route, Edge:
		return writing(k)
	}
	return nouns[k] + ":delete"
}

// allowed asks for permissions of Gatehouse itself.
func (p *planner) allowed(permissions ...string) error {
	for _, name := range permissions {
		if err := p.asked(access.Gatehouse + "/" + name); err != nil {
			return err
		}
	}
	return nil
}

func (p *planner) asked(permission string) error {
	if p.may == nil {
		return nil
	}
	return p.may(permission)
}

// mayRead refuses whoever may not see all that a plan could tell of, before anything is
// looked at. A plan tells that a thing is there by changing nothing of it, whose an
// address is by taking it, and what a set made by removing it: the answer to who may not
// see that is the same, whatever there is.
func (p *planner) mayRead() error {
	for _, kind := range Kinds {
		if len(p.of[kind]) > 0 {
			if err := p.sees(p.of[kind][0], "kind", kind.Reading()); err != nil {
				return err
			}
		}
	}
	if i, name := p.somebody(); name != "" {
		if err := p.sees(i, name, ReadPeople); err != nil {
			return err
		}
	}
	if p.o.Prune {
		if err := p.seesManaged(); err != nil {
			return err
		}
	}
	if !p.forbidden {
		return nil
	}
	return p.wrong()
}

// sees keeps that a permission is missing to see something of an object.
func (p *planner) sees(object int, name, permission string) error {
	err := p.asked(permission)
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Kind != fault.Forbidden {
		return err
	}
	p.forbidden = true
	p.bad.add(object, name, "cannot be looked at: %s", said(f))
	return nil
}

// somebody is the first object that names a person, and where.
func (p *planner) somebody() (object int, name string) {
	for i, one := range p.set.Objects {
		switch s := one.Spec.(type) {
		case *MembershipSpec:
			if s.Member.User != "" {
				return i, "spec.member.user"
			}
		case *GrantSpec:
			if s.Subject.User != "" {
				return i, "spec.subject.user"
			}
		}
	}
	return 0, ""
}

// seesManaged asks about the kinds of which the set made something.
func (p *planner) seesManaged() error {
	made := map[Kind]bool{}
	for k, m := range p.managed {
		made[k.kind] = made[k.kind] || m.Set == p.set.Name
	}
	for _, kind := range Kinds {
		if !made[kind] {
			continue
		}
		if err := p.asked(kind.Reading()); err != nil {
			if err := p.unpruned(kind, "", err); err != nil {
				return err
			}
		}
	}
	return nil
}
