package store

import (
	"context"
	"database/sql"
	"encoding/json"

	"gatehouse/audit"
)

var insertEvent = newStatement(`
INSERT INTO audit_events (id, at, actor_kind, actor_id, actor_session, request_id, ip, agent,
    action, target_kind, target_id, user_id, client_id, outcome, reason, before_doc, after_doc)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`)

// InsertEvent appends e, in the transaction of ctx if there is one. Events are
// never changed, and removed by DropEvents only; the database itself refuses it. Bytes
// that are no text are replaced: nobody shall undo a change by how they name
// themselves.
func (s *Store) InsertEvent(ctx context.Context, e audit.Event) error {
	_, err := s.exec(ctx, insertEvent, string(e.ID), micros(e.At), string(e.Actor.Kind), e.Actor.ID,
		string(e.Actor.Session), string(e.Actor.Request), e.Actor.IP, plain(e.Actor.Agent),
		string(e.Action), string(e.Target.Kind), plain(e.Target.ID), string(e.User), string(e.Client),
		string(e.Outcome), string(e.Reason), string(e.Before), string(e.After))
	return doing("insert audit event", err)
}

func scanEvent(rows *sql.Rows) (e audit.Event, err error) {
	var before, after string
	err = rows.Scan(&e.ID, instant{&e.At}, &e.Actor.Kind, &e.Actor.ID, &e.Actor.Session, &e.Actor.Request,
		&e.Actor.IP, &e.Actor.Agent, &e.Action, &e.Target.Kind, &e.Target.ID, &e.User, &e.Client, &e.Outcome, &e.Reason, &before, &after)
	if before != "" {
		e.Before = json.RawMessage(before)
	}
	if after != "" {
		e.After = json.RawMessage(after)
	}
	return e, err
}

var auditTable = table{
	statements: []*statement{
		insertEvent,
		eventsByTime, eventsByAction, eventsByActor, eventsByUser, eventsByClient, eventsByTarget, nextAction,
		oldestEvent, sliceOfEvents, countEvents, raiseHorizon, dropEvents,
	},
}
