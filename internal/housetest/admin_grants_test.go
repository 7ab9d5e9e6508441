package housetest

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/id"
	"gatehouse/internal/gatetest"
)

// newShop is a house with an API that grants are of, and roles.
func newShop(t *testing.T) *steering {
	t.Helper()
	s := newSteering(t)
	ctx, a := context.Background(), s.House.Access
	_, err := a.CreateAPI(ctx, gatetest.Console, access.API{
		ID: "shop", Audience: "https://shop.test",
		Permissions: []access.Permission{{Resource: "orders", Action: "read"}, {Resource: "orders", Action: "refund"}},
	})
	must(t, err)
	for _, name := range []string{"support", "refunder"} {
		_, err := a.CreateRole(ctx, gatetest.Console, access.Role{ID: name, MaxGrant: 30 * 24 * time.Hour, Permissions: []access.Pattern{{API: "shop", Resource: "orders", Action: "read"}}})
		must(t, err)
	}
	for _, name := range []string{"desk", "floor"} {
		_, err := a.CreateGroup(ctx, gatetest.Console, access.GroupRecord{ID: name})
		must(t, err)
	}
	for _, name := range []string{"acme", "bolt"} {
		_, err := a.CreateOrg(ctx, gatetest.Console, access.OrgRecord{ID: name})
		must(t, err)
	}
	_, err = a.Give(ctx, gatetest.Console, access.Grant{ // so that the boss may hand it on
		Subject: access.Subject{Kind: access.ServiceAccount, ID: "boss"}, Effect: access.Allow, Role: access.Administrator,
		Where: access.Where{Place: access.Everywhere}, Reason: "test",
	})
	must(t, err)
	s.Settle()
	return s
}

func toDesk(more map[string]any) map[string]any {
	g := map[string]any{"subject": map[string]any{"kind": "group", "id": "desk"}, "permission": "shop/orders:read", "reason": "Summer"}
	maps.Copy(g, more)
	return g
}

func TestAGrantIsMadeExtendedAndRevokedThroughTheAPI(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	end := time.Now().Add(time.Hour).UTC().Truncate(time.Second)
	made := s.call(s.boss, http.MethodPost, "/api/v1/grants", toDesk(map[string]any{"expires_at": end, "resource_ids": []string{"42"}, "ticket": "OPS-1"}))
	if made.Status != http.StatusCreated || made.Header.Get("ETag") != `"1"` || made.Text("where") != "ids" || made.Text("effect") != "allow" || made.Text("created_by") != "service:boss" {
		t.Fatalf("made: %d %v %s", made.Status, made.Header, made.Body)
	}
	path := made.Header.Get("Location")
	if a := s.call(s.boss, http.MethodGet, path, nil); a.Status != http.StatusOK || a.Text("id") != made.Text("id") || a.Header.Get("ETag") != `"1"` {
		t.Errorf("seen: %d %v %s", a.Status, a.Header, a.Body)
	}
	twin := map[string]any{"expires_at": end, "resource_ids": []string{"42"}}
	if a := s.call(s.boss, http.MethodPost, "/api/v1/grants", toDesk(twin)); a.Status != http.StatusConflict || problem(a) != "grant.exists" || !strings.Contains(string(a.Body), made.Text("id")) {
		t.Errorf("made twice: %d %s", a.Status, a.Body)
	}
	twin["again"] = true
	if a := s.call(s.boss, http.MethodPost, "/api/v1/grants", toDesk(twin)); a.Status != http.StatusCreated {
		t.Errorf("made again: %d %s", a.Status, a.Body)
	}
	later := map[string]any{"expires_at": end.Add(time.Hour)}
	for _, c := range []struct {
		what, path string
		body       any
		match      string
		status     int
		code, says string
	}{
		{"as it was not", "/extend", later, `"7"`, http.StatusPreconditionFailed, "request.outdated", ""},
		{"extended", "/extend", later, `"1"`, http.StatusOK, "", `"expires_at":"` + end.Add(time.Hour).Format(time.RFC3339)},
		{"extended to no later", "/extend", later, "", http.StatusUnprocessableEntity, "grant.invalid", `"#/expires_at"`},
		{"revoked without a reason", "/revoke", map[string]any{}, "", http.StatusUnprocessableEntity, "request.invalid", ""},
		{"revoked as it was", "/revoke", map[string]any{"reason": "Over"}, `"1"`, http.StatusPreconditionFailed, "request.outdated", ""},
		{"revoked", "/revoke", map[string]any{"reason": "Over"}, `"2"`, http.StatusOK, "", `"revoked_reason":"Over"`},
		{"revoked again", "/revoke", map[string]any{"reason": "Over"}, "", http.StatusConflict, "grant.over", ""},
		{"extended when it is over", "/extend", later, "", http.StatusConflict, "grant.over", ""},
	} {
		var header []string
		if c.match != "" {
			header = []string{"If-Match", c.match}
		}
		if a := s.call(s.boss, http.MethodPost, path+c.path, c.body, header...); a.Status != c.status || problem(a) != c.code || !strings.Contains(string(a.Body), c.says) {
			t.Errorf("%s: %d %s, want %d %s %s", c.what, a.Status, a.Body, c.status, c.code, c.says)
		}
	}
	for what, c := range map[string]struct {
		more map[string]any
		code string
		says string
	}{
		"nothing to give":           {map[string]any{"permission": ""}, "grant.invalid", `"#/role"`},
		"no permission":             {map[string]any{"permission": "orders"}, "permission.pattern", `"#/permission"`},
		"one that there is not":     {map[string]any{"permission": "shop/orders:burn"}, "permission.unknown", `{"pointer":"#/permission","detail":"names nothing that there is: \"shop/orders:burn\""}`},
		"a role that there is not":  {map[string]any{"permission": "", "role": "none"}, "role.not_found", `{"pointer":"#/role","detail":"names nothing that there is: \"none\""}`},
		"no organisation":           {map[string]any{"org": "none"}, "org.not_found", `{"pointer":"#/org","detail":"names nothing that there is: \"none\""}`},
		"an end that is past":       {map[string]any{"expires_at": time.Now().Add(-time.Hour)}, "grant.invalid", `"#/expires_at"`},
		"an end that is too late":   {map[string]any{"permission": "", "role": "support", "expires_at": time.Now().Add(3000 * time.Hour)}, "grant.invalid", `"#/expires_at"`},
		"a level for a deny":        {map[string]any{"effect": "deny", "acr": "aal2"}, "grant.invalid", `"#/acr"`},
		"no duration":               {map[string]any{"max_age": "soon"}, "request.invalid", `"#/max_age"`},
		"no condition":              {map[string]any{"condition": "1 +"}, "grant.condition", ""},
		"two places":                {map[string]any{"where": "own", "resource_ids": []string{"1"}}, "grant.invalid", `"#/where"`},
		"a group that there is not": {map[string]any{"subject": map[string]any{"kind": "group", "id": "none"}}, "group.not_found", `{"pointer":"#/subject/id","detail":"names nothing that there is: \"none\""}`},
		"another member":            {map[string]any{"source": "bootstrap"}, "request.invalid", `"#/source"`},
	} {
		if a := s.call(s.boss, http.MethodPost, "/api/v1/grants", toDesk(c.more)); problem(a) != c.code || !strings.Contains(string(a.Body), c.says) {
			t.Errorf("%s: %d %s, want %s %s", what, a.Status, a.Body, c.code, c.says)
		}
	}
}

// version is how often the policy changed.
func (s *steering) version() int64 {
	s.t.Helper()
	v, err := s.House.Store.Versions(context.Background())
	must(s.t, err)
	return v[access.VersionPolicy]
}

// Many grants are made, and ended, as one version of the policy: all, or none.
func TestManyGrantsAreMadeAndRevokedAtOnce(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	all := make([]map[string]any, 200)
	for i := range all {
		all[i] = toDesk(map[string]any{"resource_ids": []string{fmt.Sprint(i)}})
	}
	before := s.version()
	made := s.call(s.boss, http.MethodPost, "/api/v1/grants/bulk", map[string]any{"grants": all}, "Idempotency-Key", "one")
	ids := items(made, "id")
	if made.Status != http.StatusCreated || len(ids) != 200 || s.version() != before+1 {
		t.Fatalf("made %d by %d versions: %d %.300s", len(ids), s.version()-before, made.Status, made.Body)
	}
	again := s.call(s.boss, http.MethodPost, "/api/v1/grants/bulk", map[string]any{"grants": all}, "Idempotency-Key", "one")
	if !slices.Equal(items(again, "id"), ids) || s.version() != before+1 {
		t.Errorf("a repeat made others: %d %.300s", again.Status, again.Body)
	}
	if n := len(eventsOf(t, s.Gate, access.ActionGrantCreate)); n < 200 {
		t.Errorf("the audit log has %d of them", n)
	}
	s.Settle()
	db := underneath(t, s.Gate)
	was := besideTheTrail(t, db)
	seen := func(name, tag string) map[string]any { return map[string]any{"id": name, "etag": tag} }
	for what, c := range map[string]struct {
		path string
		body map[string]any
		code string
		says []string
	}{
		"one too many":              {"bulk", map[string]any{"grants": append(slices.Clone(all), all[0])}, "request.invalid", nil},
		"none":                      {"bulk", map[string]any{"grants": []any{}}, "request.invalid", nil},
		"two that cannot be":        {"bulk", map[string]any{"grants": []any{all[0], toDesk(map[string]any{"expires_at": "2020-01-01T00:00:00Z"}), all[1], toDesk(map[string]any{"reason": "\u200b", "acr": "aal2", "effect": "deny"})}}, "grants.refused", []string{`"#/grants/1/expires_at"`, `"#/grants/3/reason"`, `"#/grants/3/acr"`}},
		"two of what is not there":  {"bulk", map[string]any{"grants": []any{all[0], toDesk(map[string]any{"permission": "shop/orders:burn"}), toDesk(map[string]any{"org": "none"})}}, "grants.refused", []string{`"#/grants/1/permission"`, `"#/grants/2/org"`}},
		"one that there is":         {"bulk", map[string]any{"grants": []any{toDesk(nil), all[7]}}, "grants.refused", []string{`"#/grants/1"`, ids[7]}},
		"the same twice":            {"bulk", map[string]any{"grants": []any{toDesk(nil), toDesk(nil)}}, "grants.refused", []string{`"#/grants/1"`}},
		"one that is no permission": {"bulk", map[string]any{"grants": []any{all[0], toDesk(map[string]any{"permission": "x"})}}, "permission.pattern", []string{`"#/grants/1/permission"`}},
		"one twice":                 {"bulk-revoke", map[string]any{"reason": "r", "grants": []any{seen(ids[0], ""), seen(ids[1], `"1"`), seen(ids[0], "")}}, "grants.refused", []string{`"#/grants/2"`, "is there twice"}},
		"one as it was not":         {"bulk-revoke", map[string]any{"reason": "r", "grants": []any{seen(ids[0], `"1"`), seen(ids[1], `"2"`), seen("gra_none", "")}}, "grants.refused", []string{`"#/grants/1"`, `"#/grants/2"`}},
		"the tag of no revision":    {"bulk-revoke", map[string]any{"reason": "r", "grants": []any{seen(ids[0], `"0"`)}}, "request.invalid", []string{`"#/grants/0/etag"`}},
		"another spelling of a tag": {"bulk-revoke", map[string]any{"reason": "r", "grants": []any{seen(ids[0], `"01"`)}}, "request.invalid", []string{`"#/grants/0/etag"`}},
		"no tag":                    {"bulk-revoke", map[string]any{"reason": "r", "grants": []any{seen(ids[0], "1")}}, "request.invalid", []string{`"#/grants/0/etag"`}},
	} {
		a := s.call(s.boss, http.MethodPost, "/api/v1/grants/"+c.path, c.body)
		if problem(a) != c.code {
			t.Errorf("%s: %d %s, want %s", what, a.Status, a.Body, c.code)
		}
		for _, says := range c.says {
			if !strings.Contains(string(a.Body), says) {
				t.Errorf("%s: %s does not say %s", what, a.Body, says)
			}
		}
	}
	if rows := differing(was, besideTheTrail(t, db)); len(rows) > 0 {
		t.Errorf("what was refused changed:\n%s", strings.Join(rows, "\n"))
	}
	rest := make([]any, len(ids))
	for i, name := range ids {
		rest[i] = seen(name, `"1"`)
	}
	before = s.version()
	ended := s.call(s.boss, http.MethodPost, "/api/v1/grants/bulk-revoke", map[string]any{"reason": "Over", "grants": rest})
	if ended.Status != http.StatusOK || !slices.Equal(items(ended, "id"), ids) || items(ended, "revoked_reason")[199] != "Over" || s.version() != before+1 {
		t.Errorf("revoked by %d versions: %d %.300s", s.version()-before, ended.Status, ended.Body)
	}
	if a := s.call(s.boss, http.MethodGet, "/api/v1/grants?subject=group:desk", nil); len(items(a, "id")) != 0 {
		t.Errorf("left: %s", a.Body)
	}
}

// C13: of many grants, one that the caller does not hold is enough for none to be made, and
// the last administrator stays whatever goes with it.
func TestManyGrantsHandOnNothingThatTheirGiverDoesNotHold(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	ctx := context.Background()
	manager := s.account("manager", func(p string) bool { return strings.HasPrefix(p, "grants:") && p != "grants:escalate" })
	_, err := s.House.Access.Give(ctx, gatetest.Console, access.Grant{
		Subject: access.Subject{Kind: access.ServiceAccount, ID: "manager"}, Effect: access.Allow, Permission: access.Pattern{API: "shop", Resource: "orders", Action: "read"},
		Where: access.Where{Place: access.Everywhere}, Reason: "test",
	})
	must(t, err)
	chief := s.Person("chief", gatetest.NoPassword)
	must(t, s.House.Access.Appoint(ctx, gatetest.Console, chief.ID))
	s.Settle()
	db := underneath(t, s.Gate)
	was := besideTheTrail(t, db)
	a := s.call(manager, http.MethodPost, "/api/v1/grants/bulk", map[string]any{"grants": []any{toDesk(nil), toDesk(map[string]any{"permission": "shop/orders:refund"})}})
	if a.Status != http.StatusForbidden || problem(a) != "access.not_held" || !strings.Contains(string(a.Body), `"#/grants/1"`) {
		t.Errorf("beyond what they hold: %d %s", a.Status, a.Body)
	}
	grant := "gra_" + strings.TrimPrefix(string(chief.ID), "usr_")
	a = s.call(s.boss, http.MethodPost, "/api/v1/grants/bulk-revoke", map[string]any{"reason": "r", "grants": []any{map[string]any{"id": grant}}})
	if a.Status != http.StatusConflict || problem(a) != "access.last_administrator" {
		t.Errorf("the last administrator: %d %s", a.Status, a.Body)
	}
	if a := s.call(s.boss, http.MethodPost, "/api/v1/grants/"+grant+"/revoke", map[string]any{"reason": "r"}); problem(a) != "access.last_administrator" {
		t.Errorf("the last administrator: %d %s", a.Status, a.Body)
	}
	if rows := differing(was, besideTheTrail(t, db)); len(rows) > 0 {
		t.Errorf("what was refused changed:\n%s", strings.Join(rows, "\n"))
	}
	if a := s.call(manager, http.MethodPost, "/api/v1/grants/bulk", map[string]any{"grants": []any{toDesk(nil), toDesk(map[string]any{"again": true})}}); a.Status != http.StatusCreated {
		t.Errorf("what they hold: %d %s", a.Status, a.Body)
	}
}

// sown are grants of many kinds, as the API shows them.
func (s *steering) sown(n int) (all []access.GrantRecord) {
	s.t.Helper()
	ctx, a, r := context.Background(), s.House.Access, rand.New(rand.NewPCG(1, 2))
	pick := func(texts ...string) string { return texts[r.IntN(len(texts))] }
	for range n {
		g := access.Grant{
			Subject: access.Subject{Kind: access.Group, ID: pick("desk", "floor")}, Effect: access.Allow, Role: pick("", "support", "refunder"),
			Org: pick("", "acme", "bolt"), Where: access.Where{Place: access.Everywhere}, Reason: "test",
		}
		if g.Role == "" {
			g.Permission = access.Pattern{API: "shop", Resource: "orders", Action: pick("read", "refund", "*")}
		}
		if r.IntN(3) == 0 {
			g.NotBefore = time.Now().Add(time.Duration(1+r.IntN(3)) * time.Hour)
		}
		if r.IntN(2) == 0 {
			g.ExpiresAt = time.Now().Add(time.Duration(5+r.IntN(3)) * time.Hour)
		}
		made, err := a.GiveAgain(ctx, gatetest.Console, g)
		must(s.t, err)
		if r.IntN(4) == 0 {
			made, err = a.Revoke(ctx, gatetest.Console, made.ID, "test")
			must(s.t, err)
		}
		all = append(all, made)
	}
	return all
}

// The lists have what their filters say, in the order that they say, whatever the length of
// a page; a manager's have that of it which is theirs.
func TestTheListsOfGrantsHaveWhatTheirFiltersSay(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	managers := map[string]struct {
		key string
		may func(*access.GrantRecord) bool
	}{
		"whoever sees all":   {s.boss, func(*access.GrantRecord) bool { return true }},
		"of an organisation": {s.manager("of-acme", "acme", "", "grants:read"), func(g *access.GrantRecord) bool { return g.Org == "acme" }},
		"of a group":         {s.manager("of-desk", "", "desk", "grants:read"), func(g *access.GrantRecord) bool { return g.Subject.ID == "desk" && g.Subject.Kind == access.Group }},
		"of both":            {s.manager("of-both", "acme", "", "grants:read"), func(g *access.GrantRecord) bool { return g.Org == "acme" || g.Subject == group("desk") }},
	}
	_, err := s.House.Access.Give(context.Background(), gatetest.Console, access.Grant{ // found by two keys, page by page
		Subject: access.Subject{Kind: access.ServiceAccount, ID: "of-both"}, Effect: access.Allow, Permission: access.Pattern{API: access.Gatehouse, Resource: "grants", Action: "read"},
		Where: access.Where{Place: access.Listed, IDs: []string{"desk"}}, Reason: "test",
	})
	must(t, err)
	all := s.sown(60)
	noon := time.Now().Add(6 * time.Hour).UTC().Truncate(time.Second)
	for _, end := range []time.Time{noon.Add(-time.Microsecond), noon, noon.Add(time.Microsecond)} { // before is before, and after is at it too
		for _, org := range []string{"", "acme"} {
			made, err := s.House.Access.GiveAgain(context.Background(), gatetest.Console, access.Grant{
				Subject: group("desk"), Effect: access.Allow, Role: "support", Org: org, Where: access.Where{Place: access.Everywhere}, Reason: "test", Window: access.Window{ExpiresAt: end},
			})
			must(t, err)
			all = append(all, made)
		}
	}
	over := all[slices.IndexFunc(all, func(g access.GrantRecord) bool { return !g.Revoked.IsZero() })].Ends()
	beside := s.call(s.boss, http.MethodGet, "/api/v1/grants?limit=200", nil) // those of the accounts
	sown := map[string]bool{}
	for _, g := range all {
		sown[string(g.ID)] = true
	}
	for _, name := range items(beside, "id") {
		if !sown[name] {
			g, err := s.House.Access.Grant(context.Background(), id.Grant(name))
			must(t, err)
			all = append(all, g)
		}
	}
	s.Settle()
	for state, is := range map[string]func(g *access.GrantRecord, now time.Time) bool{
		"":          func(g *access.GrantRecord, now time.Time) bool { return !g.OverAt(now) },
		"active":    func(g *access.GrantRecord, now time.Time) bool { return !g.OverAt(now) && !g.NotBefore.After(now) },
		"scheduled": func(g *access.GrantRecord, now time.Time) bool { return !g.OverAt(now) && g.NotBefore.After(now) },
		"ended":     func(g *access.GrantRecord, now time.Time) bool { return g.OverAt(now) },
	} {
		for filter, has := range map[string]func(g *access.GrantRecord) bool{
			"":                             func(*access.GrantRecord) bool { return true },
			"&subject=group:desk":          func(g *access.GrantRecord) bool { return g.Subject == access.Subject{Kind: access.Group, ID: "desk"} },
			"&role=support":                func(g *access.GrantRecord) bool { return g.Role == "support" },
			"&permission=shop/orders:read": func(g *access.GrantRecord) bool { return g.Permission.String() == "shop/orders:read" },
			"&org=bolt":                    func(g *access.GrantRecord) bool { return g.Org == "bolt" },
			"&org=acme&role=refunder":      func(g *access.GrantRecord) bool { return g.Org == "acme" && g.Role == "refunder" },
			"&subject=group:floor&permission=shop/orders:*": func(g *access.GrantRecord) bool {
				return g.Subject.ID == "floor" && g.Permission.String() == "shop/orders:*"
			},
			"&ends_before=" + noon.Format(time.RFC3339):          func(g *access.GrantRecord) bool { return !g.Ends().IsZero() && g.Ends().Before(noon) },
			"&ends_after=" + noon.Format(time.RFC3339):           func(g *access.GrantRecord) bool { return g.Ends().IsZero() || !g.Ends().Before(noon) },
			"&ends_before=" + over.Format(time.RFC3339Nano):      func(g *access.GrantRecord) bool { return !g.Ends().IsZero() && g.Ends().Before(over) },
			"&ends_after=" + over.Format(time.RFC3339Nano):       func(g *access.GrantRecord) bool { return g.Ends().IsZero() || !g.Ends().Before(over) },
			"&created_by=" + all[0].CreatedBy + "&source=manual": func(g *access.GrantRecord) bool { return g.CreatedBy == all[0].CreatedBy && g.Source == access.Manual },
			"&created_by=person:usr_none":                        func(*access.GrantRecord) bool { return false },
		} {
			for _, back := range []string{"", "-"} {
				for who, m := range managers {
					path := "/api/v1/grants?state=" + state + filter + "&sort=" + back + orderOf(state)
					if state == "" {
						path = strings.Replace(path, "state=&", "", 1)
					}
					want := inOrder(all, state == "scheduled", back == "-", func(g *access.GrantRecord) bool { return is(g, time.Now()) && has(g) && m.may(g) })
					for _, limit := range []int{3, 200} {
						if got := s.pages(m.key, path, limit); !slices.Equal(got, want) {
							t.Errorf("%s, %s by %d:\n%v\nwant\n%v", who, path, limit, got, want)
						}
					}
				}
			}
		}
	}
	for _, path := range []string{"?sort=not_before", "?state=scheduled&sort=ends_at", "?sort=reason", "?subject=desk", "?subject=planet:x", "?state=over", "?ends_before=soon", "?ends_after=soon", "?created_by=planet:x", "?source=odd"} {
		if a := s.call(s.boss, http.MethodGet, "/api/v1/grants"+path, nil); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", path, a.Status, a.Body)
		}
	}
}

func orderOf(state string) string {
	if state == "scheduled" {
		return "not_before"
	}
	return "ends_at"
}

// inOrder are the ids of those of the grants that a list has, in its order.
func inOrder(all []access.GrantRecord, begins, back bool, has func(*access.GrantRecord) bool) (ids []string) {
	place := func(g access.GrantRecord) time.Time {
		at := g.Ends()
		if begins {
			at = g.NotBefore
		}
		if at.IsZero() {
			at = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
		}
		return at
	}
	sorted := slices.SortedFunc(slices.Values(all), func(a, b access.GrantRecord) int {
		n := place(a).Compare(place(b))
		if n == 0 {
			n = strings.Compare(string(a.ID), string(b.ID))
		}
		if back {
			return -n
		}
		return n
	})
	for i := range sorted {
		if has(&sorted[i]) {
			ids = append(ids, string(sorted[i].ID))
		}
	}
	return ids
}

// pages are the ids of all pages of a list.
func (s *steering) pages(credential, path string, limit int) (ids []string) {
	s.t.Helper()
	cursor := ""
	for range 200 {
		a := s.call(credential, http.MethodGet, fmt.Sprintf("%s&limit=%d%s", path, limit, cursor), nil)
		if a.Status != http.StatusOK || len(items(a, "id")) > limit {
			s.t.Fatalf("%s: %d %s", path, a.Status, a.Body)
		}
		ids = append(ids, items(a, "id")...)
		if a.Text("next") == "" {
			return ids
		}
		cursor = "&cursor=" + a.Text("next")
	}
	s.t.Fatalf("%s does not end", path)
	return nil
}

// How many grants end on a day is counted, those that were revoked on it among them.
func TestTheEndingsOfGrantsAreCountedByDay(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	today := time.Now().UTC().Truncate(24 * time.Hour)
	give := func(end time.Time) access.GrantRecord {
		made, err := s.House.Access.GiveAgain(t.Context(), gatetest.Console, access.Grant{
			Subject: access.Subject{Kind: access.Group, ID: "desk"}, Effect: access.Allow, Role: "support", Where: access.Where{Place: access.Everywhere}, Reason: "test", Window: access.Window{ExpiresAt: end},
		})
		must(t, err)
		return made
	}
	for range 3 {
		give(today.AddDate(0, 0, 10).Add(time.Hour))
	}
	give(today.AddDate(0, 0, 11))
	a := s.call(s.boss, http.MethodGet, "/api/v1/grants/endings?since="+today.AddDate(0, 0, 9).Format(time.DateOnly)+"&days=3", nil)
	var counted struct {
		Days []struct {
			Day    string
			Grants int
		}
	}
	must(t, json.Unmarshal(a.Body, &counted))
	if a.Status != http.StatusOK || len(counted.Days) != 3 || counted.Days[0].Grants != 0 || counted.Days[1].Grants != 3 || counted.Days[2].Grants != 1 {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	_, err := s.House.Access.Revoke(t.Context(), gatetest.Console, give(today.AddDate(0, 0, 12)).ID, "test")
	must(t, err)
	if a := s.call(s.boss, http.MethodGet, "/api/v1/grants/endings?days=1", nil); !strings.Contains(string(a.Body), `"grants":1`) {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	for _, query := range []string{"since=soon", "days=0", "days=93"} {
		if a := s.call(s.boss, http.MethodGet, "/api/v1/grants/endings?"+query, nil); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", query, a.Status)
		}
	}
	day := today.AddDate(0, 0, 20)
	one, db := give(day.Add(time.Hour)), underneath(t, s.Gate)
	columns := strings.Join(column(t, db, "SELECT name FROM pragma_table_info('grants') WHERE name <> 'id'"), ", ")
	for _, c := range []struct {
		from, to int
		more     bool
	}{{1, 999, false}, {1000, 1000, true}} { // as many as are counted, and one more
		mustExec(t, db, fmt.Sprintf(`INSERT INTO grants (id, %s) WITH RECURSIVE n(i) AS (SELECT %d UNION ALL SELECT i + 1 FROM n WHERE i < %d)
			SELECT 'gra_' || n.i, %s FROM n, grants WHERE id = '%s'`, columns, c.from, c.to, columns, one.ID))
		a := s.call(s.boss, http.MethodGet, "/api/v1/grants/endings?days=1&since="+day.Format(time.DateOnly), nil)
		if !strings.Contains(string(a.Body), `"grants":1000`) || strings.Contains(string(a.Body), `"more":true`) != c.more {
			t.Errorf("%d %s, want more: %t", a.Status, a.Body, c.more)
		}
	}
}
