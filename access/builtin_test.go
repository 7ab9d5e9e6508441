package access_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	. "gatehouse/access"
	"gatehouse/proof"
)

func TestTheBuiltInCatalogueCanBeReadAndIsInOrder(t *testing.T) {
	t.Parallel()
	api := BuiltIn{Audience: "https://id.test/api"}.API()
	if api.Audience != "https://id.test/api" {
		t.Errorf("the audience is %s", api.Audience)
	}
	seen := map[string]bool{}
	for _, p := range api.Permissions {
		name := Gatehouse + "/" + p.Resource + ":" + p.Action
		if got, err := ParsePermission(name); err != nil || got.String() != name || seen[name] {
			t.Errorf("%s cannot be named, or is there twice: %v", name, err)
		}
		if seen[name] = true; p.Description == "" || len(p.Description) > 80 {
			t.Errorf("%s is described as %q", name, p.Description)
		}
	}
}

// Each line is what somebody with a built-in role may and may not do, besides keeping filters of their own.
func TestBuiltInRolesGiveWhatTheirNamesSay(t *testing.T) {
	t.Parallel()
	api := BuiltIn{}.API()
	for role, may := range map[string]func(p Permission) bool{
		Administrator: func(Permission) bool { return true },
		Auditor: func(p Permission) bool {
			return slices.Contains([]string{"read", "export", "verify", "preview"}, p.Action)
		},
		UserManager: func(p Permission) bool {
			return slices.Contains([]string{"users", "sessions", "consents", "families", "personal-tokens"}, p.Resource) ||
				p.Action == "read" && slices.Contains([]string{"groups", "memberships", "organisations", "locks", "statistics"}, p.Resource)
		},
		AccessManager: func(p Permission) bool {
			return !p.Sensitive && slices.Contains([]string{"apis", "scopes", "roles", "grants", "groups", "memberships", "organisations", "locks", "explain", "decisions", "tokens"}, p.Resource) ||
				p.Action == "read" && slices.Contains([]string{"users", "services", "clients", "audit"}, p.Resource)
		},
		Helpdesk: func(p Permission) bool {
			name := p.Resource + ":" + p.Action
			return slices.Contains([]string{"users:read", "users:credentials", "consents:read", "families:read", "memberships:read", "explain:read"}, name) || p.Resource == "sessions"
		},
	} {
		s := Compile(Policy{Grants: []Grant{{ID: "gra_1", Subject: adas, Effect: Allow, Role: role, Where: Where{Place: Everywhere}}}})
		for _, p := range api.Permissions {
			name := Gatehouse + "/" + p.Resource + ":" + p.Action
			d := decide(t, s, Question{Principal: adas, Permission: name, Now: began, Level: proof.AAL1})
			if got, want := d.Outcome == Allowed, may(p) || p.Resource == "filters"; got != want { // these are everybody's own
				t.Errorf("%s has %s: %v, want %v", role, name, got, want)
			}
		}
	}
}

func TestWhoChangesGatehouseProvesAsMuchAsTheHouseSays(t *testing.T) {
	t.Parallel()
	p := Policy{
		BuiltIn: BuiltIn{Writes: Requirement{Level: proof.AAL2}},
		Grants:  []Grant{{ID: "gra_1", Subject: adas, Effect: Allow, Role: Administrator, Where: Where{Place: Everywhere}}},
	}
	s := Compile(p)
	for name, want := range map[string]Outcome{"users:read": Allowed, "audit:export": Allowed, "users:write": Challenged, Escalate[len(Gatehouse)+1:]: Challenged} {
		d := decide(t, s, Question{Principal: adas, Permission: Gatehouse + "/" + name, Now: began, Level: proof.AAL1})
		if d.Outcome != want {
			t.Errorf("%s with a password is %v, want %v", name, d.Outcome, want)
		}
	}
}

func TestWhatIsBuiltInIsListedAndGrantedAndNeverChanged(t *testing.T) {
	t.Parallel()
	w := newWritten(t).shop()
	w.BuiltIn = BuiltIn{Audience: "https://id.test/api"}
	ctx := t.Context()
	apis, err := w.APIs(ctx)
	if err != nil || !slices.ContainsFunc(apis, func(a API) bool { return a.ID == Gatehouse && a.Audience == "https://id.test/api" }) {
		t.Errorf("the APIs are %v, %v", apis, err)
	}
	roles, err := w.Roles(ctx)
	if err != nil || !slices.ContainsFunc(roles, func(r Role) bool { return r.ID == Auditor }) {
		t.Errorf("the roles are %v, %v", roles, err)
	}
	g := w.give(toAda(func(g *Grant) { g.Permission, g.Role = Pattern{}, Auditor }))
	e, err := w.Explain(ctx, &Question{Principal: adas, Permission: Gatehouse + "/audit:read", Now: time.Now(), Level: proof.AAL1})
	if err != nil || e.Outcome != Allowed || e.Grant != g.ID {
		t.Errorf("an auditor is answered %+v, %v", e.Decision, err)
	}
	who, err := w.WhoCan(ctx, Gatehouse+"/audit:read", "", time.Now())
	if err != nil || len(who) != 1 {
		t.Errorf("who can: %v, %v", who, err)
	}

	before := w.version()
	read := []Pattern{{"shop", "orders", "read"}}
	for name, try := range map[string]struct {
		code, field string
		do          func() error
	}{
		"an API of this name": {"api.invalid", "id", func() error {
			_, err := w.CreateAPI(ctx, console, API{ID: Gatehouse, Audience: "https://x.test", Permissions: []Permission{{Resource: "a", Action: "b"}}})
			return err
		}},
		"an API of this audience": {"api.invalid", "audience", func() error {
			_, err := w.CreateAPI(ctx, console, API{ID: "x", Audience: "https://id.test/api", Permissions: []Permission{{Resource: "a", Action: "b"}}})
			return err
		}},
		"changing the API":         {"access.built_in", "", func() error { a := apis[0]; a.ID = Gatehouse; _, err := w.UpdateAPI(ctx, console, a); return err }},
		"deleting the API":         {"access.built_in", "", func() error { return w.DeleteAPI(ctx, console, Gatehouse) }},
		"a role of a built-in one": {"role.invalid", "id", func() error { _, err := w.CreateRole(ctx, console, Role{ID: Auditor, Permissions: read}); return err }},
		"a role by its bare name":  {"role.invalid", "id", func() error { _, err := w.CreateRole(ctx, console, Role{ID: "auditor", Permissions: read}); return err }},
		"changing a role":          {"access.built_in", "", func() error { _, err := w.UpdateRole(ctx, console, Role{ID: Auditor, Permissions: read}); return err }},
		"deleting a role":          {"access.built_in", "", func() error { return w.DeleteRole(ctx, console, Auditor) }},
		"a role of a later version": {"role.not_found", "", func() error {
			_, err := w.Give(ctx, console, toAda(func(g *Grant) { g.Permission, g.Role = Pattern{}, Gatehouse+"/of-later" }))
			return err
		}},
		"a permission of a later version": {"permission.unknown", "", func() error {
			_, err := w.Give(ctx, console, toAda(func(g *Grant) { g.Permission = Pattern{Gatehouse, "of", "later"} }))
			return err
		}},
		"a role with one of a later version": {"permission.unknown", "", func() error {
			_, err := w.CreateRole(ctx, console, Role{ID: "mine", Permissions: []Pattern{{Gatehouse, "of", "later"}}})
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) { w.refuses(try.code, try.field, try.do(), before) })
	}
}

// Two versions may work over one database: what the other one wrote gives nothing
// here, and is no error.
func TestWhatAnotherVersionKnowsIsIgnored(t *testing.T) {
	t.Parallel()
	s := Compile(Policy{Grants: []Grant{
		{ID: "gra_1", Subject: adas, Effect: Allow, Role: Gatehouse + "/of-later", Where: Where{Place: Everywhere}},
		{ID: "gra_2", Subject: adas, Effect: Deny, Permission: Pattern{Gatehouse, "users", "of-later"}, Where: Where{Place: Everywhere}},
		{ID: "gra_3", Subject: adas, Effect: Allow, Permission: Pattern{Gatehouse, "users", "read"}, Where: Where{Place: Everywhere}},
	}})
	if d := decide(t, s, Question{Principal: adas, Permission: Gatehouse + "/users:read", Now: began}); d.Outcome != Allowed {
		t.Errorf("it is %v", d)
	}
}

func TestADenyOfGatehouseItselfNamesOneWhoActs(t *testing.T) {
	t.Parallel()
	w := newWritten(t).shop().role(Role{ID: "seller", Permissions: []Pattern{{"shop", "orders", "read"}}}).
		role(Role{ID: "keeper", Permissions: []Pattern{{Gatehouse, "users", "read"}}}).role(Role{ID: "under", Parents: []string{"seller"}})
	ctx := t.Context()
	w.must(w.CreateGroup(ctx, console, GroupRecord{ID: "all"}))
	deny := func(to Subject, role, permission string) Grant {
		g := Grant{Subject: to, Effect: Deny, Role: role, Where: Where{Place: Everywhere}, Reason: "test"}
		if permission != "" {
			g.Permission = pattern(t, permission)
		}
		return g
	}
	all, before := Subject{Group, "all"}, w.version()
	for name, c := range map[string]struct {
		field string
		g     Grant
	}{
		"a permission to a group":      {"subject", deny(all, "", "gatehouse/users:read")},
		"a wildcard to a group":        {"subject", deny(all, "", "gatehouse/*:*")},
		"a built-in role to a group":   {"subject", deny(all, Helpdesk, "")},
		"a role of ours to a group":    {"subject", deny(all, "keeper", "")},
		"a role of ours to one person": {"role", deny(adas, "keeper", "")},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.Give(ctx, console, c.g)
			w.refuses("grant.invalid", c.field, err, before)
		})
	}
	for _, g := range []Grant{deny(adas, "", "gatehouse/*:*"), deny(Subject{Client, "web"}, Auditor, ""), deny(all, "under", "")} {
		w.give(g)
	}
	// A role that is denied to all of a group does not come to have any of it later.
	before = w.version()
	for _, r := range []Role{
		{ID: "under", Permissions: []Pattern{{Gatehouse, "users", "read"}}},
		{ID: "under", Parents: []string{Auditor}},
		{ID: "seller", Permissions: []Pattern{{"shop", "orders", "read"}, {Gatehouse, "*", "read"}}},
	} {
		_, err := w.UpdateRole(ctx, console, r)
		w.refuses("role.in_use", "", err, before)
	}
}

func TestABareNameOfABuiltInRoleMeansIt(t *testing.T) {
	t.Parallel()
	for _, r := range BuiltInRoles() {
		bare := strings.TrimPrefix(r.ID, Gatehouse+"/")
		if RoleNamed(bare) != r.ID || RoleNamed(r.ID) != r.ID {
			t.Errorf("%s means %s", bare, RoleNamed(bare))
		}
	}
	if RoleNamed("support") != "support" {
		t.Errorf("support means %s", RoleNamed("support"))
	}
}

// The policy about second factors asks who administers: now or later, by whichever way,
// and whatever suspends or denies it for the time being.
func TestWhoAdministersHasOrWillHaveARightAtGatehouse(t *testing.T) {
	t.Parallel()
	group, outer, org := Subject{Group, "desk"}, Subject{Group, "outer"}, Subject{Organisation, "acme"}
	to := func(who Subject, change func(g *Grant)) Grant {
		g := Grant{ID: "gra_1", Subject: who, Effect: Allow, Role: Helpdesk, Where: Where{Place: Everywhere}}
		if change != nil {
			change(&g)
		}
		return g
	}
	in := func(who, of Subject) Membership { return Membership{Member: who, Of: of} }
	past, future := Window{ExpiresAt: began}, Window{NotBefore: began.Add(time.Hour)}
	for name, c := range map[string]struct {
		p    Policy
		want bool
	}{
		"nobody":                   {Policy{}, false},
		"by name":                  {Policy{Grants: []Grant{to(adas, nil)}}, true},
		"another person":           {Policy{Grants: []Grant{to(Subject{User, "usr_bob"}, nil)}}, false},
		"an application so called": {Policy{Grants: []Grant{to(Subject{Client, adas.ID}, nil)}}, false},
		"a permission":             {Policy{Grants: []Grant{to(adas, func(g *Grant) { g.Role, g.Permission = "", Pattern{Gatehouse, "users", "read"} })}}, true},
		"a wildcard":               {Policy{Grants: []Grant{to(adas, func(g *Grant) { g.Role, g.Permission = "", Pattern{Gatehouse, "*", "read"} })}}, true},
		"a role of ours":           {Policy{Roles: []Role{{ID: "mine", Parents: []string{Auditor}}}, Grants: []Grant{to(adas, func(g *Grant) { g.Role = "mine" })}}, true},
		"something else":           {Policy{Roles: []Role{{ID: "mine"}}, Grants: []Grant{to(adas, func(g *Grant) { g.Role = "mine" })}}, false},
		"over":                     {Policy{Grants: []Grant{to(adas, func(g *Grant) { g.Window = past })}}, false},
		"to come":                  {Policy{Grants: []Grant{to(adas, func(g *Grant) { g.Window = future })}}, true},
		"a deny":                   {Policy{Grants: []Grant{to(adas, func(g *Grant) { g.Effect = Deny })}}, false},
		"denied for now":           {Policy{Grants: []Grant{to(adas, nil), to(adas, func(g *Grant) { g.Effect = Deny })}}, true},
		"locked for now":           {Policy{Grants: []Grant{to(adas, nil)}, Locks: []Lock{{On: LockTarget{LockRole, Helpdesk}}, {On: LockTarget{LockGrant, "gra_1"}}}}, true},
		"under a condition":        {Policy{Grants: []Grant{to(adas, func(g *Grant) { g.Where = Where{Place: Condition, Expression: "false"} })}}, true},
		"in an organisation":       {Policy{Grants: []Grant{to(adas, func(g *Grant) { g.Org = "acme" })}}, true},
		"by a group":               {Policy{Grants: []Grant{to(group, nil)}, Memberships: []Membership{in(adas, group)}}, true},
		"by a group of a group":    {Policy{Grants: []Grant{to(outer, nil)}, Memberships: []Membership{in(adas, group), in(group, outer)}}, true},
		"by an organisation":       {Policy{Grants: []Grant{to(org, nil)}, Memberships: []Membership{in(adas, group), in(group, org)}}, true},
		"was in a group":           {Policy{Grants: []Grant{to(group, nil)}, Memberships: []Membership{{Member: adas, Of: group, Window: past}}}, false},
		"is to be in a group":      {Policy{Grants: []Grant{to(group, nil)}, Memberships: []Membership{{Member: adas, Of: group, Window: future}}}, true},
		"groups in a circle":       {Policy{Memberships: []Membership{in(adas, group), in(group, outer), in(outer, group)}}, false},
	} {
		if got := Compile(c.p).Administers(adas, began); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
