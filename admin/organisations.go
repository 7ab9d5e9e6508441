package admin

import (
	"context"
	"net/http"
	"time"

	"gatehouse/access"
	"gatehouse/caller"
	"gatehouse/wire"
)

// organisations adds the routes of organisations and of who is in them. Whoever has a
// permission within one manages that one.
func (d *Door) organisations() {
	const all, one = "/organisations", "/organisations/{organisation}"
	of := func(rt Route) Route {
		rt.Kind, rt.Param, rt.Org = access.KindOrg, "organisation", "organisation"
		return rt
	}
	add(d, Route{Method: http.MethodGet, Path: all, ID: "listOrganisations", Permission: "organisations:read", Summary: "List organisations", Filtered: true}, d.listOrganisations)
	add(d, Route{Method: http.MethodPost, Path: all, ID: "createOrganisation", Permission: "organisations:write", Summary: "Create an organisation", Status: http.StatusCreated}, d.createOrganisation)
	add(d, of(Route{Method: http.MethodGet, Path: one, ID: "getOrganisation", Permission: "organisations:read", Summary: "See an organisation"}), d.getOrganisation)
	add(d, of(Route{Method: http.MethodPatch, Path: one, ID: "updateOrganisation", Permission: "organisations:write", Summary: "Change what is said about an organisation", Guarded: true}), d.updateOrganisation)
	add(d, of(Route{Method: http.MethodDelete, Path: one, ID: "deleteOrganisation", Permission: "organisations:delete", Summary: "Delete an organisation, with its memberships", Guarded: true}), d.deleteOrganisation)
	add(d, of(Route{Method: http.MethodGet, Path: one + "/members", ID: "listOrganisationMembers", Permission: "memberships:read", Summary: "List who is in an organisation"}), d.listOrganisationMembers)
	add(d, of(Route{Method: http.MethodPut, Path: one + "/members/{kind}/{member}", ID: "putOrganisationMember", Permission: "memberships:write", Summary: "Put somebody into an organisation, or change for how long they are in it", Revised: true, Creates: true, Keyed: true}), d.putOrganisationMember)
	add(d, of(Route{Method: http.MethodDelete, Path: one + "/members/{kind}/{member}", ID: "removeOrganisationMember", Permission: "memberships:write", Summary: "Take somebody out of an organisation", Revised: true, Keyed: true}), d.removeOrganisationMember)
}

// OrganisationPath names an organisation.
type OrganisationPath struct {
	Organisation string `path:"organisation" maxLength:"64" doc:"The id of the organisation"`
}

func (in *OrganisationPath) subject() access.Subject {
	return access.Subject{Kind: access.Organisation, ID: in.Organisation}
}

func (d *Door) listOrganisations(ctx context.Context, c *Call, in *Ordered) (*Page[wire.Org], error) {
	all, err := d.Access.Orgs(ctx)
	if err != nil {
		return nil, err
	}
	return orderedOf(d, c, in, all, ordering[access.OrgRecord, wire.Org]{
		id: func(x access.OrgRecord) string { return x.ID }, created: func(x access.OrgRecord) time.Time { return x.Created },
		on:     func(x access.OrgRecord) caller.On { return caller.On{Org: x.ID} },
		called: func(x access.OrgRecord) string { return x.Description },
		shape:  wire.OfOrg,
	})
}

// OrganisationCreate is what an organisation is made with.
type OrganisationCreate struct {
	ID          string `json:"id" maxLength:"64"`
	Description string `json:"description,omitempty" maxLength:"200"`
}

type organisationCreateIn struct{ Body OrganisationCreate }

func (d *Door) createOrganisation(ctx context.Context, c *Call, in *organisationCreateIn) (*Made[wire.Org], error) {
	o, err := d.Access.CreateOrg(ctx, c.By, access.OrgRecord{ID: in.Body.ID, Description: in.Body.Description})
	return madeOf(wire.OfOrg(o), below("/organisations", o.ID), o.Rev, err)
}

type partOfOrganisationIn struct {
	OrganisationPath
	Partial
}

func (d *Door) getOrganisation(ctx context.Context, _ *Call, in *partOfOrganisationIn) (*One[wire.Org], error) {
	o, err := d.Access.Org(ctx, in.Organisation)
	return oneOf(wire.OfOrg(o), o.Rev, err)
}

type organisationChangeIn struct {
	OrganisationPath
	Body Description
}

func (d *Door) updateOrganisation(ctx context.Context, c *Call, in *organisationChangeIn) (*One[wire.Org], error) {
	is, err := d.Access.UpdateOrg(ctx, c.By, access.OrgRecord{ID: in.Organisation, Description: in.Body.Description, Rev: c.Rev()})
	return oneOf(wire.OfOrg(is), is.Rev, err)
}

func (d *Door) deleteOrganisation(ctx context.Context, c *Call, in *OrganisationPath) (*Nothing, error) {
	revision := func(ctx context.Context) (int64, error) {
		o, err := d.Access.Org(ctx, in.Organisation)
		return o.Rev, err
	}
	return &Nothing{}, d.asSeen(ctx, c, revision, func(ctx context.Context) error { return d.Access.DeleteOrg(ctx, c.By, in.Organisation) })
}

type organisationMembersIn struct {
	OrganisationPath
	MembersPaged
}

func (d *Door) listOrganisationMembers(ctx context.Context, c *Call, in *organisationMembersIn) (*Page[wire.Member], error) {
	if _, err := d.Access.Org(ctx, in.Organisation); err != nil {
		return nil, err
	}
	return d.listMembers(ctx, c, in.subject(), &in.MembersPaged)
}

type organisationMemberIn struct {
	OrganisationPath
	MemberPath
}

type putOrganisationMemberIn struct {
	OrganisationPath
	MemberPath
	Body *MembershipPut
}

func (d *Door) putOrganisationMember(ctx context.Context, c *Call, in *putOrganisationMemberIn) (*One[wire.Member], error) {
	return d.putMember(ctx, c, in.subject(), &in.MemberPath, in.Body)
}

func (d *Door) removeOrganisationMember(ctx context.Context, c *Call, in *organisationMemberIn) (*Nothing, error) {
	return d.removeMember(ctx, c, in.subject(), &in.MemberPath)
}
