package audit

import (
	"bytes"
	"context"
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// grove is a log in memory that says how many rows were read.
type grove struct {
	leaves []Leaf
	nodes  []Node
	head   Checkpoint
	tree   Tree
	read   int
	broken bool // it cannot answer
}

func newGrove(keys Keys, size int64) *grove {
	g := &grove{}
	for n := range size {
		l := Leaf{Seq: n, Hash: tlog.RecordHash([]byte{byte(n), byte(n >> 8), byte(n >> 16)})}
		l.MAC = keys.sealedMAC(&l)
		g.leaves = append(g.leaves, l)
		g.tree.Add(l.Hash)
	}
	g.head, _ = keys.checkpoint(&g.tree, time.Now()) // a key that is there signs
	return g
}

func (g *grove) AuditHead(context.Context) (Tree, Checkpoint, error) {
	return g.tree.Clone(), g.head, nil
}

func (g *grove) CheckpointsBelow(context.Context, Checkpoint, int) ([]Checkpoint, error) {
	return nil, nil
}

func (g *grove) Leaves(_ context.Context, after Place, below int64, limit int) ([]Leaf, error) {
	if g.broken {
		return nil, errors.New("the disk is gone")
	}
	first := min(max(0, after.Seq+1), int64(len(g.leaves)))
	some := g.leaves[first:max(first, min(below, int64(len(g.leaves)), first+int64(limit)))]
	g.read += len(some)
	return slices.Clone(some), nil
}

func (g *grove) AuditNodes(_ context.Context, level int, after Place, below int64, limit int) (some []Node, err error) {
	if g.broken {
		return nil, errors.New("the disk is gone")
	}
	for _, n := range g.nodes { // they lie in order
		behind := n.N > after.Seq || n.N == after.Seq && bytes.Compare(n.MAC, after.MAC) > 0
		if n.Level == level && behind && n.N < below && len(some) < limit {
			some = append(some, n)
		}
	}
	g.read += len(some)
	return some, nil
}

func (g *grove) InsertAuditNodes(_ context.Context, nodes []Node) error {
	g.nodes = append(g.nodes, nodes...)
	slices.SortFunc(g.nodes, func(a, b Node) int {
		if a.Level != b.Level {
			return a.Level - b.Level
		}
		if a.N != b.N {
			return int(a.N - b.N)
		}
		return bytes.Compare(a.MAC, b.MAC)
	})
	return nil
}

func (g *grove) keep(t *testing.T, keys Keys) {
	t.Helper()
	keeper := &Nodes{Store: g, Keys: keys}
	for range 8 {
		if err := keeper.Step(t.Context(), time.Now()); err != nil {
			t.Fatal(err)
		}
	}
}

// A proof is the same with nodes and without them, whatever others wrote beside them, and
// with them it reads little, however many leaves there are.
func TestAProofOfManyLeavesReadsFew(t *testing.T) {
	t.Parallel()
	keys := testKeys("a")
	g := newGrove(keys, 70_001)
	s := &subtrees{keys, g, g}
	prove := func(leaf int64) (hashes tlog.RecordProof, read int) {
		t.Helper()
		g.read = 0
		hashes, err := tlog.ProveRecord(g.tree.Size, leaf, s.reader(t.Context()))
		if err != nil {
			t.Fatal(err)
		}
		if err := tlog.CheckRecord(hashes, g.tree.Size, g.tree.Root(), leaf, g.leaves[leaf].Hash); err != nil {
			t.Errorf("leaf %d: %v", leaf, err)
		}
		return hashes, g.read
	}
	asked := []int64{0, 1, 255, 256, 40_000, 65_535, 65_536, 69_999, 70_000}
	want := map[int64]tlog.RecordProof{}
	for _, leaf := range asked {
		var read int
		if want[leaf], read = prove(leaf); read != int(g.tree.Size)-1 {
			t.Errorf("without nodes the proof of leaf %d reads %d", leaf, read)
		}
	}
	g.keep(t, keys)
	if len(g.nodes) != 70_001/256+1 {
		t.Fatalf("%d nodes are kept", len(g.nodes))
	}
	check := func(what string, most int) {
		t.Helper()
		for _, leaf := range asked {
			if hashes, read := prove(leaf); !slices.Equal(hashes, want[leaf]) || read > most {
				t.Errorf("%s: the proof of leaf %d is another one: %t; it reads %d", what, leaf, !slices.Equal(hashes, want[leaf]), read)
			}
		}
	}
	check("with nodes", 1000)
	foreign := g.nodes[3]
	foreign.MAC, foreign.Hash = []byte("of nobody"), tlog.Hash{1}
	if err := g.InsertAuditNodes(t.Context(), []Node{foreign, {Level: 8, N: 9_000, MAC: []byte("x")}}); err != nil {
		t.Fatal(err)
	}
	check("beside those of somebody else", 1002)
	for i := range g.nodes {
		if g.nodes[i].Level == 8 && g.nodes[i].N%50 == 7 {
			g.nodes[i].Hash[0]++ // the MAC is ours, the hash is not
		}
	}
	check("with some that were changed", 1002+6*256)
	g.nodes = slices.DeleteFunc(g.nodes, func(n Node) bool { return n.Level == 16 || n.N%2 == 0 })
	check("with half of them gone", 70_001+300)
}

// What is kept is kept once, also by a process that begins anew, and goes on where it ended.
func TestNodesAreKeptOnce(t *testing.T) {
	t.Parallel()
	keys := testKeys("a")
	g := newGrove(keys, 3*256+10)
	g.keep(t, keys)
	g.keep(t, keys)
	if len(g.nodes) != 3 {
		t.Fatalf("of three whole subtrees %d are kept", len(g.nodes))
	}
	g.read = 0
	g.keep(t, keys)
	if g.read > 3*8 {
		t.Errorf("%d rows are read again", g.read)
	}
	whole := g.leaves
	g.leaves = slices.Concat(whole[:100], whole[101:])
	g.nodes = nil
	g.keep(t, keys)
	if len(g.nodes) > 0 {
		t.Errorf("over a gap %d are kept", len(g.nodes))
	}
	g.leaves, g.broken = whole, true
	if err := (&Nodes{Store: g, Keys: keys}).Step(t.Context(), time.Now()); err == nil {
		t.Error("a store that cannot answer is silent")
	}
	g.broken = false
	g.tree.Size++ // is not what was signed
	if err := (&Nodes{Store: g, Keys: keys}).Step(t.Context(), time.Now()); err != nil || len(g.nodes) > 0 {
		t.Errorf("of a tree that nobody signed %d are kept: %v", len(g.nodes), err)
	}
}

// That the store cannot answer is no word on the log.
func TestAProofThatCannotBeReadIsNotForged(t *testing.T) {
	t.Parallel()
	keys := testKeys("a")
	g := newGrove(keys, 600)
	g.broken = true
	_, err := tlog.ProveRecord(600, 3, (&subtrees{keys, g, g}).reader(t.Context()))
	if err == nil || errors.Is(err, ErrForged) {
		t.Errorf("it answers %v", err)
	}
	if _, err := (&subtrees{keys, newGrove(keys, 100), g}).over(t.Context(), 0, 90, math.MaxInt16); !errors.Is(err, ErrForged) {
		t.Errorf("leaves that are missing: %v", err)
	}
}
