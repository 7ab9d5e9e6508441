package store

import (
	"context"
	"database/sql"
	"math"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/store/engine"
)

var (
	selectUnsealed = newStatement(`
SELECT u.at, u.event, u.leaf, u.mac,
    (SELECT COUNT(*) FROM audit_leaves l WHERE l.event = u.event) > 0
FROM audit_unsealed u
WHERE (u.at, u.event) > ($1, $2)
ORDER BY u.at, u.event
LIMIT $3`)

	selectUnsealedOf = newStatement(`
SELECT at, event, leaf, mac, FALSE
FROM audit_unsealed
WHERE at = $1 AND event = $2`)

	selectTree = newStatement(`
SELECT size, frontier
FROM audit_tree
WHERE one = 1`)

	// Whoever read another size changes nothing.
	growTree = newStatement(`
UPDATE audit_tree
SET size = $1, frontier = $2
WHERE one = 1 AND size = $3`)

	insertLeaf = newStatement(`
INSERT INTO audit_leaves (seq, event, at, leaf, mac)
VALUES ($1, $2, $3, $4, $5)`)

	insertManyLeaves = several(insertLeaf)

	// What others wrote meanwhile between these has no leaf, and stays. Written with EXISTS it
	// is a join to Postgres, which reads all leaves for it where much waits.
	deleteSealed = newStatement(`
DELETE FROM audit_unsealed
WHERE (at, event) >= ($1, $2) AND (at, event) <= ($3, $4)
    AND (
        SELECT l.event
        FROM audit_leaves l
        WHERE l.event = audit_unsealed.event
        LIMIT 1) IS NOT NULL`)

	selectNodes = newStatement(`
SELECT level, n, hash, mac
FROM audit_nodes
WHERE level = $1 AND (n, mac) > ($2, $3) AND n < $4
ORDER BY n, mac
LIMIT $5`)

	insertNode = newStatement(`
INSERT INTO audit_nodes (level, n, hash, mac)
VALUES ($1, $2, $3, $4)
ON CONFLICT (level, n, mac) DO NOTHING`)

	insertManyNodes = several(insertNode)

	insertCheckpoint = newStatement(`
INSERT INTO audit_checkpoints (size, note)
VALUES ($1, $2)`)

	selectCheckpoints = newStatement(`
SELECT size, note
FROM audit_checkpoints
WHERE (size, note) > ($1, $2)
ORDER BY size, note
LIMIT $3`)

	selectCheckpointsDown = newStatement(`
SELECT size, note
FROM audit_checkpoints
WHERE (size, note) < ($1, $2)
ORDER BY size DESC, note DESC
LIMIT $3`)
)

// hash scans a hash. What has another length somebody else wrote: it becomes the
// zero hash, which is nothing's.
type hash struct{ to *tlog.Hash }

// Scan implements sql.Scanner.
func (h hash) Scan(v any) error {
	*h.to = tlog.Hash{}
	if b, ok := v.([]byte); ok && len(b) == tlog.HashSize {
		copy(h.to[:], b)
	}
	return nil
}

// UnsealedEvents returns events that wait to be sealed, the oldest first, behind the
// given one.
func (s *Store) UnsealedEvents(ctx context.Context, after audit.Unsealed, limit int) ([]audit.Unsealed, error) {
	all, err := list(ctx, s, selectUnsealed, []any{placeOf(after.At), string(after.Event), int64(limit)}, scanUnsealed)
	return all, doing("read unsealed audit events", err)
}

// UnsealedEvent returns what waits to be sealed of an event; NotFound for nothing.
func (s *Store) UnsealedEvent(ctx context.Context, at audit.Cursor) (u audit.Unsealed, err error) {
	err = s.one(ctx, "unsealed event", selectUnsealedOf, []any{placeOf(at.At), plain(string(at.ID))}, func(rows *sql.Rows) error { u, err = scanUnsealed(rows); return err })
	return u, doing("read an unsealed audit event", err)
}

func scanUnsealed(rows *sql.Rows) (u audit.Unsealed, err error) {
	return u, rows.Scan(instant{&u.At}, &u.Event, hash{&u.Leaf}, &u.MAC, &u.Leafed)
}

// placeOf is micros, with a place before all others for the zero time.
func placeOf(t time.Time) int64 {
	if t.IsZero() {
		return -1 << 63
	}
	return micros(t)
}

// AuditHead returns the audit tree, and the largest checkpoint, whoever wrote either; the
// zero checkpoint when there is none. A frontier that does not fit its size is left out.
func (s *Store) AuditHead(ctx context.Context) (tree audit.Tree, largest audit.Checkpoint, err error) {
	err = s.View(ctx, func(ctx context.Context) error {
		var size int64
		var frontier []byte
		err := s.one(ctx, "audit tree", selectTree, nil, func(rows *sql.Rows) error { return rows.Scan(&size, &frontier) })
		if err != nil {
			return err
		}
		if tree, err = audit.ParseTree(size, frontier); err != nil {
			tree = audit.Tree{Size: size}
		}
		largest = audit.Checkpoint{}
		return s.each(ctx, selectCheckpointsDown, []any{int64(math.MaxInt64), "", int64(1)}, func(rows *sql.Rows) (err error) { largest, err = scanCheckpoint(rows); return err })
	})
	return tree, largest, doing("read the head of the audit tree", err)
}

// GrowAuditTree makes the tree of the size from what to is, and reports whether it
// had that size.
func (s *Store) GrowAuditTree(ctx context.Context, from int64, to audit.Tree) (bool, error) {
	ok, err := s.changed(ctx, growTree, to.Size, to.Bytes(), from)
	return ok, doing("grow the audit tree", err)
}

// InsertLeaves appends leaves, and takes what they seal from what waits, which lies
// from first to last. A Conflict says that a leaf is there already.
func (s *Store) InsertLeaves(ctx context.Context, leaves []audit.Leaf, first, last audit.Unsealed) error {
	args := func(l audit.Leaf) []any { return []any{l.Seq, string(l.Event), micros(l.At), l.Hash[:], l.MAC} }
	return s.InTx(ctx, func(ctx context.Context) error {
		if err := insertAll(ctx, s, insertLeaf, insertManyLeaves, leaves, args); err != nil {
			return leafTaken(err)
		}
		_, err := s.exec(ctx, deleteSealed, micros(first.At), string(first.Event), micros(last.At), string(last.Event))
		return doing("take what was sealed from what waits", err)
	})
}

func leafTaken(err error) error {
	if engine.IsUnique(err) {
		return fault.Wrap(err, fault.Conflict, "audit.leaf", "The audit tree has that leaf already.")
	}
	return doing("insert audit leaves", err)
}

// AuditNodes returns nodes of a level behind a place and below another, in their order.
func (s *Store) AuditNodes(ctx context.Context, level int, after audit.Place, below int64, limit int) ([]audit.Node, error) {
	all, err := list(ctx, s, selectNodes, []any{int64(level), after.Seq, bytesOf(after.MAC), below, int64(limit)}, func(rows *sql.Rows) (n audit.Node, err error) {
		return n, rows.Scan(&n.Level, &n.N, hash{&n.Hash}, &n.MAC)
	})
	return all, doing("read nodes of the audit tree", err)
}

// InsertAuditNodes keeps nodes; what is there already stays.
func (s *Store) InsertAuditNodes(ctx context.Context, nodes []audit.Node) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		err := insertAll(ctx, s, insertNode, insertManyNodes, nodes, func(n audit.Node) []any { return []any{int64(n.Level), n.N, n.Hash[:], n.MAC} })
		return doing("keep nodes of the audit tree", err)
	})
}

// InsertCheckpoint keeps a checkpoint.
func (s *Store) InsertCheckpoint(ctx context.Context, c audit.Checkpoint) error {
	_, err := s.exec(ctx, insertCheckpoint, c.Size, c.Note)
	return doing("insert an audit checkpoint", err)
}

// CheckpointsBehind returns checkpoints behind one, the smallest first; behind a zero note
// those of its size come, too. What they say is for whoever reads their notes.
func (s *Store) CheckpointsBehind(ctx context.Context, c audit.Checkpoint, limit int) ([]audit.Checkpoint, error) {
	all, err := list(ctx, s, selectCheckpoints, []any{c.Size, plain(c.Note), int64(limit)}, scanCheckpoint)
	return all, doing("read audit checkpoints", err)
}

// CheckpointsBelow returns checkpoints in front of one, the largest first.
func (s *Store) CheckpointsBelow(ctx context.Context, c audit.Checkpoint, limit int) ([]audit.Checkpoint, error) {
	all, err := list(ctx, s, selectCheckpointsDown, []any{c.Size, plain(c.Note), int64(limit)}, scanCheckpoint)
	return all, doing("read audit checkpoints", err)
}

func scanCheckpoint(rows *sql.Rows) (c audit.Checkpoint, err error) {
	return c, rows.Scan(&c.Size, &c.Note)
}

var (
	selectEntries = newStatement(`
SELECT l.seq, l.event, l.at, l.leaf, l.mac, e.id IS NOT NULL, ` + entryOrNothing + `
FROM audit_leaves l
LEFT JOIN audit_events e ON e.at = l.at AND e.id = l.event
LEFT JOIN audit_details d ON d.at = l.at AND d.event = l.event
WHERE (l.seq, l.mac) > ($1, $2)
ORDER BY l.seq, l.mac
LIMIT $3`)

	selectLeaves = newStatement(`
SELECT seq, event, at, leaf, mac
FROM audit_leaves
WHERE (seq, mac) > ($1, $2) AND seq < $3
ORDER BY seq, mac
LIMIT $4`)

	// Index audit_leaves_event.
	selectLeavesOf = newStatement(`
SELECT seq, event, at, leaf, mac
FROM audit_leaves
WHERE event = $1
LIMIT 100`)

	selectEntry = newStatement(`
SELECT ` + entryColumns + `
FROM audit_events e
LEFT JOIN audit_details d ON d.at = e.at AND d.event = e.id
WHERE e.at = $1 AND e.id = $2`)

	walkEvents = newStatement(`
SELECT e.id, e.at,
    (SELECT COUNT(*) FROM audit_leaves l WHERE l.event = e.id AND l.at = e.at) > 0,
    (SELECT COUNT(*) FROM audit_unsealed u WHERE u.at = e.at AND u.event = e.id) > 0
FROM audit_events e
WHERE (e.at, e.id) > ($1, $2)
ORDER BY e.at, e.id
LIMIT $3`)
)

// entryOrNothing are entryColumns where there may be no event.
var entryOrNothing = orNothing(entryColumns)

func orNothing(columns string) string {
	all := strings.Split(columns, ",")
	for i, c := range all {
		switch c = strings.TrimSpace(c); {
		case c == "e.at":
			all[i] = "COALESCE(e.at, 0)"
		case c == "e.origin", c == "e.documents", !strings.HasPrefix(c, "e."):
			all[i] = c
		default:
			all[i] = "COALESCE(" + c + ", '')"
		}
	}
	return strings.Join(all, ", ")
}

// SealedEntries returns leaves behind a place, in their order, with what was sealed
// by them as far as it is there.
func (s *Store) SealedEntries(ctx context.Context, after audit.Place, limit int) ([]audit.Sealed, error) {
	all, err := list(ctx, s, selectEntries, []any{after.Seq, bytesOf(after.MAC), int64(limit)}, func(rows *sql.Rows) (one audit.Sealed, err error) {
		var before, after string
		into := append(leafInto(&one.Leaf), &one.There)
		err = rows.Scan(append(into, entryInto(&one.Entry, &before, &after)...)...)
		finishEntry(&one.Entry, before, after)
		return one, err
	})
	return all, doing("read sealed audit events", err)
}

// Leaves returns leaves behind a place and below a size, in their order.
func (s *Store) Leaves(ctx context.Context, after audit.Place, below int64, limit int) ([]audit.Leaf, error) {
	all, err := list(ctx, s, selectLeaves, []any{after.Seq, bytesOf(after.MAC), below, int64(limit)}, scanLeaf)
	return all, doing("read audit leaves", err)
}

// LeavesOf returns the leaves of an event, of which Gatehouse writes one; a hundred at most.
func (s *Store) LeavesOf(ctx context.Context, event id.Event) ([]audit.Leaf, error) {
	all, err := list(ctx, s, selectLeavesOf, []any{plain(string(event))}, scanLeaf)
	return all, doing("read the audit leaves of an event", err)
}

func scanLeaf(rows *sql.Rows) (l audit.Leaf, err error) { return l, rows.Scan(leafInto(&l)...) }

func leafInto(l *audit.Leaf) []any {
	return []any{&l.Seq, &l.Event, instant{&l.At}, hash{&l.Hash}, &l.MAC}
}

// Entry returns an event as it is kept; NotFound for none.
func (s *Store) Entry(ctx context.Context, at audit.Cursor) (e audit.Entry, err error) {
	err = s.one(ctx, "event", selectEntry, []any{placeOf(at.At), plain(string(at.ID))}, func(rows *sql.Rows) error { e, err = scanEntry(rows); return err })
	return e, doing("read an audit event", err)
}

// WalkEvents returns events behind the given place, the oldest first, and what of
// them is sealed or waits.
func (s *Store) WalkEvents(ctx context.Context, after audit.Cursor, limit int) ([]audit.Walked, error) {
	all, err := list(ctx, s, walkEvents, []any{placeOf(after.At), string(after.ID), int64(limit)}, func(rows *sql.Rows) (w audit.Walked, err error) {
		return w, rows.Scan(&w.ID, instant{&w.At}, &w.Sealed, &w.Waits)
	})
	return all, doing("walk the audit events", err)
}
