package server

import (
	"context"
	"fmt"
	"time"

	"gatehouse/admin"
	"gatehouse/audit"
	"gatehouse/flow"
	"gatehouse/house"
	"gatehouse/identity"
	"gatehouse/store"
	"gatehouse/wire"
)

// figures tells the admin API how this process is, and what was counted.
type figures struct {
	house  *house.House
	health *health
}

// Health is what readiness says, and how far keys, seal and policy are.
func (f *figures) Health(ctx context.Context) (wire.Health, error) {
	r := f.health.readiness(ctx)
	h := wire.Health{Status: r.Status, Checks: r.Checks, Doubts: r.Doubts, Database: "postgres", Keys: map[string]int{}, Policy: int64(f.house.Policy.Figures().Version), Now: time.Now().UTC()}
	if _, is := f.house.Config.Store.SQLite(); is {
		h.Database = "sqlite"
	}
	all, err := f.house.Keys.List(ctx, false)
	if err != nil {
		return h, fmt.Errorf("tell how this process is: %w", err)
	}
	for _, k := range all {
		h.Keys[string(k.State)]++
	}
	_, head, err := f.house.Store.AuditHead(ctx)
	if err != nil {
		return h, err
	}
	h.Seal = wire.SealState{Sealed: head.Size, At: head.At.UTC()}
	waiting, err := f.house.Store.UnsealedEvents(ctx, audit.Unsealed{}, 1)
	if err == nil && len(waiting) > 0 {
		h.Seal.Waiting = waiting[0].At.UTC()
	}
	return h, err
}

// Tallies are those of the store.
func (f *figures) Tallies(ctx context.Context, since, until time.Time) ([]audit.Tally, error) {
	return f.house.Store.Tallies(ctx, since, until)
}

// Endings are those of the store.
func (f *figures) Endings(ctx context.Context, since, until time.Time, most int) (int, error) {
	return f.house.Store.Endings(ctx, since, until, most)
}

// Names are those of what is counted.
func (f *figures) Names() admin.FigureNames {
	return admin.FigureNames{
		SignIn: string(flow.ActionSigninComplete), Refused: string(identity.ActionSigninRefuse),
		People: store.CountedPeople, Sessions: store.CountedSessions, Expiring: store.CountedEnding,
	}
}

// Settings are what "gatehouse config show" prints.
func (f *figures) Settings(ctx context.Context) ([]wire.Setting, error) { return f.house.Shown(ctx) }
