package store

import (
	"context"
	"database/sql"
	"slices"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/oauth"
	"gatehouse/store/engine"
)

// familyGroups carries the reads and rotations of refresh families to Postgres
// together. A commit and a round trip for each would leave the database busy
// with little else.
type familyGroups struct {
	reads     engine.Group[id.Family, *familyRow]
	rotations engine.Group[oauth.Rotation, bool]
}

// familyRow is a row of selectFamily; nil stands for a family that is not there.
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
	g.reads.One, g.reads.All = s.familyAlone, s.familiesTogether
	g.rotations.One, g.rotations.All = s.rotateAlone, s.rotateTogether
	g.reads.Start(readLanes)
	g.rotations.Start(rotateLanes)
	return g
}

func (g *familyGroups) stop() {
	g.reads.Stop()
	g.rotations.Stop()
}

// familyAlone reads one family through the ordinary statement.
func (s *Store) familyAlone(ctx context.Context, family id.Family) (*familyRow, error) {
	row := &familyRow{}
	err := s.one(ctx, "family", selectFamily, []any{string(family)}, row.scan)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	return row, err
}

func (r *familyRow) scan(rows *sql.Rows) error {
	return rows.Scan(append(familyFields(&r.family), r.beside.fields()...)...)
}

// The primary keys of all four tables.
var selectFamilies = postgresStatement(`
SELECT ` + familyColumns + `,
    u.disabled, s.revoked_at, s.idle_expires_at, s.expires_at, c.scopes
FROM refresh_families f
LEFT JOIN users u ON u.id = f.user_id
LEFT JOIN sessions s ON s.id = f.session_id
LEFT JOIN consents c ON c.user_id = f.user_id AND c.client_id = f.client_id
WHERE f.id = ANY($1::text[])`)

// familiesTogether reads several families at once. Each question gets a row of its own,
// because a caller may change what it got.
func (s *Store) familiesTogether(ctx context.Context, names []id.Family) ([]*familyRow, error) {
	ids := make([]string, 0, len(names))
	at := make(map[id.Family][]int, len(names))
	for i, name := range names {
		if at[name] == nil {
			ids = append(ids, string(name))
		}
		at[name] = append(at[name], i)
	}
	found := make([]*familyRow, len(names))
	return found, s.each(ctx, selectFamilies, []any{ids}, func(rows *sql.Rows) error {
		row := &familyRow{}
		if err := row.scan(rows); err != nil {
			return err
		}
		for _, i := range at[row.family.ID] {
			found[i] = row.clone()
		}
		return nil
	})
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
	return rotated, s.each(ctx, rotateFamilies, args, func(rows *sql.Rows) error {
		var successor []byte
		if err := rows.Scan(&successor); err != nil {
			return err
		}
		rotated[at[string(successor)]] = true
		return nil
	})
}
