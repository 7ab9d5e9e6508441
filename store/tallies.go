package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"gatehouse/audit"
	"gatehouse/setting"
)

var (
	selectTallied = newStatement(`
SELECT seq
FROM audit_tallied
WHERE one = 1`)

	lockTallied = lockStatement(`
SELECT seq
FROM audit_tallied
WHERE one = 1`)

	moveTallied = newStatement(`
UPDATE audit_tallied
SET seq = $2
WHERE one = 1 AND seq = $1`)

	// The primary keys of all four tables.
	selectSums = newStatement(`
SELECT l.seq, l.event, l.at, l.leaf, l.mac, e.id IS NOT NULL, COALESCE(e.at, 0), COALESCE(e.action, ''), COALESCE(e.outcome, ''), COALESCE(e.reason, ''), COALESCE(u.id, ''), COALESCE(d.ip, ''), COALESCE(d.after_doc, '')
FROM audit_leaves l
LEFT JOIN audit_events e ON e.at = l.at AND e.id = l.event
LEFT JOIN audit_details d ON d.at = e.at AND d.event = e.id AND e.action IN ($3, $4)
LEFT JOIN users u ON u.id = e.user_id AND e.action = $4
WHERE (l.seq, l.mac) > ($1, $2)
ORDER BY l.seq, l.mac
LIMIT $5`)

	addTally = newStatement(`
INSERT INTO audit_tallies (day, action, outcome, detail, n)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (day, action, outcome, detail) DO UPDATE
SET n = audit_tallies.n + excluded.n`)

	putTally = newStatement(`
INSERT INTO audit_tallies (day, action, outcome, detail, n)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (day, action, outcome, detail) DO UPDATE
SET n = excluded.n`)

	// The primary key, a part of it.
	selectTallies = newStatement(`
SELECT day, action, outcome, detail, n
FROM audit_tallies
WHERE day >= $1 AND day < $2
ORDER BY day, action, outcome, detail`)

	countUsers = newStatement(`
SELECT COUNT(*)
FROM users`)

	// All of it, which is some hundred bytes for each person who has one. An index that
	// had what is asked for would lead Postgres to hash the whole of it where a few
	// people are asked about (hasSecond).
	countSecured = newStatement(`
SELECT COUNT(DISTINCT user_id)
FROM factors
WHERE confirmed_at IS NOT NULL`)

	// Index sessions_expires, which has all that is asked for.
	countSessions = newStatement(`
SELECT COUNT(*)
FROM sessions
WHERE revoked_at IS NULL AND expires_at > $1`)

	// Index grants_ends.
	countGrants = newStatement(`
SELECT COUNT(*)
FROM grants
WHERE ends_at > $1 AND ends_at <= $2`)

	// Index grants_ends, no further than is counted.
	selectEndings = newStatement(`
SELECT ends_at
FROM grants
WHERE ends_at >= $1 AND ends_at < $2
ORDER BY ends_at
LIMIT $3`)
)

// Tallied returns up to which place of the audit tree events are counted.
func (s *Store) Tallied(ctx context.Context) (until int64, err error) {
	err = s.one(ctx, "place", selectTallied, nil, func(rows *sql.Rows) error { return rows.Scan(&until) })
	return until, doing("read what is counted", err)
}

// HoldTallied is Tallied; in a transaction nobody else counts or forgets what was counted until that
// ends.
func (s *Store) HoldTallied(ctx context.Context) (until int64, err error) {
	err = s.one(ctx, "place", lockTallied, nil, func(rows *sql.Rows) error { return rows.Scan(&until) })
	return until, doing("read what is counted", err)
}

// Sums returns what is sealed behind a place, in its order, with the document after and the
// address of events of two actions, and of the second who it concerns, if they are there still.
func (s *Store) Sums(ctx context.Context, after audit.Place, detailed, refused audit.Action, limit int) ([]audit.Sum, error) {
	all, err := list(ctx, s, selectSums, []any{after.Seq, bytesOf(after.MAC), string(detailed), string(refused), int64(limit)}, func(rows *sql.Rows) (one audit.Sum, err error) {
		var after string
		err = rows.Scan(append(leafInto(&one.Leaf), &one.There, instant{&one.At}, &one.Action, &one.Outcome, &one.Reason, &one.User, &one.IP, &after)...)
		one.After = json.RawMessage(after)
		return one, err
	})
	return all, doing("read what is to be counted", err)
}

// AddTallies adds to what was counted before and to what was seen most often, and moves the
// place up to which it is from one to another, in one transaction. It reports whether it did:
// of several at once one does.
func (s *Store) AddTallies(ctx context.Context, from, to int64, all []audit.Tally, seen []audit.Top) (ok bool, err error) {
	err = s.InTx(ctx, func(ctx context.Context) error {
		if ok, err = s.changed(ctx, moveTallied, from, to); err != nil || !ok {
			return err
		}
		if err := s.writeTallies(ctx, addTally, all); err != nil {
			return err
		}
		return s.addTops(ctx, seen)
	})
	return ok, doing("count events", err)
}

func (s *Store) writeTallies(ctx context.Context, st *statement, all []audit.Tally) error {
	for _, t := range all {
		if _, err := s.exec(ctx, st, micros(t.Day), t.What, string(t.Outcome), t.Detail, t.N); err != nil {
			return err
		}
	}
	return nil
}

// Tallies returns what was counted of the days from since on and before until, in the
// order of the days.
func (s *Store) Tallies(ctx context.Context, since, until time.Time) ([]audit.Tally, error) {
	all, err := list(ctx, s, selectTallies, []any{micros(since), micros(until)}, func(rows *sql.Rows) (t audit.Tally, err error) {
		return t, rows.Scan(instant{&t.Day}, &t.What, &t.Outcome, &t.Detail, &t.N)
	})
	return all, doing("read what was counted", err)
}

// What CountWhatIs counts, as a Tally calls it.
const (
	CountedPeople   = "people"
	CountedSessions = "sessions"
	CountedEnding   = "grants_ending"  // within EndingSoon
	CountedSecured  = "people_secured" // with a second factor
	CountedBytes    = "database_bytes"
)

// EndingSoon is how far CountedEnding looks ahead.
const EndingSoon = 7 * setting.Day

// CountWhatIs counts what there is at now, in the place of what was counted before on that
// day, and returns how many people there are. It walks an index of each table: do it seldom.
func (s *Store) CountWhatIs(ctx context.Context, now time.Time) (people int64, err error) {
	var all []audit.Tally
	for _, c := range []struct {
		what string
		st   *statement
		args []any
	}{
		{CountedPeople, countUsers, nil},
		{CountedSecured, countSecured, nil},
		{CountedSessions, countSessions, []any{micros(now)}},
		{CountedEnding, countGrants, []any{micros(now), micros(now.Add(EndingSoon))}},
	} {
		t := audit.Tally{Day: audit.DayOf(now), What: c.what}
		if err := s.one(ctx, "count", c.st, c.args, func(rows *sql.Rows) error { return rows.Scan(&t.N) }); err != nil {
			return 0, doing("count what there is", err)
		}
		all = append(all, t)
	}
	bytes, err := s.Size(ctx)
	if err != nil {
		return 0, doing("count what there is", err)
	}
	all = append(all, audit.Tally{Day: audit.DayOf(now), What: CountedBytes, N: bytes})
	return all[0].N, doing("count what there is", s.InTx(ctx, func(ctx context.Context) error { return s.writeTallies(ctx, putTally, all) }))
}

// Endings returns how many grants end, or ended, from since on and before until; it counts up
// to most of them.
func (s *Store) Endings(ctx context.Context, since, until time.Time, most int) (int, error) {
	found, err := list(ctx, s, selectEndings, []any{micros(since), micros(until), int64(most)}, func(rows *sql.Rows) (at int64, err error) { return at, rows.Scan(&at) })
	return len(found), doing("count the endings of grants", err)
}

// AddCounts adds to what was counted of something that is no event.
func (s *Store) AddCounts(ctx context.Context, all []audit.Tally) error {
	return doing("add to what was counted", s.InTx(ctx, func(ctx context.Context) error { return s.writeTallies(ctx, addTally, all) }))
}

// keepTallies is how long statistics go back.
const keepTallies = 400 * 24 * time.Hour

var talliesTable = table{
	statements: []*statement{selectTallied, lockTallied, moveTallied, selectSums, addTally, putTally, selectTallies, countUsers, countSecured, countSessions, countGrants, selectEndings},
	brooms: []broom{ // the primary key, a part of it
		{"tallies", keepTallies, sweep("audit_tallies", "day, action, outcome, detail", "day <= $1")},
	},
}
