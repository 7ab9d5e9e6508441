package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"gatehouse/oauth"
)

var (
	insertRevocation = insertRevocations(1)
	// The end of a person brings one for each of their sessions. Every statement
	// is a round trip on which others wait.
	insertManyRevocations = insertRevocations(manyRevocations)

	selectRevocations = hotStatement(`
SELECT seq, kind, name, before_at, until_at
FROM revocations
WHERE seq > $1
ORDER BY seq
LIMIT $2`)

	// Index revocations_about. Of each kind what a token has; the last is the one
	// whose names go on behind the person.
	selectRevocationsAbout = hotStatement(about(len(oauth.Things{}) - 1))
)

const manyRevocations = 25

func insertRevocations(n int) *statement {
	rows := make([]string, n)
	for i := range rows {
		rows[i] = fmt.Sprintf("($%d, $%d, $%d, $%d, $%d)", 5*i+1, 5*i+2, 5*i+3, 5*i+4, 5*i+5)
	}
	return newStatement(`
INSERT INTO revocations (seq, kind, name, before_at, until_at)
VALUES ` + strings.Join(rows, ", "))
}

func about(things int) string {
	const selected = `
SELECT seq, kind, name, before_at, until_at
FROM revocations
WHERE kind = $%d AND `
	var text strings.Builder
	for i := range things {
		fmt.Fprintf(&text, selected+"name = $%d\nUNION ALL", 2*i+1, 2*i+2)
	}
	n := 2 * things
	fmt.Fprintf(&text, selected+"name >= $%d AND name < $%d", n+1, n+2, n+3)
	return text.String()
}

// HoldRevocations raises the counter by nothing: in a transaction its row is held from then
// on, and whoever revokes waits until the transaction ends.
func (s *Store) HoldRevocations(ctx context.Context) error {
	_, err := s.raise(ctx, oauth.VersionRevocations, 0)
	return doing("hold the revocations", err)
}

// Revoke appends revocations, numbered by the raised version of revocations.
// The counter is raised first, and its row is held until the transaction ends:
// so numbers become visible in their order, and whoever asks for what came
// after the last one that they saw never misses any.
func (s *Store) Revoke(ctx context.Context, rs ...oauth.Revocation) error {
	if len(rs) == 0 {
		return nil
	}
	return doing("revoke", s.InTx(ctx, func(ctx context.Context) error {
		last, err := s.raise(ctx, oauth.VersionRevocations, len(rs))
		if err != nil {
			return err
		}
		first := last - int64(len(rs)) + 1
		for len(rs) > 0 {
			st, n := insertRevocation, 1
			if len(rs) >= manyRevocations {
				st, n = insertManyRevocations, manyRevocations
			}
			args := make([]any, 0, 5*n)
			for i, r := range rs[:n] {
				args = append(args, first+int64(i), string(r.Kind), r.Key, micros(r.Before), micros(r.Until))
			}
			if _, err := s.exec(ctx, st, args...); err != nil {
				return err
			}
			first, rs = first+int64(n), rs[n:]
		}
		return nil
	}))
}

// RevocationsAfter returns those with a greater number, in order, limit at most.
func (s *Store) RevocationsAfter(ctx context.Context, seq int64, limit int) ([]oauth.Revocation, error) {
	found, err := list(ctx, s, selectRevocations, []any{seq, int64(limit)}, scanRevocation)
	return found, doing("read revocations", err)
}

// RevocationsAbout returns those about things; an empty key is about nothing.
func (s *Store) RevocationsAbout(ctx context.Context, things oauth.Things) ([]oauth.Revocation, error) {
	found, err := list(ctx, s, selectRevocationsAbout, argsAbout(things), scanRevocation)
	return found, doing("read the revocations of a token", err)
}

// argsAbout is what selectRevocationsAbout asks for. No revocation has an empty name.
func argsAbout(things oauth.Things) (args []any) {
	last := len(things) - 1
	for _, t := range things[:last] {
		args = append(args, string(t.Kind), t.Key)
	}
	others, from, to := things[last], "", ""
	if others.Key != "" {
		from, to = others.Key+"|", others.Key+"}" // the sign that comes next in ASCII
	}
	return append(args, string(others.Kind), from, to)
}

func scanRevocation(rows *sql.Rows) (r oauth.Revocation, err error) {
	return r, rows.Scan(&r.Seq, &r.Kind, &r.Key, instant{&r.Before}, instant{&r.Until})
}

var revocationsTable = table{
	statements: []*statement{
		insertRevocation, insertManyRevocations, selectRevocations, selectRevocationsAbout,
	},
	brooms: []broom{ // index revocations_until
		{"revocations", 0, sweep("revocations", "seq", "until_at <= $1")},
	},
}
