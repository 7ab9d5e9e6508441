package oauth

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"gatehouse/fault"
	"gatehouse/id"
)

// pollEvery is how soon a process notices what another one changed.
const pollEvery = 200 * time.Millisecond

// Registry holds the clients and the revocations in memory and follows the
// store by its version row. Reading takes no lock and no query. When the store
// fails, it goes on with what it had; FreshAsOf tells since when. Call Step
// before the first use.
type Registry struct {
	store   Store
	clients atomic.Pointer[map[id.Client]*Client]
	origins atomic.Pointer[map[string]bool]
	revoked revocations
	epoch   atomic.Uint64
	fresh   atomic.Int64 // FreshAsOf in microseconds

	stepping sync.Mutex // held by Step; guards what follows
	versions map[string]int64
	lastSeq  int64
	swept    time.Time
}

// NewRegistry returns a Registry that has read nothing yet.
func NewRegistry(store Store) *Registry {
	r := &Registry{store: store}
	r.clients.Store(&map[id.Client]*Client{})
	r.origins.Store(&map[string]bool{})
	return r
}

// Step asks for the versions and reads what changed. After an error all that
// was known before still counts.
func (r *Registry) Step(ctx context.Context, now time.Time) error {
	r.stepping.Lock()
	defer r.stepping.Unlock()
	versions, err := r.store.Versions(ctx)
	if err != nil {
		return fmt.Errorf("follow the store: %w", err)
	}
	if err := r.readClients(ctx, versions); err != nil {
		return err
	}
	if err := r.readRevocations(ctx, versions, now); err != nil {
		return err
	}
	if r.changed(versions, VersionKeys) {
		r.epoch.Add(1)
	}
	r.versions = versions
	r.fresh.Store(now.UnixMicro())
	if now.Sub(r.swept) >= time.Minute {
		r.revoked.sweep(now)
		r.swept = now
	}
	return nil
}

// changed reports whether a counter differs from the one at the last good Step.
func (r *Registry) changed(versions map[string]int64, name string) bool {
	return r.versions == nil || versions[name] != r.versions[name]
}

func (r *Registry) readClients(ctx context.Context, versions map[string]int64) error {
	if !r.changed(versions, VersionClients) {
		return nil
	}
	list, err := r.store.Clients(ctx)
	if err != nil {
		return fmt.Errorf("read the clients: %w", err)
	}
	byID := make(map[id.Client]*Client, len(list))
	for i := range list {
		byID[list[i].ID] = &list[i]
	}
	r.clients.Store(&byID)
	origins := originsOf(list)
	r.origins.Store(&origins)
	r.epoch.Add(1) // after the data: who sees the new epoch sees the new data
	return nil
}

func (r *Registry) readRevocations(ctx context.Context, versions map[string]int64, now time.Time) error {
	if !r.changed(versions, VersionRevocations) {
		return nil
	}
	list, err := r.store.RevocationsAfter(ctx, r.lastSeq)
	if err != nil {
		return fmt.Errorf("read the revocations: %w", err)
	}
	for _, v := range list {
		if now.Before(v.Until) {
			r.revoked.add(v)
		}
		r.lastSeq = max(r.lastSeq, v.Seq)
	}
	r.epoch.Add(1)
	return nil
}

// Run follows the store until ctx ends. A failure is logged when it begins and
// when it ends.
func (r *Registry) Run(ctx context.Context) error {
	ticker := time.NewTicker(pollEvery)
	defer ticker.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return nil
		case now := <-ticker.C:
			err := r.Step(ctx, now)
			switch {
			case err != nil && ctx.Err() == nil && !failing:
				failing = true
				slog.ErrorContext(ctx, "clients and revocations cannot be followed; going on with the known ones", "error", err)
			case err == nil && failing:
				failing = false
				slog.InfoContext(ctx, "clients and revocations are followed again")
			}
		}
	}
}

// Client returns a client, enabled or not, which the caller must not change.
// One that the snapshot lacks is asked of the store, so that a client that was
// created a moment ago is there. NotFound fault "client.not_found"; a failing
// store is never that.
func (r *Registry) Client(ctx context.Context, client id.Client) (*Client, error) {
	if c := (*r.clients.Load())[client]; c != nil {
		return c, nil
	}
	if !validClientID(client) {
		return nil, fault.Missing("client")
	}
	c, err := r.store.Client(ctx, client)
	if fault.Is(err, fault.NotFound) {
		return nil, fault.Missing("client")
	}
	if err != nil {
		return nil, fmt.Errorf("read a client: %w", err)
	}
	return &c, nil
}

// Epoch changes whenever something changed that could kill a token. Who keeps
// the result of a check keeps the epoch from before the check with it.
func (r *Registry) Epoch() uint64 { return r.epoch.Load() }

// FreshAsOf returns when the store last answered; the zero time when it never did.
func (r *Registry) FreshAsOf() time.Time {
	if us := r.fresh.Load(); us != 0 {
		return time.UnixMicro(us)
	}
	return time.Time{}
}

// TokenFacts is what a revocation may be about. Empty fields are not about anything.
type TokenFacts struct {
	JTI           string
	Authorization id.Authorization
	Session       id.Session
	User          id.User
	Client        id.Client
	KeyID         string
	Issued        time.Time
}

// Revoked reports whether a token is dead although its signature and expiry are
// good: because something about it was revoked, or its client is disabled.
func (r *Registry) Revoked(t TokenFacts) bool {
	if c := (*r.clients.Load())[t.Client]; c != nil && c.Disabled {
		return true
	}
	dead := func(kind RevocationKind, key string) bool { return r.revoked.kill(kind, key, t.Issued) }
	return dead(RevokedToken, t.JTI) ||
		dead(RevokedAuthorization, string(t.Authorization)) ||
		dead(RevokedSession, string(t.Session)) ||
		dead(RevokedUser, string(t.User)) ||
		dead(RevokedClient, string(t.Client)) ||
		dead(RevokedKey, t.KeyID) ||
		t.User != "" && dead(RevokedConsent, ConsentKey(t.User, t.Client))
}

// learn refuses tokens from now on, before the revocations are read back from
// the store. Only what was committed may be learned: whoever takes a dead token
// for a reason to write nothing relies on it.
func (r *Registry) learn(list []Revocation) {
	for _, v := range list {
		r.revoked.add(v)
	}
	r.epoch.Add(1)
}
