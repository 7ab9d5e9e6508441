package access

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gatehouse/clock"
	"gatehouse/setting"
)

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
	if err := k.checkParts(r); err != nil {
		return err
	}
	var p problems
	k.checkHeight(r, &p)
	return p.err("role.invalid", "The role cannot be used so.")
}

// checkParts looks whether there is all that r is made of.
func (k known) checkParts(r *Role) error {
	var p problems
	unknown := k.checkPatterns("permissions", r.Permissions, &p)
	for i, parent := range r.Parents {
		if parent == r.ID {
			p.add(fmt.Sprintf("parents[%d]", i), "is the role itself")
		} else if !k.hasRole(parent) {
			p.add(fmt.Sprintf("parents[%d]", i), "is no role")
		}
	}
	return p.errOr(unknown, "role.invalid", "The role cannot be used so.")
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
	switch height, circle := highest(parents); {
	case circle:
		p.add("parents", "lead round in a circle")
	case height > MaxInheritance:
		p.add("parents", "lead through more than %d generations", MaxInheritance)
	}
}

// highest is how many steps lead upwards at most from anywhere, and whether a circle does.
func highest(over map[string][]string) (most int, circle bool) {
	const under = -1
	heights := map[string]int{} // under: being looked at
	var height func(name string) int
	height = func(name string) int {
		h, seen := heights[name]
		switch {
		case h == under:
			circle = true
			return 0
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
		most = max(most, height(name))
	}
	return most, circle
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

// stillShort refuses roles of which grants that there are last longer than they
// may then: a parent whose grants end must not be had without an end by a detour.
func (s *Service) stillShort(ctx context.Context, was, is known) error {
	now := clock.Now()
	for _, r := range is.roles {
		before, most := was.maxGrant(r.ID), is.maxGrant(r.ID)
		if most == 0 || before > 0 && before <= most {
			continue
		}
		err := s.eachLiving(ctx, Likeness{Role: r.ID}, now, func(g *GrantRecord) error {
			if end := g.Ends(); g.Effect == Allow && (end.IsZero() || end.After(g.begin(now).Add(most))) {
				return inUse("role.in_use", fmt.Sprintf("The grant %s of %s lasts longer than %s. %s", g.ID, g.Role, setting.FormatDuration(most), revokeFirst(g.ID)))
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// stillDeniable refuses roles that are denied to somebody and would give permissions
// of Gatehouse itself then: see checkDeny.
func (s *Service) stillDeniable(ctx context.Context, was, is known) error {
	administers := map[string]bool{}
	for _, r := range is.roles {
		if is.administers(is.rules.roles[r.ID].denied) && !was.administers(was.rules.roles[r.ID].denied) {
			administers[r.ID] = true
		}
	}
	if len(administers) == 0 {
		return nil
	}
	return s.eachLiving(ctx, Likeness{Denies: true}, clock.Now(), func(g *GrantRecord) error {
		if administers[g.Role] {
			return inUse("role.in_use", fmt.Sprintf("The grant %s denies it, and what is of Gatehouse itself is denied by name. %s", g.ID, revokeFirst(g.ID)))
		}
		return nil
	})
}

// regrants puts before the giver what whoever has a role gets by a change of it: what
// it gives more, and what it gives less where it is denied; and that it denies more there.
func (s *Service) regrants(ctx context.Context, g *giver, was, is known, name string) error {
	before, after := was.rules.roles[name], is.rules.roles[name]
	if err := g.hands(ctx, handed{bits: after.bits.without(before.bits)}); err != nil {
		return err
	}
	lost, more := before.denied.without(after.denied), after.denied.without(before.denied)
	if g.spared(ctx) || lost.empty() && more.empty() {
		return nil
	}
	return s.eachLiving(ctx, Likeness{Denies: true}, g.now, func(one *GrantRecord) error {
		if one.Role == "" || !was.under(one.Role, name) {
			return nil
		}
		if !more.empty() {
			if err := g.takes(ctx, handed{bits: more}); err != nil {
				return err
			}
		}
		if lost.empty() {
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

// with is k with other roles.
func (s *Service) with(k known, roles []Role) known {
	return known{k.apis, roles, k.scopes, compileRules(Policy{APIs: k.apis, Roles: roles, BuiltIn: s.BuiltIn})}
}
