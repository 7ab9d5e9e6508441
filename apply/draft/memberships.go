package draft

import (
	"cmp"
	"context"
	"slices"
	"time"

	"gatehouse/access"
	"gatehouse/fault"
)

// memberships are all of a house. The lists are in the order in which they are asked for.
type memberships struct {
	of     map[access.Subject][]access.MembershipRecord // by the member's kind and id
	member map[access.Subject][]access.Subject          // what a member is in
}

// page is how many rows are read at once.
const page = 5000

func (d *Draft) readMemberships(ctx context.Context) error {
	d.memberships = memberships{map[access.Subject][]access.MembershipRecord{}, map[access.Subject][]access.Subject{}}
	for _, kind := range []access.Kind{access.User, access.ServiceAccount, access.Client, access.Group} {
		for member, of := "", (access.Subject{}); ; {
			list, err := d.store.MembershipsAfter(ctx, kind, member, of, page)
			if err != nil {
				return err
			}
			for _, m := range list {
				d.memberships.put(m)
			}
			if len(list) < page {
				break
			}
			last := &list[len(list)-1]
			member, of = last.Member.ID, last.Of
		}
	}
	return nil
}

func byMember(m access.MembershipRecord, who access.Subject) int { return bySubject(m.Member, who) }

func bySubject(a, b access.Subject) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID))
}

func (m *memberships) put(one access.MembershipRecord) {
	list := m.of[one.Of]
	at, found := slices.BinarySearchFunc(list, one.Member, byMember)
	if found {
		list[at] = one
		return
	}
	m.of[one.Of] = slices.Insert(list, at, one)
	in := m.member[one.Member]
	at, _ = slices.BinarySearchFunc(in, one.Of, bySubject)
	m.member[one.Member] = slices.Insert(in, at, one.Of)
}

func (m *memberships) get(of, member access.Subject) (access.MembershipRecord, bool) {
	list := m.of[of]
	at, found := slices.BinarySearchFunc(list, member, byMember)
	if !found {
		return access.MembershipRecord{}, false
	}
	return list[at], true
}

func (m *memberships) drop(of, member access.Subject) bool {
	list := m.of[of]
	at, found := slices.BinarySearchFunc(list, member, byMember)
	if !found {
		return false
	}
	m.of[of] = slices.Delete(slices.Clone(list), at, at+1)
	in := m.member[member]
	if at, found := slices.BinarySearchFunc(in, of, bySubject); found {
		m.member[member] = slices.Delete(slices.Clone(in), at, at+1)
	}
	return true
}

// dropAll takes out who is in a group or an organisation, and it out of what it is in.
func (d *Draft) dropAll(who access.Subject) {
	for _, m := range slices.Clone(d.memberships.of[who]) {
		d.memberships.drop(who, m.Member)
		d.moved[m.Member]++
	}
	for _, of := range slices.Clone(d.memberships.member[who]) {
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
	for _, of := range slices.Clone(p.d.memberships.member[member]) {
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
	list := p.d.memberships.of[of]
	at, found := slices.BinarySearchFunc(list, after, byMember)
	if found {
		at++
	}
	return slices.Clone(list[at:min(len(list), at+limit)]), nil
}

func (p Policy) MembershipsOf(_ context.Context, member access.Subject) (all []access.MembershipRecord, err error) {
	for _, of := range p.d.memberships.member[member] {
		m, _ := p.d.memberships.get(of, member)
		all = append(all, m)
	}
	return all, nil
}

func (p Policy) MembershipsAfter(ctx context.Context, kind access.Kind, member string, of access.Subject, limit int) (all []access.MembershipRecord, err error) {
	first := access.Subject{Kind: kind, ID: member}
	for _, in := range p.d.memberships.member[first] {
		if bySubject(in, of) > 0 && len(all) < limit {
			m, _ := p.d.memberships.get(in, first)
			all = append(all, m)
		}
	}
	if len(all) == limit {
		return all, nil
	}
	for _, who := range p.d.membersOf(kind, member) {
		for _, in := range p.d.memberships.member[who] {
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
	for who, in := range d.memberships.member {
		if who.Kind == kind && who.ID > after && len(in) > 0 {
			list = append(list, who)
		}
	}
	slices.SortFunc(list, bySubject)
	return list
}
