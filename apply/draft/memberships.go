package draft

import (
	"cmp"
	"context"
	"slices"
	"time"

	"gatehouse/access"
	"gatehouse/fault"
)

// memberships are all of a house.
type memberships struct {
	in     map[access.Subject]*inside                  // who is in a group or an organisation
	member map[access.Kind]map[string][]access.Subject // what a member is in, in order
}

// inside are those who are in one group or organisation. Many may come and go before
// somebody asks for the list: what changed lies beside it until then.
type inside struct {
	list    []access.MembershipRecord                   // by the member's kind and id
	changed map[access.Subject]*access.MembershipRecord // since; nil: it went
}

// page is how many rows are read at once.
const page = 5000

func (d *Draft) readMemberships(ctx context.Context) error {
	d.memberships = memberships{map[access.Subject]*inside{}, map[access.Kind]map[string][]access.Subject{}}
	for _, kind := range []access.Kind{access.User, access.ServiceAccount, access.Client, access.Group} {
		for member, of := "", (access.Subject{}); ; {
			list, err := d.store.MembershipsAfter(ctx, kind, member, of, page)
			if err != nil {
				return err
			}
			for _, m := range list {
				in := d.memberships.inside(m.Of)
				in.list = append(in.list, m)
				d.memberships.enter(m.Member, m.Of)
			}
			if len(list) < page {
				break
			}
			last := &list[len(list)-1]
			member, of = last.Member.ID, last.Of
		}
	}
	for _, in := range d.memberships.in {
		in.sort()
	}
	return nil
}

func byMember(m access.MembershipRecord, who access.Subject) int { return bySubject(m.Member, who) }

func bySubject(a, b access.Subject) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID))
}

func (in *inside) sort() {
	slices.SortFunc(in.list, func(a, b access.MembershipRecord) int { return bySubject(a.Member, b.Member) })
}

func (in *inside) get(member access.Subject) (access.MembershipRecord, bool) {
	if m, changed := in.changed[member]; changed {
		if m == nil {
			return access.MembershipRecord{}, false
		}
		return *m, true
	}
	at, found := slices.BinarySearchFunc(in.list, member, byMember)
	if !found {
		return access.MembershipRecord{}, false
	}
	return in.list[at], true
}

// all lists them. It is theirs alone until the next call.
func (in *inside) all() []access.MembershipRecord {
	if len(in.changed) == 0 {
		return in.list
	}
	in.list = slices.DeleteFunc(in.list, func(m access.MembershipRecord) bool { _, changed := in.changed[m.Member]; return changed })
	for _, m := range in.changed {
		if m != nil {
			in.list = append(in.list, *m)
		}
	}
	in.changed = map[access.Subject]*access.MembershipRecord{}
	in.sort()
	return in.list
}

func (m *memberships) inside(of access.Subject) *inside {
	in := m.in[of]
	if in == nil {
		in = &inside{changed: map[access.Subject]*access.MembershipRecord{}}
		m.in[of] = in
	}
	return in
}

// of lists what a member is in.
func (m *memberships) of(member access.Subject) []access.Subject {
	return m.member[member.Kind][member.ID]
}

func (m *memberships) enter(member, of access.Subject) {
	if m.member[member.Kind] == nil {
		m.member[member.Kind] = map[string][]access.Subject{}
	}
	in := m.of(member)
	at, _ := slices.BinarySearchFunc(in, of, bySubject)
	m.member[member.Kind][member.ID] = slices.Insert(in, at, of)
}

func (m *memberships) put(one access.MembershipRecord) {
	in := m.inside(one.Of)
	if _, there := in.get(one.Member); !there {
		m.enter(one.Member, one.Of)
	}
	in.changed[one.Member] = &one
}

func (m *memberships) get(of, member access.Subject) (access.MembershipRecord, bool) {
	in := m.in[of]
	if in == nil {
		return access.MembershipRecord{}, false
	}
	return in.get(member)
}

func (m *memberships) drop(of, member access.Subject) bool {
	if _, there := m.get(of, member); !there {
		return false
	}
	m.in[of].changed[member] = nil
	left := slices.Clone(m.of(member)) // somebody may go through it
	if at, found := slices.BinarySearchFunc(left, of, bySubject); found {
		left = slices.Delete(left, at, at+1)
	}
	if m.member[member.Kind][member.ID] = left; len(left) == 0 {
		delete(m.member[member.Kind], member.ID)
	}
	return true
}

// dropAll takes out who is in a group or an organisation, and it out of what it is in.
func (d *Draft) dropAll(who access.Subject) {
	for _, m := range slices.Clone(d.memberships.inside(who).all()) {
		d.memberships.drop(who, m.Member)
		d.moved[m.Member]++
	}
	for _, of := range d.memberships.of(who) {
		d.memberships.drop(of, who)
	}
	d.moved[who]++
}

func (p Policy) PutMembership(_ context.Context, m access.MembershipRecord) error {
	if was, ok := p.d.memberships.get(m.Of, m.Member); ok {
		m.Rev = was.Rev + 1
	}
	p.d.memberships.put(m)
	p.d.moved[m.Member]++
	insert(p.d, Store.PutMemberships, m)
	return nil
}

func (p Policy) DeleteMembership(_ context.Context, of, member access.Subject) error {
	if !p.d.memberships.drop(of, member) {
		return fault.Missing("member")
	}
	p.d.moved[member]++
	p.d.later(func(ctx context.Context, s Store, _ time.Duration) error { return s.DeleteMembership(ctx, of, member) })
	return nil
}

func (p Policy) DropMemberships(_ context.Context, member access.Subject) (n int64, err error) {
	for _, of := range p.d.memberships.of(member) {
		p.d.memberships.drop(of, member)
		n++
	}
	p.d.moved[member]++
	p.d.later(func(ctx context.Context, s Store, _ time.Duration) error {
		_, err := s.DropMemberships(ctx, member)
		return err
	})
	return n, nil
}

func (p Policy) Membership(_ context.Context, of, member access.Subject) (access.MembershipRecord, error) {
	m, ok := p.d.memberships.get(of, member)
	if !ok {
		return m, fault.Missing("member")
	}
	return m, nil
}

func (p Policy) Members(_ context.Context, of, after access.Subject, limit int) ([]access.MembershipRecord, error) {
	list := p.d.memberships.inside(of).all()
	at, found := slices.BinarySearchFunc(list, after, byMember)
	if found {
		at++
	}
	return slices.Clone(list[at:min(len(list), at+limit)]), nil
}

func (p Policy) MembershipsOf(_ context.Context, member access.Subject) (all []access.MembershipRecord, err error) {
	for _, of := range p.d.memberships.of(member) {
		m, _ := p.d.memberships.get(of, member)
		all = append(all, m)
	}
	return all, nil
}

func (p Policy) MembershipsAfter(ctx context.Context, kind access.Kind, member string, of access.Subject, limit int) (all []access.MembershipRecord, err error) {
	first := access.Subject{Kind: kind, ID: member}
	for _, in := range p.d.memberships.of(first) {
		if bySubject(in, of) > 0 && len(all) < limit {
			m, _ := p.d.memberships.get(in, first)
			all = append(all, m)
		}
	}
	if len(all) == limit {
		return all, nil
	}
	for _, who := range p.d.membersOf(kind, member) {
		for _, in := range p.d.memberships.of(who) {
			m, _ := p.d.memberships.get(in, who)
			if all = append(all, m); len(all) == limit {
				return all, nil
			}
		}
	}
	return all, nil
}

// membersOf are those of a kind who are in something, behind one of them.
func (d *Draft) membersOf(kind access.Kind, after string) (list []access.Subject) {
	for name := range d.memberships.member[kind] {
		if name > after {
			list = append(list, access.Subject{Kind: kind, ID: name})
		}
	}
	slices.SortFunc(list, bySubject)
	return list
}
