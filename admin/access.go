package admin

import (
	"context"
	"net/http"
	"strings"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/proof"
	"gatehouse/wire"
)

// access adds the routes of what somebody holds, and of who holds something. They tell of
// everybody's grants, so the permission for a part of them is not enough.
func (d *Door) access() {
	of := Route{Method: http.MethodGet, Permission: "grants:read", Kind: audit.KindUser, Param: "user"}
	held, check := of, of
	held.Path, held.ID, held.Summary = "/users/{user}/access", "listUserAccess", "List what a person holds, with every grant that is about it and how it reaches them"
	check.Path, check.ID, check.Summary = "/users/{user}/access/check", "checkUserAccess", "Tell whether a person may do something, until when, and why"
	add(d, held, d.listUserAccess)
	add(d, check, d.checkUserAccess)
	add(d, Route{Method: http.MethodGet, Path: "/permissions/holders", ID: "listHolders", Permission: "grants:read", Summary: "List everybody who may do something, by which grant, and until when", Heavy: true}, d.listHolders)
}

// Standpoint is from where access is looked at.
type Standpoint struct {
	Org string    `query:"org" maxLength:"64" doc:"Within this organisation; absent: outside of all"`
	At  time.Time `query:"at" doc:"At this moment, with the grants of then; all else is as it is now. Absent: now"`
}

func (in *Standpoint) moment() time.Time {
	if in.At.IsZero() {
		return time.Now()
	}
	return in.At
}

// stands refuses an organisation that there is not.
func (d *Door) stands(ctx context.Context, c *Call, in *Standpoint) error {
	if in.Org == "" {
		return nil
	}
	_, err := d.Access.Org(ctx, in.Org)
	return c.found("org", err)
}

type userAccessIn struct {
	UserPath
	Standpoint
	Paged
}

func (d *Door) listUserAccess(ctx context.Context, c *Call, in *userAccessIn) (*Page[wire.Explanation], error) {
	after, err := d.place(c)
	if err != nil {
		return nil, err
	}
	who, err := d.person(ctx, in.id())
	if err != nil {
		return nil, err
	}
	if err := d.stands(ctx, c, &in.Standpoint); err != nil {
		return nil, err
	}
	at := in.moment()
	found, next, err := d.Access.Holdings(ctx, access.Holdings{Who: who, Org: in.Org, At: at, After: after, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	return pageOf(d, c, found, next, func(h access.Holding) wire.Explanation {
		return wire.OfExplanation(&access.Question{Principal: who, Permission: h.Permission, Now: at}, h.Explanation)
	})
}

// person is somebody as the policy has them; NotFound for nobody.
func (d *Door) person(ctx context.Context, user id.User) (access.Subject, error) {
	u, err := d.Identity.User(ctx, user)
	return access.Subject{Kind: access.User, ID: string(u.ID)}, err
}

type checkAccessIn struct {
	UserPath
	Standpoint
	Permission string `query:"permission" required:"true" maxLength:"192" doc:"What they would do, such as shop/orders:read"`
	Thing      string `query:"thing" maxLength:"200" doc:"With the thing of this id; absent: nothing is known of it"`
	ACR        string `query:"acr" enum:"aal1,aal2" default:"aal1" doc:"How strongly they are proved, just now"`
}

func (d *Door) checkUserAccess(ctx context.Context, c *Call, in *checkAccessIn) (*One[wire.Explanation], error) {
	who, err := d.person(ctx, in.id())
	if err != nil {
		return nil, err
	}
	if err := d.stands(ctx, c, &in.Standpoint); err != nil {
		return nil, err
	}
	q := &access.Question{Principal: who, Permission: in.Permission, Org: in.Org, Now: in.moment(), Resource: access.Resource{ID: in.Thing}}
	q.AuthTime = q.Now
	if q.Level, err = proof.ParseLevel(in.ACR); err != nil {
		return nil, err
	}
	e, err := d.Access.ExplainTo(ctx, q)
	if err != nil {
		return nil, aboutPermission(err)
	}
	return &One[wire.Explanation]{Body: wire.OfExplanation(q, e)}, nil
}

// aboutPermission tells of a permission that there is not by the parameter that names it.
func aboutPermission(err error) error {
	if fault.CodeOf(err) == "permission.unknown" {
		return noSuch("permission")
	}
	return err
}

type holdersIn struct {
	Standpoint
	Paged
	Permission string `query:"permission" required:"true" maxLength:"192" doc:"What they may do, such as shop/orders:read"`
	Thing      string `query:"thing" maxLength:"200" doc:"With the thing of this id; absent: with whatever they may"`
}

func (d *Door) listHolders(ctx context.Context, c *Call, in *holdersIn) (*Page[wire.Holder], error) {
	place, err := d.place(c)
	if err != nil {
		return nil, err
	}
	if err := d.stands(ctx, c, &in.Standpoint); err != nil {
		return nil, err
	}
	kind, name, _ := strings.Cut(place, ":")
	found, next, err := d.Access.Holders(ctx, access.Reach{
		Permission: in.Permission, Org: in.Org, Thing: in.Thing, At: in.At, After: access.Subject{Kind: access.Kind(kind), ID: name}, Limit: in.Limit,
	})
	if err != nil {
		return nil, aboutPermission(err)
	}
	on := ""
	if next.ID != "" {
		on = string(next.Kind) + ":" + next.ID
	}
	shown, err := d.shownHolders(ctx, found)
	if err != nil {
		return nil, err
	}
	return pageOf(d, c, shown, on, func(h wire.Holder) wire.Holder { return h })
}

// shownHolders are the holders with the addresses of the people among them.
func (d *Door) shownHolders(ctx context.Context, found []access.Holder) ([]wire.Holder, error) {
	var people []id.User
	for _, h := range found {
		if h.Principal.Kind == access.User {
			people = append(people, id.User(h.Principal.ID))
		}
	}
	named, err := d.Identity.Standings(ctx, people)
	if err != nil {
		return nil, err
	}
	shown := make([]wire.Holder, len(found))
	for i, h := range found {
		shown[i] = wire.OfHolder(h)
		shown[i].Principal.Email = named[id.User(h.Principal.ID)].Email
	}
	return shown, nil
}
