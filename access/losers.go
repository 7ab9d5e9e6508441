package access

import (
	"context"
	"slices"
	"time"
)

// RoleGrantee is whom a grant of a role is for, and what it does.
type RoleGrantee struct {
	Subject Subject
	Effect  Effect
}

// under returns who is in any of the subjects now or later: each one that acts, and
// the members of groups and organisations, groups within groups included.
func (s *Service) under(ctx context.Context, now time.Time, of ...Subject) (l losers, err error) {
	seen := map[Subject]bool{}
	for len(of) > 0 && !l.many {
		who := of[0]
		if of = of[1:]; seen[who] {
			continue
		}
		seen[who] = true
		switch {
		case who.Kind.acts():
			l.names = append(l.names, who.ID)
			l.many = len(l.names) > maxLosers
		case who.Kind == Group, who.Kind == Organisation:
			members, more, err := s.membersNow(ctx, who, now)
			if err != nil {
				return l, err
			}
			of, l.many = append(of, members...), more
		default:
			l.many = true // nobody knows who that is
		}
	}
	return l, nil
}

// membersNow lists the members of a group or an organisation whose membership is not over, and reports
// whether they are more than are told of by name.
func (s *Service) membersNow(ctx context.Context, of Subject, now time.Time) (members []Subject, more bool, err error) {
	for after := (Subject{}); ; {
		page, err := s.Store.Members(ctx, of, after, maxLosers)
		if err != nil {
			return nil, false, err
		}
		for i := range page {
			if end := page[i].ExpiresAt; end.IsZero() || now.Before(end) {
				members = append(members, page[i].Member)
			}
		}
		if len(members) > maxLosers || len(page) < maxLosers {
			return members, len(members) > maxLosers, nil
		}
		after = page[len(page)-1].Member
	}
}

// loseRole tells of who has a role by grants of one effect.
func (s *Service) loseRole(ctx context.Context, t *touched, role string, effect Effect, at []string, now time.Time) error {
	held, err := s.Store.GranteesOfRole(ctx, role, now, maxLosers+1)
	if err != nil {
		return err
	}
	var subjects []Subject
	for _, h := range held {
		if h.Effect == effect {
			subjects = append(subjects, h.Subject)
		}
	}
	l, err := s.under(ctx, now, subjects...)
	l.at, l.many = at, l.many || len(held) > maxLosers
	t.lose(l)
	return err
}

// loseByRoles tells of who has less by roles as they are than by roles as they
// were, of the same catalogues: what an allow gives shrank, or whose name comes with it.
func (s *Service) loseByRoles(ctx context.Context, t *touched, was, is *rules, now time.Time) error {
	for name, before := range was.roles {
		lost := was.lostWith(before, is.roles[name])
		if lost.empty() {
			continue
		}
		if err := s.loseRole(ctx, t, name, Allow, was.apisOf(lost), now); err != nil {
			return err
		}
	}
	return nil
}

// lostWith returns what a role gives no more, and what those gave whose permissions it
// does not have any more by their names: tokens name them too.
func (r *rules) lostWith(before, after *role) bits {
	if after == nil {
		return before.bits
	}
	lost := before.bits.without(after.bits)
	for _, of := range before.closure {
		if !after.has(of.ID) {
			lost.add(r.roles[of.ID].bits)
		}
	}
	return lost
}

// has reports whether a role is the other one, or has its permissions too.
func (r *role) has(name string) bool {
	return slices.ContainsFunc(r.closure, func(of *role) bool { return of.ID == name })
}

// loseLocked tells of who has what a lock suspends: the role, or one that has it for a
// parent, which is not had without it.
func (s *Service) loseLocked(ctx context.Context, t *touched, locked string, now time.Time) error {
	k, err := s.known(ctx)
	if err != nil {
		return err
	}
	at := k.apisOf(k.rules.roles[locked].bits)
	if len(at) == 0 {
		return nil // it is in no token
	}
	for name, one := range k.rules.roles {
		if !one.has(locked) {
			continue
		}
		if err := s.loseRole(ctx, t, name, Allow, at, now); err != nil {
			return err
		}
	}
	return nil
}

// apisOf names the APIs of some permissions.
func (r *rules) apisOf(b bits) (names []string) {
	for i := range r.catalogue {
		if b.has(uint32(i)) && !slices.Contains(names, r.catalogue[i].api) {
			names = append(names, r.catalogue[i].api)
		}
	}
	return names
}

// narrower reports whether tokens for an API as it was may say too much of it as it
// is. What is new in its catalogue nobody had, and what roles come to by it loseByGrowth
// tells; what becomes sensitive nobody has by a wildcard.
func (a *API) narrower(was *API) bool {
	if a.Audience != was.Audience || a.Delegation != was.Delegation {
		return true
	}
	for resource, attribute := range was.Owners {
		if a.Owners[resource] != attribute {
			return true
		}
	}
	for _, p := range was.Permissions {
		i := slices.IndexFunc(a.Permissions, func(n Permission) bool { return n.Resource == p.Resource && n.Action == p.Action })
		if i < 0 || a.Permissions[i].Sensitive && !p.Sensitive || a.Permissions[i].Requires != p.Requires {
			return true
		}
	}
	return false
}
