package oauth

import (
	"context"
	"fmt"
	"math"
	"sync/atomic"
	"time"

	"gatehouse/fault"
	"gatehouse/follow"
	"gatehouse/id"
)

// Registry holds the clients and the revocations in memory and follows the
// store. Reading takes no lock and no query, but for revocations until Load is
// done. When the store fails, it goes on with what it had; Current says whether
// that is young enough to decide by.
type Registry struct {
	// Locks says who is suspended. Set it before the first question.
	Locks Locks

	store    Store
	follower *follow.Follower
	clients  atomic.Pointer[map[id.Client]*Client]
	origins  atomic.Pointer[map[string]bool]
	revoked  revocations

	// What follows belongs to read, which is not called twice at a time.
	versions map[string]int64
	last     Revocation // that was read; the zero one: none, or it had been removed

	// lastSeq is the last revocation that was read, or left to Load by the first
	// reading; before that it is unread.
	lastSeq atomic.Int64
	loaded  atomic.Bool // revoked has all up to lastSeq
}

// Locks says who is suspended.
type Locks interface {
	// Locked reports whether a lock is on the person, the session or the client now;
	// what is empty is not asked about. It answers from memory. An error says that
	// nobody can know.
	Locked(ctx context.Context, user id.User, session id.Session, client id.Client) (bool, error)
}

// Locked reports whether a lock is on the client now.
func (r *Registry) Locked(ctx context.Context, client id.Client) (bool, error) {
	return r.locked(ctx, &TokenFacts{Client: client})
}

// locked reports whether a lock is on whom a token is about. Nothing is ended by
// one: when it is lifted, the token is as good as it was.
func (r *Registry) locked(ctx context.Context, t *TokenFacts) (bool, error) {
	locked, err := r.Locks.Locked(ctx, t.User, t.Session, t.Client)
	if err != nil {
		return false, fmt.Errorf("ask for locks: %w", err)
	}
	return locked, nil
}

// unread is less than any number of a revocation.
const unread = -1

// NewRegistry returns a Registry that follows by feed and has read nothing yet:
// let the feed take a step before the first use.
func NewRegistry(store Store, feed *follow.Feed) *Registry {
	r := &Registry{store: store, revoked: newRevocations()}
	r.clients.Store(&map[id.Client]*Client{})
	r.origins.Store(&map[string]bool{})
	r.lastSeq.Store(unread)
	r.follower = feed.Follow(r.read, VersionClients, VersionRevocations)
	return r
}

// read reads what changed. After an error all that was known before still counts.
func (r *Registry) read(ctx context.Context, versions map[string]int64) error {
	if err := r.readClients(ctx, versions); err != nil {
		return err
	}
	if err := r.readRevocations(ctx, versions); err != nil {
		return err
	}
	r.versions = versions
	return nil
}

// Current returns nil when what is known is young enough to decide by, and else
// why it is not, after one attempt to learn; see follow.Follower.
func (r *Registry) Current(ctx context.Context) error { return r.follower.Current(ctx) }

// Age is how long ago the store was asked for what is known.
func (r *Registry) Age() time.Duration { return r.follower.Age() }

// Forget drops the revocations that no living token can be about any more at now,
// which must be the true time.
func (r *Registry) Forget(_ context.Context, now time.Time) error {
	r.revoked.sweep(now)
	return nil
}

// changed reports whether a counter differs from the one at the last good reading.
func (r *Registry) changed(versions map[string]int64, name string) bool {
	stamp := follow.Stamp(name)
	return r.versions == nil || versions[name] != r.versions[name] || versions[stamp] != r.versions[stamp]
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
	return nil
}

// readRevocations keeps all, whatever the time is: one that is left out by a clock
// that had jumped would not be read again. Forget drops them. The first reading
// leaves what is there already to Load.
func (r *Registry) readRevocations(ctx context.Context, versions map[string]int64) error {
	if !r.changed(versions, VersionRevocations) {
		return nil
	}
	from := r.lastSeq.Load()
	if from == unread {
		from = versions[VersionRevocations]
		if err := r.begin(ctx, from); err != nil {
			return err
		}
	} else if goesOn, err := r.goesOn(ctx, versions[follow.Epoch]); err != nil {
		return err
	} else if !goesOn {
		from = 0
	}
	last, err := r.readRange(ctx, from, math.MaxInt64)
	if err != nil {
		return fmt.Errorf("read the revocations: %w", err)
	}
	if last.Seq > from {
		r.last = last
	}
	r.lastSeq.Store(last.Seq)
	return nil
}

// begin notes up to where Load is to read, and the last revocation there.
func (r *Registry) begin(ctx context.Context, to int64) error {
	r.lastSeq.Store(to)
	page, err := r.store.RevocationsAfter(ctx, to-1, 1)
	if err != nil {
		return fmt.Errorf("read the last revocation: %w", err)
	}
	if len(page) > 0 && page[0].Seq == to {
		r.last = page[0]
	}
	return nil
}

// goesOn reports whether what the store has now follows the last revocation that was
// read. Where that was removed nobody can tell, and all is to be read again; so it is
// where the store went back and has others under the same numbers, which is said to
// everybody by another epoch.
func (r *Registry) goesOn(ctx context.Context, epoch int64) (bool, error) {
	last := r.lastSeq.Load()
	if last == 0 {
		return true, nil
	}
	present, err := r.store.Versions(ctx) // by now: who asked before may have done so before the last was read
	if err != nil {
		return false, fmt.Errorf("look for the last revocation: %w", err)
	}
	page, err := r.store.RevocationsAfter(ctx, last-1, 1)
	if err != nil {
		return false, fmt.Errorf("look for the last revocation: %w", err)
	}
	there := len(page) > 0 && page[0].Seq == last
	if there && page[0].same(&r.last) {
		return true, nil
	}
	if there && r.last.Seq == last || present[VersionRevocations] < last {
		err = r.store.WentBack(ctx, epoch)
	}
	r.last = Revocation{}
	return false, err
}

// same reports whether both say the same of the same thing.
func (v *Revocation) same(o *Revocation) bool {
	return v.Seq == o.Seq && v.Kind == o.Kind && v.Key == o.Key && v.Before.Equal(o.Before) && v.Until.Equal(o.Until)
}

// readRange reads the revocations behind from, up to a number that is at least to
// if there are so many, and returns the last one; where there is none, from as its
// number alone.
func (r *Registry) readRange(ctx context.Context, from, to int64) (last Revocation, err error) {
	for last.Seq = from; last.Seq < to; {
		limit := int(min(to-last.Seq, revocationsPage))
		page, err := r.store.RevocationsAfter(ctx, last.Seq, limit)
		if err != nil {
			return last, err
		}
		for _, v := range page {
			if r.revoked.add(v); v.Seq > last.Seq {
				last = v
			}
		}
		if len(page) < limit {
			break
		}
	}
	return last, nil
}

// revocationsPage is how many are read at once: a process that starts beside
// hundreds of thousands keeps the memory of a few thousand.
const revocationsPage = 5000

// Client returns a client, enabled or not, which the caller must not change. It
// is no older than whoever decides may have it (Current). One that the snapshot
// lacks is asked of the store, so that a client that was created a moment ago is
// there. NotFound fault "client.not_found"; a failing store is never that.
func (r *Registry) Client(ctx context.Context, client id.Client) (*Client, error) {
	if (*r.clients.Load())[client] == nil {
		return r.miss(ctx, client)
	}
	if err := r.Current(ctx); err != nil {
		return nil, &fault.Error{
			Kind: fault.Unavailable, Code: "store.unavailable", Detail: "The database cannot answer now.",
			RetryAfter: time.Second, Err: fmt.Errorf("read a client: %w", err),
		}
	}
	if c := (*r.clients.Load())[client]; c != nil {
		return c, nil
	}
	return r.miss(ctx, client) // deleted, as Current has just learned
}

// miss asks the store for a client that the snapshot lacks.
func (r *Registry) miss(ctx context.Context, client id.Client) (*Client, error) {
	if !ValidClientID(client) {
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

// learn refuses tokens from now on, before the revocations are read back from
// the store. Only what was committed may be learned: whoever takes a dead token
// for a reason to write nothing relies on it.
func (r *Registry) learn(list []Revocation) {
	for _, v := range list {
		r.revoked.add(v)
	}
}
