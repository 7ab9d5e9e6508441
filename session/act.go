package session

import (
	"context"
	"fmt"

	"gatehouse/clock"
)

// Act runs f in a transaction (that of ctx if there is one) which holds s and its
// person: what f writes is written while the session counts, or not at all. One
// that ended, expired or was raised since it was authenticated, or whose person
// is disabled, is the fault of an unknown one, "session.none", and f is not run.
// Who ends the session waits, and then finds it done. F may run twice.
func (m *Manager) Act(ctx context.Context, s Session, f func(ctx context.Context) error) error {
	err := m.Store.InTx(ctx, func(ctx context.Context) error {
		live, err := m.Store.HoldActing(ctx, s, clock.Now())
		if err != nil {
			return err
		}
		if !live {
			return none()
		}
		return f(ctx)
	})
	if err != nil {
		return fmt.Errorf("act in a session: %w", err)
	}
	return nil
}
