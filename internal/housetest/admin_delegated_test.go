package housetest

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/internal/gatetest"
)

// manager makes a service account that has permissions within an organisation, or for
// one group.
func (s *steering) manager(name, org, group string, permissions ...string) string {
	s.t.Helper()
	ctx, a := context.Background(), s.House.Access
	made, err := a.CreateServiceAccount(ctx, gatetest.Console, access.NewServiceAccount{ServiceAccountRecord: access.ServiceAccountRecord{ID: name}})
	must(s.t, err)
	who := access.Subject{Kind: access.ServiceAccount, ID: name}
	where := access.Where{Place: access.Everywhere}
	if group != "" {
		where = access.Where{Place: access.Listed, IDs: []string{group}}
	}
	if org != "" {
		_, err = a.AddMember(ctx, gatetest.Console, access.MembershipRecord{Membership: access.Membership{Of: access.Subject{Kind: access.Organisation, ID: org}, Member: who}})
		must(s.t, err)
	}
	for _, p := range permissions {
		resource, action, _ := strings.Cut(p, ":")
		_, err = a.Give(ctx, gatetest.Console, access.Grant{
			Subject: who, Effect: access.Allow, Permission: access.Pattern{API: access.Gatehouse, Resource: resource, Action: action}, Org: org, Where: where, Reason: "test",
		})
		must(s.t, err)
	}
	return made.Text
}

func idsOf(a gatetest.Answer) string {
	var ids []string
	items, _ := a.JSON["items"].([]any)
	for _, one := range items {
		ids = append(ids, fmt.Sprint(one.(map[string]any)["id"]))
	}
	return strings.Join(ids, " ")
}

// Whoever manages one organisation or group sees that one, in lists too, and reaches no
// other, by whatever id.
func TestAManagerSeesAndReachesTheirOwnAlone(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	for _, name := range []string{"acme", "bolt", "corp"} {
		for _, path := range []string{"/api/v1/organisations", "/api/v1/groups"} {
			if a := s.call(s.boss, http.MethodPost, path, map[string]any{"id": name, "description": "One of three"}); a.Status != http.StatusCreated {
				t.Fatalf("%s %s: %d %s", path, name, a.Status, a.Body)
			}
		}
	}
	ada := s.Person("ada", gatetest.NoPassword)
	member := "/members/user/" + string(ada.ID)
	all := []string{"memberships:read", "memberships:write"}
	managers := map[string]struct{ key, mine, others string }{
		"of an organisation": {s.manager("org-manager", "bolt", "", append(all, "organisations:read")...), "organisations", "groups"},
		"of a group":         {s.manager("group-manager", "", "bolt", append(all, "groups:read")...), "groups", "organisations"},
	}
	nobody := s.manager("member-of-acme", "acme", "")
	for name, m := range managers {
		if a := s.call(m.key, http.MethodGet, "/api/v1/"+m.mine, nil); a.Status != http.StatusOK || idsOf(a) != "bolt" || a.Text("next") != "" {
			t.Errorf("a manager %s lists %d %s", name, a.Status, a.Body)
		}
		for _, c := range []struct {
			method, path string
			status       int
		}{
			{http.MethodGet, m.mine + "/bolt", http.StatusOK},
			{http.MethodPut, m.mine + "/bolt" + member, http.StatusOK},
			{http.MethodGet, m.mine + "/bolt/members", http.StatusOK},
			{http.MethodDelete, m.mine + "/bolt" + member, http.StatusNoContent},
			{http.MethodGet, m.mine + "/acme", http.StatusForbidden},
			{http.MethodGet, m.mine + "/none", http.StatusForbidden},
			{http.MethodPut, m.mine + "/acme" + member, http.StatusForbidden},
			{http.MethodGet, m.mine + "/acme/members", http.StatusForbidden},
			{http.MethodDelete, m.mine + "/acme" + member, http.StatusForbidden},
			{http.MethodDelete, m.mine + "/bolt", http.StatusForbidden},
			{http.MethodPost, m.mine, http.StatusForbidden},
			{http.MethodGet, m.others, http.StatusForbidden},
			{http.MethodGet, m.others + "/bolt", http.StatusForbidden},
			{http.MethodPut, m.others + "/bolt" + member, http.StatusForbidden},
			{http.MethodGet, "users", http.StatusForbidden},
		} {
			var body any
			if c.method == http.MethodPut || c.method == http.MethodPost {
				body = "{}"
			}
			var header []string
			if c.path == m.mine+"/bolt" {
				header = []string{"If-Match", "*"}
			}
			if a := s.call(m.key, c.method, "/api/v1/"+c.path, body, header...); a.Status != c.status {
				t.Errorf("a manager %s, %s %s: %d %s, want %d", name, c.method, c.path, a.Status, a.Body, c.status)
			}
		}
	}
	for _, path := range []string{"organisations", "groups"} {
		if a := s.call(nobody, http.MethodGet, "/api/v1/"+path, nil); a.Status != http.StatusForbidden {
			t.Errorf("who manages nothing lists %s: %d %s", path, a.Status, a.Body)
		}
		if a := s.call(s.boss, http.MethodGet, "/api/v1/"+path+"?limit=2", nil); idsOf(a) != "acme bolt" || a.Text("next") == "" {
			t.Errorf("%s are %s", path, a.Body)
		}
	}
}

// Who manages a group puts nobody into it who would have more than they hold themselves.
func TestAManagerHandsOnNothingByAGroup(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	if a := s.call(s.boss, http.MethodPost, "/api/v1/groups", map[string]any{"id": "desk"}); a.Status != http.StatusCreated {
		t.Fatalf("made: %d %s", a.Status, a.Body)
	}
	_, err := s.House.Access.Give(context.Background(), gatetest.Console, access.Grant{
		Subject: access.Subject{Kind: access.Group, ID: "desk"}, Effect: access.Allow, Role: access.Helpdesk, Where: access.Where{Place: access.Everywhere}, Reason: "test",
	})
	must(t, err)
	key := s.manager("desk-manager", "", "desk", "memberships:write")
	ada := s.Person("ada", gatetest.NoPassword)
	db := underneath(t, s.Gate)
	before := besideTheTrail(t, db)
	a := s.call(key, http.MethodPut, "/api/v1/groups/desk/members/user/"+string(ada.ID), "{}")
	if a.Status != http.StatusForbidden || problem(a) != "access.not_held" {
		t.Errorf("a manager who does not hold what the group has: %d %s", a.Status, a.Body)
	}
	if rows := differing(before, besideTheTrail(t, db)); len(rows) > 0 {
		t.Errorf("refused, it changed:\n%s", strings.Join(rows, "\n"))
	}
}

// Whoever manages the grants of one organisation or group sees and changes these, by every
// route, and hears of others as of what is beyond, be it there or not.
func TestAManagerOfGrantsReachesTheirOwnAlone(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	ctx, a := context.Background(), s.House.Access
	right := access.Pattern{API: "shop", Resource: "orders", Action: "read"}
	give := func(to access.Subject, change func(g *access.Grant)) string {
		g := access.Grant{Subject: to, Effect: access.Allow, Permission: right, Where: access.Where{Place: access.Everywhere}, Reason: "test", Window: access.Window{ExpiresAt: time.Now().Add(time.Hour)}}
		change(&g)
		made, err := a.GiveAgain(ctx, gatetest.Console, g)
		must(t, err)
		return string(made.ID)
	}
	desk, floor := group("desk"), group("floor")
	within := func(org string) func(g *access.Grant) { return func(g *access.Grant) { g.Org = org } }
	deny := func(g *access.Grant) { g.Effect = access.Deny }
	account := func(name string) access.Subject { return access.Subject{Kind: access.ServiceAccount, ID: name} }
	_, err := a.CreateServiceAccount(ctx, gatetest.Console, access.NewServiceAccount{ServiceAccountRecord: access.ServiceAccountRecord{ID: "floor"}})
	must(t, err)
	managers := map[string]struct {
		key           string
		mine, others  []string
		fresh, beyond []map[string]any
	}{
		"of an organisation": {
			key:    s.manager("of-acme", "acme", "", "grants:read", "grants:write"),
			mine:   []string{give(desk, within("acme")), give(floor, within("acme"))},
			fresh:  []map[string]any{{"org": "acme"}},
			beyond: []map[string]any{{}, {"org": "bolt"}, {"effect": "deny"}, {"org": "none"}, {"org": "acme", "effect": "deny"}},
			others: []string{give(desk, within("")), give(floor, within("bolt")), give(access.Subject{Kind: access.Organisation, ID: "acme"}, within(""))},
		},
		"of a group": {
			key:    s.manager("of-floor", "", "floor", "grants:read", "grants:write"),
			mine:   []string{give(floor, within(""))},
			fresh:  []map[string]any{{"subject": map[string]any{"kind": "group", "id": "floor"}}},
			beyond: []map[string]any{{}, {"org": "acme"}, {"subject": map[string]any{"kind": "service", "id": "of-floor"}}, {"subject": map[string]any{"kind": "group", "id": "floor"}, "effect": "deny"}},
			others: []string{give(account("of-floor"), within("")), give(desk, within("")), give(account("floor"), within(""))}, // and one who is called as the group is
		},
	}
	give(account("of-acme"), within("acme")) // what they hand on
	give(account("of-floor"), within(""))
	denied := give(floor, deny)
	for name, m := range managers {
		list := s.call(m.key, http.MethodGet, "/api/v1/grants?limit=200", nil)
		for _, one := range m.mine {
			if !slices.Contains(items(list, "id"), one) {
				t.Errorf("a manager %s does not see %s in %s", name, one, list.Body)
			}
		}
		for _, one := range append(m.others, "gra_aaaaaaaaaaaaaaaaaaaaaaaaaa") {
			if slices.Contains(items(list, "id"), one) {
				t.Errorf("a manager %s sees %s in %s", name, one, list.Body)
			}
			for _, c := range []struct {
				method, path string
				body         any
			}{
				{http.MethodGet, "/" + one, nil},
				{http.MethodPost, "/" + one + "/extend", map[string]any{"expires_at": time.Now().Add(90 * time.Minute)}},
				{http.MethodPost, "/" + one + "/revoke", map[string]any{"reason": "r"}},
				{http.MethodPost, "/bulk-revoke", map[string]any{"reason": "r", "grants": []any{map[string]any{"id": m.mine[0]}, map[string]any{"id": one}}}},
			} {
				if a := s.call(m.key, c.method, "/api/v1/grants"+c.path, c.body); a.Status != http.StatusForbidden || problem(a) != "caller.forbidden" {
					t.Errorf("a manager %s, %s %s: %d %s", name, c.method, c.path, a.Status, a.Body)
				}
			}
		}
		for _, more := range m.beyond {
			for path, body := range map[string]any{"": toDesk(more), "/bulk": map[string]any{"grants": []any{toDesk(m.fresh[0]), toDesk(more)}}} {
				if a := s.call(m.key, http.MethodPost, "/api/v1/grants"+path, body); a.Status != http.StatusForbidden || problem(a) != "caller.forbidden" {
					t.Errorf("a manager %s makes %v: %d %s", name, more, a.Status, a.Body)
				}
			}
		}
		for _, more := range m.fresh {
			more["expires_at"], more["again"] = time.Now().Add(time.Minute), true // what the house gave them says the same
			if a := s.call(m.key, http.MethodPost, "/api/v1/grants", toDesk(more)); a.Status != http.StatusCreated {
				t.Errorf("a manager %s makes %v: %d %s", name, more, a.Status, a.Body)
			}
			more["permission"] = "shop/orders:refund"
			if a := s.call(m.key, http.MethodPost, "/api/v1/grants", toDesk(more)); problem(a) != "access.not_held" {
				t.Errorf("a manager %s makes %v: %d %s", name, more, a.Status, a.Body)
			}
		}
		for _, path := range []string{"/extend", "/revoke"} {
			body := map[string]any{"expires_at": time.Now().Add(70 * time.Minute)}
			if path == "/revoke" {
				body = map[string]any{"reason": "r"}
			}
			a := s.call(m.key, http.MethodPost, "/api/v1/grants/"+m.mine[0]+path, body)
			if path == "/extend" && problem(a) != "access.not_held" || path == "/revoke" && a.Status != http.StatusOK { // they hold it for an hour
				t.Errorf("a manager %s, %s: %d %s", name, path, a.Status, a.Body)
			}
		}
	}
	held := give(floor, func(g *access.Grant) { g.Role, g.Permission = "support", access.Pattern{} })
	give(desk, func(g *access.Grant) { g.Role, g.Permission, g.Org = "support", access.Pattern{}, "acme" })
	if a := s.call(managers["of a group"].key, http.MethodGet, "/api/v1/roles/support/holders", nil); a.Status != http.StatusOK || idsOf(a) != held {
		t.Errorf("who has a role, for a manager of a group: %d %s", a.Status, a.Body)
	}
	floorer := managers["of a group"]
	if a := s.call(floorer.key, http.MethodGet, "/api/v1/grants/"+denied, nil); a.Status != http.StatusOK {
		t.Errorf("what the group is denied: %d %s", a.Status, a.Body)
	}
	if a := s.call(floorer.key, http.MethodPost, "/api/v1/grants/"+denied+"/revoke", map[string]any{"reason": "r"}); a.Status != http.StatusForbidden {
		t.Errorf("to deny it no more: %d %s", a.Status, a.Body)
	}
}

// Who sees the grants of everybody but of one group sees none of these, in no list and by no id.
func TestWhoIsDeniedAGroupDoesNotSeeWhatItIsGranted(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	give := func(to access.Subject, change func(g *access.Grant)) string {
		g := access.Grant{
			Subject: to, Effect: access.Allow, Role: "support", Where: access.Where{Place: access.Everywhere}, Reason: "test",
			Window: access.Window{ExpiresAt: time.Now().Add(time.Hour)},
		}
		change(&g)
		made, err := s.House.Access.GiveAgain(context.Background(), gatetest.Console, g)
		must(t, err)
		return string(made.ID)
	}
	deny := func(g *access.Grant) { g.Effect = access.Deny }
	within := func(org string) func(g *access.Grant) { return func(g *access.Grant) { g.Org = org } }
	desk, floor := group("desk"), group("floor")
	hidden := []string{give(floor, unchanged), give(floor, deny), give(floor, within("bolt")), give(floor, within("acme"))}
	shown := []string{give(desk, unchanged), give(desk, deny), give(desk, within("bolt"))}
	key := s.manager("not-of-floor", "", "", "grants:read")
	give(access.Subject{Kind: access.ServiceAccount, ID: "not-of-floor"}, func(g *access.Grant) {
		g.Effect, g.Role, g.Permission = access.Deny, "", access.Pattern{API: access.Gatehouse, Resource: "grants", Action: "read"}
		g.Where = access.Where{Place: access.Listed, IDs: []string{"floor"}}
	})
	s.Settle()
	for path, all := range map[string]bool{
		"/grants?": true, "/grants?role=support": true, "/grants?sort=-ends_at": true, "/roles/support/holders?": true,
		"/grants?subject=group:floor": false, "/grants?org=acme": false,
	} {
		got := s.pages(key, "/api/v1"+path, 2)
		for _, one := range hidden {
			if slices.Contains(got, one) {
				t.Errorf("who is denied a group sees %s of it in %s", one, path)
			}
		}
		for _, one := range shown {
			if all && !slices.Contains(got, one) {
				t.Errorf("who is denied a group does not see %s of another in %s", one, path)
			}
		}
	}
	for status, some := range map[int][]string{http.StatusForbidden: hidden, http.StatusOK: shown} {
		for _, one := range some {
			if a := s.call(key, http.MethodGet, "/api/v1/grants/"+one, nil); a.Status != status {
				t.Errorf("who is denied a group asks for %s: %d %s, want %d", one, a.Status, a.Body, status)
			}
		}
	}
}
