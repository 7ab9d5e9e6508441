package access_test

import (
	"context"
	"fmt"
	"testing"

	. "gatehouse/access"
	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
)

// paged is a store in which a group has more members, and Gatehouse more grants, than are
// read at a time; the last ones are those that matter.
type paged struct {
	Store
	member MembershipRecord
	grant  GrantRecord
}

func (p paged) Members(ctx context.Context, of, after Subject, limit int) (list []MembershipRecord, err error) {
	if of != p.member.Of {
		return p.Store.Members(ctx, of, after, limit)
	}
	if after != (Subject{}) {
		return []MembershipRecord{p.member}, nil
	}
	for i := range limit {
		list = append(list, MembershipRecord{Membership: Membership{Of: of, Member: Subject{User, fmt.Sprintf("usr_%05d", i)}}})
	}
	return list, nil
}

func (p paged) SomeGrantsAfter(ctx context.Context, like Likeness, after GrantCursor, limit int) (list []GrantRecord, err error) {
	if like.API != Gatehouse {
		return p.Store.SomeGrantsAfter(ctx, like, after, limit)
	}
	if after.ID != "" {
		return []GrantRecord{p.grant}, nil
	}
	for i := range limit {
		g := p.grant
		g.ID, g.Where.IDs = id.Grant(fmt.Sprintf("gra_%05d", i)), []string{"another"}
		list = append(list, g)
	}
	return list, nil
}

// What is read page by page is read to its end: a refusal may hang on the last row.
func TestTheLastOfManyRowsCounts(t *testing.T) {
	t.Parallel()
	w := newWritten(t).shop().group("crowd", "empty", "desk")
	bob := Subject{User, "usr_bob"}
	w.give(toAda(func(g *Grant) {
		g.Subject, g.Where = bob, Where{Place: Condition, Expression: `"empty" in principal.groups`}
	}))
	w.Store = paged{w.Store, member(bob, "crowd"), GrantRecord{Grant: toAda(func(g *Grant) {
		g.ID, g.Permission, g.Where = "gra_last", pattern(t, "gatehouse/groups:write"), Where{Place: Listed, IDs: []string{"desk"}}
	})}}
	_, err := w.AddMember(t.Context(), audit.Actor{Kind: audit.Person, ID: "usr_mallory"}, member(Subject{Group, "crowd"}, "empty"))
	if fault.CodeOf(err) != "access.not_held" {
		t.Errorf("a group, of whose last member a condition asks: %v", err)
	}
	if err := w.DeleteGroup(t.Context(), console, "desk"); fault.CodeOf(err) != "group.in_use" {
		t.Errorf("a group that the last grant names: %v", err)
	}
}
