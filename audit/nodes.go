package audit

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"gatehouse/id"
)

// Node is the root of a whole subtree that is kept, so that a proof need not read all
// leaves: of 256 leaves at Level 8, of 256 such nodes at Level 16, and so on.
type Node struct {
	Level int
	N     int64 // its place among those of its level
	Hash  tlog.Hash
	MAC   []byte
}

// NodesEvery is how often nodes are kept of what was sealed since.
const NodesEvery = 5 * time.Second

const (
	nodeBits = 8               // from one level that is kept to the next
	nodePage = 2000            // rows that are read at once
	nodeStep = 256 << nodeBits // of how many leaves one step keeps nodes
)

// NodeStore is where nodes are kept; *store.Store does.
type NodeStore interface {
	// AuditNodes returns nodes of a level behind a place and below another, in their order,
	// whoever wrote them.
	AuditNodes(ctx context.Context, level int, after Place, below int64, limit int) ([]Node, error)
	// InsertAuditNodes keeps nodes; what is there already stays.
	InsertAuditNodes(ctx context.Context, nodes []Node) error
}

func (k Keys) nodeMAC(n *Node) []byte {
	return k.macOf("node", n.N, id.Event(strconv.Itoa(n.Level)), n.Hash)
}

// subtrees makes the roots of whole subtrees: of kept nodes, and where there is none, of what
// is below it, down to the leaves.
type subtrees struct {
	keys   Keys
	leaves LeafStore
	nodes  NodeStore
}

// reader is what proofs are made of.
func (s *subtrees) reader(ctx context.Context) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		all := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			level, n := tlog.SplitStoredHashIndex(index)
			kept := level / nodeBits * nodeBits
			t, err := s.over(ctx, kept, n<<(level-kept), (n+1)<<(level-kept))
			if err != nil {
				return nil, err
			}
			all[i] = t.Root()
		}
		return all, nil
	})
}

// over is the tree over the subtrees of a level from one place up to another; ErrForged says
// that a leaf is missing.
func (s *subtrees) over(ctx context.Context, level int, first, below int64) (t Tree, err error) {
	if level == 0 {
		return s.overLeaves(ctx, first, below)
	}
	kept, err := s.kept(ctx, level, first, below)
	if err != nil {
		return t, err
	}
	for n := first; n < below; n++ {
		root, ok := kept[n]
		if !ok {
			if root, err = s.made(ctx, level, n); err != nil {
				return t, err
			}
		}
		t.Add(root)
	}
	return t, nil
}

// made is a root of what is one kept level below it.
func (s *subtrees) made(ctx context.Context, level int, n int64) (tlog.Hash, error) {
	t, err := s.over(ctx, level-nodeBits, n<<nodeBits, (n+1)<<nodeBits)
	return t.Root(), err
}

// kept are the nodes that this house keeps, by their places.
func (s *subtrees) kept(ctx context.Context, level int, first, below int64) (map[int64]tlog.Hash, error) {
	found := map[int64]tlog.Hash{}
	for after := from(first); ; {
		page, err := s.nodes.AuditNodes(ctx, level, after, below, nodePage)
		if err != nil {
			return nil, err
		}
		for i := range page {
			if n := &page[i]; sameMAC(n.MAC, s.keys.nodeMAC(n)) {
				found[n.N] = n.Hash
			}
		}
		if len(page) < nodePage {
			return found, nil
		}
		after = Place{Seq: page[len(page)-1].N, MAC: page[len(page)-1].MAC}
	}
}

func (s *subtrees) overLeaves(ctx context.Context, first, below int64) (t Tree, err error) {
	_, err = s.keys.eachOwn(ctx, s.leaves, first, below, func(l *Leaf) bool {
		if l.Seq == first+t.Size {
			t.Add(l.Hash)
		}
		return true
	})
	if err == nil && t.Size != below-first {
		err = ErrForged
	}
	return t, err
}

// Nodes keeps nodes of what is sealed. Without it proofs are the same, and slow. Processes
// that do it at once write the same.
type Nodes struct {
	Store interface {
		HeadStore
		LeafStore
		NodeStore
	}
	Keys Keys

	next map[int]int64 // by level: the first place of which it is not known that it is kept
}

// Step keeps nodes of some of the leaves that were sealed since. A log that is not what was
// signed last waits until the sealer has made it whole.
func (n *Nodes) Step(ctx context.Context, _ time.Time) error {
	h, err := n.Keys.headOf(ctx, n.Store)
	if err != nil || !h.whole() {
		return err
	}
	s := &subtrees{n.Keys, n.Store, n.Store}
	for level, left := nodeBits, int64(nodeStep); h.tree.Size>>level > 0; level += nodeBits {
		if err := n.fill(ctx, s, level, h.tree.Size>>level, &left); err != nil {
			return fmt.Errorf("keep nodes of the audit tree: %w", err)
		}
	}
	return nil
}

// fill keeps the nodes of a level below an end, of as many leaves as are left.
func (n *Nodes) fill(ctx context.Context, s *subtrees, level int, end int64, left *int64) error {
	next, err := n.from(ctx, s, level, end)
	if err != nil {
		return err
	}
	var made []Node
	for ; next < end && *left > 0; next++ {
		root, err := s.made(ctx, level, next)
		if errors.Is(err, ErrForged) {
			break // a gap: the verifier tells of it
		}
		if err != nil {
			return err
		}
		one := Node{Level: level, N: next, Hash: root}
		one.MAC = n.Keys.nodeMAC(&one)
		made = append(made, one)
		*left -= 1 << nodeBits
	}
	if len(made) > 0 {
		err = n.Store.InsertAuditNodes(ctx, made)
	}
	if err == nil {
		n.next[level] = next
	}
	return err
}

// from is the first place of a level at which no node is kept.
func (n *Nodes) from(ctx context.Context, s *subtrees, level int, end int64) (int64, error) {
	if next, ok := n.next[level]; ok {
		return next, nil
	}
	kept, err := s.kept(ctx, level, 0, end)
	if err != nil {
		return 0, err
	}
	next := int64(0)
	for _, ok := kept[next]; ok; _, ok = kept[next] {
		next++
	}
	if n.next == nil {
		n.next = map[int]int64{}
	}
	n.next[level] = next
	return next, nil
}
