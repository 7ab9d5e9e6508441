package admin

import (
	"slices"
	"testing"
)

// Whatever hands out a credential or changes one takes a fresh proof, and so does what ends everything of
// everybody: it is not left to whoever writes the list.
func TestWhatHandsOutCredentialsTakesAFreshProof(t *testing.T) {
	t.Parallel()
	credentials := []string{"users:credentials", "clients:secrets", "services:keys", "personal-tokens:create", "keys:rotate", "keys:revoke"}
	takesBack := []string{"revokePasswordLink"} // it is in a hurry, and lets nobody in
	seen := 0
	for _, rt := range Table() {
		if !rt.Secret && !(slices.Contains(credentials, rt.Permission) && rt.Changes()) && rt.ID != "endAllSessions" {
			continue
		}
		if seen++; !rt.Sudo && !slices.Contains(takesBack, rt.ID) {
			t.Errorf("%s (%s) takes no fresh proof", rt.ID, rt.Permission)
		}
	}
	if seen < 12 {
		t.Errorf("%d operations are of credentials", seen)
	}
}
