package access_test

import (
	"slices"
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
		"in a text that is put together":        {asks(`resource.id == "de" + "sk"`), true},
		"in a pattern":                          {asks(`resource.id.matches("^desk$")`), true},
		"in another pattern":                    {asks(`resource.id.matches("^desk-[0-9]$")`), false},
		"at the end of a text":                  {asks(`"a desk".endsWith(resource.id)`), true},
		"within a text":                         {asks(`"desks,x".contains(resource["id"])`), true},
		"within another text":                   {asks(`"deks,x".contains(resource.id)`), false},
		"in bytes":                              {asks(`resource.id == string(b"desk")`), true},
		"in a text that is taken apart":         {asks(`resource.id in "desk,x".split(",")`), true},
		"in one that another comparison holds":  {asks(`resource.id == "x" && resource.id.endsWith("sk")`), false},
		"beside what nobody knows":              {asks(`client == "x" && resource.id.endsWith("sk")`), true},
		"or what nobody knows":                  {asks(`client == "x" || resource.id.endsWith("xx")`), true},
		"but for others":                        {asks(`!resource.id.endsWith("sk")`), false},
		"that denies others":                    {func(g *Grant) { asks(`!resource.id.matches("^desk$")`)(g); g.Effect = Deny }, true},
		"by a choice":                           {asks(`resource.id.endsWith("sk") ? session.acr == "aal2" : true`), true},
		"by a choice of others":                 {asks(`resource.id.endsWith("sk") ? false : true`), false},
		"in a variable":                         {asks(`["de" + "sk"].exists(x, x == resource.id)`), true},
		"by another way to the id":              {asks(`resource["i" + "d"] == "de" + "sk"`), true},
		"by the whole of it":                    {asks(`resource == {"id": "de" + "sk"}`), true},
		"by all that it has":                    {asks(`resource.exists(k, k == "id" && resource[k] == "de" + "sk")`), true},
		"by how ids begin":                      {asks(`resource.id.startsWith("des")`), false},
		"by how ids begin and end":              {asks(`resource.id.startsWith("des") && resource.id.endsWith("k")`), true},
		"by what the question says":             {asks(`resource.id == org || resource.owner == principal.id`), false},
		"all but one":                           {asks(`resource.id != "desk-2"`), false},
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

// What a condition asks for by its id stays, of whatever the grant is.
func TestAConditionAsksForAThingByItsID(t *testing.T) {
	t.Parallel()
	w := newWritten(t).shop()
	ctx := t.Context()
	kinds := map[string]struct {
		make func()
		drop func() error
	}{
		"org":     {func() { w.org("acme") }, func() error { return w.DeleteOrg(ctx, console, "acme") }},
		"group":   {func() { w.group("acme") }, func() error { return w.DeleteGroup(ctx, console, "acme") }},
		"service": {func() { w.service("acme") }, func() error { return w.DeleteServiceAccount(ctx, console, "acme", "") }},
		"client":  {func() {}, func() error { return w.EndAllOf(ctx, console, Subject{Client, "acme"}) }},
	}
	for _, one := range kinds {
		one.make()
	}
	caller := []string{"client", "service"}
	for _, c := range []struct {
		expression string
		keeps      []string
		denied     []string // what a deny keeps besides: it may be about those for which it does not hold
	}{
		{`org == "acme"`, []string{"org"}, nil},
		{`org == "ac" + "me"`, []string{"org"}, nil},
		{`org in "acme,x".split(",")`, []string{"org"}, nil},
		{`org.matches("^acme$")`, []string{"org"}, nil},
		{`["ac" + "me"].exists(x, x == org)`, []string{"org"}, nil},
		{`org == "x" && org.endsWith("me")`, nil, []string{"org"}},
		{`org.matches("^acme2$")`, nil, []string{"org"}},
		{`org.startsWith("ac")`, nil, nil},
		{`resource.org == org`, nil, nil},
		{`org in resource.orgs`, nil, nil},
		{`client == "acme"`, caller, nil},
		{`client in ["x", "acme"]`, caller, nil},
		{`client == "ac" + "me"`, caller, nil},
		{`"acme,x".contains(client)`, caller, nil},
		{`client == "x"`, nil, nil},
		{`client == resource.client`, nil, nil},
		{`principal.id == "acme"`, caller, nil},
		{`principal.id == "ac" + "me"`, caller, nil},
		{`principal.id.endsWith("xx")`, nil, caller},
		{`resource.owner == principal.id`, nil, nil},
		{`principal.id in resource.members`, nil, nil},
		{`"acme" in principal.groups`, []string{"group"}, nil},
		{`"ac" + "me" in principal.groups`, []string{"group"}, nil},
		{`["acme", "x"].exists(g, g in principal.groups)`, []string{"group"}, nil},
		{`["ac" + "me"].exists(g, g in principal.groups)`, []string{"group"}, nil},
		{`["x"].exists(g, ["ac" + "me"].exists(g, g in principal.groups))`, []string{"group"}, nil},
		{`principal.groups.exists(g, g == "acme")`, []string{"group"}, nil},
		{`principal.groups.exists(g, g == "ac" + "me")`, []string{"group"}, nil},
		{`principal.groups.exists(g, g.endsWith("me"))`, []string{"group"}, nil},
		{`principal.groups == ["ac" + "me"]`, []string{"group"}, nil},
		{`principal.groups[0] == "ac" + "me"`, []string{"group"}, nil},
		{`["x", "y"].exists(g, g in principal.groups)`, nil, nil},
		{`"x" in principal.groups`, nil, nil},
		{`principal.groups.exists(g, g == "x" || g.startsWith("y"))`, nil, nil},
		{`resource.team in principal.groups`, nil, nil},
		{`resource.name == "acme"`, nil, nil},
	} {
		for _, effect := range []Effect{Allow, Deny} {
			keeps := c.keeps
			if effect == Deny {
				keeps = append(slices.Clone(keeps), c.denied...)
			}
			given := w.give(toAda(func(g *Grant) { g.Effect, g.Where = effect, Where{Place: Condition, Expression: c.expression} }))
			for kind, one := range kinds {
				err, want := one.drop(), ""
				if slices.Contains(keeps, kind) {
					want = kind + ".in_use"
				}
				if got := fault.CodeOf(err); got != want || (want == "") != (err == nil) {
					t.Errorf("%s %s of a %s: %v, want %q", effect, c.expression, kind, err, want)
				}
				if err == nil {
					one.make()
				}
			}
			w.must(w.Revoke(ctx, console, given.ID, "test"))
		}
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

// The grant of somebody else is not a thing's own because they have its name.
func TestAThingIsKeptByTheGrantOfItsNamesake(t *testing.T) {
	t.Parallel()
	w := newWritten(t).group("desk")
	w.must(w.CreateServiceAccount(t.Context(), console, NewServiceAccount{ServiceAccountRecord: ServiceAccountRecord{ID: "desk"}, NoKey: true}))
	w.give(Grant{
		Subject: Subject{ServiceAccount, "desk"}, Effect: Allow, Permission: pattern(t, "gatehouse/groups:write"), Where: Where{Place: Listed, IDs: []string{"desk"}}, Reason: "test",
	})
	if err := w.DeleteGroup(t.Context(), console, "desk"); fault.CodeOf(err) != "group.in_use" {
		t.Errorf("%v", err)
	}
}
