package audit

import (
	"fmt"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// Tree is a Merkle tree (RFC 6962) that only grows: its size, and the roots of its
// whole subtrees, the largest first. The zero Tree is empty.
type Tree struct {
	Size     int64
	Frontier []tlog.Hash
}

// Add appends a leaf.
func (t *Tree) Add(leaf tlog.Hash) {
	for n := t.Size; n&1 == 1; n >>= 1 {
		last := len(t.Frontier) - 1
		leaf = tlog.NodeHash(t.Frontier[last], leaf)
		t.Frontier = t.Frontier[:last]
	}
	t.Frontier = append(t.Frontier, leaf)
	t.Size++
}

// Clone returns a copy that grows by itself.
func (t *Tree) Clone() Tree {
	return Tree{t.Size, append([]tlog.Hash(nil), t.Frontier...)}
}

// emptyRoot is the root of a tree without leaves: the hash of nothing.
var emptyRoot, _ = tlog.TreeHash(0, nil)

// Root returns the root.
func (t *Tree) Root() tlog.Hash {
	last := len(t.Frontier) - 1
	if last < 0 {
		return emptyRoot
	}
	root := t.Frontier[last]
	for i := last - 1; i >= 0; i-- {
		root = tlog.NodeHash(t.Frontier[i], root)
	}
	return root
}

// Bytes returns the frontier as one text of bytes.
func (t *Tree) Bytes() []byte {
	all := make([]byte, 0, len(t.Frontier)*tlog.HashSize)
	for _, h := range t.Frontier {
		all = append(all, h[:]...)
	}
	return all
}

// ParseTree reads what Bytes wrote of a tree of that size; ErrForged for anything else.
func ParseTree(size int64, frontier []byte) (t Tree, err error) {
	if size < 0 || len(frontier) != bits.OnesCount64(uint64(size))*tlog.HashSize {
		return t, fmt.Errorf("%w: the frontier of the tree does not fit its size", ErrForged)
	}
	t.Size = size
	for ; len(frontier) > 0; frontier = frontier[tlog.HashSize:] {
		t.Frontier = append(t.Frontier, tlog.Hash(frontier[:tlog.HashSize]))
	}
	return t, nil
}
