package store

import (
	"context"
	"database/sql"

	"gatehouse/oauth"
)

var (
	insertRevocation = newStatement(`
INSERT INTO revocations (seq, kind, name, before_at, until_at)
VALUES ($1, $2, $3, $4, $5)`)

	selectRevocations = newStatement(`
SELECT seq, kind, name, before_at, until_at
FROM revocations
WHERE seq > $1
ORDER BY seq`)
)

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
		for i, r := range rs {
			if _, err := s.exec(ctx, insertRevocation, first+int64(i), string(r.Kind), r.Key, micros(r.Before), micros(r.Until)); err != nil {
				return err
			}
		}
		return nil
	}))
}

// RevocationsAfter returns those with a greater number, in order.
func (s *Store) RevocationsAfter(ctx context.Context, seq int64) ([]oauth.Revocation, error) {
	found, err := list(ctx, s, selectRevocations, []any{seq}, func(rows *sql.Rows) (r oauth.Revocation, err error) {
		return r, rows.Scan(&r.Seq, &r.Kind, &r.Key, instant{&r.Before}, instant{&r.Until})
	})
	return found, doing("read revocations", err)
}

var revocationsTable = table{
	statements: []*statement{
		insertRevocation, selectRevocations,
	},
	brooms: []broom{ // index revocations_until
		{"revocations", 0, sweep("revocations", "seq", "until_at <= $1")},
	},
}
