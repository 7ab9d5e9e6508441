package store_test

import (
	"fmt"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/testpg"
	"gatehouse/store"
)

// benchmarked opens both databases for a benchmark.
func benchmarked(b *testing.B, run func(b *testing.B, s *store.Store)) {
	b.Run("SQLite", func(b *testing.B) { run(b, migrated(b, "sqlite:"+filepath.Join(b.TempDir(), "gatehouse.db"))) })
	b.Run("Postgres", func(b *testing.B) { testpg.Server(b); run(b, migrated(b, testpg.URL(b))) })
}

// someEvents are like those of a house: of n people, applications and addresses.
func someEvents(from, n int, at time.Time) []audit.Event {
	all := make([]audit.Event, n)
	for i := range all {
		k := from + i
		who := fmt.Sprintf("usr_%027d", k*7919%100_000)
		all[i] = audit.Event{
			At:     at.Add(time.Duration(i) * time.Microsecond),
			Actor:  audit.Actor{Kind: audit.Person, ID: who, Session: "ses_aaaaaaaaaaaaaaaaaaaaaaaaaaa", Request: "req_aaaaaaaaaaaaaaaaaaaaaaaaaaa", IP: fmt.Sprintf("192.0.%d.%d", k/250%100, k%250), Agent: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"},
			Action: audit.Action([]string{"session.create", "signin.complete", "session.end", "consent.give"}[k%4]), Target: audit.Target{Kind: "session", ID: fmt.Sprintf("ses_%027d", k)},
			Outcome: audit.Done,
			After:   audit.Doc(map[string]any{"level": "aal1", "n": k}),
		}
		if k%10 == 0 {
			all[i].Outcome = audit.Refused
		}
	}
	return all
}

// spent is what this process has used of processors: for SQLite, which runs within it, a
// measure that others on the machine do not disturb much.
func spent() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkRecord appends one event in a transaction of its own.
func BenchmarkRecord(b *testing.B) {
	benchmarked(b, func(b *testing.B, s *store.Store) {
		log := &audit.Log{Store: s, Keys: keys}
		events := someEvents(0, 1000, time.Now())
		used := spent()
		n := 0
		for ; b.Loop(); n++ {
			e := events[n%1000]
			e.At = time.Now()
			if err := log.Record(b.Context(), e); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64((spent()-used).Microseconds())/float64(n), "cpu-us/op")
	})
}

// BenchmarkInsertEvents appends 10,000 events in one transaction, and seals them.
func BenchmarkInsertEvents(b *testing.B) {
	benchmarked(b, func(b *testing.B, s *store.Store) {
		log := &audit.Log{Store: s, Keys: keys}
		for n := 0; b.Loop(); n++ {
			begun := time.Now()
			batch, err := log.Batch(someEvents(n*10_000, 10_000, begun), begun)
			if err != nil {
				b.Fatal(err)
			}
			made, used := time.Now(), spent()
			if err := s.InsertEvents(b.Context(), batch); err != nil {
				b.Fatal(err)
			}
			written, used := time.Now(), spent()-used
			if err := (&audit.Sealer{Store: s, Keys: keys, Holder: "b"}).Step(b.Context(), time.Now()); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(used.Milliseconds()), "write-cpu-ms")
			b.ReportMetric(float64(made.Sub(begun).Milliseconds()), "ready-ms")
			b.ReportMetric(float64(written.Sub(made).Milliseconds()), "write-ms")
			b.ReportMetric(float64(time.Since(written).Milliseconds()), "seal-ms")
		}
	})
}
