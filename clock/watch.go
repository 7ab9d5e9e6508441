package clock

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// Bound is how far clocks may be apart that agree. Those of replicas that are
// kept by NTP are within milliseconds.
const Bound = time.Minute

// Settle is how long a clock that was moved must go on evenly before it is
// believed: a machine that slept, or that was set right.
const Settle = time.Hour

// Reading is one look at the clocks of this machine.
type Reading struct {
	Wall time.Time     // what time it is said to be
	Ran  time.Duration // how long this process has run, by a clock that nobody sets
}

// Reader returns a function that reads the clocks of this machine.
func Reader() func() Reading {
	begun := time.Now()
	return func() Reading {
		now := time.Now()
		return Reading{Wall: Cut(now.Round(0)), Ran: now.Sub(begun)}
	}
}

// Watch says what time it is to those who remove or replace something because of
// the time, and says nothing while the clocks do not agree: what they did by a
// clock that had jumped for a moment would stay done (decision 0023). Read and Database
// must be set. All methods may be called at once.
type Watch struct {
	// Read reads the clocks of this machine.
	Read func() Reading
	// Database tells the time of the database, and whether it has a clock of its own.
	Database func(ctx context.Context) (at time.Time, has bool, err error)
	// Tell hears when doubt begins, with what it is about, and with nil when it is
	// over. It may be nil.
	Tell func(*Doubt)

	refused atomic.Int64

	mu      sync.Mutex
	known   bool
	trusted Reading
	strange *Reading // the first after the clock was moved
	doubt   *Doubt
}

// Doubt is why the wall clock is not believed.
type Doubt struct {
	Moved time.Duration // how far it was moved against the clock that nobody sets; 0: it was not
	Apart time.Duration // how far it is ahead of the database's; 0: they agree, or there is none
}

// Error implements error.
func (d *Doubt) Error() string {
	if d.Apart != 0 {
		return fmt.Sprintf("the clock is %s ahead of the database's", d.Apart.Round(time.Second))
	}
	return fmt.Sprintf("the clock was moved by %s", d.Moved.Round(time.Second))
}

// Now returns the time if wall, monotonic and database clock agree within Bound,
// and else a *Doubt. Any other error says that the database's was not to be had.
func (w *Watch) Now(ctx context.Context) (time.Time, error) {
	r := w.Read()
	at, has, err := w.Database(ctx)
	if err != nil {
		return time.Time{}, fmt.Errorf("ask for the database's time: %w", err)
	}
	took := w.Read().Ran - r.Ran
	apart := time.Duration(0)
	if has {
		if d := r.Wall.Add(took / 2).Sub(at); d.Abs() > Bound+took/2 {
			apart = d
		}
	}
	if doubt := w.judge(r, apart); doubt != nil {
		w.refused.Add(1)
		return time.Time{}, doubt
	}
	return r.Wall, nil
}

// Doubt returns why the clock was not believed when it was last asked for; nil:
// it was.
func (w *Watch) Doubt() *Doubt {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.doubt
}

// Refused is how often Now has answered with a Doubt.
func (w *Watch) Refused() int64 { return w.refused.Load() }

// judge says what is to be held of r, and remembers it.
func (w *Watch) judge(r Reading, apart time.Duration) *Doubt {
	w.mu.Lock()
	defer w.mu.Unlock()
	was := w.doubt
	w.doubt = nil
	if moved := w.moved(r, apart == 0); moved != 0 || apart != 0 {
		w.doubt = &Doubt{Moved: moved, Apart: apart}
	}
	if w.Tell != nil && (was == nil) != (w.doubt == nil) {
		w.Tell(w.doubt)
	}
	return w.doubt
}

// moved returns how far the wall clock was moved since it was trusted; 0: by no
// more than Bound. One that was moved is trusted again when it comes back, or has
// gone on evenly for long enough and the database agrees. What is trusted follows
// slowly, since clocks differ in speed.
func (w *Watch) moved(r Reading, agreed bool) time.Duration {
	if !w.known {
		w.known, w.trusted = agreed, r
		return 0
	}
	by := drift(w.trusted, r)
	if by.Abs() <= Bound {
		if w.strange = nil; agreed && r.Ran-w.trusted.Ran >= Settle {
			w.trusted = r
		}
		return 0
	}
	switch {
	case w.strange == nil || drift(*w.strange, r).Abs() > Bound:
		w.strange = &r
	case agreed && r.Ran-w.strange.Ran >= Settle:
		w.trusted, w.strange = r, nil
		return 0
	}
	return by
}

// drift is how much further the wall clock went from a to b than the other one.
func drift(a, b Reading) time.Duration { return b.Wall.Sub(a.Wall) - (b.Ran - a.Ran) }
