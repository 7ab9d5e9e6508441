package pdp

import (
	"slices"
	"testing"
	"time"
)

// How long a loss takes to a hundred listeners of one server: from the answer to
// whoever wrote it until each has read it.
func BenchmarkFeedToAHundred(b *testing.B) {
	const listeners = 100
	g := newTold(b)
	heard := make(chan time.Time, listeners)
	for i := range listeners {
		h := g.hearAs(string(rune('a' + i%4)))
		defer h.stop()
		h.next()
		go func() {
			for {
				p, ok := h.next()
				if !ok {
					return
				}
				if len(p.Events) > 0 {
					heard <- time.Now()
				}
			}
		}()
	}
	var took []time.Duration
	for b.Loop() {
		g.lose("usr_ada")
		begun := time.Now()
		for range listeners {
			took = append(took, max(0, (<-heard).Sub(begun)))
		}
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(float64(took[len(took)-1].Microseconds())/1000, "max-ms")
}
