package audit

import (
	"context"
	"encoding/json"
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
	WitnessStore
	HeadStore
	CheckpointStore
	// SealedEntries returns leaves behind a place, in their order, with what they seal.
	SealedEntries(ctx context.Context, after Place, limit int) ([]Sealed, error)
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
	// Went, where it is not nil, is told how many rows were looked at of how many; a total of 0 is
	// not known. An error of it ends the verification.
	Went func(done, total int64) error
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
	// Noticed is what Gatehouse noticed while it went on, the newest first; it may be gone
	// since. There may be more than are listed.
	Noticed []Noticed
}

// Noticed is a disturbance that an event tells of.
type Noticed struct {
	Event id.Event
	At    time.Time
	Disturbance
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
	last     Checkpoint   // that was read
	below    int64        // events before that place were pruned
	erased   map[id.User]time.Time
}

// Verify looks at everything. An error means that it could not; what is wrong with the
// log is in the verdict.
func (v *Verifier) Verify(ctx context.Context) (Verdict, error) {
	r := &verification{Verifier: v, verifier: v.Keys.verifier(), kept: map[int64]tlog.Hash{}, last: Checkpoint{Size: math.MinInt64}}
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
	h, err := r.Keys.headOf(ctx, r.Store)
	if err != nil {
		return err
	}
	if h.foreign.rows > 0 {
		r.find(-1, "", "%s was not signed by this Gatehouse, and lies behind those that were", h.foreign.first)
	}
	r.Size, r.Until = math.MaxInt64, h.last.At
	if h.whole() {
		r.Size = h.tree.Size
	} else {
		r.find(-1, "", "the state of the tree, of size %d, is not what was signed last", h.tree.Size)
	}
	return r.excuses(ctx)
}

// excuses reads which events tell of a removal, and which of a disturbance.
func (r *verification) excuses(ctx context.Context) error {
	r.below, r.erased, r.Noticed = 0, map[id.User]time.Time{}, nil
	trail := &Trail{Store: r.Store}
	for e, err := range trail.All(ctx, Query{Actions: []Action{ActionPrune, ActionErase, ActionDisturb}}) {
		if err != nil {
			return err
		}
		told, ok, err := witness{r.Store, r.Keys}.genuine(ctx, CursorOf(e))
		if err != nil {
			return err
		}
		if ok {
			r.excuse(&told.Event)
		}
	}
	return nil
}

func (r *verification) excuse(e *Event) {
	switch e.Action {
	case ActionErase:
		if e.At.After(r.erased[e.User]) {
			r.erased[e.User] = e.At
		}
	case ActionPrune:
		var p pruned
		if json.Unmarshal(e.After, &p) == nil {
			r.below = max(r.below, p.Below)
		}
	case ActionDisturb:
		d := Disturbance{Reason: e.Reason}
		if json.Unmarshal(e.After, &d) == nil && len(r.Noticed) < mostFindings {
			r.Noticed = append(r.Noticed, Noticed{e.ID, e.At, d})
		}
	}
}

// leaves goes through the tree. Of those that lie at one place one is this house's.
func (r *verification) leaves(ctx context.Context) error {
	for after := from(math.MinInt64); r.tree.Size < r.Size; {
		page, err := r.Store.SealedEntries(ctx, after, verifyPage)
		if err != nil || len(page) == 0 {
			return err
		}
		after = page[len(page)-1].place()
		if err := r.went(r.tree.Size); err != nil {
			return err
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
	switch {
	case !r.Keys.sealed(&s.Leaf):
		r.find(s.Seq, s.Event, "this Gatehouse did not seal it at this place")
		return nil
	case s.Seq < r.tree.Size:
		r.find(s.Seq, s.Event, "another entry was sealed at this place, too: the end of the log was cut off, and it was begun anew from there")
		return nil
	case s.Seq > r.tree.Size:
		r.find(r.tree.Size, "", "the entries %d to %d are missing", r.tree.Size, s.Seq-1)
		r.gap, r.tree.Size = true, s.Seq
	}
	switch problem := r.unexcused(s); {
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
	if kept, is := r.kept[r.tree.Size]; is {
		if kept == r.tree.Root() {
			r.Verdict.Kept++
		} else {
			r.find(r.tree.Size-1, "", "it or one before it is not what it was when the checkpoint of %d entries was kept outside of the database", r.tree.Size)
		}
	}
	for {
		c, err := r.next(ctx)
		if err != nil || c.Size > r.tree.Size {
			return err
		}
		r.stored, r.last = r.stored[1:], c
		signed, err := verifyNote(r.verifier, c.Note)
		switch {
		case err != nil || signed.Size != c.Size:
			r.find(-1, "", "%s was not signed by this Gatehouse", nameOf(c))
		case signed.Root != r.tree.Root():
			r.find(r.tree.Size-1, "", "it or one before it is not what it was when the checkpoint of %d entries was signed", c.Size)
		}
	}
}

// next is the first checkpoint of the database that was not looked at, an endless one
// behind the last.
func (r *verification) next(ctx context.Context) (c Checkpoint, err error) {
	if len(r.stored) == 0 {
		if r.stored, err = r.Store.CheckpointsBehind(ctx, r.last, verifyPage); err != nil {
			return c, err
		}
		if len(r.stored) == 0 {
			r.stored = []Checkpoint{{Size: math.MaxInt64}}
		}
	}
	return r.stored[0], nil
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
	behind, err := r.Store.SealedEntries(ctx, from(r.Size), 1)
	if err != nil || len(behind) == 0 {
		return err
	}
	h, err := r.Keys.headOf(ctx, r.Store) // somebody may have sealed meanwhile
	if err == nil && h.last.Size <= behind[0].Seq {
		r.find(behind[0].Seq, behind[0].Event, "it lies behind the last checkpoint")
	}
	return err
}

// went tells how far it is. Each sealed event is looked at twice: as a leaf, and where it lies.
func (r *verification) went(done int64) error {
	if r.Went == nil {
		return nil
	}
	total := int64(0)
	if r.Size < math.MaxInt64/2 {
		total = 2 * r.Size
	}
	return r.Went(min(done, total), total)
}

// events looks for those that nothing seals.
func (r *verification) events(ctx context.Context) error {
	walked := r.Size + r.Pruned
	for after := (Cursor{}); ; {
		page, err := r.Store.WalkEvents(ctx, after, verifyPage)
		if err != nil {
			return err
		}
		walked += int64(len(page))
		if err := r.went(walked); err != nil {
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
	if !r.Keys.recorded(u) {
		r.find(-1, u.Event, "it was added: this Gatehouse did not record it")
		return nil
	}
	at := Cursor{At: u.At, ID: u.Event}
	_, sealed, err := witness{r.Store, r.Keys}.leaf(ctx, at, r.Keys.sealed)
	if err != nil {
		return err
	}
	if sealed { // after the page was read, or put back by somebody
		return r.waitsAgain(ctx, at)
	}
	e, err := r.Store.Entry(ctx, at)
	switch {
	case fault.Is(err, fault.NotFound):
		r.find(-1, u.Event, "it was removed before it was sealed")
	case err != nil:
		return err
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

func (r *verification) waitsAgain(ctx context.Context, at Cursor) error {
	_, err := r.Store.UnsealedEvent(ctx, at)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err == nil {
		r.find(-1, at.ID, "it is sealed, and waits for it again")
	}
	return err
}
