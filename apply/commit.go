package apply

import (
	"context"
	"errors"
	"fmt"

	"gatehouse/apply/draft"
	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
)

// Applied is what was done.
type Applied struct {
	*Plan
	// Secrets are those of new confidential applications, which nobody sees again.
	Secrets []Secret `json:"secrets"`
}

// mostTries is how often a set is planned anew because somebody else was faster.
const mostTries = 5

// errStale says that the house is not any more as it was planned for.
var errStale = draft.ErrStale

// Apply makes the house be as a set says, all of it or nothing. Digest is of the plan
// that somebody agreed to, "" for any: where the house has changed so that another plan
// would be carried out, nothing is done: Conflict "apply.changed". Faults besides: as
// Plan, and Unavailable "apply.busy" when others change the house all the time.
func (s *Service) Apply(ctx context.Context, by audit.Actor, set Set, o Options, may May, digest string) (Applied, error) {
	for range mostTries {
		plan, err := s.Plan(ctx, by, set, o, may)
		if err != nil {
			return Applied{}, err
		}
		if digest != "" && plan.Digest != digest {
			return Applied{}, fault.New(fault.Conflict, "apply.changed", "Somebody changed the house meanwhile, and other things would be done than you saw. Look again.")
		}
		err = s.commit(ctx, plan, o.Within)
		if err == nil {
			return Applied{plan, append([]Secret{}, plan.secrets...)}, nil
		}
		if !errors.Is(err, errStale) {
			return Applied{}, fmt.Errorf("apply a set: %w", err)
		}
	}
	return Applied{}, fault.New(fault.Unavailable, "apply.busy", "Others change the house all the time. Nothing was done; try again.")
}

// commit carries out a plan, and runs within in the same transaction.
func (s *Service) commit(ctx context.Context, plan *Plan, within func(ctx context.Context) error) error {
	if !plan.Does() && len(plan.put) == 0 {
		return nil
	}
	if !plan.writes() {
		return s.Access.Store.InTx(ctx, func(ctx context.Context) error { return s.remember(ctx, plan, within) })
	}
	now := clock.Now()
	events, err := s.Audit.Batch(plan.draft.Events(), now)
	if err != nil {
		return err
	}
	return s.Access.Replay(ctx, func(ctx context.Context, version uint64) error {
		clients, err := s.Store.RaiseClients(ctx)
		if err != nil {
			return err
		}
		if version != plan.draft.Version() || clients != plan.clients {
			return errStale
		}
		if err := plan.draft.Replay(ctx, clock.Now()); err != nil {
			return err
		}
		if err := s.Store.InsertEvents(ctx, events); err != nil {
			return err
		}
		return s.remember(ctx, plan, within)
	})
}

// remember keeps what the set manages, and ends with what is done within the transaction.
func (s *Service) remember(ctx context.Context, plan *Plan, within func(ctx context.Context) error) error {
	if err := s.Store.DropManaged(ctx, plan.drop); err != nil {
		return err
	}
	if err := s.Store.PutManaged(ctx, plan.put); err != nil || within == nil {
		return err
	}
	return within(ctx)
}
