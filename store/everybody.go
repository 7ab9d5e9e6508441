package store

import (
	"cmp"
	"context"
	"database/sql"
	"math"
	"slices"
	"time"

	"gatehouse/audit"
	"gatehouse/id"
	"gatehouse/session"
)

var (
	// Index sessions_live, walked from the last slice's end: nothing that was ended before is
	// in it. By a bare expires_at SQLite would walk that one's index.
	endSliceOfSessions = newStatement(`
UPDATE sessions
SET revoked_at = $1, reason = $2
WHERE revoked_at IS NULL AND id IN (
    SELECT id
    FROM sessions
    WHERE revoked_at IS NULL AND (created_at, id) > ($3, $4) AND id <> $5 AND +expires_at > $1
    ORDER BY created_at, id
    LIMIT $6)
RETURNING created_at, id`)

	// Index interactions_expires.
	dropInteractions = newStatement(`
DELETE FROM interactions
WHERE id IN (
    SELECT id
    FROM interactions
    WHERE expires_at > $1
    ORDER BY expires_at
    LIMIT $2)`)
)

// sliceOfAll is how many rows of everybody a statement changes at most.
const sliceOfAll = 500

// EndEverySession ends all browser sessions at now but except (empty: none is spared),
// and returns how many. It looks at every session that was not ended: it takes a while, in
// the transaction of ctx if there is one.
func (s *Store) EndEverySession(ctx context.Context, except id.Session, reason audit.Reason, now time.Time) (ended int64, err error) {
	for at := (session.Cursor{Created: time.UnixMicro(math.MinInt64)}); ; {
		args := []any{micros(now), string(reason), micros(at.Created), string(at.ID), string(except), int64(sliceOfAll)}
		slice, err := list(ctx, s, endSliceOfSessions, args, func(rows *sql.Rows) (one session.Cursor, err error) {
			return one, rows.Scan(instant{&one.Created}, &one.ID)
		})
		if err != nil || len(slice) == 0 {
			return ended, doing("end every session", err)
		}
		ended += int64(len(slice))
		at = slices.MaxFunc(slice, func(a, b session.Cursor) int {
			return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID))
		})
	}
}

// DropInteractions forgets sign-ins under way, with what was proved in them.
func (s *Store) DropInteractions(ctx context.Context, now time.Time) error {
	for n := int64(sliceOfAll); n == sliceOfAll; {
		var err error
		if n, err = s.exec(ctx, dropInteractions, micros(now), int64(sliceOfAll)); err != nil {
			return doing("forget sign-ins under way", err)
		}
	}
	return nil
}

var everybodyTable = table{
	statements: []*statement{
		endSliceOfSessions, dropInteractions,
	},
}
