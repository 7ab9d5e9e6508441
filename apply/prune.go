package apply

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"gatehouse/access"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/oauth"
)

// names reports whether the set names a thing; it is asked before objects are looked at.
func (p *planner) names(k key) bool {
	_, named := p.named[k]
	return named || p.wanted()[k]
}

// wanted are the names of what the set has, made once.
func (p *planner) wanted() map[key]bool {
	if p.want != nil {
		return p.want
	}
	p.want = map[key]bool{}
	for i, one := range p.set.Objects {
		k := key{one.Kind, one.ID}
		switch s := one.Spec.(type) {
		case *GrantSpec:
			k.name = string(GrantID(one.ID))
		case *MembershipSpec:
			m, ok := reading{i, &problems{}, p.people}.membership(s)
			if !ok {
				continue // it is refused
			}
			k.name = membershipName(m.Membership)
		}
		p.want[k] = true
	}
	return p.want
}

// prune removes one thing. Was is its specification where its id says little, or nil.
func (p *planner) prune(kind Kind, name, says string, was any, remove func() error) error {
	if err := p.allowed(removing(kind)); err != nil {
		return p.unpruned(kind, says, err)
	}
	if err := remove(); err != nil {
		return p.unpruned(kind, says, err)
	}
	p.plan.Changes = append(p.plan.Changes, Change{Delete, kind, says, diff(was, nil)})
	p.plan.drop = append(p.plan.drop, access.Managed{Kind: string(kind), Name: name})
	return nil
}

// unpruned keeps why something that no object of the set names cannot be removed.
func (p *planner) unpruned(kind Kind, says string, err error) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || !slices.Contains([]fault.Kind{fault.Forbidden, fault.Invalid, fault.Conflict, fault.NotFound}, f.Kind) {
		return err
	}
	p.forbidden = p.forbidden || f.Kind == fault.Forbidden
	p.bad = append(p.bad, fault.Field{Name: "prune", Problem: strings.TrimSuffix(string(kind)+" "+says, " ") + ": " + f.Detail})
	return nil
}

func (p *planner) pruneGrants(ctx context.Context) error {
	var living []access.GrantRecord
	for _, name := range p.left(Grant, func(name string) (time.Time, bool) {
		g, there := p.plan.draft.Living(id.Grant(name), p.now)
		return g.Created, there
	}) {
		g, _ := p.plan.draft.Living(id.Grant(name), p.now)
		living = append(living, g)
	}
	people, err := addresses(ctx, p, living, func(g access.GrantRecord) access.Subject { return g.Subject })
	if err != nil {
		return err
	}
	// What is denied goes last: whoever may not lift it is told so with all else in place.
	slices.SortStableFunc(living, func(a, b access.GrantRecord) int { return strings.Compare(string(a.Effect), string(b.Effect)) })
	for _, g := range living {
		err := p.prune(Grant, string(g.ID), grantSays(g), ofGrant(g.Grant, people), func() error {
			_, err := p.access.Revoke(ctx, p.by, g.ID, "The set "+p.set.Name+" names it no more")
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *planner) pruneMemberships(ctx context.Context) error {
	find := func(name string) (access.MembershipRecord, bool) {
		of, member, _ := strings.Cut(name, "/")
		m, err := p.policy.Membership(ctx, subjectOf(of), subjectOf(member))
		return m, err == nil
	}
	var all []access.MembershipRecord
	for _, name := range p.left(Membership, func(name string) (time.Time, bool) { m, there := find(name); return m.Created, there }) {
		m, _ := find(name)
		all = append(all, m)
	}
	people, err := addresses(ctx, p, all, func(m access.MembershipRecord) access.Subject { return m.Member })
	if err != nil {
		return err
	}
	for _, m := range all {
		says := membershipSays(ofMembership(m, people))
		err := p.prune(Membership, membershipName(m.Membership), says, nil, func() error { return p.access.RemoveMember(ctx, p.by, m.Of, m.Member) })
		if err != nil {
			return err
		}
	}
	return nil
}

// addresses are those of the people whom a list is about. Whoever may not see them is
// told of people by their ids.
func addresses[T any](ctx context.Context, p *planner, list []T, who func(T) access.Subject) (map[id.User]string, error) {
	err := p.asked(ReadPeople)
	if fault.Is(err, fault.Forbidden) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return emails(ctx, p.s, list, who)
}

func subjectOf(text string) access.Subject {
	kind, name, _ := strings.Cut(text, ":")
	return access.Subject{Kind: access.Kind(kind), ID: name}
}

// pruneAll removes what is left of a kind.
func pruneAll[T any](p *planner, kind Kind, get func(name string) (T, error), made func(T) time.Time, remove func(name string) error) error {
	for _, name := range p.left(kind, func(name string) (time.Time, bool) { v, err := get(name); return made(v), err == nil }) {
		if err := p.prune(kind, name, name, nil, func() error { return remove(name) }); err != nil {
			return err
		}
	}
	return nil
}

func (p *planner) pruneAccounts(ctx context.Context) error {
	return pruneAll(p, ServiceAccount,
		func(name string) (access.ServiceAccountRecord, error) { return p.access.ServiceAccount(ctx, name) },
		func(a access.ServiceAccountRecord) time.Time { return a.Created },
		func(name string) error { return p.access.DeleteServiceAccount(ctx, p.by, name, p.because()) })
}

func (p *planner) pruneClients(ctx context.Context) error {
	return pruneAll(p, Client,
		func(name string) (oauth.Client, error) { return p.clients.Client(ctx, id.Client(name)) },
		func(c oauth.Client) time.Time { return c.Created },
		func(name string) error { return p.clients.DeleteClient(ctx, p.by, id.Client(name)) })
}

func (p *planner) pruneScopes(ctx context.Context) error {
	return pruneAll(p, Scope,
		func(name string) (access.Scope, error) { return p.access.Scope(ctx, name) },
		func(s access.Scope) time.Time { return s.Created },
		func(name string) error { return p.access.DeleteScope(ctx, p.by, name) })
}

// pruneRoles removes those first that have others for parents.
func (p *planner) pruneRoles(ctx context.Context) error {
	parents := map[string][]string{}
	for _, name := range p.left(Role, func(name string) (time.Time, bool) {
		r, err := p.access.Role(ctx, name)
		return r.Created, err == nil
	}) {
		r, err := p.access.Role(ctx, name)
		if err != nil {
			return err
		}
		parents[name] = r.Parents
	}
	order := upwards(parents)
	slices.Reverse(order)
	for _, name := range order {
		if err := p.prune(Role, name, name, nil, func() error { return p.access.DeleteRole(ctx, p.by, name) }); err != nil {
			return err
		}
	}
	return nil
}

func (p *planner) pruneAPIs(ctx context.Context) error {
	return pruneAll(p, API,
		func(name string) (access.API, error) { return p.access.API(ctx, name) },
		func(a access.API) time.Time { return a.Created },
		func(name string) error { return p.access.DeleteAPI(ctx, p.by, name) })
}

func (p *planner) pruneGroups(ctx context.Context) error {
	return pruneAll(p, Group,
		func(name string) (access.GroupRecord, error) { return p.access.Group(ctx, name) },
		func(g access.GroupRecord) time.Time { return g.Created },
		func(name string) error { return p.access.DeleteGroup(ctx, p.by, name) })
}

func (p *planner) pruneOrgs(ctx context.Context) error {
	return pruneAll(p, Organisation,
		func(name string) (access.OrgRecord, error) { return p.access.Org(ctx, name) },
		func(o access.OrgRecord) time.Time { return o.Created },
		func(name string) error { return p.access.DeleteOrg(ctx, p.by, name) })
}
