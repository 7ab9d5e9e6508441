package draft

import (
	"context"
	"errors"
	"slices"
	"time"

	"gatehouse/gate"
)

// ErrStale says that the store is not any more as it was when the draft was read.
var ErrStale = errors.New("the house has changed since it was planned")

// Routes is a draft as package gate knows it.
type Routes struct{ d *Draft }

// Routes implements gate.Store.
func (d *Draft) Routes() Routes { return Routes{d} }

func (r Routes) InTx(ctx context.Context, f func(ctx context.Context) error) error { return f(ctx) }

// RaiseRoutes has Replay raise the version, once, before the first route is written: others
// who change routes meanwhile are noticed by it.
func (r Routes) RaiseRoutes(context.Context) (int64, error) {
	if !r.d.rerouted {
		r.d.rerouted = true
		was := r.d.routing
		r.d.later(func(ctx context.Context, s Store, _ time.Duration) error {
			is, err := s.RaiseRoutes(ctx)
			if err == nil && is != was+1 {
				err = ErrStale
			}
			return err
		})
	}
	return r.d.routing + 1, nil
}

// Routes implements gate.Store. Who changes the list changes a copy.
func (r Routes) Routes(context.Context) ([]gate.Record, error) {
	return slices.Clone(r.d.routes.listed()), nil
}

func (r Routes) InsertRoute(_ context.Context, one gate.Record) error {
	return r.d.routes.insert(r.d, one, Store.InsertRoutes)
}

func (r Routes) UpdateRoute(_ context.Context, one gate.Record) error {
	return r.d.routes.update(r.d, one, Store.UpdateRoute)
}

func (r Routes) DeleteRoute(_ context.Context, kind, name string) error {
	return r.d.routes.remove(r.d, kind+"/"+name, func(s Store, ctx context.Context, _ string) error { return s.DeleteRoute(ctx, kind, name) })
}
