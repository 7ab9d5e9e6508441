package housetest

import (
	"context"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"gatehouse/fault"
	"gatehouse/gate"
	"gatehouse/internal/gatetest"
)

// gateTrail is every change of what stands before protected APIs.
func gateTrail() []audited {
	upstream := func(port int) gate.Object {
		return gate.Object{ID: "app", Upstream: &gate.UpstreamSpec{Targets: []string{fmt.Sprintf("http://127.0.0.1:%d", port)}}}
	}
	create := func(s *scene) error {
		s.House.Gate.Compiler.Reach = gate.Only([]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")})
		_, err := s.House.Gate.Create(context.Background(), gatetest.Console, upstream(9000))
		return err
	}
	made := func(t *testing.T, s *scene) { must(t, create(s)) }
	return []audited{
		{action: gate.ActionRouteCreate, do: changed(func(_ context.Context, s *scene) error { return create(s) })},
		{action: gate.ActionRouteUpdate, prepare: made, do: changed(func(ctx context.Context, s *scene) error {
			_, err := s.House.Gate.Update(ctx, gatetest.Console, upstream(9001), 1)
			return err
		})},
		{action: gate.ActionRouteDelete, prepare: made, do: changed(func(ctx context.Context, s *scene) error {
			return s.House.Gate.Delete(ctx, gatetest.Console, gate.KindUpstream, "app", 1)
		})},
	}
}

func TestAHouseHasABoundedNumberOfRoutes(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	now, all := time.Now(), make([]gate.Record, gate.MaxObjects)
	for i := range all {
		all[i] = gate.Record{Object: gate.Object{ID: fmt.Sprintf("u%d", i), Upstream: &gate.UpstreamSpec{Targets: []string{"http://127.0.0.1:9"}}}, Created: now, Updated: now}
	}
	must(t, g.House.Store.InsertRoutes(t.Context(), all))
	_, err := g.House.Gate.Create(t.Context(), gatetest.Console, gate.Object{ID: "more", Upstream: &gate.UpstreamSpec{Targets: []string{"http://127.0.0.1:9"}}})
	if fault.CodeOf(err) != "gate.full" {
		t.Error(err)
	}
}
