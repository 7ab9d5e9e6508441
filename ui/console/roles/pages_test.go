package roles

import (
	"net/url"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/admin"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/view"
	"gatehouse/ui/view/viewtest"
	"gatehouse/wire"
)

var at = time.Date(2026, 3, 1, 12, 4, 0, 0, time.UTC)

func house() family {
	f := family{}
	for _, r := range []wire.Role{
		{ID: "viewer", Permissions: []string{"shop/orders:read"}, Created: at, Updated: at},
		{ID: "editor", Permissions: []string{"shop/orders:write", "shop/stock:*"}, Parents: []string{"viewer"}, MaxGrant: "8h", Created: at, Updated: at},
		{ID: "keeper", Parents: []string{"editor", "viewer"}, Created: at, Updated: at},
		{ID: "gatehouse/auditor", Permissions: []string{"gatehouse/audit:read"}, BuiltIn: true},
	} {
		f[r.ID] = &r
	}
	return f
}

func to(s wire.Subject) string {
	if s.Kind == access.User {
		return "/console/users/" + s.ID
	}
	return ""
}

// samples is every page of the area, in the states that draw differently.
func samples() map[string]view.Page {
	f, wrong, all := guard.Frame{Form: viewtest.Form()}, guard.Frame{Form: viewtest.Broken()}, house()
	one := roleFrame{Frame: f, Role: *all["editor"], ETag: `"1"`, Now: at, Granted: true, Held: true, Reach: true, CanGrant: true, CanEdit: true, CanDelete: true, to: to}
	little := roleFrame{Frame: f, Role: *all["gatehouse/auditor"], Now: at}
	ada, desk := wire.Subject{Kind: access.User, ID: "usr_a", Email: "ada@example.com"}, wire.Subject{Kind: access.Group, ID: "desk"}
	acme := wire.Subject{Kind: access.Organisation, ID: "acme"}
	comes := &admin.RolesPreview{
		Roles: []admin.RoleSeen{{Role: *all["editor"], ETag: `"2"`}},
		Gain:  wire.Moved{Count: 23, First: []wire.Mover{{Principal: ada, Permissions: []string{"shop/orders:refund"}}}},
		Lose:  wire.Moved{Count: 1, First: []wire.Mover{{Principal: wire.Subject{Kind: access.ServiceAccount, ID: "deploy"}, Permissions: []string{"shop/stock:read"}, More: 3}}},
	}
	rewritten := one.editPage()
	rewritten.Permissions, rewritten.MaxGrant, rewritten.Comes = "shop/orders:refund", "", comes
	same := one.editPage()
	same.Comes = &admin.RolesPreview{}
	meanwhile := one.editPage()
	meanwhile.Frame, meanwhile.Present = wrong, all["viewer"]
	matrix := matrixPage{
		Frame: f, Asked: url.Values{"role": {"42"}, "resource": {"43"}, "columns": {"10"}, "rows": {"40"}}, APIs: []string{"gatehouse", "shop"}, Resources: []string{"orders", "stock"}, API: "shop",
		Permissions: []wire.Permission{{Permission: "shop/orders:read"}, {Permission: "shop/orders:write"}, {Permission: "shop/stock:read"}},
		Roles:       []string{"editor", "gatehouse/auditor", "viewer"}, MoreRows: true, MoreColumns: true, CanEdit: true, family: all,
	}
	seen := matrix
	seen.CanEdit, seen.Asked = false, url.Values{}
	changed := matrix
	changed.Staged, changed.Enough, changed.Asked = staged{"editor": {"shop/orders:read": true, "shop/stock:read": false}, "viewer": {"shop/orders:write": true}}, true, url.Values{"api": {"shop"}}
	changes := []admin.RoleDelta{{ID: "editor", ETag: `"2"`, Add: []string{"shop/orders:refund"}, Remove: []string{"shop/orders:write"}}}
	left := 100
	return map[string]view.Page{
		"roles":            listPage{Frame: f, Asked: url.Values{"search": {"42"}, "sort": {"-id"}, "cursor": {"c"}}, Roles: []wire.Role{*all["editor"], *all["gatehouse/auditor"]}, Next: "n", Now: at, CanCreate: true, Matrix: true},
		"roles, none":      listPage{Frame: f, CanCreate: true},
		"tree":             treePage{Frame: f, Roles: []node{all.branch("keeper", &left), all.branch("gatehouse/auditor", &left)}, Cut: true, CanCreate: true, Matrix: true},
		"role":             rolePage{roleFrame: one, Gives: all.gives("editor"), Children: []string{"keeper"}},
		"role, built in":   rolePage{roleFrame: little, Gives: all.gives("gatehouse/auditor")},
		"granted":          grantedPage{roleFrame: one, pages: pages{url.Values{"cursor": {"c"}}, "n"}, Grants: []wire.Grant{{Subject: ada, Effect: access.Allow, Where: access.Own, Org: "acme", Created: at, ExpiresAt: at.Add(time.Hour), Reason: "42"}, {Subject: desk, Effect: access.Deny, Created: at}}},
		"granted, nobody":  grantedPage{roleFrame: one},
		"holders":          holdersPage{roleFrame: one, Holders: []wire.RoleHolder{{Principal: ada, Role: "editor"}, {Principal: ada, Role: "keeper", Path: []wire.Subject{desk, acme}, Org: "acme", Where: access.Listed, Until: at.Add(time.Hour), Others: 2}}},
		"holders, nobody":  holdersPage{roleFrame: one},
		"new":              newPage(f),
		"new, wrong":       editPage{Frame: wrong, ID: "x"},
		"edit":             one.editPage(),
		"edit, meanwhile":  meanwhile,
		"change":           rewritten,
		"change, nobody":   same,
		"ask delete":       deletePage{roleFrame: one},
		"ask delete, typo": deletePage{roleFrame: one, Mistyped: true},
		"ask delete, kept": deletePage{roleFrame: one, Children: []string{"keeper"}, Grants: 50, More: true},
		"matrix":           matrix,
		"matrix, to see":   seen,
		"matrix, staged":   changed,
		"matrix, none":     matrixPage{Frame: f, API: "shop", family: all},
		"review":           reviewPage{Frame: f, Changes: changes, Comes: comes, Back: pathMatrix + "?api=shop", to: to},
		"review, unseen":   reviewPage{Frame: f, Changes: changes, Back: pathMatrix},
		"review, refused":  reviewPage{Frame: wrong, Changes: changes, Back: pathMatrix, Refused: true},
		"permissions": permissionsPage{
			Frame: f, Asked: url.Values{"api": {"shop"}, "cursor": {"c"}}, APIs: []string{"shop"}, Next: "n", Reach: true, Roles: true,
			family: family{"42": {ID: "42", Permissions: []string{"shop/orders:*"}}},
			List:   []wire.Permission{{Permission: "shop/orders:read", Description: "x"}, {Permission: "shop/orders:refund", Sensitive: true, Requirement: wire.Requirement{ACR: "aal2", MaxAge: "5m"}}},
		},
		"permissions, bare": permissionsPage{Frame: f},
	}
}

func TestPagesOfRolesAreWellMade(t *testing.T) {
	t.Parallel()
	viewtest.Crawl(t, samples())
}

func TestARoleGivesWhatItsParentsGiveOnce(t *testing.T) {
	t.Parallel()
	all := house()
	got := all.gives("keeper")
	want := []given{{"shop/orders:write", "editor"}, {"shop/stock:*", "editor"}, {"shop/orders:read", "viewer"}}
	if len(got) != len(want) {
		t.Fatalf("it gives %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("it gives %v, want %v", got, want)
		}
	}
}

func TestAWildcardNamesWhatIsNotSensitive(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern, permission string
		sensitive, want     bool
	}{
		{"shop/orders:read", "shop/orders:read", false, true},
		{"shop/orders:read", "shop/orders:read", true, true},
		{"shop/orders:*", "shop/orders:read", false, true},
		{"shop/*:read", "shop/orders:read", false, true},
		{"shop/*:*", "shop/orders:read", false, true},
		{"shop/*:*", "shop/orders:refund", true, false},
		{"shop/orders:*", "shop/stock:read", false, false},
		{"depot/*:*", "shop/orders:read", false, false},
		{"shop/*:write", "shop/orders:read", false, false},
	} {
		if got := guard.Covers(c.pattern, &wire.Permission{Permission: c.permission, Sensitive: c.sensitive}); got != c.want {
			t.Errorf("%s names %s (sensitive: %t): %t", c.pattern, c.permission, c.sensitive, got)
		}
	}
}
