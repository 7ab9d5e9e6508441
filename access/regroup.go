package access

import (
	"context"
	"time"
)

// regroups puts before the giver what conditions make of the groups of a member that come
// to be others, until an end: nobody knows what an expression says, so whatever asks for
// them and reaches the member, but by memberships that are to go, may come to allow, or no
// longer deny. Where the member is a group, it is about all who are in it.
func (s *Service) regroups(ctx context.Context, g *giver, member Subject, until time.Time, but ...Membership) error {
	if g.spared(ctx) {
		return nil
	}
	if err := g.load(ctx); err != nil || g.spared(ctx) {
		return err
	}
	if !member.Kind.acts() {
		return s.regroupsAll(ctx, g, member, until, but)
	}
	r, err := s.reach(ctx, member, until, g.now, but...)
	if err != nil {
		return err
	}
	for _, one := range r.grants {
		if c := conditionIn(one.Grant); c != nil && c.readings().groups {
			if err := g.hands(ctx, handed{r.means(one.grant), one.Org, moment(one.until)}); err != nil {
				return err
			}
		}
	}
	return nil
}

// regroupsAll is regroups of whoever is in a group.
func (s *Service) regroupsAll(ctx context.Context, g *giver, group Subject, until time.Time, but []Membership) error {
	k, err := s.known(ctx)
	if err != nil {
		return err
	}
	inside := map[Subject]map[Subject]bool{}
	within := func(of Subject) (all map[Subject]bool, err error) {
		if all = inside[of]; all == nil {
			all, err = s.actorsIn(ctx, of, g.now, but)
			inside[of] = all
		}
		return all, err
	}
	return s.eachLiving(ctx, Likeness{Condition: true}, g.now, func(one *GrantRecord) error {
		if !conditionIn(&one.Grant).readings().groups {
			return nil
		}
		changed, err := within(group)
		if err != nil || len(changed) == 0 {
			return err
		}
		reached, err := within(one.Subject)
		if err != nil || !meet(changed, reached) {
			return err
		}
		h := k.handedBy(one)
		h.until = moment(min(ending(h.until), ending(until)))
		return g.hands(ctx, h)
	})
}

// speaksAs puts before the giver what conditions give to, or deny, who comes by way of a
// client that they name: whoever has that client has it come true.
func (s *Service) speaksAs(ctx context.Context, g *giver, client string) error {
	if err := g.load(ctx); err != nil || g.spared(ctx) {
		return err
	}
	k, err := s.known(ctx)
	if err != nil {
		return err
	}
	return s.eachLiving(ctx, Likeness{Condition: true}, g.now, func(one *GrantRecord) error {
		if !conditionIn(&one.Grant).readings().client(client) {
			return nil
		}
		return g.hands(ctx, k.handedBy(one))
	})
}

// conditionIn returns the condition of a grant, nil for none.
func conditionIn(g *Grant) *condition {
	if g.Where.Place != Condition {
		return nil
	}
	return conditionOf(g.Where.Expression)
}

// actorsIn returns who is in a subject that acts, now or later: themselves, or the
// members of a group or an organisation, those of groups within it too, but by
// memberships that are to go.
func (s *Service) actorsIn(ctx context.Context, of Subject, now time.Time, but []Membership) (map[Subject]bool, error) {
	all, seen := map[Subject]bool{}, map[Subject]bool{of: true}
	for todo := []Subject{of}; len(todo) > 0; todo = todo[1:] {
		if todo[0].Kind.acts() {
			all[todo[0]] = true
			continue
		}
		for m, err := range s.everyMember(ctx, todo[0]) {
			if err != nil {
				return nil, err
			}
			if over := !m.ExpiresAt.IsZero() && !now.Before(m.ExpiresAt); !over && !seen[m.Member] && !leads(but, m.Member, m.Of) {
				seen[m.Member] = true
				todo = append(todo, m.Member)
			}
		}
	}
	return all, nil
}

// meet reports whether somebody is in both.
func meet(a, b map[Subject]bool) bool {
	if len(b) < len(a) {
		a, b = b, a
	}
	for who := range a {
		if b[who] {
			return true
		}
	}
	return false
}
