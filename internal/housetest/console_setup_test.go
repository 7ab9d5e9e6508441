package housetest

import (
	"net/http"
	"strings"
	"testing"

	"gatehouse/internal/gatetest"
)

// Whoever opens the console before the set-up is not asked for a password that nobody has.
func TestTheConsoleBeforeTheSetUpSaysWhereTheLinkIs(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	for _, path := range []string{"/console", "/console/users", "/account", "/signin"} {
		g.Browser().Get(path).Is(http.StatusOK).At("/").Says("gatehouse setup-link")
	}
	g.Person("eve", gatetest.NoPassword)
	for _, path := range []string{"/console", "/signin"} {
		if page := g.Browser().Get(path); page.URL.Path != "/signin" {
			t.Errorf("%s leads to %s where somebody is there", path, page.URL)
		}
	}
}

// The way to the console stands on the account page of administrators, and of nobody else.
func TestTheAccountOfAnAdministratorNamesTheConsole(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	boss := g.Person("ada", gatetest.TOTP, gatetest.Administrator)
	g.Settle()
	b := g.Browser()
	enterConsole(t, b, boss, "/account").Is(http.StatusOK).Says(`href="/console"`)
	other := g.Browser()
	if page := enterConsole(t, other, g.Person("eve"), "/account").Is(http.StatusOK); strings.Contains(page.Body, "/console") {
		t.Error("whoever steers nothing is led to the console")
	}
}
