package admin

import (
	"context"
	"net/http"
	"slices"
	"time"

	"gatehouse/audit"
	"gatehouse/id"
	"gatehouse/oauth"
	"gatehouse/wire"
)

// consents adds the routes of what people allowed applications.
func (d *Door) consents() {
	const all = "/users/{user}/consents"
	of := func(rt Route) Route {
		rt.Kind, rt.Param, rt.Resource = audit.KindUser, "user", "user"
		return rt
	}
	add(d, of(Route{Method: http.MethodGet, Path: all, ID: "listConsents", Permission: "consents:read", Summary: "List what a person allowed applications"}), d.listConsents)
	add(d, of(Route{Method: http.MethodDelete, Path: all + "/{client}", ID: "withdrawConsent", Permission: "consents:revoke", Summary: "Take back all that a person allowed an application, with the tokens that came of it", Keyed: true}), d.withdrawConsent)
}

type consentsIn struct {
	UserPath
	Client string `query:"client" maxLength:"128" doc:"What this application was allowed"`
	Sort   string `query:"sort" enum:"updated,-updated,created,-created" default:"-updated" doc:"Their order, with - the latest first"`
	Partial
}

func (d *Door) listConsents(ctx context.Context, c *Call, in *consentsIn) (*Page[wire.Consent], error) {
	u, err := d.Identity.User(ctx, in.id())
	if err != nil {
		return nil, err
	}
	if in.Client != "" {
		_, err := d.OAuth.Client(ctx, id.Client(in.Client))
		if err := c.found("client", err); err != nil {
			return nil, err
		}
	}
	found, err := d.OAuth.ConsentsOf(ctx, u.ID)
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(one oauth.Consent) bool { return in.Client != "" && one.Client != id.Client(in.Client) })
	found = sorted(found, in.Sort, map[string]func(oauth.Consent) time.Time{
		"updated": func(one oauth.Consent) time.Time { return one.Updated }, "created": func(one oauth.Consent) time.Time { return one.Created },
	})
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
