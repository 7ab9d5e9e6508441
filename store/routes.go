package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"gatehouse/fault"
	"gatehouse/gate"
)

const routeColumns = `kind, name, spec, created_at, updated_at, rev`

var (
	insertRoute = newStatement(`
INSERT INTO routes (` + routeColumns + `)
VALUES ($1, $2, $3, $4, $5, 1)`)

	insertManyRoutes = several(insertRoute)

	updateRoute = newStatement(`
UPDATE routes
SET spec = $3, updated_at = $4, rev = rev + 1
WHERE kind = $1 AND name = $2 AND rev = $5`)

	deleteRoute = newStatement(`
DELETE FROM routes
WHERE kind = $1 AND name = $2`)

	selectRoutes = newStatement(`
SELECT ` + routeColumns + `
FROM routes`)
)

// RaiseRoutes raises gate.VersionRoutes, holds it until the transaction ends, and returns
// it.
func (s *Store) RaiseRoutes(ctx context.Context) (int64, error) {
	return s.raise(ctx, gate.VersionRoutes, 1)
}

// InsertRoute stores an object of the gate as revision 1. Conflict: the id is taken.
func (s *Store) InsertRoute(ctx context.Context, r gate.Record) error {
	_, err := s.exec(ctx, insertRoute, routeArgs(r)...)
	return doing("insert route", routeTaken(err))
}

// InsertRoutes is InsertRoute for many.
func (s *Store) InsertRoutes(ctx context.Context, all []gate.Record) error {
	return doing("insert routes", routeTaken(insertAll(ctx, s, insertRoute, insertManyRoutes, all, routeArgs)))
}

func routeTaken(err error) error {
	return taken(err, "gate.exists", "The gate has one of this kind with this id already.")
}

func routeArgs(r gate.Record) []any {
	return []any{r.Kind(), r.ID, document(r.Spec()), micros(r.Created), micros(r.Updated)}
}

// UpdateRoute writes what the object says where the revision is still r.Rev, and raises it.
// Conflict: somebody else changed or removed it.
func (s *Store) UpdateRoute(ctx context.Context, r gate.Record) error {
	ok, err := s.changed(ctx, updateRoute, r.Kind(), r.ID, document(r.Spec()), micros(r.Updated), r.Rev)
	if err == nil && !ok {
		err = gate.ErrChanged(r.Kind())
	}
	return doing("update route", err)
}

// DeleteRoute answers NotFound for one that is not there.
func (s *Store) DeleteRoute(ctx context.Context, kind, name string) error {
	ok, err := s.changed(ctx, deleteRoute, kind, name)
	if err == nil && !ok {
		err = fault.New(fault.NotFound, "gate.not_found", "The gate has no such part.")
	}
	return doing("delete route", err)
}

// Routes returns all objects of the gate, in no order. Kinds that this version does not
// know it leaves out.
func (s *Store) Routes(ctx context.Context) (known []gate.Record, err error) {
	all, err := list(ctx, s, selectRoutes, nil, func(rows *sql.Rows) (r gate.Record, err error) {
		var kind, name, text string
		var created, updated time.Time
		var rev int64
		if err := rows.Scan(&kind, &name, &text, instant{&created}, instant{&updated}, &rev); err != nil {
			return r, err
		}
		spec := gate.NewSpec(kind)
		if spec == nil {
			return r, nil
		}
		d := json.NewDecoder(bytes.NewReader([]byte(text)))
		d.DisallowUnknownFields() // half of a route protects half
		if err := d.Decode(spec); err != nil {
			return r, fmt.Errorf("read the %s %s: %w", kind, name, err)
		}
		return gate.Record{Object: gate.ObjectOf(name, spec), Created: created, Updated: updated, Rev: rev}, nil
	})
	for _, r := range all {
		if r.ID != "" {
			known = append(known, r)
		}
	}
	return known, doing("list routes", err)
}

var routesTable = table{
	statements: []*statement{
		insertRoute, insertManyRoutes, updateRoute, deleteRoute, selectRoutes,
	},
}
