package password

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"gatehouse/fault"
)

// Options are the cost of a hash and the room for hashing.
type Options struct {
	Params
	Slots   int           // hashes at the same time; 0: chosen by Slots
	Queue   int           // how many may wait
	Wait    time.Duration // and for how long
	Process string        // where a server hashes: Auto, Child or Inside; empty: Inside
}

// Hasher hashes in a bounded number of slots, first come, first served. It
// hashes in this process until Run gives it another one. It is safe for
// concurrent use.
type Hasher struct {
	opts    Options
	dummy   phc
	room    atomic.Pointer[room]
	waiting atomic.Int64
	hashed  atomic.Uint64
	turns   turns
}

// NewHasher returns a Hasher with all slots free.
func NewHasher(o Options) *Hasher {
	h := &Hasher{opts: o, dummy: fresh(o.Params)}
	h.room.Store(newRoom(inside{}, Slots(o.Slots, processors()-1, o.MemoryKiB)))
	return h
}

// Slots returns how many hashes run at the same time.
func (h *Hasher) Slots() int { return h.room.Load().count }

// Waiting returns how many callers wait for a ticket now.
func (h *Hasher) Waiting() int { return int(h.waiting.Load()) }

// Hashed returns how many hashes were made so far.
func (h *Hasher) Hashed() uint64 { return h.hashed.Load() }

// Ticket is the right to hash soon. It must be left.
type Ticket struct {
	h     *Hasher
	room  *room
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
	t, err := h.enter(ctx, wait, who)
	if err != nil {
		return nil, err
	}
	if err := t.room.engine.Ready(wait); err != nil {
		t.Leave()
		return nil, h.late(ctx, err)
	}
	return t, nil
}

// enter waits in the queue until wait is done; ctx tells why.
func (h *Hasher) enter(ctx, wait context.Context, who string) (*Ticket, error) {
	r := h.room.Load()
	release, ok := h.turns.try(who)
	if ok && r.admit.TryAcquire(1) {
		return h.ticket(r, release), nil
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
	if err := r.admit.Acquire(wait, 1); err != nil {
		release()
		return nil, h.late(ctx, err)
	}
	return h.ticket(r, release), nil
}

func (h *Hasher) ticket(r *room, release func()) *Ticket {
	return &Ticket{h, r, sync.OnceFunc(func() { r.admit.Release(1); release() })}
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

// Hash returns the PHC string of password at the cost in force. It answers
// "password.busy" (Unavailable) when the process that hashes was lost.
func (t *Ticket) Hash(ctx context.Context, password string) (string, error) {
	if len(password) > MaxBytes {
		return "", fmt.Errorf("hash password: longer than %d bytes", MaxBytes)
	}
	p := fresh(t.h.opts.Params)
	key, err := t.key(ctx, p, password)
	if err != nil {
		return "", err
	}
	p.key = key
	return p.String(), nil
}

// Verify reports whether password is the one that stored was made of, and
// whether stored should be made anew because the cost changed. With an empty
// stored (nobody there, no password), an empty or an overlong password it does
// the same work and says no. Twin is somebody else's stored hash, whose cost is
// paid where stored is empty; without one it is the cost in force. An error says
// nothing about the password; "password.busy" (Unavailable) is one when the
// process that hashes was lost.
func (t *Ticket) Verify(ctx context.Context, stored, twin, password string) (ok, stale bool, err error) {
	p, possible := t.h.like(twin), stored != "" && password != "" && len(password) <= MaxBytes
	if stored != "" {
		if p, err = parse(stored); err != nil {
			return false, false, err
		}
	}
	if !possible {
		password = "nobody's password"
	}
	key, err := t.key(ctx, p, password)
	if err != nil {
		return false, false, err
	}
	ok = p.isKey(key) && possible
	return ok, ok && p.stale(t.h.opts.Params), nil
}

// like returns a hash that costs what twin does and is nobody's.
func (h *Hasher) like(twin string) phc {
	p, err := parse(twin)
	if err != nil { // there is none, or its row is damaged, which is its owner's trouble
		return h.dummy
	}
	return phc{p.Params, p.threads, h.dummy.salt, h.dummy.key}
}

// key derives p's key of password when a slot is free. The wait is short: only
// ticket holders come here, and there is one more of them than slots.
func (t *Ticket) key(ctx context.Context, p phc, password string) ([]byte, error) {
	if err := t.room.slots.Acquire(ctx, 1); err != nil {
		return nil, fmt.Errorf("wait for a password slot: %w", err)
	}
	defer t.room.slots.Release(1)
	t.h.hashed.Add(1)
	key, err := t.room.engine.Key(ctx, p.job(password))
	if err != nil {
		return nil, t.h.late(ctx, err)
	}
	return key, nil
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
