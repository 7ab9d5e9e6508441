package pdp_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"gatehouse/pdp"
)

func TestExplanationIsThatOfTheCommand(t *testing.T) {
	t.Parallel()
	p := shop()
	p.Grants = append(p.Grants, allow("gra_explainer", client("decider"), "gatehouse/explain:read"))
	d := newPoint(t, p)
	a := d.post(pdp.PathExplain, "decider", ask("user", bob, "read", "shop/orders", "42"))
	principal, _ := a.json["principal"].(map[string]any)
	if a.status != http.StatusOK || a.json["decision"] != "deny" || a.json["reason"] != "resource_unknown" || principal["email"] != "bob@example.test" {
		t.Fatalf("%d %s", a.status, a.body)
	}
	grants, _ := a.json["grants"].([]any)
	if len(grants) != 3 {
		t.Errorf("%d grants were considered: %s", len(grants), a.body)
	}
	for _, g := range grants {
		if g, _ := g.(map[string]any); g["reason"] != "why "+g["id"].(string) {
			t.Errorf("it does not say why that was granted: %v", g)
		}
	}
	if len(d.asked) != 0 {
		t.Error("the store was asked to decide about this moment")
	}
	if a := d.post(pdp.PathExplain, "decider", `{"subject":{"type":"user","id":"usr_ada"},"action":{"name":"read"},"resource":{"type":"shop/orders"}}`); a.json["decision"] != "allow" {
		t.Errorf("about no order in particular: %d %s", a.status, a.body)
	}
	then := time.Date(2026, 12, 24, 18, 0, 0, 0, time.UTC)
	a = d.post(pdp.PathExplain, "decider", ask("user", bob, "read", "shop/orders", "42", `,"context":{"time":"2026-12-24T18:00:00Z"}`))
	if a.status != http.StatusOK || len(d.asked) != 1 || !d.asked[0].Now.Equal(then) || a.json["at"] != "2026-12-24T18:00:00Z" {
		t.Errorf("about another moment: %d %s, asked %v", a.status, a.body, d.asked)
	}
	for name, body := range map[string]string{
		"a permission that is none": ask("user", bob, "raed", "shop/orders", "42"),
		"a time of another age":     ask("user", bob, "read", "shop/orders", "42", `,"context":{"time":"0001-01-01T00:00:00Z"}`),
		"a time that is none":       ask("user", bob, "read", "shop/orders", "42", `,"context":{"time":"then"}`),
		"an id that is none":        strings.Replace(ask("user", bob, "read", "shop/orders", "42"), `"42"`, `42`, 1),
	} {
		if a := d.post(pdp.PathExplain, "decider", body); a.status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
}

func TestMetadataNamesWhatIsThere(t *testing.T) {
	t.Parallel()
	d := newPoint(t, shop())
	r, err := http.NewRequest(http.MethodGet, issuer+pdp.PathMetadata, nil)
	if err != nil {
		t.Fatal(err)
	}
	a := d.do(r)
	if a.status != http.StatusOK || a.header.Get("Content-Type") != "application/json" || a.json["policy_decision_point"] != issuer {
		t.Fatalf("%d %v %s", a.status, a.header, a.body)
	}
	for name, path := range map[string]string{
		"access_evaluation_endpoint": pdp.PathEvaluation, "access_evaluations_endpoint": pdp.PathEvaluations,
		"search_subject_endpoint": pdp.PathSearchSubject, "search_resource_endpoint": pdp.PathSearchResource, "search_action_endpoint": pdp.PathSearchAction,
	} {
		if a.json[name] != issuer+path {
			t.Errorf("%s is %v, want %s", name, a.json[name], issuer+path)
		}
		if got := d.post(path, "", "{}"); got.status != http.StatusUnauthorized {
			t.Errorf("%s without a credential: %d", path, got.status)
		}
	}
	if len(a.json) != 6 {
		t.Errorf("the metadata has %d members: %s", len(a.json), a.body)
	}
}
