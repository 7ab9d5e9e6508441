package store

import (
	"context"
	"database/sql"
	"time"

	"gatehouse/id"
	"gatehouse/oauth"
)

var (
	addUse = newStatement(`
INSERT INTO client_uses (client_id, day, sign_ins, tokens, last_at)
SELECT c.id, CAST($2 AS BIGINT), CAST($3 AS BIGINT), CAST($4 AS BIGINT), CAST($5 AS BIGINT)
FROM clients c
WHERE c.id = $1
ON CONFLICT (client_id, day) DO UPDATE
SET sign_ins = client_uses.sign_ins + excluded.sign_ins, tokens = client_uses.tokens + excluded.tokens,
    last_at = CASE WHEN client_uses.last_at > excluded.last_at THEN client_uses.last_at ELSE excluded.last_at END`)

	// The primary key, a part of it: no more days than are kept.
	selectUse = newStatement(`
SELECT client_id, SUM(CASE WHEN day >= $2 THEN sign_ins ELSE 0 END), MAX(last_at)
FROM client_uses
WHERE client_id = $1
GROUP BY client_id`)

	// Index client_uses_day: a row for each day and each application that was used on it. By the bare
	// name SQLite would walk the primary key instead, which has the days of a year.
	selectTopUses = newStatement(`
SELECT client_id || '', SUM(sign_ins), MAX(last_at)
FROM client_uses
WHERE day >= $1
GROUP BY client_id || ''
HAVING SUM(sign_ins) > 0
ORDER BY SUM(sign_ins) DESC, client_id || ''
LIMIT $2`)

	addRefusal = newStatement(`
INSERT INTO client_refusals (client_id, code, received, partial, says, first_at, last_at, times)
SELECT c.id, CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS BOOLEAN), CAST($5 AS TEXT), CAST($6 AS BIGINT), CAST($7 AS BIGINT), CAST($8 AS BIGINT)
FROM clients c
WHERE c.id = $1
ON CONFLICT (client_id, code, received) DO UPDATE
SET partial = excluded.partial, says = excluded.says, times = client_refusals.times + excluded.times,
    last_at = CASE WHEN client_refusals.last_at > excluded.last_at THEN client_refusals.last_at ELSE excluded.last_at END`)

	// Index client_refusals_last.
	forgetRefusals = newStatement(`
DELETE FROM client_refusals
WHERE client_id = $1 AND last_at < (
    SELECT last_at
    FROM client_refusals
    WHERE client_id = $1
    ORDER BY last_at DESC
    LIMIT 1 OFFSET $2)`)

	// Index client_refusals_last.
	selectRefusals = newStatement(`
SELECT client_id, code, received, partial, says, first_at, last_at, times
FROM client_refusals
WHERE client_id = $1
ORDER BY last_at DESC
LIMIT $2`)
)

// AddUses adds to what is known of the clients and days. Of clients that are not there any
// more it keeps nothing.
func (s *Store) AddUses(ctx context.Context, all []oauth.ClientUse) error {
	for _, u := range all {
		if _, err := s.exec(ctx, addUse, string(u.Client), micros(u.Day), u.SignIns, u.Tokens, micros(u.Last)); err != nil {
			return doing("note what clients did", err)
		}
	}
	return nil
}

// Uses returns what is remembered of those of the clients that did anything: when last, and how
// often somebody signed in since a day.
func (s *Store) Uses(ctx context.Context, clients []id.Client, since time.Time) (all []oauth.UseSum, err error) {
	for _, client := range clients {
		found, err := list(ctx, s, selectUse, []any{string(client), micros(since)}, scanUse)
		if err != nil {
			return nil, doing("read what clients did", err)
		}
		all = append(all, found...)
	}
	return all, nil
}

// TopUses returns to which clients people signed in most often since a day, the first of them first.
func (s *Store) TopUses(ctx context.Context, since time.Time, limit int) ([]oauth.UseSum, error) {
	found, err := list(ctx, s, selectTopUses, []any{micros(since), int64(limit)}, scanUse)
	return found, doing("read what clients did most", err)
}

func scanUse(rows *sql.Rows) (u oauth.UseSum, err error) {
	return u, rows.Scan(&u.Client, &u.SignIns, instant{&u.Last})
}

// AddRefusals adds to what is known of refused requests, and forgets all but the latest
// oauth.MaxRefusals of each of these clients. Of clients that are not there any more it keeps
// nothing.
func (s *Store) AddRefusals(ctx context.Context, all []oauth.ClientRefusal) error {
	for i, r := range all {
		_, err := s.exec(ctx, addRefusal, string(r.Client), r.Code, r.Received, r.Partial, r.Says, micros(r.First), micros(r.Last), r.Times)
		if last := i == len(all)-1 || all[i+1].Client != r.Client; err == nil && last {
			_, err = s.exec(ctx, forgetRefusals, string(r.Client), int64(oauth.MaxRefusals-1))
		}
		if err != nil {
			return doing("note what clients were refused", err)
		}
	}
	return nil
}

// Refusals returns what is remembered of refused requests of the client, the latest first.
func (s *Store) Refusals(ctx context.Context, client id.Client) ([]oauth.ClientRefusal, error) {
	found, err := list(ctx, s, selectRefusals, []any{string(client), int64(oauth.MaxRefusals)}, func(rows *sql.Rows) (r oauth.ClientRefusal, err error) {
		return r, rows.Scan(&r.Client, &r.Code, &r.Received, &r.Partial, &r.Says, instant{&r.First}, instant{&r.Last}, &r.Times)
	})
	return found, doing("read what a client was refused", err)
}

// How long it is remembered what clients did, and what they were refused.
const (
	keepUses     = 400 * 24 * time.Hour
	keepRefusals = 30 * 24 * time.Hour
)

var clientNotesTable = table{
	statements: []*statement{addUse, selectUse, selectTopUses, addRefusal, forgetRefusals, selectRefusals},
	brooms: []broom{
		{"client uses", keepUses, sweep("client_uses", "client_id, day", "day <= $1")},                            // index client_uses_day
		{"client refusals", keepRefusals, sweep("client_refusals", "client_id, code, received", "last_at <= $1")}, // index client_refusals_past
	},
}
