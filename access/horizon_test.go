package access_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	. "gatehouse/access"
)

// often is a policy in which something changes each millisecond for ten seconds, and
// that gives ada the role of the shop in which nothing changes.
func often() Policy {
	var grants []Grant
	for i := range 10_000 {
		from := began.Add(time.Duration(i) * time.Millisecond)
		grants = append(grants, Grant{ID: "gra_x", Subject: ada, Role: fmt.Sprint("r", i), Window: Window{from, from.Add(time.Hour)}})
	}
	p := shop(append(grants, Grant{Subject: ada, Role: "support"})...)
	p.Scopes = []Scope{{Name: "orders", Patterns: []Pattern{{"shop", "orders", "read"}}}}
	return p
}

// However often the clock changes what somebody has, each look ahead ends, and tells of
// nothing that it did not see: what is had to the last moment that was looked at ends
// there.
func TestEveryLookAheadIsBoundedAndTellsNoEndTooLate(t *testing.T) {
	t.Parallel()
	s, q := Compile(often()), asks("shop/orders:read")
	ahead := Ahead{Least: time.Second / 10, Most: time.Minute}
	seen := func(what string, until time.Time) {
		t.Helper()
		if !until.After(began.Add(ahead.Least)) || until.After(began.Add(time.Second)) {
			t.Errorf("%s ends at %v", what, until)
		}
	}
	roles := s.Assignments(&q, began.Add(time.Minute)).Roles
	if len(roles) != 2 {
		t.Fatalf("ada has %+v", roles)
	}
	seen("a role that is had", roles[1].Until)
	held := s.Entitlements(&q, []string{"https://shop.example.test"}, ahead)
	if len(held.Permissions.Names) != 1 || !slices.Equal(held.Roles.Names, []string{"support"}) {
		t.Fatalf("ada holds %+v", held)
	}
	seen("a permission in a token", held.Permissions.Until)
	seen("a role in a token", held.Roles.Until)
	may, until := s.Delegable(&q, []string{"orders"}, ahead)
	if len(may) != 1 {
		t.Fatalf("ada may give %v", may)
	}
	seen("a scope", until)
	why, err := s.Explain(&q)
	if err != nil || why.Outcome != Allowed {
		t.Fatalf("%+v, %v", why, err)
	}
	seen("an answer", why.Until)
}

// What is held for too short a time is looked for before the bound too.
func TestALookThatEndsBeforeWhatIsLeastTellsNothing(t *testing.T) {
	t.Parallel()
	s, q := Compile(often()), asks("")
	ahead := Ahead{Least: time.Second, Most: time.Minute}
	if held := s.Entitlements(&q, nil, ahead); len(held.Permissions.Names)+len(held.Roles.Names)+len(held.Own.Names) > 0 {
		t.Errorf("ada holds %+v", held)
	}
	if may, _ := s.Delegable(&q, []string{"openid", "orders"}, ahead); !slices.Equal(may, []string{"openid"}) {
		t.Errorf("ada may give %v", may)
	}
}
