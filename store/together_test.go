package store_test

import (
	"context"
	"errors"
	"testing"

	"gatehouse/audit"
	"gatehouse/store"
)

// What is recorded together is written with the transaction, or not at all; what is
// recorded once that is over is written by itself.
func TestWhatIsRecordedTogetherIsWrittenAtTheEnd(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, s *store.Store) {
		log := &audit.Log{Store: s, Keys: keys}
		count := func(ctx context.Context) int {
			events, _, err := s.FindEvents(ctx, audit.Query{}, 1000)
			if err != nil {
				t.Fatal(err)
			}
			return len(events)
		}
		failed := errors.New("failed")
		for n, end := range []error{failed, nil} {
			err := s.InTx(t.Context(), func(ctx context.Context) error {
				return audit.Together(ctx, func(ctx context.Context) error {
					for i := range 130 {
						e := audit.Event{Action: "test.do", Actor: audit.Actor{Kind: audit.Console, IP: []string{"", "192.0.2.7"}[i%2]}, After: audit.Doc(i)}
						if err := log.Record(ctx, e); err != nil {
							return err
						}
					}
					if got := count(ctx); got != 0 {
						t.Errorf("%d are written before the end", got)
					}
					return end
				})
			})
			if !errors.Is(err, end) || count(t.Context()) != n*130 {
				t.Errorf("it ended with %v, and %d are written", err, count(t.Context()))
			}
		}
		var late context.Context
		if err := audit.Together(t.Context(), func(ctx context.Context) error { late = ctx; return nil }); err != nil {
			t.Fatal(err)
		}
		record := audit.Event{Action: "test.late"}
		if err := log.Record(late, record); err != nil || count(t.Context()) != 131 {
			t.Errorf("what came late is lost (%v)", err)
		}
		seal(t, s)
		if v := verdictOf(t, s); len(v.Findings) > 0 {
			t.Errorf("%v", v.Findings)
		}
	})
}
