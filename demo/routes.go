package demo

import (
	"context"
	_ "embed"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"gatehouse/config/manifest"
	"gatehouse/fault"
	"gatehouse/gate"
	"gatehouse/house"
	"gatehouse/house/check"
)

//go:embed routes.yaml
var routesOf string

// seedRoutes writes the routes to the shop at target into the database, at the first start that
// has a gate. Later they belong to whoever tries the demo: what they changed, made or deleted
// stays, and only what leads to the shop follows it.
func seedRoutes(ctx context.Context, h *house.House, s *Seeded, target string) error {
	var err error
	if s.Shop == "" {
		err = createRoutes(ctx, h, target)
	} else {
		err = followShop(ctx, h, s.Shop, target)
	}
	if err != nil {
		return err
	}
	s.Shop = target
	return writeSeeded(filepath.Join(h.Config.DataDir, check.DemoFile), s)
}

// createRoutes makes those that are not there: a start before may have been stopped amid them.
func createRoutes(ctx context.Context, h *house.House, target string) error {
	m, err := manifest.ReadRoutes([]manifest.File{{Name: "routes.yaml", Text: []byte(strings.ReplaceAll(routesOf, "TARGET", target))}})
	if err != nil {
		return fmt.Errorf("read the routes of the demo: %w", err)
	}
	for i := range m.Gate {
		_, err := h.Gate.Create(ctx, actor, m.Gate[i])
		if fault.CodeOf(err) == "gate.exists" && m.Gate[i].Upstream != nil {
			_, err = h.Gate.Update(ctx, actor, m.Gate[i], 0)
		}
		if err != nil && fault.CodeOf(err) != "gate.exists" {
			return err
		}
	}
	return nil
}

// followShop leads what led to the shop where it was to where it is.
func followShop(ctx context.Context, h *house.House, was, is string) error {
	if was == is {
		return nil
	}
	all, err := h.Gate.List(ctx, gate.KindUpstream)
	if err != nil {
		return err
	}
	for i := range all {
		spec := *all[i].Upstream
		spec.Targets = slices.Clone(spec.Targets)
		for n, target := range spec.Targets {
			if target == "http://"+was {
				spec.Targets[n] = "http://" + is
			}
		}
		if slices.Equal(spec.Targets, all[i].Upstream.Targets) {
			continue
		}
		if _, err := h.Gate.Update(ctx, actor, gate.Object{ID: all[i].ID, Upstream: &spec}, 0); err != nil {
			return err
		}
	}
	return nil
}
