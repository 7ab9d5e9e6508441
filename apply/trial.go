package apply

import (
	"context"
	"fmt"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
)

// Trial returns the policy that applying a set would come to, and writes nothing. Faults:
// as Plan.
func (s *Service) Trial(ctx context.Context, by audit.Actor, set Set, o Options, may May) (*access.Snapshot, error) {
	if err := set.check(o); err != nil {
		return nil, err
	}
	var policy *access.Snapshot
	err := s.Access.Store.View(ctx, func(ctx context.Context) error {
		plan, err := s.plan(ctx, by, set, o, may)
		if err != nil {
			return err
		}
		policy, err = access.Load(ctx, plan.draft.Policy(), s.Access.BuiltIn, time.Now())
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("try a set: %w", err)
	}
	return policy, nil
}
