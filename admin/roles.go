package admin

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"gatehouse/access"
	"gatehouse/wire"
)

// roles adds the routes of roles, those of Gatehouse itself among them, which stay as they
// are.
func (d *Door) roles() {
	const all, one = "/roles", "/roles/{role}"
	of := func(rt Route) Route {
		rt.Kind, rt.Param, rt.Resource = access.KindRole, "role", "role"
		return rt
	}
	add(d, Route{Method: http.MethodGet, Path: all, ID: "listRoles", Permission: "roles:read", Summary: "List roles"}, d.listRoles)
	add(d, Route{Method: http.MethodPost, Path: all, ID: "createRole", Permission: "roles:write", Summary: "Create a role", Status: http.StatusCreated}, d.createRole)
	add(d, of(Route{Method: http.MethodGet, Path: one, ID: "getRole", Permission: "roles:read", Summary: "See a role"}), d.getRole)
	add(d, of(Route{Method: http.MethodPatch, Path: one, ID: "updateRole", Permission: "roles:write", Summary: "Change what a role gives, at once for everybody who has it", Guarded: true}), d.updateRole)
	add(d, of(Route{Method: http.MethodDelete, Path: one, ID: "deleteRole", Permission: "roles:delete", Summary: "Delete a role that nobody has any more", Guarded: true}), d.deleteRole)
	add(d, Route{
		Method: http.MethodGet, Path: one + "/holders", ID: "listRoleHolders", Permission: "grants:read", Kind: access.KindRole, Param: "role", Filtered: true,
		Summary: "List who has a role, or is denied it: its grants that are not over, in the order of their ends",
	}, d.listRoleHolders)
	d.roleChanges()
}

// RolePath names a role.
type RolePath struct {
	Role string `path:"role" maxLength:"64" doc:"The id of the role; that of one of Gatehouse itself has a %2F, such as gatehouse%2Fauditor"`
}

func (d *Door) listRoles(ctx context.Context, c *Call, in *Ordered) (*Page[wire.Role], error) {
	all, err := d.Access.Roles(ctx)
	if err != nil {
		return nil, err
	}
	return orderedOf(d, c, in, all, ordering[access.Role, wire.Role]{
		id: func(x access.Role) string { return x.ID }, created: func(x access.Role) time.Time { return x.Created },
		shape: wire.OfRole,
	})
}

// RoleCreate is what a role is made with.
type RoleCreate struct {
	ID          string   `json:"id" maxLength:"64"`
	Permissions []string `json:"permissions,omitempty" maxItems:"200" doc:"Such as shop/orders:read or shop/orders:*"`
	Parents     []string `json:"parents,omitempty" maxItems:"200" doc:"Roles whose permissions it gives too"`
	MaxGrant    string   `json:"max_grant,omitempty" maxLength:"32" doc:"How long a grant of it may last, such as 8h; absent: without end"`
}

type newRoleIn struct{ Body RoleCreate }

func (d *Door) createRole(ctx context.Context, c *Call, in *newRoleIn) (*Made[wire.Role], error) {
	r := access.Role{ID: in.Body.ID, Parents: rolesNamed(in.Body.Parents)}
	var err error
	if r.Permissions, err = patternsOf(in.Body.Permissions); err != nil {
		return nil, err
	}
	if r.MaxGrant, err = span("max_grant", in.Body.MaxGrant); err != nil {
		return nil, err
	}
	if r, err = d.Access.CreateRole(ctx, c.By, r); err != nil {
		return nil, err
	}
	return &Made[wire.Role]{Location: below("/roles", r.ID), ETag: etag(r.Rev), Body: wire.OfRole(r)}, nil
}

type partOfRoleIn struct {
	RolePath
	Partial
}

func (d *Door) getRole(ctx context.Context, _ *Call, in *partOfRoleIn) (*One[wire.Role], error) {
	r, err := d.Access.Role(ctx, in.Role)
	if err != nil {
		return nil, err
	}
	return oneRole(r), nil
}

func oneRole(r access.Role) *One[wire.Role] {
	return &One[wire.Role]{ETag: tagOf(r.Rev), Body: wire.OfRole(r)}
}

// tagOf is the entity tag of a revision, "" for what is built in and has none.
func tagOf(rev int64) string {
	if rev == 0 {
		return ""
	}
	return etag(rev)
}

// RoleChange is what is to be different of a role.
type RoleChange struct {
	Permissions *[]string `json:"permissions,omitempty" maxItems:"200" doc:"All of them"`
	Parents     *[]string `json:"parents,omitempty" maxItems:"200" doc:"All of them"`
	MaxGrant    *string   `json:"max_grant,omitempty" maxLength:"32" doc:"Empty: without end"`
}

type roleChangeIn struct {
	RolePath
	Body RoleChange
}

func (d *Door) updateRole(ctx context.Context, c *Call, in *roleChangeIn) (*One[wire.Role], error) {
	r, err := d.Access.Role(ctx, in.Role)
	if err != nil {
		return nil, err
	}
	r.Rev = cmp.Or(c.Rev(), r.Rev)
	if in.Body.Permissions != nil {
		if r.Permissions, err = patternsOf(*in.Body.Permissions); err != nil {
			return nil, err
		}
	}
	if in.Body.Parents != nil {
		r.Parents = rolesNamed(*in.Body.Parents)
	}
	if in.Body.MaxGrant != nil {
		if r.MaxGrant, err = span("max_grant", *in.Body.MaxGrant); err != nil {
			return nil, err
		}
	}
	if r, err = d.Access.UpdateRole(ctx, c.By, r); err != nil {
		return nil, err
	}
	return oneRole(r), nil
}

func (d *Door) deleteRole(ctx context.Context, c *Call, in *RolePath) (*Nothing, error) {
	revision := func(ctx context.Context) (int64, error) { r, err := d.Access.Role(ctx, in.Role); return r.Rev, err }
	return &Nothing{}, d.asSeen(ctx, c, revision, func(ctx context.Context) error { return d.Access.DeleteRole(ctx, c.By, in.Role) })
}

type roleHoldersIn struct {
	RolePath
	Paged
}

func (d *Door) listRoleHolders(ctx context.Context, c *Call, in *roleHoldersIn) (*Page[wire.Grant], error) {
	if c.within == nil { // others do not hear of roles that nobody has whom they reach
		if _, err := d.Access.Role(ctx, in.Role); err != nil {
			return nil, err
		}
	}
	return d.findGrants(ctx, c, access.GrantFilter{Role: in.Role, Within: c.within, Limit: in.Limit})
}
