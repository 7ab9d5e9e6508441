package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"gatehouse/fault"
	"gatehouse/id"
)

// VerifyStore is what Verifier asks; *store.Store does.
type VerifyStore interface {
	TrailStore
	AuditHead(ctx context.Context) (Tree, Checkpoint, error)
	// Checkpoints returns checkpoints that are larger than after, the smallest first.
	Checkpoints(ctx context.Context, after int64, limit int) ([]Checkpoint, error)
	// SealedEntries returns leaves from a place on, in their order, with what they seal.
	SealedEntries(ctx context.Context, from int64, limit int) ([]Sealed, error)
	// LeafOf returns the leaf of an event; NotFound where it has none.
	LeafOf(ctx context.Context, event id.Event) (Leaf, error)
	// Entry returns an event as it is kept; NotFound for none.
	Entry(ctx context.Context, event id.Event) (Entry, error)
	UnsealedEvents(ctx context.Context, after Unsealed, limit int) ([]Unsealed, error)
	// WalkEvents returns events behind a place, the oldest first, and what of them is
	// sealed or waits.
	WalkEvents(ctx context.Context, after Cursor, limit int) ([]Walked, error)
}

// Verifier looks whether the events are what was recorded. It reads all of them, a
// page at a time, while others go on recording and sealing.
type Verifier struct {
	Store VerifyStore
	Keys  Keys
	// Kept are checkpoints that were kept outside of the database; none prove nothing
	// about the end of the log.
	Kept []Checkpoint
}

// Finding is something that is not as it was recorded.
type Finding struct {
	Seq     int64    // the place in the tree; -1: it has none
	Event   id.Event // "": it is not known
	Problem string
}

// Verdict is what a Verifier found.
type Verdict struct {
	Size     int64     // how many events are sealed, those that are gone for a reason included
	Until    time.Time // when the last checkpoint was made; zero: there is none
	Pruned   int64     // of these, older than the retention when they went
	Erased   int64     // of these, without what was personal of them
	Waiting  int       // events that wait to be sealed
	Kept     int       // checkpoints outside of the database that agree
	KeptSize int64     // the largest of them
	Findings []Finding // the first in the tree comes first; there may be more than are listed
}

// First returns the first bad entry.
func (v *Verdict) First() (Finding, bool) {
	if len(v.Findings) == 0 {
		return Finding{}, false
	}
	return v.Findings[0], true
}

const (
	verifyPage   = 500
	mostFindings = 100
)

// verification is one run of a Verifier.
type verification struct {
	*Verifier
	Verdict
	verifier note.Verifier
	tree     Tree
	gap      bool // leaves are missing: roots say nothing any more
	kept     map[int64]tlog.Hash
	stored   []Checkpoint // of the database, from the first that the tree has not reached
	last     int64        // the size of the last checkpoint that was read
	below    int64        // events before that place were pruned
	erased   map[id.User]time.Time
}

// Verify looks at everything. An error means that it could not; what is wrong with the
// log is in the verdict.
func (v *Verifier) Verify(ctx context.Context) (Verdict, error) {
	r := &verification{Verifier: v, verifier: v.Keys.verifier(), kept: map[int64]tlog.Hash{}}
	for _, step := range []func(context.Context) error{r.begin, r.leaves, r.end, r.events, r.waiting} {
		if err := step(ctx); err != nil {
			return r.Verdict, fmt.Errorf("verify the audit log: %w", err)
		}
	}
	slices.SortStableFunc(r.Findings, func(a, b Finding) int {
		return int(min(1, max(-1, place(a)-place(b))))
	})
	return r.Verdict, nil
}

// place orders findings: what has no place in the tree comes last.
func place(f Finding) int64 {
	if f.Seq < 0 {
		return math.MaxInt64 / 2
	}
	return f.Seq
}

func (r *verification) find(seq int64, event id.Event, problem string, args ...any) {
	if len(r.Findings) < mostFindings {
		r.Findings = append(r.Findings, Finding{seq, event, fmt.Sprintf(problem, args...)})
	}
}

// begin reads where the tree ends, and what tells that something may be missing.
func (r *verification) begin(ctx context.Context) error {
	for _, c := range r.Verifier.Kept {
		r.KeptSize = max(r.KeptSize, c.Size)
		if other, ok := r.kept[c.Size]; ok && other != c.Root {
			r.find(c.Size, "", "two checkpoints of this size were kept, and they differ: the log was restored from a back-up, or rewritten")
		}
		r.kept[c.Size] = c.Root
	}
	tree, last, err := r.Store.AuditHead(ctx)
	r.Size, r.Until = math.MaxInt64, last.At
	if errors.Is(err, ErrForged) {
		r.find(-1, "", "the state of the tree is none")
		return r.excuses(ctx)
	}
	if err != nil {
		return err
	}
	switch signed, err := verifyNote(r.verifier, last.Note); {
	case last.Note == "" && tree.Size == 0:
		r.Size = 0
	case err != nil || signed.Size != last.Size:
		r.find(-1, "", "the last checkpoint, of size %d, was not signed by this Gatehouse", last.Size)
	case tree.Size != signed.Size || tree.Root() != signed.Root:
		r.find(-1, "", "the state of the tree, of size %d, is not what was signed last", tree.Size)
	default:
		r.Size = signed.Size
	}
	return r.excuses(ctx)
}

// excuses reads which events tell of a removal.
func (r *verification) excuses(ctx context.Context) error {
	r.below, r.erased = 0, map[id.User]time.Time{}
	trail := &Trail{Store: r.Store}
	for e, err := range trail.All(ctx, Query{Actions: []Action{ActionPrune, ActionErase}}) {
		if err != nil {
			return err
		}
		switch good, err := r.genuine(ctx, e.ID); {
		case err != nil:
			return err
		case !good:
		case e.Action == ActionErase:
			if e.At.After(r.erased[e.User]) {
				r.erased[e.User] = e.At
			}
		default:
			var p pruned
			if json.Unmarshal(e.After, &p) == nil {
				r.below = max(r.below, p.Below)
			}
		}
	}
	return nil
}

// genuine reports whether an event is what this house recorded, be it sealed yet or
// not.
func (r *verification) genuine(ctx context.Context, event id.Event) (bool, error) {
	e, err := r.Store.Entry(ctx, event)
	if err != nil {
		return false, err
	}
	leaf := e.leaf()
	if problem, _, gone := e.broken(); problem != "" || gone {
		return false, nil
	}
	l, err := r.Store.LeafOf(ctx, event)
	if err == nil {
		return l.Hash == leaf && r.Keys.ownLeaf(&l), nil // moved or not: that is found at its place
	}
	if !fault.Is(err, fault.NotFound) {
		return false, err
	}
	waiting, err := r.Store.UnsealedEvents(ctx, Unsealed{At: e.At}, verifyPage)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(waiting, func(u Unsealed) bool {
		return u.Event == event && u.Leaf == leaf && sameMAC(u.MAC, r.Keys.unsealedMAC(leaf))
	}), nil
}

// leaves goes through the tree.
func (r *verification) leaves(ctx context.Context) error {
	for r.tree.Size < r.Size {
		page, err := r.Store.SealedEntries(ctx, r.tree.Size, verifyPage)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			return nil
		}
		if err := r.anew(ctx, page); err != nil {
			return err
		}
		for i := range page {
			if page[i].Seq >= r.Size {
				return nil
			}
			if err := r.leaf(ctx, &page[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// anew reads the excuses anew where something is missing that they do not excuse: it may
// have gone for a reason meanwhile.
func (r *verification) anew(ctx context.Context, page []Sealed) error {
	for i := range page {
		if r.unexcused(&page[i]) != "" {
			return r.excuses(ctx)
		}
	}
	return nil
}

func (r *verification) leaf(ctx context.Context, s *Sealed) error {
	if s.Seq > r.tree.Size {
		r.find(r.tree.Size, "", "the entries %d to %d are missing", r.tree.Size, s.Seq-1)
		r.gap, r.tree.Size = true, s.Seq
	}
	switch problem := r.unexcused(s); {
	case !sameMAC(s.MAC, r.Keys.sealedMAC(s.Seq, s.Hash)):
		r.find(s.Seq, s.Event, "this Gatehouse did not seal it at this place")
	case problem != "":
		r.find(s.Seq, s.Event, "%s", problem)
	case !s.There:
		r.Pruned++
	case s.Entry.Erased:
		r.Erased++
	}
	if r.gap {
		r.tree.Size++
		return nil
	}
	r.tree.Add(s.Hash)
	return r.heads(ctx)
}

// unexcused says what is wrong with what a leaf seals.
func (r *verification) unexcused(s *Sealed) string {
	switch {
	case !s.There && s.Seq < r.below:
		return ""
	case !s.There:
		return "it was removed"
	case s.Entry.ID != s.Event || s.Entry.leaf() != s.Hash:
		return "it was changed"
	}
	problem, origin, documents := s.Entry.broken()
	switch {
	case problem != "":
		return problem
	case origin && !r.mayLack(&s.Entry, actingPerson(&s.Entry)):
		return "its address and user agent were removed, and no erasure tells of it"
	case documents && (s.Entry.Action == ActionErase || !r.mayLack(&s.Entry, s.Entry.User)):
		return "its documents were removed, and no erasure tells of it"
	}
	return ""
}

// mayLack reports whether an erasure of the person tells of what e lacks.
func (r *verification) mayLack(e *Entry, user id.User) bool {
	at, ok := r.erased[user]
	return ok && user != "" && !e.At.After(at)
}

// actingPerson is whose address an event has.
func actingPerson(e *Entry) id.User {
	switch e.Actor.Kind {
	case Person:
		return id.User(e.Actor.ID)
	case Nobody:
		return e.User
	}
	return ""
}

// heads compares the root with what was signed of this size.
func (r *verification) heads(ctx context.Context) error {
	if len(r.stored) == 0 {
		var err error
		if r.stored, err = r.Store.Checkpoints(ctx, r.tree.Size-1, verifyPage); err != nil {
			return err
		}
		if len(r.stored) == 0 {
			r.stored = []Checkpoint{{Size: math.MaxInt64}}
		}
	}
	kept, isKept := r.kept[r.tree.Size]
	if !isKept && r.stored[0].Size != r.tree.Size {
		return nil
	}
	root := r.tree.Root()
	if isKept && kept != root {
		r.find(r.tree.Size-1, "", "it or one before it is not what it was when the checkpoint of %d entries was kept outside of the database", r.tree.Size)
	} else if isKept {
		r.Verdict.Kept++
	}
	if r.stored[0].Size != r.tree.Size {
		return nil
	}
	signed, err := verifyNote(r.verifier, r.stored[0].Note)
	switch {
	case err != nil || signed.Size != r.tree.Size:
		r.find(-1, "", "the checkpoint of %d entries was not signed by this Gatehouse", r.tree.Size)
	case signed.Root != root:
		r.find(r.tree.Size-1, "", "it or one before it is not what it was when the checkpoint of %d entries was signed", r.tree.Size)
	}
	r.stored, r.last = r.stored[1:], r.tree.Size
	return nil
}

// end looks at what lies behind the last leaf.
func (r *verification) end(ctx context.Context) error {
	if r.Size == math.MaxInt64 {
		r.Size = r.tree.Size
	}
	if r.tree.Size < r.Size {
		r.find(r.tree.Size, "", "the entries %d to %d are missing", r.tree.Size, r.Size-1)
	}
	if r.KeptSize > r.Size {
		r.find(r.Size, "", "the entries %d to %d are missing: a checkpoint outside of the database tells of them", r.Size, r.KeptSize-1)
	}
	behind, err := r.Store.SealedEntries(ctx, r.Size, 1)
	if err != nil || len(behind) == 0 {
		return err
	}
	_, last, err := r.Store.AuditHead(ctx) // somebody may have sealed meanwhile
	if errors.Is(err, ErrForged) {
		return nil // found at the beginning
	}
	if err == nil && last.Size <= behind[0].Seq {
		r.find(behind[0].Seq, behind[0].Event, "it lies behind the last checkpoint")
	}
	return err
}

// events looks for those that nothing seals.
func (r *verification) events(ctx context.Context) error {
	for after := (Cursor{}); ; {
		page, err := r.Store.WalkEvents(ctx, after, verifyPage)
		if err != nil {
			return err
		}
		for _, w := range page {
			if !w.Sealed && !w.Waits {
				r.find(-1, w.ID, "it was added: it is not sealed, and does not wait for it")
			}
		}
		if len(page) < verifyPage {
			return nil
		}
		last := page[len(page)-1]
		after = Cursor{At: last.At, ID: last.ID}
	}
}

// waiting looks at what waits to be sealed.
func (r *verification) waiting(ctx context.Context) error {
	for after := (Unsealed{}); ; {
		page, err := r.Store.UnsealedEvents(ctx, after, verifyPage)
		if err != nil {
			return err
		}
		for i := range page {
			if err := r.waits(ctx, &page[i]); err != nil {
				return err
			}
		}
		if len(page) < verifyPage {
			return nil
		}
		after = page[len(page)-1]
	}
}

func (r *verification) waits(ctx context.Context, u *Unsealed) error {
	if !sameMAC(u.MAC, r.Keys.unsealedMAC(u.Leaf)) {
		r.find(-1, u.Event, "it was added: this Gatehouse did not record it")
		return nil
	}
	e, err := r.Store.Entry(ctx, u.Event)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	_, leafErr := r.Store.LeafOf(ctx, u.Event)
	if leafErr != nil && !fault.Is(leafErr, fault.NotFound) {
		return leafErr
	}
	switch {
	case leafErr == nil: // sealed after the page was read, or put back by somebody
		return r.waitsAgain(ctx, u)
	case err != nil:
		r.find(-1, u.Event, "it was removed before it was sealed")
	case e.leaf() != u.Leaf:
		r.find(-1, u.Event, "it was changed before it was sealed")
	default:
		r.Waiting++
		if problem := r.unexcused(&Sealed{Leaf: Leaf{Event: u.Event, Hash: u.Leaf, Seq: math.MaxInt64}, Entry: e, There: true}); problem != "" {
			r.find(-1, u.Event, "%s", problem)
		}
	}
	return nil
}

func (r *verification) waitsAgain(ctx context.Context, u *Unsealed) error {
	page, err := r.Store.UnsealedEvents(ctx, Unsealed{At: u.At}, verifyPage)
	if err == nil && slices.ContainsFunc(page, func(w Unsealed) bool { return w.Event == u.Event }) {
		r.find(-1, u.Event, "it is sealed, and waits for it again")
	}
	return err
}
