package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"

	"gatehouse/audit"
)

var (
	insertEvent = newStatement(`
INSERT INTO audit_events (id, at, actor_kind, actor_id, actor_key, actor_session, actor_client, request_id,
    action, target_kind, target_id, user_id, client_id, outcome, reason, origin, documents)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`)

	insertDetails = newStatement(`
INSERT INTO audit_details (event, at, origin_salt, ip, agent, document_salt, before_doc, after_doc)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`)

	insertUnsealed = newStatement(`
INSERT INTO audit_unsealed (event, at, leaf, mac)
VALUES ($1, $2, $3, $4)`)

	insertManyEvents   = several(insertEvent)
	insertManyDetails  = several(insertDetails)
	insertManyUnsealed = several(insertUnsealed)

	// The three of them in one round trip.
	recordEvent = postgresStatement(`
WITH details AS (
    INSERT INTO audit_details (event, at, origin_salt, ip, agent, document_salt, before_doc, after_doc)
    SELECT $1, $2, $18::bytea, $19, $20, $21::bytea, $22, $23
    WHERE $26::boolean
), unsealed AS (
    INSERT INTO audit_unsealed (event, at, leaf, mac)
    VALUES ($1, $2, $24, $25)
)
INSERT INTO audit_events (id, at, actor_kind, actor_id, actor_key, actor_session, actor_client, request_id,
    action, target_kind, target_id, user_id, client_id, outcome, reason, origin, documents)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`)
)

// InsertEvent appends e, in the transaction of ctx if there is one, and lets it wait
// to be sealed. What was appended is never changed, and removed by DropEvents only;
// the database itself refuses it.
func (s *Store) InsertEvent(ctx context.Context, e *audit.Entry, u audit.Unsealed) error {
	event, details, sealed, has := eventArgs(e), detailsArgs(e), []any{u.Leaf[:], u.MAC}, hasDetails(e)
	if s.db.Postgres() {
		_, err := s.exec(ctx, recordEvent, append(append(append(event, details...), sealed...), has)...)
		return doing("insert audit event", err)
	}
	name := event[:2:2]
	return doing("insert audit event", s.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.exec(ctx, insertEvent, event...); err != nil {
			return err
		}
		if has {
			if _, err := s.exec(ctx, insertDetails, append(name, details...)...); err != nil {
				return err
			}
		}
		_, err := s.exec(ctx, insertUnsealed, append(name, sealed...)...)
		return err
	}))
}

func eventArgs(e *audit.Entry) []any {
	return []any{
		string(e.ID), micros(e.At), string(e.Actor.Kind), e.Actor.ID, e.Actor.Key, string(e.Actor.Session), string(e.Actor.Client), string(e.Actor.Request),
		string(e.Action), string(e.Target.Kind), e.Target.ID, string(e.User), string(e.Client),
		string(e.Outcome), string(e.Reason), bytesOf(e.Origin), bytesOf(e.Documents),
	}
}

func hasDetails(e *audit.Entry) bool { return len(e.OriginSalt)+len(e.DocumentsSalt) > 0 }

// detailsArgs are the values behind the id and the time.
func detailsArgs(e *audit.Entry) []any {
	return []any{bytesOf(e.OriginSalt), e.Actor.IP, e.Actor.Agent, bytesOf(e.DocumentsSalt), string(e.Before), string(e.After)}
}

// InsertEvents is InsertEvent for many.
func (s *Store) InsertEvents(ctx context.Context, b audit.Batch) error {
	with := slices.DeleteFunc(slices.Clone(b.Entries), func(e *audit.Entry) bool { return !hasDetails(e) })
	named := func(e *audit.Entry) []any { return append([]any{string(e.ID), micros(e.At)}, detailsArgs(e)...) }
	waiting := func(u audit.Unsealed) []any { return []any{string(u.Event), micros(u.At), u.Leaf[:], u.MAC} }
	return doing("insert audit events", s.InTx(ctx, func(ctx context.Context) error {
		if err := insertAll(ctx, s, insertEvent, insertManyEvents, b.Entries, eventArgs); err != nil {
			return err
		}
		if err := insertAll(ctx, s, insertDetails, insertManyDetails, with, named); err != nil {
			return err
		}
		return insertAll(ctx, s, insertUnsealed, insertManyUnsealed, b.Waiting, waiting)
	}))
}

// entryColumns are what scanEntry reads, of an event e and its details d.
const entryColumns = `e.id, e.at, e.actor_kind, e.actor_id, e.actor_key, e.actor_session, e.actor_client, e.request_id,
    e.action, e.target_kind, e.target_id, e.user_id, e.client_id, e.outcome, e.reason, e.origin, e.documents,
    d.origin_salt, COALESCE(d.ip, ''), COALESCE(d.agent, ''), d.document_salt, COALESCE(d.before_doc, ''), COALESCE(d.after_doc, '')`

func scanEntry(rows *sql.Rows) (e audit.Entry, err error) {
	var before, after string
	err = rows.Scan(entryInto(&e, &before, &after)...)
	finishEntry(&e, before, after)
	return e, err
}

func entryInto(e *audit.Entry, before, after *string) []any {
	return []any{
		&e.ID,
		instant{&e.At},
		&e.Actor.Kind, &e.Actor.ID, &e.Actor.Key, &e.Actor.Session, &e.Actor.Client, &e.Actor.Request,
		&e.Action, &e.Target.Kind, &e.Target.ID, &e.User, &e.Event.Client, &e.Outcome, &e.Reason, &e.Origin, &e.Documents,
		&e.OriginSalt, &e.Actor.IP, &e.Actor.Agent, &e.DocumentsSalt, before, after,
	}
}

func finishEntry(e *audit.Entry, before, after string) {
	if before != "" {
		e.Before = json.RawMessage(before)
	}
	if after != "" {
		e.After = json.RawMessage(after)
	}
	e.Erased = len(e.Origin) > 0 && len(e.OriginSalt) == 0 || len(e.Documents) > 0 && len(e.DocumentsSalt) == 0
}

func scanEvent(rows *sql.Rows) (audit.Event, error) {
	e, err := scanEntry(rows)
	return e.Event, err
}

var auditTable = table{
	statements: append(leadStatements(), []*statement{
		insertEvent, insertManyEvents, insertDetails, insertManyDetails, insertUnsealed, insertManyUnsealed, recordEvent,
		nextAction,
		selectUnsealed, selectUnsealedOf, selectTree, growTree, insertLeaf, insertManyLeaves, selectNodes, insertNode, insertManyNodes, deleteSealed,
		insertCheckpoint, selectCheckpoints, selectCheckpointsDown,
		selectEntries, selectLeaves, selectLeavesOf, selectEntry, walkEvents,
		raiseHorizon, dropDetails, dropEvent,
		eventsOfActor, eventsOfPerson, eraseOrigin, eraseDocuments,
	}...),
}
