package access

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
)

// roleStore keeps roles.
type roleStore interface {
	// InsertRole answers Conflict "role.exists", UpdateRole "access.changed".
	InsertRole(ctx context.Context, r Role) error
	UpdateRole(ctx context.Context, r Role) error
	DeleteRole(ctx context.Context, name string) error
	Roles(ctx context.Context) ([]Role, error)
}

// CreateRole adds a role. Faults: Invalid "role.invalid" with the fields, and
// "permission.unknown"; Conflict "role.exists", "access.full".
func (s *Service) CreateRole(ctx context.Context, by audit.Actor, r Role) (Role, error) {
	r.Created, r.Rev = clock.Now(), 1
	r.Updated = r.Created
	if err := r.check(); err != nil {
		return Role{}, err
	}
	err := s.alter(ctx, by, "create a role", func(ctx context.Context, t *touched, g *giver) error {
		t.rules()
		k, err := s.known(ctx)
		if err != nil {
			return err
		}
		if len(k.roles) >= MaxRoles {
			return full("roles", MaxRoles)
		}
		if err := k.checkRole(&r); err != nil {
			return err
		}
		next := known{k.apis, append(slices.Clip(k.roles), r), k.scopes, k.rules.including(r)}
		if err := g.hands(ctx, handed{bits: next.rules.roles[r.ID].bits}); err != nil {
			return err
		}
		if err := s.Store.InsertRole(ctx, r); err != nil {
			return err
		}
		s.memo.keep(next)
		return s.record(ctx, by, ActionRoleCreate, KindRole, r.ID, nil, r.document())
	})
	if err != nil {
		return Role{}, err
	}
	return r, nil
}

// UpdateRole replaces permissions, parents and MaxGrant. Where grants would then
// last longer than they may, nothing is changed: Conflict "role.in_use". Faults
// besides: as CreateRole, NotFound, and Conflict "access.changed" when r.Rev is set
// and is not what the store has.
func (s *Service) UpdateRole(ctx context.Context, by audit.Actor, r Role) (Role, error) {
	if isBuiltIn(r.ID) {
		return Role{}, errBuiltIn(r.ID)
	}
	if err := r.check(); err != nil {
		return Role{}, err
	}
	err := s.alter(ctx, by, "update a role", func(ctx context.Context, t *touched, g *giver) error {
		one := []Role{r}
		err := s.updateRoles(ctx, by, t, g, one, func(_ int, err error) error { return err })
		r = one[0]
		return err
	})
	if err != nil {
		return Role{}, err
	}
	return r, nil
}

// DeleteRole removes a role that no other role has for a parent, and of which no
// grant is, or which none names, that is not over. Faults: NotFound, Conflict "role.in_use".
func (s *Service) DeleteRole(ctx context.Context, by audit.Actor, name string) error {
	return s.alter(ctx, by, "delete a role", func(ctx context.Context, t *touched, _ *giver) error {
		t.rules() // nobody had it any more
		k, err := s.known(ctx)
		if err != nil {
			return err
		}
		was, _, err := k.role(name)
		if err != nil {
			return err
		}
		if err := s.unused(ctx, k, name); err != nil {
			return err
		}
		if err := s.Store.DeleteRole(ctx, name); err != nil {
			return err
		}
		return s.record(ctx, by, ActionRoleDelete, KindRole, name, was.document(), nil)
	})
}

// unused refuses a role that something names.
func (s *Service) unused(ctx context.Context, k known, name string) error {
	for _, r := range k.roles {
		if slices.Contains(r.Parents, name) {
			return inUse("role.in_use", "The role "+r.ID+" has it for a parent.")
		}
	}
	locks, err := s.Store.Locks(ctx)
	if err != nil {
		return err
	}
	if lockOn(locks, LockTarget{LockRole, name}) != nil {
		return inUse("role.in_use", "A lock is on it, which the next one of this name would have. Lift it first: gatehouse lock lift --role "+name)
	}
	grant, err := s.Store.GrantOfRole(ctx, name, clock.Now())
	if err != nil {
		return err
	}
	if grant != "" {
		return inUse("role.in_use", fmt.Sprintf("The grant %s is of it. %s", grant, revokeFirst(grant)))
	}
	if err := s.unnamed(ctx, KindRole, name); err != nil {
		return err
	}
	client, err := s.Clients.Requiring(ctx, name, "")
	if err != nil {
		return err
	}
	if client != "" {
		return inUse("role.in_use", fmt.Sprintf("The application %s asks for it. Say first what it asks for instead: gatehouse client update %s --require-role …", client, client))
	}
	return nil
}

// Role returns one of them; NotFound fault "role.not_found".
func (s *Service) Role(ctx context.Context, name string) (Role, error) {
	if r, ok := builtInRoleOf(name); ok {
		return r, nil
	}
	if isBuiltIn(name) {
		return Role{}, fault.Missing("role")
	}
	k, err := s.known(ctx)
	if err != nil {
		return Role{}, fmt.Errorf("read a role: %w", err)
	}
	r, _, err := k.role(name)
	return r, err
}

// Roles returns all of them, the built-in ones too, in the order of their ids. What they hold
// must not be changed.
func (s *Service) Roles(ctx context.Context) ([]Role, error) {
	k, err := s.known(ctx)
	if err != nil {
		return nil, err
	}
	all := slices.Concat(k.roles, BuiltInRoles())
	slices.SortFunc(all, func(a, b Role) int { return strings.Compare(a.ID, b.ID) })
	return all, nil
}
