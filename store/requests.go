package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"gatehouse/access"
	"gatehouse/id"
	"gatehouse/web"
)

var (
	// What is over counts no more, even where the janitor was not there yet.
	dropRequest = newStatement(`
DELETE FROM requests
WHERE caller = $1 AND since = $2 AND key = $3 AND over_at <= $4`)

	insertRequest = newStatement(`
INSERT INTO requests (caller, since, key, hash, answer, person, created_at, over_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (caller, since, key) DO NOTHING`)

	answerRequest = newStatement(`
UPDATE requests
SET answer = $4, person = $5
WHERE caller = $1 AND since = $2 AND key = $3`)

	selectRequest = newStatement(`
SELECT hash, answer, person, created_at, over_at
FROM requests
WHERE caller = $1 AND since = $2 AND key = $3 AND over_at > $4`)

	// The primary key, a part of it.
	selectRequestBehind = newStatement(`
SELECT key
FROM requests
WHERE caller = $1 AND since = $2
ORDER BY key
LIMIT 1 OFFSET $3`)

	// The primary key, a part of it.
	dropRequestsOf = newStatement(`
DELETE FROM requests
WHERE caller = $1`)

	// Index requests_person.
	forgetAnswersAbout = newStatement(`
UPDATE requests
SET answer = $2, person = ''
WHERE person = $1 AND person <> ''`)

	// An account whose key that is: a former one of the same name had others.
	selectServiceSince = newStatement(`
SELECT a.created_at
FROM service_accounts a
JOIN service_keys k ON k.service_id = a.id
WHERE a.id = $1 AND k.id = $2`)

	selectClientSince = newStatement(`
SELECT created_at
FROM clients
WHERE id = $1`)

	selectPersonSince = newStatement(`
SELECT created_at
FROM users
WHERE id = $1`)
)

// CallerSince returns when a caller was made, who came with a key, or with none. NotFound
// for one that is not there any more.
func (s *Store) CallerSince(ctx context.Context, who access.Subject, key id.ServiceKey) (since time.Time, err error) {
	st, args := selectPersonSince, []any{who.ID}
	switch who.Kind {
	case access.User:
	case access.Client:
		st = selectClientSince
	case access.ServiceAccount:
		st, args = selectServiceSince, append(args, string(key))
	default:
		return since, fmt.Errorf("since when a caller is there: %q calls nobody", who.Kind)
	}
	err = s.one(ctx, "caller", st, args, func(rows *sql.Rows) error { return rows.Scan(instant{&since}) })
	return since, doing("read since when a caller is there", err)
}

// KeepRequest keeps a request, unless one of the same caller and key is kept that is not
// over at r.At, and reports whether it did; else was is that one. Of several at once one
// is kept, and the others wait for its transaction.
func (s *Store) KeepRequest(ctx context.Context, r web.Kept) (was web.Kept, kept bool, err error) {
	err = s.InTx(ctx, func(ctx context.Context) error {
		name := []any{r.Caller, micros(r.Since), r.Key}
		if _, err := s.exec(ctx, dropRequest, append(name[:3:3], micros(r.At))...); err != nil {
			return err
		}
		kept, err = s.changed(ctx, insertRequest, append(name[:3:3], r.Hash, []byte{}, "", micros(r.At), micros(r.Over))...)
		if err != nil || kept {
			return err
		}
		was, err = s.requestOf(ctx, r)
		return err
	})
	return was, kept, doing("keep a request", err)
}

// Request returns the one of the same caller and key that is kept and not over at r.At. NotFound:
// there is none.
func (s *Store) Request(ctx context.Context, r web.Kept) (was web.Kept, err error) {
	was, err = s.requestOf(ctx, r)
	return was, doing("read a kept request", err)
}

func (s *Store) requestOf(ctx context.Context, r web.Kept) (was web.Kept, err error) {
	err = s.one(ctx, "request", selectRequest, []any{r.Caller, micros(r.Since), r.Key, micros(r.At)}, func(rows *sql.Rows) error {
		was = web.Kept{Caller: r.Caller, Since: r.Since, Key: r.Key}
		return rows.Scan(&was.Hash, &was.Answer, &was.Person, instant{&was.At}, instant{&was.Over})
	})
	return was, err
}

// AnswerRequest adds the answer to one that was kept, and of whom it tells.
func (s *Store) AnswerRequest(ctx context.Context, r web.Kept) error {
	_, err := s.exec(ctx, answerRequest, r.Caller, micros(r.Since), r.Key, bytesOf(r.Answer), string(r.Person))
	return doing("keep the answer of a request", err)
}

// KeepsMore reports whether more than n requests of a caller are kept.
func (s *Store) KeepsMore(ctx context.Context, r web.Kept, n int) (more bool, err error) {
	err = s.each(ctx, selectRequestBehind, []any{r.Caller, micros(r.Since), int64(n)}, func(*sql.Rows) error { more = true; return nil })
	return more, doing("count kept requests", err)
}

// forgetRequests drops the requests of a caller that is deleted.
func (s *Store) forgetRequests(ctx context.Context, who access.Subject) error {
	_, err := s.exec(ctx, dropRequestsOf, web.CallerName(string(who.Kind), who.ID))
	return err
}

// forgetPerson drops the requests of somebody who is deleted, takes them out of the
// answers to others, and forgets how often they failed. That these were made is kept: a repeat must not make anybody again.
func (s *Store) forgetPerson(ctx context.Context, user id.User) error {
	if err := s.forgetRequests(ctx, access.Subject{Kind: access.User, ID: string(user)}); err != nil {
		return err
	}
	if _, err := s.exec(ctx, forgetAnswersAbout, string(user), []byte{}); err != nil {
		return err
	}
	return s.forgetTops(ctx, user)
}

var requestsTable = table{
	statements: []*statement{
		dropRequest, insertRequest, answerRequest, selectRequest, selectRequestBehind, dropRequestsOf, forgetAnswersAbout,
		selectServiceSince, selectClientSince, selectPersonSince,
	},
	brooms: []broom{ // index requests_over
		{"requests", 0, sweep("requests", "caller, since, key", "over_at <= $1")},
	},
}
