package apply

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gatehouse/fault"
	"gatehouse/gate"
)

// kindsOfGate are the kinds that package gate keeps.
var kindsOfGate = []Kind{Upstream, Route, Edge}

func (p *planner) upstreams(ctx context.Context) error { return p.partsOfGate(ctx, Upstream) }

func (p *planner) routes(ctx context.Context) error { return p.partsOfGate(ctx, Route) }

func (p *planner) edges(ctx context.Context) error { return p.partsOfGate(ctx, Edge) }

// partsOfGate makes parts of the gate be as they shall be, one by one. Whether all can be
// used together is looked at when all are there.
func (p *planner) partsOfGate(ctx context.Context, kind Kind) error {
	if len(p.of[kind]) > 0 && p.gate.InFiles {
		return gate.ErrInFiles()
	}
	return p.each(kind, func(i int, name string, _ reading) error {
		was, there, err := found(p.gate.Get(ctx, string(kind), name))
		if err != nil {
			return err
		}
		o := gate.ObjectOf(name, p.set.Objects[i].Spec)
		t := thing{object: i, name: name, says: name, made: was.Created, after: o.Spec()}
		if there {
			t.before = was.Spec()
		}
		t.create = func() (time.Time, error) { made, err := p.gate.Create(ctx, p.by, o); return made.Created, err }
		t.update = func([]FieldChange) (time.Time, error) {
			made, err := p.gate.Update(ctx, p.by, o, 0)
			return made.Created, err
		}
		return p.put(t)
	})
}

func (p *planner) pruneUpstreams(ctx context.Context) error { return p.pruneGate(ctx, Upstream) }

func (p *planner) pruneRoutes(ctx context.Context) error { return p.pruneGate(ctx, Route) }

func (p *planner) pruneEdges(ctx context.Context) error { return p.pruneGate(ctx, Edge) }

func (p *planner) pruneGate(ctx context.Context, kind Kind) error {
	if p.gate.InFiles {
		return nil
	}
	return pruneAll(p, kind,
		func(name string) (gate.Record, error) { return p.gate.Get(ctx, string(kind), name) },
		func(r gate.Record) time.Time { return r.Created },
		func(name string) error { return p.gate.Delete(ctx, p.by, string(kind), name, 0) })
}

// checkGate looks whether all parts of the gate can be used together, if the set changes
// one of them.
func (p *planner) checkGate(ctx context.Context) error {
	changes := false
	for _, c := range p.plan.Changes {
		changes = changes || slices.Contains(kindsOfGate, c.Kind) && c.Action != Adopt
	}
	if !changes || len(p.bad) > 0 {
		return nil
	}
	err := p.gate.Check(ctx)
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || len(f.Fields) == 0 {
		return err
	}
	all, err := p.gate.List(ctx, "")
	if err != nil {
		return err
	}
	for _, one := range f.Fields {
		p.blame(all, one)
	}
	return nil
}

// blame keeps what is wrong with a part of the gate where the set names it.
func (p *planner) blame(all []gate.Record, f fault.Field) {
	n, name, ok := fault.InObject(f.Name)
	if !ok || n >= len(all) {
		p.bad = append(p.bad, f)
		return
	}
	r := &all[n]
	for _, i := range p.of[Kind(r.Kind())] {
		if p.set.Objects[i].ID == r.ID {
			p.bad.add(i, name, "%s", f.Problem)
			return
		}
	}
	p.bad = append(p.bad, fault.Field{Name: "objects", Problem: fmt.Sprintf("%s %s, which the set does not name: %s %s", r.Kind(), r.ID, name, f.Problem)})
}

// exportGate writes what the store keeps of the gate. What files say stands in them.
func (s *Service) exportGate(ctx context.Context, write func(o Object) error) error {
	if s.Gate.InFiles {
		return nil
	}
	for _, kind := range kindsOfGate {
		all, err := s.Gate.List(ctx, string(kind))
		if err := exportAll(all, err, write, kind, func(r gate.Record) string { return r.ID }, func(r gate.Record) any { return r.Spec() }); err != nil {
			return err
		}
	}
	return nil
}
