package audit_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/audit"
	"gatehouse/fault"
)

// book is a Recorder over a database that can hang, be away, or refuse.
type book struct {
	mu       sync.Mutex
	hangs    bool
	err      error
	recorded []audit.Event
}

func (b *book) Record(ctx context.Context, e audit.Event) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.hangs {
		b.mu.Unlock()
		<-ctx.Done()
		b.mu.Lock()
		return ctx.Err()
	}
	if b.err == nil {
		b.recorded = append(b.recorded, e)
	}
	return b.err
}

func (b *book) set(hangs bool, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.hangs, b.err = hangs, err
}

func (b *book) events() []audit.Event {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.recorded
}

var errAway = &fault.Error{Kind: fault.Unavailable, Code: "store.unavailable", Detail: "The database cannot answer now."}

func newRefusals(b *book) (r *audit.Refusals, log *bytes.Buffer) {
	log = &bytes.Buffer{}
	return &audit.Refusals{
		Audit: b, AfterEnd: func(ctx context.Context, f func(context.Context)) { f(ctx) },
		Take: func(context.Context, string) time.Duration { return 0 }, Log: slog.New(slog.NewTextHandler(log, nil)),
	}, log
}

func refusal(n int) audit.Event {
	return audit.Event{Actor: audit.Actor{Kind: audit.Person, ID: fmt.Sprint("usr_", n)}, Action: audit.ActionRefuse, Target: audit.Itself()}
}

// The answer to a refusal waits for its record, while the database can take it; otherwise
// for a moment, and the record is made when it can, as of when it happened.
func TestARefusalWaitsForItsRecordForAMomentAndNoLonger(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		hangs bool
		err   error
		waits time.Duration
		later bool // it is recorded once the database is back
		lost  uint64
	}{
		"a database that is well":      {},
		"one that hangs":               {hangs: true, waits: 250 * time.Millisecond, later: true},
		"one that is away":             {err: errAway, waits: 250 * time.Millisecond, later: true},
		"one that does not take it":    {err: errors.New("full"), lost: 1},
		"one that has it from before":  {err: fault.New(fault.Conflict, fault.CodeExists, "It exists already.")},
		"one in which it has no place": {err: fault.New(fault.Conflict, "store.orphan", "There is nothing that it belongs to."), lost: 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			b := &book{hangs: c.hangs, err: c.err}
			r, log := newRefusals(b)
			begun := time.Now()
			r.Tell(t.Context(), refusal(1))
			if took := time.Since(begun); took != c.waits {
				t.Errorf("%s: it took %s, want %s", name, took, c.waits)
			}
			if r.Lost() != c.lost || (c.lost > 0) != strings.Contains(log.String(), "usr_1") {
				t.Errorf("%s: %d were lost, want %d; the log says %q", name, r.Lost(), c.lost, log)
			}
			time.Sleep(time.Minute)
			b.set(false, nil)
			time.Sleep(10 * time.Second)
			got := b.events()
			want := 0
			if c.later || !c.hangs && c.err == nil {
				want = 1
			}
			if len(got) != want {
				t.Fatalf("%s: %d were recorded, want %d", name, len(got), want)
			}
			if want == 1 && (!got[0].At.Equal(begun) || got[0].Outcome != audit.Refused || got[0].ID == "") {
				t.Errorf("%s: recorded was %+v, of %s", name, got[0], begun)
			}
			r.Close()
		})
	}
}

// While the database is away so many refusals wait, in the order in which they came, and
// what comes beyond them is counted and said; a process that stops waits for a moment.
func TestRefusalsThatWaitAreBounded(t *testing.T) {
	t.Parallel()
	for _, comes := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			b := &book{hangs: true}
			r, log := newRefusals(b)
			var all sync.WaitGroup
			for n := range 1100 {
				all.Go(func() { r.Tell(t.Context(), refusal(n)) })
			}
			all.Wait()
			most := uint64(1004) // those that are being tried do not wait
			if r.Lost() != 1100-most || r.Waiting() != int(most) || strings.Count(log.String(), "could not be recorded") != int(1100-most) {
				t.Errorf("%d were lost and %d wait, want %d and %d", r.Lost(), r.Waiting(), 1100-most, most)
			}
			if comes {
				b.set(false, nil)
				time.Sleep(10 * time.Second)
				if n := len(b.events()); n != int(most) || r.Waiting() != 0 {
					t.Errorf("%d were recorded, and %d wait, want %d and none", n, r.Waiting(), most)
				}
			}
			begun := time.Now()
			r.Close()
			if took := time.Since(begun); took > 3*time.Second || !comes && r.Lost() != 1100 {
				t.Errorf("it closed after %s, and %d of 1100 were lost", took, r.Lost())
			}
			r.Tell(t.Context(), refusal(1))
			if n := len(b.events()); comes && (n != int(most) || r.Lost() != 1100-most+1) {
				t.Errorf("%d were recorded once it was closed, and %d lost", n, r.Lost())
			}
		})
	}
}

// What waits when a process stops is tried once more.
func TestAProcessThatStopsRecordsWhatItRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := &book{err: errAway}
		r, _ := newRefusals(b)
		for n := range 20 {
			r.Tell(t.Context(), refusal(n))
		}
		b.set(false, nil)
		r.Close()
		if n := len(b.events()); n != 20 || r.Lost() != 0 {
			t.Errorf("%d were recorded, want 20; %d were lost", n, r.Lost())
		}
	})
}
