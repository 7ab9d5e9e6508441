package access_test

import (
	"slices"
	"testing"
	"time"

	. "gatehouse/access"
)

// A look ahead that asks about no organisation goes by what counts within those of the
// person: by their own grants and by those of their groups, and by no others'.
func TestWhatCountsWithinAnOrganisationIsSeenOfItsMembers(t *testing.T) {
	t.Parallel()
	acme, desk := Subject{Organisation, "acme"}, Subject{Group, "desk"}
	read := Pattern{"shop", "orders", "read"}
	for name, c := range map[string]struct {
		whose Subject
		in    []Membership
		felt  bool
	}{
		"their own":                      {ada, []Membership{{Of: acme, Member: ada}}, true},
		"a group's":                      {desk, []Membership{{Of: acme, Member: ada}, {Of: desk, Member: ada}}, true},
		"a group's that is in it":        {desk, []Membership{{Of: acme, Member: desk}, {Of: desk, Member: ada}}, true},
		"everybody's":                    {acme, []Membership{{Of: acme, Member: ada}}, true},
		"their own, and they are not":    {ada, []Membership{{Of: Subject{Organisation, "bolt"}, Member: ada}}, false},
		"a group's, and they are not":    {desk, []Membership{{Of: Subject{Organisation, "bolt"}, Member: ada}, {Of: desk, Member: ada}}, false},
		"a group's that they are not of": {desk, []Membership{{Of: acme, Member: ada}}, false},
	} {
		q := asks("shop/orders:read")
		denied := shop(Grant{Subject: ada, Permission: read}, Grant{ID: "gra_2", Subject: c.whose, Effect: Deny, Permission: read, Org: "acme"})
		denied.Memberships = c.in
		held := Compile(denied).Entitlements(&q, []string{"https://shop.example.test"}, Ahead{Most: time.Minute})
		if has := slices.Contains(held.Permissions.Names, "shop/orders:read"); has == c.felt {
			t.Errorf("%s is a deny: their token says %v", name, held.Permissions.Names)
		}
		allowed := shop(Grant{Subject: c.whose, Permission: read, Org: "acme"})
		allowed.Memberships, allowed.Scopes = c.in, []Scope{{Name: "orders", API: "shop", Patterns: []Pattern{read}}}
		if may, _ := Compile(allowed).Delegable(&q, []string{"orders"}, Ahead{Most: time.Minute}); (len(may) == 1) != c.felt {
			t.Errorf("%s is an allow: they can give %v", name, may)
		}
	}
}

// A lock suspends what a grant within an organisation allows, in a look ahead too.
func TestALockedGrantWithinAnOrganisationGivesNoScope(t *testing.T) {
	t.Parallel()
	read := Pattern{"shop", "orders", "read"}
	p := shop(Grant{Subject: ada, Permission: read, Org: "acme"})
	p.Memberships, p.Scopes = []Membership{{Of: Subject{Organisation, "acme"}, Member: ada}}, []Scope{{Name: "orders", API: "shop", Patterns: []Pattern{read}}}
	p.Locks = []Lock{{On: LockTarget{LockGrant, "gra_1"}}}
	q := asks("shop/orders:read")
	if may, _ := Compile(p).Delegable(&q, []string{"orders"}, Ahead{Most: time.Minute}); len(may) > 0 {
		t.Errorf("they can give %v", may)
	}
}

// Who looks no further than now sees what is now.
func TestALookAheadOfNothingSeesThePresent(t *testing.T) {
	t.Parallel()
	q := asks("shop/orders:read")
	s := Compile(shop(Grant{Subject: ada, Role: "support"}))
	for _, until := range []time.Time{q.Now, q.Now.Add(-time.Hour)} {
		if has := s.Assignments(&q, until); len(has.Roles) == 0 {
			t.Errorf("until %v, from %v: %+v", until, q.Now, has)
		}
	}
}
