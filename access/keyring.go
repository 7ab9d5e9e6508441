package access

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	"gatehouse/clock"
	"gatehouse/fault"
	"gatehouse/id"
)

// Keyring tells the doors whose key they were shown, from memory, and remembers when
// each was last good. Fill in the exported fields.
type Keyring struct {
	Codec  KeyCodec
	Policy Present
	Store  keyUseStore

	mu   sync.Mutex
	used map[id.ServiceKey]time.Time // since the last Flush; no more than keys that there are
}

// keyUseStore remembers when keys were used.
type keyUseStore interface {
	InTx(ctx context.Context, f func(ctx context.Context) error) error
	// UseServiceKeys notes when keys were last used, where that is later than what
	// is known. It raises no counter.
	UseServiceKeys(ctx context.Context, used map[id.ServiceKey]time.Time) error
}

// Present is the policy as it stands.
type Present interface {
	// Current returns it, at most a second old. An error is Unavailable: nobody can
	// know, and the caller must refuse.
	Current(ctx context.Context) (*Snapshot, error)
	// Latest is Current of a moment after the call.
	Latest(ctx context.Context) (*Snapshot, error)
}

// Bearer returns whose key a text is. A text that is none, a key that is over, was
// revoked or never was, and one whose account is disabled or locked are one and the
// same Unauthenticated fault, "servicekey.bad". It asks no store about a key that is
// known; for one that is not, the policy is followed once, since it may have been made
// a moment ago. An error of another kind says nothing about the key.
func (r *Keyring) Bearer(ctx context.Context, text string) (Bearer, error) {
	p, err := r.Codec.Parse(text)
	if err != nil {
		return Bearer{}, badKey()
	}
	now := time.Now()
	s, err := r.Policy.Current(ctx)
	if err != nil {
		return Bearer{}, fmt.Errorf("look for a key: %w", err)
	}
	if s.keys[p.ID] == nil {
		if s, err = r.Policy.Latest(ctx); err != nil {
			return Bearer{}, fmt.Errorf("look for a key: %w", err)
		}
	}
	b, ok := s.Bearer(p, now)
	if !ok {
		return Bearer{}, badKey()
	}
	r.note(b.Key, now)
	return b, nil
}

// Read tells which key a text is: one of this house that there is or was. It asks
// nobody. What it reports false for is a guess.
func (r *Keyring) Read(text string) (id.ServiceKey, bool) {
	p, err := r.Codec.Parse(text)
	return p.ID, err == nil
}

// Has reports whether there is such a key that is not over: to judge it no store is
// asked, be it good now or not. It reports false, too, where nobody knows, so it is for those
// alone to whom that comes to the same; else ask a Snapshot.
func (r *Keyring) Has(ctx context.Context, key id.ServiceKey) bool {
	s, err := r.Policy.Current(ctx)
	return err == nil && s.HasKey(key)
}

func badKey() error {
	return fault.New(fault.Unauthenticated, "servicekey.bad", "The key is unknown, over or revoked, or its service account may do nothing now.")
}

func (r *Keyring) note(key id.ServiceKey, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.used == nil {
		r.used = map[id.ServiceKey]time.Time{}
	}
	r.used[key] = now
}

// Flush writes down when keys were used since it was last called. What could not be
// written is tried again the next time.
func (r *Keyring) Flush(ctx context.Context, _ time.Time) error {
	r.mu.Lock()
	used := r.used
	r.used = nil
	r.mu.Unlock()
	if len(used) == 0 {
		return nil
	}
	for key, at := range used {
		used[key] = clock.Cut(at)
	}
	err := r.Store.InTx(ctx, func(ctx context.Context) error { return r.Store.UseServiceKeys(ctx, used) })
	if err == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	maps.Copy(used, r.used)
	r.used = used
	return fmt.Errorf("note the use of keys: %w", err)
}
