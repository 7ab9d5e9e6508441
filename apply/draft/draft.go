// Package draft is a house in memory in which somebody tries out what changes would come
// to: the services of access and oauth run over it as they run over the store, with the
// same rules, and what they write is kept as a list that Replay writes to the store by as
// few statements as there can be. What it does not hold in memory it asks the store, in
// the one state (View) that it was read in, where nothing can be written.
package draft

import (
	"context"
	"slices"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/id"
	"gatehouse/oauth"
)

// Store is what a draft is read from, and written to; *store.Store is one.
type Store interface {
	access.Store
	Clients(ctx context.Context) ([]oauth.Client, error)

	InsertGroups(ctx context.Context, all []access.GroupRecord) error
	InsertOrgs(ctx context.Context, all []access.OrgRecord) error
	InsertRoles(ctx context.Context, all []access.Role) error
	InsertScopes(ctx context.Context, all []access.Scope) error
	InsertServiceAccounts(ctx context.Context, all []access.ServiceAccountRecord) error
	PutMemberships(ctx context.Context, all []access.MembershipRecord) error
	InsertGrants(ctx context.Context, all []access.GrantRecord) error
	InsertClients(ctx context.Context, all []oauth.Client) error

	UpdateClient(ctx context.Context, c oauth.Client) error
	DeleteClient(ctx context.Context, client id.Client) error
	EndFamiliesOfClient(ctx context.Context, client id.Client, until time.Time) error
	Revoke(ctx context.Context, rs ...oauth.Revocation) error
}

// Draft is one. It is for one goroutine.
type Draft struct {
	store Store
	at    time.Time // when it was read

	version uint64 // of the policy that is tried out
	basis   uint64
	moved   map[access.Subject]uint64

	apis     map[string]access.API
	roles    map[string]access.Role
	scopes   map[string]access.Scope
	groups   map[string]access.GroupRecord
	orgs     map[string]access.OrgRecord
	accounts map[string]access.ServiceAccountRecord
	locks    []access.LockRecord
	clients  map[id.Client]oauth.Client

	grants      grants
	memberships memberships

	lists  lists
	writes []write
	events []audit.Event
}

// New reads a draft from the state that ctx has (View), as of now: whatever is over by
// then it asks the store for.
func New(ctx context.Context, s Store, now time.Time) (*Draft, error) {
	d := &Draft{store: s, at: now, moved: map[access.Subject]uint64{}}
	versions, err := s.Versions(ctx)
	if err != nil {
		return nil, err
	}
	d.version = uint64(versions[access.VersionPolicy]) + 1
	for _, read := range []func(context.Context) error{d.readBasis, d.readMembers, d.readClients, d.readGrants, d.readMemberships} {
		if err := read(ctx); err != nil {
			return nil, err
		}
	}
	return d, nil
}

func (d *Draft) readBasis(ctx context.Context) (err error) {
	if d.apis, err = keyed(ctx, d.store.APIs, func(a access.API) string { return a.ID }); err != nil {
		return err
	}
	if d.roles, err = keyed(ctx, d.store.Roles, func(r access.Role) string { return r.ID }); err != nil {
		return err
	}
	if d.scopes, err = keyed(ctx, d.store.Scopes, func(s access.Scope) string { return s.Name }); err != nil {
		return err
	}
	d.locks, err = d.store.Locks(ctx)
	return err
}

func (d *Draft) readMembers(ctx context.Context) (err error) {
	if d.groups, err = keyed(ctx, d.store.Groups, func(g access.GroupRecord) string { return g.ID }); err != nil {
		return err
	}
	if d.orgs, err = keyed(ctx, d.store.Orgs, func(o access.OrgRecord) string { return o.ID }); err != nil {
		return err
	}
	d.accounts, err = keyed(ctx, d.store.ServiceAccounts, func(a access.ServiceAccountRecord) string { return a.ID })
	return err
}

func (d *Draft) readClients(ctx context.Context) (err error) {
	d.clients, err = keyed(ctx, d.store.Clients, func(c oauth.Client) id.Client { return c.ID })
	return err
}

func keyed[K comparable, T any](ctx context.Context, read func(context.Context) ([]T, error), key func(T) K) (map[K]T, error) {
	all, err := read(ctx)
	if err != nil {
		return nil, err
	}
	by := make(map[K]T, len(all))
	for _, v := range all {
		by[key(v)] = v
	}
	return by, nil
}

// lists are maps as the lists that services read, made anew once a map changed. They are
// shared with who reads them and must not be changed.
type lists struct {
	apis     []access.API
	roles    []access.Role
	scopes   []access.Scope
	groups   []access.GroupRecord
	orgs     []access.OrgRecord
	accounts []access.ServiceAccountRecord
	clients  []oauth.Client
}

// listed returns a list that it made before, or makes it. A list is nil once it is old.
func listed[K comparable, T any](list *[]T, of map[K]T) []T {
	if *list == nil {
		*list = make([]T, 0, len(of)+1)
		for _, v := range of {
			*list = append(*list, v)
		}
	}
	return slices.Clip(*list)
}

// added keeps a list that was made before up to date.
func added[T any](list *[]T, one T) {
	if *list != nil {
		*list = append(*list, one)
	}
}

// Version is that of the policy that Replay must come to.
func (d *Draft) Version() uint64 { return d.version }

// Record implements audit.Recorder. What was recorded is for whoever replays: see Events.
func (d *Draft) Record(_ context.Context, e audit.Event) error {
	d.events = append(d.events, e)
	return nil
}

// write is something that the services wrote.
type write interface {
	// replay writes it to the store. Late is how much later that is than it was tried out.
	replay(ctx context.Context, s Store, late time.Duration) error
}

type single func(ctx context.Context, s Store, late time.Duration) error

func (w single) replay(ctx context.Context, s Store, late time.Duration) error {
	return w(ctx, s, late)
}

// rows are new ones of one kind that were written one after the other.
type rows[T any] struct {
	list []T
	put  func(s Store, ctx context.Context, all []T) error
}

func (w *rows[T]) replay(ctx context.Context, s Store, _ time.Duration) error {
	return w.put(s, ctx, w.list)
}

func (d *Draft) later(w single) { d.writes = append(d.writes, w) }

// insert keeps a new row, beside those of its kind that came right before.
func insert[T any](d *Draft, put func(s Store, ctx context.Context, all []T) error, row T) {
	if n := len(d.writes); n > 0 {
		if last, ok := d.writes[n-1].(*rows[T]); ok {
			last.list = append(last.list, row)
			return
		}
	}
	d.writes = append(d.writes, &rows[T]{list: []T{row}, put: put})
}

// Replay writes what was written here to the store, in the transaction of ctx, at now.
// What a client loses it loses as of then.
func (d *Draft) Replay(ctx context.Context, now time.Time) error {
	for _, w := range d.writes {
		if err := w.replay(ctx, d.store, now.Sub(d.at)); err != nil {
			return err
		}
	}
	return nil
}

// Events are what was recorded, to be written where the draft is replayed.
func (d *Draft) Events() []audit.Event { return d.events }
