package access

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
	"gatehouse/setting"
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
		next := s.with(k, append(slices.Clone(k.roles), r))
		if err := g.hands(ctx, handed{bits: next.rules.roles[r.ID].bits}); err != nil {
			return err
		}
		if err := s.Store.InsertRole(ctx, r); err != nil {
			return err
		}
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
	r.Updated = clock.Now()
	if err := r.check(); err != nil {
		return Role{}, err
	}
	err := s.alter(ctx, by, "update a role", func(ctx context.Context, t *touched, g *giver) error {
		t.rules()
		k, err := s.known(ctx)
		if err != nil {
			return err
		}
		was, i, err := k.role(r.ID)
		if err != nil {
			return err
		}
		r.Created = was.Created
		if r.Rev == 0 {
			r.Rev = was.Rev
		}
		next := known{k.apis, slices.Delete(slices.Clone(k.roles), i, i+1), k.scopes, k.rules}
		if err := next.checkRole(&r); err != nil {
			return err
		}
		next = s.with(k, append(next.roles, r))
		if err := s.regrants(ctx, g, k, next, r.ID); err != nil {
			return err
		}
		if err := s.stillShort(ctx, k, next); err != nil {
			return err
		}
		if err := s.loseByRoles(ctx, t, k.rules, next.rules, clock.Now()); err != nil {
			return err
		}
		if err := s.stillDeniable(ctx, k, next); err != nil {
			return err
		}
		if err := s.Store.UpdateRole(ctx, r); err != nil {
			return err
		}
		r.Rev++
		return s.record(ctx, by, ActionRoleUpdate, KindRole, r.ID, was.document(), r.document())
	})
	if err != nil {
		return Role{}, err
	}
	return r, nil
}

// stillShort refuses roles of which grants that there are last longer than they
// may then: a parent whose grants end must not be had without an end by a detour.
func (s *Service) stillShort(ctx context.Context, was, is known) error {
	shorter := map[string]time.Duration{}
	for _, r := range is.roles {
		before, most := was.maxGrant(r.ID), is.maxGrant(r.ID)
		if most > 0 && (before == 0 || most < before) {
			shorter[r.ID] = most
		}
	}
	if len(shorter) == 0 {
		return nil
	}
	now := clock.Now()
	return s.eachLiving(ctx, now, func(g *GrantRecord) error {
		most, bound := shorter[g.Role]
		if end := g.Ends(); bound && g.Effect == Allow && (end.IsZero() || end.After(g.begin(now).Add(most))) {
			return inUse("role.in_use", fmt.Sprintf("The grant %s of %s lasts longer than %s.", g.ID, g.Role, setting.FormatDuration(most)))
		}
		return nil
	})
}

// stillDeniable refuses roles that are denied to somebody and would give permissions
// of Gatehouse itself then: see checkDeny.
func (s *Service) stillDeniable(ctx context.Context, was, is known) error {
	administers := map[string]bool{}
	for _, r := range is.roles {
		if is.administers(is.rules.roles[r.ID].bits) && !was.administers(was.rules.roles[r.ID].bits) {
			administers[r.ID] = true
		}
	}
	if len(administers) == 0 {
		return nil
	}
	return s.eachLiving(ctx, clock.Now(), func(g *GrantRecord) error {
		if g.Effect != Allow && administers[g.Role] {
			return inUse("role.in_use", fmt.Sprintf("The grant %s denies it, and what is of Gatehouse itself is denied by name.", g.ID))
		}
		return nil
	})
}

// with is k with other roles.
func (s *Service) with(k known, roles []Role) known {
	return known{k.apis, roles, k.scopes, compileRules(Policy{APIs: k.apis, Roles: roles, BuiltIn: s.BuiltIn})}
}

// regrants puts before the giver what whoever has a role gets by a change of it: what
// it gives more, and what it gives less where it is denied.
func (s *Service) regrants(ctx context.Context, g *giver, was, is known, name string) error {
	before, after := was.rules.roles[name].bits, is.rules.roles[name].bits
	if err := g.hands(ctx, handed{bits: after.without(before)}); err != nil {
		return err
	}
	lost := before.without(after)
	if g.free || lost.empty() {
		return nil
	}
	return s.eachLiving(ctx, g.now, func(one *GrantRecord) error {
		if one.Effect == Allow || one.Role == "" || !was.under(one.Role, name) {
			return nil
		}
		return g.hands(ctx, handed{lost, one.Org, one.Ends()})
	})
}

// under reports whether a role is the other one, or has it for an ancestor.
func (k known) under(name, above string) bool {
	seen := map[string]bool{}
	var look func(name string) bool
	look = func(name string) bool {
		if name == above {
			return true
		}
		one := k.rules.roles[name]
		if one == nil || seen[name] {
			return false
		}
		seen[name] = true
		return slices.ContainsFunc(one.Parents, look)
	}
	return look(name)
}

// DeleteRole removes a role that no other role has for a parent, and of which no
// grant is that is not over. Faults: NotFound, Conflict "role.in_use".
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
			return inUse("role.in_use", "A lock is on it, which the next one of this name would have.")
		}
		grant, err := s.Store.GrantOfRole(ctx, name, clock.Now())
		if err != nil {
			return err
		}
		if grant != "" {
			return inUse("role.in_use", fmt.Sprintf("The grant %s is of it.", grant))
		}
		client, err := s.Clients.Requiring(ctx, name, "")
		if err != nil {
			return err
		}
		if client != "" {
			return inUse("role.in_use", fmt.Sprintf("The application %s asks for it.", client))
		}
		if err := s.Store.DeleteRole(ctx, name); err != nil {
			return err
		}
		return s.record(ctx, by, ActionRoleDelete, KindRole, name, was.document(), nil)
	})
}

// Role returns one of them; NotFound fault "role.not_found".
func (s *Service) Role(ctx context.Context, name string) (Role, error) {
	if r, ok := builtInRoleOf(name); ok {
		return r, nil
	}
	if isBuiltIn(name) {
		return Role{}, fault.Missing("role")
	}
	all, err := s.Store.Roles(ctx)
	if err != nil {
		return Role{}, fmt.Errorf("read a role: %w", err)
	}
	r, _, err := known{roles: all}.role(name)
	return r, err
}

// Roles returns all of them, the built-in ones too, in the order of their ids.
func (s *Service) Roles(ctx context.Context) ([]Role, error) {
	all, err := s.Store.Roles(ctx)
	all = append(all, BuiltInRoles()...)
	slices.SortFunc(all, func(a, b Role) int { return strings.Compare(a.ID, b.ID) })
	return all, err
}

func (r *Role) check() error {
	var p problems
	p.id("id", r.ID, reservedRoles...)
	if len(r.Permissions)+len(r.Parents) == 0 {
		p.add("permissions", "must name at least one permission, or a parent that has some")
	}
	if len(r.Permissions) > MaxRoleParts {
		p.add("permissions", "must be at most %d", MaxRoleParts)
	}
	if len(r.Parents) > MaxRoleParts {
		p.add("parents", "must be at most %d", MaxRoleParts)
	}
	if r.MaxGrant < 0 || r.MaxGrant > 0 && r.MaxGrant < time.Second {
		p.add("max_grant", "must be at least a second")
	}
	return p.err("role.invalid", "The role cannot be used so.")
}

// checkRole looks whether r fits among the other roles.
func (k known) checkRole(r *Role) error {
	for _, pattern := range r.Permissions {
		if err := k.checkPattern(pattern); err != nil {
			return err
		}
	}
	var p problems
	for i, parent := range r.Parents {
		if parent == r.ID {
			p.add(fmt.Sprintf("parents[%d]", i), "is the role itself")
		} else if !k.hasRole(parent) {
			p.add(fmt.Sprintf("parents[%d]", i), "is no role")
		}
	}
	if len(p) == 0 {
		k.checkHeight(r, &p)
	}
	return p.err("role.invalid", "The role cannot be used so.")
}

// hasRole reports whether there is such a role, be it built in.
func (k known) hasRole(name string) bool {
	if _, ok := builtInRoleOf(name); ok {
		return true
	}
	_, _, err := k.role(name)
	return err == nil
}

// checkHeight refuses circles, and more generations than are followed, above any
// role: r may be an ancestor of others already.
func (k known) checkHeight(r *Role, p *problems) {
	parents := map[string][]string{r.ID: r.Parents}
	for i := range k.roles {
		parents[k.roles[i].ID] = k.roles[i].Parents
	}
	if higher(parents, MaxInheritance) {
		p.add("parents", "lead round in a circle, or through more than %d generations", MaxInheritance)
	}
}

// higher reports whether more than most steps lead upwards from somewhere, or a
// circle does.
func higher(over map[string][]string, most int) bool {
	const under = -1
	heights := map[string]int{} // under: being looked at
	var height func(name string) int
	height = func(name string) int {
		h, seen := heights[name]
		switch {
		case h == under:
			return most + 1
		case seen:
			return h
		}
		heights[name] = under
		for _, above := range over[name] {
			h = max(h, height(above)+1)
		}
		heights[name] = h
		return h
	}
	for name := range over {
		if height(name) > most {
			return true
		}
	}
	return false
}

// maxGrant is how long a grant of a role may last: as the strictest of it and of
// all whose permissions it has. 0 is without end.
func (k known) maxGrant(name string) (most time.Duration) {
	seen := map[string]bool{}
	var look func(name string)
	look = func(name string) {
		r, _, err := k.role(name)
		if err != nil || seen[name] {
			return
		}
		seen[name] = true
		if r.MaxGrant > 0 && (most == 0 || r.MaxGrant < most) {
			most = r.MaxGrant
		}
		for _, parent := range r.Parents {
			look(parent)
		}
	}
	look(name)
	return most
}
