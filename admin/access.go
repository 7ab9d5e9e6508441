package admin

import (
	"context"
	"net/http"
	"strings"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/caller"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/proof"
	"gatehouse/wire"
)

// access adds the routes of what somebody holds, and of who holds something. Whoever has the
// permission for some groups, or within an organisation, is told of those who are in these
// (circle.go), by the grants that they see, and that it is a part: by others more may be held,
// or denied.
func (d *Door) access() {
	of := Route{Method: http.MethodGet, Permission: "grants:read", Kind: audit.KindUser, Param: "user", Filtered: true}
	held, check := of, of
	held.Path, held.ID, held.Summary = "/users/{user}/access", "listUserAccess", "List what a person holds, with every grant that is about it and how it reaches them"
	check.Path, check.ID, check.Summary = "/users/{user}/access/check", "checkUserAccess", "Tell whether a person may do something, until when, and why"
	add(d, held, d.listUserAccess)
	add(d, check, d.checkUserAccess)
	add(d, Route{Method: http.MethodGet, Path: "/permissions/holders", ID: "listHolders", Permission: "grants:read", Summary: "List everybody who may do something, by which grant, and until when", Heavy: true, Filtered: true}, d.listHolders)
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
	who, err := d.reached(ctx, c, in.id())
	if err != nil {
		return nil, err
	}
	if err := d.stands(ctx, c, &in.Standpoint); err != nil {
		return nil, err
	}
	at := in.moment()
	found, next, err := d.Access.Holdings(ctx, access.Holdings{Who: who, Org: in.Org, At: at, After: after, Limit: in.Limit, By: c.seesGrant()})
	if err != nil {
		return nil, err
	}
	return pageOf(d, c, found, next, func(h access.Holding) wire.Explanation {
		return c.explained(&access.Question{Principal: who, Permission: h.Permission, Now: at}, h.Explanation)
	})
}

// reached is somebody whom the caller reaches, as the policy has them; NotFound for nobody.
func (d *Door) reached(ctx context.Context, c *Call, user id.User) (access.Subject, error) {
	if err := c.reachWho(user); err != nil {
		return access.Subject{}, err
	}
	u, err := d.Identity.User(ctx, user)
	return person(u.ID), err
}

// explained is an answer as the caller may see it. Who sees a part does not hear why there
// are locks, nor of groups on a way that are not theirs.
func (c *Call) explained(q *access.Question, e access.Explanation) wire.Explanation {
	shown := wire.OfExplanation(q, e)
	if c.within == nil {
		return shown
	}
	shown.Partial = true
	for i := range shown.Locks {
		shown.Locks[i].Reason = ""
	}
	for i := range shown.Grants {
		shown.Grants[i].Path = c.way(shown.Grants[i].Path)
	}
	return shown
}

// way is the part of a way that the caller sees, and its end, which is whom the grant is for.
func (c *Call) way(path []wire.Subject) []wire.Subject {
	last := len(path) - 1
	seen := path[:0]
	for i, of := range path {
		on := caller.On{Resource: of.ID}
		if of.Kind == access.Organisation {
			on = caller.On{Org: of.ID}
		}
		if i == last || c.Sees(on) {
			seen = append(seen, of)
		}
	}
	return seen
}

type checkAccessIn struct {
	UserPath
	Standpoint
	Permission string `query:"permission" required:"true" maxLength:"192" doc:"What they would do, such as shop/orders:read"`
	Thing      string `query:"thing" maxLength:"200" doc:"With the thing of this id; absent: nothing is known of it"`
	ACR        string `query:"acr" enum:"aal1,aal2" default:"aal1" doc:"How strongly they are proved, just now"`
}

func (d *Door) checkUserAccess(ctx context.Context, c *Call, in *checkAccessIn) (*One[wire.Explanation], error) {
	who, err := d.reached(ctx, c, in.id())
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
	e, err := d.Access.ExplainTo(ctx, q, c.seesGrant())
	if err != nil {
		return nil, aboutPermission(err)
	}
	return &One[wire.Explanation]{Body: c.explained(q, e)}, nil
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
	r := access.Reach{
		Permission: in.Permission, Org: in.Org, Thing: in.Thing, At: in.At, After: access.Subject{Kind: access.Kind(kind), ID: name}, Limit: in.Limit,
	}
	if c.within != nil {
		r.Who, r.By, r.Circles = c.seesWho, c.seesGrant(), c.circles()
	}
	found, next, err := d.Access.Holders(ctx, r)
	if err != nil {
		return nil, aboutPermission(err)
	}
	on := ""
	if next.ID != "" {
		on = string(next.Kind) + ":" + next.ID
	}
	shown, err := d.shownHolders(ctx, c, found)
	if err != nil {
		return nil, err
	}
	return pageOf(d, c, shown, on, func(h wire.Holder) wire.Holder {
		if c.within != nil {
			h.Partial, h.Path = true, c.way(h.Path)
		}
		return h
	})
}

// shownHolders are the holders with the addresses of the people among them, and whether these
// have a second factor.
func (d *Door) shownHolders(ctx context.Context, c *Call, found []access.Holder) ([]wire.Holder, error) {
	shown, people := make([]wire.Holder, len(found)), []id.User(nil)
	for i, h := range found {
		if shown[i] = wire.OfHolder(h); h.Principal.Kind == access.User {
			people = append(people, id.User(h.Principal.ID))
		}
	}
	named, err := d.Identity.Standings(ctx, c.known(people))
	if err != nil {
		return nil, err
	}
	for i := range shown {
		if st, ok := named[id.User(shown[i].Principal.ID)]; ok && shown[i].Principal.Kind == access.User {
			has := len(st.Second) > 0
			shown[i].Principal.Email, shown[i].SecondFactor = st.Email, &has
		}
	}
	return shown, nil
}
