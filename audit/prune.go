package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"gatehouse/clock"
	"gatehouse/id"
	"gatehouse/setting"
)

// ActionPrune is the removal of events that were older than the retention.
const ActionPrune Action = "audit.prune"

// Audited explains what is recorded of the audit log itself.
var Audited = Catalogue{
	{Action: ActionPrune, When: "Events older than `audit.retention` were removed", Targets: []Kind{KindHouse}, Before: "how many there were, and the time of the first", After: "the time before which they were, and the place in the tree"},
	{Action: ActionDisturb, When: "Somebody wrote into the tables of the audit log beside Gatehouse, and it went on; the reason says what was noticed", Targets: []Kind{KindHouse}, After: "how many rows, and the first of them"},
	{Action: ActionErase, When: "Addresses, user agents and documents of a person who was deleted were erased from the audit log", Targets: []Kind{KindUser}},
	{Action: ActionVerifyBegin, When: "Somebody began a verification of the audit log that is kept", Targets: []Kind{KindVerification}},
	{Action: ActionVerifyStop, When: "A verification was stopped; by Gatehouse, where it came to no end as often as it was begun", Targets: []Kind{KindVerification}},
	{Action: ActionVerifyEnd, When: "A verification is done", Targets: []Kind{KindVerification}, After: "whether the log is what was recorded, how many events are sealed, and how many of them are not as they were recorded"},
	{Action: ActionRefuse, When: "Somebody asked for what they lack the right to, or would have handed on what they do not hold; the reason says which", Targets: []Kind{KindHouse, KindUser, KindClient, KindService, "group", "organisation"}, After: "what they wanted, and the permission that they lack"},
}

// pruneEvery is how much of a day's events gathers beyond the retention before
// they are removed: one event a day tells of it, not one a minute. pruneMost is
// how many one transaction looks at and removes at most, so that nobody waits for it.
const (
	pruneEvery = setting.Day
	pruneMost  = 2000
)

// PruneStore is what Pruner asks; *store.Store does.
type PruneStore interface {
	WitnessStore
	TrailStore
	InTx(ctx context.Context, f func(ctx context.Context) error) error
	// SealedEntries returns leaves behind a place, in their order, with what they seal.
	SealedEntries(ctx context.Context, after Place, limit int) ([]Sealed, error)
	CheckpointStore
	// DropEvents removes them, and returns how many. told names the event that tells
	// of it, in the same transaction; without it the database refuses, as it does for
	// what is younger than 29 days.
	DropEvents(ctx context.Context, old Prunable, told Event) (int, error)
}

// Prunable are sealed events that are old enough to go: those whose leaves lie from
// From and below Below. What is behind a younger event waits for it.
type Prunable struct {
	From, Below int64
	Events      []Cursor  // their names
	First, Last time.Time // the first of them, and the latest of their times
}

// Pruner removes what is older than the retention. It takes no row's word for it: an event
// goes if it is what this house sealed at its place, and both its own time and the
// time at which that was signed are old. Where something is not as it was sealed,
// nothing goes.
type Pruner struct {
	Store  PruneStore
	Audit  Recorder
	Keys   Keys
	Config func() Config // as it is now

	teller  teller
	mu      sync.Mutex
	problem Disturbed
}

// Due reports whether events are ever too old.
func (p *Pruner) Due(time.Time) bool { return p.Config().Retention > 0 }

// Prune removes, and records, the oldest events once a day's worth is beyond the
// retention at now. A backlog takes several calls; two at once do no harm. Disturbed says
// that what was to go is not what was sealed; it stays, and an event tells of that.
func (p *Pruner) Prune(ctx context.Context, now time.Time) (removed int, err error) {
	retention := p.Config().Retention // once: it may be changed meanwhile
	if retention <= 0 {
		return 0, nil
	}
	horizon := now.Add(-retention)
	err = p.Store.InTx(ctx, func(ctx context.Context) error {
		removed, err = p.prune(ctx, horizon, now)
		return err
	})
	noticed, _ := errors.AsType[Disturbed](err)
	p.mu.Lock()
	p.problem = noticed
	p.mu.Unlock()
	if err != nil {
		_, failed := p.teller.tell(ctx, p.Audit, noticed, now)
		return 0, fmt.Errorf("prune the audit log: %w", errors.Join(err, failed))
	}
	return removed, nil
}

// Disturbed returns why nothing was removed when this process tried last; nil: it was.
func (p *Pruner) Disturbed() Disturbed {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.problem
}

// pruned is what a prune event says afterwards; the verifier reads it.
type pruned struct {
	Until time.Time `json:"none_before"`
	Below int64     `json:"sealed_below"`
}

func (p *Pruner) prune(ctx context.Context, horizon, now time.Time) (int, error) {
	first, err := p.begin(ctx)
	if err != nil {
		return 0, err
	}
	old, err := p.old(ctx, first, horizon)
	n := len(old.Events)
	if err != nil || n == 0 || old.First.Add(pruneEvery).After(horizon) {
		return 0, err
	}
	told := Event{
		ID: id.NewEvent(), At: clock.Cut(now), Actor: Actor{Kind: House}, Action: ActionPrune, Target: Itself(),
		Before: Doc(map[string]any{"events": n, "first": old.First}),
		After:  Doc(pruned{Until: old.Last.Add(time.Microsecond), Below: old.Below}),
	}
	if err := p.Audit.Record(ctx, told); err != nil {
		return 0, err
	}
	removed, err := p.Store.DropEvents(ctx, old, told)
	if err == nil && removed != n {
		err = fmt.Errorf("%d events were to be removed, and %d were", n, removed)
	}
	return removed, err
}

// begin returns the first entry that was not pruned, as the last genuine event of a
// pruning tells.
func (p *Pruner) begin(ctx context.Context) (int64, error) {
	var strange foreign
	for e, err := range (&Trail{Store: p.Store}).All(ctx, Query{Actions: []Action{ActionPrune}}) {
		if err != nil {
			return 0, err
		}
		told, ok, err := witness{p.Store, p.Keys}.genuine(ctx, CursorOf(e))
		if err != nil {
			return 0, err
		}
		var said pruned
		if ok && json.Unmarshal(told.After, &said) == nil {
			return said.Below, nil
		}
		if strange.add(string(e.ID)); strange.rows >= MaxPage {
			return 0, notOld(strange.first)
		}
	}
	return 0, nil
}

// old returns the first entries behind a place that are old enough to go.
func (p *Pruner) old(ctx context.Context, first int64, horizon time.Time) (old Prunable, err error) {
	old = Prunable{From: first, Below: first}
	entries, err := p.Store.SealedEntries(ctx, from(first), pruneMost)
	if err != nil {
		return old, err
	}
	signed := signatures{store: p.Store, keys: p.Keys, last: Checkpoint{Size: first}}
	for i := range entries {
		s := &entries[i]
		if !p.Keys.sealed(&s.Leaf) {
			continue // somebody else's; where ours is missing, the next is out of its row
		}
		if s.Seq != old.Below || !s.There || s.Entry.ID != s.Event || s.Entry.leaf() != s.Hash {
			return old, notOld(fmt.Sprintf("entry %d", old.Below))
		}
		at, err := signed.at(ctx, s.Seq)
		if err != nil || !s.Entry.At.Before(horizon) || !at.Before(horizon) {
			return old, err
		}
		old.Below++
		old.Events = append(old.Events, CursorOf(s.Entry.Event))
		if old.First.IsZero() {
			old.First = s.Entry.At
		}
		if s.Entry.At.After(old.Last) {
			old.Last = s.Entry.At
		}
	}
	return old, nil
}

func notOld(first string) Disturbed {
	return Disturbed{{Reason: ReasonNotOld, Rows: 1, First: first}}
}

// signatures tells when entries were signed, in their order.
type signatures struct {
	store CheckpointStore
	keys  Keys
	last  Checkpoint // that was read
	page  []Checkpoint
	now   Checkpoint // that covers the entry which was asked for last
}

// never is later than every horizon.
var never = time.Unix(1<<40, 0)

// at returns when an entry was signed, never for one that was not.
func (s *signatures) at(ctx context.Context, seq int64) (at time.Time, err error) {
	for s.now.Size <= seq {
		if len(s.page) == 0 {
			if s.page, err = s.store.CheckpointsBehind(ctx, s.last, headPage); err != nil {
				return never, err
			}
			if len(s.page) == 0 {
				return never, nil
			}
		}
		s.last, s.page = s.page[0], s.page[1:]
		if signed, err := verifyNote(s.keys.verifier(), s.last.Note); err == nil && signed.Size == s.last.Size {
			s.now = signed
		}
	}
	return s.now.At, nil
}
