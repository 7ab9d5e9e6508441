package admin

import (
	"context"
	"net/http"
	"time"

	"gatehouse/access"
	"gatehouse/id"
	"gatehouse/wire"
)

func (d *Door) serviceKeys() {
	const all = "/service-accounts/{service}/keys"
	of := func(rt Route) Route {
		rt.Kind, rt.Param, rt.Resource = access.KindService, "service", "service"
		return rt
	}
	add(d, of(Route{Method: http.MethodGet, Path: all, ID: "listServiceKeys", Permission: "services:read", Summary: "List the keys of a service account"}), d.listServiceKeys)
	add(d, of(Route{Method: http.MethodPost, Path: all, ID: "createServiceKey", Permission: "services:keys", Summary: "Give a service account one more key, which is shown once", Status: http.StatusCreated, Secret: true}), d.createServiceKey)
	add(d, of(Route{Method: http.MethodDelete, Path: all + "/{key}", ID: "revokeServiceKey", Permission: "services:keys", Summary: "End a key of a service account now"}), d.revokeServiceKey)
}

type serviceKeysIn struct {
	ServicePath
	KeysListed
}

func (d *Door) listServiceKeys(ctx context.Context, c *Call, in *serviceKeysIn) (*Page[wire.ServiceKey], error) {
	found, err := d.Access.ServiceKeys(ctx, in.Service)
	if err != nil {
		return nil, err
	}
	return pageOf(d, c, in.of(found, time.Now()), "", wire.OfServiceKey)
}

// KeyCreate is what a key is made with.
type KeyCreate struct {
	Name      string    `json:"name" minLength:"1" maxLength:"64" doc:"Where it is used"`
	ExpiresAt time.Time `json:"expires_at,omitzero" doc:"When it ends; absent: never"`
}

type newServiceKeyIn struct {
	ServicePath
	Body KeyCreate
}

func (d *Door) createServiceKey(ctx context.Context, c *Call, in *newServiceKeyIn) (*Made[wire.NewServiceKey], error) {
	k, text, err := d.Access.CreateServiceKey(ctx, c.By, access.KeyRecord{Owner: in.Service, Name: in.Body.Name, ExpiresAt: in.Body.ExpiresAt})
	if err != nil {
		return nil, err
	}
	return &Made[wire.NewServiceKey]{
		Location: Base + "/service-accounts/" + k.Owner + "/keys/" + string(k.ID),
		Body:     wire.NewServiceKey{ServiceKey: wire.OfServiceKey(k), Key: wire.Secret(text)},
	}, nil
}

type serviceKeyIn struct {
	ServicePath
	Key string `path:"key" maxLength:"64" doc:"The id of the key, key_…"`
}

// revokeServiceKey answers NotFound for the key of another account: the permission may be
// for one account alone.
func (d *Door) revokeServiceKey(ctx context.Context, c *Call, in *serviceKeyIn) (*One[wire.ServiceKey], error) {
	k, err := d.Access.RevokeServiceKey(ctx, c.By, access.Subject{Kind: access.ServiceAccount, ID: in.Service}, id.ServiceKeyOf(in.Key))
	if err != nil {
		return nil, err
	}
	return &One[wire.ServiceKey]{Body: wire.OfServiceKey(k)}, nil
}
