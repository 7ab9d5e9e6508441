package server

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"time"

	"gatehouse/admin"
	"gatehouse/audit"
	"gatehouse/flow"
	"gatehouse/house"
	"gatehouse/house/place"
	"gatehouse/identity"
	"gatehouse/oauth"
	"gatehouse/store"
	"gatehouse/wire"
)

// figures tells the admin API how this process is, and what was counted.
type figures struct {
	house   *house.House
	health  *health
	version string
	started time.Time
}

// Health is what readiness says, and how far keys, seal and policy are.
func (f *figures) Health(ctx context.Context) (wire.Health, error) {
	r := f.health.readiness(ctx)
	h := wire.Health{
		Status: r.Status, Checks: r.Checks, Doubts: r.Doubts, Database: "postgres", Keys: map[string]int{}, Policy: int64(f.house.Policy.Figures().Version), Now: time.Now().UTC(),
		Version: f.version, Started: f.started.UTC(), Redis: f.redis(),
	}
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
	return h, errors.Join(err, f.storage(ctx, &h))
}

// storage tells of the database how large it is, which schema it has and how fast it answers.
func (f *figures) storage(ctx context.Context, h *wire.Health) (err error) {
	if h.Schema, err = f.house.Store.SchemaVersion(ctx); err != nil {
		return err
	}
	took, err := f.house.Store.Answers(ctx)
	if err != nil {
		return err
	}
	h.Answers = took.Microseconds()
	if h.Storage.Bytes, err = f.house.Store.Size(ctx); err != nil {
		return err
	}
	file, is := f.house.Config.Store.SQLite()
	if !is {
		return nil
	}
	if free, err := place.FreeSpace(filepath.Dir(file)); err == nil { // else nobody can tell here
		h.Storage.Free = new(int64(min(free, math.MaxInt64)))
	}
	return nil
}

// redis says whether limits are shared.
func (f *figures) redis() string {
	switch shared := f.house.Limiters.Figures(); {
	case shared.Shared:
		return "shared"
	case !shared.Since.IsZero():
		return "away"
	}
	return "none"
}

// Attention is that of the house.
func (f *figures) Attention(ctx context.Context) (wire.Attention, error) {
	return f.house.Attention(ctx)
}

// Tallies are those of the store.
func (f *figures) Tallies(ctx context.Context, since, until time.Time) ([]audit.Tally, error) {
	return f.house.Store.Tallies(ctx, since, until)
}

// Tops are those of the store.
func (f *figures) Tops(ctx context.Context, since, until time.Time) ([]audit.Top, error) {
	return f.house.Store.Tops(ctx, since, until)
}

// TopUses are those of the store.
func (f *figures) TopUses(ctx context.Context, since time.Time, limit int) ([]oauth.UseSum, error) {
	return f.house.Store.TopUses(ctx, since, limit)
}

// Endings are those of the store.
func (f *figures) Endings(ctx context.Context, since, until time.Time, most int) (int, error) {
	return f.house.Store.Endings(ctx, since, until, most)
}

// Names are those of what is counted.
func (f *figures) Names() admin.FigureNames {
	return admin.FigureNames{
		SignIn: string(flow.ActionSigninComplete), Refused: string(identity.ActionSigninRefuse),
		People: store.CountedPeople, Secured: store.CountedSecured, Bytes: store.CountedBytes, Gate: house.CountedGate, Sessions: store.CountedSessions, Expiring: store.CountedEnding,
	}
}

// Settings are what "gatehouse config show" prints.
func (f *figures) Settings(ctx context.Context) ([]wire.Setting, error) { return f.house.Shown(ctx) }
