package oauth

import (
	"slices"
	"testing"
)

// A role is no group of the same name, nor the other way round; and who requires several
// requires all of them.
func TestAClientAdmitsWhoeverHasAllThatItRequires(t *testing.T) {
	t.Parallel()
	has := func(names ...string) (list []Held) {
		for _, name := range names {
			list = append(list, Held{ID: name})
		}
		return list
	}
	for name, c := range map[string]struct {
		client Client
		has    Standing
		want   bool
	}{
		"nothing is required":           {Client{}, Standing{}, true},
		"the role":                      {Client{RequireRoles: []string{"a"}}, Standing{Roles: has("b", "a")}, true},
		"the role on some resources":    {Client{RequireRoles: []string{"a"}}, Standing{Partly: has("a")}, true},
		"a group named like the role":   {Client{RequireRoles: []string{"a"}}, Standing{Groups: has("a")}, false},
		"another role":                  {Client{RequireRoles: []string{"a"}}, Standing{Roles: has("b")}, false},
		"one of two roles":              {Client{RequireRoles: []string{"a", "b"}}, Standing{Roles: has("a")}, false},
		"the group":                     {Client{RequireGroups: []string{"a"}}, Standing{Groups: has("a")}, true},
		"a role named like the group":   {Client{RequireGroups: []string{"a"}}, Standing{Roles: has("a"), Partly: has("a")}, false},
		"one of two groups":             {Client{RequireGroups: []string{"a", "b"}}, Standing{Groups: has("b")}, false},
		"the role, and not the group":   {Client{RequireRoles: []string{"a"}, RequireGroups: []string{"b"}}, Standing{Roles: has("a")}, false},
		"the role and the group":        {Client{RequireRoles: []string{"a"}, RequireGroups: []string{"b"}}, Standing{Roles: has("a"), Groups: has("b")}, true},
		"both as roles, none as groups": {Client{RequireRoles: []string{"a"}, RequireGroups: []string{"b"}}, Standing{Roles: has("a", "b")}, false},
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
