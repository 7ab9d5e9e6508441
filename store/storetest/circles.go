package storetest

import (
	"slices"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/store"
)

// People are found by what they were put into, be it now or later, in the order of their ids.
func testUsersIn(t *testing.T, s *store.Store) {
	desk := access.Subject{Kind: access.Group, ID: "desk"}
	var want []id.User
	put := func(of access.Subject, member access.Subject, from time.Time) {
		ok(t, s.PutMembership(t.Context(), access.MembershipRecord{Membership: access.Membership{Of: of, Member: member, Window: access.Window{NotBefore: from}}, Created: now}))
	}
	for i, email := range []string{"a@in.test", "b@in.test", "c@in.test", "d@in.test", "e@in.test"} {
		u := identity.User{ID: id.NewUser(), Email: email, Created: now, Updated: now, Disabled: i == 2}
		ok(t, s.InsertUser(t.Context(), u))
		who := access.Subject{Kind: access.User, ID: string(u.ID)}
		put(access.Subject{Kind: access.Organisation, ID: "desk"}, who, time.Time{})
		if i > 0 {
			want = append(want, u.ID)
			put(desk, who, now.Add(time.Duration(i)*time.Hour))
		}
	}
	put(desk, access.Subject{Kind: access.Group, ID: "team"}, time.Time{})
	put(desk, access.Subject{Kind: access.User, ID: string(id.NewUser())}, time.Time{}) // who is none
	slices.Sort(want)
	for _, limit := range []int{1, 3, 4, 9} {
		var got []id.User
		for after := id.User(""); ; {
			page := must[[]identity.User](t)(s.UsersIn(t.Context(), identity.Circle{Kind: "group", ID: "desk"}, after, limit))
			for _, u := range page {
				after = u.ID
				got = append(got, u.ID)
			}
			if len(page) < limit {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d a page: %v, want %v", limit, got, want)
		}
	}
}
