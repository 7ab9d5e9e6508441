package access

import (
	"context"
	"fmt"
	"time"
)

// What resource servers may have missed. A token lives a day at most, so what was
// lost earlier is in none that lives.
const (
	lossPage  = 2000 // rows, more than one version has of them
	tokensAge = 24*time.Hour + 10*time.Minute
)

// lossStore tells what was lost.
type lossStore interface {
	View(ctx context.Context, f func(ctx context.Context) error) error
	Versions(ctx context.Context) (map[string]int64, error)
	ChangesAfter(ctx context.Context, version uint64, limit int) ([]Change, error)
	// LossesAfter is ChangesAfter of those that say that somebody lost something.
	LossesAfter(ctx context.Context, version uint64, limit int) ([]Change, error)
	// ChangedSince returns the first version at or after a moment that is still told
	// of, 0 for none.
	ChangedSince(ctx context.Context, at time.Time) (uint64, error)
}

// Losses is what some versions of the policy took from somebody, in order.
type Losses struct {
	List []Change
	From uint64 // the version behind which they begin
	To   uint64 // the version up to which List has all
	More bool   // there are later ones
}

// LossesAfter returns what was lost behind a version of an epoch. ok is false where
// nobody can tell any more what was: the version is too old, or of another time;
// then RecentLosses says all that still matters.
func (l *Live) LossesAfter(ctx context.Context, epoch int64, version uint64) (found Losses, ok bool, err error) {
	err = l.store.View(ctx, func(ctx context.Context) error {
		present, err := l.store.Versions(ctx)
		if err != nil {
			return err
		}
		head := uint64(present[VersionPolicy])
		if ok = present[VersionEpoch] == epoch && version <= head; !ok || version == head {
			found = Losses{From: version, To: version}
			return nil
		}
		first, err := l.store.ChangesAfter(ctx, version, 1)
		if err != nil {
			return err
		}
		ok = len(first) == 1 && first[0].Version == version+1 && time.Since(first[0].At) <= deltaAge
		if ok {
			found, err = l.losses(ctx, version, head)
		}
		return err
	})
	if err != nil {
		return Losses{}, false, fmt.Errorf("read what was lost: %w", err)
	}
	return found, ok, nil
}

// RecentLosses returns what was lost that a token which lives now may still say, or
// the beginning of it; LossesAfter goes on.
func (l *Live) RecentLosses(ctx context.Context) (found Losses, epoch int64, err error) {
	err = l.store.View(ctx, func(ctx context.Context) error {
		present, err := l.store.Versions(ctx)
		if err != nil {
			return err
		}
		first, err := l.store.ChangedSince(ctx, time.Now().Add(-tokensAge))
		if err != nil {
			return err
		}
		head := uint64(present[VersionPolicy])
		if epoch = present[VersionEpoch]; first == 0 {
			found = Losses{From: head, To: head}
			return nil
		}
		found, err = l.losses(ctx, first-1, head)
		return err
	})
	if err != nil {
		return Losses{}, 0, fmt.Errorf("read what was lost: %w", err)
	}
	return found, epoch, nil
}

// losses reads a page of whole versions.
func (l *Live) losses(ctx context.Context, from, head uint64) (Losses, error) {
	list, err := l.store.LossesAfter(ctx, from, lossPage)
	if err != nil {
		return Losses{}, err
	}
	found := Losses{List: list, From: from, To: head}
	if len(list) == lossPage { // the last version may go on
		last := list[len(list)-1].Version
		for len(list) > 0 && list[len(list)-1].Version == last {
			list = list[:len(list)-1]
		}
		found.List, found.To, found.More = list, last-1, true
	}
	return found, nil
}

// Next returns a channel that is closed when another version is known; see
// follow.Follower.
func (l *Live) Next() <-chan struct{} { return l.follower.Next() }
