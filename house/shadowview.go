package house

import (
	"context"
	"slices"
	"time"

	"gatehouse/access"
	"gatehouse/proxy"
	"gatehouse/wire"
)

// mostShadowed bounds how many requests are told one by one.
const mostShadowed = 200

// Shadowed is what routes in the shadow let through since then and would not have, of one route or,
// for "", of all: as the log of this process has it. All of these are written down there, of what
// else was allowed a part.
func (h *House) Shadowed(ctx context.Context, since time.Time, route string) (wire.Shadowed, error) {
	return h.decided(ctx, since, func(e *proxy.Entry) bool { return e.Shadow && (route == "" || e.Route == route) })
}

// GateRefusals is what the gate did not let through since then, of one route or, for "", of all: as the
// log of this process has it. Who asked too often was not decided about, and is not in there.
func (h *House) GateRefusals(ctx context.Context, since time.Time, route string) (wire.Shadowed, error) {
	return h.decided(ctx, since, func(e *proxy.Entry) bool { return !e.Shadow && e.Code != "" && (route == "" || e.Route == route) })
}

// let are the decisions by which a request goes through, where nothing else is wrong with it.
var let = []string{"allow", "own", "filter", "public"}

// cameTo is what became of the request of a decision: who may, and sent what nobody can read, came to
// an error.
func cameTo(e *proxy.Entry) string {
	if !e.Shadow && e.Code != "" && slices.Contains(let, e.Decision) {
		return "error"
	}
	return e.Decision
}

// decided is what the log of this process has of the decisions that wanted picks.
func (h *House) decided(ctx context.Context, since time.Time, wanted func(e *proxy.Entry) bool) (wire.Shadowed, error) {
	told := wire.Shadowed{Recorded: h.Decisions != nil, Outcomes: map[string]int{}, Requests: []wire.ShadowRequest{}}
	if !told.Recorded {
		return told, nil
	}
	_, err := recentDecisions(h.Config.Gate.Decisions.File, since, func(e *proxy.Entry) error {
		if e.At.Before(since) {
			return nil
		}
		if told.Since.IsZero() {
			told.Since = e.At
		}
		if !wanted(e) {
			return ctx.Err()
		}
		told.Count++
		told.Outcomes[cameTo(e)]++
		if told.Requests = append(told.Requests, shadowRequest(e)); len(told.Requests) == 2*mostShadowed {
			told.Requests = slices.Delete(told.Requests, 0, mostShadowed)
		}
		return ctx.Err()
	})
	if err != nil {
		return wire.Shadowed{}, err
	}
	slices.Reverse(told.Requests)
	told.Requests = told.Requests[:min(len(told.Requests), mostShadowed)]
	return told, nil
}

func shadowRequest(e *proxy.Entry) wire.ShadowRequest {
	return wire.ShadowRequest{
		At: e.At, ID: e.ID, Route: e.Route, Subject: wire.Subject{Kind: access.Kind(e.Kind), ID: e.Subject}, Method: e.Method, Host: e.Host, Path: e.Path,
		Decision: cameTo(e), Code: e.Code, Reason: e.Reason, Permission: e.Perm,
	}
}
