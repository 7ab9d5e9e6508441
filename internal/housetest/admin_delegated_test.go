package housetest

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

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
