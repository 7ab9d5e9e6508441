package store

import (
	"cmp"
	"context"
	"database/sql"
	"math"
	"slices"
	"strings"
	"time"

	"gatehouse/audit"
)

// lead is an index that leads to events: what leads is $1, and everything else that may be
// asked is a condition on the rows found there, which come in the order of the answer.
type lead struct {
	find *statement
	// times is find of the moments alone.
	times *statement
	// skip tells where a walk through the index ends: the place of a row so many behind.
	skip *statement
}

var (
	eventsByTime   = findEvents(`$1 = ''`)                                                               // the primary key
	eventsRefused  = findEvents(`e.outcome = 'refused' AND $1 = ''`)                                     // audit_events_refused
	eventsByAction = findEvents(`e.action = $1`)                                                         // audit_events_action
	eventsByActor  = findEvents(`e.actor_id = $1 AND e.actor_id <> ''`)                                  // audit_events_actor
	eventsByKind   = findEvents(`e.actor_kind = $1 AND e.actor_kind IN ('console', 'house', 'service')`) // audit_events_kind
	eventsByUser   = findEvents(`e.user_id = $1 AND e.user_id <> ''`)                                    // audit_events_user
	eventsByClient = findEvents(`e.client_id = $1 AND e.client_id <> ''`)                                // audit_events_client
	eventsByTarget = findEvents(`e.target_id = $1
    AND e.target_kind NOT IN ('', 'user', 'client')`)  // audit_events_target
	eventsByAddress = leadOf(`audit_details d`, `audit_details d
JOIN audit_events e ON e.at = d.at AND e.id = d.event`, `d.at`, `d.event`, `d.ip = $1 AND d.ip <> ''`)  // audit_details_ip
)

// leads are all of them.
var leads = []lead{eventsByTime, eventsRefused, eventsByAction, eventsByActor, eventsByKind, eventsByUser, eventsByClient, eventsByTarget, eventsByAddress}

func leadStatements() (all []*statement) {
	for _, l := range leads {
		all = append(all, l.find, l.times, l.skip)
	}
	return all
}

func findEvents(condition string) lead {
	return leadOf(`audit_events e`, `audit_events e
LEFT JOIN audit_details d ON d.at = e.at AND d.event = e.id`, `e.at`, `e.id`, condition)
}

func leadOf(table, tables, at, name, condition string) lead {
	found := `
FROM ` + tables + `
WHERE ` + condition + `
    AND (` + at + `, ` + name + `) < ($2, $3)
    AND ` + at + ` >= $4
    AND (` + at + ` > $4 OR ` + name + ` >= $5)
    AND ($6 = '' OR e.target_kind = $6)
    AND ($7 = '' OR e.target_id = $7)
    AND ($8 = '' OR e.user_id = $8)
    AND ($9 = '' OR e.client_id = $9)
    AND ($10 = '' OR e.actor_kind = $10)
    AND ($11 = '' OR e.actor_id = $11)
    AND ($12 = '' OR $12 LIKE '% ' || e.action || ' %')
    AND ($13 = '' OR e.outcome = $13)
    AND ($14 = '' OR d.ip = $14)
    AND ($15 = '' OR e.reason = $15)
ORDER BY ` + at + ` DESC, ` + name + ` DESC
LIMIT $16`
	return lead{
		find: newStatement(`
SELECT ` + entryColumns + found),
		times: newStatement(`
SELECT ` + at + found),
		skip: newStatement(`
SELECT ` + at + `, ` + name + `
FROM ` + table + `
WHERE ` + condition + `
    AND (` + at + `, ` + name + `) < ($2, $3)
    AND ` + at + ` >= $4
ORDER BY ` + at + ` DESC, ` + name + ` DESC
LIMIT 1 OFFSET $5`),
	}
}

// Index audit_events_action.
var nextAction = newStatement(`
SELECT action
FROM audit_events
WHERE action > $1
ORDER BY action
LIMIT 1`)

// walkMost is how many rows one question walks past in search of those that it wants.
const walkMost = 2000

// FindEvents returns at most limit events that q wants, newest first. It is answered from
// the index that leads there in the fewest steps. Where no index knows of all that is
// asked, it walks so far and no further: until is the place behind which more may
// be, the zero one when all was looked at. Then there may be fewer than limit.
func (s *Store) FindEvents(ctx context.Context, q audit.Query, limit int) (events []audit.Event, until audit.Cursor, err error) {
	events, until, err = s.findEvents(ctx, q, limit)
	return events, until, doing("read audit events", err)
}

// asked is a question in the columns that answer it. The empty one asks for nothing.
type asked struct {
	targetKind, target, user, client, actorKind, actor, actions, outcome, ip, reason string
}

func askedOf(q audit.Query) asked {
	a := asked{client: string(q.Client), actorKind: string(q.ActorKind), actor: q.ActorID, actions: anyOf(q.Actions), outcome: string(q.Outcome), ip: q.IP, reason: string(q.Reason)}
	switch {
	case q.Target.Kind == audit.KindUser && q.Target.ID != "":
		a.user = q.Target.ID
	case q.Target.Kind == audit.KindClient && q.Target.ID != "":
		a.client = q.Target.ID
	default:
		a.targetKind, a.target = string(q.Target.Kind), q.Target.ID
	}
	return a
}

// way is a lead, what it leads to, and what is left to be asked of what is found there.
type way struct {
	lead
	to   []string // one, or several actions
	rest asked
}

// waysTo are all indexes that lead to what q wants; the last is that of time.
func waysTo(q audit.Query) (all []way) {
	whole := askedOf(q)
	add := func(l lead, answered *string, to ...string) {
		was := *answered
		if was == "" {
			return
		}
		*answered = ""
		all = append(all, way{l, to, whole})
		*answered = was
	}
	add(eventsByUser, &whole.user, whole.user)
	add(eventsByTarget, &whole.target, whole.target)
	add(eventsByActor, &whole.actor, whole.actor)
	add(eventsByClient, &whole.client, whole.client)
	add(eventsByAddress, &whole.ip, whole.ip)
	add(eventsByAction, &whole.actions, textsOf(q.Actions)...)
	if q.Outcome == audit.Refused {
		add(eventsRefused, &whole.outcome, "")
	}
	if slices.Contains(rareActors, q.ActorKind) {
		add(eventsByKind, &whole.actorKind, string(q.ActorKind))
	}
	return append(all, way{eventsByTime, []string{""}, whole})
}

// rareActors are of few events; the index audit_events_kind has these alone.
var rareActors = []audit.ActorKind{audit.Console, audit.House, audit.Service}

func textsOf(actions []audit.Action) (all []string) {
	for _, a := range actions {
		all = append(all, string(a))
	}
	return all
}

// EventTimes returns the moments of the events that q wants, the newest first. whole is false, and
// nothing returned, where these are more than walkMost, or lie among more.
func (s *Store) EventTimes(ctx context.Context, q audit.Query) (all []time.Time, whole bool, err error) {
	all, whole, err = s.eventTimes(ctx, q)
	return all, whole, doing("count audit events", err)
}

func (s *Store) eventTimes(ctx context.Context, q audit.Query) ([]time.Time, bool, error) {
	if q.Target.Kind == audit.KindClient && q.Client != "" && string(q.Client) != q.Target.ID {
		return nil, true, nil // nothing is of two
	}
	sp, all := spanOf(q), []time.Time{}
	best, floor, err := s.best(ctx, waysTo(q), sp)
	if err != nil || floor != (audit.Cursor{}) {
		return nil, false, err
	}
	for _, to := range best.to {
		found, err := list(ctx, s, best.times, best.args(to, sp, floor, walkMost), func(rows *sql.Rows) (at time.Time, err error) { return at, rows.Scan(instant{&at}) })
		if err != nil {
			return nil, false, err
		}
		all = append(all, found...)
	}
	return all, true, nil
}

func (s *Store) findEvents(ctx context.Context, q audit.Query, limit int) ([]audit.Event, audit.Cursor, error) {
	if q.Target.Kind == audit.KindClient && q.Client != "" && string(q.Client) != q.Target.ID {
		return nil, audit.Cursor{}, nil // nothing is of two
	}
	sp := spanOf(q)
	ways := waysTo(q)
	best, floor := ways[0], audit.Cursor{}
	if best.rest != (asked{}) {
		var err error
		if best, floor, err = s.best(ctx, ways, sp); err != nil {
			return nil, audit.Cursor{}, err
		}
	}
	var all []audit.Event
	for _, to := range best.to {
		events, err := s.eventsOf(ctx, best, to, sp, floor, limit)
		if err != nil {
			return nil, audit.Cursor{}, err
		}
		all = append(all, events...)
	}
	if len(best.to) > 1 { // one question about several would be answered by walking all, or by sorting them
		slices.SortFunc(all, newestFirst)
		all = all[:min(limit, len(all))]
	}
	if len(all) == limit {
		floor = audit.Cursor{}
	}
	return all, floor, nil
}

func newestFirst(a, b audit.Event) int {
	return cmp.Or(b.At.Compare(a.At), strings.Compare(string(b.ID), string(a.ID)))
}

// best is the way that leads furthest back within walkMost rows, and the place where it
// ends then; the zero one when it leads to everything.
func (s *Store) best(ctx context.Context, ways []way, sp span) (best way, floor audit.Cursor, err error) {
	for i, w := range ways {
		end := audit.Cursor{}
		for _, to := range w.to {
			place, err := s.skip(ctx, w, to, sp, walkMost/len(w.to))
			if err != nil {
				return best, floor, err
			}
			if place != (audit.Cursor{}) && (end == (audit.Cursor{}) || older(end, place)) {
				end = place // the walk through all of them is over where the first is
			}
		}
		if end == (audit.Cursor{}) {
			return w, end, nil
		}
		if i == 0 || older(end, floor) {
			best, floor = w, end
		}
	}
	return best, floor, nil
}

func older(a, b audit.Cursor) bool {
	return cmp.Or(a.At.Compare(b.At), strings.Compare(string(a.ID), string(b.ID))) < 0
}

// span is the time that is asked about: since, and before a place.
type span struct {
	at    int64
	name  string
	since int64
}

func spanOf(q audit.Query) span {
	sp := span{at: math.MaxInt64, since: math.MinInt64}
	if !q.Until.IsZero() {
		sp.at = micros(q.Until)
	}
	if q.After != (audit.Cursor{}) && micros(q.After.At) < sp.at {
		sp.at, sp.name = micros(q.After.At), string(q.After.ID)
	}
	if !q.Since.IsZero() {
		sp.since = micros(q.Since)
	}
	return sp
}

// skip returns the place of the row that lies so many further on, the zero one for none.
func (s *Store) skip(ctx context.Context, w way, to string, sp span, rows int) (audit.Cursor, error) {
	all, err := list(ctx, s, w.lead.skip, []any{plain(to), sp.at, sp.name, sp.since, int64(max(rows, 1) - 1)}, func(rows *sql.Rows) (c audit.Cursor, err error) {
		return c, rows.Scan(instant{&c.At}, &c.ID)
	})
	if err != nil || len(all) == 0 {
		return audit.Cursor{}, err
	}
	return all[0], nil
}

func (s *Store) eventsOf(ctx context.Context, w way, to string, sp span, floor audit.Cursor, limit int) ([]audit.Event, error) {
	return list(ctx, s, w.find, w.args(to, sp, floor, limit), scanEvent)
}

// args are those of a lead's questions, for one of what it leads to.
func (w way) args(to string, sp span, floor audit.Cursor, limit int) []any {
	from, name := sp.since, ""
	if floor != (audit.Cursor{}) {
		from, name = micros(floor.At), string(floor.ID)
	}
	r := w.rest
	return []any{
		plain(to), sp.at, sp.name, from, name, r.targetKind, plain(r.target), plain(r.user), plain(r.client),
		r.actorKind, plain(r.actor), r.actions, r.outcome, plain(r.ip), plain(r.reason), int64(limit),
	}
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
