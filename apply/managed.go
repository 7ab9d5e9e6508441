package apply

import (
	"context"
	"slices"
	"time"

	"gatehouse/access"
)

const managedPage = 5000

func (p *planner) readManaged(ctx context.Context) error {
	for after := (access.Managed{}); ; {
		list, err := p.s.Store.ManagedAfter(ctx, after, managedPage)
		if err != nil {
			return err
		}
		for _, m := range list {
			p.managed[key{Kind(m.Kind), m.Name}] = m
		}
		if len(list) < managedPage {
			return nil
		}
		after = list[len(list)-1]
	}
}

// owner is the set that manages what was made then, "" for none.
func (p *planner) owner(k key, made time.Time) string {
	if m, ok := p.managed[k]; ok && m.Made.Equal(made) {
		return m.Set
	}
	return ""
}

// manage notes that the set manages what was made then.
func (p *planner) manage(k key, made time.Time) {
	if p.owner(k, made) != p.set.Name {
		p.plan.put = append(p.plan.put, access.Managed{Kind: string(k.kind), Name: k.name, Made: made, Set: p.set.Name})
	}
}

// left lists what the set made of a kind and names no more, in order. What is not there
// any more is forgotten.
func (p *planner) left(kind Kind, made func(name string) (time.Time, bool)) (names []string) {
	for k, m := range p.managed {
		if k.kind != kind || m.Set != p.set.Name || p.names(k) {
			continue
		}
		if at, there := made(k.name); !there || !at.Equal(m.Made) {
			p.plan.drop = append(p.plan.drop, m)
		} else if p.o.Prune {
			names = append(names, k.name)
		}
	}
	slices.Sort(names)
	return names
}
