package admin

import (
	"context"
	"net/http"
	"slices"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/caller"
	"gatehouse/wire"
)

// belongings adds the route of what a person is in. Whoever looks after some groups or an
// organisation is told of these, of people who are in them.
func (d *Door) belongings() {
	add(d, Route{
		Method: http.MethodGet, Path: "/users/{user}/groups", ID: "listUserGroups", Permission: "memberships:read", Kind: audit.KindUser, Param: "user", Filtered: true,
		Summary: "List the groups and organisations in which a person is, with the way by which they are",
	}, d.listUserGroups)
}

type belongingsIn struct {
	UserPath
	Paged
}

func (d *Door) listUserGroups(ctx context.Context, c *Call, in *belongingsIn) (*Page[wire.Belonging], error) {
	after, err := d.place(c)
	if err != nil {
		return nil, err
	}
	who, err := d.reached(ctx, c, in.id())
	if err != nil {
		return nil, err
	}
	all, err := d.Access.Belongings(ctx, who, time.Now())
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(b access.Belonging) bool { return !c.Sees(onto(b.Of)) })
	found, next := slice(all, after, in.Limit, func(b access.Belonging) string { return placeOfSubject(b.Of) })
	return pageOf(d, c, found, next, func(b access.Belonging) wire.Belonging {
		w := wire.OfBelonging(b)
		w.Path = slices.DeleteFunc(w.Path, func(s wire.Subject) bool {
			return !c.Sees(onto(access.Subject{Kind: s.Kind, ID: s.ID}))
		})
		return w
	})
}

// onto is a group or an organisation as a permission is asked about.
func onto(of access.Subject) caller.On {
	if of.Kind == access.Organisation {
		return caller.On{Org: of.ID}
	}
	return caller.On{Resource: of.ID}
}
