package admin

import (
	"context"
	"fmt"
	"net/http"

	"gatehouse/access"
	"gatehouse/wire"
)

// roleChanges adds the routes by which several roles are changed at once, and those that tell
// what such a change comes to. What it comes to, and who has a role by whatever way, is of
// everybody's grants.
func (d *Door) roleChanges() {
	add(d, Route{Method: http.MethodPost, Path: "/roles/bulk", ID: "updateRoles", Permission: "roles:write", Summary: "Change several roles at once, all or none"}, d.updateRoles)
	add(d, Route{Method: http.MethodPost, Path: "/roles/preview", ID: "previewRoles", Permission: "roles:write", Summary: "Tell who would gain and who would lose what by changes of roles, and change nothing; needs gatehouse/grants:read too", Idempotent: true, Heavy: true}, d.previewRoles)
	add(d, Route{
		Method: http.MethodGet, Path: "/roles/{role}/reach", ID: "listRoleReach", Permission: "grants:read", Kind: access.KindRole, Param: "role", Heavy: true,
		Summary: "List everybody who has a role now, be it by what they are in or by another role",
	}, d.listRoleReach)
}

// RoleDelta is what is to be different of one of several roles. What is absent stays as it
// is.
type RoleDelta struct {
	ID          string    `json:"id" maxLength:"64"`
	ETag        string    `json:"etag,omitempty" maxLength:"24" doc:"With which it was seen; absent: whatever it is"`
	Permissions *[]string `json:"permissions,omitempty" maxItems:"200" doc:"All of them"`
	Parents     *[]string `json:"parents,omitempty" maxItems:"200" doc:"All of them"`
	MaxGrant    *string   `json:"max_grant,omitempty" maxLength:"32" doc:"Empty: without end"`
	Add         []string  `json:"add_permissions,omitempty" maxItems:"200" doc:"That it shall have besides"`
	Remove      []string  `json:"remove_permissions,omitempty" maxItems:"200" doc:"That it shall not have by itself any more"`
}

func (in *RoleDelta) change() (c access.RoleChange, err error) {
	c.Role = in.ID
	var ok bool
	if c.Rev, ok = revisionOf(in.ETag); !ok {
		return c, invalid("etag", "is none of a role")
	}
	if in.Permissions != nil {
		all, err := patternsOf(*in.Permissions)
		if err != nil {
			return c, err
		}
		c.Permissions = &all
	}
	if in.Parents != nil {
		all := rolesNamed(*in.Parents)
		c.Parents = &all
	}
	if in.MaxGrant != nil {
		most, err := span("max_grant", *in.MaxGrant)
		if err != nil {
			return c, err
		}
		c.MaxGrant = &most
	}
	if c.Add, err = patternsAt("add_permissions", in.Add); err != nil {
		return c, err
	}
	c.Remove, err = patternsAt("remove_permissions", in.Remove)
	return c, err
}

// RolesChange are changes of several roles.
type RolesChange struct {
	Roles []RoleDelta `json:"roles" minItems:"1" maxItems:"100"`
}

func (in *RolesChange) changes() ([]access.RoleChange, error) {
	all := make([]access.RoleChange, len(in.Roles))
	for i := range in.Roles {
		var err error
		if all[i], err = in.Roles[i].change(); err != nil {
			return nil, belowField(err, fmt.Sprintf("roles[%d]", i))
		}
	}
	return all, nil
}

type rolesChangeIn struct{ Body RolesChange }

// RoleSeen is a role with the ETag of its revision.
type RoleSeen struct {
	wire.Role
	ETag string `json:"etag"`
}

func seenRoles(all []access.Role) []RoleSeen {
	seen := make([]RoleSeen, len(all))
	for i := range all {
		seen[i] = RoleSeen{wire.OfRole(all[i]), etag(all[i].Rev)}
	}
	return seen
}

// RoleList is the answer with roles that were changed at once.
type RoleList struct {
	Items []RoleSeen `json:"items" doc:"In the order of the request"`
}

// RolesOut is the answer with them.
type RolesOut struct{ Body RoleList }

func (d *Door) updateRoles(ctx context.Context, c *Call, in *rolesChangeIn) (*RolesOut, error) {
	all, err := in.Body.changes()
	if err != nil {
		return nil, err
	}
	changed, err := d.Access.UpdateRoles(ctx, c.By, all)
	if err != nil {
		return nil, err
	}
	return &RolesOut{RoleList{seenRoles(changed)}}, nil
}

// RolesPreview is what changes of roles come to.
type RolesPreview struct {
	Roles []RoleSeen `json:"roles" doc:"As they are to be, with the ETags that they have now"`
	Gain  wire.Moved `json:"gain" doc:"Who may do more"`
	Lose  wire.Moved `json:"lose" doc:"Who may do less"`
}

// PreviewOut is the answer with it.
type PreviewOut struct{ Body RolesPreview }

func (d *Door) previewRoles(ctx context.Context, c *Call, in *rolesChangeIn) (*PreviewOut, error) {
	if err := c.May(access.Gatehouse + "/grants:read"); err != nil {
		return nil, err
	}
	all, err := in.Body.changes()
	if err != nil {
		return nil, err
	}
	shift, err := d.Access.PreviewRoles(ctx, all)
	if err != nil {
		return nil, err
	}
	out := &PreviewOut{RolesPreview{Roles: seenRoles(shift.Roles), Gain: wire.OfMoved(shift.Gain), Lose: wire.OfMoved(shift.Lose)}}
	var people []*wire.Subject
	for _, side := range []*wire.Moved{&out.Body.Gain, &out.Body.Lose} {
		for i := range side.First {
			people = append(people, &side.First[i].Principal)
		}
	}
	return out, d.address(ctx, c, people)
}

type roleReachIn struct {
	RolePath
	Paged
}

func (d *Door) listRoleReach(ctx context.Context, c *Call, in *roleReachIn) (*Page[wire.RoleHolder], error) {
	place, err := d.place(c)
	if err != nil {
		return nil, err
	}
	found, next, err := d.Access.RoleHolders(ctx, access.RoleReach{Role: in.Role, After: subjectAt(place), Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	shown, people := make([]wire.RoleHolder, len(found)), make([]*wire.Subject, len(found))
	for i := range found {
		shown[i] = wire.OfRoleHolder(found[i])
		people[i] = &shown[i].Principal
	}
	if err := d.address(ctx, c, people); err != nil {
		return nil, err
	}
	return pageOf(d, c, shown, placeOfSubject(next), func(h wire.RoleHolder) wire.RoleHolder { return h })
}
