package store

import (
	"cmp"
	"context"
	"database/sql"
	"math"
	"slices"
	"strings"

	"gatehouse/audit"
)

// One statement for each index that can lead to the events: what leads is $1,
// and everything else that may be asked is a condition on the rows found there,
// which come in the order of the answer.
var (
	eventsByTime   = findEvents(`$1 = ''`)                                                               // audit_events_at
	eventsRefused  = findEvents(`e.outcome = 'refused' AND $1 = ''`)                                     // audit_events_refused
	eventsByAction = findEvents(`e.action = $1`)                                                         // audit_events_action
	eventsByActor  = findEvents(`e.actor_id = $1 AND e.actor_id <> ''`)                                  // audit_events_actor
	eventsByKind   = findEvents(`e.actor_kind = $1 AND e.actor_kind IN ('console', 'house', 'service')`) // audit_events_kind
	eventsByUser   = findEvents(`e.user_id = $1 AND e.user_id <> ''`)                                    // audit_events_user
	eventsByClient = findEvents(`e.client_id = $1 AND e.client_id <> ''`)                                // audit_events_client
	eventsByTarget = findEvents(`e.target_id = $1
    AND e.target_kind NOT IN ('', 'user', 'client')`)  // audit_events_target
	eventsByAddress = findEventsFrom(`audit_details d
JOIN audit_events e ON e.id = d.event`, `d.at`, `d.event`, `d.ip = $1 AND d.ip <> ''`)  // audit_details_ip
)

func findEvents(lead string) *statement {
	return findEventsFrom(`audit_events e
LEFT JOIN audit_details d ON d.event = e.id`, `e.at`, `e.id`, lead)
}

func findEventsFrom(tables, at, name, lead string) *statement {
	return newStatement(`
SELECT ` + entryColumns + `
FROM ` + tables + `
WHERE ` + lead + `
    AND (` + at + `, ` + name + `) < ($2, $3)
    AND ` + at + ` >= $4
    AND ($5 = '' OR e.target_kind = $5)
    AND ($6 = '' OR e.actor_kind = $6)
    AND ($7 = '' OR e.actor_id = $7)
    AND ($8 = '' OR e.client_id = $8)
    AND ($9 = '' OR $9 LIKE '% ' || e.action || ' %')
    AND ($10 = '' OR e.outcome = $10)
    AND ($11 = '' OR d.ip = $11)
ORDER BY ` + at + ` DESC, ` + name + ` DESC
LIMIT $12`)
}

// Index audit_events_action.
var nextAction = newStatement(`
SELECT action
FROM audit_events
WHERE action > $1
ORDER BY action
LIMIT 1`)

// FindEvents returns at most limit events that q wants, newest first.
func (s *Store) FindEvents(ctx context.Context, q audit.Query, limit int) ([]audit.Event, error) {
	events, err := s.findEvents(ctx, q, limit)
	return events, doing("read audit events", err)
}

func (s *Store) findEvents(ctx context.Context, q audit.Query, limit int) ([]audit.Event, error) {
	switch {
	case q.Target.Kind == audit.KindUser:
		q.Target.Kind = ""
		return s.eventsOf(ctx, eventsByUser, q.Target.ID, q, limit)
	case q.Target.Kind == audit.KindClient:
		q.Target.Kind = ""
		return s.eventsOf(ctx, eventsByClient, q.Target.ID, q, limit)
	case q.Target.ID != "":
		return s.eventsOf(ctx, eventsByTarget, q.Target.ID, q, limit)
	case q.ActorID != "":
		return s.eventsOf(ctx, eventsByActor, q.ActorID, q, limit)
	case q.Client != "":
		return s.eventsOf(ctx, eventsByClient, string(q.Client), q, limit)
	case q.IP != "":
		return s.eventsOf(ctx, eventsByAddress, q.IP, q, limit)
	case len(q.Actions) > 0:
		return s.eventsOfActions(ctx, q, limit)
	case q.Outcome == audit.Refused:
		return s.eventsOf(ctx, eventsRefused, "", q, limit)
	case slices.Contains(rareActors, q.ActorKind):
		return s.eventsOf(ctx, eventsByKind, string(q.ActorKind), q, limit)
	}
	return s.eventsOf(ctx, eventsByTime, "", q, limit)
}

// rareActors are of few events; the index audit_events_kind has these alone.
var rareActors = []audit.ActorKind{audit.Console, audit.House, audit.Service}

// eventsOfActions asks for each action by itself and merges: one question about
// several would be answered by walking all events, or by sorting them.
func (s *Store) eventsOfActions(ctx context.Context, q audit.Query, limit int) ([]audit.Event, error) {
	var all []audit.Event
	for _, action := range q.Actions {
		one := q
		one.Actions = nil
		events, err := s.eventsOf(ctx, eventsByAction, string(action), one, limit)
		if err != nil {
			return nil, err
		}
		all = append(all, events...)
	}
	slices.SortFunc(all, func(a, b audit.Event) int {
		return cmp.Or(b.At.Compare(a.At), strings.Compare(string(b.ID), string(a.ID)))
	})
	return all[:min(limit, len(all))], nil
}

func (s *Store) eventsOf(ctx context.Context, st *statement, lead string, q audit.Query, limit int) ([]audit.Event, error) {
	at, name := int64(math.MaxInt64), ""
	if !q.Until.IsZero() {
		at = micros(q.Until)
	}
	if q.After != (audit.Cursor{}) && micros(q.After.At) < at {
		at, name = micros(q.After.At), string(q.After.ID)
	}
	since := int64(math.MinInt64)
	if !q.Since.IsZero() {
		since = micros(q.Since)
	}
	return list(ctx, s, st, []any{
		plain(lead), at, name, since, string(q.Target.Kind), string(q.ActorKind), plain(q.ActorID), plain(string(q.Client)),
		anyOf(q.Actions), string(q.Outcome), plain(q.IP), int64(limit),
	}, scanEvent)
}

// anyOf writes actions as the text in which a statement looks for one of them.
func anyOf(actions []audit.Action) string {
	if len(actions) == 0 {
		return ""
	}
	var b strings.Builder
	for _, a := range actions {
		b.WriteString(" " + string(a))
	}
	return b.String() + " "
}

// RecordedActions returns the actions that there are events of, in the order of
// their names. It takes a step for each action, not for each event.
func (s *Store) RecordedActions(ctx context.Context) ([]audit.Action, error) {
	var all []audit.Action
	for last := audit.Action(""); ; {
		next, err := list(ctx, s, nextAction, []any{string(last)}, func(rows *sql.Rows) (a audit.Action, err error) {
			return a, rows.Scan(&a)
		})
		if err != nil {
			return nil, doing("list recorded actions", err)
		}
		if len(next) == 0 {
			return all, nil
		}
		last = next[0]
		all = append(all, last)
	}
}
