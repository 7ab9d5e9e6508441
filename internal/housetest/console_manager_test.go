package housetest

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/id"
	"gatehouse/internal/gatetest"
)

// A house with people, groups and organisations of which a manager has some, and with names that
// stand for what is beyond.
const (
	beyondName  = "Canary of Elsewhere"
	beyondEmail = "canary@example.test"
	beyondWhy   = "canary because of that"
	beyondGroup = "canary-group"
	beyondOrg   = "canary-org"
)

// beyond makes what a manager of acme or desk does not see, and returns who it is about.
func (s *steering) beyond(t *testing.T) id.User {
	t.Helper()
	ctx, a := t.Context(), s.House.Access
	user := s.Person("canary", gatetest.NoPassword).ID
	u, err := s.House.Identity.User(ctx, user)
	must(t, err)
	u.Name = beyondName
	_, err = s.House.Identity.Update(ctx, gatetest.Console, u)
	must(t, err)
	_, err = a.CreateGroup(ctx, gatetest.Console, access.GroupRecord{ID: beyondGroup, Description: beyondWhy})
	must(t, err)
	_, err = a.CreateOrg(ctx, gatetest.Console, access.OrgRecord{ID: beyondOrg, Description: beyondWhy})
	must(t, err)
	who := access.Subject{Kind: access.User, ID: string(user)}
	for _, of := range []access.Subject{group(beyondGroup), {Kind: access.Organisation, ID: beyondOrg}} {
		_, err = a.AddMember(ctx, gatetest.Console, access.MembershipRecord{Membership: access.Membership{Of: of, Member: who}, Reason: beyondWhy})
		must(t, err)
	}
	reads := access.Pattern{API: "target", Resource: "things", Action: "read"}
	for _, g := range []access.Grant{{Subject: who, Permission: reads}, {Subject: group(beyondGroup), Permission: reads}, {Subject: who, Org: beyondOrg, Permission: reads}} {
		g.Effect, g.Reason, g.Where = access.Allow, beyondWhy, access.Where{Place: access.Everywhere}
		g.ExpiresAt = time.Now().Add(24 * time.Hour)
		_, err = a.Give(ctx, gatetest.Console, g)
		must(t, err)
	}
	_, err = a.PutLock(ctx, gatetest.Console, access.LockRecord{Lock: access.Lock{On: access.LockTarget{Kind: access.LockUser, ID: string(user)}, Reason: beyondWhy, Ends: time.Now().Add(time.Hour)}})
	must(t, err)
	_, _, err = s.House.Sessions.Create(ctx, gatetest.Console, user, nil)
	must(t, err)
	return user
}

// Whoever may not see people is told of none by their address, whatever else they see.
func TestWhoMayNotSeePeopleReadsNoAddress(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	there := s.targets()
	hidden := s.beyond(t)
	unguarded := s.Person("careless", gatetest.NoPassword, gatetest.Administrator)
	plain := s.Person("plain", gatetest.NoPassword)
	_, err := s.House.Access.Give(t.Context(), gatetest.Console, access.Grant{
		Subject: access.Subject{Kind: access.User, ID: string(plain.ID)}, Effect: access.Allow, Role: "target", Where: access.Where{Place: access.Everywhere}, Reason: "test",
	})
	must(t, err)
	has := func(one string) bool {
		return one == "roles:write" || strings.HasSuffix(one, ":read") && one != "users:read" && one != "audit:read" // which tells of all that was done
	}
	key := s.account("watcher-of-things", has)
	eve := s.Person("eve", gatetest.TOTP)
	s.role(eve, "sees-no-people", has)
	there["user"] = string(hidden)
	addresses := []string{beyondEmail, beyondName, unguarded.Email, plain.Email}
	for _, d := range documented(t) {
		if d.method != http.MethodGet || strings.HasPrefix(d.ID, "preview") {
			continue
		}
		a := s.call(key, http.MethodGet, d.about(there)+"?"+needed(d.ID), nil)
		for _, address := range addresses {
			if strings.Contains(string(a.Body), address) {
				t.Errorf("%s tells of %s: %s", d.ID, address, a.Body)
			}
		}
	}
	a := s.call(key, http.MethodPost, "/api/v1/roles/preview", map[string]any{"roles": []map[string]any{{"id": "target", "permissions": []string{"target/things:write"}}}})
	if a.Status != http.StatusOK || !strings.Contains(string(a.Body), string(plain.ID)) || strings.Contains(string(a.Body), plain.Email) {
		t.Errorf("a preview: %d %s", a.Status, a.Body)
	}
	b := atConsole(t, s.Gate, eve)
	for _, path := range []string{"/console", "/console/sessions", "/console/reach?permission=" + url.QueryEscape("target/things:read"), "/console/roles/target/holders", "/console/grants", "/console/groups/" + beyondGroup + "/members", "/console/locks"} {
		page := b.Get(path).Is(http.StatusOK)
		for _, address := range addresses {
			if strings.Contains(page.Body, address) {
				t.Errorf("%s tells of %s", path, address)
			}
		}
	}
}
