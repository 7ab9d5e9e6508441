package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"

	"github.com/jackc/pgx/v5"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/oauth"
	"gatehouse/store/engine"
)

// familyGroups carries the reads of refresh families to the database together, and
// on Postgres the rotations, too: a commit and a round trip for each would leave the
// database busy with little else. On SQLite the writer gathers them, and reads that go
// together look at one state: whoever reads alone finds the pages that it had kept
// outdated by the last commit, and reads the upper ones of every tree anew.
type familyGroups struct {
	reads     engine.Group[id.Family, *familyRow]
	rotations *engine.Group[oauth.Rotation, bool] // nil on SQLite
}

// familyRow is a row of withGrounds; nil stands for a family that is not there.
type familyRow struct {
	family oauth.Family
	beside groundsRow
}

// How many round trips of a kind are good to have under way. Fewer carry more
// each, and that is what the database is glad of (docs/performance.md).
const (
	readLanes   = 1
	rotateLanes = 2
)

func newFamilyGroups(s *Store) *familyGroups {
	g := &familyGroups{}
	if s.db.Postgres() {
		g.reads.One, g.reads.All = alone(s.togetherOnPostgres), s.togetherOnPostgres
		g.rotations = &engine.Group[oauth.Rotation, bool]{One: alone(s.rotateTogether), All: s.rotateTogether}
		g.rotations.Start(rotateLanes)
	} else {
		g.reads.One, g.reads.All = s.familyAlone, s.togetherOnSQLite
	}
	g.reads.Start(readLanes)
	return g
}

// alone asks for one by the way of many: it is the shorter one.
func alone[Q, A any](all func(ctx context.Context, qs []Q) ([]A, error)) func(ctx context.Context, q Q) (A, error) {
	return func(ctx context.Context, q Q) (a A, err error) {
		answers, err := all(ctx, []Q{q})
		if err != nil {
			return a, err
		}
		return answers[0], nil
	}
}

func (g *familyGroups) stop() {
	g.reads.Stop()
	if g.rotations != nil {
		g.rotations.Stop()
	}
}

// familyAlone reads one family through the ordinary statement.
func (s *Store) familyAlone(ctx context.Context, family id.Family) (*familyRow, error) {
	row, st := &familyRow{}, familyOnSQLite
	if s.db.Postgres() {
		st = familyOnPostgres
	}
	err := s.one(ctx, "family", st, []any{string(family)}, func(rows *sql.Rows) error { return row.scan(rows) })
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	return row, err
}

// scanner is a row of database/sql or of pgx.
type scanner interface{ Scan(fields ...any) error }

func (r *familyRow) scan(rows scanner) error {
	return rows.Scan(append(familyFields(&r.family), r.beside.fields()...)...)
}

func (s *Store) togetherOnPostgres(ctx context.Context, names []id.Family) ([]*familyRow, error) {
	return familiesTogether(names, func(ids []string, each func(r scanner) error) error {
		return s.db.QueryDirectly(ctx, familiesOnPostgres, []any{ids}, func(r pgx.Rows) error { return each(r) })
	})
}

func (s *Store) togetherOnSQLite(ctx context.Context, names []id.Family) ([]*familyRow, error) {
	return familiesTogether(names, func(ids []string, each func(r scanner) error) error {
		list, err := json.Marshal(ids)
		if err != nil {
			return err
		}
		return s.each(ctx, familiesOnSQLite, []any{string(list)}, func(r *sql.Rows) error { return each(r) })
	})
}

// familiesTogether reads several families at once. Each question gets a row of
// its own, because a caller may change what it got.
func familiesTogether(names []id.Family, read func(ids []string, each func(r scanner) error) error) ([]*familyRow, error) {
	ids := make([]string, 0, len(names))
	first := make(map[string]int, len(names)) // who asked for it first
	for i, name := range names {
		if _, asked := first[string(name)]; !asked {
			first[string(name)] = i
			ids = append(ids, string(name))
		}
	}
	found := make([]*familyRow, len(names))
	err := read(ids, func(r scanner) error {
		row := &familyRow{}
		err := row.scan(r)
		found[first[string(row.family.ID)]] = row
		return err
	})
	if err != nil {
		return nil, err
	}
	for i, name := range names {
		if at := first[string(name)]; at != i && found[at] != nil {
			found[i] = found[at].clone()
		}
	}
	return found, nil
}

func (r *familyRow) clone() *familyRow {
	c := *r
	f := &c.family
	f.Scopes, f.Audiences, f.AMR = slices.Clone(f.Scopes), slices.Clone(f.Audiences), slices.Clone(f.AMR)
	return &c
}

// rotateFamilies is rotateFamily for several. Of two that present the same
// token Postgres takes one; the other changes nothing, as it would alone.
var rotateFamilies = postgresStatement(`
UPDATE refresh_families f
SET previous_hash = f.current_hash, current_hash = x.next, sealed_successor = x.sealed, generation = f.generation + 1,
    rotated_at = x.now, idle_expires_at = x.idle
FROM unnest($1::text[], $2::text[], $3::bytea[], $4::bytea[], $5::bytea[], $6::bigint[], $7::bigint[])
    AS x (family, client, presented, next, sealed, now, idle)
WHERE f.id = x.family AND f.client_id = x.client AND f.current_hash = x.presented
    AND f.revoked_at IS NULL AND f.idle_expires_at > x.now AND f.expires_at > x.now
RETURNING x.next`)

// rotateTogether runs several rotations in one statement and one commit.
func (s *Store) rotateTogether(ctx context.Context, rs []oauth.Rotation) ([]bool, error) {
	families, clients := make([]string, len(rs)), make([]string, len(rs))
	presented, next, sealed := make([][]byte, len(rs)), make([][]byte, len(rs)), make([][]byte, len(rs))
	now, idle := make([]int64, len(rs)), make([]int64, len(rs))
	at := make(map[string]int, len(rs))
	for i, r := range rs {
		families[i], clients[i] = string(r.Family), string(r.Client)
		presented[i], next[i], sealed[i] = r.Presented, r.Next, r.Sealed
		now[i], idle[i] = micros(r.Now), micros(r.IdleExpires)
		at[string(r.Next)] = i
	}
	args := []any{families, clients, presented, next, sealed, now, idle}
	rotated := make([]bool, len(rs))
	return rotated, s.db.QueryDirectly(ctx, rotateFamilies, args, func(rows pgx.Rows) error {
		var successor []byte
		if err := rows.Scan(&successor); err != nil {
			return err
		}
		rotated[at[string(successor)]] = true
		return nil
	})
}
