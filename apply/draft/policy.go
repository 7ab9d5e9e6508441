package draft

import (
	"context"
	"maps"
	"slices"
	"time"

	"gatehouse/access"
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
	all := slices.Clone(p.d.apis.listed())
	for i := range all {
		all[i].Permissions, all[i].Servers, all[i].Owners = slices.Clone(all[i].Permissions), slices.Clone(all[i].Servers), maps.Clone(all[i].Owners)
	}
	return all, nil
}

func (p Policy) InsertAPI(_ context.Context, a access.API) error {
	if err := p.d.freeAPI(a); err != nil {
		return err
	}
	p.d.basis++
	return p.d.apis.insert(p.d, a, func(s Store, ctx context.Context, all []access.API) error {
		for _, one := range all {
			if err := s.InsertAPI(ctx, one); err != nil {
				return err
			}
		}
		return nil
	})
}

func (p Policy) UpdateAPI(_ context.Context, a access.API) error {
	if err := p.d.freeAPI(a); err != nil {
		return err
	}
	p.d.basis++
	return p.d.apis.update(p.d, a, Store.UpdateAPI)
}

func (p Policy) DeleteAPI(_ context.Context, name string) error {
	p.d.basis++
	return p.d.apis.remove(p.d, name, Store.DeleteAPI)
}

func (d *Draft) freeAPI(a access.API) error {
	for name, other := range d.apis.all {
		if name != a.ID && other.Audience == a.Audience {
			return exists("api", d.apis.taken)
		}
	}
	return nil
}

func (p Policy) Roles(context.Context) ([]access.Role, error) { return p.d.roles.listed(), nil }

func (p Policy) InsertRole(_ context.Context, r access.Role) error {
	p.d.basis++
	return p.d.roles.insert(p.d, r, Store.InsertRoles)
}

func (p Policy) UpdateRole(_ context.Context, r access.Role) error {
	p.d.basis++
	return p.d.roles.update(p.d, r, Store.UpdateRole)
}

func (p Policy) DeleteRole(_ context.Context, name string) error {
	p.d.basis++
	return p.d.roles.remove(p.d, name, Store.DeleteRole)
}

func (p Policy) Scopes(context.Context) ([]access.Scope, error) { return p.d.scopes.listed(), nil }

func (p Policy) InsertScope(_ context.Context, one access.Scope) error {
	p.d.basis++
	return p.d.scopes.insert(p.d, one, Store.InsertScopes)
}

func (p Policy) UpdateScope(_ context.Context, one access.Scope) error {
	p.d.basis++
	return p.d.scopes.update(p.d, one, Store.UpdateScope)
}

func (p Policy) DeleteScope(_ context.Context, name string) error {
	p.d.basis++
	return p.d.scopes.remove(p.d, name, Store.DeleteScope)
}
