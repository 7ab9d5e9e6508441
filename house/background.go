package house

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"gatehouse/keys"
)

// The janitor's rhythm: under its lease one replica sweeps every minute.
const (
	sweepEvery = time.Minute
	sweepLease = 3 * time.Minute
)

// Janitor removes what has ended. Nothing depends on it for being over: expiry
// is a comparison with the clock wherever it matters.
type Janitor struct {
	Store interface {
		Lease(ctx context.Context, name, holder string, now, until time.Time) (bool, error)
		Sweep(ctx context.Context, now time.Time) (map[string]int64, error)
	}
	Holder string
	Log    *slog.Logger
}

// Step sweeps once if this process has or gets the lease at now.
func (j *Janitor) Step(ctx context.Context, now time.Time) error {
	mine, err := j.Store.Lease(ctx, "janitor", j.Holder, now, now.Add(sweepLease))
	if err != nil || !mine {
		return err
	}
	swept, err := j.Store.Sweep(ctx, now)
	if err != nil {
		return err
	}
	for what, n := range swept {
		if n > 0 {
			j.Log.Debug("swept", "what", what, "rows", n)
		}
	}
	return nil
}

// Run steps every minute until ctx ends. A failing step is logged and tried again.
func (j *Janitor) Run(ctx context.Context) error {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		if err := j.Step(ctx, time.Now()); err != nil && ctx.Err() == nil {
			j.Log.Warn("the janitor failed and will try again", "error", err.Error())
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// holder names this process in leases.
func holder() string {
	var b [8]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// Run runs what beats in the background until ctx ends. RS256 keys are made here
// and not before: RSA takes time, and nobody should wait for it at the door.
func (h *House) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return h.Registry.Run(ctx) })
	group.Go(func() error { return h.Keys.Run(ctx) })
	group.Go(func() error { return h.Identity.Hasher.Run(ctx, h.Log) })
	group.Go(func() error { return (&Janitor{Store: h.Store, Holder: holder(), Log: h.Log}).Run(ctx) })
	group.Go(func() error {
		for _, alg := range []string{keys.RS256, keys.EdDSA} {
			if err := h.Keys.EnsureAlgorithm(ctx, alg); err != nil && ctx.Err() == nil {
				h.Log.Warn("a signing key could not be made yet; it is made when first needed", "alg", alg, "error", err.Error())
			}
		}
		return nil
	})
	return group.Wait()
}
