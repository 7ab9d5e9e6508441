package access_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	. "gatehouse/access"
	"gatehouse/audit"
	"gatehouse/fault"
)

// patterns reads several at once.
func patterns(t *testing.T, texts ...string) []Pattern {
	t.Helper()
	all := make([]Pattern, len(texts))
	for i, text := range texts {
		all[i] = pattern(t, text)
	}
	return all
}

// sideOf is one side of a shift in short: who, and what.
func sideOf(m Moved) string {
	var all []string
	for _, one := range m.First {
		all = append(all, one.Principal.ID+" "+strings.Join(one.Permissions, " "))
	}
	return strings.Join(all, "; ")
}

// Who gains and who loses by changed roles is told before anything is changed: of whatever way
// a role reaches somebody, and of what only narrows or widens.
func TestAPreviewTellsWhoGainsAndWhoLoses(t *testing.T) {
	t.Parallel()
	bob, eve, zoe := Subject{User, "usr_bob"}, Subject{User, "usr_eve"}, Subject{User, "usr_zoe"}
	w := newWritten(t).shop().group("desk", "night").
		role(Role{ID: "viewer", Permissions: patterns(t, "shop/orders:read")}).
		role(Role{ID: "editor", Permissions: patterns(t, "shop/orders:write"), Parents: []string{"viewer"}}).
		role(Role{ID: "barred", Permissions: patterns(t, "shop/stock:read")}).
		role(Role{ID: "idle", Permissions: patterns(t, "shop/stock:read")})
	w.must(w.CreateOrg(t.Context(), console, OrgRecord{ID: "acme"}))
	w.must(w.AddMember(t.Context(), console, MembershipRecord{Membership: Membership{Member: zoe, Of: Subject{Organisation, "acme"}}}))
	w.add(bob, "night").add(Subject{Group, "night"}, "desk")
	of := func(who Subject, role string, change func(g *Grant)) {
		g := Grant{Subject: who, Effect: Allow, Role: role, Where: Where{Place: Everywhere}, Reason: "test"}
		if change != nil {
			change(&g)
		}
		w.give(g)
	}
	of(adas, "editor", nil)
	of(Subject{Group, "desk"}, "viewer", nil)
	of(zoe, "viewer", func(g *Grant) { g.Org = "acme" })
	of(eve, "viewer", func(g *Grant) { g.Where.Place = Own })
	of(eve, "barred", func(g *Grant) { g.Effect = Deny })
	w.give(Grant{Subject: eve, Effect: Allow, Permission: pattern(t, "shop/stock:read"), Where: Where{Place: Everywhere}, Reason: "test"})
	of(Subject{User, "usr_late"}, "viewer", func(g *Grant) { g.NotBefore = time.Now().Add(time.Hour) })
	of(Subject{User, "usr_both"}, "viewer", nil)
	w.give(Grant{Subject: Subject{User, "usr_both"}, Effect: Allow, Permission: pattern(t, "shop/orders:*"), Where: Where{Place: Everywhere}, Reason: "test"})

	read, none := patterns(t, "shop/orders:read"), []string{}
	for name, c := range map[string]struct {
		changes    []RoleChange
		gain, lose string
	}{
		"one more":           {[]RoleChange{{Role: "viewer", Add: patterns(t, "shop/stock:read")}}, "usr_ada shop/stock:read; usr_bob shop/stock:read; usr_both shop/stock:read; usr_zoe shop/stock:read", ""},
		"another":            {[]RoleChange{{Role: "viewer", Add: patterns(t, "shop/orders:refund"), Remove: read}}, "usr_ada shop/orders:refund; usr_bob shop/orders:refund; usr_both shop/orders:refund; usr_eve shop/orders:refund; usr_zoe shop/orders:refund", "usr_ada shop/orders:read; usr_bob shop/orders:read; usr_eve shop/orders:read; usr_zoe shop/orders:read"},
		"no parent":          {[]RoleChange{{Role: "editor", Parents: &none}}, "", "usr_ada shop/orders:read"},
		"the same otherwise": {[]RoleChange{{Role: "editor", Parents: &none, Add: read}}, "", ""},
		"a denied one":       {[]RoleChange{{Role: "barred", Remove: patterns(t, "shop/stock:read"), Add: patterns(t, "shop/orders:read")}}, "usr_eve shop/stock:read", "usr_eve shop/orders:read"},
		"nobody's":           {[]RoleChange{{Role: "idle", Add: read}}, "", ""},
		"two that outweigh":  {[]RoleChange{{Role: "viewer", Remove: read, Add: patterns(t, "shop/stock:read")}, {Role: "editor", Add: read}}, "usr_ada shop/stock:read; usr_bob shop/stock:read; usr_both shop/stock:read; usr_zoe shop/stock:read", "usr_bob shop/orders:read; usr_eve shop/orders:read; usr_zoe shop/orders:read"},
	} {
		before := w.version()
		shift, err := w.PreviewRoles(t.Context(), c.changes)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if gain, lose := sideOf(shift.Gain), sideOf(shift.Lose); gain != c.gain || lose != c.lose {
			t.Errorf("%s:\ngain %q,\nwant %q,\nlose %q,\nwant %q", name, gain, c.gain, lose, c.lose)
		}
		if shift.Gain.Count != len(shift.Gain.First) || shift.Lose.Count != len(shift.Lose.First) {
			t.Errorf("%s: %d and %d are counted", name, shift.Gain.Count, shift.Lose.Count)
		}
		if w.version() != before {
			t.Errorf("%s: the preview changed the policy", name)
		}
	}
}

// A large crowd is counted, and the first of it are told of by name.
func TestAPreviewCountsEverybodyAndNamesSome(t *testing.T) {
	t.Parallel()
	w := newWritten(t).shop().role(Role{ID: "viewer", Permissions: patterns(t, "shop/orders:read")})
	for i := range 50 {
		w.give(Grant{Subject: Subject{User, fmt.Sprintf("usr_%02d", 49-i)}, Effect: Allow, Role: "viewer", Where: Where{Place: Everywhere}, Reason: "test"})
	}
	shift, err := w.PreviewRoles(t.Context(), []RoleChange{{Role: "viewer", Add: patterns(t, "shop/stock:read")}})
	if err != nil {
		t.Fatal(err)
	}
	if shift.Gain.Count != 50 || len(shift.Gain.First) != 20 || shift.Gain.First[0].Principal.ID != "usr_00" || shift.Gain.First[19].Principal.ID != "usr_19" {
		t.Errorf("%d gain, the first %v", shift.Gain.Count, sideOf(shift.Gain))
	}
}

// What a preview says is what comes: with random policies, who may do what before and after.
func TestAPreviewSaysWhatComes(t *testing.T) {
	t.Parallel()
	names := []string{"shop/orders:read", "shop/orders:write", "shop/orders:refund", "shop/stock:read"}
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 7))
		some := func() (all []Pattern) {
			for _, name := range names {
				if r.IntN(2) == 0 {
					all = append(all, pattern(t, name))
				}
			}
			return append(all, pattern(t, names[r.IntN(len(names))]))
		}
		w := newWritten(t).shop().group("g0", "g1").role(Role{ID: "r0", Permissions: some()})
		w.role(Role{ID: "r1", Permissions: some(), Parents: []string{"r0"}}).role(Role{ID: "r2", Permissions: some()}).add(Subject{Group, "g0"}, "g1")
		for i := range 8 {
			who := Subject{User, fmt.Sprintf("usr_%d", i)}
			if r.IntN(2) == 0 {
				w.add(who, fmt.Sprintf("g%d", r.IntN(2)))
			}
			for range r.IntN(3) {
				g := Grant{Subject: who, Effect: Allow, Role: fmt.Sprintf("r%d", r.IntN(3)), Where: Where{Place: Everywhere}, Reason: "test"}
				if r.IntN(4) == 0 {
					g.Subject = Subject{Group, fmt.Sprintf("g%d", r.IntN(2))}
				}
				if r.IntN(5) == 0 {
					g.Effect = Deny
				}
				w.give(g)
			}
		}
		may := func() map[string]bool {
			s, err := Load(t.Context(), w.Store, BuiltIn{}, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			all := map[string]bool{}
			for _, name := range names {
				found, err := s.WhoCan(t.Context(), name, "", time.Now())
				if err != nil {
					t.Fatal(err)
				}
				for _, h := range found {
					all[h.Principal.ID+" "+name] = true
				}
			}
			return all
		}
		first, second := some(), some()
		changes := []RoleChange{{Role: "r0", Permissions: &first}, {Role: "r2", Permissions: &second}}
		shift, err := w.PreviewRoles(t.Context(), changes)
		if err != nil {
			t.Fatal(err)
		}
		before := may()
		w.must(w.UpdateRoles(t.Context(), console, changes))
		after := may()
		gone := func(from, to map[string]bool) []string {
			rest := maps.Clone(from)
			maps.DeleteFunc(rest, func(one string, _ bool) bool { return to[one] })
			return slices.Sorted(maps.Keys(rest))
		}
		flat := func(m Moved) (all []string) {
			for _, one := range m.First {
				for _, p := range one.Permissions {
					all = append(all, one.Principal.ID+" "+p)
				}
			}
			slices.Sort(all)
			return all
		}
		if got, want := flat(shift.Gain), gone(after, before); !slices.Equal(got, want) {
			t.Errorf("seed %d: gained %v, want %v", seed, got, want)
		}
		if got, want := flat(shift.Lose), gone(before, after); !slices.Equal(got, want) {
			t.Errorf("seed %d: lost %v, want %v", seed, got, want)
		}
	}
}

// Several roles are changed as one version of the policy, or none is.
func TestSeveralRolesAreChangedAtOnceOrNot(t *testing.T) {
	t.Parallel()
	read := patterns(t, "shop/orders:read")
	w := newWritten(t).shop().role(Role{ID: "a", Permissions: read}).role(Role{ID: "b", Permissions: read})
	before := w.version()
	changed, err := w.UpdateRoles(t.Context(), console, []RoleChange{{Role: "a", Rev: 1, Add: patterns(t, "shop/stock:read")}, {Role: "b", Remove: read, Add: patterns(t, "shop/orders:write", "shop/orders:write")}})
	if err != nil || len(changed) != 2 || changed[0].Rev != 2 || len(changed[0].Permissions) != 2 || len(changed[1].Permissions) != 1 {
		t.Fatalf("%+v %v", changed, err)
	}
	if now := w.version(); now != before+1 {
		t.Errorf("the version of the policy went from %d to %d", before, now)
	}
	before = w.version()
	parents := []string{"b"}
	for _, c := range []struct {
		code, field string
		changes     []RoleChange
	}{
		{"role.invalid", "roles", nil},
		{"role.invalid", "roles", make([]RoleChange, MaxRolesAtOnce+1)},
		{"role.not_found", "roles[1]", []RoleChange{{Role: "a", Add: read}, {Role: "c", Add: read}}},
		{"access.built_in", "roles[0]", []RoleChange{{Role: "gatehouse/auditor", Add: read}}},
		{"role.invalid", "roles[1].id", []RoleChange{{Role: "a", Add: read}, {Role: "a", Remove: read}}},
		{"access.changed", "roles[0]", []RoleChange{{Role: "a", Rev: 1, Add: read}}},
		{"role.invalid", "roles[0].permissions", []RoleChange{{Role: "b", Remove: patterns(t, "shop/orders:write")}}},
		{"permission.unknown", "roles[0].permissions[2]", []RoleChange{{Role: "a", Add: patterns(t, "shop/orders:fly")}}},
		{"role.invalid", "roles[1].parents[0]", []RoleChange{{Role: "a", Add: read}, {Role: "b", Parents: &parents}}},
	} {
		_, err := w.UpdateRoles(t.Context(), console, c.changes)
		w.refuses(c.code, c.field, err, before)
		_, err = w.PreviewRoles(t.Context(), c.changes)
		w.refuses(c.code, c.field, err, before)
	}
	nobody := audit.Actor{Kind: audit.Person, ID: "usr_mallory"}
	_, err = w.UpdateRoles(t.Context(), nobody, []RoleChange{{Role: "a", Add: patterns(t, "shop/orders:write")}})
	w.refuses("access.not_held", "roles[0]", err, before)
	if !fault.Is(err, fault.Forbidden) {
		t.Errorf("who does not hold it: %v", err)
	}
}

// Whoever has a role is found by whatever way it reaches them.
func TestARoleIsFoundWithWhoeverHasIt(t *testing.T) {
	t.Parallel()
	bob := Subject{User, "usr_bob"}
	w := newWritten(t).shop().group("desk", "night").
		role(Role{ID: "viewer", Permissions: patterns(t, "shop/orders:read")}).
		role(Role{ID: "editor", Permissions: patterns(t, "shop/orders:write"), Parents: []string{"viewer"}})
	end := time.Now().Add(time.Hour).UTC().Truncate(time.Second)
	in := member(bob, "night")
	in.ExpiresAt = end
	w.must(w.AddMember(t.Context(), console, in))
	w.add(Subject{Group, "night"}, "desk")
	of := func(who Subject, role string, effect Effect, until time.Time) {
		w.give(Grant{Subject: who, Effect: effect, Role: role, Where: Where{Place: Everywhere}, Reason: "test", Window: Window{ExpiresAt: until}})
	}
	of(adas, "editor", Allow, time.Time{})
	of(adas, "viewer", Allow, end)
	of(Subject{Group, "desk"}, "viewer", Allow, time.Time{})
	of(Subject{User, "usr_eve"}, "viewer", Deny, time.Time{})
	of(Subject{User, "usr_zoe"}, "viewer", Allow, time.Time{})
	found, next, err := w.RoleHolders(t.Context(), RoleReach{Role: "viewer", Limit: 2})
	if err != nil || len(found) != 2 || next != bob {
		t.Fatalf("%+v %v %v", found, next, err)
	}
	if h := found[0]; h.Principal != adas || h.Role != "editor" || h.Others != 1 || !h.Until.IsZero() || len(h.Path) != 0 {
		t.Errorf("ada has it by %+v", h)
	}
	if h := found[1]; h.Principal != bob || !h.Until.Equal(end) || !slices.Equal(h.Path, []Subject{{Group, "night"}, {Group, "desk"}}) {
		t.Errorf("bob has it by %+v", h)
	}
	found, next, err = w.RoleHolders(t.Context(), RoleReach{Role: "viewer", After: next, Limit: 2})
	if err != nil || len(found) != 1 || found[0].Principal.ID != "usr_zoe" || next != (Subject{}) {
		t.Errorf("%+v %v %v", found, next, err)
	}
	if found, _, err = w.RoleHolders(t.Context(), RoleReach{Role: "editor"}); err != nil || len(found) != 1 {
		t.Errorf("editors are %+v %v", found, err)
	}
	if _, _, err := w.RoleHolders(t.Context(), RoleReach{Role: "nobody"}); fault.CodeOf(err) != "role.not_found" {
		t.Errorf("who has a role that there is not: %v", err)
	}
}
