package audit

import (
	"context"
	"fmt"
	"time"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/setting"
)

// Config says how long events are kept.
type Config struct {
	// Retention is how long audit events are kept, at least 30d; 0 keeps them
	// forever. That something was removed is an event itself.
	Retention time.Duration `setting:"retention"`
	// CheckpointFile is a file to which every process appends the signed heads of the
	// log, each with what was recorded until then. It belongs onto another machine, or
	// where nobody can take back what was written: with it `gatehouse audit verify`
	// finds out that the end of the log was cut off. Empty: none.
	CheckpointFile string `setting:"checkpoint_file"`
}

// DefaultConfig keeps everything: a record that vanished cannot be brought back,
// and whoever must delete it knows that they must.
func DefaultConfig() Config { return Config{} }

// minRetention is the shortest retention. The database lets nobody remove
// events of the last 29 days; a day is left for clocks that differ.
const minRetention = 30 * setting.Day

// Validate says what is wrong with c.
func (c Config) Validate() []fault.Field {
	if c.Retention == 0 || c.Retention >= minRetention {
		return nil
	}
	return []fault.Field{{
		Name: "retention", Problem: "is " + setting.FormatDuration(c.Retention) + "; it must be at least " +
			setting.FormatDuration(minRetention) + ", or 0 to keep events forever",
	}}
}

// ActionPrune is the removal of events that were older than the retention.
const ActionPrune Action = "audit.prune"

// Audited explains what is recorded of the audit log itself.
var Audited = Catalogue{
	{Action: ActionPrune, When: "Events older than `audit.retention` were removed", Targets: []Kind{KindHouse}, Before: "how many there were, and the time of the first", After: "the time before which they were, and the place in the tree"},
	{Action: ActionErase, When: "Addresses, user agents and documents of a person who was deleted were erased from the audit log", Targets: []Kind{KindUser}},
	{Action: ActionRefuse, When: "Somebody asked for what they lack the right to, or would have handed on what they do not hold; the reason says which", Targets: []Kind{KindHouse, KindUser, KindClient, KindService, "group", "organisation"}, After: "what they wanted, and the permission that they lack"},
}

// pruneEvery is how much of a day's events gathers beyond the retention before
// they are removed: one event a day tells of it, not one a minute. pruneMost is
// how many one transaction removes at most, so that nobody waits for it.
const (
	pruneEvery = setting.Day
	pruneMost  = 5000
)

// PruneStore is what Pruner asks; *store.Store does.
type PruneStore interface {
	InTx(ctx context.Context, f func(ctx context.Context) error) error
	// PrunableEvents returns the first sealed events, in the order in which they were
	// sealed, that are older than before, and the time of the first of all, zero when
	// there is none.
	PrunableEvents(ctx context.Context, before time.Time, limit int) (first time.Time, old Prunable, err error)
	// DropEvents removes them, and returns how many. told names the event that tells
	// of it, in the same transaction; without it the database refuses, as it does for
	// what is younger than 29 days.
	DropEvents(ctx context.Context, old Prunable, told id.Event) (int, error)
}

// Prunable are sealed events that are old enough to go: those whose leaves lie from
// From and below Below. What is behind a younger event waits for it.
type Prunable struct {
	From, Below int64
	Last        time.Time // the latest of their times
}

// Pruner removes what is older than the retention.
type Pruner struct {
	Store  PruneStore
	Audit  Recorder
	Config Config
}

// Due reports whether events are ever too old.
func (p *Pruner) Due(time.Time) bool { return p.Config.Retention > 0 }

// Prune removes, and records, the oldest events once a day's worth is beyond the
// retention at now. A backlog takes several calls; two at once do no harm.
func (p *Pruner) Prune(ctx context.Context, now time.Time) (removed int, err error) {
	if !p.Due(now) {
		return 0, nil
	}
	horizon := now.Add(-p.Config.Retention)
	first, _, err := p.Store.PrunableEvents(ctx, horizon, 1)
	if err != nil {
		return 0, fmt.Errorf("prune the audit log: %w", err)
	}
	if first.IsZero() || first.Add(pruneEvery).After(horizon) {
		return 0, nil
	}
	err = p.Store.InTx(ctx, func(ctx context.Context) error {
		removed, err = p.prune(ctx, horizon, now)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("prune the audit log: %w", err)
	}
	return removed, nil
}

// pruned is what a prune event says afterwards; the verifier reads it.
type pruned struct {
	Until time.Time `json:"none_before"`
	Below int64     `json:"sealed_below"`
}

func (p *Pruner) prune(ctx context.Context, horizon, now time.Time) (int, error) {
	first, old, err := p.Store.PrunableEvents(ctx, horizon, pruneMost)
	n := int(old.Below - old.From)
	if err != nil || n == 0 { // none: another replica was faster
		return 0, err
	}
	told := Event{
		ID: id.NewEvent(), At: now, Actor: Actor{Kind: House}, Action: ActionPrune, Target: Itself(),
		Before: Doc(map[string]any{"events": n, "first": first}),
		After:  Doc(pruned{Until: old.Last.Add(time.Microsecond), Below: old.Below}),
	}
	if err := p.Audit.Record(ctx, told); err != nil {
		return 0, err
	}
	removed, err := p.Store.DropEvents(ctx, old, told.ID)
	if err == nil && removed != n {
		err = fmt.Errorf("%d events were to be removed, and %d were", n, removed)
	}
	return removed, err
}
