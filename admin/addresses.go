package admin

import (
	"context"
	"slices"

	"gatehouse/access"
	"gatehouse/id"
	"gatehouse/wire"
)

// Whatever an answer is about, it tells the addresses of people to whoever may see these people:
// to others they are their ids.

const seePeople = access.Gatehouse + "/users:read"

// known are those of some people whom the caller may see.
func (c *Call) known(people []id.User) []id.User {
	if c.May(seePeople) == nil {
		return people
	}
	return slices.DeleteFunc(slices.Clone(people), func(one id.User) bool { return !c.sees(seePeople, person(one)) })
}

// address adds the addresses of the people among some, as far as the caller may see them.
func (d *Door) address(ctx context.Context, c *Call, all []*wire.Subject) error {
	var people []id.User
	for _, one := range all {
		if one.Kind == access.User {
			people = append(people, id.User(one.ID))
		}
	}
	named, err := d.Identity.Standings(ctx, c.known(people))
	if err != nil {
		return err
	}
	for _, one := range all {
		if one.Kind == access.User {
			one.Email = named[id.User(one.ID)].Email
		}
	}
	return nil
}

// addressed are some with the addresses of those people alone whom the caller may see.
func (c *Call) addressed(all []wire.Subject) []wire.Subject {
	all = slices.Clone(all) // somebody else may be told of the same ones
	for i := range all {
		if one := &all[i]; one.Kind == access.User && len(c.known([]id.User{id.User(one.ID)})) == 0 {
			one.Email = ""
		}
	}
	return all
}
