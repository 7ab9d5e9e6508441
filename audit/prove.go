package audit

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"gatehouse/fault"
	"gatehouse/id"
)

// ProveStore is what Prover asks; *store.Store does.
type ProveStore interface {
	HeadStore
	LeafStore
	NodeStore
	LeavesOf(ctx context.Context, event id.Event) ([]Leaf, error)
	Entry(ctx context.Context, at Cursor) (Entry, error)
}

// Prover makes proofs for those who trust nobody's database, and know the public key.
type Prover struct {
	Store ProveStore
	Keys  Keys
}

// Proof convinces whoever knows Key that an event was recorded, and what it says: the
// leaf is SHA-256 of a zero byte and Entry, and with Hashes it leads to the root in
// Checkpoint (RFC 9162 section 2.1.3.2), which is signed.
type Proof struct {
	Event      id.Event `json:"event"`
	Entry      string   `json:"entry"` // the very text that was sealed
	Index      int64    `json:"index"`
	Size       int64    `json:"size"`
	Hashes     []string `json:"hashes"` // base64
	Checkpoint string   `json:"checkpoint"`
	Key        string   `json:"key"` // C2SP signed-note
	Origin     *Part    `json:"origin,omitempty"`
	Documents  *Part    `json:"documents,omitempty"`
}

// Part is what an entry commits to: HMAC-SHA-256 of Text under Salt is what the entry
// has under its name.
type Part struct {
	Salt string `json:"salt"` // base64
	Text string `json:"text"`
}

// Consistency convinces whoever kept a checkpoint of an older size that all it had is
// still there, in its order (RFC 9162 section 2.1.4.2).
type Consistency struct {
	From       int64    `json:"from"`
	Size       int64    `json:"size"`
	Hashes     []string `json:"hashes"`
	Checkpoint string   `json:"checkpoint"`
	Key        string   `json:"key"`
}

// Event proves an event. details adds what of it is personal. NotFound
// "audit.not_sealed" is for one that waits, and for one that there is not.
func (p *Prover) Event(ctx context.Context, event id.Event, details bool) (*Proof, error) {
	l, err := p.leaf(ctx, event)
	if err != nil {
		return nil, err
	}
	e, err := p.Store.Entry(ctx, Cursor{At: l.At, ID: event})
	if err != nil {
		return nil, fmt.Errorf("prove an event: %w", err)
	}
	tree, head, err := p.head(ctx, l.Seq)
	if err != nil {
		return nil, err
	}
	hashes, err := tlog.ProveRecord(tree.Size, l.Seq, p.subtrees().reader(ctx))
	if err != nil {
		return nil, fmt.Errorf("prove an event: %w", err)
	}
	if err := tlog.CheckRecord(hashes, tree.Size, tree.Root(), l.Seq, e.leaf()); err != nil {
		return nil, errors.Join(ErrForged, err)
	}
	proof := &Proof{Event: event, Entry: string(e.text()), Index: l.Seq, Size: tree.Size, Hashes: base64Of(hashes), Checkpoint: head.Note, Key: p.Keys.Public()}
	if !details {
		return proof, nil
	}
	if problem, _, _ := e.broken(); problem != "" {
		return nil, fmt.Errorf("%w: %s", ErrForged, problem)
	}
	proof.Origin = partOf(e.OriginSalt, e.originText())
	proof.Documents = partOf(e.DocumentsSalt, e.documentsText())
	return proof, nil
}

// leaf returns the leaf of an event that this house sealed at its place.
func (p *Prover) leaf(ctx context.Context, event id.Event) (Leaf, error) {
	all, err := p.Store.LeavesOf(ctx, event)
	if err != nil {
		return Leaf{}, err
	}
	for i := range all {
		if p.Keys.sealed(&all[i]) {
			return all[i], nil
		}
	}
	if len(all) > 0 {
		return Leaf{}, ErrForged
	}
	return Leaf{}, fault.New(fault.NotFound, "audit.not_sealed", "There is no sealed event of that id.")
}

// Since proves that the tree still begins with the one that had the size from.
// Invalid "audit.size" is for a size that it never had.
func (p *Prover) Since(ctx context.Context, from int64) (*Consistency, error) {
	tree, head, err := p.head(ctx, 0)
	if err != nil {
		return nil, err
	}
	if from < 1 || from > tree.Size {
		return nil, fault.New(fault.Invalid, "audit.size", fmt.Sprintf("The log has %d sealed events; say a size from 1 to that.", tree.Size))
	}
	hashes, err := tlog.ProveTree(tree.Size, from, p.subtrees().reader(ctx))
	if err != nil {
		return nil, fmt.Errorf("prove the log: %w", err)
	}
	old, err := tlog.TreeHash(from, p.subtrees().reader(ctx))
	if err != nil {
		return nil, fmt.Errorf("prove the log: %w", err)
	}
	if err := tlog.CheckTree(hashes, tree.Size, tree.Root(), from, old); err != nil {
		return nil, errors.Join(ErrForged, err)
	}
	return &Consistency{From: from, Size: tree.Size, Hashes: base64Of(hashes), Checkpoint: head.Note, Key: p.Keys.Public()}, nil
}

// head returns the tree once it is what was signed last, and reaches beyond a place.
func (p *Prover) head(ctx context.Context, beyond int64) (Tree, Checkpoint, error) {
	h, err := p.Keys.headOf(ctx, p.Store)
	if err == nil && (!h.whole() || beyond >= h.tree.Size) {
		err = ErrForged
	}
	return h.tree, h.last, err
}

func (p *Prover) subtrees() *subtrees { return &subtrees{p.Keys, p.Store, p.Store} }

func partOf(salt, text []byte) *Part {
	if len(salt) == 0 {
		return nil
	}
	return &Part{base64.StdEncoding.EncodeToString(salt), string(text)}
}

func base64Of(hashes []tlog.Hash) []string {
	all := make([]string, len(hashes))
	for i, h := range hashes {
		all[i] = base64.StdEncoding.EncodeToString(h[:])
	}
	return all
}
