package store

import (
	"context"
	"database/sql"

	"gatehouse/web"
)

var (
	// What is over counts no more, even where the janitor was not there yet.
	dropRequest = newStatement(`
DELETE FROM requests
WHERE caller = $1 AND key = $2 AND over_at <= $3`)

	insertRequest = newStatement(`
INSERT INTO requests (caller, key, hash, answer, created_at, over_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (caller, key) DO NOTHING`)

	answerRequest = newStatement(`
UPDATE requests
SET answer = $3
WHERE caller = $1 AND key = $2`)

	selectRequest = newStatement(`
SELECT hash, answer, created_at, over_at
FROM requests
WHERE caller = $1 AND key = $2`)

	// The primary key, a part of it.
	selectRequestBehind = newStatement(`
SELECT key
FROM requests
WHERE caller = $1
ORDER BY key
LIMIT 1 OFFSET $2`)
)

// KeepRequest keeps a request, unless one of the same caller and key is kept that is not
// over at r.At, and reports whether it did; else was is that one. Of several at once one
// is kept, and the others wait for its transaction.
func (s *Store) KeepRequest(ctx context.Context, r web.Kept) (was web.Kept, kept bool, err error) {
	err = s.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.exec(ctx, dropRequest, r.Caller, r.Key, micros(r.At)); err != nil {
			return err
		}
		if kept, err = s.changed(ctx, insertRequest, r.Caller, r.Key, r.Hash, []byte{}, micros(r.At), micros(r.Over)); err != nil || kept {
			return err
		}
		return s.one(ctx, "request", selectRequest, []any{r.Caller, r.Key}, func(rows *sql.Rows) error {
			was = web.Kept{Caller: r.Caller, Key: r.Key}
			return rows.Scan(&was.Hash, &was.Answer, instant{&was.At}, instant{&was.Over})
		})
	})
	return was, kept, doing("keep a request", err)
}

// AnswerRequest adds the answer to one that was kept.
func (s *Store) AnswerRequest(ctx context.Context, r web.Kept) error {
	_, err := s.exec(ctx, answerRequest, r.Caller, r.Key, r.Answer)
	return doing("keep the answer of a request", err)
}

// KeepsMore reports whether more than n requests of a caller are kept.
func (s *Store) KeepsMore(ctx context.Context, caller string, n int) (more bool, err error) {
	err = s.each(ctx, selectRequestBehind, []any{caller, int64(n)}, func(*sql.Rows) error { more = true; return nil })
	return more, doing("count kept requests", err)
}

var requestsTable = table{
	statements: []*statement{
		dropRequest, insertRequest, answerRequest, selectRequest, selectRequestBehind,
	},
	brooms: []broom{ // index requests_over
		{"requests", 0, sweep("requests", "caller, key", "over_at <= $1")},
	},
}
