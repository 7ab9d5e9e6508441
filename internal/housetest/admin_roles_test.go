package housetest

import (
	"net/http"
	"strings"
	"testing"

	"gatehouse/access"
	"gatehouse/internal/gatetest"
)

// Several roles are previewed, changed and found with whoever has them through the API; a
// preview is for who may see everybody's grants.
func TestRolesAreSteeredTogetherThroughTheAPI(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	eve := s.Person("eve", gatetest.NoPassword)
	_, err := s.House.Access.Give(t.Context(), gatetest.Console, access.Grant{Subject: access.Subject{Kind: access.User, ID: string(eve.ID)}, Effect: access.Allow, Role: "refunder", Where: access.Where{Place: access.Everywhere}, Reason: "test"})
	must(t, err)
	s.Settle()
	roles := func(all ...map[string]any) map[string]any { return map[string]any{"roles": all} }
	change := roles(map[string]any{"id": "refunder", "add_permissions": []string{"shop/orders:refund"}, "remove_permissions": []string{"shop/orders:read"}})
	stale := roles(map[string]any{"id": "refunder", "etag": `"1"`, "max_grant": "8h"})
	s.ask([]asked{
		{"seen before", http.MethodPost, "/roles/preview", change, "", http.StatusOK, "", `"gain":{"count":1,"first":[{"principal":{"kind":"user","id":"` + string(eve.ID) + `","email":"eve@example.test"},"permissions":["shop/orders:refund"]}]}`},
		{"seen before, the other side", http.MethodPost, "/roles/preview", change, "", http.StatusOK, "", `"lose":{"count":1`},
		{"not changed by that", http.MethodGet, "/roles/refunder", nil, "", http.StatusOK, "", `"permissions":["shop/orders:read"]`},
		{"changed", http.MethodPost, "/roles/bulk", change, "", http.StatusOK, "", `"permissions":["shop/orders:refund"]`},
		{"in a revision", http.MethodPost, "/roles/bulk", change, "", http.StatusOK, "", `"etag":"\"3\""`},
		{"as it was", http.MethodPost, "/roles/bulk", stale, "", http.StatusConflict, "access.changed", `"#/roles/0"`},
		{"as it was, seen before", http.MethodPost, "/roles/preview", stale, "", http.StatusConflict, "access.changed", ""},
		{"by no ETag", http.MethodPost, "/roles/bulk", roles(map[string]any{"id": "refunder", "etag": "1"}), "", http.StatusUnprocessableEntity, "request.invalid", `"#/roles/0/etag"`},
		{"by the ETag of no revision", http.MethodPost, "/roles/bulk", roles(map[string]any{"id": "refunder", "etag": `"0"`}), "", http.StatusUnprocessableEntity, "request.invalid", `"#/roles/0/etag"`},
		{"with what is no permission", http.MethodPost, "/roles/bulk", roles(map[string]any{"id": "refunder", "add_permissions": []string{"orders"}}), "", http.StatusUnprocessableEntity, "permission.pattern", `"#/roles/0/add_permissions/0"`},
		{"with no span", http.MethodPost, "/roles/bulk", roles(map[string]any{"id": "refunder", "max_grant": "soon"}), "", http.StatusUnprocessableEntity, "request.invalid", `"#/roles/0/max_grant"`},
		{"one that there is not", http.MethodPost, "/roles/bulk", roles(map[string]any{"id": "none"}), "", http.StatusNotFound, "role.not_found", ""},
		{"one of Gatehouse", http.MethodPost, "/roles/bulk", roles(map[string]any{"id": "gatehouse/auditor", "max_grant": "8h"}), "", http.StatusConflict, "access.built_in", ""},
		{"none", http.MethodPost, "/roles/bulk", roles(), "", http.StatusUnprocessableEntity, "request.invalid", ""},
		{"who has it", http.MethodGet, "/roles/refunder/reach", nil, "", http.StatusOK, "", `"email":"eve@example.test"},"role":"refunder"`},
		{"who has none", http.MethodGet, "/roles/none/reach", nil, "", http.StatusNotFound, "role.not_found", ""},
		{"who has one of Gatehouse", http.MethodGet, "/roles/gatehouse%2Fadministrator/reach", nil, "", http.StatusOK, "", `"id":"boss"`},
		{"found by its description", http.MethodPost, "/groups", map[string]any{"id": "gx", "description": "Night Shift"}, "", http.StatusCreated, "", ""},
		{"in whatever case", http.MethodGet, "/groups?search=nIGHT", nil, "", http.StatusOK, "", `"id":"gx"`},
	})
	narrow := s.account("narrow", func(one string) bool { return strings.HasPrefix(one, "roles:") })
	s.Settle()
	if a := s.call(narrow, http.MethodPost, "/api/v1/roles/preview", change); a.Status != http.StatusForbidden || !strings.Contains(string(a.Body), "gatehouse/grants:read") {
		t.Errorf("who sees no grants is answered %d %s", a.Status, a.Body)
	}
	if a := s.call(narrow, http.MethodPost, "/api/v1/roles/bulk", roles(map[string]any{"id": "refunder", "add_permissions": []string{"shop/orders:read"}})); a.Status != http.StatusForbidden || problem(a) != "access.not_held" {
		t.Errorf("who does not hold it is answered %d %s", a.Status, a.Body)
	}
}
