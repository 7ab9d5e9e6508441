package audit

import (
	"context"
	"math"
)

// HeadStore is where the heads of the tree are; *store.Store does.
type HeadStore interface {
	// AuditHead returns the tree as it is kept, and the largest checkpoint, whoever wrote
	// either; the zero checkpoint when there is none. A frontier that does not fit its
	// size is left out.
	AuditHead(ctx context.Context) (Tree, Checkpoint, error)
	// CheckpointsBelow returns checkpoints in front of one, the largest first.
	CheckpointsBelow(ctx context.Context, c Checkpoint, limit int) ([]Checkpoint, error)
}

// head is where the tree ends.
type head struct {
	tree    Tree       // as it is kept: anybody may have written that
	last    Checkpoint // the largest that this house signed; zero: there is none
	foreign foreign    // larger ones, which it did not sign
}

// foreign counts what this house did not write, and names the first of it.
type foreign struct {
	rows  int
	first string
}

func (f *foreign) add(name string) {
	if f.rows++; f.rows == 1 {
		f.first = cut(name)
	}
}

// headPage is how many checkpoints are read at once in search of one that is signed.
const headPage = 500

// headOf reads where the tree ends. What others wrote behind the last checkpoint hides
// it from nobody.
func (k Keys) headOf(ctx context.Context, s HeadStore) (h head, err error) {
	tree, largest, err := s.AuditHead(ctx)
	if err != nil || largest.Note == "" {
		return head{tree: tree}, err
	}
	h.tree = tree
	for page := []Checkpoint{largest}; len(page) > 0; {
		for _, c := range page {
			if signed, err := verifyNote(k.verifier(), c.Note); err == nil && signed.Size == c.Size {
				h.last = signed
				return h, nil
			}
			h.foreign.add(nameOf(c))
		}
		if page, err = s.CheckpointsBelow(ctx, page[len(page)-1], headPage); err != nil {
			return h, err
		}
	}
	return h, nil
}

// whole reports whether the tree is the one that was signed last.
func (h *head) whole() bool {
	if h.last.Note == "" {
		return h.tree.Size == 0
	}
	return h.tree.Size == h.last.Size && h.tree.Root() == h.last.Root
}

// LeafStore is where the leaves of the tree are; *store.Store does.
type LeafStore interface {
	// Leaves returns leaves behind a place and below a size, in their order.
	Leaves(ctx context.Context, after Place, below int64, limit int) ([]Leaf, error)
}

// Place is where a leaf lies. Of one that this house sealed there is one at each seq;
// others may have written more.
type Place struct {
	Seq int64
	MAC []byte
}

// from is the place in front of all leaves of a seq.
func from(seq int64) Place {
	if seq == math.MinInt64 {
		return Place{Seq: seq}
	}
	return Place{Seq: seq - 1, MAC: beyondMACs}
}

// beyondMACs comes behind every MAC.
var beyondMACs = []byte("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")

// place is where a leaf lies.
func (l *Leaf) place() Place { return Place{Seq: l.Seq, MAC: l.MAC} }

// leafPage is how many leaves are read at once.
const leafPage = 2000

// eachOwn calls f with the leaves that this house sealed, from a seq up to another, and
// returns how many others there are. f may end it with false.
func (k Keys) eachOwn(ctx context.Context, s LeafStore, first, below int64, f func(*Leaf) bool) (strange foreign, err error) {
	for after := from(first); ; {
		page, err := s.Leaves(ctx, after, below, leafPage)
		if err != nil {
			return strange, err
		}
		for i := range page {
			l := &page[i]
			if !k.sealed(l) {
				strange.add(nameOfLeaf(l))
			} else if !f(l) {
				return strange, nil
			}
		}
		if len(page) < leafPage {
			return strange, nil
		}
		after = page[len(page)-1].place()
	}
}

// fromLeaves makes the tree of the leaves that this house sealed, as far as they go on
// without a gap. ErrForged says that they do not come to what was signed last.
func (k Keys) fromLeaves(ctx context.Context, s LeafStore, last Checkpoint) (t Tree, err error) {
	good := last.Note == ""
	_, err = k.eachOwn(ctx, s, 0, math.MaxInt64, func(l *Leaf) bool {
		if l.Seq == t.Size {
			t.Add(l.Hash)
			good = good || t.Size == last.Size && t.Root() == last.Root
		}
		return l.Seq < t.Size
	})
	if err == nil && !good {
		err = ErrForged
	}
	return t, err
}
