package access

import (
	"context"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
)

// EndAllOf revokes whatever somebody who is being deleted was granted, takes them
// out of all groups and organisations, and lifts the lock on them: one of the same
// name that comes later has nothing of it. It joins the transaction of ctx; call it
// before anything else in there raises a counter. An application or a service account that
// somebody else's grant names stays: Conflict "client.in_use", "service.in_use".
func (s *Service) EndAllOf(ctx context.Context, by audit.Actor, who Subject) error {
	return s.alter(ctx, by, "end grants", func(ctx context.Context, t *touched, _ *giver) error { return s.endAllOf(ctx, by, t, who) })
}

func (s *Service) endAllOf(ctx context.Context, by audit.Actor, t *touched, who Subject) error {
	if err := s.unnamed(ctx, audit.Kind(who.Kind), who.ID); err != nil {
		return err
	}
	t.principal(who, true)
	n, err := s.Store.EndGrantsOf(ctx, who, clock.Now(), actor(by), string(ReasonSubjectDeleted))
	if err != nil {
		return err
	}
	in, err := s.Store.DropMemberships(ctx, who)
	if err != nil {
		return err
	}
	locks := 1
	switch err := s.Store.DeleteLock(ctx, On(who)); {
	case fault.Is(err, fault.NotFound):
		locks = 0
	case err != nil:
		return err
	}
	served, err := s.dropServer(ctx, who)
	if err != nil {
		return err
	}
	if locks > 0 || served > 0 {
		t.rules()
	}
	if n+in+served == 0 && locks == 0 {
		return nil
	}
	return s.Audit.Record(ctx, audit.Event{
		Actor: by, Action: ActionGrantsEnd, Target: audit.Target{Kind: audit.Kind(who.Kind), ID: who.ID},
		Reason: ReasonSubjectDeleted, Before: audit.Doc(map[string]any{"grants": n, "memberships": in, "locks": locks, "served_apis": served}),
	})
}
