package housetest

import (
	"fmt"
	"net/http"
	"testing"

	"gatehouse/access"
	"gatehouse/apply"
	"gatehouse/config"
	"gatehouse/flow"
	"gatehouse/internal/gatetest"
)

// A scope that means nothing here is taken and told of, at each door by which an application
// gets it: one of its own API may be meant, or a known one.
func TestEveryDoorTellsOfScopesThatMeanNothing(t *testing.T) {
	t.Parallel()
	s := newSteering(t, func(c *config.Config) { c.SignIn.Scopes = []flow.ScopeWords{{Name: "told:read", Says: "See it"}} })
	s.bindScope("target.read")
	const scope = "openid profil target.read target.reed told:read own:read " + access.ScopeRead
	const want = "[map[nearest:profile scope:profil] map[nearest:target.read scope:target.reed] map[scope:own:read]]"
	said := func(name string, a gatetest.Answer) {
		t.Helper()
		if got := fmt.Sprint(a.JSON["unknown_scopes"]); got != want {
			t.Errorf("%s: the unknown scopes are %s, want %s", name, got, want)
		}
	}
	made := s.call(s.boss, http.MethodPost, "/api/v1/clients", map[string]any{
		"client_id": "odd", "client_name": "Odd", "redirect_uris": []string{"https://odd.test/cb"}, "scope": scope,
	})
	said("made", made)
	said("seen", s.call(s.boss, http.MethodGet, "/api/v1/clients/odd", nil))
	said("changed", s.call(s.boss, http.MethodPatch, "/api/v1/clients/odd", map[string]any{"client_name": "Odder"}, "If-Match", "*"))
	said("disabled", s.call(s.boss, http.MethodPost, "/api/v1/clients/odd/disable", nil))
	said("enabled", s.call(s.boss, http.MethodPost, "/api/v1/clients/odd/enable", nil))
	said("with another secret", s.call(s.boss, http.MethodPost, "/api/v1/clients/odd/secrets", nil))
	if one := s.call(s.boss, http.MethodPatch, "/api/v1/clients/odd", map[string]any{"scope": "openid profile target.read"}, "If-Match", "*"); one.JSON["unknown_scopes"] != nil {
		t.Errorf("of known scopes unknown are %v", one.JSON["unknown_scopes"])
	}

	b := atConsole(t, s.Gate, s.Person("ada", gatetest.TOTP, gatetest.Administrator))
	s.call(s.boss, http.MethodPatch, "/api/v1/clients/odd", map[string]any{"scope": scope}, "If-Match", "*")
	for _, page := range []string{"/console/applications/odd", "/console/applications/odd/settings"} {
		b.Get(page).Is(http.StatusOK).Says("The scope profil means nothing here. Was profile meant?").Says("The scope own:read means nothing here:")
	}

	// The scopes of a set are there before its applications.
	plan, err := s.House.Applies.Plan(t.Context(), gatetest.Console, set(
		apply.Object{Kind: apply.Client, ID: "fresh", Spec: &apply.ClientSpec{Name: "Fresh", RedirectURIs: []string{"https://fresh.test/cb"}, Scopes: []string{"openid", "target.write", "emial"}}},
		apply.Object{Kind: apply.Scope, ID: "target.write", Spec: &apply.ScopeSpec{API: "target", Permissions: []string{"target/things:write"}}},
	), apply.Options{}, nil)
	must(t, err)
	if len(plan.Warnings) != 1 || plan.Warnings[0] != (apply.Warning{Kind: apply.Client, ID: "fresh", Field: "scopes", Problem: "emial means nothing here; did you mean email?"}) {
		t.Errorf("the plan warns of %+v", plan.Warnings)
	}
}
