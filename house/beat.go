package house

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"log/slog"
	"sync"
	"time"

	"gatehouse/clock"
)

// Beat is something that is done again and again in the background. Its fields
// but Name and Step may be zero.
type Beat struct {
	Name string
	// Every is the time between two beats; the first comes at once.
	Every time.Duration
	// Wake brings a beat forward.
	Wake <-chan struct{}
	// Lease is the name of the lease row under which replicas take turns: the one
	// that has it keeps it for three beats, and the others do nothing meanwhile; it
	// gives it back when a step fails and when it stops. Empty: every replica beats.
	Lease string
	// Clock is asked what time it is, where a wrong time would do lasting harm. While
	// the clocks do not agree the beat is skipped. Nil: the machine's clock will do.
	Clock *clock.Watch
	// Due is asked before the lease, so that nothing is written for nothing.
	Due func(now time.Time) bool
	// Else is done where another replica has the lease; nil: nothing.
	Else func(ctx context.Context, now time.Time) error
	// Step does it. An error is logged, and the next beat tries again.
	Step func(ctx context.Context, now time.Time) error
}

// due reports whether there is something to do at now.
func (b Beat) due(now time.Time) bool { return b.Due == nil || b.Due(now) }

// leaseFor is how long a replica keeps the lease of b: three beats, so that
// another takes over when it vanished, and long enough for a slow step.
func (b Beat) leaseFor() time.Duration { return max(3*b.Every, time.Minute) }

// sayAgain is how often a failure that goes on is logged.
const sayAgain = time.Minute

// giveBackWithin bounds the last thing that a replica does with a lease.
const giveBackWithin = 5 * time.Second

// runner beats.
type runner struct {
	leases interface {
		Lease(ctx context.Context, name, holder string, now, until time.Time) (bool, error)
	}
	holder string // names this process in leases
	log    *slog.Logger
}

// newHolder returns a name that no other process has.
func newHolder() string {
	var b [8]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// run beats all until ctx ends. A step that takes long delays its own row only.
func (r runner) run(ctx context.Context, beats []Beat) {
	var wait sync.WaitGroup
	for _, b := range beats {
		wait.Go(func() { r.keep(ctx, b) })
	}
	wait.Wait()
}

// keep beats b until ctx ends.
func (r runner) keep(ctx context.Context, b Beat) {
	defer func() {
		if b.Lease != "" {
			_ = r.giveBack(ctx, b, time.Now()) // nobody waits longer than for the lease itself
		}
	}()
	var tick <-chan time.Time
	health := trouble{name: b.Name, log: r.log}
	if b.Every > 0 {
		ticker := time.NewTicker(b.Every)
		defer ticker.Stop()
		tick = ticker.C
		health.note(ctx, r.beat(ctx, b, time.Now()))
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick:
		case <-b.Wake:
		}
		health.note(ctx, r.beat(ctx, b, time.Now()))
	}
}

// beat does one step of b, if it is due and this process's turn.
func (r runner) beat(ctx context.Context, b Beat, now time.Time) error {
	if !b.due(now) {
		return nil
	}
	if b.Clock != nil {
		var err error
		if now, err = b.Clock.Now(ctx); err != nil {
			return skipped(err)
		}
	}
	if b.Lease == "" {
		return b.Step(ctx, now)
	}
	mine, err := r.leases.Lease(ctx, b.Lease, r.holder, now, now.Add(b.leaseFor()))
	if err == nil && !mine && b.Else != nil {
		return b.Else(ctx, now)
	}
	if err != nil || !mine {
		return err
	}
	if err := b.Step(ctx, now); err != nil {
		return errors.Join(err, r.giveBack(ctx, b, now)) // another may be able to
	}
	return nil
}

// skipped is nil for a doubt, which the clock's watch tells of itself.
func skipped(err error) error {
	if _, doubt := errors.AsType[*clock.Doubt](err); doubt {
		return nil
	}
	return err
}

// giveBack lets another replica have the lease of b from now on, also when ctx
// has ended. Whose it is not leaves it alone.
func (r runner) giveBack(ctx context.Context, b Beat, now time.Time) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), giveBackWithin)
	defer cancel()
	_, err := r.leases.Lease(ctx, b.Lease, r.holder, now, now)
	return err
}

// trouble logs the failures of a row: when they begin, once a minute while they
// go on, and when they are over.
type trouble struct {
	name string
	log  *slog.Logger
	said time.Time // zero while all is well
}

func (t *trouble) note(ctx context.Context, err error) {
	switch {
	case err != nil && ctx.Err() != nil: // stopped amid a step
	case err != nil && time.Since(t.said) >= sayAgain:
		t.said = time.Now()
		t.log.Error("what beats in the background failed and will be tried again", "beat", t.name, "error", err.Error())
	case err == nil && !t.said.IsZero():
		t.said = time.Time{}
		t.log.Info("what beats in the background works again", "beat", t.name)
	}
}
