package access_test

import (
	"testing"
	"time"

	. "gatehouse/access"
	"gatehouse/fault"
)

// Which grants are for a group by its id, and keep it from being deleted.
func TestAGrantIsForAThingByItsID(t *testing.T) {
	t.Parallel()
	w := newWritten(t).shop().group("desk").group("desk-2")
	ctx := t.Context()
	groups := pattern(t, "gatehouse/groups:write")
	w.role(Role{ID: "groups-too", Permissions: []Pattern{groups, pattern(t, "shop/orders:read")}}).role(Role{ID: "below", Parents: []string{"groups-too"}})
	w.role(Role{ID: "roles-alone", Permissions: []Pattern{pattern(t, "gatehouse/roles:write")}})
	listed := func(g *Grant) {
		g.Role, g.Permission, g.Where = "", groups, Where{Place: Listed, IDs: []string{"desk-2", "desk"}}
	}
	of := func(text string) func(g *Grant) { return func(g *Grant) { g.Permission = pattern(t, text) } }
	by := func(role string) func(g *Grant) { return func(g *Grant) { g.Role, g.Permission = role, Pattern{} } }
	asks := func(expression string) func(g *Grant) {
		return func(g *Grant) { g.Where = Where{Place: Condition, Expression: expression} }
	}
	for name, c := range map[string]struct {
		change func(g *Grant)
		keeps  bool
	}{
		"listed":                                {func(*Grant) {}, true},
		"to see it":                             {of("gatehouse/groups:read"), true},
		"for its members":                       {of("gatehouse/memberships:write"), true},
		"for what it is granted":                {of("gatehouse/grants:write"), true},
		"by a wildcard":                         {of("gatehouse/*:*"), true},
		"by a role":                             {by("groups-too"), true},
		"by a role with that for a parent":      {by("below"), true},
		"by a role of Gatehouse":                {by(AccessManager), true},
		"that denies":                           {func(g *Grant) { g.Effect = Deny }, true},
		"that begins later":                     {func(g *Grant) { g.NotBefore = time.Now().Add(time.Hour) }, true},
		"that ends":                             {func(g *Grant) { g.ExpiresAt = time.Now().Add(time.Hour) }, true},
		"in an expression":                      {asks(`resource.id == "desk"`), true},
		"in a list of an expression":            {asks(`["desk", "x"].exists(x, x == resource["id"])`), true},
		"for another":                           {func(g *Grant) { g.Where.IDs = []string{"desk-2"} }, false},
		"for roles of that name":                {of("gatehouse/roles:write"), false},
		"by a role, for roles of that name":     {by("roles-alone"), false},
		"for something of the shop":             {of("shop/orders:read"), false},
		"in an expression about something else": {asks(`client == "desk"`), false},
		"in an expression, another":             {asks(`resource.id == "desk-2"`), false},
		"everywhere":                            {func(g *Grant) { g.Where = Where{Place: Everywhere} }, false},
	} {
		given := w.give(toAda(func(g *Grant) { listed(g); c.change(g) }))
		before, want := w.version(), ""
		if c.keeps {
			want = "group.in_use"
		}
		err := w.DeleteGroup(ctx, console, "desk")
		if got := fault.CodeOf(err); got != want || c.keeps != (err != nil) || c.keeps != (w.version() == before) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
		if err == nil {
			w.group("desk")
		}
		w.must(w.Revoke(ctx, console, given.ID, "test"))
		w.must(nil, w.DeleteGroup(ctx, console, "desk"))
		w.group("desk")
	}
}

// What a thing was granted on itself ends with it, and does not keep it.
func TestAThingIsNotKeptByItsOwnGrant(t *testing.T) {
	t.Parallel()
	w := newWritten(t)
	w.must(w.CreateServiceAccount(t.Context(), console, NewServiceAccount{ServiceAccountRecord: ServiceAccountRecord{ID: "own"}, NoKey: true}))
	own := w.give(Grant{
		Subject: Subject{ServiceAccount, "own"}, Effect: Allow, Permission: pattern(t, "gatehouse/services:keys"), Where: Where{Place: Listed, IDs: []string{"own"}}, Reason: "test",
	})
	w.must(nil, w.DeleteServiceAccount(t.Context(), console, "own", ""))
	if g, err := w.Grant(t.Context(), own.ID); err != nil || !g.OverAt(time.Now()) {
		t.Errorf("its grant: %+v %v", g, err)
	}
}
