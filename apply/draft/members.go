package draft

import (
	"context"
	"time"

	"gatehouse/access"
	"gatehouse/fault"
)

func (p Policy) Groups(context.Context) ([]access.GroupRecord, error) {
	return listed(&p.d.lists.groups, p.d.groups), nil
}

func (p Policy) InsertGroup(_ context.Context, g access.GroupRecord) error {
	if _, taken := p.d.groups[g.ID]; taken {
		return exists("group", "There is a group with this id already.")
	}
	p.d.groups[g.ID] = g
	added(&p.d.lists.groups, g)
	insert(p.d, Store.InsertGroups, g)
	return nil
}

func (p Policy) UpdateGroup(_ context.Context, g access.GroupRecord) error {
	if was, ok := p.d.groups[g.ID]; !ok || was.Rev != g.Rev {
		return changed("group")
	}
	is := g
	is.Rev++
	p.d.groups[g.ID], p.d.lists.groups = is, nil
	p.d.later(func(ctx context.Context, s Store, _ time.Duration) error { return s.UpdateGroup(ctx, g) })
	return nil
}

func (p Policy) DeleteGroup(_ context.Context, name string) error {
	if _, ok := p.d.groups[name]; !ok {
		return fault.Missing("group")
	}
	delete(p.d.groups, name)
	p.d.lists.groups = nil
	p.d.dropAll(access.Subject{Kind: access.Group, ID: name})
	p.d.later(func(ctx context.Context, s Store, _ time.Duration) error { return s.DeleteGroup(ctx, name) })
	return nil
}

func (p Policy) Orgs(context.Context) ([]access.OrgRecord, error) {
	return listed(&p.d.lists.orgs, p.d.orgs), nil
}

func (p Policy) InsertOrg(_ context.Context, o access.OrgRecord) error {
	if _, taken := p.d.orgs[o.ID]; taken {
		return exists("org", "There is an organisation with this id already.")
	}
	p.d.orgs[o.ID] = o
	added(&p.d.lists.orgs, o)
	insert(p.d, Store.InsertOrgs, o)
	return nil
}

func (p Policy) UpdateOrg(_ context.Context, o access.OrgRecord) error {
	if was, ok := p.d.orgs[o.ID]; !ok || was.Rev != o.Rev {
		return changed("organisation")
	}
	is := o
	is.Rev++
	p.d.orgs[o.ID], p.d.lists.orgs = is, nil
	p.d.later(func(ctx context.Context, s Store, _ time.Duration) error { return s.UpdateOrg(ctx, o) })
	return nil
}

func (p Policy) DeleteOrg(_ context.Context, name string) error {
	if _, ok := p.d.orgs[name]; !ok {
		return fault.Missing("org")
	}
	delete(p.d.orgs, name)
	p.d.lists.orgs = nil
	p.d.dropAll(access.Subject{Kind: access.Organisation, ID: name})
	p.d.later(func(ctx context.Context, s Store, _ time.Duration) error { return s.DeleteOrg(ctx, name) })
	return nil
}

func (p Policy) ServiceAccounts(context.Context) ([]access.ServiceAccountRecord, error) {
	return listed(&p.d.lists.accounts, p.d.accounts), nil
}

func (p Policy) InsertServiceAccount(_ context.Context, a access.ServiceAccountRecord) error {
	if _, taken := p.d.accounts[a.ID]; taken {
		return exists("service", "There is a service account with this id already.")
	}
	p.d.putAccount(a)
	insert(p.d, Store.InsertServiceAccounts, a)
	return nil
}

func (p Policy) UpdateServiceAccount(_ context.Context, a access.ServiceAccountRecord) error {
	if was, ok := p.d.accounts[a.ID]; !ok || was.Rev != a.Rev {
		return changed("service account")
	}
	is := a
	is.Rev++
	p.d.putAccount(is)
	p.d.later(func(ctx context.Context, s Store, _ time.Duration) error { return s.UpdateServiceAccount(ctx, a) })
	return nil
}

func (p Policy) DeleteServiceAccount(_ context.Context, name string) error {
	if _, ok := p.d.accounts[name]; !ok {
		return fault.Missing("service")
	}
	delete(p.d.accounts, name)
	p.d.lists.accounts = nil
	p.d.moved[access.Subject{Kind: access.ServiceAccount, ID: name}]++
	p.d.later(func(ctx context.Context, s Store, _ time.Duration) error { return s.DeleteServiceAccount(ctx, name) })
	return nil
}

func (d *Draft) putAccount(a access.ServiceAccountRecord) {
	d.accounts[a.ID], d.lists.accounts = a, nil
	d.moved[access.Subject{Kind: access.ServiceAccount, ID: a.ID}]++
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
		return p.d.accounts[who.ID].Disabled, nil
	case access.Client:
		return p.d.client(who.ID).Disabled, nil
	}
	return p.Store.Disabled(ctx, who)
}
