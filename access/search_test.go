package access_test

import (
	"fmt"
	"testing"

	. "gatehouse/access"
	"gatehouse/fault"
	"gatehouse/proof"
)

func TestListingNamesWhatGrantsName(t *testing.T) {
	t.Parallel()
	read := Pattern{"shop", "orders", "read"}
	listed := func(who Subject, ids ...string) Grant {
		return Grant{Subject: who, Permission: read, Where: Where{Place: Listed, IDs: ids}}
	}
	desk := Subject{Group, "desk"}
	for name, c := range map[string]struct {
		policy Policy
		want   string
	}{
		"nothing":                   {shop(), "[] []"},
		"by two grants":             {shop(listed(ada, "3", "1"), listed(ada, "2", "1")), "[1 2 3] []"},
		"of another permission":     {shop(Grant{Subject: ada, Permission: Pattern{"shop", "orders", "refund"}, Where: Where{Place: Listed, IDs: []string{"1"}}}), "[] []"},
		"everywhere":                {shop(Grant{Subject: ada, Permission: read}, listed(ada, "1")), "[1] [any]"},
		"everywhere, with a proof":  {shop(Grant{Subject: ada, Permission: read, Requires: Requirement{Level: proof.AAL2}}), "[] [any]"},
		"one's own, or by its kind": {shop(Grant{Subject: ada, Permission: read, Where: Where{Place: Own}}, Grant{Subject: ada, Permission: read, Where: Where{Place: Condition, Expression: `resource.kind == "x"`}}), "[] [own cel]"},
		"denied everywhere":         {shop(listed(ada, "1"), Grant{Subject: ada, Permission: read, Effect: Deny}), "[] []"},
		"to come":                   {shop(func() Grant { g := listed(ada, "1"); g.NotBefore = began.AddDate(0, 0, 1); return g }()), "[] []"},
		"of a group": {func() Policy {
			p := shop(listed(desk, "7"))
			p.Memberships = []Membership{{Member: ada, Of: desk}}
			return p
		}(), "[7] []"},
		"of who is disabled": {func() Policy {
			p := shop(listed(ada, "1"))
			p.Principals = []Principal{{Subject: ada, Disabled: true}}
			return p
		}(), "[] []"},
		"of who is locked": {func() Policy {
			p := shop(listed(ada, "1"))
			p.Locks = []Lock{{On: LockTarget{LockUser, ada.ID}}}
			return p
		}(), "[] []"},
	} {
		q := asks("shop/orders:read")
		l, err := Compile(c.policy).Listing(&q)
		if got := fmt.Sprint(l.IDs, l.More); err != nil || got != c.want {
			t.Errorf("%s: %s %v, want %s", name, got, err, c.want)
		}
	}
	q := asks("shop/orders:raed")
	if _, err := Compile(shop()).Listing(&q); fault.CodeOf(err) != "permission.unknown" {
		t.Errorf("of no permission: %v", err)
	}
	delegated := asks("shop/orders:read")
	delegated.Delegated = true
	p := shop(listed(ada, "1"))
	p.APIs[0].Delegation = ByScope
	if l, err := Compile(p).Listing(&delegated); err != nil || len(l.IDs) != 0 {
		t.Errorf("by a token that was given for less: %v %v", l, err)
	}
}

func TestSubjectsAndActionsComeInOrder(t *testing.T) {
	t.Parallel()
	p := shop(Grant{Subject: Subject{User, "usr_c"}, Role: "all"}, Grant{Subject: Subject{Client, "web"}, Role: "all"}, Grant{Subject: Subject{User, "usr_a"}, Role: "all"})
	p.Memberships = []Membership{{Member: Subject{User, "usr_b"}, Of: Subject{Group, "desk"}}}
	s := Compile(p)
	if got := fmt.Sprint(s.Subjects(User, ""), s.Subjects(User, "usr_a"), s.Subjects(Client, ""), s.Subjects(Group, "")); got != "[usr_a usr_b usr_c] [usr_b usr_c] [web] []" {
		t.Errorf("the subjects are %s", got)
	}
	if got := fmt.Sprint(s.Actions("shop", "orders"), s.Actions("shop", "nothing"), s.Actions("bank", "orders")); got != "[read refund] [] []" {
		t.Errorf("the actions are %s", got)
	}
}
