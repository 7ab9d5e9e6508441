package draft

import (
	"context"
	"time"

	"gatehouse/access"
	"gatehouse/fault"
)

func (p Policy) Groups(context.Context) ([]access.GroupRecord, error) {
	return p.d.groups.listed(), nil
}

func (p Policy) InsertGroup(_ context.Context, g access.GroupRecord) error {
	return p.d.groups.insert(p.d, g, Store.InsertGroups)
}

func (p Policy) UpdateGroup(_ context.Context, g access.GroupRecord) error {
	return p.d.groups.update(p.d, g, Store.UpdateGroup)
}

func (p Policy) DeleteGroup(_ context.Context, name string) error {
	p.d.dropAll(access.Subject{Kind: access.Group, ID: name})
	return p.d.groups.remove(p.d, name, Store.DeleteGroup)
}

func (p Policy) Orgs(context.Context) ([]access.OrgRecord, error) { return p.d.orgs.listed(), nil }

func (p Policy) InsertOrg(_ context.Context, o access.OrgRecord) error {
	return p.d.orgs.insert(p.d, o, Store.InsertOrgs)
}

func (p Policy) UpdateOrg(_ context.Context, o access.OrgRecord) error {
	return p.d.orgs.update(p.d, o, Store.UpdateOrg)
}

func (p Policy) DeleteOrg(_ context.Context, name string) error {
	p.d.dropAll(access.Subject{Kind: access.Organisation, ID: name})
	return p.d.orgs.remove(p.d, name, Store.DeleteOrg)
}

func (p Policy) ServiceAccounts(context.Context) ([]access.ServiceAccountRecord, error) {
	return p.d.accounts.listed(), nil
}

func (p Policy) InsertServiceAccount(_ context.Context, a access.ServiceAccountRecord) error {
	p.d.movedAccount(a.ID)
	return p.d.accounts.insert(p.d, a, Store.InsertServiceAccounts)
}

func (p Policy) UpdateServiceAccount(_ context.Context, a access.ServiceAccountRecord) error {
	p.d.movedAccount(a.ID)
	return p.d.accounts.update(p.d, a, Store.UpdateServiceAccount)
}

func (p Policy) DeleteServiceAccount(_ context.Context, name string) error {
	p.d.movedAccount(name)
	return p.d.accounts.remove(p.d, name, Store.DeleteServiceAccount)
}

func (d *Draft) movedAccount(name string) {
	d.moved[access.Subject{Kind: access.ServiceAccount, ID: name}]++
}

func (p Policy) Locks(context.Context) ([]access.LockRecord, error) { return p.d.locks, nil }

func (p Policy) DeleteLock(_ context.Context, on access.LockTarget) error {
	for i, l := range p.d.locks {
		if l.On == on {
			p.d.locks = append(p.d.locks[:i:i], p.d.locks[i+1:]...)
			p.d.basis++
			p.d.later(func(ctx context.Context, s Store, _ time.Duration) error { return s.DeleteLock(ctx, on) })
			return nil
		}
	}
	return fault.Missing("lock")
}

// Disabled implements access.Store. Of people the store knows.
func (p Policy) Disabled(ctx context.Context, who access.Subject) (bool, error) {
	switch who.Kind {
	case access.ServiceAccount:
		return p.d.accounts.all[who.ID].Disabled, nil
	case access.Client:
		return p.d.client(who.ID).Disabled, nil
	}
	return p.Store.Disabled(ctx, who)
}

// GroupNamed implements access.Draft.
func (p Policy) GroupNamed(name string) (access.GroupRecord, bool) {
	one, there := p.d.groups.all[name]
	return one, there
}

// OrgNamed implements access.Draft.
func (p Policy) OrgNamed(name string) (access.OrgRecord, bool) {
	one, there := p.d.orgs.all[name]
	return one, there
}

// ServiceAccountNamed implements access.Draft.
func (p Policy) ServiceAccountNamed(name string) (access.ServiceAccountRecord, bool) {
	one, there := p.d.accounts.all[name]
	return one, there
}
