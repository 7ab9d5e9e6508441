package housetest

import (
	"testing"

	"gatehouse/house"
	"gatehouse/internal/gatetest"
)

// Tokens are made and answered for people who may sign in. That somebody may
// not reaches the protocol, also where a revocation would stop them anyway.
func TestProtocolKnowsWhoMayNotSignIn(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	enabled := func() bool {
		claims, enabled, err := house.Subjects{Identity: s.House.Identity}.Claims(t.Context(), s.ada.ID, []string{"email"}, nil)
		must(t, err)
		if enabled && claims["email"] != s.ada.Email {
			t.Errorf("the claims are %v", claims)
		}
		return enabled
	}
	if !enabled() {
		t.Error("ada may not sign in")
	}
	must(t, s.House.Identity.Disable(t.Context(), gatetest.Console, s.ada.ID))
	if enabled() {
		t.Error("a disabled person may sign in")
	}
	must(t, s.House.Identity.Delete(t.Context(), gatetest.Console, s.ada.ID))
	if enabled() {
		t.Error("a person who is gone may sign in")
	}
}
