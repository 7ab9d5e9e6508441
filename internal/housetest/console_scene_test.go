package housetest

import (
	"strings"
	"testing"

	"gatehouse/access"
	"gatehouse/internal/gatetest"
)

// atConsole is a browser whose person is signed in at the console.
func atConsole(t *testing.T, g *gatetest.Gate, p *gatetest.Person) *gatetest.Browser {
	t.Helper()
	b := g.Browser()
	enterConsole(t, b, p, "/console")
	return b
}

// enterConsole opens a page of the console, and signs in as far as it asks.
func enterConsole(t *testing.T, b *gatetest.Browser, p *gatetest.Person, path string) *gatetest.Page {
	t.Helper()
	page := b.Get(path)
	for range 6 {
		refresh := page.Header.Get("Refresh")
		switch {
		case refresh != "":
			page = b.Get(strings.TrimPrefix(refresh, "0; url="))
		case page.URL.Path == "/signin":
			page = page.SignIn(p)
		case page.URL.Path == "/signin/factor":
			page = page.Submit("code", p.Code())
		default:
			return page
		}
	}
	t.Fatalf("the sign-in at the console does not end: %s", page.URL)
	return nil
}

// role gives somebody a role that has the permissions of Gatehouse that has says.
func (s *steering) role(p *gatetest.Person, name string, has func(permission string) bool) {
	s.t.Helper()
	role := access.Role{ID: name}
	for _, one := range (access.BuiltIn{}).API().Permissions {
		if has(one.Resource + ":" + one.Action) {
			role.Permissions = append(role.Permissions, access.Pattern{API: access.Gatehouse, Resource: one.Resource, Action: one.Action})
		}
	}
	_, err := s.House.Access.CreateRole(s.t.Context(), gatetest.Console, role)
	must(s.t, err)
	_, err = s.House.Access.Give(s.t.Context(), gatetest.Console, access.Grant{
		Subject: access.Subject{Kind: access.User, ID: string(p.ID)}, Effect: access.Allow, Role: role.ID, Where: access.Where{Place: access.Everywhere}, Reason: "test",
	})
	must(s.t, err)
	s.Settle()
}
