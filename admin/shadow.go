package admin

import (
	"context"
	"net/http"
	"slices"
	"time"

	"gatehouse/wire"
)

// shadow adds what routes in the shadow let through, and what the gate refused. It tells who was
// where, as a replay does, and so takes the same.
func (d *Door) shadow() {
	add(d, Route{
		Method: http.MethodGet, Path: "/gate/shadow", ID: "getShadowDecisions", Permission: "grants:read", Heavy: true,
		Summary: "See the requests that routes in the shadow let through and would not have, as far as the server that answers has written them down",
	}, d.getShadowDecisions)
	add(d, Route{
		Method: http.MethodGet, Path: "/gate/refusals", ID: "getGateRefusals", Permission: "grants:read", Heavy: true,
		Summary: "See the requests that the gate did not let through, as far as the server that answers has written them down",
	}, d.getGateRefusals)
}

type shadowIn struct {
	Route string `query:"route" maxLength:"64" doc:"Of this route alone"`
	Hours int    `query:"hours" minimum:"1" maximum:"720" default:"24" doc:"How far back. Of a long log, the latest 64 MiB are looked at"`
}

// written is what a log has of the decisions since then, of a route or of all.
type written func(ctx context.Context, since time.Time, route string) (wire.Shadowed, error)

func (d *Door) getShadowDecisions(ctx context.Context, _ *Call, in *shadowIn) (*One[wire.Shadowed], error) {
	return d.writtenOf(ctx, in, d.Gateway.Shadowed)
}

func (d *Door) getGateRefusals(ctx context.Context, _ *Call, in *shadowIn) (*One[wire.Shadowed], error) {
	return d.writtenOf(ctx, in, d.Gateway.GateRefusals)
}

// writtenOf refuses a route of which nothing is written and that there is not.
func (d *Door) writtenOf(ctx context.Context, in *shadowIn, read written) (*One[wire.Shadowed], error) {
	found, err := read(ctx, time.Now().Add(-time.Duration(in.Hours)*time.Hour), in.Route)
	if err != nil {
		return nil, err
	}
	if in.Route != "" && found.Count == 0 {
		served, err := d.Gateway.ServedRoutes(ctx)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(served, func(r wire.ServedRoute) bool { return r.ID == in.Route }) {
			return nil, noSuch("route")
		}
	}
	return &One[wire.Shadowed]{Body: found}, nil
}
