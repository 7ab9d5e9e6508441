package housetest

import (
	"net/http"
	"strings"
	"testing"

	"gatehouse/access"
	"gatehouse/internal/gatetest"
)

// Whoever looks after one group alone reads on each list that it is a part, and hears in which
// groups its people are of that one alone.
func TestTheConsoleSaysThatAListIsAPart(t *testing.T) {
	t.Parallel()
	m := newManaged(t, gatetest.New(t))
	lead := m.Person("lead", gatetest.TOTP)
	for _, p := range []string{"users:read", "grants:read", "groups:read", "memberships:read"} {
		m.give(func(g *access.Grant) { g.Where = access.Where{Place: access.Listed, IDs: []string{"desk"}} }, person(lead), "gatehouse/"+p)
	}
	m.Settle()
	b := atConsole(t, m.Gate, lead)
	ada := "/console/users/" + m.id("ada")
	for _, path := range []string{"/console/users", "/console/grants", "/console/groups", ada + "/access", ada + "/groups", "/console/reach?permission=target/things:read"} {
		b.Get(path).Is(http.StatusOK).Says(`data-testid="partial"`)
	}
	if page := b.Get(ada + "/groups").Says(`href="/console/groups/desk"`); strings.Contains(page.Body, ">team<") {
		t.Error("a group beyond is told")
	}
	b.Get("/console/users/" + m.id("eve") + "/groups").Is(http.StatusForbidden)

	boss := atConsole(t, m.Gate, m.Person("chief", gatetest.TOTP, gatetest.Administrator))
	for _, path := range []string{"/console/users", "/console/grants", ada + "/access"} {
		if page := boss.Get(path).Is(http.StatusOK); strings.Contains(page.Body, `data-testid="partial"`) {
			t.Errorf("%s is called a part to whoever sees everything", path)
		}
	}
	boss.Get(ada + "/groups").Is(http.StatusOK).Says("by team").Says("directly").Says(`href="/console/groups/team"`)
	boss.Get("/console/users/" + m.id("eve") + "/groups").Is(http.StatusOK).Says("They are in no group")
}
