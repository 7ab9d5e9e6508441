package oauth

import (
	"context"
	"fmt"
	"time"
)

// Load reads the revocations that were there when this process began to follow
// the store. It belongs to the background of a start: nobody waits for it, since
// until it is done the store is asked about each token. After an error it begins
// anew; when it is done, or nothing is followed yet, it does nothing.
func (r *Registry) Load(ctx context.Context, _ time.Time) error {
	to := r.lastSeq.Load()
	if to == unread || r.loaded.Load() {
		return nil
	}
	if _, err := r.readRange(ctx, 0, to); err != nil {
		return fmt.Errorf("load the revocations: %w", err)
	}
	r.loaded.Store(true)
	return nil
}

// Loading reports whether Load has something to do.
func (r *Registry) Loading(time.Time) bool { return !r.loaded.Load() }
