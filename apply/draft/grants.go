package draft

import (
	"cmp"
	"context"
	"maps"
	"math"
	"slices"
	"time"

	"gatehouse/access"
	"gatehouse/fault"
	"gatehouse/id"
)

// grants are those of a house that were not over when it was read.
type grants struct {
	all     map[id.Grant]access.GrantRecord
	subject map[access.Subject][]id.Grant
	role    map[string][]id.Grant
	api     map[string][]id.Grant            // of permissions of it
	ordered []access.GrantRecord             // all, in the order of their ends; nil: to be made
	over    map[id.Grant]*access.GrantRecord // that were looked for; nil: there is none
}

// Look looks for grants that were over when the draft was read, so that nobody has to ask
// for each of them.
func (d *Draft) Look(ctx context.Context, names []id.Grant) error {
	d.grants.over = make(map[id.Grant]*access.GrantRecord, len(names))
	for _, name := range names {
		if _, living := d.grants.all[name]; !living {
			d.grants.over[name] = nil
		}
	}
	found, err := d.store.GrantsNamed(ctx, slices.Collect(maps.Keys(d.grants.over)))
	for i := range found {
		d.grants.over[found[i].ID] = &found[i]
	}
	return err
}

func (d *Draft) readGrants(ctx context.Context) error {
	g := &d.grants
	g.all, g.subject, g.role, g.api = map[id.Grant]access.GrantRecord{}, map[access.Subject][]id.Grant{}, map[string][]id.Grant{}, map[string][]id.Grant{}
	for at := (access.GrantCursor{Ends: d.at}); ; {
		list, err := d.store.GrantsAfter(ctx, access.Subject{}, at, page)
		if err != nil {
			return err
		}
		for _, one := range list {
			g.add(one)
		}
		if len(list) < page {
			return nil
		}
		last := &list[len(list)-1]
		at = access.GrantCursor{Ends: last.Ends(), ID: last.ID}
	}
}

func (g *grants) add(one access.GrantRecord) {
	g.all[one.ID], g.ordered = one, nil
	g.subject[one.Subject] = append(g.subject[one.Subject], one.ID)
	if one.Role != "" {
		g.role[one.Role] = append(g.role[one.Role], one.ID)
	} else {
		g.api[one.Permission.API] = append(g.api[one.Permission.API], one.ID)
	}
}

func (p Policy) InsertGrant(_ context.Context, one access.GrantRecord) error {
	if _, taken := p.d.grants.all[one.ID]; taken {
		return fault.New(fault.Conflict, "grant.id_taken", "There is a grant with this id already.")
	}
	p.d.grants.add(one)
	p.d.moved[one.Subject]++
	insert(p.d, Store.InsertGrants, one)
	return nil
}

func (p Policy) UpdateGrant(_ context.Context, one access.GrantRecord) error {
	was, ok := p.d.grants.all[one.ID]
	if !ok || was.Rev != one.Rev {
		return changed("grant")
	}
	is := one
	is.Rev++
	p.d.grants.all[one.ID], p.d.grants.ordered = is, nil
	p.d.moved[one.Subject]++
	p.d.later(func(ctx context.Context, s Store, _ time.Duration) error { return s.UpdateGrant(ctx, one) })
	return nil
}

func (p Policy) EndGrantsOf(_ context.Context, who access.Subject, now time.Time, by, reason string) (n int64, err error) {
	for _, name := range p.d.grants.subject[who] {
		one := p.d.grants.all[name]
		if one.OverAt(now) {
			continue
		}
		one.Revoked, one.RevokedBy, one.RevokedReason, one.Rev = now, by, reason, one.Rev+1
		p.d.grants.all[name], p.d.grants.ordered = one, nil
		n++
	}
	p.d.moved[who]++
	p.d.later(func(ctx context.Context, s Store, _ time.Duration) error {
		_, err := s.EndGrantsOf(ctx, who, now, by, reason)
		return err
	})
	return n, nil
}

// Grant implements access.Store; the store knows those that were over.
func (p Policy) Grant(ctx context.Context, grant id.Grant) (access.GrantRecord, error) {
	if one, ok := p.d.grants.all[grant]; ok {
		return one, nil
	}
	one, looked := p.d.grants.over[grant]
	switch {
	case !looked:
		return p.Store.Grant(ctx, grant)
	case one == nil:
		return access.GrantRecord{}, fault.Missing("grant")
	}
	return *one, nil
}

// ends is the place of an end among others; none is the last.
func ends(t time.Time) int64 {
	if t.IsZero() {
		return math.MaxInt64
	}
	return t.UnixMicro()
}

func byEnd(a access.GrantRecord, at access.GrantCursor) int {
	return cmp.Or(cmp.Compare(ends(a.Ends()), ends(at.Ends)), cmp.Compare(a.ID, at.ID))
}

func cursor(g access.GrantRecord) access.GrantCursor {
	return access.GrantCursor{Ends: g.Ends(), ID: g.ID}
}

func inOrder(a, b access.GrantRecord) int { return byEnd(a, cursor(b)) }

// GrantsAfter implements access.Store.
func (p Policy) GrantsAfter(_ context.Context, who access.Subject, after access.GrantCursor, limit int) (list []access.GrantRecord, err error) {
	if who != (access.Subject{}) {
		list = p.d.grants.sorted(p.d.grants.subject[who])
	} else {
		list = p.d.allGrants()
	}
	at, found := slices.BinarySearchFunc(list, after, byEnd)
	if found {
		at++
	}
	return slices.Clone(list[at:min(len(list), at+limit)]), nil
}

// SomeGrantsAfter implements access.Store.
func (p Policy) SomeGrantsAfter(_ context.Context, like access.Likeness, after access.GrantCursor, limit int) (list []access.GrantRecord, err error) {
	var all []access.GrantRecord
	switch {
	case like.Role != "":
		all = p.d.grants.sorted(p.d.grants.role[like.Role])
	case like.API != "":
		all = p.d.grants.sorted(p.d.grants.api[like.API])
	default:
		all = p.d.allGrants()
	}
	from, _ := slices.BinarySearchFunc(all, after, byEnd)
	for i := from; i < len(all) && len(list) < limit; i++ {
		if like.Has(&all[i].Grant) && byEnd(all[i], after) > 0 {
			list = append(list, all[i])
		}
	}
	return list, nil
}

// sorted are those of some ids, in the order of their ends.
func (g *grants) sorted(names []id.Grant) []access.GrantRecord {
	list := make([]access.GrantRecord, len(names))
	for i, name := range names {
		list[i] = g.all[name]
	}
	slices.SortFunc(list, inOrder)
	return list
}

func (d *Draft) allGrants() []access.GrantRecord {
	if d.grants.ordered == nil {
		d.grants.ordered = make([]access.GrantRecord, 0, len(d.grants.all))
		for _, one := range d.grants.all {
			d.grants.ordered = append(d.grants.ordered, one)
		}
		slices.SortFunc(d.grants.ordered, inOrder)
	}
	return d.grants.ordered
}

func (p Policy) GrantOfRole(_ context.Context, role string, now time.Time) (id.Grant, error) {
	return p.d.first(p.d.grants.role[role], now)
}

func (d *Draft) first(names []id.Grant, now time.Time) (id.Grant, error) {
	for _, name := range names {
		if one := d.grants.all[name]; !one.OverAt(now) {
			return name, nil
		}
	}
	return "", nil
}

func (p Policy) GrantOfAPI(_ context.Context, api string, now time.Time) (id.Grant, error) {
	return p.d.some(now, func(g *access.GrantRecord) bool { return g.Permission.API == api })
}

func (p Policy) GrantInOrg(_ context.Context, org string, now time.Time) (id.Grant, error) {
	return p.d.some(now, func(g *access.GrantRecord) bool { return g.Org == org })
}

func (d *Draft) some(now time.Time, is func(g *access.GrantRecord) bool) (id.Grant, error) {
	for _, one := range d.allGrants() {
		if is(&one) && !one.OverAt(now) {
			return one.ID, nil
		}
	}
	return "", nil
}

func (p Policy) GranteesOfRole(_ context.Context, role string, now time.Time, limit int) (list []access.RoleGrantee, err error) {
	for _, name := range p.d.grants.role[role] {
		if one := p.d.grants.all[name]; !one.OverAt(now) && len(list) < limit {
			list = append(list, access.RoleGrantee{Subject: one.Subject, Effect: one.Effect})
		}
	}
	return list, nil
}

// Administered foresees what the store answers once all is written, which is what
// counts: whether there is a live administrator, as access.Service says.
func (p Policy) Administered(ctx context.Context, now time.Time) (bool, error) {
	for _, name := range p.d.grants.role[access.Administrator] {
		one := p.d.grants.all[name]
		if one.Subject.Kind != access.User || one.Effect != access.Allow || one.Org != "" || one.Where.Place != access.Everywhere ||
			one.Requires != (access.Requirement{}) || !one.Ends().IsZero() || one.NotBefore.After(now) || p.d.denied(one, now) {
			continue
		}
		if disabled, err := p.Store.Disabled(ctx, one.Subject); err != nil || !disabled {
			return err == nil, err
		}
	}
	return false, nil
}

func (d *Draft) denied(one access.GrantRecord, now time.Time) bool {
	for _, l := range d.locks {
		on := l.On == access.On(one.Subject) || l.On == access.LockTarget{Kind: access.LockRole, ID: one.Role} || l.On == access.LockTarget{Kind: access.LockGrant, ID: string(one.ID)}
		if on && (l.Ends.IsZero() || now.Before(l.Ends)) {
			return true
		}
	}
	for _, name := range d.grants.subject[one.Subject] {
		deny := d.grants.all[name]
		if deny.Effect != access.Allow && !deny.OverAt(now) && (deny.Permission.API == access.Gatehouse || access.OfGatehouse(deny.Role)) {
			return true
		}
	}
	return false
}

// Living returns a grant that is not over, by its id.
func (d *Draft) Living(grant id.Grant, now time.Time) (access.GrantRecord, bool) {
	one, ok := d.grants.all[grant]
	return one, ok && !one.OverAt(now)
}
