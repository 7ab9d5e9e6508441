package admin

import (
	"context"
	"net/http"
	"time"

	"gatehouse/access"
	"gatehouse/caller"
	"gatehouse/wire"
)

// groups adds the routes of groups and of who is in them. Whoever has a permission for
// some groups alone manages these.
func (d *Door) groups() {
	const all, one = "/groups", "/groups/{group}"
	of := func(rt Route) Route {
		rt.Kind, rt.Param, rt.Resource = access.KindGroup, "group", "group"
		return rt
	}
	add(d, Route{Method: http.MethodGet, Path: all, ID: "listGroups", Permission: "groups:read", Summary: "List groups", Filtered: true}, d.listGroups)
	add(d, Route{Method: http.MethodPost, Path: all, ID: "createGroup", Permission: "groups:write", Summary: "Create a group", Status: http.StatusCreated}, d.createGroup)
	add(d, of(Route{Method: http.MethodGet, Path: one, ID: "getGroup", Permission: "groups:read", Summary: "See a group"}), d.getGroup)
	add(d, of(Route{Method: http.MethodPatch, Path: one, ID: "updateGroup", Permission: "groups:write", Summary: "Change what is said about a group", Guarded: true}), d.updateGroup)
	add(d, of(Route{Method: http.MethodDelete, Path: one, ID: "deleteGroup", Permission: "groups:delete", Summary: "Delete a group, with its memberships", Guarded: true}), d.deleteGroup)
	add(d, of(Route{Method: http.MethodGet, Path: one + "/members", ID: "listGroupMembers", Permission: "memberships:read", Summary: "List who is in a group"}), d.listGroupMembers)
	add(d, of(Route{Method: http.MethodPut, Path: one + "/members/{kind}/{member}", ID: "putGroupMember", Permission: "memberships:write", Summary: "Put somebody into a group, or change for how long they are in it", Revised: true, Creates: true, Keyed: true}), d.putGroupMember)
	add(d, of(Route{Method: http.MethodDelete, Path: one + "/members/{kind}/{member}", ID: "removeGroupMember", Permission: "memberships:write", Summary: "Take somebody out of a group", Revised: true, Keyed: true}), d.removeGroupMember)
}

// GroupPath names a group.
type GroupPath struct {
	Group string `path:"group" maxLength:"64" doc:"The id of the group"`
}

func (in *GroupPath) subject() access.Subject {
	return access.Subject{Kind: access.Group, ID: in.Group}
}

func (d *Door) listGroups(ctx context.Context, c *Call, in *Ordered) (*Page[wire.Group], error) {
	all, err := d.Access.Groups(ctx)
	if err != nil {
		return nil, err
	}
	return orderedOf(d, c, in, all, ordering[access.GroupRecord, wire.Group]{
		id: func(x access.GroupRecord) string { return x.ID }, created: func(x access.GroupRecord) time.Time { return x.Created },
		on:     func(x access.GroupRecord) caller.On { return caller.On{Resource: x.ID} },
		called: func(x access.GroupRecord) string { return x.Description },
		shape:  wire.OfGroup,
	})
}

// Description is what is said about something, for people.
type Description struct {
	Description string `json:"description" maxLength:"200"`
}

// GroupCreate is what a group is made with.
type GroupCreate struct {
	ID          string `json:"id" maxLength:"64"`
	Description string `json:"description,omitempty" maxLength:"200"`
}

type groupCreateIn struct{ Body GroupCreate }

func (d *Door) createGroup(ctx context.Context, c *Call, in *groupCreateIn) (*Made[wire.Group], error) {
	g, err := d.Access.CreateGroup(ctx, c.By, access.GroupRecord{ID: in.Body.ID, Description: in.Body.Description})
	return madeOf(wire.OfGroup(g), below("/groups", g.ID), g.Rev, err)
}

type partOfGroupIn struct {
	GroupPath
	Partial
}

func (d *Door) getGroup(ctx context.Context, _ *Call, in *partOfGroupIn) (*One[wire.Group], error) {
	g, err := d.Access.Group(ctx, in.Group)
	return oneOf(wire.OfGroup(g), g.Rev, err)
}

type groupChangeIn struct {
	GroupPath
	Body Description
}

func (d *Door) updateGroup(ctx context.Context, c *Call, in *groupChangeIn) (*One[wire.Group], error) {
	is, err := d.Access.UpdateGroup(ctx, c.By, access.GroupRecord{ID: in.Group, Description: in.Body.Description, Rev: c.Rev()})
	return oneOf(wire.OfGroup(is), is.Rev, err)
}

func (d *Door) deleteGroup(ctx context.Context, c *Call, in *GroupPath) (*Nothing, error) {
	revision := func(ctx context.Context) (int64, error) { g, err := d.Access.Group(ctx, in.Group); return g.Rev, err }
	return &Nothing{}, d.asSeen(ctx, c, revision, func(ctx context.Context) error { return d.Access.DeleteGroup(ctx, c.By, in.Group) })
}

type groupMembersIn struct {
	GroupPath
	MembersPaged
}

func (d *Door) listGroupMembers(ctx context.Context, c *Call, in *groupMembersIn) (*Page[wire.Member], error) {
	if _, err := d.Access.Group(ctx, in.Group); err != nil {
		return nil, err
	}
	return d.listMembers(ctx, c, in.subject(), &in.MembersPaged)
}

type groupMemberIn struct {
	GroupPath
	MemberPath
}

type putGroupMemberIn struct {
	GroupPath
	MemberPath
	Body *MembershipPut
}

func (d *Door) putGroupMember(ctx context.Context, c *Call, in *putGroupMemberIn) (*One[wire.Member], error) {
	return d.putMember(ctx, c, in.subject(), &in.MemberPath, in.Body)
}

func (d *Door) removeGroupMember(ctx context.Context, c *Call, in *groupMemberIn) (*Nothing, error) {
	return d.removeMember(ctx, c, in.subject(), &in.MemberPath)
}
