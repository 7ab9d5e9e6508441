package storetest

import (
	"fmt"
	"slices"
	"testing"

	"gatehouse/access"
	"gatehouse/id"
	"gatehouse/store"
)

// Many rows are written as they would be one by one, however many there are.
func testMany(t *testing.T, s *store.Store) {
	ctx := t.Context()
	for _, n := range []int{0, 1, 51, 103} {
		var groups []access.GroupRecord
		var managed []access.Managed
		var members []access.MembershipRecord
		for i := range n {
			name := fmt.Sprintf("many-%d-%d", n, i)
			groups = append(groups, access.GroupRecord{ID: name, Description: name, Created: now, Rev: 1})
			managed = append(managed, access.Managed{Kind: "Many", Name: name, Made: now, Set: "files"})
			members = append(members, access.MembershipRecord{
				Membership: access.Membership{Member: access.Subject{Kind: access.ServiceAccount, ID: "many"}, Of: access.Subject{Kind: access.Group, ID: name}}, Created: now, Rev: 1,
			})
		}
		ok(t, s.InsertGroups(ctx, groups))
		ok(t, s.PutManaged(ctx, managed))
		ok(t, s.PutManaged(ctx, managed)) // the second time changes nothing
		ok(t, s.PutMemberships(ctx, members))
		all := must[[]access.GroupRecord](t)(s.Groups(ctx))
		for _, g := range groups {
			if !slices.Contains(all, g) {
				t.Errorf("of %d the group %s is not there as it was written", n, g.ID)
			}
		}
		kept := must[[]access.Managed](t)(s.ManagedAfter(ctx, access.Managed{Kind: "Many"}, 1000))
		for _, m := range managed {
			if !slices.Contains(kept, m) {
				t.Errorf("of %d %s is not managed as it was written", n, m.Name)
			}
		}
		ok(t, s.DropManaged(ctx, managed))
	}
	same(t, len(must[[]access.MembershipRecord](t)(s.MembershipsOf(ctx, access.Subject{Kind: access.ServiceAccount, ID: "many"}))), 155)
	same(t, len(must[[]access.Managed](t)(s.ManagedAfter(ctx, access.Managed{Kind: "Many"}, 1000))), 0)
	same(t, len(must[map[string]id.User](t)(s.IDsByEmail(ctx, []string{"nobody@many.test", "x@many.test"}))), 0)
}
