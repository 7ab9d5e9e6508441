package house

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"gatehouse/audit"
)

// CountedGate is what decisions of the gate are counted as: the outcome of a tally is what came
// out, its detail the route.
const CountedGate = "gate"

// addUpEvery is how often what was decided is added to the statistics: a process that is killed
// loses that of this time.
const addUpEvery = 10 * time.Second

// countStore keeps counts; *store.Store does.
type countStore interface {
	AddCounts(ctx context.Context, all []audit.Tally) error
}

// GateCounts counts what the gate decides, by routes and what came out, and adds it to the
// statistics of the day now and then. Nobody who makes a request waits for it.
type GateCounts struct {
	store countStore

	counts atomic.Pointer[map[decided]*atomic.Int64] // the map is never changed, but replaced
	mu     sync.Mutex                                // held while it is
}

// decided is what is counted; both are of closed sets.
type decided struct{ route, outcome string }

// NewGateCounts returns counts that are added up in a store.
func NewGateCounts(s countStore) *GateCounts {
	c := &GateCounts{store: s}
	c.counts.Store(&map[decided]*atomic.Int64{})
	return c
}

// Decided counts a decision.
func (c *GateCounts) Decided(route, outcome string) { c.of(decided{route, outcome}).Add(1) }

func (c *GateCounts) of(d decided) *atomic.Int64 {
	if n := (*c.counts.Load())[d]; n != nil {
		return n
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if n := (*c.counts.Load())[d]; n != nil {
		return n
	}
	more := maps.Clone(*c.counts.Load())
	n := &atomic.Int64{}
	more[d] = n
	c.counts.Store(&more)
	return n
}

// Step adds to the statistics what was counted since the last one. What cannot be written is
// counted still.
func (c *GateCounts) Step(ctx context.Context, now time.Time) error {
	var all []audit.Tally
	for d, n := range *c.counts.Load() {
		if taken := n.Swap(0); taken != 0 {
			all = append(all, audit.Tally{Day: audit.DayOf(now), What: CountedGate, Outcome: audit.Outcome(d.outcome), Detail: d.route, N: taken})
		}
	}
	if len(all) == 0 {
		return nil
	}
	if err := c.store.AddCounts(ctx, all); err != nil {
		for _, t := range all {
			c.of(decided{t.Detail, string(t.Outcome)}).Add(t.N)
		}
		return fmt.Errorf("add up what the gate decided: %w", err)
	}
	return nil
}
