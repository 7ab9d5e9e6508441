package house

import (
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/testconfig"
)

// What the operator wants forgotten is forgotten in the background, and the
// rest is not.
func TestAuditLogIsPrunedToItsRetention(t *testing.T) {
	t.Parallel()
	cfg := testconfig.New(t)
	cfg.Audit.Retention = 90 * 24 * time.Hour
	h := openHouse(t, cfg)
	for _, days := range []int{100, 80} {
		e := audit.Event{At: time.Now().Add(-time.Duration(days) * 24 * time.Hour), Action: "test.do", Actor: audit.Actor{Kind: audit.House}}
		if err := h.Audit.Record(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		if err := h.Sealer.Step(t.Context(), e.At); err != nil { // what was not sealed then does not go
			t.Fatal(err)
		}
	}
	for _, b := range h.Beats() {
		if b.Lease == "prune" {
			if err := b.Step(t.Context(), time.Now()); err != nil {
				t.Fatal(err)
			}
		}
	}
	events, _, err := h.Trail.Page(t.Context(), audit.Query{Actions: []audit.Action{"test.do", audit.ActionPrune}}, 10)
	if err != nil || len(events) != 2 || events[0].Action != audit.ActionPrune {
		t.Errorf("left are %+v (%v)", events, err)
	}
}
