package server

import (
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
)

// All who count by the same labels count in one series, also those who come first together.
func TestASeriesIsMadeOnce(t *testing.T) {
	t.Parallel()
	var s series[[2]string, *atomic.Int64]
	var made atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for n := range 400 {
				s.of([2]string{strconv.Itoa(n % 20), "x"}, func() *atomic.Int64 { made.Add(1); return new(atomic.Int64) }).Add(1)
			}
		})
	}
	all.Wait()
	if made.Load() != 20 {
		t.Errorf("%d were made, want 20", made.Load())
	}
	for n := range 20 {
		if got := s.of([2]string{strconv.Itoa(n), "x"}, nil).Load(); got != 160 {
			t.Errorf("series %d has %d, want 160", n, got)
		}
	}
}

// Who counts what was counted before makes nothing.
func TestWhatIsCountedAgainAllocatesNothing(t *testing.T) {
	m := newMetrics("")
	count := func() {
		m.observe("orders", "GET", 200, 1)
		m.GateServed("orders", "GET", 200, 1)
		m.GateDecided("orders", "allow")
		m.GateUpstream("shop", "answered")
	}
	count()
	if n := testing.AllocsPerRun(100, count); n != 0 {
		t.Errorf("%.0f allocations", n)
	}
}
