package draft

import (
	"context"
	"maps"
	"slices"
	"time"

	"gatehouse/access"
	"gatehouse/fault"
)

// Policy is a draft as package access knows it.
type Policy struct {
	access.Store // what is not tried out
	d            *Draft
}

// Policy implements access.Draft.
func (d *Draft) Policy() Policy { return Policy{d.store, d} }

// Basis implements access.Draft.
func (p Policy) Basis() uint64 { return p.d.basis }

// Moved implements access.Draft.
func (p Policy) Moved(who access.Subject) uint64 { return p.d.moved[who] }

func (p Policy) InTx(ctx context.Context, f func(ctx context.Context) error) error { return f(ctx) }
func (p Policy) View(ctx context.Context, f func(ctx context.Context) error) error { return f(ctx) }

// AfterCommit forgets f: nothing is committed here.
func (p Policy) AfterCommit(context.Context, func()) {}

func (p Policy) RaisePolicy(context.Context) (int64, error) { return int64(p.d.version), nil }

func (p Policy) InsertChanges(_ context.Context, list []access.Change) error {
	p.d.later(func(ctx context.Context, s Store, _ time.Duration) error { return s.InsertChanges(ctx, list) })
	return nil
}

// APIs implements access.Store. Who changes one of them changes a copy.
func (p Policy) APIs(context.Context) ([]access.API, error) {
	all := slices.Clone(listed(&p.d.lists.apis, p.d.apis))
	for i := range all {
		all[i].Permissions, all[i].Servers, all[i].Owners = slices.Clone(all[i].Permissions), slices.Clone(all[i].Servers), maps.Clone(all[i].Owners)
	}
	return all, nil
}

func (p Policy) InsertAPI(_ context.Context, a access.API) error {
	if err := p.d.freeAPI(a); err != nil {
		return err
	}
	if _, taken := p.d.apis[a.ID]; taken {
		return exists("api", "There is an API with this id or this audience already.")
	}
	p.d.putAPI(a)
	p.d.later(func(ctx context.Context, s Store, _ time.Duration) error { return s.InsertAPI(ctx, a) })
	return nil
}

func (p Policy) UpdateAPI(_ context.Context, a access.API) error {
	if was, ok := p.d.apis[a.ID]; !ok || was.Rev != a.Rev {
		return changed("API")
	}
	if err := p.d.freeAPI(a); err != nil {
		return err
	}
	is := a
	is.Rev++
	p.d.putAPI(is)
	p.d.later(func(ctx context.Context, s Store, _ time.Duration) error { return s.UpdateAPI(ctx, a) })
	return nil
}

func (p Policy) DeleteAPI(_ context.Context, name string) error {
	if _, ok := p.d.apis[name]; !ok {
		return fault.Missing("api")
	}
	delete(p.d.apis, name)
	p.d.basis, p.d.lists.apis = p.d.basis+1, nil
	p.d.later(func(ctx context.Context, s Store, _ time.Duration) error { return s.DeleteAPI(ctx, name) })
	return nil
}

func (d *Draft) putAPI(a access.API) {
	d.apis[a.ID] = a
	d.basis, d.lists.apis = d.basis+1, nil
}

func (d *Draft) freeAPI(a access.API) error {
	for name, other := range d.apis {
		if name != a.ID && other.Audience == a.Audience {
			return exists("api", "There is an API with this id or this audience already.")
		}
	}
	return nil
}

func (p Policy) Roles(context.Context) ([]access.Role, error) {
	return listed(&p.d.lists.roles, p.d.roles), nil
}

func (p Policy) InsertRole(_ context.Context, r access.Role) error {
	if _, taken := p.d.roles[r.ID]; taken {
		return exists("role", "There is a role with this id already.")
	}
	p.d.putRole(r)
	insert(p.d, Store.InsertRoles, r)
	return nil
}

func (p Policy) UpdateRole(_ context.Context, r access.Role) error {
	if was, ok := p.d.roles[r.ID]; !ok || was.Rev != r.Rev {
		return changed("role")
	}
	is := r
	is.Rev++
	p.d.putRole(is)
	p.d.later(func(ctx context.Context, s Store, _ time.Duration) error { return s.UpdateRole(ctx, r) })
	return nil
}

func (p Policy) DeleteRole(_ context.Context, name string) error {
	if _, ok := p.d.roles[name]; !ok {
		return fault.Missing("role")
	}
	delete(p.d.roles, name)
	p.d.basis, p.d.lists.roles = p.d.basis+1, nil
	p.d.later(func(ctx context.Context, s Store, _ time.Duration) error { return s.DeleteRole(ctx, name) })
	return nil
}

func (d *Draft) putRole(r access.Role) {
	d.roles[r.ID] = r
	d.basis, d.lists.roles = d.basis+1, nil
}

func (p Policy) Scopes(context.Context) ([]access.Scope, error) {
	return listed(&p.d.lists.scopes, p.d.scopes), nil
}

func (p Policy) InsertScope(_ context.Context, one access.Scope) error {
	if _, taken := p.d.scopes[one.Name]; taken {
		return exists("scope", "This scope is bound to permissions already.")
	}
	p.d.putScope(one)
	insert(p.d, Store.InsertScopes, one)
	return nil
}

func (p Policy) UpdateScope(_ context.Context, one access.Scope) error {
	if was, ok := p.d.scopes[one.Name]; !ok || was.Rev != one.Rev {
		return changed("scope")
	}
	is := one
	is.Rev++
	p.d.putScope(is)
	p.d.later(func(ctx context.Context, s Store, _ time.Duration) error { return s.UpdateScope(ctx, one) })
	return nil
}

func (p Policy) DeleteScope(_ context.Context, name string) error {
	if _, ok := p.d.scopes[name]; !ok {
		return fault.Missing("scope")
	}
	delete(p.d.scopes, name)
	p.d.basis, p.d.lists.scopes = p.d.basis+1, nil
	p.d.later(func(ctx context.Context, s Store, _ time.Duration) error { return s.DeleteScope(ctx, name) })
	return nil
}

func (d *Draft) putScope(one access.Scope) {
	d.scopes[one.Name] = one
	d.basis, d.lists.scopes = d.basis+1, nil
}

func exists(thing, detail string) error { return fault.New(fault.Conflict, thing+".exists", detail) }

// changed cannot come to be: nobody else writes to a draft.
func changed(thing string) error {
	return fault.New(fault.Conflict, "access.changed", "Somebody else changed this "+thing+" meanwhile. Look at it again.")
}
