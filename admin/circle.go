package admin

import (
	"time"

	"gatehouse/access"
	"gatehouse/caller"
	"gatehouse/id"
	"gatehouse/identity"
)

// Whoever has a permission about people for a group, or within an organisation, has it for
// those who are in it, by whatever path: their circle. Whoever has it for a person's id has
// it for that one.

// seesWho reports whether somebody is for the caller of a Filtered route: by their id, or as
// one of those who are in a group or an organisation now that is. What the caller is denied
// about any of these they are denied about who is in it, be they let in by that one's id.
func (c *Call) seesWho(who access.Subject) bool { return c.sees(c.route.permission(), who) }

// sees is seesWho by another permission than that of the route.
func (c *Call) sees(permission string, who access.Subject) bool {
	if c.May(permission) == nil {
		return true
	}
	orgs, things := []string{""}, []string{who.ID}
	for _, in := range c.apart().In(who, time.Now()) {
		if in.Kind == access.Organisation {
			orgs = append(orgs, in.ID)
		} else {
			things = append(things, in.ID)
		}
	}
	sees := false
	for _, org := range orgs {
		for _, thing := range things {
			no := c.MayOn(permission, caller.On{Org: org, Resource: thing})
			if caller.Denied(no) {
				return false
			}
			sees = sees || no == nil
		}
	}
	return sees
}

// reachWho is seesWho as a refusal: of somebody beyond, be they there or not, the caller
// hears as who has no permission at all.
func (c *Call) reachWho(user id.User) error {
	if c.seesWho(person(user)) {
		return nil
	}
	return caller.Beyond(c.route.permission())
}

// seesGrant reports whether a grant is for the caller of a route about grants. nil: all are.
func (c *Call) seesGrant() func(*access.Grant) bool {
	if c.within == nil {
		return nil
	}
	return func(g *access.Grant) bool { return c.MayOn(c.route.permission(), toSee(g)) == nil }
}

func person(user id.User) access.Subject { return access.Subject{Kind: access.User, ID: string(user)} }

// apart is the policy, for who asks about one person after the other.
func (c *Call) apart() *access.Snapshot {
	if c.asking == nil {
		c.asking = c.Snapshot.Apart()
	}
	return c.asking
}

// circles are what everybody whom seesWho lets through is in, or was; nil: they may be anybody.
func (c *Call) circles() []access.Subject {
	if c.within == nil || c.within.Everywhere {
		return nil
	}
	of := []access.Subject{}
	for _, org := range c.within.Orgs {
		of = append(of, access.Subject{Kind: access.Organisation, ID: org})
	}
	for _, group := range c.within.IDs {
		of = append(of, access.Subject{Kind: access.Group, ID: group})
	}
	return c.Snapshot.Inside(of)
}

// among are the circles as people are listed by them, and those people whom the caller sees
// by their ids; false: they may be anybody.
func (c *Call) among() (in []identity.Circle, some []id.User, narrow bool) {
	circles := c.circles()
	if circles == nil {
		return nil, nil, false
	}
	for _, one := range circles {
		in = append(in, identity.Circle{Kind: string(one.Kind), ID: one.ID})
	}
	for _, name := range c.within.IDs {
		if user := id.UserOf(name); user != "" {
			some = append(some, user)
		}
	}
	return in, some, true
}
