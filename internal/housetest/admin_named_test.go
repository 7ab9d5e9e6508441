package housetest

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/internal/gatetest"
)

// Who may see some things finds these by their ids, and no others; to ask for others is no refusal.
func TestThingsAreFoundByTheirIDsAsFarAsTheCallerSeesThem(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	ada, bob := s.Person("ada"), s.Person("bob")
	give := func(who access.Subject, where access.Where, permission ...string) access.GrantRecord {
		g, err := s.House.Access.Give(t.Context(), gatetest.Console, access.Grant{
			Subject: who, Effect: access.Allow, Permission: access.Pattern{API: access.Gatehouse, Resource: permission[0], Action: permission[1]}, Where: where, Reason: "test",
		})
		must(t, err)
		return g
	}
	key := s.account("narrow", func(string) bool { return false })
	narrow := access.Subject{Kind: access.ServiceAccount, ID: "narrow"}
	give(narrow, access.Where{Place: access.Listed, IDs: []string{string(ada.ID)}}, "users", "read")
	seen := give(person(ada), access.Where{Place: access.Everywhere}, "keys", "read")
	s.Settle()
	ids := "ids=" + string(ada.ID) + "," + string(bob.ID)
	before := len(eventsOf(t, s.Gate, audit.ActionRefuse))
	found := s.call(key, http.MethodGet, "/api/v1/users?"+ids, nil)
	if items, _ := found.JSON["items"].([]any); found.Status != http.StatusOK || len(items) != 1 || !strings.Contains(string(found.Body), ada.Email) || strings.Contains(string(found.Body), bob.Email) {
		t.Errorf("who sees one of two is told: %d %s", found.Status, found.Body)
	}
	if now := len(eventsOf(t, s.Gate, audit.ActionRefuse)); now != before {
		t.Errorf("%d refusals are recorded", now-before)
	}
	if got := s.told("/api/v1/grants?ids="+string(seen.ID)+",gra_none", "id"); got != string(seen.ID) {
		t.Errorf("the grants are %s", got)
	}
	for _, path := range []string{"/api/v1/users?" + ids + "&search=a", "/api/v1/clients?ids=a&state=active", "/api/v1/grants?ids=a&role=a", "/api/v1/users?ids=" + strings.Repeat("x,", 100) + "y&state=active"} {
		if a := s.call(s.boss, http.MethodGet, path, nil); a.Status != http.StatusUnprocessableEntity || !strings.Contains(string(a.Body), "takes no other filter") {
			t.Errorf("%s: %d %s", path, a.Status, a.Body)
		}
	}
	var many []string
	for i := range 101 {
		many = append(many, string(rune('a'+i)))
	}
	if a := s.call(s.boss, http.MethodGet, "/api/v1/users?ids="+url.QueryEscape(strings.Join(many, ",")), nil); a.Status != http.StatusUnprocessableEntity || !strings.Contains(string(a.Body), "must be between 1 and 100") {
		t.Errorf("more than a hundred: %d %s", a.Status, a.Body)
	}
}

// The log names everybody whom a page of it tells of, however many they are.
func TestTheConsoleNamesAllWhomAPageOfTheLogTellsOf(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	ada := s.Person("ada", gatetest.TOTP, gatetest.Administrator)
	b := atConsole(t, s.Gate, ada)
	var all []string
	for i := range 30 {
		all = append(all, fmt.Sprintf("named%02d", i))
		s.Person(all[i], gatetest.NoPassword)
	}
	page := b.Get("/console/audit?action=user.create").Is(http.StatusOK)
	for _, name := range all {
		if !strings.Contains(page.Body, name+"@") {
			t.Errorf("%s is told by an id", name)
		}
	}
}
