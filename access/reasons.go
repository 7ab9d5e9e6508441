package access

import (
	"context"
	"fmt"
	"time"

	"gatehouse/fault"
)

// Explain answers q as the policy stands, at the moment that q says: with the
// grants of then, be they over by now, and the roles and catalogues of now.
func (s *Service) Explain(ctx context.Context, q *Question) (Explanation, error) {
	snapshot, err := Load(ctx, s.Store, s.BuiltIn, q.Now)
	if err != nil {
		return Explanation{}, err
	}
	e, err := snapshot.Explain(q)
	if err != nil {
		return Explanation{}, err
	}
	return e, s.Reasons(ctx, &e)
}

// Reasons says of the grants of an explanation when and why they were given, and of its locks why
// they are there: a policy in memory does not have it. What is no more has none.
func (s *Service) Reasons(ctx context.Context, e *Explanation) error {
	if len(e.Locks) > 0 {
		all, err := s.Store.Locks(ctx)
		if err != nil {
			return fmt.Errorf("read why something is locked: %w", err)
		}
		for i := range e.Locks {
			if is := lockOn(all, e.Locks[i].On); is != nil {
				e.Locks[i].Reason = is.Reason
			}
		}
	}
	for i := range e.Grants {
		r, err := s.Store.Grant(ctx, e.Grants[i].Grant.ID)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return fmt.Errorf("read why something was granted: %w", err)
		}
		e.Grants[i].Reason, e.Grants[i].Made = r.Reason, r.Created
	}
	return nil
}

// WhoCan lists who holds a permission at a moment; see Snapshot.WhoCan.
func (s *Service) WhoCan(ctx context.Context, permission, org string, at time.Time) ([]Holder, error) {
	snapshot, err := Load(ctx, s.Store, s.BuiltIn, at)
	if err != nil {
		return nil, err
	}
	return snapshot.WhoCan(ctx, permission, org, at)
}
