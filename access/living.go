package access

import (
	"context"
	"iter"
	"time"

	"gatehouse/clock"
	"gatehouse/fault"
	"gatehouse/id"
)

// living returns a grant that is not over.
func (s *Service) living(ctx context.Context, grant id.Grant, now time.Time) (GrantRecord, error) {
	r, err := s.Store.Grant(ctx, grant)
	if err != nil {
		return r, err
	}
	return r, r.over(now)
}

// over is the answer to who would change a grant that is over at now.
func (r *GrantRecord) over(now time.Time) error {
	if !r.OverAt(now) {
		return nil
	}
	return fault.New(fault.Conflict, "grant.over", "This grant was over at "+r.Ends().UTC().Format(time.RFC3339)+". Make a new one.")
}

// livingLike are the grants that are like that and not over at now, in the order of their
// ends. An error is the last.
func (s *Service) livingLike(ctx context.Context, like Likeness, now time.Time) iter.Seq2[*GrantRecord, error] {
	return grantsBehind(fromNow(now), func(at GrantCursor) ([]GrantRecord, error) {
		return s.Store.SomeGrantsAfter(ctx, like, at, loadPage)
	})
}

// eachLiving calls f for every grant that is like that and is not over at now, until it
// returns an error.
func (s *Service) eachLiving(ctx context.Context, like Likeness, now time.Time, f func(g *GrantRecord) error) error {
	for g, err := range s.livingLike(ctx, like, now) {
		if err != nil {
			return err
		}
		if err := f(g); err != nil {
			return err
		}
	}
	return nil
}

// grantsBehind are the grants behind a place of a list of which page reads loadPage at a time.
// An error is the last.
func grantsBehind(at GrantCursor, page func(at GrantCursor) ([]GrantRecord, error)) iter.Seq2[*GrantRecord, error] {
	return func(yield func(*GrantRecord, error) bool) {
		for {
			some, err := page(at)
			if err != nil {
				yield(nil, err)
				return
			}
			for i := range some {
				if !yield(&some[i], nil) {
					return
				}
			}
			if len(some) < loadPage {
				return
			}
			last := &some[len(some)-1]
			at = GrantCursor{last.Ends(), last.ID}
		}
	}
}

// fromNow is the place in the list of grants behind which nothing is over at now.
func fromNow(now time.Time) GrantCursor {
	return GrantCursor{Ends: clock.Cut(now).Add(time.Microsecond)}
}

// roomFor refuses one grant too many, and one that would change nothing unless again says
// that it is meant so.
func (s *Service) roomFor(ctx context.Context, r *GrantRecord, again bool, now time.Time) error {
	has, err := s.Store.GrantsAfter(ctx, r.Subject, fromNow(now), MaxGrantsOf)
	if err != nil {
		return err
	}
	if !again {
		if err := notTwice(has, &r.Grant, now); err != nil {
			return err
		}
	}
	if len(has) >= MaxGrantsOf {
		return full("grants of one "+string(r.Subject.Kind), MaxGrantsOf)
	}
	return nil
}
