package admin

import (
	"context"
	"net/http"

	"gatehouse/audit"
	"gatehouse/id"
	"gatehouse/wire"
)

// consents adds the routes of what people allowed applications.
func (d *Door) consents() {
	const all = "/users/{user}/consents"
	of := func(rt Route) Route {
		rt.Kind, rt.Param, rt.Resource = audit.KindUser, "user", "user"
		return rt
	}
	add(d, of(Route{Method: http.MethodGet, Path: all, ID: "listConsents", Permission: "consents:read", Summary: "List what a person allowed applications, the latest first"}), d.listConsents)
	add(d, of(Route{Method: http.MethodDelete, Path: all + "/{client}", ID: "withdrawConsent", Permission: "consents:revoke", Summary: "Take back all that a person allowed an application, with the tokens that came of it"}), d.withdrawConsent)
}

func (d *Door) listConsents(ctx context.Context, c *Call, in *partOfUserIn) (*Page[wire.Consent], error) {
	u, err := d.Identity.User(ctx, in.id())
	if err != nil {
		return nil, err
	}
	found, err := d.OAuth.ConsentsOf(ctx, u.ID)
	if err != nil {
		return nil, err
	}
	return pageOf(d, c, found, "", wire.OfConsent)
}

type consentIn struct {
	UserPath
	Client string `path:"client" maxLength:"128" doc:"The client_id of the application"`
}

func (d *Door) withdrawConsent(ctx context.Context, c *Call, in *consentIn) (*Nothing, error) {
	return &Nothing{}, d.onUser(ctx, c, &in.UserPath, func(ctx context.Context, by audit.Actor, user id.User) error {
		return d.OAuth.WithdrawConsent(ctx, by, user, id.Client(in.Client))
	})
}
