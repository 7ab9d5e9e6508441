package oauth

import (
	"slices"
	"testing"
)

// A role is no group of the same name, nor the other way round; and who requires several
// requires all of them.
func TestAClientAdmitsWhoeverHasAllThatItRequires(t *testing.T) {
	t.Parallel()
	has := func(names ...string) (list []Assignment) {
		for _, name := range names {
			list = append(list, Assignment{ID: name})
		}
		return list
	}
	for name, c := range map[string]struct {
		client Client
		has    Assignments
		want   bool
	}{
		"nothing is required":           {Client{}, Assignments{}, true},
		"the role":                      {Client{RequireRoles: []string{"a"}}, Assignments{Roles: has("b", "a")}, true},
		"the role on some resources":    {Client{RequireRoles: []string{"a"}}, Assignments{Partly: has("a")}, true},
		"a group named like the role":   {Client{RequireRoles: []string{"a"}}, Assignments{Groups: has("a")}, false},
		"another role":                  {Client{RequireRoles: []string{"a"}}, Assignments{Roles: has("b")}, false},
		"one of two roles":              {Client{RequireRoles: []string{"a", "b"}}, Assignments{Roles: has("a")}, false},
		"the group":                     {Client{RequireGroups: []string{"a"}}, Assignments{Groups: has("a")}, true},
		"a role named like the group":   {Client{RequireGroups: []string{"a"}}, Assignments{Roles: has("a"), Partly: has("a")}, false},
		"one of two groups":             {Client{RequireGroups: []string{"a", "b"}}, Assignments{Groups: has("b")}, false},
		"the role, and not the group":   {Client{RequireRoles: []string{"a"}, RequireGroups: []string{"b"}}, Assignments{Roles: has("a")}, false},
		"the role and the group":        {Client{RequireRoles: []string{"a"}, RequireGroups: []string{"b"}}, Assignments{Roles: has("a"), Groups: has("b")}, true},
		"both as roles, none as groups": {Client{RequireRoles: []string{"a"}, RequireGroups: []string{"b"}}, Assignments{Roles: has("a", "b")}, false},
	} {
		if _, got := c.client.Admits(c.has); got != c.want {
			t.Errorf("%s: admitted %t, want %t", name, got, c.want)
		}
	}
}

// Who administers Gatehouse is told to the applications that ask for it by a pattern
// with a slash, and to no other.
func TestRolesOfGatehouseItselfAreToldOnRequestOnly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		only []string
		name string
		want bool
	}{
		{nil, "editor", true},
		{nil, "gatehouse/administrator", false},
		{[]string{"*"}, "editor", true},
		{[]string{"*"}, "gatehouse/administrator", false},
		{[]string{"gate*"}, "gatehouse/administrator", false},
		{[]string{"*administrator"}, "gatehouse/administrator", false},
		{[]string{"gatehouse/*"}, "gatehouse/administrator", true},
		{[]string{"gatehouse/administrator"}, "gatehouse/administrator", true},
		{[]string{"*/*"}, "gatehouse/administrator", true},
		{[]string{"gatehouse/*"}, "editor", false},
	} {
		l := Listing{Claim: "roles", Only: slices.Clone(c.only)}
		if got := l.matches(c.name); got != c.want {
			t.Errorf("%v matches %s: %t, want %t", c.only, c.name, got, c.want)
		}
	}
}
