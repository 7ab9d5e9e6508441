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
	found, err := list(ctx, s, selectRevocations, []any{seq, int64(limit)}, func(rows *sql.Rows) (r oauth.Revocation, err error) {
		return r, rows.Scan(&r.Seq, &r.Kind, &r.Key, instant{&r.Before}, instant{&r.Until})
	})
	return found, doing("read revocations", err)
}

var revocationsTable = table{
	statements: []*statement{
		insertRevocation, insertManyRevocations, selectRevocations,
	},
	brooms: []broom{ // index revocations_until
		{"revocations", 0, sweep("revocations", "seq", "until_at <= $1")},
	},
}
