package house

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"gatehouse/audit"
)

type countsKept struct {
	all []audit.Tally
	err error
}

func (k *countsKept) AddCounts(_ context.Context, all []audit.Tally) error {
	if k.err == nil {
		k.all = append(k.all, all...)
	}
	return k.err
}

// Whatever is decided at once, and however often the database is away, each decision is counted
// once.
func TestEachDecisionOfTheGateIsCountedOnce(t *testing.T) {
	t.Parallel()
	kept := &countsKept{err: errors.New("away")}
	c, now := NewGateCounts(kept), time.Now()
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 100 {
				c.Decided("orders", "allow")
				c.Decided("orders", "deny")
				_ = c.Step(t.Context(), now)
			}
		})
	}
	group.Wait()
	if err := c.Step(t.Context(), now); err == nil {
		t.Error("a database that is away is no error")
	}
	kept.err = nil
	for range 2 {
		if err := c.Step(t.Context(), now); err != nil {
			t.Fatal(err)
		}
	}
	got := map[audit.Outcome]int64{}
	for _, one := range kept.all {
		got[one.Outcome] += one.N
		if one.What != CountedGate || one.Detail != "orders" || !one.Day.Equal(audit.DayOf(now)) {
			t.Errorf("counted as %+v", one)
		}
	}
	if got["allow"] != 800 || got["deny"] != 800 || len(kept.all) != 2 {
		t.Errorf("counted %v in %d rows", got, len(kept.all))
	}
}
