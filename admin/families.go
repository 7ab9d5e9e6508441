package admin

import (
	"context"
	"net/http"

	"gatehouse/audit"
	"gatehouse/id"
	"gatehouse/oauth"
	"gatehouse/wire"
)

// families adds the routes of the refresh tokens that applications hold.
func (d *Door) families() {
	const ofUser, ofClient = "/users/{user}/refresh-families", "/clients/{client}/refresh-families"
	of := func(rt Route) Route {
		rt.Kind, rt.Param, rt.Resource = audit.KindUser, "user", "user"
		return rt
	}
	add(d, of(Route{Method: http.MethodGet, Path: ofUser, ID: "listUserRefreshFamilies", Permission: "families:read", Summary: "List the refresh tokens that applications hold of a person, newest first"}), d.listUserFamilies)
	add(d, of(Route{Method: http.MethodDelete, Path: ofUser, ID: "endUserRefreshFamilies", Permission: "families:revoke", Summary: "End all tokens that applications hold of a person", Revised: true, Keyed: true}), d.endUserFamilies)
	add(d, of(Route{Method: http.MethodDelete, Path: ofUser + "/{family}", ID: "endRefreshFamily", Permission: "families:revoke", Summary: "End a refresh token, with all that came of the same authorization"}), d.endFamily)
	add(d, Route{Method: http.MethodGet, Path: ofClient, ID: "listClientRefreshFamilies", Permission: "families:read", Summary: "List the refresh tokens that an application holds, newest first", Kind: audit.KindClient, Param: "client"}, d.listClientFamilies)
}

type userFamiliesIn struct {
	UserPath
	Paged
}

func (d *Door) listUserFamilies(ctx context.Context, c *Call, in *userFamiliesIn) (*Page[wire.RefreshFamily], error) {
	u, err := d.Identity.User(ctx, in.id())
	if err != nil {
		return nil, err
	}
	return d.listFamilies(ctx, c, oauth.FamilyFilter{User: u.ID}, in.Limit)
}

type clientFamiliesIn struct {
	ClientPath
	Paged
}

func (d *Door) listClientFamilies(ctx context.Context, c *Call, in *clientFamiliesIn) (*Page[wire.RefreshFamily], error) {
	app, err := d.OAuth.Client(ctx, in.id())
	if err != nil {
		return nil, err
	}
	return d.listFamilies(ctx, c, oauth.FamilyFilter{Client: app.ID}, in.Limit)
}

func (d *Door) listFamilies(ctx context.Context, c *Call, f oauth.FamilyFilter, limit int) (*Page[wire.RefreshFamily], error) {
	place, err := d.place(c)
	if err != nil {
		return nil, err
	}
	var ok bool
	if f.After, ok = oauth.ParseFamilyCursor(place); !ok {
		return nil, badCursor()
	}
	found, next, err := d.OAuth.Families(ctx, f, limit)
	if err != nil {
		return nil, err
	}
	return pageOf(d, c, found, next.String(), wire.OfFamily)
}

func (d *Door) endUserFamilies(ctx context.Context, c *Call, in *UserPath) (*Nothing, error) {
	return &Nothing{}, d.onUser(ctx, c, in, d.OAuth.EndFamiliesOf)
}

type familyIn struct {
	UserPath
	Family string `path:"family" maxLength:"64" doc:"The id of the family, fam_…"`
}

// endFamily answers NotFound for a family of somebody else.
func (d *Door) endFamily(ctx context.Context, c *Call, in *familyIn) (*Nothing, error) {
	return &Nothing{}, d.onUser(ctx, c, &in.UserPath, func(ctx context.Context, by audit.Actor, user id.User) error {
		return d.OAuth.EndFamily(ctx, by, user, id.Family(in.Family))
	})
}
