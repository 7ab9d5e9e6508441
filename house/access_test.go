package house

import (
	"testing"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/fault"
)

// That nobody knows what somebody may do is neither that they may let people in still nor that they lost it.
func TestAnOutageEndsNoLinkAndLetsNobodyIn(t *testing.T) {
	t.Parallel()
	known := access.Compile(access.Policy{})
	for kind, of := range map[audit.ActorKind]string{audit.Person: "usr_a", audit.Service: "desk", audit.Client: "web"} {
		by := audit.Actor{Kind: kind, ID: of}
		if err := (guardOfPeople{policy: &forgetful{known, 0}}).MayStillLetIn(t.Context(), by, "usr_b"); !fault.Is(err, fault.Unavailable) {
			t.Errorf("nobody knows of %s, and the answer is %v", kind, err)
		}
		if err := (guardOfPeople{policy: &forgetful{known, 1}}).MayStillLetIn(t.Context(), by, "usr_b"); fault.CodeOf(err) != "password.link" || !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s may nothing, and the answer is %v", kind, err)
		}
	}
	// What is no actor that could make a link cannot be asked about.
	if err := (guardOfPeople{policy: &forgetful{known, 1}}).MayStillLetIn(t.Context(), audit.Actor{Kind: "nonsense"}, "usr_b"); fault.CodeOf(err) != "password.link" {
		t.Errorf("nobody made it, and the answer is %v", err)
	}
}
