package storetest

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"gatehouse/fault"
	"gatehouse/gate"
	"gatehouse/store"
)

func testRoutes(t *testing.T, s *store.Store) {
	ctx := t.Context()
	route := gate.Record{Object: gate.Object{ID: "orders", Route: &gate.RouteSpec{
		Match:     gate.MatchSpec{Hosts: []string{"api.test"}, Paths: []string{"/orders/{id}"}, Methods: []string{"GET"}},
		Authorize: gate.AuthorizeSpec{API: "shop", Permissions: map[string]string{"GET": "orders:read"}, Condition: `client == "“web”"`},
		Upstream:  "orders",
		Tests:     []gate.TestSpec{{Do: "GET /orders/1", Resource: map[string]any{"total": 1.5, "paid": true, "tags": []any{"a"}}, Expect: "allow"}},
	}}, Created: now, Updated: now, Rev: 1}
	upstream := gate.Record{Object: gate.Object{ID: "orders", Upstream: &gate.UpstreamSpec{Targets: []string{"http://127.0.0.1:9"}}}, Created: now, Updated: now, Rev: 1}
	ok(t, s.InsertRoute(ctx, route))
	ok(t, s.InsertRoutes(ctx, []gate.Record{upstream}))
	read := func() []gate.Record {
		t.Helper()
		all := must[[]gate.Record](t)(s.Routes(ctx))
		slices.SortFunc(all, func(a, b gate.Record) int { return cmp.Compare(a.Kind(), b.Kind()) })
		return all
	}
	same(t, read(), []gate.Record{route, upstream})
	err := s.InsertRoute(ctx, upstream)
	refused(t, err, fault.Conflict)
	same(t, fault.CodeOf(err), "gate.exists")

	changed := upstream
	changed.Upstream, changed.Updated = &gate.UpstreamSpec{Targets: []string{"http://127.0.0.1:10"}}, now.Add(time.Hour)
	ok(t, s.UpdateRoute(ctx, changed))
	refused(t, s.UpdateRoute(ctx, changed), fault.Conflict)
	changed.Rev = 2
	same(t, read(), []gate.Record{route, changed})
	ok(t, s.DeleteRoute(ctx, gate.KindRoute, "orders"))
	missing(t, s.DeleteRoute(ctx, gate.KindRoute, "orders"))
	same(t, read(), []gate.Record{changed})

	before := must[map[string]int64](t)(s.Versions(ctx))[gate.VersionRoutes]
	same(t, must[int64](t)(s.RaiseRoutes(ctx)), before+1)
}
