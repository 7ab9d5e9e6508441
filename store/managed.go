package store

import (
	"context"
	"database/sql"

	"gatehouse/access"
)

const managedColumns = `kind, name, made_at, set_name`

var (
	putManaged = newStatement(`
INSERT INTO managed (` + managedColumns + `)
VALUES ($1, $2, $3, $4)
ON CONFLICT (kind, name) DO UPDATE
SET made_at = excluded.made_at, set_name = excluded.set_name`)

	putManyManaged = several(putManaged)

	deleteManaged = newStatement(`
DELETE FROM managed
WHERE kind = $1 AND name = $2`)

	// The primary key.
	selectManaged = newStatement(`
SELECT ` + managedColumns + `
FROM managed
WHERE (kind, name) > ($1, $2)
ORDER BY kind, name
LIMIT $3`)
)

// PutManaged keeps which set manages what, none of which is there twice. What another
// one managed it manages no more.
func (s *Store) PutManaged(ctx context.Context, all []access.Managed) error {
	return doing("put what is managed", insertAll(ctx, s, putManaged, putManyManaged, all, managedArgs))
}

func managedArgs(m access.Managed) []any {
	return []any{m.Kind, m.Name, micros(m.Made), m.Set}
}

// DropManaged forgets who manages these; what is not there is no error.
func (s *Store) DropManaged(ctx context.Context, all []access.Managed) error {
	return doing("drop what is managed", s.InTx(ctx, func(ctx context.Context) error {
		for _, m := range all {
			if _, err := s.exec(ctx, deleteManaged, m.Kind, m.Name); err != nil {
				return err
			}
		}
		return nil
	}))
}

// ManagedAfter lists what is managed by any set, by kinds and names, behind one of
// them, at most limit.
func (s *Store) ManagedAfter(ctx context.Context, after access.Managed, limit int) ([]access.Managed, error) {
	found, err := list(ctx, s, selectManaged, []any{after.Kind, after.Name, int64(limit)}, func(rows *sql.Rows) (m access.Managed, err error) {
		err = rows.Scan(&m.Kind, &m.Name, instant{&m.Made}, &m.Set)
		return m, err
	})
	return found, doing("list what is managed", err)
}

var managedTable = table{
	statements: []*statement{putManaged, putManyManaged, deleteManaged, selectManaged},
}
