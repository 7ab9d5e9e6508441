package audit

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"gatehouse/fault"
	"gatehouse/id"
)

// SealEvery is how often events are sealed. What is younger may still vanish unseen.
const SealEvery = time.Second

// sealMost is how many events one transaction seals at most: writers of SQLite wait
// for it.
const sealMost = 200

// SealStore is what Sealer asks; *store.Store does.
type SealStore interface {
	HeadStore
	LeafStore
	InTx(ctx context.Context, f func(ctx context.Context) error) error
	// UnsealedEvents returns events that wait, the oldest first, behind the given
	// place, which is zero for the first of them.
	UnsealedEvents(ctx context.Context, after Unsealed, limit int) ([]Unsealed, error)
	LeavesOf(ctx context.Context, event id.Event) ([]Leaf, error)
	// GrowAuditTree makes the tree that has the size from what to is. ok is false,
	// and nothing done, when it has another size: somebody else sealed.
	GrowAuditTree(ctx context.Context, from int64, to Tree) (ok bool, err error)
	// InsertLeaves appends leaves, and takes what they seal from what waits, which lies
	// from first to last. A leaf that is there already is a Conflict.
	InsertLeaves(ctx context.Context, leaves []Leaf, first, last Unsealed) error
	// InsertCheckpoint keeps a checkpoint.
	InsertCheckpoint(ctx context.Context, c Checkpoint) error
	// Lease takes or renews a lease; see store.Store.Lease.
	Lease(ctx context.Context, name, holder string, now, until time.Time) (bool, error)
}

// Sealer makes leaves of the events that wait, and signs the head of the tree that
// they come to. Replicas take turns; of several at once none does harm, for the tree
// grows from the size that each of them read, or not at all.
//
// What others write into its tables is never sealed, and keeps nothing else from it: it is
// passed over, told of by an event of its own, and an error once the rest is sealed.
type Sealer struct {
	Store  SealStore
	Keys   Keys
	Holder string // names this process among replicas
	// Audit is told of disturbances; nil: they are errors only.
	Audit Recorder

	teller teller
	mu     sync.Mutex
	seen   Disturbed
}

// leaseFor is how long a replica is the one that seals.
const leaseFor = 15 * time.Second

// ErrForged says that the database has what this house did not write.
var ErrForged = errors.New("the audit log holds what Gatehouse did not write; see gatehouse audit verify")

// Step seals all that waits, if it is this process's turn. What others wrote is Disturbed
// once the rest is sealed. ErrForged alone says that nothing can be sealed: the leaves
// of the tree are not what was signed, which takes the right to drop triggers.
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
	seen := sightings{}
	err := s.all(ctx, now, seen)
	noticed := seen.all()
	told, failed := s.teller.tell(ctx, s.Audit, noticed, now)
	if told && err == nil {
		err = s.all(ctx, now, sightings{}) // what was told
	}
	s.mu.Lock()
	s.seen = noticed
	s.mu.Unlock()
	if err = errors.Join(err, failed); err == nil && len(noticed) > 0 {
		return noticed
	}
	return err
}

// Disturbed returns what was noticed when this process sealed last.
func (s *Sealer) Disturbed() Disturbed {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen
}

func (s *Sealer) all(ctx context.Context, now time.Time, seen sightings) error {
	for after := (Unsealed{}); ; {
		n, err := s.batch(ctx, &after, now, seen)
		if err != nil || n < sealMost {
			return err
		}
	}
}

// batch seals what waits behind after, and moves that on. It returns how many waited.
func (s *Sealer) batch(ctx context.Context, after *Unsealed, now time.Time, seen sightings) (int, error) {
	base, err := s.base(ctx, seen) // before what waits: whoever seals that meanwhile moves the tree, too
	if err != nil {
		return 0, err
	}
	waiting, err := s.Store.UnsealedEvents(ctx, *after, sealMost)
	if err != nil || len(waiting) == 0 {
		return 0, err
	}
	*after = waiting[len(waiting)-1]
	own, err := s.own(ctx, waiting, seen)
	if err != nil {
		return 0, err
	}
	return len(waiting), s.seal(ctx, base, own, now)
}

// base is what is sealed upon: a tree that this house signed, the size that it has in the
// database, and when it was signed last.
type base struct {
	tree Tree
	kept int64
	at   time.Time
}

// base reads where the tree ends. Where that is not what was signed, the leaves tell it.
func (s *Sealer) base(ctx context.Context, seen sightings) (base, error) {
	h, err := s.Keys.headOf(ctx, s.Store)
	if err != nil {
		return base{}, err
	}
	b := base{h.tree, h.tree.Size, h.last.At}
	ahead, err := s.Store.Leaves(ctx, from(h.last.Size), math.MaxInt64, headPage)
	if err != nil {
		return base{}, err
	}
	rolled, strange := false, foreign{} // back, by somebody who dropped triggers
	for i := range ahead {
		if l := &ahead[i]; s.Keys.sealed(l) {
			rolled = true
		} else {
			strange.add(nameOfLeaf(l))
		}
	}
	if rolled { // or somebody sealed meanwhile
		again, err := s.Keys.headOf(ctx, s.Store)
		if err != nil || again.last.Size > h.last.Size {
			return base{tree: Tree{Size: -1}}, err
		}
	}
	seen.sightAll(ReasonCheckpoint, h.foreign)
	seen.sightAll(ReasonLeaf, strange)
	if h.whole() && !rolled {
		return b, nil
	}
	if b.tree, err = s.Keys.fromLeaves(ctx, s.Store, h.last); err != nil {
		return base{}, fmt.Errorf("seal the audit log: %w", err)
	}
	seen.sightAll(ReasonTree, foreign{1, fmt.Sprintf("the tree of %d entries, kept as one of %d", b.tree.Size, h.tree.Size)})
	return b, nil
}

// own returns those that this house recorded, and that have no leaf yet.
func (s *Sealer) own(ctx context.Context, waiting []Unsealed, seen sightings) ([]Unsealed, error) {
	good := make([]Unsealed, 0, len(waiting))
	for i := range waiting {
		u := &waiting[i]
		if !s.Keys.recorded(u) {
			seen.sight(ReasonAdded, string(u.Event))
			continue
		}
		if u.Leafed {
			again, err := s.sealed(ctx, u.Event)
			if err != nil {
				return nil, err
			}
			if again {
				seen.sight(ReasonAgain, string(u.Event))
				continue
			}
		}
		good = append(good, *u)
	}
	return good, nil
}

// sealed reports whether this house has sealed an event: of the leaves that have its name
// one is at its place.
func (s *Sealer) sealed(ctx context.Context, event id.Event) (bool, error) {
	leaves, err := s.Store.LeavesOf(ctx, event)
	if err != nil {
		return false, err
	}
	for i := range leaves {
		if s.Keys.sealed(&leaves[i]) {
			return true, nil
		}
	}
	return false, nil
}

// errLate undoes what is done upon a tree that somebody else made grow.
var errLate = errors.New("somebody else sealed")

// seal makes leaves of what waits behind those of a tree. Where somebody else was faster
// it does nothing.
func (s *Sealer) seal(ctx context.Context, b base, waiting []Unsealed, now time.Time) error {
	if len(waiting) == 0 || b.tree.Size < 0 {
		return nil
	}
	tree, leaves := b.tree, make([]Leaf, len(waiting))
	for i, u := range waiting {
		l := Leaf{Seq: tree.Size, Event: u.Event, At: u.At, Hash: u.Leaf}
		l.MAC = s.Keys.sealedMAC(&l)
		leaves[i] = l
		tree.Add(u.Leaf)
	}
	if now.Before(b.at) { // the clock was moved: a checkpoint is never older than the one before
		now = b.at
	}
	// Signed before it is kept, and told to nobody before: so the transaction is short.
	head, err := s.Keys.checkpoint(&tree, now)
	if err != nil {
		return err
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Store.InsertCheckpoint(ctx, head); err != nil {
			return err
		}
		if err := s.Store.InsertLeaves(ctx, leaves, waiting[0], waiting[len(waiting)-1]); err != nil {
			return err
		}
		ok, err := s.Store.GrowAuditTree(ctx, b.kept, tree)
		if err == nil && !ok {
			err = errLate
		}
		return err
	})
	switch {
	case errors.Is(err, errLate), fault.Is(err, fault.Conflict):
		return s.late(ctx, b.kept)
	case err != nil:
		return fmt.Errorf("seal the audit log: %w", err)
	}
	return nil
}

// late is nil when somebody else did make the tree grow.
func (s *Sealer) late(ctx context.Context, kept int64) error {
	tree, _, err := s.Store.AuditHead(ctx)
	if err == nil && tree.Size == kept {
		err = ErrForged
	}
	return err
}
