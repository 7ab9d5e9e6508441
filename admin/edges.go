package admin

import (
	"context"
	"net/http"
	"time"

	"gatehouse/gate"
)

// edges adds the routes of other proxies that ask the gate.
func (d *Door) edges() {
	const edges = "/gate/edges"
	add(d, Route{Method: http.MethodGet, Path: edges, ID: "listGateEdges", Permission: "routes:read", Summary: "List the proxies that ask the gate, where they are kept here, and not in files"}, d.listGateEdges)
	addLooked(d, Route{Method: http.MethodPost, Path: edges, ID: "createGateEdge", Permission: "routes:write", Summary: "Add a proxy that asks the gate, by what it shows for itself: hashes of its secrets, or certificates", Status: http.StatusCreated}, d.lookAtGateEdge, d.createGateEdge)
	edge := ofGate(edges+"/{part}", gate.AuditEdge)
	add(d, edge(Route{Method: http.MethodGet, ID: "getGateEdge", Permission: "routes:read", Summary: "See a proxy that asks the gate"}), d.getGateEdge)
	add(d, edge(Route{Method: http.MethodPut, ID: "replaceGateEdge", Permission: "routes:write", Summary: "Change what is said of a proxy that asks the gate, for all of it", Guarded: true}), d.replaceGateEdge)
	add(d, edge(Route{Method: http.MethodDelete, ID: "deleteGateEdge", Permission: "routes:write", Summary: "Delete a proxy that asks the gate, and that no route needs", Guarded: true}), d.deleteGateEdge)
}

// GateEdge is another proxy that asks the gate.
type GateEdge struct {
	ID      string        `json:"id" maxLength:"64"`
	Spec    gate.EdgeSpec `json:"spec" doc:"What docs/gate.md says of an Edge"`
	Created time.Time     `json:"created"`
	Updated time.Time     `json:"updated"`
}

// GateEdgeCreate is what an edge is made with.
type GateEdgeCreate struct {
	ID   string        `json:"id" maxLength:"64"`
	Spec gate.EdgeSpec `json:"spec" doc:"What docs/gate.md says of an Edge, but for files of the server"`
}

// GateEdgeSpec is what is said of an edge from now on.
type GateEdgeSpec struct {
	Spec gate.EdgeSpec `json:"spec" doc:"What docs/gate.md says of an Edge, but for files of the server"`
}

type newGateEdgeIn struct{ Body GateEdgeCreate }

type gateEdgeIn struct {
	GatePath
	Body GateEdgeSpec
}

func ofGateEdge(r gate.Record) GateEdge { return GateEdge{r.ID, *r.Edge, r.Created, r.Updated} }

func (d *Door) listGateEdges(ctx context.Context, c *Call, in *Ordered) (*Page[GateEdge], error) {
	return listGate(ctx, d, c, in, gate.KindEdge, ofGateEdge, nil)
}

func (in *newGateEdgeIn) object() gate.Object {
	return gate.Object{ID: in.Body.ID, Edge: &in.Body.Spec}
}

func (d *Door) lookAtGateEdge(ctx context.Context, _ *Call, in *newGateEdgeIn) (*gate.Looked, error) {
	return d.Gate.Look(ctx, in.object()), nil // which a repeat may not hear of
}

func (d *Door) createGateEdge(ctx context.Context, c *Call, in *newGateEdgeIn, found *gate.Looked) (*Made[GateEdge], error) {
	r, err := d.Gate.CreateLooked(ctx, c.By, in.object(), found)
	if err != nil {
		return nil, err
	}
	return &Made[GateEdge]{Location: below("/gate/edges", r.ID), ETag: etag(r.Rev), Body: ofGateEdge(r)}, nil
}

func (d *Door) getGateEdge(ctx context.Context, _ *Call, in *partOfGateIn) (*One[GateEdge], error) {
	r, err := d.Gate.Get(ctx, gate.KindEdge, in.Part)
	if err != nil {
		return nil, err
	}
	return &One[GateEdge]{ETag: etag(r.Rev), Body: ofGateEdge(r)}, nil
}

func (d *Door) replaceGateEdge(ctx context.Context, c *Call, in *gateEdgeIn) (*One[GateEdge], error) {
	r, err := d.replaceGate(ctx, c, gate.Object{ID: in.Part, Edge: &in.Body.Spec})
	if err != nil {
		return nil, err
	}
	return &One[GateEdge]{ETag: etag(r.Rev), Body: ofGateEdge(r)}, nil
}

func (d *Door) deleteGateEdge(ctx context.Context, c *Call, in *GatePath) (*Nothing, error) {
	return &Nothing{}, d.deleteGate(ctx, c, gate.KindEdge, in.Part)
}
