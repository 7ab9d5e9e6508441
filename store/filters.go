package store

import (
	"context"
	"database/sql"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/saved"
)

var (
	insertFilter = newStatement(`
INSERT INTO filters (id, user_id, list, name, query, created_at)
VALUES ($1, $2, $3, $4, $5, $6)`)

	// The unique index of a person's lists and names; there are no more of one than saved.MaxFilters.
	selectFilters = newStatement(`
SELECT id, user_id, list, name, query, created_at
FROM filters
WHERE user_id = $1
ORDER BY list, name`)

	deleteFilter = newStatement(`
DELETE FROM filters
WHERE id = $1 AND user_id = $2`)
)

// InsertFilter stores f. Conflict: its owner has one of that name for that list.
func (s *Store) InsertFilter(ctx context.Context, f saved.Filter) error {
	_, err := s.exec(ctx, insertFilter, string(f.ID), string(f.Owner), f.List, f.Name, f.Encoded(), micros(f.Created))
	return doing("insert filter", taken(err, "filter.exists", "You have a filter of this name for this list already."))
}

// Filters returns those of somebody, by their lists and names.
func (s *Store) Filters(ctx context.Context, owner id.User) ([]saved.Filter, error) {
	all, err := list(ctx, s, selectFilters, []any{string(owner)}, func(rows *sql.Rows) (f saved.Filter, err error) {
		var query string
		err = rows.Scan(&f.ID, &f.Owner, &f.List, &f.Name, &query, instant{&f.Created})
		f.Query = saved.Decoded(query)
		return f, err
	})
	return all, doing("list filters", err)
}

// DeleteFilter removes a filter of somebody. NotFound: they have none of that id.
func (s *Store) DeleteFilter(ctx context.Context, owner id.User, filter id.Filter) error {
	ok, err := s.changed(ctx, deleteFilter, string(filter), string(owner))
	if err == nil && !ok {
		err = fault.Missing("filter")
	}
	return doing("delete filter", err)
}

var filtersTable = table{statements: []*statement{insertFilter, selectFilters, deleteFilter}}
