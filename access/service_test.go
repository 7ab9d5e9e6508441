package access_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	. "gatehouse/access"
	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/proof"
	"gatehouse/store"
)

var console = audit.Actor{Kind: audit.Console, ID: "root"}

// anybody is a directory in which only those called nobody are not.
type anybody struct{}

func (anybody) Known(_ context.Context, s Subject) error {
	if strings.HasSuffix(s.ID, "nobody") {
		return fault.Missing(string(s.Kind))
	}
	return nil
}

func (anybody) HasClient(_ context.Context, name string) (bool, error) { return name == "app", nil }

func (anybody) Session(_ context.Context, session id.Session) (id.User, time.Time, error) {
	if session != "ses_1" {
		return "", time.Time{}, fault.Missing("session")
	}
	return "usr_ada", sessionEnds, nil
}

var sessionEnds = time.Now().Add(24 * time.Hour).UTC().Truncate(time.Microsecond)

func (anybody) Requiring(context.Context, string, string) (id.Client, error) { return "", nil }

func (anybody) WithScope(_ context.Context, scope string) (id.Client, error) {
	if strings.HasPrefix(scope, "used") {
		return "web", nil
	}
	return "", nil
}

// written is a house whose policy is written by its service.
type written struct {
	*testing.T
	*Service
}

func newWritten(t *testing.T) written {
	t.Helper()
	return writtenOn(t, "sqlite:"+filepath.Join(t.TempDir(), "gatehouse.db"))
}

func writtenOn(t *testing.T, url string) written {
	t.Helper()
	s, err := store.Open(t.Context(), store.Config{URL: url, MaxConns: 4}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return written{t, &Service{Store: s, Audit: &audit.Log{Store: s}, People: anybody{}, Clients: anybody{}, Keys: KeyCodec{Key: make([]byte, 32)}}}
}

// shop is the API of all of these tests.
func (w written) shop() written {
	w.Helper()
	w.must(w.CreateAPI(w.Context(), console, API{
		ID: "shop", Audience: "https://shop.test", Owners: map[string]string{"orders": "owner_id"},
		Permissions: []Permission{{Resource: "orders", Action: "read"}, {Resource: "orders", Action: "write"}, {Resource: "orders", Action: "refund", Sensitive: true}, {Resource: "stock", Action: "read"}},
	}))
	return w
}

func (w written) must(_ any, err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w written) role(r Role) written {
	w.Helper()
	w.must(w.CreateRole(w.Context(), console, r))
	return w
}

func (w written) give(g Grant) GrantRecord {
	w.Helper()
	r, err := w.GiveAgain(w.Context(), console, g)
	if err != nil {
		w.Fatal(err)
	}
	return r
}

func pattern(t *testing.T, text string) Pattern {
	t.Helper()
	p, err := ParsePattern(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

var adas = Subject{User, "usr_ada"}

func toAda(change func(g *Grant)) Grant {
	g := Grant{Subject: adas, Effect: Allow, Permission: Pattern{"shop", "orders", "read"}, Where: Where{Place: Everywhere}, Reason: "test"}
	if change != nil {
		change(&g)
	}
	return g
}

// refuses checks the code of a refusal, and that the policy stayed as it was.
func (w written) refuses(code, field string, err error, version int64) {
	w.Helper()
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Code != code {
		w.Errorf("got %v, want %s", err, code)
		return
	}
	if field != "" && !slices.ContainsFunc(f.Fields, func(x fault.Field) bool { return x.Name == field }) {
		w.Errorf("%v does not name %s", err, field)
	}
	if now := w.version(); now != version {
		w.Errorf("%v: the version of the policy went from %d to %d", err, version, now)
	}
}

func (w written) version() int64 {
	w.Helper()
	v, err := w.Store.Versions(w.Context())
	if err != nil {
		w.Fatal(err)
	}
	return v[VersionPolicy]
}

func TestAPIsAndRolesThatBreakARuleAreRefusedByName(t *testing.T) {
	t.Parallel()
	w := newWritten(t).shop().role(Role{ID: "customer", Permissions: []Pattern{pattern(t, "shop/orders:read")}})
	ctx, before := t.Context(), w.version()
	one := []Permission{{Resource: "orders", Action: "read"}}
	many := make([]Permission, MaxPermissions+1)
	for _, c := range []struct {
		code, field string
		api         API
	}{
		{"api.invalid", "id", API{ID: "Shop", Audience: "https://a.test", Permissions: one}},
		{"api.invalid", "id", API{ID: "gatehouse", Audience: "https://a.test", Permissions: one}},
		{"api.invalid", "id", API{ID: strings.Repeat("a", 33), Audience: "https://a.test", Permissions: one}},
		{"api.invalid", "audience", API{ID: "a", Audience: "shop", Permissions: one}},
		{"api.invalid", "audience", API{ID: "a", Audience: "https://a.test#x", Permissions: one}},
		{"api.invalid", "audience", API{ID: "a", Audience: "https://a.test/" + strings.Repeat("x", 512), Permissions: one}},
		{"api.invalid", "permissions", API{ID: "a", Audience: "https://a.test"}},
		{"api.invalid", "permissions", API{ID: "a", Audience: "https://a.test", Permissions: many}},
		{"api.invalid", "permissions[1]", API{ID: "a", Audience: "https://a.test", Permissions: append(one, one...)}},
		{"api.invalid", "permissions[0]", API{ID: "a", Audience: "https://a.test", Permissions: []Permission{{Resource: "orders", Action: "*"}}}},
		{"api.invalid", "permissions[0]", API{ID: "a", Audience: "https://a.test", Permissions: []Permission{{Resource: "a.b.c.d.e", Action: "read"}}}},
		{"api.invalid", "permissions[0]", API{ID: "a", Audience: "https://a.test", Permissions: []Permission{{Resource: "orders", Action: "read", Description: "a\x1bb"}}}},
		{"api.invalid", "permissions[0]", API{ID: "a", Audience: "https://a.test", Permissions: []Permission{{Resource: "orders", Action: "read", Requires: Requirement{Level: 7}}}}},
		{"api.invalid", "owners.stock", API{ID: "a", Audience: "https://a.test", Permissions: one, Owners: map[string]string{"stock": "owner"}}},
		{"api.exists", "id", API{ID: "shop", Audience: "https://a.test", Permissions: one}},
		{"api.exists", "audience", API{ID: "a", Audience: "https://shop.test", Permissions: one}},
	} {
		_, err := w.CreateAPI(ctx, console, c.api)
		w.refuses(c.code, c.field, err, before)
	}
	read := []Pattern{pattern(t, "shop/orders:read")}
	for _, c := range []struct {
		code, field string
		role        Role
	}{
		{"role.invalid", "id", Role{ID: "a/b", Permissions: read}},
		{"role.invalid", "id", Role{ID: "administrator", Permissions: read}},
		{"role.invalid", "permissions", Role{ID: "a"}},
		{"role.invalid", "permissions", Role{ID: "a", Permissions: make([]Pattern, MaxRoleParts+1)}},
		{"role.invalid", "parents[0]", Role{ID: "a", Parents: []string{"nobody"}}},
		{"role.invalid", "parents[0]", Role{ID: "a", Parents: []string{"a"}}},
		{"role.invalid", "max_grant", Role{ID: "a", Permissions: read, MaxGrant: time.Millisecond}},
		{"permission.unknown", "", Role{ID: "a", Permissions: []Pattern{pattern(t, "shop/orders:delete")}}},
		{"permission.unknown", "", Role{ID: "a", Permissions: []Pattern{pattern(t, "depot/*:*")}}},
		{"permission.unknown", "", Role{ID: "a", Permissions: []Pattern{pattern(t, "shop/*:refund")}}}, // only what is sensitive
		{"role.exists", "", Role{ID: "customer", Permissions: read}},
	} {
		_, err := w.CreateRole(ctx, console, c.role)
		w.refuses(c.code, c.field, err, before)
	}
}

func TestRolesDoNotLeadInCirclesNorTooFar(t *testing.T) {
	t.Parallel()
	w := newWritten(t).shop().role(Role{ID: "r0", Permissions: []Pattern{pattern(t, "shop/orders:read")}})
	name := func(n int) string { return "r" + string(rune('a'+n)) }
	last := "r0"
	for n := range MaxInheritance {
		w.role(Role{ID: name(n), Parents: []string{last}})
		last = name(n)
	}
	before := w.version()
	_, err := w.CreateRole(t.Context(), console, Role{ID: "toofar", Parents: []string{last}})
	w.refuses("role.invalid", "parents", err, before)
	r, err := w.Role(t.Context(), "r0")
	w.must(r, err)
	r.Parents = []string{name(3)}
	_, err = w.UpdateRole(t.Context(), console, r)
	w.refuses("role.invalid", "parents", err, before)
	// A new parent at the bottom would make those on top reach too far.
	w.role(Role{ID: "below", Permissions: r.Permissions})
	r.Parents = []string{"below"}
	_, err = w.UpdateRole(t.Context(), console, r)
	w.refuses("role.invalid", "parents", err, before+1)
	// What was allowed counts: the one on top has what the first one gives.
	w.give(toAda(func(g *Grant) { g.Role, g.Permission = last, Pattern{} }))
	if got := w.decide("shop/orders:read", time.Now()); got.Outcome != Allowed {
		t.Errorf("through %d generations: %+v", MaxInheritance, got)
	}
}

func (w written) decide(permission string, at time.Time) Explanation {
	w.Helper()
	e, err := w.Explain(w.Context(), &Question{Principal: adas, Permission: permission, Now: at, Level: proof.AAL1, AuthTime: at})
	if err != nil {
		w.Fatal(err)
	}
	return e
}

func TestGrantsThatBreakARuleAreRefusedByName(t *testing.T) {
	t.Parallel()
	w := newWritten(t).shop().role(Role{ID: "refunder", Permissions: []Pattern{pattern(t, "shop/orders:refund")}, MaxGrant: 8 * time.Hour}).
		role(Role{ID: "desk", Permissions: []Pattern{pattern(t, "shop/stock:read")}, Parents: []string{"refunder"}})
	before, now := w.version(), time.Now()
	for name, c := range map[string]struct {
		code, field string
		change      func(g *Grant)
	}{
		"nobody":                {"user.not_found", "", func(g *Grant) { g.Subject.ID = "usr_nobody" }},
		"no client":             {"client.not_found", "", func(g *Grant) { g.Subject = Subject{Client, "nobody"} }},
		"no kind":               {"grant.invalid", "subject", func(g *Grant) { g.Subject.Kind = "robot" }},
		"no role":               {"role.not_found", "", func(g *Grant) { g.Role, g.Permission = "nobody", Pattern{} }},
		"role and permission":   {"grant.invalid", "role", func(g *Grant) { g.Role = "desk" }},
		"neither":               {"grant.invalid", "role", func(g *Grant) { g.Permission = Pattern{} }},
		"no effect":             {"grant.invalid", "effect", func(g *Grant) { g.Effect = "" }},
		"no reason":             {"grant.invalid", "reason", func(g *Grant) { g.Reason = "" }},
		"a long reason":         {"grant.invalid", "reason", func(g *Grant) { g.Reason = strings.Repeat("x", 501) }},
		"a ticket that moves":   {"grant.invalid", "ticket", func(g *Grant) { g.Ticket = "a\u202eb" }},
		"unknown permission":    {"permission.unknown", "", func(g *Grant) { g.Permission.Action = "delete" }},
		"matches nothing":       {"permission.unknown", "", func(g *Grant) { g.Permission = Pattern{"shop", "*", "refund"} }},
		"over already":          {"grant.invalid", "expires_at", func(g *Grant) { g.ExpiresAt = now.Add(-time.Second) }},
		"over before it begins": {"grant.invalid", "expires_at", func(g *Grant) { g.NotBefore, g.ExpiresAt = now.Add(2*time.Hour), now.Add(time.Hour) }},
		"no place":              {"grant.invalid", "where", func(g *Grant) { g.Where = Where{} }},
		"ids without any":       {"grant.invalid", "resource_ids", func(g *Grant) { g.Where = Where{Place: Listed} }},
		"ids beside":            {"grant.invalid", "where", func(g *Grant) { g.Where = Where{Place: Own, IDs: []string{"1"}} }},
		"too many ids":          {"grant.invalid", "resource_ids", func(g *Grant) { g.Where = Where{Place: Listed, IDs: make([]string, MaxResourceIDs+1)} }},
		"no condition":          {"grant.condition", "where", func(g *Grant) { g.Where = Where{Place: Condition, Expression: "1 + 1"} }},
		"an owner that is none": {"grant.invalid", "where", func(g *Grant) { g.Where, g.Permission = Where{Place: Own}, Pattern{"shop", "stock", "read"} }},
		"an organisation":       {"org.not_found", "", func(g *Grant) { g.Org = "acme" }},
		"no level":              {"grant.invalid", "requires", func(g *Grant) { g.Requires.Level = 9 }},
		"a deny that asks":      {"grant.invalid", "requires", func(g *Grant) { g.Effect, g.Requires.Level = Deny, proof.AAL2 }},
		"too long":              {"grant.invalid", "expires_at", func(g *Grant) { g.Role, g.Permission, g.ExpiresAt = "refunder", Pattern{}, now.Add(9*time.Hour) }},
		"too long by a detour":  {"grant.invalid", "expires_at", func(g *Grant) { g.Role, g.Permission, g.ExpiresAt = "desk", Pattern{}, now.Add(9*time.Hour) }},
	} {
		_, err := w.Give(t.Context(), console, toAda(c.change))
		t.Log(name)
		w.refuses(c.code, c.field, err, before)
	}
	if list, _, err := w.Grants(t.Context(), Subject{}, false, GrantCursor{}, 10); err != nil || len(list) > 0 {
		t.Errorf("refused grants are there: %v %v", list, err)
	}
}

// A role that may be had for so long only ends by itself where nobody says when.
func TestGrantOfABoundedRoleEndsByItself(t *testing.T) {
	t.Parallel()
	w := newWritten(t).shop().role(Role{ID: "refunder", Permissions: []Pattern{pattern(t, "shop/orders:refund")}, MaxGrant: 8 * time.Hour}).
		role(Role{ID: "desk", Permissions: []Pattern{pattern(t, "shop/stock:read")}, Parents: []string{"refunder"}})
	begin := time.Now().Add(24 * time.Hour)
	for _, role := range []string{"refunder", "desk"} {
		g := w.give(toAda(func(g *Grant) { g.Role, g.Permission, g.NotBefore = role, Pattern{}, begin }))
		if got := g.ExpiresAt.Sub(g.NotBefore); got != 8*time.Hour {
			t.Errorf("a grant of %s lasts %v", role, got)
		}
	}
	g := w.give(toAda(func(g *Grant) { g.Role, g.Permission, g.Effect = "refunder", Pattern{}, Deny }))
	if !g.ExpiresAt.IsZero() {
		t.Errorf("a deny ends at %v", g.ExpiresAt)
	}
	// And nobody makes it endless from behind.
	endless := w.role(Role{ID: "free", Permissions: []Pattern{pattern(t, "shop/stock:read")}}).give(toAda(func(g *Grant) { g.Role, g.Permission = "free", Pattern{} }))
	before := w.version()
	_, err := w.UpdateRole(t.Context(), console, Role{ID: "free", Permissions: []Pattern{pattern(t, "shop/stock:read")}, Parents: []string{"refunder"}})
	w.refuses("role.in_use", "", err, before)
	w.must(w.Revoke(t.Context(), console, endless.ID, "in the way"))
	w.must(w.UpdateRole(t.Context(), console, Role{ID: "free", Permissions: []Pattern{pattern(t, "shop/stock:read")}, Parents: []string{"refunder"}}))
}

func TestGrantsAreExtendedAndRevokedAndStay(t *testing.T) {
	t.Parallel()
	w := newWritten(t).shop().role(Role{ID: "refunder", Permissions: []Pattern{pattern(t, "shop/orders:refund")}, MaxGrant: 8 * time.Hour})
	ctx, now := t.Context(), time.Now()
	g := w.give(toAda(func(g *Grant) { g.ExpiresAt = now.Add(time.Hour) }))
	endless := w.give(toAda(nil))
	short := w.give(toAda(func(g *Grant) { g.Role, g.Permission, g.ExpiresAt = "refunder", Pattern{}, now.Add(time.Hour) }))
	before := w.version()
	for name, c := range map[string]struct {
		grant id.Grant
		until time.Time
	}{
		"sooner": {g.ID, now.Add(time.Minute)}, "endless": {endless.ID, now.Add(time.Hour)}, "no end": {g.ID, time.Time{}},
		"beyond the role": {short.ID, now.Add(9 * time.Hour)},
	} {
		_, err := w.Extend(ctx, console, c.grant, c.until)
		t.Log(name)
		w.refuses("grant.invalid", "expires_at", err, before)
	}
	_, err := w.Revoke(ctx, console, g.ID, "")
	w.refuses("grant.invalid", "reason", err, before)
	_, err = w.Revoke(ctx, console, "gra_nobody", "x")
	w.refuses("grant.not_found", "", err, before)

	longer, err := w.Extend(ctx, console, g.ID, now.Add(2*time.Hour))
	w.must(longer, err)
	if kept, err := w.Store.Grant(ctx, g.ID); err != nil || !kept.ExpiresAt.Equal(longer.ExpiresAt) || kept.Rev != 2 || longer.Rev != 2 {
		t.Errorf("the longer grant is %+v (%v)", kept, err)
	}
	w.must(w.Revoke(ctx, console, g.ID, "no longer needed"))
	if w.version() != before+2 {
		t.Errorf("two changes raised the version from %d to %d", before, w.version())
	}
	_, err = w.Revoke(ctx, console, g.ID, "again")
	w.refuses("grant.over", "", err, before+2)
	_, err = w.Extend(ctx, console, g.ID, now.Add(9*time.Hour))
	w.refuses("grant.over", "", err, before+2)
	over, _, err := w.Grants(ctx, adas, true, GrantCursor{}, 10)
	if err != nil || len(over) != 1 || over[0].ID != g.ID || over[0].RevokedReason != "no longer needed" || over[0].RevokedBy != "console:root" {
		t.Errorf("over are %+v (%v)", over, err)
	}
}

func TestWhatIsUsedIsNotTakenAway(t *testing.T) {
	t.Parallel()
	w := newWritten(t).shop()
	ctx := t.Context()
	a, err := w.API(ctx, "shop")
	w.must(a, err)
	g := w.give(toAda(nil))
	before := w.version()
	less := a
	less.Permissions = a.Permissions[1:]
	_, err = w.UpdateAPI(ctx, console, less)
	w.refuses("api.in_use", "", err, before)
	// A pattern that matched what becomes sensitive would be left with nothing.
	w.role(Role{ID: "reader", Permissions: []Pattern{pattern(t, "shop/stock:*")}})
	less.Permissions = append(slices.Clone(a.Permissions[:3]), Permission{Resource: "stock", Action: "read", Sensitive: true})
	_, err = w.UpdateAPI(ctx, console, less)
	w.refuses("api.in_use", "", err, before+1)
	w.refuses("api.in_use", "", w.DeleteAPI(ctx, console, "shop"), before+1)
	w.must(nil, w.DeleteRole(ctx, console, "reader"))
	w.refuses("api.in_use", "", w.DeleteAPI(ctx, console, "shop"), before+2)
	w.must(w.Revoke(ctx, console, g.ID, "test"))
	w.role(Role{ID: "reader", Permissions: []Pattern{pattern(t, "shop/stock:*")}}).role(Role{ID: "child", Parents: []string{"reader"}})
	before = w.version()
	w.refuses("role.in_use", "", w.DeleteRole(ctx, console, "reader"), before)
	child := w.give(toAda(func(g *Grant) { g.Role, g.Permission = "child", Pattern{} }))
	w.refuses("role.in_use", "", w.DeleteRole(ctx, console, "child"), before+1)
	w.must(w.Revoke(ctx, console, child.ID, "test"))
	w.must(nil, w.DeleteRole(ctx, console, "child"))
	w.must(nil, w.DeleteRole(ctx, console, "reader"))
	w.must(nil, w.DeleteAPI(ctx, console, "shop"))
	before = w.version()
	w.refuses("api.not_found", "", w.DeleteAPI(ctx, console, "shop"), before)
	w.refuses("role.not_found", "", w.DeleteRole(ctx, console, "child"), before)
}

// Two who start from the same form do not lose each other's change.
func TestSecondOfTwoFormsIsRefused(t *testing.T) {
	t.Parallel()
	w := newWritten(t).shop().role(Role{ID: "r", Permissions: []Pattern{pattern(t, "shop/orders:read")}})
	a, err := w.API(t.Context(), "shop")
	w.must(a, err)
	r, err := w.Role(t.Context(), "r")
	w.must(r, err)
	w.must(w.UpdateAPI(t.Context(), console, a))
	w.must(w.UpdateRole(t.Context(), console, r))
	before := w.version()
	_, err = w.UpdateAPI(t.Context(), console, a)
	w.refuses("access.changed", "", err, before)
	_, err = w.UpdateRole(t.Context(), console, r)
	w.refuses("access.changed", "", err, before)
}

func TestExplainLooksAtTheMomentThatItIsAsked(t *testing.T) {
	t.Parallel()
	w := newWritten(t).shop()
	now := time.Now()
	g := w.give(toAda(func(g *Grant) { g.NotBefore, g.ExpiresAt = now.Add(time.Hour), now.Add(2*time.Hour) }))
	if got := w.decide("shop/orders:read", now.Add(-time.Hour)); got.Outcome != Refused || len(got.Grants) > 0 {
		t.Errorf("before it was made: %+v", got)
	}
	for at, want := range map[time.Duration]Outcome{0: Refused, time.Hour: Allowed, 2 * time.Hour: Refused} {
		if got := w.decide("shop/orders:read", g.NotBefore.Add(at-time.Hour)); got.Outcome != want {
			t.Errorf("after %v: %+v, want %s", at, got, want)
		}
	}
	if got := w.decide("shop/orders:read", now.Add(3*time.Hour)); len(got.Changes) == 0 || !strings.Contains(got.Changes[0], "it takes a new one") {
		t.Errorf("of a grant that ended: %q", got.Changes)
	}
	w.must(w.Revoke(t.Context(), console, g.ID, "test"))
	if got := w.decide("shop/orders:read", now.Add(90*time.Minute)); got.Outcome != Refused || !strings.Contains(got.Changes[0], "was revoked") {
		t.Errorf("of a grant that was revoked: %+v", got)
	}
}

func TestWhoCanNamesEverybodyAndHow(t *testing.T) {
	t.Parallel()
	w := newWritten(t).shop().role(Role{ID: "support", Permissions: []Pattern{pattern(t, "shop/orders:*")}})
	now := time.Now()
	bob, cy, app := Subject{User, "usr_bob"}, Subject{User, "usr_cy"}, Subject{Client, "app"}
	w.give(toAda(func(g *Grant) { g.Where = Where{Place: Own} }))
	w.give(toAda(func(g *Grant) {
		g.Subject, g.Role, g.Permission, g.Requires.Level = bob, "support", Pattern{}, proof.AAL2
	}))
	until := w.give(toAda(func(g *Grant) { g.Subject, g.ExpiresAt = app, now.Add(time.Hour) }))
	w.give(toAda(func(g *Grant) { g.Subject, g.Permission = cy, Pattern{"shop", "stock", "read"} }))
	w.give(toAda(func(g *Grant) { g.Subject = cy }))
	w.give(toAda(func(g *Grant) { g.Subject, g.Effect = cy, Deny }))
	got, err := w.WhoCan(t.Context(), "shop/orders:read", "", time.Now())
	w.must(got, err)
	if len(got) != 3 || got[0].Principal != app || got[1].Principal != adas || got[2].Principal != bob {
		t.Fatalf("who can: %+v", got)
	}
	if !got[0].Until.Equal(until.ExpiresAt) || got[1].Where != Own || got[2].Need.Level != proof.AAL2 || got[2].Where != Everywhere {
		t.Errorf("who can: %+v", got)
	}
	if got, err := w.WhoCan(t.Context(), "shop/orders:read", "", now.Add(time.Hour)); err != nil || len(got) != 2 {
		t.Errorf("an hour later: %+v %v", got, err)
	}
	_, err = w.WhoCan(t.Context(), "shop/orders:nothing", "", now)
	w.refuses("permission.unknown", "", err, w.version())
}

// Whoever is deleted leaves nothing to who is called the same later.
func TestGrantsEndWithWhomTheyWereGivenTo(t *testing.T) {
	t.Parallel()
	w := newWritten(t).shop()
	g := w.give(toAda(nil))
	w.must(nil, w.EndAllOf(t.Context(), console, adas))
	if kept, err := w.Store.Grant(t.Context(), g.ID); err != nil || !kept.OverAt(time.Now()) || kept.RevokedReason != string(ReasonSubjectDeleted) {
		t.Errorf("the grant is %+v (%v)", kept, err)
	}
	if got := w.decide("shop/orders:read", time.Now()); got.Outcome != Refused {
		t.Errorf("they may still: %+v", got)
	}
}

// One subject has so many grants and no more.
func TestASubjectHasABoundedNumberOfGrants(t *testing.T) {
	t.Parallel()
	w := newWritten(t).shop()
	for range MaxGrantsOf {
		w.must(nil, w.Store.InsertGrant(t.Context(), GrantRecord{Grant: toAda(func(g *Grant) { g.ID, g.Source = id.NewGrant(), Manual }), Created: time.Now()}))
	}
	_, err := w.GiveAgain(t.Context(), console, toAda(nil))
	w.refuses("access.full", "", err, w.version())
	_, err = w.Give(t.Context(), console, toAda(func(g *Grant) { g.Permission.Action = "write" }))
	w.refuses("access.full", "", err, w.version())
	_, err = w.Give(t.Context(), console, toAda(nil))
	w.refuses("grant.exists", "", err, w.version())
	w.give(toAda(func(g *Grant) { g.Subject.ID = "usr_bob" }))
}

func TestAHouseHasABoundedNumberOfAPIsAndRoles(t *testing.T) {
	t.Parallel()
	w := newWritten(t).shop()
	one := []Permission{{Resource: "orders", Action: "read"}}
	for n := range MaxRoles {
		w.must(nil, w.Store.InsertRole(t.Context(), Role{ID: "r" + strconv.Itoa(n), Permissions: []Pattern{{"shop", "orders", "read"}}}))
		if n < MaxAPIs-1 {
			w.must(nil, w.Store.InsertAPI(t.Context(), API{ID: "a" + strconv.Itoa(n), Audience: "https://" + strconv.Itoa(n), Permissions: one}))
		}
		if n < MaxScopes {
			w.must(nil, w.Store.InsertScope(t.Context(), Scope{Name: "s" + strconv.Itoa(n), API: "shop", Patterns: []Pattern{{"shop", "orders", "read"}}}))
		}
	}
	before := w.version()
	_, err := w.CreateAPI(t.Context(), console, API{ID: "more", Audience: "https://more.test", Permissions: one})
	w.refuses("access.full", "", err, before)
	_, err = w.CreateRole(t.Context(), console, Role{ID: "more", Permissions: []Pattern{{"shop", "orders", "read"}}})
	w.refuses("access.full", "", err, before)
	_, err = w.CreateScope(t.Context(), console, Scope{Name: "more", API: "shop", Patterns: []Pattern{{"shop", "orders", "read"}}})
	w.refuses("access.full", "", err, before)
}
