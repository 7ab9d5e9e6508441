package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
)

// MaxRolesAtOnce is how many roles one change is about at most.
const MaxRolesAtOnce = 100

// RoleChange is what is to be different of a role. What is nil stays as it is. Add and
// Remove are about what it has then, so that two who change different permissions of a role
// do not undo each other's change.
type RoleChange struct {
	Role        string
	Rev         int64 // in which it was seen; 0: whatever it is
	Permissions *[]Pattern
	Parents     *[]string
	MaxGrant    *time.Duration
	Add, Remove []Pattern
}

// on returns the role as it is to be.
func (c *RoleChange) on(r Role) Role {
	if c.Permissions != nil {
		r.Permissions = *c.Permissions
	}
	if c.Parents != nil {
		r.Parents = *c.Parents
	}
	if c.MaxGrant != nil {
		r.MaxGrant = *c.MaxGrant
	}
	r.Permissions = slices.DeleteFunc(slices.Clone(r.Permissions), func(p Pattern) bool { return slices.Contains(c.Remove, p) })
	for _, p := range c.Add {
		if !slices.Contains(r.Permissions, p) {
			r.Permissions = append(r.Permissions, p)
		}
	}
	return r
}

// UpdateRoles is UpdateRole for several: all of them are changed, in one transaction and as
// one version of the policy, or none is. The faults are those of UpdateRole, with fields
// below "roles[INDEX]".
func (s *Service) UpdateRoles(ctx context.Context, by audit.Actor, all []RoleChange) (changed []Role, err error) {
	if err := someRoles(len(all)); err != nil {
		return nil, err
	}
	err = s.alter(ctx, by, "update roles", func(ctx context.Context, t *touched, g *giver) error {
		k, err := s.known(ctx)
		if err != nil {
			return err
		}
		if changed, err = k.changedBy(all); err != nil {
			return err
		}
		return s.updateRoles(ctx, by, t, g, changed, atRole)
	})
	if err != nil {
		return nil, err
	}
	return changed, nil
}

func someRoles(n int) error {
	if n == 0 || n > MaxRolesAtOnce {
		return problems{{Name: "roles", Problem: fmt.Sprintf("must be between 1 and %d", MaxRolesAtOnce)}}.err("role.invalid", "The role cannot be used so.")
	}
	return nil
}

// changedBy returns the roles as the changes leave them, in the order of these.
func (k known) changedBy(all []RoleChange) ([]Role, error) {
	changed, seen := make([]Role, len(all)), map[string]bool{}
	for i := range all {
		was, _, err := k.role(all[i].Role)
		if err != nil {
			return nil, atRole(i, err)
		}
		if seen[was.ID] {
			return nil, atRole(i, problems{{Name: "id", Problem: "is there twice"}}.err("role.invalid", "The role cannot be used so."))
		}
		seen[was.ID], changed[i] = true, all[i].on(was)
		if all[i].Rev != 0 && all[i].Rev != was.Rev {
			return nil, atRole(i, fault.New(fault.Conflict, "access.changed", "Somebody else changed this role meanwhile. Look at it again."))
		}
		if err := changed[i].check(); err != nil {
			return nil, atRole(i, err)
		}
	}
	return changed, nil
}

// atRole tells by its fields of which of several roles a fault is.
func atRole(i int, err error) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return err
	}
	told, name := *f, fmt.Sprintf("roles[%d]", i)
	told.Fields, told.Err = []fault.Field{{Name: name, Problem: f.Detail}}, err
	if len(f.Fields) > 0 {
		told.Fields = nil
	}
	for _, one := range f.Fields {
		told.Fields = append(told.Fields, fault.Field{Name: name + "." + one.Name, Problem: one.Problem})
	}
	return &told
}

// become returns what the house knows once these roles are as they are here, if they fit
// among the others.
func (s *Service) become(k known, all []Role, at func(i int, err error) error) (known, error) {
	roles := slices.Clone(k.roles)
	for i := range all {
		_, place, err := k.role(all[i].ID)
		if err != nil {
			return known{}, at(i, err)
		}
		roles[place] = all[i]
	}
	next := s.with(k, roles)
	for _, check := range []func(r *Role) error{next.checkParts, next.checkRole} { // a circle is of all of them
		for i := range all {
			if err := check(&all[i]); err != nil {
				return known{}, at(i, err)
			}
		}
	}
	return next, nil
}

// updateRoles replaces several roles. at says of which of them a fault is.
func (s *Service) updateRoles(ctx context.Context, by audit.Actor, t *touched, g *giver, all []Role, at func(i int, err error) error) error {
	t.rules()
	k, err := s.known(ctx)
	if err != nil {
		return err
	}
	next, err := s.become(k, all, at)
	if err != nil {
		return err
	}
	for i := range all {
		if err := s.regrants(ctx, g, k, next, all[i].ID); err != nil {
			return at(i, err)
		}
	}
	if err := s.stillShort(ctx, k, next); err != nil {
		return err
	}
	if err := s.stillDeniable(ctx, k, next); err != nil {
		return err
	}
	now := clock.Now()
	if err := s.loseByRoles(ctx, t, k.rules, next.rules, now); err != nil {
		return err
	}
	if err := s.loseByGrowth(ctx, t, k.rules, next.rules, now); err != nil {
		return err
	}
	return audit.Together(ctx, func(ctx context.Context) error {
		for i := range all {
			if err := s.keepRole(ctx, by, k, &all[i], now); err != nil {
				return at(i, err)
			}
		}
		return nil
	})
}

// keepRole writes a role as it is to be.
func (s *Service) keepRole(ctx context.Context, by audit.Actor, k known, r *Role, now time.Time) error {
	was, _, err := k.role(r.ID)
	if err != nil {
		return err
	}
	if r.Created, r.Updated = was.Created, now; r.Rev == 0 {
		r.Rev = was.Rev
	}
	if err := s.Store.UpdateRole(ctx, *r); err != nil {
		return err
	}
	r.Rev++
	return s.record(ctx, by, ActionRoleUpdate, KindRole, r.ID, was.document(), r.document())
}
