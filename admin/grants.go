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
	"gatehouse/identity"
	"gatehouse/wire"
)

// grants adds the routes of what somebody was granted or denied. Whoever has a permission
// within one organisation reaches what counts within it, and for some groups alone what
// these are granted.
func (d *Door) grants() {
	const all, one = "/grants", "/grants/{grant}"
	of := func(rt Route) Route {
		rt.Kind, rt.Param, rt.Filtered = access.KindGrant, "grant", true
		return rt
	}
	add(d, Route{Method: http.MethodGet, Path: all, ID: "listGrants", Permission: "grants:read", Summary: "List grants in the order of their ends, or scheduled ones in that of their beginnings", Filtered: true}, d.listGrants)
	add(d, Route{Method: http.MethodPost, Path: all, ID: "createGrant", Permission: "grants:write", Summary: "Give somebody a role or permissions, or deny them", Status: http.StatusCreated, Filtered: true}, d.createGrant)
	add(d, Route{Method: http.MethodPost, Path: all + "/bulk", ID: "createGrants", Permission: "grants:write", Summary: "Make several grants at once, all or none", Status: http.StatusCreated, Filtered: true}, d.createGrants)
	add(d, Route{Method: http.MethodPost, Path: all + "/bulk-revoke", ID: "revokeGrants", Permission: "grants:write", Summary: "End several grants at once, all or none", Filtered: true}, d.revokeGrants)
	add(d, Route{Method: http.MethodGet, Path: all + "/endings", ID: "listGrantEndings", Permission: "grants:read", Summary: "See how many grants end on each day"}, d.grantEndings)
	add(d, of(Route{Method: http.MethodGet, Path: one, ID: "getGrant", Permission: "grants:read", Summary: "See a grant, be it over or not"}), d.getGrant)
	add(d, of(Route{Method: http.MethodPost, Path: one + "/extend", ID: "extendGrant", Permission: "grants:write", Summary: "Make a grant last longer", Revised: true}), d.extendGrant)
	add(d, of(Route{Method: http.MethodPost, Path: one + "/revoke", ID: "revokeGrant", Permission: "grants:write", Summary: "End a grant now; it stays, with the reason", Revised: true}), d.revokeGrant)
}

// toSee is what a grant is about, for who asks to see it: the organisation within which it
// counts, and the group that it is for.
func toSee(g *access.Grant) caller.On {
	on := caller.On{Org: g.Org}
	if g.Subject.Kind == access.Group {
		on.Resource = g.Subject.ID
	}
	return on
}

// toChange is toSee for who changes it. Nothing is denied by who manages a group or an
// organisation alone: to those who are in it it would be denied everywhere, in their tokens.
func toChange(g *access.Grant) caller.On {
	if g.Effect != access.Allow {
		return caller.On{}
	}
	return toSee(g)
}

// reach asks for a grant whether the caller may, by what it is about. What is nil is not
// there: who has the permission for a part hears of it as of what is beyond.
func (c *Call) reach(g *access.GrantRecord, on func(*access.Grant) caller.On) error {
	if g != nil {
		return c.MayOn(c.route.permission(), on(&g.Grant))
	}
	if c.within != nil {
		return c.May(c.route.permission())
	}
	return nil
}

type grantsIn struct {
	Paged
	Named
	Subject    string    `query:"subject" maxLength:"200" pattern:"^(user|service|client|group|organisation):." doc:"Of whom, as KIND:ID, such as group:desk; what they have by groups is not among it"`
	Role       string    `query:"role" maxLength:"64" doc:"Of this role itself"`
	Permission string    `query:"permission" maxLength:"192" doc:"Of this permission by name, such as shop/orders:read; of what has a * as it was granted"`
	Org        string    `query:"org" maxLength:"64" doc:"That count within this organisation"`
	State      string    `query:"state" enum:"active,scheduled,ended" doc:"That count now, begin later, or are over; absent: all that are not over"`
	EndsBefore time.Time `query:"ends_before" doc:"That end before this moment"`
	EndsAfter  time.Time `query:"ends_after" doc:"That end at this moment or after it, or never"`
	CreatedBy  string    `query:"created_by" maxLength:"200" pattern:"^(person|service|client|console|house)(:.+)?$" doc:"That this one made, as it stands in created_by: person:usr_…, service:ci, console"`
	Source     string    `query:"source" enum:"manual,bootstrap,request,apply" doc:"That came about so"`
	Sort       string    `query:"sort" enum:"ends_at,-ends_at,not_before,-not_before" doc:"Their order, with - the opposite one: not_before for those that begin later, ends_at for others. Absent: the next end, or beginning, first; of those that are over the latest"`
}

func (d *Door) listGrants(ctx context.Context, c *Call, in *grantsIn) (*Page[wire.Grant], error) {
	if in.IDs != "" {
		others := grantsIn{Paged: in.Paged, Named: in.Named}
		return d.listGrantsNamed(ctx, c, &in.Named, *in != others)
	}
	f, err := in.filter(c)
	if err != nil {
		return nil, err
	}
	page, err := d.findGrants(ctx, c, f)
	if err == nil && len(page.Body.Items) == 0 {
		err = d.named(ctx, c, &f)
	}
	return page, err
}

// findGrants is the page of those that the caller sees.
func (d *Door) findGrants(ctx context.Context, c *Call, f access.GrantFilter) (*Page[wire.Grant], error) {
	place, err := d.place(c)
	if err != nil {
		return nil, err
	}
	var ok bool
	if f.After, ok = access.ParseGrantCursor(place); !ok {
		return nil, badCursor()
	}
	found, next, err := d.Access.FindGrants(ctx, f, func(g *access.GrantRecord) bool { return c.reach(g, toSee) == nil })
	if err != nil {
		return nil, err
	}
	shown, err := d.shownGrants(ctx, c, found)
	if err != nil {
		return nil, err
	}
	return pageOf(d, c, shown, next.String(), func(g wire.Grant) wire.Grant { return g })
}

// shownGrants are grants with the addresses of the people whom they are for and by whom they
// were made, as far as these are there, for whoever may see people.
func (d *Door) shownGrants(ctx context.Context, c *Call, found []access.GrantRecord) ([]wire.Grant, error) {
	var people []id.User
	for _, g := range found {
		if g.Subject.Kind == access.User {
			people = append(people, id.User(g.Subject.ID))
		}
		if by := madeBy(g.CreatedBy); by != "" {
			people = append(people, by)
		}
	}
	named, err := d.Identity.Standings(ctx, c.known(people))
	if err != nil {
		return nil, err
	}
	return shaped(found, named), nil
}

// shaped are grants as they are written, with the addresses of those who are named.
func shaped(found []access.GrantRecord, named map[id.User]identity.Standing) []wire.Grant {
	shown := make([]wire.Grant, len(found))
	for i, g := range found {
		shown[i] = wire.OfGrant(g)
		if g.Subject.Kind == access.User {
			shown[i].Subject.Email = named[id.User(g.Subject.ID)].Email
		}
		shown[i].CreatedByEmail = named[madeBy(g.CreatedBy)].Email
	}
	return shown
}

// madeBy is the person of whom created_by tells, "" where it was nobody of them.
func madeBy(text string) id.User {
	name, is := strings.CutPrefix(text, string(audit.Person)+":")
	if !is {
		return ""
	}
	return id.UserOf(name)
}

// filter is what the parameters come to.
func (in *grantsIn) filter(c *Call) (access.GrantFilter, error) {
	kind, name, _ := strings.Cut(in.Subject, ":")
	f := access.GrantFilter{
		State: access.GrantState(in.State), Subject: access.Subject{Kind: access.Kind(kind), ID: name}, Role: access.RoleNamed(in.Role),
		Permission: in.Permission, Org: in.Org, EndsBefore: in.EndsBefore, EndsAfter: in.EndsAfter, CreatedBy: in.CreatedBy, Source: access.Source(in.Source), Within: c.within, Limit: in.Limit,
	}
	if err := spelt(&f); err != nil {
		return f, err
	}
	by, backwards := strings.CutPrefix(in.Sort, "-")
	switch {
	case by == "":
		f.Backwards = f.State == access.GrantEnded
	case (by == "not_before") != (f.State == access.GrantScheduled):
		return f, invalid(aParameter+"sort", "must be not_before for state=scheduled, and ends_at for others")
	default:
		f.Backwards = backwards
	}
	return f, nil
}

// GrantPath names a grant.
type GrantPath struct {
	Grant string `path:"grant" maxLength:"64" doc:"The id of the grant, gra_…"`
}

type partOfGrantIn struct {
	GrantPath
	Partial
}

func (d *Door) getGrant(ctx context.Context, c *Call, in *partOfGrantIn) (*One[wire.Grant], error) {
	g, err := d.grant(ctx, c, in.Grant, toSee)
	if err != nil {
		return nil, err
	}
	shown, err := d.shownGrants(ctx, c, []access.GrantRecord{g})
	if err != nil {
		return nil, err
	}
	return &One[wire.Grant]{ETag: etag(g.Rev), Body: shown[0]}, nil
}

func oneGrant(g access.GrantRecord) *One[wire.Grant] {
	return &One[wire.Grant]{ETag: etag(g.Rev), Body: wire.OfGrant(g)}
}

// grant returns a grant that the caller reaches.
func (d *Door) grant(ctx context.Context, c *Call, name string, on func(*access.Grant) caller.On) (access.GrantRecord, error) {
	g, err := d.Access.Grant(ctx, id.GrantOf(name))
	if fault.Is(err, fault.NotFound) {
		if no := c.reach(nil, on); no != nil {
			return g, no
		}
	}
	if err != nil {
		return g, err
	}
	return g, c.reach(&g, on)
}

// onGrant runs f where a grant is one that the caller reaches, and as they saw it.
func (d *Door) onGrant(ctx context.Context, c *Call, name string, f func(ctx context.Context, grant id.Grant) (access.GrantRecord, error)) (out *One[wire.Grant], err error) {
	revision := func(ctx context.Context) (int64, error) { g, err := d.grant(ctx, c, name, toChange); return g.Rev, err }
	err = d.asSeen(ctx, c, revision, func(ctx context.Context) error {
		g, err := f(ctx, id.GrantOf(name))
		out = oneGrant(g)
		return err
	})
	return out, err
}

// GrantExtend is until when a grant lasts.
type GrantExtend struct {
	ExpiresAt time.Time `json:"expires_at" doc:"Later than it ends now"`
}

type extendGrantIn struct {
	GrantPath
	Body GrantExtend
}

func (d *Door) extendGrant(ctx context.Context, c *Call, in *extendGrantIn) (*One[wire.Grant], error) {
	return d.onGrant(ctx, c, in.Grant, func(ctx context.Context, grant id.Grant) (access.GrantRecord, error) {
		return d.Access.Extend(ctx, c.By, grant, in.Body.ExpiresAt)
	})
}

// GrantRevoke is why a grant is ended.
type GrantRevoke struct {
	Reason string `json:"reason" minLength:"1" maxLength:"500" doc:"For whoever asks later"`
}

type revokeGrantIn struct {
	GrantPath
	Body GrantRevoke
}

func (d *Door) revokeGrant(ctx context.Context, c *Call, in *revokeGrantIn) (*One[wire.Grant], error) {
	return d.onGrant(ctx, c, in.Grant, func(ctx context.Context, grant id.Grant) (access.GrantRecord, error) {
		return d.Access.Revoke(ctx, c.By, grant, in.Body.Reason)
	})
}
