package admin

import (
	"context"
	"net/http"
	"slices"

	"gatehouse/access"
	"gatehouse/caller"
	"gatehouse/gate"
	"gatehouse/wire"
)

// apiUses adds the route that tells what rests on the permissions of an API.
func (d *Door) apiUses() {
	add(d, Route{
		Method: http.MethodGet, Path: "/apis/{api}/uses", ID: "listAPIUses", Permission: "apis:read", Kind: access.KindAPI, Param: "api", Resource: "api",
		Summary: "List the permissions of an API with the roles, scopes and routes that name them, as far as the caller may see each kind",
	}, d.listAPIUses)
}

type apiUsesIn struct {
	APIPath
	Partial
}

// listAPIUses reads all roles, scopes and routes, of which there is a bounded number.
func (d *Door) listAPIUses(ctx context.Context, c *Call, in *apiUsesIn) (*Page[wire.PermissionUse], error) {
	a, err := d.Access.API(ctx, in.API)
	if err != nil {
		return nil, err
	}
	roles, err := seen(ctx, c, "roles:read", d.Access.Roles)
	if err != nil {
		return nil, err
	}
	scopes, err := seen(ctx, c, "scopes:read", d.Access.Scopes)
	if err != nil {
		return nil, err
	}
	routes, err := seen(ctx, c, "routes:read", func(ctx context.Context) ([]gate.Record, error) { return d.Gate.List(ctx, gate.KindRoute) })
	if err != nil {
		return nil, err
	}
	uses := make([]wire.PermissionUse, len(a.Permissions))
	for i, p := range a.Permissions {
		uses[i] = usesOf(a.ID, p, roles, scopes, routes)
	}
	return pageOf(d, c, uses, "", func(u wire.PermissionUse) wire.PermissionUse { return u })
}

// seen is what read returns, for who may see it; nothing for others.
func seen[T any](ctx context.Context, c *Call, permission string, read func(context.Context) ([]T, error)) ([]T, error) {
	if c.MayOn(access.Gatehouse+"/"+permission, caller.On{}) != nil {
		return nil, nil
	}
	return read(ctx)
}

func usesOf(api string, p access.Permission, roles []access.Role, scopes []access.Scope, routes []gate.Record) wire.PermissionUse {
	name := p.Resource + ":" + p.Action
	u := wire.PermissionUse{Permission: name, Roles: []string{}, Scopes: []string{}, Routes: []string{}}
	named := func(all []access.Pattern) bool {
		return slices.ContainsFunc(all, func(one access.Pattern) bool { return one.Gives(api, p) })
	}
	for _, r := range roles {
		if named(r.Permissions) {
			u.Roles = append(u.Roles, r.ID)
		}
	}
	for _, s := range scopes {
		if named(s.Patterns) {
			u.Scopes = append(u.Scopes, s.Name)
		}
	}
	for _, r := range routes {
		ask := r.Route.Authorize
		if ask.API != api {
			continue
		}
		if ask.Permission == name || containsValue(ask.Permissions, name) {
			u.Routes = append(u.Routes, r.ID)
		}
	}
	return u
}

func containsValue(all map[string]string, value string) bool {
	for _, one := range all {
		if one == value {
			return true
		}
	}
	return false
}
