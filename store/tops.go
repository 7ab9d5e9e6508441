package store

import (
	"context"
	"database/sql"
	"time"

	"gatehouse/audit"
	"gatehouse/id"
	"gatehouse/identity"
)

var (
	// The primary key, a part of it: no more than audit.MostTops of a day and kind.
	selectTopsOfDay = newStatement(`
SELECT day, kind, name, n, others
FROM audit_tops
WHERE day = $1 AND kind = $2`)

	selectTops = newStatement(`
SELECT day, kind, name, n, others
FROM audit_tops
WHERE day >= $1 AND day < $2
ORDER BY day, kind, name`)

	putTop = newStatement(`
INSERT INTO audit_tops (day, kind, name, n, others)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (day, kind, name) DO UPDATE
SET n = excluded.n, others = excluded.others`)

	deleteTop = newStatement(`
DELETE FROM audit_tops
WHERE day = $1 AND kind = $2 AND name = $3`)

	// Some days with no more than audit.MostTops names of a kind each.
	deleteTopsAbout = newStatement(`
DELETE FROM audit_tops
WHERE kind = $1 AND name = $2`)

	// The primary key, a part of it.
	deleteTopsOfEvent = newStatement(`
DELETE FROM audit_tops
WHERE day = $4
    AND (kind = 'account' AND name = $1
        OR kind = 'address' AND name = (
            SELECT d.ip
            FROM audit_details d
            JOIN audit_events e ON e.at = d.at AND e.id = d.event
            WHERE d.at = $2 AND d.event = $3 AND e.action = $5
                AND (e.actor_kind = 'person' AND e.actor_id = $1 OR e.actor_kind = 'nobody' AND e.user_id = $1)))`)
)

// topsOf are those of one day and one kind.
type topsOf struct {
	day  int64
	kind audit.TopKind
}

// addTops adds to what was seen most often, in a transaction that holds the place up to which is
// counted: nobody else does meanwhile.
func (s *Store) addTops(ctx context.Context, seen []audit.Top) error {
	by := map[topsOf][]audit.Top{}
	for _, one := range seen {
		of := topsOf{micros(one.Day), one.Kind}
		by[of] = append(by[of], one)
	}
	for of, some := range by {
		kept, err := list(ctx, s, selectTopsOfDay, []any{of.day, string(of.kind)}, scanTop)
		if err != nil {
			return err
		}
		if err := s.putTops(ctx, kept, audit.KeepTops(kept, some)); err != nil {
			return err
		}
	}
	return nil
}

// putTops writes what changed between two states of one day and kind.
func (s *Store) putTops(ctx context.Context, before, now []audit.Top) error {
	was := map[string]audit.Top{}
	for _, one := range before {
		was[one.Name] = one
	}
	for _, one := range now {
		old, is := was[one.Name]
		delete(was, one.Name)
		if is && old == one {
			continue
		}
		if _, err := s.exec(ctx, putTop, micros(one.Day), string(one.Kind), one.Name, one.N, one.Others); err != nil {
			return err
		}
	}
	for _, gone := range was {
		if _, err := s.exec(ctx, deleteTop, micros(gone.Day), string(gone.Kind), gone.Name); err != nil {
			return err
		}
	}
	return nil
}

// Tops returns what was seen most often on each of the days from since on and before until: of a
// day and a kind audit.MostTops at the most.
func (s *Store) Tops(ctx context.Context, since, until time.Time) ([]audit.Top, error) {
	all, err := list(ctx, s, selectTops, []any{micros(since), micros(until)}, scanTop)
	return all, doing("read what was seen most often", err)
}

func scanTop(rows *sql.Rows) (t audit.Top, err error) {
	return t, rows.Scan(instant{&t.Day}, &t.Kind, &t.Name, &t.N, &t.Others)
}

// forgetTops drops what is kept of a person's refused sign-ins. Nobody counts meanwhile: what they
// read before would be written after.
func (s *Store) forgetTops(ctx context.Context, user id.User) error {
	if _, err := s.HoldTallied(ctx); err != nil {
		return err
	}
	_, err := s.exec(ctx, deleteTopsAbout, string(audit.TopAccount), string(user))
	return err
}

// forgetTopsOf drops what is kept of a person on the day of an event of theirs, which may have been
// counted after they were deleted, and the address from which it came, if it is a refused sign-in:
// whoever else came from there is counted anew. Nobody counts meanwhile.
func (s *Store) forgetTopsOf(ctx context.Context, user id.User, event audit.Cursor) error {
	if _, err := s.HoldTallied(ctx); err != nil {
		return err
	}
	_, err := s.exec(ctx, deleteTopsOfEvent, string(user), micros(event.At), string(event.ID), micros(audit.DayOf(event.At)), string(identity.ActionSigninRefuse))
	return err
}

// KeepTopsFor is how long it is kept what was seen most often: it has addresses in it.
const KeepTopsFor = 7 * 24 * time.Hour

var topsTable = table{
	statements: []*statement{selectTopsOfDay, selectTops, putTop, deleteTop, deleteTopsAbout, deleteTopsOfEvent},
	brooms: []broom{ // the primary key, a part of it
		{"tops", KeepTopsFor, sweep("audit_tops", "day, kind, name", "day <= $1")},
	},
}
