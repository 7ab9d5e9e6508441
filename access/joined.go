package access

import (
	"context"
	"slices"
	"time"
)

// losesBy reports whether a membership may take something from whoever comes in by it:
// by what is denied to what they come into, or to one that it is in, now or later, and
// by what is denied within an organisation that they come into to them or to anything
// that they are in already.
func (s *Service) losesBy(ctx context.Context, m *Membership, now time.Time) (bool, error) {
	into, err := s.above(ctx, m.Of)
	if err != nil {
		return false, err
	}
	for _, of := range into {
		if denied, err := s.denies(ctx, of, now, nil); denied || err != nil {
			return denied, err
		}
	}
	orgs := slices.DeleteFunc(into, func(of Subject) bool { return of.Kind != Organisation })
	if len(orgs) == 0 {
		return false, nil
	}
	if !m.Member.Kind.acts() {
		return true, nil // whatever each of its members was denied there
	}
	return s.deniedWithin(ctx, m.Member, orgs, now)
}

// deniedWithin reports whether something is denied within one of the organisations to
// somebody who acts, or to what they are in.
func (s *Service) deniedWithin(ctx context.Context, who Subject, orgs []Subject, now time.Time) (bool, error) {
	all, err := s.above(ctx, who)
	if err != nil {
		return false, err
	}
	for _, of := range all {
		if denied, err := s.denies(ctx, of, now, orgs); denied || err != nil {
			return denied, err
		}
	}
	return false, nil
}

// denies reports whether a grant of who denies something, now or later: within one of
// the organisations, for nil anywhere.
func (s *Service) denies(ctx context.Context, who Subject, now time.Time, orgs []Subject) (bool, error) {
	has, err := s.Store.GrantsAfter(ctx, who, fromNow(now), MaxGrantsOf)
	return slices.ContainsFunc(has, func(g GrantRecord) bool {
		return g.Effect != Allow && (orgs == nil || slices.Contains(orgs, Subject{Organisation, g.Org}))
	}), err
}

// above returns somebody, and all that they are in, were or will be, each once.
func (s *Service) above(ctx context.Context, who Subject) (all []Subject, err error) {
	seen := map[Subject]bool{}
	for todo := []Subject{who}; len(todo) > 0; todo = todo[1:] {
		one := todo[0]
		if seen[one] {
			continue
		}
		seen[one] = true
		all = append(all, one)
		over, err := s.Store.MembershipsOf(ctx, one)
		if err != nil {
			return nil, err
		}
		for i := range over {
			todo = append(todo, over[i].Of)
		}
	}
	return all, nil
}
