package admin

import (
	"context"
	"net/http"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/wire"
)

// personalTokens adds the routes of the tokens that people have for their own programs.
func (d *Door) personalTokens() {
	const all = "/users/{user}/personal-tokens"
	of := func(rt Route) Route {
		rt.Kind, rt.Param, rt.Resource = audit.KindUser, "user", "user"
		return rt
	}
	add(d, of(Route{Method: http.MethodGet, Path: all, ID: "listPersonalTokens", Permission: "personal-tokens:read", Summary: "List the personal access tokens of a person"}), d.listPersonalTokens)
	add(d, of(Route{Method: http.MethodPost, Path: all, ID: "createPersonalToken", Permission: "personal-tokens:create", Summary: "Make a personal access token, which is shown once", Status: http.StatusCreated, Secret: true}), d.createPersonalToken)
	add(d, of(Route{Method: http.MethodDelete, Path: all + "/{token}", ID: "revokePersonalToken", Permission: "personal-tokens:revoke", Summary: "End a personal access token now"}), d.revokePersonalToken)
}

type personalTokensIn struct {
	UserPath
	KeysListed
}

func (d *Door) listPersonalTokens(ctx context.Context, c *Call, in *personalTokensIn) (*Page[wire.PersonalToken], error) {
	found, err := d.Access.PersonalTokens(ctx, in.id())
	if err != nil {
		return nil, err
	}
	return pageOf(d, c, in.of(found, time.Now()), "", wire.OfPersonalToken)
}

// PersonalTokenCreate is what a personal access token is made with.
type PersonalTokenCreate struct {
	Name        string    `json:"name" minLength:"1" maxLength:"64" doc:"Where it is used"`
	Permissions []string  `json:"permissions" minItems:"1" maxItems:"50" doc:"What alone it may be used for, such as gatehouse/users:read"`
	ExpiresAt   time.Time `json:"expires_at" doc:"When it ends, within 366 days"`
}

type personalTokenCreateIn struct {
	UserPath
	Body PersonalTokenCreate
}

// createPersonalToken makes no token by a token: it could be good for more than that one.
func (d *Door) createPersonalToken(ctx context.Context, c *Call, in *personalTokenCreateIn) (*Made[wire.NewPersonalToken], error) {
	if c.Personal() {
		return nil, fault.New(fault.Forbidden, "caller.personal", "A personal token makes no other one.")
	}
	patterns, err := patternsOf(in.Body.Permissions)
	if err != nil {
		return nil, err
	}
	k := access.KeyRecord{User: in.id(), Name: in.Body.Name, Permissions: patterns, ExpiresAt: in.Body.ExpiresAt}
	k, text, err := d.Access.CreatePersonalToken(ctx, c.By, k)
	if err != nil {
		return nil, err
	}
	return &Made[wire.NewPersonalToken]{
		Location: Base + "/users/" + string(k.User) + "/personal-tokens/" + string(k.ID),
		Body:     wire.NewPersonalToken{PersonalToken: wire.OfPersonalToken(k), Key: wire.Secret(text)},
	}, nil
}

type personalTokenIn struct {
	UserPath
	Token string `path:"token" maxLength:"64" doc:"The id of the token, key_…"`
}

// revokePersonalToken answers NotFound for the token of somebody else.
func (d *Door) revokePersonalToken(ctx context.Context, c *Call, in *personalTokenIn) (*One[wire.PersonalToken], error) {
	k, err := d.Access.RevokeServiceKey(ctx, c.By, access.Subject{Kind: access.User, ID: string(in.id())}, id.ServiceKeyOf(in.Token))
	if err != nil {
		return nil, err
	}
	return &One[wire.PersonalToken]{Body: wire.OfPersonalToken(k)}, nil
}
