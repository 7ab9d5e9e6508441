package oauth

import (
	"context"
	"fmt"
	"time"

	"gatehouse/audit"
)

// replayTimeout bounds the transaction that ends an authorization after a
// replay. It runs on even if the sender hangs up.
const replayTimeout = 10 * time.Second

// endReplayed ends an authorization of which a code or token came once too
// often, in a transaction of its own that stands although the request fails. An
// error says that the authorization is still alive.
func (s *Service) endReplayed(ctx context.Context, by audit.Actor, action audit.Action, a *Authorization) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), replayTimeout)
	defer cancel()
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.EndAuthorization(ctx, a.ID, ReasonReplay); err != nil {
			return err
		}
		return s.Audit.Record(ctx, audit.Event{
			Actor: by, Action: action, Target: OfAuthorization(a.ID), User: a.User, Client: a.Client,
			Outcome: audit.Refused, Reason: ReasonReplay,
		})
	})
	if err != nil {
		return fmt.Errorf("end replayed authorization: %w", err)
	}
	return nil
}
