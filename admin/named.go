package admin

import (
	"context"
	"slices"
	"strings"

	"gatehouse/access"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/oauth"
	"gatehouse/wire"
)

// maxNamed is how many things a list shows that are asked for by their ids.
const maxNamed = 100

// Named is the parameter of lists that show things by their ids.
type Named struct {
	IDs string `query:"ids" maxLength:"16384" doc:"Those with these ids, as far as they are there and the caller sees them: up to 100, with commas between them. They are on one page, and no other filter is for them"`
}

// namedBy are the ids that are asked for, each once, as as reads them. others says that something else
// is asked for, too.
func namedBy[T any](in *Named, others bool, as func(name string) T) ([]T, error) {
	all := strings.Split(in.IDs, ",")
	slices.Sort(all)
	switch all = slices.Compact(all); {
	case others:
		return nil, invalid(aParameter+"ids", "takes no other filter beside it")
	case len(all) > maxNamed:
		return nil, invalid(aParameter+"ids", "must be between 1 and 100")
	}
	names := make([]T, len(all))
	for i, name := range all {
		names[i] = as(name)
	}
	return names, nil
}

func (d *Door) listUsersNamed(ctx context.Context, c *Call, in *Named, others bool) (*Page[wire.ListedUser], error) {
	people, err := namedBy(in, others, id.UserOf)
	if err != nil {
		return nil, err
	}
	sees := func(u *identity.User) bool { return c.seesWho(person(u.ID)) }
	found, _, err := d.Identity.OfThese(ctx, identity.UserFilter{Limit: maxNamed, Sees: sees}, people)
	if err != nil {
		return nil, err
	}
	return d.listedUsers(ctx, c, found, "")
}

func (d *Door) listClientsNamed(ctx context.Context, c *Call, in *Named, others bool) (*Page[wire.ClientState], error) {
	clients, err := namedBy(in, others, func(name string) id.Client { return id.Client(name) })
	if err != nil {
		return nil, err
	}
	found, err := d.OAuth.ClientsNamed(ctx, clients)
	if err != nil {
		return nil, err
	}
	page, err := pageOf(d, c, found, "", func(x oauth.Client) oauth.Client { return x })
	if err != nil {
		return nil, err
	}
	return d.withUses(ctx, page)
}

// listGrantsNamed shows grants be they over or not. Those that the caller does not see are left out, as
// in every list: to ask for them is no refusal.
func (d *Door) listGrantsNamed(ctx context.Context, c *Call, in *Named, others bool) (*Page[wire.Grant], error) {
	grants, err := namedBy(in, others, id.GrantOf)
	if err != nil {
		return nil, err
	}
	found, err := d.Access.GrantsNamed(ctx, grants)
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(g access.GrantRecord) bool { return c.reach(&g, toSee) != nil })
	shown, err := d.shownGrants(ctx, c, found)
	if err != nil {
		return nil, err
	}
	return pageOf(d, c, shown, "", func(g wire.Grant) wire.Grant { return g })
}
