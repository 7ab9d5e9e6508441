package apply

import (
	"context"
	"slices"
	"time"

	"gatehouse/access"
	"gatehouse/id"
)

func (p *planner) orgs(ctx context.Context) error {
	return p.each(Organisation, func(i int, name string, r reading) error {
		spec := p.set.Objects[i].Spec.(*GroupSpec)
		was, there, err := found(p.access.Org(ctx, name))
		if err != nil {
			return err
		}
		is := access.OrgRecord{ID: name, Description: spec.Description}
		t := thing{object: i, name: name, says: name, made: was.Created, after: ofOrg(is)}
		if there {
			t.before = ofOrg(was)
		}
		t.create = func() (time.Time, error) { made, err := p.access.CreateOrg(ctx, p.by, is); return made.Created, err }
		t.update = func([]FieldChange) (time.Time, error) {
			made, err := p.access.UpdateOrg(ctx, p.by, is)
			return made.Created, err
		}
		return p.put(t)
	})
}

func (p *planner) groups(ctx context.Context) error {
	return p.each(Group, func(i int, name string, r reading) error {
		spec := p.set.Objects[i].Spec.(*GroupSpec)
		was, there, err := found(p.access.Group(ctx, name))
		if err != nil {
			return err
		}
		is := access.GroupRecord{ID: name, Description: spec.Description}
		t := thing{object: i, name: name, says: name, made: was.Created, after: ofGroup(is)}
		if there {
			t.before = ofGroup(was)
		}
		t.create = func() (time.Time, error) { made, err := p.access.CreateGroup(ctx, p.by, is); return made.Created, err }
		t.update = func([]FieldChange) (time.Time, error) {
			made, err := p.access.UpdateGroup(ctx, p.by, is)
			return made.Created, err
		}
		return p.put(t)
	})
}

// widenAPIs makes APIs, and lets those that there are have all that they had besides
// what they shall have: what names a permission that goes is looked at first, and so are
// the servers, which may be made yet.
func (p *planner) widenAPIs(ctx context.Context) error {
	return p.each(API, func(i int, name string, r reading) error {
		spec := p.set.Objects[i].Spec.(*APISpec)
		was, there, err := found(p.access.API(ctx, name))
		if err != nil {
			return err
		}
		is := r.api(name, spec)
		if is.Delegation == "" {
			is.Delegation = was.Delegation
		}
		wide := is
		wide.Servers = slices.DeleteFunc(slices.Clone(is.Servers), func(client string) bool {
			_, err := p.clients.Client(ctx, id.Client(client))
			return err != nil // it is asked for again
		})
		t := thing{object: i, name: name, says: name, made: was.Created, after: ofAPI(is)}
		if there {
			t.before, wide.Delegation = ofAPI(was), was.Delegation
			widen(&wide, &was)
		}
		t.create = func() (time.Time, error) { made, err := p.access.CreateAPI(ctx, p.by, wide); return made.Created, err }
		t.update = func([]FieldChange) (time.Time, error) {
			if len(diff(ofAPI(was), ofAPI(wide))) == 0 {
				return was.Created, nil
			}
			_, err := p.access.UpdateAPI(ctx, p.by, wide)
			return was.Created, err
		}
		return p.put(t)
	})
}

// widen adds to an API what it had.
func widen(a, was *access.API) {
	has := map[string]bool{}
	for _, one := range a.Permissions {
		has[one.Resource+":"+one.Action] = true
	}
	owners := map[string]string{}
	for resource, attribute := range a.Owners {
		owners[resource] = attribute
	}
	for _, one := range was.Permissions {
		if !has[one.Resource+":"+one.Action] {
			a.Permissions = append(slices.Clip(a.Permissions), one)
			if attribute, owned := was.Owners[one.Resource]; owned && owners[one.Resource] == "" && !slices.ContainsFunc(a.Permissions[:len(has)], func(o access.Permission) bool { return o.Resource == one.Resource }) {
				owners[one.Resource] = attribute
			}
		}
	}
	a.Owners = owners
}

// finishAPIs takes from APIs what they shall not have.
func (p *planner) finishAPIs(ctx context.Context) error {
	for _, i := range p.of[API] {
		name := p.set.Objects[i].ID
		was, there, err := found(p.access.API(ctx, name))
		if err != nil || !there {
			if err != nil {
				return err
			}
			continue // it was refused
		}
		is := reading{i, &problems{}, p.people}.api(name, p.set.Objects[i].Spec.(*APISpec))
		if is.Delegation == "" {
			is.Delegation = was.Delegation
		}
		if len(diff(ofAPI(was), ofAPI(is))) == 0 || len(p.bad) > 0 {
			continue
		}
		if _, err := p.access.UpdateAPI(ctx, p.by, is); err != nil {
			if err := p.refused(i, err); err != nil {
				return err
			}
		}
	}
	return nil
}

// roles come in an order in which each finds its parents.
func (p *planner) roles(ctx context.Context) error {
	parents := map[string][]string{}
	at := map[string]int{}
	for _, i := range p.of[Role] {
		name := p.set.Objects[i].ID
		if _, twice := at[name]; !twice {
			at[name], parents[name] = i, p.set.Objects[i].Spec.(*RoleSpec).Parents
		}
	}
	place := map[int]int{}
	for n, name := range upwards(parents) {
		place[at[name]] = n
	}
	slices.SortStableFunc(p.of[Role], func(a, b int) int { return place[a] - place[b] })
	return p.each(Role, func(i int, name string, r reading) error {
		spec := p.set.Objects[i].Spec.(*RoleSpec)
		was, there, err := found(p.access.Role(ctx, name))
		if err != nil {
			return err
		}
		is := r.role(name, spec)
		t := thing{object: i, name: name, says: name, made: was.Created, after: ofRole(is)}
		if there {
			t.before = ofRole(was)
		}
		t.create = func() (time.Time, error) { made, err := p.access.CreateRole(ctx, p.by, is); return made.Created, err }
		t.update = func([]FieldChange) (time.Time, error) {
			made, err := p.access.UpdateRole(ctx, p.by, is)
			return made.Created, err
		}
		return p.put(t)
	})
}

// upwards returns names so that each comes behind those that it leads to, as far as they
// lead to no circle.
func upwards(to map[string][]string) (order []string) {
	seen := map[string]bool{}
	var visit func(name string)
	visit = func(name string) {
		if seen[name] {
			return
		}
		seen[name] = true
		for _, next := range to[name] {
			visit(next)
		}
		if _, ours := to[name]; ours {
			order = append(order, name)
		}
	}
	names := make([]string, 0, len(to))
	for name := range to {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		visit(name)
	}
	return order
}

func (p *planner) scopes(ctx context.Context) error {
	return p.each(Scope, func(i int, name string, r reading) error {
		spec := p.set.Objects[i].Spec.(*ScopeSpec)
		was, there, err := found(p.access.Scope(ctx, name))
		if err != nil {
			return err
		}
		is := r.scope(name, spec)
		t := thing{object: i, name: name, says: name, made: was.Created, after: ofScope(is)}
		if there {
			t.before = ofScope(was)
		}
		t.create = func() (time.Time, error) { made, err := p.access.CreateScope(ctx, p.by, is); return made.Created, err }
		t.update = func([]FieldChange) (time.Time, error) {
			made, err := p.access.UpdateScope(ctx, p.by, is)
			return made.Created, err
		}
		return p.put(t)
	})
}

// each calls f for the objects of a kind whose specification can be read by itself.
func (p *planner) each(kind Kind, f func(i int, name string, r reading) error) error {
	for _, i := range p.of[kind] {
		if err := f(i, p.set.Objects[i].ID, reading{i, &p.bad, p.people}); err != nil {
			return err
		}
	}
	return nil
}
