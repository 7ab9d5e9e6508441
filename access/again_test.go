package access_test

import (
	"testing"
	"time"

	. "gatehouse/access"
	"gatehouse/fault"
)

// What is made again under a name has nothing of what had it before: no member, no
// grant, no lock, no place in a list; and no grant that is over comes alive with it.
// Those who act are in TestAServiceAccountBeginsWithAKeyAndARole and
// TestALockGoesWithWhomItWasOn.
func TestTheNextOfANameHasNothingOfTheFormer(t *testing.T) {
	t.Parallel()
	desk := Subject{Group, "desk"}
	for name, c := range map[string]struct {
		grant  Grant
		remove func(w written) error
		again  func(w written)
	}{
		"a group": {
			toAda(func(g *Grant) { g.Subject = desk }),
			func(w written) error { return w.DeleteGroup(w.Context(), console, "desk") }, func(w written) { w.group("desk") },
		},
		"an organisation": {
			toAda(func(g *Grant) { g.Subject = acme }),
			func(w written) error { return w.DeleteOrg(w.Context(), console, "acme") }, func(w written) { w.org("acme") },
		},
		"an organisation within which something was granted": {
			toAda(func(g *Grant) { g.Org = "acme" }),
			func(w written) error { return w.DeleteOrg(w.Context(), console, "acme") }, func(w written) { w.org("acme") },
		},
		"a role": {
			toAda(func(g *Grant) { g.Role, g.Permission = "reader", Pattern{} }),
			func(w written) error { return w.DeleteRole(w.Context(), console, "reader") },
			func(w written) { w.role(Role{ID: "reader", Permissions: []Pattern{{"shop", "orders", "*"}}}) },
		},
		"an API": {
			toAda(nil), func(w written) error {
				_ = w.DeleteRole(w.Context(), console, "reader") // it is gone the second time
				return w.DeleteAPI(w.Context(), console, "shop")
			}, func(w written) { w.shop() },
		},
	} {
		w := newWritten(t).shop().org("acme").group("desk").role(Role{ID: "reader", Permissions: []Pattern{{"shop", "orders", "read"}}})
		w.add(adas, "desk")
		w.must(w.AddMember(t.Context(), console, inOrg(adas)))
		g := w.give(c.grant)
		if got := w.asks("acme", time.Now()); got.Outcome != Allowed {
			t.Fatalf("%s: before: %+v", name, got)
		}
		if err := c.remove(w); !fault.Is(err, fault.Conflict) {
			t.Errorf("%s that is in use is removed: %v", name, err)
		}
		w.must(w.Revoke(t.Context(), console, g.ID, "test"))
		w.must(nil, c.remove(w))
		c.again(w)
		for _, org := range []string{"", "acme"} {
			if got := w.asks(org, time.Now()); got.Outcome != Refused {
				t.Errorf("%s: the next one, within %q: %+v", name, org, got)
			}
		}
		if _, err := w.Extend(t.Context(), console, g.ID, time.Now().Add(time.Hour)); !fault.Is(err, fault.Conflict) {
			t.Errorf("%s: the grant of the former is extended: %v", name, err)
		}
		if who := c.grant.Subject; who.Kind == Group || who.Kind == Organisation {
			if list, _, err := w.Members(t.Context(), who, Subject{}, 10); err != nil || len(list) > 0 {
				t.Errorf("%s: the next one has members: %v %v", name, list, err)
			}
		}
	}
}
