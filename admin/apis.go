package admin

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"gatehouse/access"
	"gatehouse/fault"
	"gatehouse/wire"
)

// apis adds the routes of APIs and their catalogues of permissions, that of Gatehouse itself
// among them, which stays as it is.
func (d *Door) apis() {
	const all, one = "/apis", "/apis/{api}"
	of := func(rt Route) Route {
		rt.Kind, rt.Param, rt.Resource = access.KindAPI, "api", "api"
		return rt
	}
	add(d, Route{Method: http.MethodGet, Path: all, ID: "listAPIs", Permission: "apis:read", Summary: "List APIs with their permissions"}, d.listAPIs)
	add(d, Route{Method: http.MethodPost, Path: all, ID: "createAPI", Permission: "apis:write", Summary: "Create an API with its permissions", Status: http.StatusCreated}, d.createAPI)
	add(d, of(Route{Method: http.MethodGet, Path: one, ID: "getAPI", Permission: "apis:read", Summary: "See an API with its permissions"}), d.getAPI)
	add(d, of(Route{Method: http.MethodPatch, Path: one, ID: "updateAPI", Permission: "apis:write", Summary: "Change an API; what is absent stays as it is", Guarded: true}), d.updateAPI)
	add(d, of(Route{Method: http.MethodDelete, Path: one, ID: "deleteAPI", Permission: "apis:delete", Summary: "Delete an API of which nobody has anything any more", Guarded: true}), d.deleteAPI)
	add(d, Route{Method: http.MethodGet, Path: "/permissions", ID: "listPermissions", Permission: "apis:read", Summary: "List the permissions of all APIs by the names that roles and grants give them, those of Gatehouse itself last"}, d.listPermissions)
}

// APIPath names an API.
type APIPath struct {
	API string `path:"api" maxLength:"64" doc:"The id of the API"`
}

func (d *Door) listAPIs(ctx context.Context, c *Call, in *Ordered) (*Page[wire.API], error) {
	all, err := d.Access.APIs(ctx)
	if err != nil {
		return nil, err
	}
	return orderedOf(d, c, in, all, ordering[access.API, wire.API]{
		id: func(x access.API) string { return x.ID }, created: func(x access.API) time.Time { return x.Created },
		shape: wire.OfAPI,
	})
}

// APIPermission is an entry of a catalogue.
type APIPermission struct {
	Permission  string `json:"permission" maxLength:"192" doc:"RESOURCE:ACTION, such as orders:read"`
	Description string `json:"description,omitempty" maxLength:"200"`
	Sensitive   bool   `json:"sensitive,omitempty" doc:"No wildcard gives it"`
	ACR         string `json:"acr,omitempty" enum:"aal1,aal2" doc:"How whoever uses it must have signed in"`
	MaxAge      string `json:"max_age,omitempty" maxLength:"32" doc:"How lately, such as 5m"`
}

// APISettings are those of an API, by the names of wire.API. What is absent stays as it is.
type APISettings struct {
	Audience    *string            `json:"audience,omitempty" maxLength:"255" doc:"The URI that tokens for it are meant for"`
	Permissions *[]APIPermission   `json:"permissions,omitempty" maxItems:"200" doc:"All of them"`
	Owners      *map[string]string `json:"owners,omitempty" doc:"By resource: the attribute that names its owner; all of them"`
	Servers     *[]string          `json:"servers,omitempty" maxItems:"20" doc:"Applications that answer its requests; all of them"`
	Delegation  *string            `json:"delegation,omitempty" enum:"audience,scope" doc:"Whether tokens for it need scopes"`
}

// APICreate is what an API is made with.
type APICreate struct {
	ID          string            `json:"id" maxLength:"64"`
	Audience    string            `json:"audience" maxLength:"255" doc:"The URI that tokens for it are meant for"`
	Permissions []APIPermission   `json:"permissions" minItems:"1" maxItems:"200"`
	Owners      map[string]string `json:"owners,omitempty" doc:"By resource: the attribute that names its owner"`
	Servers     []string          `json:"servers,omitempty" maxItems:"20" doc:"Applications that answer its requests"`
}

// apply puts what is there into a.
func (in *APISettings) apply(a *access.API) (err error) {
	set(&a.Audience, in.Audience)
	set(&a.Owners, in.Owners)
	set(&a.Servers, in.Servers)
	if in.Delegation != nil {
		a.Delegation = access.Delegation(*in.Delegation)
	}
	if in.Permissions != nil {
		a.Permissions, err = catalogue(*in.Permissions)
	}
	return err
}

// catalogue reads the entries of one.
func catalogue(in []APIPermission) ([]access.Permission, error) {
	all := make([]access.Permission, len(in))
	for i, one := range in {
		resource, action, ok := strings.Cut(one.Permission, ":")
		if !ok {
			return nil, &fault.Error{
				Kind: fault.Invalid, Code: "api.invalid", Detail: "The API cannot be used so.",
				Fields: []fault.Field{{Name: fmt.Sprintf("permissions[%d].permission", i), Problem: "must be RESOURCE:ACTION, such as orders:read"}},
			}
		}
		need, err := requirement(one.ACR, one.MaxAge)
		if err != nil {
			return nil, belowField(err, fmt.Sprintf("permissions[%d]", i))
		}
		all[i] = access.Permission{Resource: resource, Action: action, Description: one.Description, Sensitive: one.Sensitive, Requires: need}
	}
	return all, nil
}

type newAPIIn struct{ Body APICreate }

func (d *Door) createAPI(ctx context.Context, c *Call, in *newAPIIn) (*Made[wire.API], error) {
	a := access.API{ID: in.Body.ID, Audience: in.Body.Audience, Owners: in.Body.Owners, Servers: in.Body.Servers}
	var err error
	if a.Permissions, err = catalogue(in.Body.Permissions); err != nil {
		return nil, err
	}
	if a, err = d.Access.CreateAPI(ctx, c.By, a); err != nil {
		return nil, err
	}
	return &Made[wire.API]{Location: below("/apis", a.ID), ETag: etag(a.Rev), Body: wire.OfAPI(a)}, nil
}

type partOfAPIIn struct {
	APIPath
	Partial
}

func (d *Door) getAPI(ctx context.Context, _ *Call, in *partOfAPIIn) (*One[wire.API], error) {
	a, err := d.Access.API(ctx, in.API)
	if err != nil {
		return nil, err
	}
	return oneAPI(a), nil
}

func oneAPI(a access.API) *One[wire.API] {
	return &One[wire.API]{ETag: tagOf(a.Rev), Body: wire.OfAPI(a)}
}

type apiChangeIn struct {
	APIPath
	Body APISettings
}

func (d *Door) updateAPI(ctx context.Context, c *Call, in *apiChangeIn) (*One[wire.API], error) {
	a, err := d.Access.API(ctx, in.API)
	if err != nil {
		return nil, err
	}
	a.Rev = cmp.Or(c.Rev(), a.Rev)
	if err := in.Body.apply(&a); err != nil {
		return nil, err
	}
	if a, err = d.Access.UpdateAPI(ctx, c.By, a); err != nil {
		return nil, err
	}
	return oneAPI(a), nil
}

func (d *Door) deleteAPI(ctx context.Context, c *Call, in *APIPath) (*Nothing, error) {
	revision := func(ctx context.Context) (int64, error) { a, err := d.Access.API(ctx, in.API); return a.Rev, err }
	return &Nothing{}, d.asSeen(ctx, c, revision, func(ctx context.Context) error { return d.Access.DeleteAPI(ctx, c.By, in.API) })
}

type permissionsIn struct {
	Paged
	API    string `query:"api" maxLength:"64" doc:"Only those of this API"`
	Search string `query:"search" maxLength:"192" doc:"Those of which a part of the name or the description begins so, in small letters or capitals; parts stand behind a blank or one of / : . - _ @"`
}

// ownLast is where a permission stands in the list: by its name, and those of Gatehouse itself
// behind all others, which people look for more often.
func ownLast(p wire.Permission) string {
	if strings.HasPrefix(p.Permission, access.Gatehouse+"/") {
		return "~" + p.Permission // behind all that an id begins with
	}
	return p.Permission
}

func (d *Door) listPermissions(ctx context.Context, c *Call, in *permissionsIn) (*Page[wire.Permission], error) {
	after, err := d.place(c)
	if err != nil {
		return nil, err
	}
	apis, err := d.Access.APIs(ctx)
	if err != nil {
		return nil, err
	}
	if in.API != "" && !slices.ContainsFunc(apis, func(a access.API) bool { return a.ID == in.API }) {
		return nil, noSuch("api")
	}
	var all []wire.Permission
	for _, a := range apis {
		if in.API == "" || in.API == a.ID {
			all = append(all, wire.PermissionsOf(a)...)
		}
	}
	all = slices.DeleteFunc(all, func(p wire.Permission) bool { return !found(in.Search, p.Permission, p.Description) })
	slices.SortFunc(all, func(a, b wire.Permission) int { return strings.Compare(ownLast(a), ownLast(b)) })
	page, next := slice(all, after, in.Limit, ownLast)
	return pageOf(d, c, page, next, func(p wire.Permission) wire.Permission { return p })
}
