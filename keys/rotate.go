package keys

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
)

const (
	leaseName = "keys"
	leaseFor  = time.Minute
)

// errMoved undoes a transition that another process has made already.
var errMoved = errors.New("another process moved the key")

// task is one transition that is due. Exactly one of its fields is set, but
// for a promotion, which has next and may have last.
type task struct {
	announce  string    // make the next key of this algorithm
	signsFrom time.Time // when it shall take over
	next      *Key      // the announced key that signs from now on
	last      *Key      // the one that signed so far
	retire    *Key      // its last token is dead
}

// plan says what is due at now. It is a function of its arguments alone.
func plan(rows []Key, now time.Time, c Config) []task {
	signing, announced := map[string]*Key{}, map[string]*Key{}
	var tasks []task
	for i := range rows {
		k := &rows[i]
		switch {
		case k.State == Signing:
			signing[k.Algorithm] = k
		case k.State == Announced && announced[k.Algorithm] == nil: // the oldest goes first
			announced[k.Algorithm] = k
		case k.State == Retiring && !now.Before(k.Until):
			tasks = append(tasks, task{retire: k})
		}
	}
	for _, alg := range []string{RS256, ES256, EdDSA} {
		last, next := signing[alg], announced[alg]
		switch {
		case next != nil && !now.Before(next.SignsFrom):
			tasks = append(tasks, task{next: next, last: last})
		case next == nil && last != nil && !now.Before(last.SignsFrom.Add(c.Rotate-c.Announce)):
			tasks = append(tasks, task{announce: alg, signsFrom: later(now.Add(c.Announce), last.SignsFrom.Add(c.Rotate))})
		}
	}
	return tasks
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// Due reports whether a transition is due at now, as far as this process knows.
func (r *Ring) Due(now time.Time) bool { return len(plan(r.current.Load().rows, now, r.config)) > 0 }

// Step makes the transitions that are due at now. Processes over one store take
// turns under a lease; one that does not get it does nothing.
func (r *Ring) Step(ctx context.Context, now time.Time) error {
	if !r.Due(now) {
		return nil
	}
	_, err := r.underLease(ctx, now, func() error {
		for _, t := range plan(r.current.Load().rows, now, r.config) {
			if err := r.do(ctx, t, now); err != nil {
				return err
			}
		}
		return r.reload(ctx)
	})
	if err != nil {
		return fmt.Errorf("rotate the keys: %w", err)
	}
	return nil
}

// underLease runs f on freshly read keys while no other process rotates, and
// reports whether it got the lease. It gives the lease back at once.
func (r *Ring) underLease(ctx context.Context, now time.Time, f func() error) (bool, error) {
	if err := r.take(ctx); err != nil {
		return false, err
	}
	defer r.release()
	held, err := r.store.Lease(ctx, leaseName, r.holder, now, now.Add(leaseFor))
	if err != nil || !held {
		return false, err
	}
	err = r.reload(ctx)
	if err == nil {
		err = f()
	}
	_, back := r.store.Lease(ctx, leaseName, r.holder, now, now)
	return true, errors.Join(err, back)
}

// do makes one transition. One that another process made meanwhile is no error.
func (r *Ring) do(ctx context.Context, t task, now time.Time) error {
	house := audit.Actor{Kind: audit.House}
	var err error
	switch {
	case t.announce != "":
		err = r.announce(ctx, house, t.announce, now, t.signsFrom)
	case t.next != nil:
		err = r.promote(ctx, house, t.next, t.last, now)
	case t.retire != nil:
		err = r.retire(ctx, house, *t.retire)
	}
	if errors.Is(err, errMoved) {
		return nil
	}
	return err
}

func (r *Ring) announce(ctx context.Context, by audit.Actor, alg string, now, signsFrom time.Time) error {
	k, err := r.newKey(alg, Announced, now, signsFrom)
	if err != nil {
		return err
	}
	return r.insert(ctx, by, ActionAnnounce, k)
}

// promote lets next sign in the place of last, in one transaction: there is
// never a second signing key, nor none.
func (r *Ring) promote(ctx context.Context, by audit.Actor, next, last *Key, now time.Time) error {
	k := *next
	k.State, k.SignsFrom = Signing, clock.Cut(now)
	return r.store.InTx(ctx, func(ctx context.Context) error {
		if err := r.stepDown(ctx, last, now); err != nil {
			return err
		}
		if err := r.move(ctx, k, Announced); err != nil {
			return err
		}
		return r.audit.Record(ctx, event(by, ActionRotate, k))
	})
}

// stepDown makes the signing key a retiring one; nil is none.
func (r *Ring) stepDown(ctx context.Context, last *Key, now time.Time) error {
	if last == nil {
		return nil
	}
	k := *last
	k.State, k.Until = Retiring, clock.Cut(now.Add(r.config.Retain))
	return r.move(ctx, k, Signing)
}

func (r *Ring) retire(ctx context.Context, by audit.Actor, k Key) error {
	public, err := r.current.Load().byID[k.ID].sealPublic(r.keeper)
	if err != nil {
		return err
	}
	k.State, k.Sealed = Retired, public
	return r.store.InTx(ctx, func(ctx context.Context) error {
		if err := r.move(ctx, k, Retiring); err != nil {
			return err
		}
		return r.audit.Record(ctx, event(by, ActionRetire, k))
	})
}

func (r *Ring) move(ctx context.Context, k Key, from State) error {
	moved, err := r.store.MoveKey(ctx, k, from)
	if err != nil {
		return err
	}
	if !moved {
		return errMoved
	}
	return nil
}

// Rotate replaces the signing key of alg ahead of time. The next key is
// announced and takes over after Config.Announce; with immediate it signs from
// now on, and who caches the key set will not know it at first (an announced
// key is preferred for that reason). The key that signed stays published until
// its tokens are dead. An algorithm without a key gets its first. Conflict faults:
// "key.busy" when another process rotates right now, "key.announced" when the next key
// is announced already.
func (r *Ring) Rotate(ctx context.Context, by audit.Actor, alg string, immediate bool) error {
	return r.RotateAfter(ctx, by, alg, "", immediate)
}

// RotateAfter is Rotate for who saw which key signs: where another one signs by now, somebody
// else was faster, or the same question comes again, and nothing is done: Conflict
// "key.changed". An after that is "" is whichever key signs.
func (r *Ring) RotateAfter(ctx context.Context, by audit.Actor, alg, after string, immediate bool) error {
	if !slices.Contains(r.Algorithms(), alg) {
		return unsupported(alg)
	}
	if r.current.Load().signing[alg] == nil && after == "" {
		return r.ensure(ctx, by, alg)
	}
	now := time.Now()
	held, err := r.underLease(ctx, now, func() error {
		if signs := r.current.Load().signing[alg]; after != "" && (signs == nil || signs.id != after) {
			return fault.New(fault.Conflict, "key.changed", "Another key signs by now. Look at the keys again.")
		}
		if err := r.rotateNow(ctx, by, alg, immediate, now); err != nil {
			return err
		}
		return r.reload(ctx)
	})
	if errors.Is(err, errMoved) || err == nil && !held {
		return busy()
	}
	if err != nil {
		return fmt.Errorf("rotate the keys: %w", err)
	}
	return nil
}

func (r *Ring) rotateNow(ctx context.Context, by audit.Actor, alg string, immediate bool, now time.Time) error {
	var last, next *Key
	for _, k := range r.current.Load().rows {
		switch {
		case k.Algorithm != alg:
		case k.State == Signing:
			last = &k
		case k.State == Announced && next == nil:
			next = &k
		}
	}
	switch {
	case immediate && next != nil:
		return r.promote(ctx, by, next, last, now)
	case immediate:
		return r.replace(ctx, by, alg, last, now)
	case next != nil:
		return fault.New(fault.Conflict, "key.announced", "The next "+alg+" key is announced already; it signs from "+
			next.SignsFrom.Format(time.RFC3339)+" on.")
	}
	return r.announce(ctx, by, alg, now, now.Add(r.config.Announce))
}

// replace puts a key that nobody has seen in the place of last.
func (r *Ring) replace(ctx context.Context, by audit.Actor, alg string, last *Key, now time.Time) error {
	k, err := r.newKey(alg, Signing, now, now)
	if err != nil {
		return err
	}
	return r.store.InTx(ctx, func(ctx context.Context) error {
		if err := r.stepDown(ctx, last, now); err != nil {
			return err
		}
		if err := r.store.InsertKey(ctx, k); err != nil {
			return err
		}
		return r.audit.Record(ctx, event(by, ActionRotate, k))
	})
}
