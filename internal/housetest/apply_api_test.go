package housetest

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"gatehouse/admin"
	"gatehouse/apply"
	"gatehouse/fault"
	"gatehouse/internal/gatetest"
)

func object(kind, name string, spec map[string]any) map[string]any {
	o := map[string]any{"apiVersion": "gatehouse/v1", "kind": kind, "spec": spec}
	if name != "" {
		o["metadata"] = map[string]any{"id": name}
	}
	return o
}

// A pipeline applies a set with a key, as far as the key may make each change and hand on
// what it hands on: the guard of the services is not passed by.
func TestASetIsAppliedOverTheAPI(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	may := []string{"config:apply", "groups:read", "groups:write", "roles:read", "roles:write", "grants:read", "grants:write", "users:read"}
	ci := s.account("ci", func(p string) bool { return slices.Contains(may, p) })
	post := func(more map[string]any, objects ...map[string]any) (status int, code, body string) {
		t.Helper()
		in := map[string]any{"set": "ci", "objects": objects}
		for k, v := range more {
			in[k] = v
		}
		a := s.call(ci, http.MethodPost, "/api/v1/apply", in)
		return a.Status, problem(a), string(a.Body)
	}
	desk := object("Group", "desk", map[string]any{"description": "Desk"})
	if status, _, body := post(map[string]any{"plan": true}, desk); status != http.StatusOK || !strings.Contains(body, `"action":"create"`) {
		t.Fatalf("a plan: %d %s", status, body)
	}
	if _, err := s.House.Access.Group(t.Context(), "desk"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a plan did something: %v", err)
	}
	if status, _, body := post(nil, desk); status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	if _, err := s.House.Access.Group(t.Context(), "desk"); err != nil {
		t.Error(err)
	}
	for what, c := range map[string]struct {
		object map[string]any
		status int
		code   string
	}{
		"a kind without its permission": {object("Organisation", "acme", map[string]any{}), http.StatusForbidden, "apply.forbidden"},
		"a role of what is not held":    {object("Role", "mine", map[string]any{"permissions": []string{"gatehouse/users:delete"}}), http.StatusForbidden, "apply.forbidden"},
		"a grant of what is not held":   {object("Grant", "mine", map[string]any{"subject": map[string]any{"service": "ci"}, "role": "administrator", "reason": "test"}), http.StatusForbidden, "apply.forbidden"},
		"a grant of what is held":       {object("Grant", "ours", map[string]any{"subject": map[string]any{"group": "desk"}, "permission": "gatehouse/groups:read", "reason": "test"}), http.StatusOK, ""},
		"a role that leads to nothing":  {object("Role", "lost", map[string]any{"parents": []string{"nobody"}}), http.StatusUnprocessableEntity, "apply.invalid"},
		"a key in other letters":        {object("Group", "hall", map[string]any{"Description": "x"}), http.StatusUnprocessableEntity, "request.invalid"},
		"a kind that there is not":      {object("Rolle", "x", map[string]any{}), http.StatusUnprocessableEntity, "request.invalid"},
		"an address that nobody has":    {object("Grant", "x", map[string]any{"subject": map[string]any{"user": "eve@example.test"}, "permission": "gatehouse/groups:read", "reason": "test"}), http.StatusUnprocessableEntity, "apply.invalid"},
	} {
		if status, code, body := post(nil, desk, c.object); status != c.status || code != c.code {
			t.Errorf("%s: %d %s, want %d %s", what, status, body, c.status, c.code)
		}
	}
	_, _, body := post(nil, desk, object("Role", "lost", map[string]any{"parents": []string{"nobody"}}))
	if !strings.Contains(body, `"pointer":"#/objects/1/spec/parents/0"`) {
		t.Errorf("it does not say where: %s", body)
	}
	a := s.call(s.boss, http.MethodGet, "/api/v1/export", nil)
	if a.Status != http.StatusOK || !strings.Contains(string(a.Body), `"id":"desk"`) {
		t.Errorf("an export: %d %s", a.Status, a.Body)
	}
}

// An export takes the permission to see each kind that may be in it, those of the gate among
// them, and people: without one of them nothing of it is told.
func TestAnExportTakesThePermissionToSeeEachKind(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	lists := map[apply.Kind]string{
		apply.Organisation: "listOrganisations", apply.Group: "listGroups", apply.API: "listAPIs", apply.Role: "listRoles", apply.Scope: "listScopes", apply.Client: "listClients",
		apply.ServiceAccount: "listServiceAccounts", apply.Membership: "listGroupMembers", apply.Grant: "listGrants", apply.Upstream: "listGateUpstreams", apply.Route: "listGateRoutes", apply.Edge: "listGateEdges",
	}
	needed := []string{"config:read", "users:read"}
	for _, kind := range apply.Kinds {
		i := slices.IndexFunc(admin.Table(), func(rt *admin.Route) bool { return rt.ID == lists[kind] })
		if i < 0 {
			t.Fatalf("say here which list shows a %s", kind)
		}
		needed = append(needed, admin.Table()[i].Permission)
	}
	slices.Sort(needed)
	needed = slices.Compact(needed)
	keys := map[string]string{"": s.account("exports", func(one string) bool { return slices.Contains(needed, one) })}
	for _, lacks := range needed {
		keys[lacks] = s.account("no-"+strings.ReplaceAll(lacks, ":", "-"), func(one string) bool { return one != lacks && slices.Contains(needed, one) })
	}
	s.Settle()
	for lacks, key := range keys {
		a := s.call(key, http.MethodGet, "/api/v1/export", nil)
		if lacks == "" {
			if a.Status != http.StatusOK {
				t.Errorf("with all of %v: %d %s", needed, a.Status, a.Body)
			}
			continue
		}
		if a.Status != http.StatusForbidden || problem(a) != "caller.forbidden" || !strings.Contains(a.Text("detail"), "gatehouse/"+lacks) {
			t.Errorf("without %s: %d %.300s", lacks, a.Status, a.Body)
		}
	}
}

// A pipeline that sends a set again, since the answer was lost, is told that it is done, and what it can
// not have any more; a plan is made as often as somebody asks.
func TestASetIsAppliedOnceByItsKey(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	app := object("Client", "web", map[string]any{"name": "App", "redirect_uris": []string{"https://app.test/cb"}})
	post := func(key string, more map[string]any, objects ...map[string]any) gatetest.Answer {
		t.Helper()
		in := map[string]any{"set": "ci", "objects": objects}
		maps.Copy(in, more)
		return s.call(s.boss, http.MethodPost, "/api/v1/apply", in, "Idempotency-Key", key)
	}
	planned := post("one", map[string]any{"plan": true}, app)
	for range 2 {
		if planned = post("one", map[string]any{"plan": true}, app); planned.Status != http.StatusOK {
			t.Fatalf("a plan: %d %s", planned.Status, planned.Body)
		}
	}
	agreed := map[string]any{"digest": planned.Text("digest")}
	if a := post("one", agreed, app); a.Status != http.StatusOK || !strings.Contains(string(a.Body), "client_secret") {
		t.Fatalf("the first: %d %s", a.Status, a.Body)
	}
	if a := post("one", agreed, app); a.Status != http.StatusConflict || problem(a) != "idempotency.secret" {
		t.Errorf("the same again: %d %s", a.Status, a.Body)
	}
	if a := post("one", nil, app, object("Group", "desk", nil)); problem(a) != "idempotency.reused" {
		t.Errorf("another set with the same key: %d %s", a.Status, a.Body)
	}
	if a := post("two", agreed, app); problem(a) != "apply.changed" {
		t.Errorf("the same with another key: %d %s", a.Status, a.Body)
	}
	if a := post("refused", nil, object("Group", "NO GROUP", nil)); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("what cannot be: %d %s", a.Status, a.Body)
	}
	if a := post("refused", nil, object("Group", "desk", nil)); a.Status != http.StatusOK {
		t.Errorf("what was refused kept its key: %d %s", a.Status, a.Body)
	}
}
