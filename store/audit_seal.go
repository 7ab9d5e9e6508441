package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/store/engine"
)

// leavesAtOnce is how many leaves one statement inserts.
const leavesAtOnce = 32

var (
	selectUnsealed = newStatement(`
SELECT at, event, leaf, mac
FROM audit_unsealed
WHERE (at, event) > ($1, $2)
ORDER BY at, event
LIMIT $3`)

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
INSERT INTO audit_leaves (seq, event, leaf, mac)
VALUES ($1, $2, $3, $4)`)

	insertLeaves = newStatement(`
INSERT INTO audit_leaves (seq, event, leaf, mac)
VALUES ` + placeholders(leavesAtOnce, 4))

	// What others wrote meanwhile between these has no leaf, and stays.
	deleteSealed = newStatement(`
DELETE FROM audit_unsealed
WHERE (at, event) >= ($1, $2) AND (at, event) <= ($3, $4)
    AND EXISTS (
        SELECT 1
        FROM audit_leaves l
        WHERE l.event = audit_unsealed.event)`)

	insertCheckpoint = newStatement(`
INSERT INTO audit_checkpoints (size, at, note)
VALUES ($1, $2, $3)`)

	selectCheckpoints = newStatement(`
SELECT size, at, note
FROM audit_checkpoints
WHERE size > $1
ORDER BY size
LIMIT $2`)

	selectLastCheckpoint = newStatement(`
SELECT size, at, note
FROM audit_checkpoints
ORDER BY size DESC
LIMIT 1`)
)

// placeholders are the values of so many rows.
func placeholders(rows, columns int) string {
	all := make([]string, rows)
	for i := range all {
		row := make([]string, columns)
		for j := range row {
			row[j] = fmt.Sprintf("$%d", i*columns+j+1)
		}
		all[i] = "(" + strings.Join(row, ", ") + ")"
	}
	return strings.Join(all, ", ")
}

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
	all, err := list(ctx, s, selectUnsealed, []any{placeOf(after.At), string(after.Event), int64(limit)}, func(rows *sql.Rows) (u audit.Unsealed, err error) {
		return u, rows.Scan(instant{&u.At}, &u.Event, hash{&u.Leaf}, &u.MAC)
	})
	return all, doing("read unsealed audit events", err)
}

// placeOf is micros, with a place before all others for the zero time.
func placeOf(t time.Time) int64 {
	if t.IsZero() {
		return -1 << 63
	}
	return micros(t)
}

// AuditHead returns the audit tree, and the checkpoint that was made of it, the zero
// one when there is none.
func (s *Store) AuditHead(ctx context.Context) (tree audit.Tree, last audit.Checkpoint, err error) {
	err = s.View(ctx, func(ctx context.Context) error {
		var size int64
		var frontier []byte
		err := s.one(ctx, "audit tree", selectTree, nil, func(rows *sql.Rows) error { return rows.Scan(&size, &frontier) })
		if err != nil {
			return err
		}
		if tree, err = audit.ParseTree(size, frontier); err != nil {
			return err
		}
		last = audit.Checkpoint{}
		return s.each(ctx, selectLastCheckpoint, nil, func(rows *sql.Rows) (err error) { last, err = scanCheckpoint(rows); return err })
	})
	return tree, last, doing("read the head of the audit tree", err)
}

// GrowAuditTree makes the tree of the size from what to is, and reports whether it
// had that size.
func (s *Store) GrowAuditTree(ctx context.Context, from int64, to audit.Tree) (bool, error) {
	ok, err := s.changed(ctx, growTree, to.Size, to.Bytes(), from)
	return ok, doing("grow the audit tree", err)
}

// InsertLeaves appends leaves, and takes what they seal from what waits, which lies
// from first to last. A Conflict says that a place, or an event, has a leaf already.
func (s *Store) InsertLeaves(ctx context.Context, leaves []audit.Leaf, first, last audit.Unsealed) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		for len(leaves) > 0 {
			st, n := insertLeaf, 1
			if len(leaves) >= leavesAtOnce {
				st, n = insertLeaves, leavesAtOnce
			}
			args := make([]any, 0, 4*n)
			for i := range leaves[:n] {
				l := &leaves[i]
				args = append(args, l.Seq, string(l.Event), l.Hash[:], l.MAC)
			}
			if _, err := s.exec(ctx, st, args...); err != nil {
				return leafTaken(err)
			}
			leaves = leaves[n:]
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

// InsertCheckpoint keeps a checkpoint.
func (s *Store) InsertCheckpoint(ctx context.Context, c audit.Checkpoint) error {
	_, err := s.exec(ctx, insertCheckpoint, c.Size, micros(c.At), c.Note)
	return doing("insert an audit checkpoint", err)
}

// Checkpoints returns checkpoints that are larger than after, the smallest first. Their
// roots are for whoever reads their notes.
func (s *Store) Checkpoints(ctx context.Context, after int64, limit int) ([]audit.Checkpoint, error) {
	all, err := list(ctx, s, selectCheckpoints, []any{after, int64(limit)}, scanCheckpoint)
	return all, doing("read audit checkpoints", err)
}

func scanCheckpoint(rows *sql.Rows) (c audit.Checkpoint, err error) {
	return c, rows.Scan(&c.Size, instant{&c.At}, &c.Note)
}

var (
	selectEntries = newStatement(`
SELECT l.seq, l.event, l.leaf, l.mac, e.id IS NOT NULL, ` + entryOrNothing + `
FROM audit_leaves l
LEFT JOIN audit_events e ON e.id = l.event
LEFT JOIN audit_details d ON d.event = l.event
WHERE l.seq >= $1
ORDER BY l.seq
LIMIT $2`)

	selectLeaves = newStatement(`
SELECT leaf
FROM audit_leaves
WHERE seq >= $1 AND seq < $2
ORDER BY seq`)

	selectLeafOf = newStatement(`
SELECT seq, event, leaf, mac
FROM audit_leaves
WHERE event = $1`)

	selectEntry = newStatement(`
SELECT ` + entryColumns + `
FROM audit_events e
LEFT JOIN audit_details d ON d.event = e.id
WHERE e.id = $1`)

	// Index audit_events_at.
	walkEvents = newStatement(`
SELECT e.id, e.at,
    (SELECT COUNT(*) FROM audit_leaves l WHERE l.event = e.id) > 0,
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

// SealedEntries returns leaves from a place on, in their order, with what was sealed
// by them as far as it is there.
func (s *Store) SealedEntries(ctx context.Context, from int64, limit int) ([]audit.Sealed, error) {
	all, err := list(ctx, s, selectEntries, []any{from, int64(limit)}, func(rows *sql.Rows) (one audit.Sealed, err error) {
		var before, after string
		into := append([]any{&one.Seq, &one.Leaf.Event, hash{&one.Hash}, &one.MAC, &one.There}, entryInto(&one.Entry, &before, &after)...)
		err = rows.Scan(into...)
		finishEntry(&one.Entry, before, after)
		return one, err
	})
	return all, doing("read sealed audit events", err)
}

// EachLeaf calls f with the hashes of the leaves from one place up to another, in
// their order. f must not use the store.
func (s *Store) EachLeaf(ctx context.Context, from, until int64, f func(tlog.Hash)) error {
	err := s.each(ctx, selectLeaves, []any{from, until}, func(rows *sql.Rows) error {
		var h tlog.Hash
		if err := rows.Scan(hash{&h}); err != nil {
			return err
		}
		f(h)
		return nil
	})
	return doing("read audit leaves", err)
}

// LeafOf returns the leaf of an event; NotFound where it has none.
func (s *Store) LeafOf(ctx context.Context, event id.Event) (l audit.Leaf, err error) {
	err = s.one(ctx, "leaf", selectLeafOf, []any{plain(string(event))}, func(rows *sql.Rows) error {
		return rows.Scan(&l.Seq, &l.Event, hash{&l.Hash}, &l.MAC)
	})
	return l, doing("read an audit leaf", err)
}

// Entry returns an event as it is kept; NotFound for none.
func (s *Store) Entry(ctx context.Context, event id.Event) (e audit.Entry, err error) {
	err = s.one(ctx, "event", selectEntry, []any{plain(string(event))}, func(rows *sql.Rows) error { e, err = scanEntry(rows); return err })
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
