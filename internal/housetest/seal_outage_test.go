package housetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/internal/gatetest"
)

// ungrown is a store that fails once the tree is to grow.
type ungrown struct {
	audit.SealStore
	err error
}

func (s ungrown) GrowAuditTree(context.Context, int64, audit.Tree) (bool, error) { return false, s.err }

// An outage amid a seal is said as what it is: it is no forgery, and nobody else sealed.
func TestAnOutageAmidASealIsSaid(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	must(t, s.House.Audit.Record(t.Context(), audit.Event{Actor: gatetest.Console, Action: "user.update", Target: audit.Target{Kind: audit.KindUser, ID: "usr_target"}}))
	away := fault.New(fault.Unavailable, "store.unavailable", "The database cannot answer now.")
	sealer := &audit.Sealer{Store: ungrown{s.House.Store, away}, Keys: s.House.Sealer.Keys, Holder: "test"}
	if err := sealer.Seal(t.Context(), time.Now()); !errors.Is(err, away) {
		t.Errorf("while the store is away: %v", err)
	}
	must(t, s.House.Sealer.Seal(t.Context(), time.Now()))
}
