package store

import (
	"context"
	"database/sql"

	"gatehouse/audit"
	"gatehouse/id"
)

var (
	// Index audit_events_actor.
	eventsOfActor = newStatement(`
SELECT id, at
FROM audit_events
WHERE actor_id = $1 AND actor_id <> '' AND (at, id) > ($2, $3)
ORDER BY at, id
LIMIT $4`)

	// Index audit_events_user.
	eventsOfPerson = newStatement(`
SELECT id, at
FROM audit_events
WHERE user_id = $1 AND user_id <> '' AND (at, id) > ($2, $3)
ORDER BY at, id
LIMIT $4`)

	eraseOrigin = newStatement(`
UPDATE audit_details
SET origin_salt = $4, ip = '', agent = ''
WHERE at = $2 AND event = $3 AND ip || agent <> ''
    AND EXISTS (
        SELECT 1
        FROM audit_events e
        WHERE e.at = $2 AND e.id = $3
            AND (e.actor_kind = 'person' AND e.actor_id = $1 OR e.actor_kind = 'nobody' AND e.user_id = $1))`)

	eraseDocuments = newStatement(`
UPDATE audit_details
SET document_salt = $4, before_doc = '', after_doc = ''
WHERE at = $2 AND event = $3 AND before_doc || after_doc <> ''
    AND EXISTS (
        SELECT 1
        FROM audit_events e
        WHERE e.at = $2 AND e.id = $3 AND e.user_id = $1 AND e.action <> 'audit.erase')`)
)

// EventsOf returns places of events behind the given one, the oldest first: of what a
// person did, or of what concerns them.
func (s *Store) EventsOf(ctx context.Context, user id.User, did bool, after audit.Cursor, limit int) ([]audit.Cursor, error) {
	st := eventsOfPerson
	if did {
		st = eventsOfActor
	}
	all, err := list(ctx, s, st, []any{plain(string(user)), placeOf(after.At), string(after.ID), int64(limit)}, func(rows *sql.Rows) (c audit.Cursor, err error) {
		return c, rows.Scan(&c.ID, instant{&c.At})
	})
	return all, doing("read the audit events of a person", err)
}

// EraseDetails empties what an event has of a person: address and user agent of what
// they did, documents about them. The address is forgotten, too, where it is counted that much
// failed from there. erased says whether there was any. The database
// refuses it unless an audit.erase event tells of it.
func (s *Store) EraseDetails(ctx context.Context, user id.User, event audit.Cursor) (erased bool, err error) {
	if err := s.forgetTopsOf(ctx, user, event); err != nil {
		return false, doing("erase details of an audit event", err)
	}
	for _, st := range []*statement{eraseOrigin, eraseDocuments} {
		n, err := s.changed(ctx, st, string(user), micros(event.At), string(event.ID), []byte{})
		if err != nil {
			return false, doing("erase details of an audit event", err)
		}
		erased = erased || n
	}
	return erased, nil
}
