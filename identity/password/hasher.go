package password

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"

	"gatehouse/fault"
)

// Options are the cost of a hash and the room for hashing.
type Options struct {
	Params
	Slots int           // hashes at the same time; 0: chosen by Slots
	Queue int           // how many may wait
	Wait  time.Duration // and for how long
}

// Hasher hashes in a bounded number of slots, first come, first served. It is
// safe for concurrent use.
type Hasher struct {
	opts    Options
	dummy   phc
	admit   *semaphore.Weighted // one more than slots: its holder talks to the store meanwhile
	slots   *semaphore.Weighted
	waiting atomic.Int64
	hashed  atomic.Uint64
	turns   turns
}

// NewHasher returns a Hasher with all slots free.
func NewHasher(o Options) *Hasher {
	o.Slots = Slots(o.Slots, o.MemoryKiB)
	return &Hasher{
		opts:  o,
		dummy: fresh(o.Params),
		admit: semaphore.NewWeighted(int64(o.Slots) + 1),
		slots: semaphore.NewWeighted(int64(o.Slots)),
	}
}

// Slots returns how many hashes may run at the same time: what is configured,
// else all processors but one; at most what a quarter of the memory limit
// (GOMEMLIMIT) holds, and at least one.
func Slots(configured int, memoryKiB uint32) int {
	n := configured
	if n <= 0 {
		n = runtime.GOMAXPROCS(0) - 1
	}
	if limit := debug.SetMemoryLimit(-1); limit < math.MaxInt64 && memoryKiB > 0 {
		n = min(n, int(limit/4/1024/int64(memoryKiB)))
	}
	return max(n, 1)
}

// Slots returns how many hashes run at the same time.
func (h *Hasher) Slots() int { return h.opts.Slots }

// Waiting returns how many callers wait for a ticket now.
func (h *Hasher) Waiting() int { return int(h.waiting.Load()) }

// Hashed returns how many hashes were made so far.
func (h *Hasher) Hashed() uint64 { return h.hashed.Load() }

// Ticket is the right to hash soon. It must be left.
type Ticket struct {
	h     *Hasher
	leave func()
}

// Enter waits for a ticket, at most Options.Wait. Tickets for the same who (when
// it is not empty) are given one at a time, so that guesses at one account
// neither overtake its counter nor fill the queue of everybody. When the queue
// is full, or the wait too long, it answers "password.busy" (Unavailable):
// nothing was tried then. A cancelled ctx leaves the queue.
func (h *Hasher) Enter(ctx context.Context, who string) (*Ticket, error) {
	wait, cancel := context.WithTimeout(ctx, h.opts.Wait)
	defer cancel()
	release, ok := h.turns.try(who)
	if ok && h.admit.TryAcquire(1) {
		return h.ticket(release), nil
	}
	if h.waiting.Add(1) > int64(h.opts.Queue) {
		h.waiting.Add(-1)
		release()
		return nil, h.busy(nil)
	}
	defer h.waiting.Add(-1)
	if !ok {
		var err error
		if release, err = h.turns.take(wait, who); err != nil {
			return nil, h.late(ctx, err)
		}
	}
	if err := h.admit.Acquire(wait, 1); err != nil {
		release()
		return nil, h.late(ctx, err)
	}
	return h.ticket(release), nil
}

func (h *Hasher) ticket(release func()) *Ticket {
	return &Ticket{h, sync.OnceFunc(func() { h.admit.Release(1); release() })}
}

// late tells a caller who went away from one who waited too long.
func (h *Hasher) late(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("wait to hash a password: %w", ctx.Err())
	}
	return h.busy(err)
}

func (h *Hasher) busy(err error) error {
	return &fault.Error{
		Kind: fault.Unavailable, Code: "password.busy", Err: err,
		Detail:     "Too many people are signing in at this moment. Please try again.",
		RetryAfter: max(h.opts.Wait, time.Second),
	}
}

// Leave gives the ticket back. Leaving twice does no harm.
func (t *Ticket) Leave() { t.leave() }

// Hash returns the PHC string of password at the cost in force.
func (t *Ticket) Hash(ctx context.Context, password string) (string, error) {
	if len(password) > MaxBytes {
		return "", fmt.Errorf("hash password: longer than %d bytes", MaxBytes)
	}
	p := fresh(t.h.opts.Params)
	if err := t.h.inSlot(ctx, func() { p.key = p.hash(password) }); err != nil {
		return "", err
	}
	return p.String(), nil
}

// Verify reports whether password is the one that stored was made of, and
// whether stored should be made anew because the cost changed. With an empty
// stored (nobody there, no password), an empty or an overlong password it does
// the same work and says no. An error says nothing about the password.
func (t *Ticket) Verify(ctx context.Context, stored, password string) (ok, stale bool, err error) {
	p, possible := t.h.dummy, stored != "" && password != "" && len(password) <= MaxBytes
	if possible {
		if p, err = parse(stored); err != nil {
			return false, false, err
		}
	} else {
		password = "nobody's password"
	}
	err = t.h.inSlot(ctx, func() { ok = p.matches(password) })
	ok = ok && possible && err == nil
	return ok, ok && p.stale(t.h.opts.Params), err
}

// inSlot runs f, which hashes once, when a slot is free. The wait is short: only
// ticket holders come here, and there is one more of them than slots.
func (h *Hasher) inSlot(ctx context.Context, f func()) error {
	if err := h.slots.Acquire(ctx, 1); err != nil {
		return fmt.Errorf("wait for a password slot: %w", err)
	}
	defer h.slots.Release(1)
	h.hashed.Add(1)
	f()
	return nil
}

// Hash enters, hashes and leaves.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	t, err := h.Enter(ctx, "")
	if err != nil {
		return "", err
	}
	defer t.Leave()
	return t.Hash(ctx, password)
}
