package admin

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"gatehouse/audit"
	"gatehouse/gate"
)

// gate adds the routes of what stands before protected APIs, where that is kept here and
// not in files.
func (d *Door) gate() {
	const routes, upstreams = "/gate/routes", "/gate/upstreams"
	add(d, Route{Method: http.MethodGet, Path: routes, ID: "listGateRoutes", Permission: "routes:read", Summary: "List the routes of the gate that are kept here, and not in files"}, d.listGateRoutes)
	addLooked(d, Route{Method: http.MethodPost, Path: routes, ID: "createGateRoute", Permission: "routes:write", Summary: "Add a route, if all routes can be used together and pass their tests", Status: http.StatusCreated}, d.lookAtGateRoute, d.createGateRoute)
	route := ofGate(routes+"/{part}", gate.AuditRoute)
	add(d, route(Route{Method: http.MethodGet, ID: "getGateRoute", Permission: "routes:read", Summary: "See a route"}), d.getGateRoute)
	add(d, route(Route{Method: http.MethodPut, ID: "replaceGateRoute", Permission: "routes:write", Summary: "Change what a route says, for all of it, if all routes can be used together and pass their tests", Guarded: true}), d.replaceGateRoute)
	add(d, route(Route{Method: http.MethodDelete, ID: "deleteGateRoute", Permission: "routes:write", Summary: "Delete a route", Guarded: true}), d.deleteGateRoute)

	add(d, Route{Method: http.MethodGet, Path: upstreams, ID: "listGateUpstreams", Permission: "routes:read", Summary: "List the upstreams of the gate that are kept here, and not in files"}, d.listGateUpstreams)
	addLooked(d, Route{Method: http.MethodPost, Path: upstreams, ID: "createGateUpstream", Permission: "routes:write", Summary: "Add an upstream within gate.upstream_networks", Status: http.StatusCreated}, d.lookAtGateUpstream, d.createGateUpstream)
	upstream := ofGate(upstreams+"/{part}", gate.AuditUpstream)
	add(d, upstream(Route{Method: http.MethodGet, ID: "getGateUpstream", Permission: "routes:read", Summary: "See an upstream"}), d.getGateUpstream)
	add(d, upstream(Route{Method: http.MethodPut, ID: "replaceGateUpstream", Permission: "routes:write", Summary: "Change what an upstream says, for all of it", Guarded: true}), d.replaceGateUpstream)
	add(d, upstream(Route{Method: http.MethodDelete, ID: "deleteGateUpstream", Permission: "routes:write", Summary: "Delete an upstream to which no route leads", Guarded: true}), d.deleteGateUpstream)

	d.edges()
}

func ofGate(path string, kind audit.Kind) func(Route) Route {
	return func(rt Route) Route {
		rt.Path, rt.Kind, rt.Param = path, kind, "part"
		return rt
	}
}

// GatePath names a part of the gate.
type GatePath struct {
	Part string `path:"part" maxLength:"64" doc:"The id"`
}

type partOfGateIn struct {
	GatePath
	Partial
}

// GateRoute is a route of the gate.
type GateRoute struct {
	ID      string         `json:"id" maxLength:"64"`
	Spec    gate.RouteSpec `json:"spec" doc:"What docs/gate.md says of a Route"`
	Created time.Time      `json:"created"`
	Updated time.Time      `json:"updated"`
}

// GateRouteCreate is what a route is made with.
type GateRouteCreate struct {
	ID   string         `json:"id" maxLength:"64"`
	Spec gate.RouteSpec `json:"spec" doc:"What docs/gate.md says of a Route"`
}

// GateRouteSpec is what a route says from now on.
type GateRouteSpec struct {
	Spec gate.RouteSpec `json:"spec" doc:"What docs/gate.md says of a Route"`
}

// GateUpstream is an upstream of the gate.
type GateUpstream struct {
	ID      string            `json:"id" maxLength:"64"`
	Spec    gate.UpstreamSpec `json:"spec" doc:"What docs/gate.md says of an Upstream"`
	Created time.Time         `json:"created"`
	Updated time.Time         `json:"updated"`
}

// GateUpstreamCreate is what an upstream is made with.
type GateUpstreamCreate struct {
	ID   string            `json:"id" maxLength:"64"`
	Spec gate.UpstreamSpec `json:"spec" doc:"What docs/gate.md says of an Upstream"`
}

// GateUpstreamSpec is what an upstream says from now on.
type GateUpstreamSpec struct {
	Spec gate.UpstreamSpec `json:"spec" doc:"What docs/gate.md says of an Upstream"`
}

type newGateRouteIn struct{ Body GateRouteCreate }

type gateRouteIn struct {
	GatePath
	Body GateRouteSpec
}

type newGateUpstreamIn struct{ Body GateUpstreamCreate }

type gateUpstreamIn struct {
	GatePath
	Body GateUpstreamSpec
}

func ofGateRoute(r gate.Record) GateRoute { return GateRoute{r.ID, *r.Route, r.Created, r.Updated} }

func ofGateUpstream(r gate.Record) GateUpstream {
	return GateUpstream{r.ID, *r.Upstream, r.Created, r.Updated}
}

func (d *Door) listGateRoutes(ctx context.Context, c *Call, in *Ordered) (*Page[GateRoute], error) {
	return listGate(ctx, d, c, in, gate.KindRoute, ofGateRoute, func(r gate.Record) string {
		return strings.Join(slices.Concat(r.Route.Match.Hosts, r.Route.Match.Paths), " ")
	})
}

func (d *Door) listGateUpstreams(ctx context.Context, c *Call, in *Ordered) (*Page[GateUpstream], error) {
	return listGate(ctx, d, c, in, gate.KindUpstream, ofGateUpstream, func(r gate.Record) string { return strings.Join(r.Upstream.Targets, " ") })
}

// listGate is a page of a kind; a search finds where each lies, too.
func listGate[W any](ctx context.Context, d *Door, c *Call, in *Ordered, kind string, shape func(gate.Record) W, at func(gate.Record) string) (*Page[W], error) {
	all, err := d.Gate.List(ctx, kind)
	if err != nil {
		return nil, err
	}
	return orderedOf(d, c, in, all, ordering[gate.Record, W]{
		id: func(r gate.Record) string { return r.ID }, created: func(r gate.Record) time.Time { return r.Created }, called: at, shape: shape,
	})
}

func (in *newGateRouteIn) object() gate.Object {
	return gate.Object{ID: in.Body.ID, Route: &in.Body.Spec}
}

func (d *Door) lookAtGateRoute(ctx context.Context, _ *Call, in *newGateRouteIn) (*gate.Looked, error) {
	return d.Gate.Look(ctx, in.object()), nil // which a repeat may not hear of
}

func (d *Door) createGateRoute(ctx context.Context, c *Call, in *newGateRouteIn, found *gate.Looked) (*Made[GateRoute], error) {
	r, err := d.Gate.CreateLooked(ctx, c.By, in.object(), found)
	if err != nil {
		return nil, err
	}
	return &Made[GateRoute]{Location: below("/gate/routes", r.ID), ETag: etag(r.Rev), Body: ofGateRoute(r)}, nil
}

func (in *newGateUpstreamIn) object() gate.Object {
	return gate.Object{ID: in.Body.ID, Upstream: &in.Body.Spec}
}

func (d *Door) lookAtGateUpstream(ctx context.Context, _ *Call, in *newGateUpstreamIn) (*gate.Looked, error) {
	return d.Gate.Look(ctx, in.object()), nil // which a repeat may not hear of
}

func (d *Door) createGateUpstream(ctx context.Context, c *Call, in *newGateUpstreamIn, found *gate.Looked) (*Made[GateUpstream], error) {
	r, err := d.Gate.CreateLooked(ctx, c.By, in.object(), found)
	if err != nil {
		return nil, err
	}
	return &Made[GateUpstream]{Location: below("/gate/upstreams", r.ID), ETag: etag(r.Rev), Body: ofGateUpstream(r)}, nil
}

func (d *Door) getGateRoute(ctx context.Context, _ *Call, in *partOfGateIn) (*One[GateRoute], error) {
	r, err := d.Gate.Get(ctx, gate.KindRoute, in.Part)
	if err != nil {
		return nil, err
	}
	return &One[GateRoute]{ETag: etag(r.Rev), Body: ofGateRoute(r)}, nil
}

func (d *Door) getGateUpstream(ctx context.Context, _ *Call, in *partOfGateIn) (*One[GateUpstream], error) {
	r, err := d.Gate.Get(ctx, gate.KindUpstream, in.Part)
	if err != nil {
		return nil, err
	}
	return &One[GateUpstream]{ETag: etag(r.Rev), Body: ofGateUpstream(r)}, nil
}

func (d *Door) replaceGateRoute(ctx context.Context, c *Call, in *gateRouteIn) (*One[GateRoute], error) {
	r, err := d.replaceGate(ctx, c, gate.Object{ID: in.Part, Route: &in.Body.Spec})
	if err != nil {
		return nil, err
	}
	return &One[GateRoute]{ETag: etag(r.Rev), Body: ofGateRoute(r)}, nil
}

func (d *Door) replaceGateUpstream(ctx context.Context, c *Call, in *gateUpstreamIn) (*One[GateUpstream], error) {
	r, err := d.replaceGate(ctx, c, gate.Object{ID: in.Part, Upstream: &in.Body.Spec})
	if err != nil {
		return nil, err
	}
	return &One[GateUpstream]{ETag: etag(r.Rev), Body: ofGateUpstream(r)}, nil
}

func (d *Door) replaceGate(ctx context.Context, c *Call, o gate.Object) (gate.Record, error) {
	was, err := d.Gate.Get(ctx, o.Kind(), o.ID)
	if err != nil {
		return was, err
	}
	if err := c.Matches(was.Rev); err != nil {
		return was, err
	}
	return d.Gate.Update(ctx, c.By, o, cmp.Or(c.Rev(), was.Rev))
}

func (d *Door) deleteGateRoute(ctx context.Context, c *Call, in *GatePath) (*Nothing, error) {
	return &Nothing{}, d.deleteGate(ctx, c, gate.KindRoute, in.Part)
}

func (d *Door) deleteGateUpstream(ctx context.Context, c *Call, in *GatePath) (*Nothing, error) {
	return &Nothing{}, d.deleteGate(ctx, c, gate.KindUpstream, in.Part)
}

func (d *Door) deleteGate(ctx context.Context, c *Call, kind, name string) error {
	was, err := d.Gate.Get(ctx, kind, name)
	if err != nil {
		return err
	}
	if err := c.Matches(was.Rev); err != nil {
		return err
	}
	return d.Gate.Delete(ctx, c.By, kind, name, was.Rev)
}
