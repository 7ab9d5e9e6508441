package access_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	. "gatehouse/access"
	"gatehouse/id"
)

// crowded is a policy with many who act, in groups within groups.
func (d dice) crowded(p Policy) Policy {
	person := func() Subject {
		return Subject{pick(d, User, User, ServiceAccount, Client), fmt.Sprint("one_", d.IntN(60))}
	}
	for range 40 {
		p.Memberships = append(p.Memberships, Membership{Of: d.container(), Member: person(), Window: d.window()})
	}
	for i := range d.IntN(20) {
		g := d.grant()
		g.ID, g.Subject = id.Grant(fmt.Sprint("gra_more_", i)), person()
		p.Grants = append(p.Grants, g)
	}
	return p
}

// allPages reads all pages of a list, of so many each.
func allPages(t *testing.T, s *Snapshot, r Reach) (all []Holder) {
	t.Helper()
	for {
		page, next, err := s.Holders(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) > r.Limit {
			t.Fatalf("a page of %d has %d", r.Limit, len(page))
		}
		if all = append(all, page...); next == (Subject{}) {
			return all
		}
		if next != page[len(page)-1].Principal {
			t.Fatalf("the list goes on behind %v, and the page ends with %v", next, page[len(page)-1].Principal)
		}
		r.After = next
	}
}

// Those who hold something are found among the few who can, page by page, and are the same
// as if everybody were asked, whatever changed meanwhile and however little is seen of it.
func TestHoldersAgreesWithAskingEverybody(t *testing.T) {
	t.Parallel()
	each(t, 2000, func(t *testing.T, d dice, p Policy) {
		p = d.crowded(p)
		s := Compile(p)
		for round := range 3 {
			for range 8 {
				r := Reach{Permission: d.question().Permission, Org: pick(d, "", "o1", "o2"), Thing: pick(d, "", "r1", "r9"), At: d.moment(), Limit: 1 + d.IntN(5)}
				sees, slow := s, p
				if d.IntN(2) == 0 {
					r.By = func(g *Grant) bool { return g.Subject.Kind == Group || g.Org == "o1" }
					slow.Grants = slices.DeleteFunc(slices.Clone(p.Grants), func(g Grant) bool { return !r.By(&g) })
					sees = Compile(slow)
				}
				if d.IntN(2) == 0 {
					circle := d.container()
					r.Who = func(who Subject) bool { return slices.Contains(s.In(who, r.At), circle) }
					r.Circles = s.Inside([]Subject{circle})
				}
				want, err := sees.HoldersSlowly(r)
				if err != nil {
					t.Fatal(err)
				}
				if got := allPages(t, s, r); !slices.EqualFunc(got, want, func(a, b Holder) bool { return reflect.DeepEqual(a, b) }) {
					t.Fatalf("%+v, round %d, of %d who can:\n%+v\nwant\n%+v", r, round, s.Candidates(r), got, want)
				}
			}
			s, p = d.step(s, p)
		}
	})
}

// step is a later policy in which one who acts has other memberships and grants.
func (d dice) step(s *Snapshot, p Policy) (*Snapshot, Policy) {
	who := pick(d, d.actor(), Subject{User, fmt.Sprint("one_", d.IntN(60))})
	memberships := many(d, 2, func() Membership { return Membership{Of: d.container(), Member: who, Window: d.window()} })
	grants := many(d, 2, func() Grant { g := d.grant(); g.Subject = who; return g })
	p.Memberships = append(slices.DeleteFunc(slices.Clone(p.Memberships), func(m Membership) bool { return m.Member == who }), memberships...)
	p.Grants = append(slices.DeleteFunc(slices.Clone(p.Grants), func(g Grant) bool { return g.Subject == who }), grants...)
	p.Principals = slices.DeleteFunc(slices.Clone(p.Principals), func(o Principal) bool { return o.Subject == who })
	return s.With(s.Version()+1, Principal{Subject: who}, memberships, grants), p
}

// Of a thousand people those few are asked whom something can lead to what is asked about.
func TestOfManyThoseAreAskedWhoCan(t *testing.T) {
	t.Parallel()
	p := shop()
	p.Memberships = nil
	in := Subject{Group, "desk"}
	for i := range 1000 {
		who := Subject{User, fmt.Sprintf("usr_%04d", i)}
		p.Memberships = append(p.Memberships, Membership{Of: Subject{Group, "everybody"}, Member: who})
		if i%100 == 7 {
			p.Memberships = append(p.Memberships, Membership{Of: in, Member: who})
		}
	}
	p.Memberships = append(p.Memberships, Membership{Of: Subject{Group, "floor"}, Member: in})
	p.Grants = []Grant{{
		ID: "gra_1", Subject: Subject{Group, "floor"}, Effect: Allow, Permission: Pattern{"shop", "orders", "read"}, Where: Where{Place: Everywhere},
	}, {
		ID: "gra_2", Subject: Subject{Group, "everybody"}, Effect: Allow, Permission: Pattern{"shop", "orders", "refund"}, Where: Where{Place: Everywhere},
	}}
	for i := range 50 { // a deny leads nowhere
		p.Grants = append(p.Grants, Grant{
			ID: id.Grant(fmt.Sprint("gra_no_", i)), Subject: Subject{User, fmt.Sprintf("usr_%04d", i)}, Effect: Deny, Permission: Pattern{"shop", "orders", "read"}, Where: Where{Place: Everywhere},
		})
	}
	s := Compile(p)
	for _, c := range []struct {
		r    Reach
		want int
	}{
		{Reach{Permission: "shop/orders:read"}, 10},
		{Reach{Permission: "shop/orders:refund"}, 1000},
		{Reach{Permission: "shop/orders:refund", After: Subject{User, "usr_0899"}}, 100},
		{Reach{Permission: "shop/orders:refund", After: Subject{ServiceAccount, "x"}}, 1000},
		{Reach{Permission: "shop/orders:read", After: Subject{User, "usr_0507"}}, 4},
		{Reach{Permission: "shop/orders:refund", Circles: s.Inside([]Subject{{Group, "floor"}})}, 10},
		{Reach{Permission: "shop/orders:refund", Circles: []Subject{}}, 0},
	} {
		c.r.At = began
		if n := s.Candidates(c.r); n != c.want {
			t.Errorf("%+v: %d are asked, want %d", c.r, n, c.want)
		}
	}
}
