package housetest

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/internal/gatetest"
)

// asked is a request and what is to be answered to it.
type asked struct {
	what, method, path string
	body               any
	match              string
	status             int
	code, says         string
}

// ask sends requests one after the other.
func (s *steering) ask(all []asked) {
	s.t.Helper()
	for _, c := range all {
		var header []string
		if c.match != "" {
			header = []string{"If-Match", c.match}
		}
		a := s.call(s.boss, c.method, "/api/v1"+c.path, c.body, header...)
		if a.Status != c.status || problem(a) != c.code || !strings.Contains(string(a.Body), c.says) {
			s.t.Errorf("%s: %s %s: %d %s, want %d %s %s", c.what, c.method, c.path, a.Status, a.Body, c.status, c.code, c.says)
		}
	}
}

func TestARoleIsSteeredThroughTheAPI(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	clerk := map[string]any{"id": "clerk", "permissions": []string{"shop/orders:refund"}, "parents": []string{"support"}, "max_grant": "8h"}
	s.ask([]asked{
		{"made", http.MethodPost, "/roles", clerk, "", http.StatusCreated, "", `"max_grant":"8h"`},
		{"made again", http.MethodPost, "/roles", clerk, "", http.StatusConflict, "role.exists", ""},
		{"of nothing", http.MethodPost, "/roles", map[string]any{"id": "x"}, "", http.StatusUnprocessableEntity, "role.invalid", `"#/permissions"`},
		{"of no permission", http.MethodPost, "/roles", map[string]any{"id": "x", "permissions": []string{"shop/orders:read", "orders"}}, "", http.StatusUnprocessableEntity, "permission.pattern", `"#/permissions/1"`},
		{"of no parent", http.MethodPost, "/roles", map[string]any{"id": "x", "parents": []string{"none"}}, "", http.StatusUnprocessableEntity, "role.invalid", `"#/parents/0"`},
		{"with no span", http.MethodPost, "/roles", map[string]any{"id": "x", "parents": []string{"support"}, "max_grant": "soon"}, "", http.StatusUnprocessableEntity, "request.invalid", `"#/max_grant"`},
		{"seen", http.MethodGet, "/roles/clerk", nil, "", http.StatusOK, "", `"parents":["support"]`},
		{"changed unseen", http.MethodPatch, "/roles/clerk", map[string]any{"parents": []string{}}, "", http.StatusPreconditionRequired, "request.if_match", ""},
		{"changed", http.MethodPatch, "/roles/clerk", map[string]any{"parents": []string{}}, `"1"`, http.StatusOK, "", `"permissions":["shop/orders:refund"],"parents":[],"max_grant":"8h"`},
		{"changed as it was", http.MethodPatch, "/roles/clerk", map[string]any{"max_grant": ""}, `"1"`, http.StatusPreconditionFailed, "request.outdated", ""},
		{"without an end", http.MethodPatch, "/roles/clerk", map[string]any{"max_grant": ""}, "*", http.StatusOK, "", `"parents":[],"created"`},
		{"into a circle", http.MethodPatch, "/roles/clerk", map[string]any{"parents": []string{"clerk"}}, "*", http.StatusUnprocessableEntity, "role.invalid", `"#/parents/0"`},
		{"granted", http.MethodPost, "/grants", toDesk(map[string]any{"permission": "", "role": "clerk"}), "", http.StatusCreated, "", ""},
		{"who has it", http.MethodGet, "/roles/clerk/holders", nil, "", http.StatusOK, "", `"subject":{"kind":"group","id":"desk"}`},
		{"who has another", http.MethodGet, "/roles/refunder/holders", nil, "", http.StatusOK, "", `{"items":[]}`},
		{"who has none", http.MethodGet, "/roles/none/holders", nil, "", http.StatusNotFound, "role.not_found", ""},
		{"deleted while somebody has it", http.MethodDelete, "/roles/clerk", nil, `"3"`, http.StatusConflict, "role.in_use", ""},
		{"deleted as it was", http.MethodDelete, "/roles/refunder", nil, `"2"`, http.StatusPreconditionFailed, "request.outdated", ""},
		{"deleted", http.MethodDelete, "/roles/refunder", nil, `"1"`, http.StatusNoContent, "", ""},
		{"one of Gatehouse", http.MethodGet, "/roles/gatehouse%2Fauditor", nil, "", http.StatusOK, "", `"built_in":true`},
		{"by its bare name", http.MethodGet, "/roles/auditor", nil, "", http.StatusNotFound, "role.not_found", ""},
		{"who has that", http.MethodGet, "/roles/gatehouse%2Fadministrator/holders", nil, "", http.StatusOK, "", `"id":"boss"`},
		{"changed, one of Gatehouse", http.MethodPatch, "/roles/gatehouse%2Fauditor", map[string]any{"max_grant": "8h"}, "*", http.StatusConflict, "access.built_in", ""},
		{"deleted, one of Gatehouse", http.MethodDelete, "/roles/gatehouse%2Fauditor", nil, "*", http.StatusConflict, "access.built_in", ""},
	})
	list := s.call(s.boss, http.MethodGet, "/api/v1/roles", nil)
	if got := items(list, "id"); !slices.IsSorted(got) || !slices.Contains(got, "gatehouse/helpdesk") || !slices.Contains(got, "support") {
		t.Errorf("the list: %v", got)
	}
}

func TestAnAPIIsSteeredThroughTheAPI(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.App("till")
	entry := func(name string) map[string]any { return map[string]any{"permission": name} }
	mail := map[string]any{
		"id": "mail", "audience": "https://mail.test", "owners": map[string]any{"letters": "owner_id"},
		"permissions": []any{entry("letters:read"), map[string]any{"permission": "letters:burn", "description": "For good", "sensitive": true, "acr": "aal2", "max_age": "5m"}},
	}
	s.ask([]asked{
		{"made", http.MethodPost, "/apis", mail, "", http.StatusCreated, "", `{"permission":"letters:burn","description":"For good","sensitive":true,"acr":"aal2","max_age":"5m"}`},
		{"made again", http.MethodPost, "/apis", mail, "", http.StatusConflict, "api.exists", `"#/id"`},
		{"of no permission", http.MethodPost, "/apis", map[string]any{"id": "x", "audience": "https://x.test", "permissions": []any{entry("a:b"), entry("ab")}}, "", http.StatusUnprocessableEntity, "api.invalid", `"#/permissions/1/permission"`},
		{"of a wildcard", http.MethodPost, "/apis", map[string]any{"id": "x", "audience": "https://x.test", "permissions": []any{entry("a:*")}}, "", http.StatusUnprocessableEntity, "api.invalid", `"#/permissions/0"`},
		{"with no span", http.MethodPost, "/apis", map[string]any{"id": "x", "audience": "https://x.test", "permissions": []any{map[string]any{"permission": "a:b", "max_age": "soon"}}}, "", http.StatusUnprocessableEntity, "request.invalid", `"#/permissions/0/max_age"`},
		{"for nobody", http.MethodPost, "/apis", map[string]any{"id": "x", "audience": "x", "permissions": []any{entry("a:b")}}, "", http.StatusUnprocessableEntity, "api.invalid", `"#/audience"`},
		{"seen", http.MethodGet, "/apis/mail", nil, "", http.StatusOK, "", `"owners":{"letters":"owner_id"}`},
		{"served", http.MethodPatch, "/apis/mail", map[string]any{"servers": []string{"till"}}, `"1"`, http.StatusOK, "", `"owners":{"letters":"owner_id"},"servers":["till"]`},
		{"as it was", http.MethodPatch, "/apis/mail", map[string]any{"servers": []string{}}, `"1"`, http.StatusPreconditionFailed, "request.outdated", ""},
		{"of others", http.MethodPatch, "/apis/mail", map[string]any{"owners": map[string]any{}, "permissions": []any{entry("letters:read")}}, "*", http.StatusOK, "", `"owners":{}`},
		{"what is granted", http.MethodPatch, "/apis/shop", map[string]any{"permissions": []any{entry("orders:refund")}}, "*", http.StatusConflict, "api.in_use", ""},
		{"deleted while it is used", http.MethodDelete, "/apis/shop", nil, "*", http.StatusConflict, "api.in_use", ""},
		{"its permissions", http.MethodGet, "/permissions?api=mail", nil, "", http.StatusOK, "", `{"items":[{"permission":"mail/letters:read","sensitive":false}]}`},
		{"deleted as it was", http.MethodDelete, "/apis/mail", nil, `"1"`, http.StatusPreconditionFailed, "request.outdated", ""},
		{"deleted", http.MethodDelete, "/apis/mail", nil, `"3"`, http.StatusNoContent, "", ""},
		{"that of Gatehouse", http.MethodGet, "/apis/gatehouse", nil, "", http.StatusOK, "", `"built_in":true`},
		{"changed, that of Gatehouse", http.MethodPatch, "/apis/gatehouse", map[string]any{"audience": "https://x.test"}, "*", http.StatusConflict, "access.built_in", ""},
		{"deleted, that of Gatehouse", http.MethodDelete, "/apis/gatehouse", nil, "*", http.StatusConflict, "access.built_in", ""},
	})
	var names []string
	for path := "/api/v1/permissions?limit=7"; path != ""; {
		a := s.call(s.boss, http.MethodGet, path, nil)
		names = append(names, items(a, "permission")...)
		if path = ""; a.Text("next") != "" {
			path = "/api/v1/permissions?limit=7&cursor=" + a.Text("next")
		}
	}
	if want := len((access.BuiltIn{}).API().Permissions) + 2; len(names) != want || !slices.IsSortedFunc(names, ownLast) {
		t.Errorf("page by page there are %d permissions, want %d: %v", len(names), want, names)
	}
}

// A lock suspends at once, and lifting it gives back what was there.
func TestALockIsPutAndLiftedThroughTheAPI(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	ctx := context.Background()
	key := s.account("held", func(string) bool { return true })
	chief := s.Person("chief", gatetest.NoPassword)
	must(t, s.House.Access.Appoint(ctx, gatetest.Console, chief.ID))
	s.Settle()
	why := map[string]any{"reason": "Its key was in a log"}
	s.ask([]asked{
		{"put", http.MethodPut, "/locks/service/held", why, "", http.StatusOK, "", `"on":{"kind":"service","id":"held"}`},
		{"seen", http.MethodGet, "/locks/service/held", nil, "", http.StatusOK, "", `"reason":"Its key was in a log"`},
		{"as it was not", http.MethodPut, "/locks/service/held", why, `"2"`, http.StatusPreconditionFailed, "request.outdated", ""},
		{"again", http.MethodPut, "/locks/service/held", map[string]any{"reason": "x", "expires_at": time.Now().Add(time.Hour)}, `"1"`, http.StatusOK, "", `"expires_at"`},
		{"without a reason", http.MethodPut, "/locks/service/held", map[string]any{}, "", http.StatusUnprocessableEntity, "request.invalid", ""},
		{"that is past", http.MethodPut, "/locks/role/support", map[string]any{"reason": "x", "expires_at": "2020-01-01T00:00:00Z"}, "", http.StatusUnprocessableEntity, "lock.invalid", `"#/expires_at"`},
		{"on a role", http.MethodPut, "/locks/role/support", why, "", http.StatusOK, "", ""},
		{"on nobody", http.MethodPut, "/locks/user/usr_none", why, "", http.StatusNotFound, "user.not_found", ""},
		{"on no kind", http.MethodPut, "/locks/planet/x", why, "", http.StatusUnprocessableEntity, "request.invalid", ""},
		{"on the last administrator", http.MethodPut, "/locks/user/" + string(chief.ID), why, "", http.StatusConflict, "access.last_administrator", ""},
		{"on their role", http.MethodPut, "/locks/role/gatehouse%2Fadministrator", why, "", http.StatusConflict, "access.last_administrator", ""},
		{"of a kind", http.MethodGet, "/locks?kind=service", nil, "", http.StatusOK, "", `{"items":[{"on":{"kind":"service","id":"held"}`},
	})
	s.Settle()
	if a := s.call(key, http.MethodGet, "/api/v1/users", nil); a.Status != http.StatusUnauthorized {
		t.Errorf("locked: %d %s", a.Status, a.Body)
	}
	first := s.call(s.boss, http.MethodGet, "/api/v1/locks?limit=1", nil)
	second := s.call(s.boss, http.MethodGet, "/api/v1/locks?limit=1&cursor="+first.Text("next"), nil)
	if !strings.Contains(string(first.Body), `"support"`) || !strings.Contains(string(second.Body), `"held"`) || second.Text("next") != "" {
		t.Errorf("page by page: %s %s", first.Body, second.Body)
	}
	s.ask([]asked{
		{"lifted as it was", http.MethodDelete, "/locks/service/held", nil, `"1"`, http.StatusPreconditionFailed, "request.outdated", ""},
		{"lifted", http.MethodDelete, "/locks/service/held", nil, `"2"`, http.StatusNoContent, "", ""},
		{"lifted again", http.MethodDelete, "/locks/service/held", nil, "", http.StatusNotFound, "lock.not_found", ""},
		{"as it was, when it is gone", http.MethodDelete, "/locks/service/held", nil, `"2"`, http.StatusPreconditionFailed, "request.outdated", ""},
		{"gone", http.MethodGet, "/locks/service/held", nil, "", http.StatusNotFound, "lock.not_found", ""},
	})
	s.Settle()
	if a := s.call(key, http.MethodGet, "/api/v1/users", nil); a.Status != http.StatusOK {
		t.Errorf("lifted: %d %s", a.Status, a.Body)
	}
}

// C13: the services ask what whoever comes through the door holds.
func TestTheRoutesOfTheAccessModelHandOnNothing(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	manager := s.account("manager", func(p string) bool {
		noun, _, _ := strings.Cut(p, ":")
		return slices.Contains([]string{"roles", "apis", "locks", "grants"}, noun) && p != "grants:escalate"
	})
	s.call(s.boss, http.MethodPut, "/api/v1/locks/role/support", map[string]any{"reason": "x"})
	s.Settle()
	db := underneath(t, s.Gate)
	was := besideTheTrail(t, db)
	for _, c := range []struct {
		method, path string
		body         any
	}{
		{http.MethodPost, "/roles", map[string]any{"id": "mine", "permissions": []string{"shop/orders:refund"}}},
		{http.MethodPost, "/roles", map[string]any{"id": "mine", "parents": []string{"administrator"}}},
		{http.MethodPatch, "/roles/support", map[string]any{"permissions": []string{"shop/orders:*"}}},
		{http.MethodDelete, "/locks/role/support", nil},
		{http.MethodPut, "/locks/role/support", map[string]any{"reason": "x", "expires_at": time.Now().Add(time.Minute)}},
		{http.MethodPost, "/grants", toDesk(nil)},
		{http.MethodPost, "/grants", toDesk(map[string]any{"permission": "", "role": "administrator"})},
	} {
		if a := s.call(manager, c.method, "/api/v1"+c.path, c.body, "If-Match", "*"); a.Status != http.StatusForbidden || problem(a) != "access.not_held" {
			t.Errorf("%s %s %v: %d %s", c.method, c.path, c.body, a.Status, a.Body)
		}
	}
	if rows := differing(was, besideTheTrail(t, db)); len(rows) > 0 {
		t.Errorf("what was refused changed:\n%s", strings.Join(rows, "\n"))
	}
}

// ownLast is the order of permissions: those of Gatehouse itself come behind the others.
func ownLast(a, b string) int {
	if own := strings.HasPrefix(a, access.Gatehouse+"/"); own != strings.HasPrefix(b, access.Gatehouse+"/") {
		if own {
			return 1
		}
		return -1
	}
	return strings.Compare(a, b)
}
