package demo

import (
	"context"
	"slices"
	"testing"

	"gatehouse/config"
	"gatehouse/fault"
	"gatehouse/gate"
	"gatehouse/house"
)

// The routes are in the database, where whoever tries the demo changes them. What they changed and
// deleted stays so at later starts, and leads to the shop wherever that listens by then.
func TestTheDemoKeepsWhatWasMadeOfItsRoutes(t *testing.T) {
	t.Parallel()
	h, s := testHouse(t), &Seeded{}
	if err := seedPolicy(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	startsAt(t, h, s, "127.0.0.1:9001")
	orders := kept(t, h, gate.KindRoute, "orders")
	orders.Route.Public, orders.Route.Authorize = true, gate.AuthorizeSpec{}
	if _, err := h.Gate.Update(t.Context(), actor, orders, 0); err != nil {
		t.Fatal(err)
	}
	if err := h.Gate.Delete(t.Context(), actor, gate.KindRoute, "products", 0); err != nil {
		t.Fatal(err)
	}
	mine := gate.Object{ID: "mine", Upstream: &gate.UpstreamSpec{Targets: []string{"http://127.0.0.1:9001", "http://127.0.0.1:9999"}}}
	if _, err := h.Gate.Create(t.Context(), actor, mine); err != nil {
		t.Fatal(err)
	}

	startsAt(t, h, s, "127.0.0.1:9002")
	if got := kept(t, h, gate.KindRoute, "orders"); !got.Route.Public {
		t.Errorf("the route that was changed is %+v", got.Route)
	}
	if _, err := h.Gate.Get(t.Context(), gate.KindRoute, "products"); !fault.Is(err, fault.NotFound) {
		t.Errorf("the route that was deleted: %v", err)
	}
	if got := kept(t, h, gate.KindUpstream, "shop").Upstream.Targets; !slices.Equal(got, []string{"http://127.0.0.1:9002"}) {
		t.Errorf("the shop is looked for at %v", got)
	}
	if got := kept(t, h, gate.KindUpstream, "mine").Upstream.Targets; !slices.Equal(got, []string{"http://127.0.0.1:9002", "http://127.0.0.1:9999"}) {
		t.Errorf("another upstream leads to %v", got)
	}
}

// A first start that was stopped amid the routes is gone on with, and one that forgot where the
// shop was leads there again.
func TestTheDemoGoesOnWithItsRoutes(t *testing.T) {
	t.Parallel()
	h, s := testHouse(t), &Seeded{}
	if err := seedPolicy(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	startsAt(t, h, s, "127.0.0.1:9001")
	if err := h.Gate.Delete(t.Context(), actor, gate.KindRoute, "storefront", 0); err != nil {
		t.Fatal(err)
	}
	s.Shop = ""
	startsAt(t, h, s, "127.0.0.1:9002")
	kept(t, h, gate.KindRoute, "storefront")
	if got := kept(t, h, gate.KindUpstream, "shop").Upstream.Targets; !slices.Equal(got, []string{"http://127.0.0.1:9002"}) {
		t.Errorf("the shop is looked for at %v", got)
	}
}

// A gate that somebody configured is theirs: the demo brings none, and gives it nothing.
func TestTheDemoLeavesAGateThatIsConfigured(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		with   func(*config.Config)
		listen string
		gated  bool
	}{
		"none":       {func(*config.Config) {}, "127.0.0.1:8082", true},
		"none asked": {func(*config.Config) {}, "", false},
		"their own":  {func(c *config.Config) { c.Gate.Listen = "127.0.0.1:1" }, "127.0.0.1:8082", false},
		"files":      {func(c *config.Config) { c.Gate.Listen, c.Gate.Routes = "127.0.0.1:1", "routes" }, "127.0.0.1:8082", false},
	} {
		before := config.Default()
		c.with(&before)
		after, gated := withGate(before, c.listen)
		if gated != c.gated || (len(after.Gate.UpstreamNetworks) > 0) != c.gated || (after.Gate.Decisions.File != "") != c.gated {
			t.Errorf("%s: the gate is the demo's: %t, and is %+v", name, gated, after.Gate)
		}
	}
}

func startsAt(t *testing.T, h *house.House, s *Seeded, shop string) {
	t.Helper()
	if err := seedRoutes(t.Context(), h, s, shop); err != nil {
		t.Fatalf("start with the shop at %s: %v", shop, err)
	}
}

func kept(t *testing.T, h *house.House, kind, name string) gate.Object {
	t.Helper()
	r, err := h.Gate.Get(context.Background(), kind, name)
	if err != nil {
		t.Fatalf("%s %s: %v", kind, name, err)
	}
	return r.Object
}
