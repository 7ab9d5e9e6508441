package admin

import (
	"context"
	"net/http"
	"time"

	"gatehouse/access"
	"gatehouse/wire"
)

// serviceAccounts adds the routes of service accounts and their keys.
func (d *Door) serviceAccounts() {
	const all, one = "/service-accounts", "/service-accounts/{service}"
	of := func(rt Route) Route {
		rt.Kind, rt.Param, rt.Resource = access.KindService, "service", "service"
		return rt
	}
	add(d, Route{Method: http.MethodGet, Path: all, ID: "listServiceAccounts", Permission: "services:read", Summary: "List service accounts"}, d.listServiceAccounts)
	add(d, Route{Method: http.MethodPost, Path: all, ID: "createServiceAccount", Permission: "services:write", Summary: "Create a service account, with a first key that is shown once", Status: http.StatusCreated, Secret: true}, d.createServiceAccount)
	add(d, of(Route{Method: http.MethodGet, Path: one, ID: "getServiceAccount", Permission: "services:read", Summary: "See a service account"}), d.getServiceAccount)
	add(d, of(Route{Method: http.MethodPatch, Path: one, ID: "updateServiceAccount", Permission: "services:write", Summary: "Change what is said about a service account", Guarded: true}), d.updateServiceAccount)
	add(d, of(Route{Method: http.MethodDelete, Path: one, ID: "deleteServiceAccount", Permission: "services:delete", Summary: "Delete a service account for good, with its keys", Guarded: true}), d.deleteServiceAccount)
	add(d, of(Route{Method: http.MethodPost, Path: one + "/disable", ID: "disableServiceAccount", Permission: "services:write", Summary: "Let a service account do nothing, until it is enabled again", Revised: true}), d.disableServiceAccount)
	add(d, of(Route{Method: http.MethodPost, Path: one + "/enable", ID: "enableServiceAccount", Permission: "services:write", Summary: "Let a disabled service account act again", Revised: true}), d.enableServiceAccount)
	d.serviceKeys()
}

// ServicePath names a service account.
type ServicePath struct {
	Service string `path:"service" maxLength:"64" doc:"The id of the service account"`
}

func (d *Door) listServiceAccounts(ctx context.Context, c *Call, in *Ordered) (*Page[wire.ServiceAccount], error) {
	all, err := d.Access.ServiceAccounts(ctx)
	if err != nil {
		return nil, err
	}
	return orderedOf(d, c, in, all, ordering[access.ServiceAccountRecord, wire.ServiceAccount]{
		id: func(x access.ServiceAccountRecord) string { return x.ID }, created: func(x access.ServiceAccountRecord) time.Time { return x.Created },
		called: func(x access.ServiceAccountRecord) string { return x.Description },
		shape:  wire.OfServiceAccount,
	})
}

// ServiceAccountCreate is what a service account is made with.
type ServiceAccountCreate struct {
	ID          string    `json:"id" maxLength:"64"`
	Description string    `json:"description,omitempty" maxLength:"200"`
	Role        string    `json:"role,omitempty" maxLength:"64" doc:"That it is granted in the same step"`
	ExpiresAt   time.Time `json:"expires_at,omitzero" doc:"When its first key and that grant end; absent: never"`
	Reason      string    `json:"reason,omitempty" maxLength:"500"`
}

type newServiceIn struct{ Body ServiceAccountCreate }

func (d *Door) createServiceAccount(ctx context.Context, c *Call, in *newServiceIn) (*Made[wire.NewServiceAccount], error) {
	b, err := d.Access.CreateServiceAccount(ctx, c.By, access.NewServiceAccount{
		ServiceAccountRecord: access.ServiceAccountRecord{ID: in.Body.ID, Description: in.Body.Description},
		Role:                 access.RoleNamed(in.Body.Role), Until: in.Body.ExpiresAt, Reason: in.Body.Reason,
	})
	if err != nil {
		return nil, err
	}
	return &Made[wire.NewServiceAccount]{Location: Base + "/service-accounts/" + b.ID, ETag: etag(b.Rev), Body: wire.OfBegun(b)}, nil
}

type partOfServiceIn struct {
	ServicePath
	Partial
}

func (d *Door) getServiceAccount(ctx context.Context, _ *Call, in *partOfServiceIn) (*One[wire.ServiceAccount], error) {
	a, err := d.Access.ServiceAccount(ctx, in.Service)
	if err != nil {
		return nil, err
	}
	return oneService(a), nil
}

func oneService(a access.ServiceAccountRecord) *One[wire.ServiceAccount] {
	return &One[wire.ServiceAccount]{ETag: etag(a.Rev), Body: wire.OfServiceAccount(a)}
}

// Because is why something is done.
type Because struct {
	Reason string `json:"reason,omitempty" maxLength:"500" doc:"For the audit log"`
}

type serviceBecauseIn struct {
	ServicePath
	Body *Because
}

func (in *serviceBecauseIn) reason() string {
	if in.Body == nil {
		return ""
	}
	return in.Body.Reason
}

// onService runs f on a service account that is as the caller saw it.
func (d *Door) onService(ctx context.Context, c *Call, name string, f func(ctx context.Context) error) error {
	return d.asSeen(ctx, c, func(ctx context.Context) (int64, error) {
		a, err := d.Access.ServiceAccount(ctx, name)
		return a.Rev, err
	}, f)
}

type serviceChangeIn struct {
	ServicePath
	Body Description
}

func (d *Door) updateServiceAccount(ctx context.Context, c *Call, in *serviceChangeIn) (*One[wire.ServiceAccount], error) {
	is, err := d.Access.UpdateServiceAccount(ctx, c.By, access.ServiceAccountRecord{ID: in.Service, Description: in.Body.Description, Rev: c.Rev()})
	if err != nil {
		return nil, err
	}
	return &One[wire.ServiceAccount]{ETag: etag(is.Rev), Body: wire.OfServiceAccount(is)}, nil
}

type deleteServiceIn struct {
	ServicePath
	Reason string `query:"reason" maxLength:"500" doc:"For the audit log"`
}

func (d *Door) deleteServiceAccount(ctx context.Context, c *Call, in *deleteServiceIn) (*Nothing, error) {
	return &Nothing{}, d.onService(ctx, c, in.Service, func(ctx context.Context) error {
		return d.Access.DeleteServiceAccount(ctx, c.By, in.Service, in.Reason)
	})
}

func (d *Door) disableServiceAccount(ctx context.Context, c *Call, in *serviceBecauseIn) (out *One[wire.ServiceAccount], err error) {
	err = d.onService(ctx, c, in.Service, func(ctx context.Context) error {
		a, err := d.Access.DisableServiceAccount(ctx, c.By, in.Service, in.reason())
		out = oneService(a)
		return err
	})
	return out, err
}

func (d *Door) enableServiceAccount(ctx context.Context, c *Call, in *serviceBecauseIn) (out *One[wire.ServiceAccount], err error) {
	err = d.onService(ctx, c, in.Service, func(ctx context.Context) error {
		a, err := d.Access.EnableServiceAccount(ctx, c.By, in.Service, in.reason())
		out = oneService(a)
		return err
	})
	return out, err
}
