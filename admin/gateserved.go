package admin

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"gatehouse/wire"
)

// gateServed adds the routes that list what the gate serves, wherever it comes from: what is in
// files is told nowhere else.
func (d *Door) gateServed() {
	const read = "routes:read"
	add(d, Route{Method: http.MethodGet, Path: "/gate/served", ID: "listServedRoutes", Permission: read, Summary: "List the routes that the gate serves, wherever they come from, with what it decided in the last seven days"}, d.listServedRoutes)
	add(d, Route{Method: http.MethodGet, Path: "/gate/served-upstreams", ID: "listServedUpstreams", Permission: read, Summary: "List the upstreams of the gate, wherever they come from, with the routes that lead to each"}, d.listServedUpstreams)
	add(d, Route{Method: http.MethodGet, Path: "/gate/served-edges", ID: "listServedEdges", Permission: read, Summary: "List the proxies that may ask the gate, wherever they come from, with the routes that each may ask about"}, d.listServedEdges)
}

type servedIn struct {
	Paged
	ID     string `query:"id" maxLength:"128" doc:"The one of this id"`
	Search string `query:"search" maxLength:"128" doc:"Those of which a part of the id, of a host, of a path or of a target begins so, in small letters or capitals; parts stand behind a blank or one of / : . - _ @"`
}

func (d *Door) listServedRoutes(ctx context.Context, c *Call, in *servedIn) (*Page[wire.ServedRoute], error) {
	all, err := d.Gateway.ServedRoutes(ctx)
	if err != nil {
		return nil, err
	}
	return served(d, c, in, all, func(r wire.ServedRoute) string { return r.ID }, func(r wire.ServedRoute) []string { return slices.Concat(r.Hosts, r.Paths) })
}

func (d *Door) listServedUpstreams(_ context.Context, c *Call, in *servedIn) (*Page[wire.ServedUpstream], error) {
	return served(d, c, in, d.Gateway.ServedUpstreams(), func(u wire.ServedUpstream) string { return u.ID }, func(u wire.ServedUpstream) []string { return u.Targets })
}

func (d *Door) listServedEdges(_ context.Context, c *Call, in *servedIn) (*Page[wire.ServedEdge], error) {
	return served(d, c, in, d.Gateway.ServedEdges(), func(e wire.ServedEdge) string { return e.ID }, func(wire.ServedEdge) []string { return nil })
}

// served is a page of what the gate serves, in the order of the ids. at is where each of them lies,
// which a search finds too.
func served[W any](d *Door, c *Call, in *servedIn, all []W, id func(W) string, at func(W) []string) (*Page[W], error) {
	after, err := d.place(c)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(one W) bool {
		return in.ID != "" && id(one) != in.ID || !found(in.Search, id(one)) && !found(in.Search, at(one)...)
	})
	slices.SortFunc(all, func(a, b W) int { return cmp.Compare(id(a), id(b)) })
	page, next := slice(all, after, in.Limit, id)
	return pageOf(d, c, page, next, func(one W) W { return one })
}
