package access

import (
	"context"
	"errors"
	"strings"
	"time"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
	"gatehouse/id"
)

// administratorStore finds administrators.
type administratorStore interface {
	// Administered reports whether there is a live administrator; see Service.
	Administered(ctx context.Context, now time.Time) (bool, error)
}

// Administered reports whether there is a live administrator: an enabled, unlocked
// person who has the role Administrator by name, everywhere, from now on and without
// an end, and is denied nothing of Gatehouse itself. Others may administer too, but
// somebody could always lose that without anybody doing anything.
func (s *Service) Administered(ctx context.Context) (bool, error) {
	return s.Store.Administered(ctx, clock.Now())
}

// EverAdministered reports whether anybody ever had the role Administrator.
func (s *Service) EverAdministered(ctx context.Context) (bool, error) {
	grant, err := s.Store.GrantOfRole(ctx, Administrator, time.Unix(0, 0))
	return grant != "", err
}

// KeepAdministered runs f in one transaction, as the only one that changes the policy
// meanwhile, and undoes it where it takes the last live administrator away: Conflict
// "access.last_administrator". All that changes a policy runs in here; so does whoever
// keeps somebody out. It raises the version of the policy, once, however many changes
// f makes.
func (s *Service) KeepAdministered(ctx context.Context, f func(ctx context.Context) error) error {
	return s.change(ctx, func(ctx context.Context, _ *touched) error { return f(ctx) })
}

// change is KeepAdministered for who says what is touched.
func (s *Service) change(ctx context.Context, f func(ctx context.Context, t *touched) error) error {
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		if t, ok := ctx.Value(underway{}).(*touched); ok {
			return f(ctx, t) // a part of a change that is under way
		}
		return s.replay(ctx, func(ctx context.Context, version uint64) error {
			t := &touched{}
			if err := f(context.WithValue(ctx, underway{}, t), t); err != nil {
				return err
			}
			return s.tell(ctx, version, t)
		})
	})
}

// underway is in the context of a transaction that has raised the version of the policy.
type underway struct{}

func (s *Service) stillAdministered(ctx context.Context) error {
	if there, err := s.Administered(ctx); err != nil || there {
		return err
	}
	return fault.New(fault.Conflict, "access.last_administrator", "This would take the last administrator away. Make somebody else one first.")
}

// Appoint makes a person the first administrator, in the transaction of ctx. The
// grant is named like the person, so that nobody is appointed twice.
func (s *Service) Appoint(ctx context.Context, by audit.Actor, user id.User) error {
	name, ok := strings.CutPrefix(string(user), "usr_")
	if !ok {
		return errors.New("appoint an administrator: that is no person")
	}
	r := GrantRecord{
		Grant: Grant{
			ID: id.Grant("gra_" + name), Subject: Subject{User, string(user)}, Effect: Allow, Role: Administrator,
			Where: Where{Place: Everywhere}, Source: Bootstrap, Reason: "Set up",
		},
		Created: clock.Now(), CreatedBy: actor(by), Rev: 1,
	}
	return s.alter(ctx, by, "appoint an administrator", func(ctx context.Context, t *touched, _ *giver) error {
		t.principal(r.Subject, false)
		if err := s.Store.InsertGrant(ctx, r); err != nil {
			return err
		}
		return s.recordGrant(ctx, by, ActionGrantCreate, &r, nil, r.document())
	})
}

// Administers reports whether who has a right at Gatehouse itself at now, or is to
// have one: by an allow that is not over, over memberships that are not over. What
// suspends or denies it may go, so it does not count.
func (s *Snapshot) Administers(who Subject, now time.Time) bool {
	p, at := s.principal(who), nanos(now)
	if p == nil {
		return false
	}
	if s.rules.givesAny(p.grants, at) {
		return true
	}
	seen := map[Subject]bool{}
	edges := p.member
	for depth := 0; depth < MaxNesting && len(edges) > 0; depth++ {
		var next []edge
		for _, e := range edges {
			if at >= e.until || seen[e.to] {
				continue
			}
			if seen[e.to] = true; s.rules.givesAny(s.rules.grants[e.to], at) {
				return true
			}
			next = append(next, s.rules.over[e.to]...)
		}
		edges = next
	}
	return false
}

// givesAny reports whether one of the grants allows something of Gatehouse itself, now
// or later.
func (r *rules) givesAny(grants []*grant, at int64) bool {
	for _, g := range grants {
		if g.Effect == Allow && at < g.until && r.administers(r.means(g)) {
			return true
		}
	}
	return false
}

// means returns what a grant is of, whatever lock there may be. It must not be changed.
func (r *rules) means(g *grant) bits {
	if g.Role == "" {
		return r.named(g.Permission, g.Effect)
	}
	switch one := r.roles[g.Role]; {
	case one == nil:
		return nil
	case g.Effect == Allow:
		return one.bits
	default:
		return one.denied
	}
}
