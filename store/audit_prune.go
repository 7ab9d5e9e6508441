package store

import (
	"context"

	"gatehouse/audit"
)

var (
	dropDetails = newStatement(`
DELETE FROM audit_details
WHERE at = $1 AND event = $2`)

	dropEvent = newStatement(`
DELETE FROM audit_events
WHERE at = $1 AND id = $2`)
)

// One row; its trigger says when it may rise.
var raiseHorizon = newStatement(`
UPDATE audit_horizon
SET at = CASE WHEN at > $1 THEN at ELSE $1 END, seq = $2, event = $3
WHERE one = 1`)

// DropEvents removes those events, and returns how many. told is the event that
// tells of it, recorded in the same transaction. The database refuses a removal of
// which nothing tells, and one of the last 29 days.
func (s *Store) DropEvents(ctx context.Context, old audit.Prunable, told audit.Event) (n int, err error) {
	err = s.InTx(ctx, func(ctx context.Context) error {
		n = 0
		if _, err := s.exec(ctx, raiseHorizon, micros(old.Last)+1, old.Below, string(told.ID)); err != nil {
			return doing("raise the audit horizon", err)
		}
		for _, e := range old.Events {
			args := []any{micros(e.At), string(e.ID)}
			if _, err := s.exec(ctx, dropDetails, args...); err != nil {
				return err
			}
			gone, err := s.exec(ctx, dropEvent, args...)
			if err != nil {
				return err
			}
			n += int(gone)
		}
		return nil
	})
	return n, doing("remove audit events", err)
}
