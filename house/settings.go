package house

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"gatehouse/config"
	"gatehouse/fault"
	"gatehouse/house/place"
	"gatehouse/settings"
	"gatehouse/store"
	"gatehouse/wire"
)

// present is the configuration as it stands: what this process was started with, and what
// of it was changed in the database since. It implements settings.Book.
type present struct {
	house *House

	reading sync.Mutex // so that no older state replaces a newer one
	now     atomic.Pointer[state]

	mu   sync.Mutex
	told []func()
}

// state is one state of the configuration.
type state struct {
	config   config.Config
	unusable []config.Unusable
}

// Now returns the configuration as it stands, which nobody may change. Ask each time:
// what of it may be changed while Gatehouse runs is another within a second of a change.
// Config is what this process was started with.
func (h *House) Now() *config.Config {
	if s := h.present.now.Load(); s != nil {
		return &s.config
	}
	return &h.Config
}

// UnusableSettings is what the database holds of the configuration and this process
// cannot use; the default counts instead.
func (h *House) UnusableSettings() []config.Unusable {
	if s := h.present.now.Load(); s != nil {
		return s.unusable
	}
	return nil
}

// OnSettings calls f after each change of the configuration that this process hears of.
// f must not change settings.
func (h *House) OnSettings(f func()) {
	h.present.mu.Lock()
	defer h.present.mu.Unlock()
	h.present.told = append(h.present.told, f)
}

// part returns the present part of the configuration that of picks.
func part[T any](h *House, of func(*config.Config) T) func() T {
	return func() T { return of(h.Now()) }
}

// read reads what the database holds.
func (p *present) read(ctx context.Context) error {
	p.reading.Lock()
	defer p.reading.Unlock()
	rows, err := p.house.Store.Settings(ctx)
	if err != nil {
		return err
	}
	var next state
	next.config, next.unusable = config.Over(p.house.Config, stored(rows))
	before := p.now.Swap(&next)
	if before == nil || !slices.Equal(before.unusable, next.unusable) {
		for _, u := range next.unusable {
			p.house.Log.Error("a setting in the database cannot be used; what else sets it counts, or the default", "key", u.Key, "why", u.Problem)
		}
	}
	p.mu.Lock()
	told := slices.Clone(p.told)
	p.mu.Unlock()
	for _, f := range told {
		f()
	}
	return nil
}

// follow reads again when the counter of settings rose.
func (p *present) follow(ctx context.Context, _ map[string]int64) error {
	if err := p.read(ctx); err != nil {
		return fmt.Errorf("follow the settings: %w", err)
	}
	return nil
}

// readAgain is how long who changed a setting waits for it to count.
const readAgain = 2 * time.Second

// changed reads what this process changed. If that fails the follower does it.
func (p *present) changed(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readAgain) // that of the transaction is over
	defer cancel()
	if err := p.read(ctx); err != nil {
		p.house.Log.Warn("a changed setting could not be read at once", "error", err.Error())
	}
}

// Shown returns every key with its value as the database holds it now, in the order of the
// keys and fit to be shown.
func (h *House) Shown(ctx context.Context) ([]wire.Setting, error) {
	rows, err := h.Settings.List(ctx)
	if err != nil {
		return nil, err
	}
	now, unusable := config.Over(h.Config, stored(rows))
	var all []wire.Setting
	for _, s := range config.Settings(now, now.Sources) {
		one := wire.Setting{Path: s.Path, Value: s.Value, Default: s.Default, Source: s.Source.String(), Layer: string(s.Source.Layer), Doc: s.Doc, Changeable: s.Changeable}
		if by, fixed := h.Config.Fixed(s.Path); fixed && s.Changeable {
			one.Source, one.Layer, one.Locked = by.String(), string(by.Layer), true
		}
		i := slices.IndexFunc(rows, func(r settings.Setting) bool { return r.Key == s.Path })
		if i >= 0 && s.Source.Layer != config.Database {
			one.Stored = &rows[i].Value
		}
		for _, u := range unusable {
			if u.Key == s.Path {
				one.Problem = u.Problem
			}
		}
		all = append(all, one)
	}
	slices.SortFunc(all, func(a, b wire.Setting) int { return strings.Compare(a.Path, b.Path) })
	return all, nil
}

func stored(rows []settings.Setting) []config.Stored {
	all := make([]config.Stored, len(rows))
	for i, r := range rows {
		all[i] = config.Stored{Key: r.Key, Value: r.Value}
	}
	return all
}

// Known implements settings.Book.
func (p *present) Known(key string) (is, changes bool) { return config.Known(key) }

// Fixed implements settings.Book.
func (p *present) Fixed(key string) (by string, is bool) {
	src, is := p.house.Config.Fixed(key)
	return src.String(), is
}

// Problem implements settings.Book.
func (p *present) Problem(all []settings.Setting, key string) string {
	return p.house.Config.Refusals(stored(all), key)
}

// openSettings makes the service of settings, and reads what is stored.
func (h *House) openSettings(ctx context.Context) error {
	h.present = &present{house: h}
	if err := h.present.read(ctx); err != nil {
		return fmt.Errorf("read the settings: %w", err)
	}
	return nil
}

// Stored returns what the database of cfg holds of the configuration, nothing where there
// is no database or no Gatehouse in it. It makes and changes nothing.
func Stored(ctx context.Context, cfg config.Config) (rows []config.Stored, err error) {
	err = place.CheckDatabase(cfg)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	s, err := store.Open(ctx, cfg.Store, nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if has, err := s.HasSchema(ctx); err != nil || !has {
		return nil, err
	}
	all, err := s.Settings(ctx)
	return stored(all), err
}
