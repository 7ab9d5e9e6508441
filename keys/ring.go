package keys

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
	"gatehouse/follow"
	"gatehouse/secret"
)

// VersionName is the counter of the version row that rises with the keys.
const VersionName = "keys"

// Ring signs and verifies with the house's keys. It holds them parsed in memory
// and follows the store: when the store fails, it goes on with what it had.
// Call Load before anything else. All methods may be called at once.
type Ring struct {
	store  Store
	keeper *secret.Keeper
	audit  audit.Recorder
	config Config
	holder string // names this process in the lease

	// Remember is how long VerifyHint believes a key after it has retired. Set it
	// before anything is called; nil: not at all.
	Remember func() time.Duration

	turn    chan struct{} // held while keys are made or moved
	reading sync.Mutex    // held while a snapshot is read, so that none replaces a newer one
	current atomic.Pointer[snapshot]
}

// NewRing returns a Ring that has read nothing yet.
func NewRing(store Store, keeper *secret.Keeper, recorder audit.Recorder, config Config) *Ring {
	r := &Ring{
		store: store, keeper: keeper, audit: recorder, config: config,
		holder: secret.Token(20), turn: make(chan struct{}, 1),
	}
	r.current.Store(&snapshot{})
	return r
}

// Load reads the keys, and makes the first ES256 key if there is none. Making
// an RSA key takes long and is left to EnsureAlgorithm.
func (r *Ring) Load(ctx context.Context) error {
	if err := r.reload(ctx); err != nil {
		return err
	}
	return r.EnsureAlgorithm(ctx, ES256)
}

// reload replaces the snapshot. After an error the old one stays.
func (r *Ring) reload(ctx context.Context) error {
	r.reading.Lock()
	defer r.reading.Unlock()
	versions, err := r.store.Versions(ctx) // before the keys: what changes between is read twice, not never
	if err != nil {
		return fmt.Errorf("read the keys: %w", err)
	}
	rows, err := r.store.Keys(ctx, true)
	if err != nil {
		return fmt.Errorf("read the keys: %w", err)
	}
	s, err := newSnapshot(r.keeper, r.current.Load(), versions[VersionName], rows)
	if err != nil {
		return fmt.Errorf("read the keys: %w", err)
	}
	s.stamp = versions[stampOfKeys]
	r.current.Store(s)
	return nil
}

var stampOfKeys = follow.Stamp(VersionName)

// Follow reads the keys again if versions says that they changed.
func (r *Ring) Follow(ctx context.Context, versions map[string]int64) error {
	if known := r.current.Load(); versions[VersionName] == known.version && versions[stampOfKeys] == known.stamp {
		return nil
	}
	return r.reload(ctx)
}

// JWKS returns the key set to publish and its strong entity tag. The caller
// must not change the bytes.
func (r *Ring) JWKS() (body []byte, etag string) {
	s := r.current.Load()
	return s.jwks, s.etag
}

// Algorithms returns those that Sign can sign with; a key that is not there yet
// is made when it is needed.
func (r *Ring) Algorithms() []string { return []string{RS256, ES256, EdDSA} }

// List returns the keys as the store has them, oldest first; the retired ones
// too when all is true.
func (r *Ring) List(ctx context.Context, all bool) ([]Key, error) {
	rows, err := r.store.Keys(ctx, all)
	if err != nil {
		return nil, fmt.Errorf("list the keys: %w", err)
	}
	return rows, nil
}

// EnsureAlgorithm makes the first key of alg, which signs at once, unless there
// is a signing key already. Of several processes that do so together one makes
// it and the others read it. RSA takes up to a second.
func (r *Ring) EnsureAlgorithm(ctx context.Context, alg string) error {
	return r.ensure(ctx, audit.Actor{Kind: audit.House}, alg)
}

// ensure is EnsureAlgorithm for whoever asked for the key.
func (r *Ring) ensure(ctx context.Context, by audit.Actor, alg string) error {
	if !slices.Contains(r.Algorithms(), alg) {
		return unsupported(alg)
	}
	if r.current.Load().signing[alg] != nil {
		return nil
	}
	if err := r.take(ctx); err != nil {
		return fmt.Errorf("make the first %s key: %w", alg, err)
	}
	defer r.release()
	if err := r.reload(ctx); err != nil {
		return err
	}
	if r.current.Load().signing[alg] != nil {
		return nil // somebody made it while we waited
	}
	if err := r.makeFirst(ctx, by, alg); err != nil {
		return fmt.Errorf("make the first %s key: %w", alg, err)
	}
	return nil
}

func (r *Ring) makeFirst(ctx context.Context, by audit.Actor, alg string) error {
	now := time.Now()
	k, err := r.newKey(alg, Signing, now, now)
	if err != nil {
		return err
	}
	err = r.insert(ctx, by, ActionCreate, k)
	if err != nil && !fault.Is(err, fault.Conflict) { // a conflict: another process was faster
		return err
	}
	if err := r.reload(ctx); err != nil {
		return err
	}
	if r.current.Load().signing[alg] == nil {
		return errors.New("the store has no such key after it was made")
	}
	return nil
}

// take waits for this process's turn to make or move keys.
func (r *Ring) take(ctx context.Context) error {
	select {
	case r.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (r *Ring) release() { <-r.turn }

// newKey generates and seals a key.
func (r *Ring) newKey(alg string, state State, created, signsFrom time.Time) (Key, error) {
	m, err := generate(alg)
	if err != nil {
		return Key{}, err
	}
	sealed, err := m.seal(r.keeper)
	if err != nil {
		return Key{}, err
	}
	return Key{
		ID: m.id, Algorithm: alg, State: state, Public: string(m.jwk), Sealed: sealed,
		Created: clock.Cut(created), SignsFrom: clock.Cut(signsFrom),
	}, nil
}

// insert stores a new key together with its event.
func (r *Ring) insert(ctx context.Context, by audit.Actor, action audit.Action, k Key) error {
	return r.store.InTx(ctx, func(ctx context.Context) error {
		if err := r.store.InsertKey(ctx, k); err != nil {
			return err
		}
		return r.audit.Record(ctx, event(by, action, k))
	})
}

// event tells about a key; the document names no key material.
func event(by audit.Actor, action audit.Action, k Key) audit.Event {
	after := map[string]any{"alg": k.Algorithm, "state": k.State, "signs_from": k.SignsFrom}
	if !k.Until.IsZero() {
		after["until"] = k.Until
	}
	return audit.Event{Actor: by, Action: action, Target: audit.Target{Kind: KindKey, ID: k.ID}, After: audit.Doc(after)}
}
