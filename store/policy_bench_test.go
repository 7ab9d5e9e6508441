package store_test

import (
	"runtime"
	"runtime/metrics"
	"sync"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/internal/crowd"
	"gatehouse/store"
)

// Each loads a policy whole and compiles it, and reports what it then takes of the
// heap and what it took at most on the way there.
func BenchmarkLoadPolicy(b *testing.B) {
	for _, house := range []struct {
		name                        string
		people, grants, memberships int
	}{
		{"100000 grants", 100_000, 100_000, 0},
		{"100000 grants and memberships", 100_000, 100_000, 100_000},
		{"1000000 people without grants", 1_000_000, 0, 0},
	} {
		b.Run(house.name, func(b *testing.B) {
			size := crowd.Size{People: house.people, Sessions: 1, Others: max(house.grants, house.memberships), Clients: 1}
			onBoth(b, func(b *testing.B, s *store.Store) {
				now := time.Now()
				store.Fill(b, s, size, now)
				if house.memberships == 0 {
					if err := store.Raw(b.Context(), s, "DELETE FROM memberships"); err != nil {
						b.Fatal(err)
					}
				}
				load(b, s, now, house.grants)
			})
		})
	}
}

func load(b *testing.B, s *store.Store, now time.Time, people int) {
	var held, peak float64
	for b.Loop() {
		b.StopTimer()
		before := heap()
		stop := watch(&peak, before)
		b.StartTimer()
		snapshot, err := access.Load(b.Context(), s, access.BuiltIn{}, now)
		if err != nil || snapshot.Principals() != people {
			b.Fatal(snapshot.Principals(), err)
		}
		b.StopTimer()
		stop()
		held = max(held, heap()-before)
		runtime.KeepAlive(snapshot)
		b.StartTimer()
	}
	b.ReportMetric(held/1e6, "held-MB")
	b.ReportMetric(peak/1e6, "peak-MB")
}

const objects = "/memory/classes/heap/objects:bytes"

// heap is what lives on the heap.
func heap() float64 {
	runtime.GC()
	return occupied()
}

// occupied is what lies on the heap, be it of use or not.
func occupied() float64 {
	sample := []metrics.Sample{{Name: objects}}
	metrics.Read(sample)
	return float64(sample[0].Value.Uint64())
}

// watch raises peak to what is occupied beyond before, until stop is called.
func watch(peak *float64, before float64) (stop func()) {
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for {
			*peak = max(*peak, occupied()-before)
			select {
			case <-tick.C:
			case <-done:
				return
			}
		}
	})
	return func() { close(done); wg.Wait() }
}
