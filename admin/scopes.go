package admin

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"gatehouse/access"
	"gatehouse/wire"
)

// scopes adds the routes of scopes that are bound to permissions of APIs.
func (d *Door) scopes() {
	const all, one = "/scopes", "/scopes/{scope}"
	of := func(rt Route) Route {
		rt.Kind, rt.Param, rt.Resource = access.KindScope, "scope", "scope"
		return rt
	}
	add(d, Route{Method: http.MethodGet, Path: all, ID: "listScopes", Permission: "scopes:read", Summary: "List the scopes that are bound to permissions"}, d.listScopes)
	add(d, Route{Method: http.MethodPost, Path: all, ID: "createScope", Permission: "scopes:write", Summary: "Bind a scope to permissions of one API, which goes by scopes from then on", Status: http.StatusCreated}, d.createScope)
	add(d, of(Route{Method: http.MethodGet, Path: one, ID: "getScope", Permission: "scopes:read", Summary: "See a bound scope"}), d.getScope)
	add(d, of(Route{Method: http.MethodPatch, Path: one, ID: "updateScope", Permission: "scopes:write", Summary: "Change what a scope is bound to, for tokens that are out too", Guarded: true}), d.updateScope)
	add(d, of(Route{Method: http.MethodDelete, Path: one, ID: "deleteScope", Permission: "scopes:write", Summary: "Delete a bound scope that no application may ask for", Guarded: true}), d.deleteScope)
}

// ScopePath names a bound scope.
type ScopePath struct {
	Scope string `path:"scope" maxLength:"128" doc:"The scope as applications ask for it"`
}

func (d *Door) listScopes(ctx context.Context, c *Call, in *Ordered) (*Page[wire.Scope], error) {
	all, err := d.Access.Scopes(ctx)
	if err != nil {
		return nil, err
	}
	return orderedOf(d, c, in, all, ordering[access.Scope, wire.Scope]{
		id: func(x access.Scope) string { return x.Name }, created: func(x access.Scope) time.Time { return x.Created },
		shape: wire.OfScope,
	})
}

// ScopeCreate is what a scope is bound with.
type ScopeCreate struct {
	Name        string   `json:"name" maxLength:"128"`
	Permissions []string `json:"permissions" minItems:"1" maxItems:"50" doc:"Of one API, such as shop/orders:read or shop/orders:*"`
	Description string   `json:"description,omitempty" maxLength:"200" doc:"What people read who are asked whether an application may have it"`
}

type newScopeIn struct{ Body ScopeCreate }

func (d *Door) createScope(ctx context.Context, c *Call, in *newScopeIn) (*Made[wire.Scope], error) {
	patterns, err := patternsOf(in.Body.Permissions)
	if err != nil {
		return nil, err
	}
	s, err := d.Access.CreateScope(ctx, c.By, access.Scope{Name: in.Body.Name, API: patterns[0].API, Patterns: patterns, Description: in.Body.Description})
	if err != nil {
		return nil, err
	}
	return &Made[wire.Scope]{Location: below("/scopes", s.Name), ETag: etag(s.Rev), Body: wire.OfScope(s)}, nil
}

type partOfScopeIn struct {
	ScopePath
	Partial
}

func (d *Door) getScope(ctx context.Context, _ *Call, in *partOfScopeIn) (*One[wire.Scope], error) {
	s, err := d.Access.Scope(ctx, in.Scope)
	if err != nil {
		return nil, err
	}
	return &One[wire.Scope]{ETag: etag(s.Rev), Body: wire.OfScope(s)}, nil
}

// ScopeChange is what is to be different of a scope.
type ScopeChange struct {
	Permissions *[]string `json:"permissions,omitempty" minItems:"1" maxItems:"50" doc:"All of them"`
	Description *string   `json:"description,omitempty" maxLength:"200"`
}

type scopeChangeIn struct {
	ScopePath
	Body ScopeChange
}

func (d *Door) updateScope(ctx context.Context, c *Call, in *scopeChangeIn) (*One[wire.Scope], error) {
	s, err := d.Access.Scope(ctx, in.Scope)
	if err != nil {
		return nil, err
	}
	if s.Rev = cmp.Or(c.Rev(), s.Rev); in.Body.Description != nil {
		s.Description = *in.Body.Description
	}
	if in.Body.Permissions != nil {
		if s.Patterns, err = patternsOf(*in.Body.Permissions); err != nil {
			return nil, err
		}
	}
	if s, err = d.Access.UpdateScope(ctx, c.By, s); err != nil {
		return nil, err
	}
	return &One[wire.Scope]{ETag: etag(s.Rev), Body: wire.OfScope(s)}, nil
}

func (d *Door) deleteScope(ctx context.Context, c *Call, in *ScopePath) (*Nothing, error) {
	revision := func(ctx context.Context) (int64, error) { s, err := d.Access.Scope(ctx, in.Scope); return s.Rev, err }
	return &Nothing{}, d.asSeen(ctx, c, revision, func(ctx context.Context) error { return d.Access.DeleteScope(ctx, c.By, in.Scope) })
}
