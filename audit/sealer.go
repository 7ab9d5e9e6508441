package audit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gatehouse/fault"
)

// SealEvery is how often events are sealed. What is younger may still vanish unseen.
const SealEvery = time.Second

// sealMost is how many events one transaction seals at most: writers of SQLite wait
// for it.
const sealMost = 256

// SealStore is what Sealer asks; *store.Store does.
type SealStore interface {
	InTx(ctx context.Context, f func(ctx context.Context) error) error
	// UnsealedEvents returns events that wait, the oldest first, behind the given
	// place, which is zero for the first of them.
	UnsealedEvents(ctx context.Context, after Unsealed, limit int) ([]Unsealed, error)
	// AuditHead returns the tree as it was sealed last, and the checkpoint that was
	// made then, the zero one when there is none.
	AuditHead(ctx context.Context) (Tree, Checkpoint, error)
	// GrowAuditTree makes the tree that has the size from what to is. ok is false,
	// and nothing done, when it has another size: somebody else sealed.
	GrowAuditTree(ctx context.Context, from int64, to Tree) (ok bool, err error)
	// InsertLeaves appends leaves, and takes what they seal from what waits, which lies
	// from first to last. A place or an event that has a leaf already is a Conflict.
	InsertLeaves(ctx context.Context, leaves []Leaf, first, last Unsealed) error
	// InsertCheckpoint keeps a checkpoint.
	InsertCheckpoint(ctx context.Context, c Checkpoint) error
	// Lease takes or renews a lease; see store.Store.Lease.
	Lease(ctx context.Context, name, holder string, now, until time.Time) (bool, error)
}

// Sealer makes leaves of the events that wait, and signs the head of the tree that
// they come to. Replicas take turns; of several at once none does harm, for the tree
// grows from the size that each of them read, or not at all.
type Sealer struct {
	Store  SealStore
	Keys   Keys
	Holder string // names this process among replicas
}

// leaseFor is how long a replica is the one that seals.
const leaseFor = 15 * time.Second

// ErrForged says that the database has what this house did not write.
var ErrForged = errors.New("the audit log holds what Gatehouse did not write; see gatehouse audit verify")

// Step seals all that waits, if it is this process's turn. It seals nothing on a tree
// whose head this house did not sign. What waits and is not of this house is left
// where it is, and is an error once the rest is sealed.
func (s *Sealer) Step(ctx context.Context, now time.Time) error {
	if waiting, err := s.Store.UnsealedEvents(ctx, Unsealed{}, 1); err != nil || len(waiting) == 0 {
		return err
	}
	if mine, err := s.Store.Lease(ctx, "seal", s.Holder, now, now.Add(leaseFor)); err != nil || !mine {
		return err
	}
	return s.Seal(ctx, now)
}

// Seal is Step at whosever turn: for somebody who wants to look at what was just
// recorded, and does not wait.
func (s *Sealer) Seal(ctx context.Context, now time.Time) error {
	var after Unsealed
	var forged error
	for {
		n, good, err := s.batch(ctx, &after, now)
		if good < n {
			forged = ErrForged
		}
		if err != nil || n < sealMost {
			return errors.Join(err, forged)
		}
	}
}

// batch seals what waits behind after, and moves that on. It returns how many waited,
// and how many of them this house wrote.
func (s *Sealer) batch(ctx context.Context, after *Unsealed, now time.Time) (n, good int, err error) {
	tree, err := s.head(ctx) // before what waits: whoever seals that meanwhile moves the tree, too
	if err != nil {
		return 0, 0, err
	}
	waiting, err := s.Store.UnsealedEvents(ctx, *after, sealMost)
	if err != nil || len(waiting) == 0 {
		return 0, 0, err
	}
	*after = waiting[len(waiting)-1]
	own := s.own(waiting)
	return len(waiting), len(own), s.seal(ctx, tree, own, now)
}

// own returns those that this house wrote.
func (s *Sealer) own(waiting []Unsealed) []Unsealed {
	good := make([]Unsealed, 0, len(waiting))
	for _, u := range waiting {
		if sameMAC(u.MAC, s.Keys.unsealedMAC(u.Leaf)) {
			good = append(good, u)
		}
	}
	return good
}

// seal makes leaves of what waits behind those of tree. Where somebody else was faster
// it does nothing.
func (s *Sealer) seal(ctx context.Context, tree Tree, waiting []Unsealed, now time.Time) error {
	if len(waiting) == 0 {
		return nil
	}
	from, leaves := tree.Size, make([]Leaf, len(waiting))
	for i, u := range waiting {
		leaves[i] = Leaf{Seq: tree.Size, Event: u.Event, Hash: u.Leaf, MAC: s.Keys.sealedMAC(tree.Size, u.Leaf)}
		tree.Add(u.Leaf)
	}
	// Signed before it is kept, and told to nobody before: so the transaction is short.
	head, err := s.Keys.checkpoint(&tree, now)
	if err != nil {
		return err
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if ok, err := s.Store.GrowAuditTree(ctx, from, tree); err != nil || !ok {
			return err
		}
		if err := s.Store.InsertLeaves(ctx, leaves, waiting[0], waiting[len(waiting)-1]); err != nil {
			return err
		}
		return s.Store.InsertCheckpoint(ctx, head)
	})
	if fault.Is(err, fault.Conflict) { // the tree had none of these: they were sealed once, and wait again
		return errors.Join(ErrForged, err)
	}
	if err != nil {
		return fmt.Errorf("seal the audit log: %w", err)
	}
	return nil
}

// head returns the tree, once it is the one that was signed last.
func (s *Sealer) head(ctx context.Context) (Tree, error) {
	tree, last, err := s.Store.AuditHead(ctx)
	if err != nil || tree.Size == 0 && last.Note == "" {
		return tree, err
	}
	signed, err := verifyNote(s.Keys.verifier(), last.Note)
	if err != nil || signed.Size != tree.Size || signed.Root != tree.Root() {
		return tree, errors.Join(ErrForged, err)
	}
	return tree, nil
}
