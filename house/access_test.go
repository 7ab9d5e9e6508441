package house

import (
	"context"
	"errors"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/follow"
)

// silent is a store that tells no counters.
type silent struct{}

func (silent) Versions(context.Context) (map[string]int64, error) {
	return nil, errors.New("the store is away")
}

var makers = map[audit.ActorKind]string{audit.Person: "usr_a", audit.Service: "desk", audit.Client: "web"}

// That nobody knows what somebody may do is neither that they may let people in still nor that they lost it.
func TestAnOutageEndsNoLinkAndLetsNobodyIn(t *testing.T) {
	t.Parallel()
	live := access.NewLive(nil, follow.NewFeed(silent{}), access.BuiltIn{})
	for kind, of := range makers {
		err := guardOfPeople{&access.Service{Live: live}}.MayStillLetIn(t.Context(), audit.Actor{Kind: kind, ID: of}, "usr_b")
		if !fault.Is(err, fault.Unavailable) {
			t.Errorf("nobody knows of %s, and the answer is %v", kind, err)
		}
	}
}

// Who may nothing lets nobody in, and neither does what is no actor that could make a link.
func TestWhoMayNothingLetsNobodyIn(t *testing.T) {
	t.Parallel()
	known := access.Compile(access.Policy{})
	actors := []audit.Actor{{Kind: "nonsense"}, {}}
	for kind, of := range makers {
		actors = append(actors, audit.Actor{Kind: kind, ID: of}, audit.Actor{Kind: kind, ID: of, Key: "skey_gone"})
	}
	for _, by := range actors {
		if err := couldLetIn(known, by, "usr_b", time.Now()); fault.CodeOf(err) != "access.not_held" || !fault.Is(err, fault.Forbidden) {
			t.Errorf("%+v may nothing, and the answer is %v", by, err)
		}
	}
}
