// Package draft is a house in memory in which somebody tries out what changes would come
// to: the services of access and oauth run over it as they run over the store, with the
// same rules, and what they write is kept as a list that Replay writes to the store by as
// few statements as there can be. What it does not hold in memory it asks the store, in
// the one state (View) that it was read in, where nothing can be written.
package draft

import (
	"context"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/gate"
	"gatehouse/id"
	"gatehouse/oauth"
)

// Store is what a draft is read from, and written to; *store.Store is one.
type Store interface {
	access.Store
	Clients(ctx context.Context) ([]oauth.Client, error)

	// GrantsNamed returns those of these ids that there are, over or not.
	GrantsNamed(ctx context.Context, names []id.Grant) ([]access.GrantRecord, error)

	InsertGroups(ctx context.Context, all []access.GroupRecord) error
	InsertOrgs(ctx context.Context, all []access.OrgRecord) error
	InsertRoles(ctx context.Context, all []access.Role) error
	InsertScopes(ctx context.Context, all []access.Scope) error
	InsertServiceAccounts(ctx context.Context, all []access.ServiceAccountRecord) error
	PutMemberships(ctx context.Context, all []access.MembershipRecord) error
	InsertGrants(ctx context.Context, all []access.GrantRecord) error
	InsertClients(ctx context.Context, all []oauth.Client) error

	gate.Store
	InsertRoutes(ctx context.Context, all []gate.Record) error

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

	apis     things[access.API]
	roles    things[access.Role]
	scopes   things[access.Scope]
	groups   things[access.GroupRecord]
	orgs     things[access.OrgRecord]
	accounts things[access.ServiceAccountRecord]
	locks    []access.LockRecord
	clients  things[oauth.Client]
	routes   things[gate.Record]
	routing  int64 // the version of routes that it was read at
	rerouted bool  // one of them was written

	grants      grants
	memberships memberships

	writes []write
	events []audit.Event
}

// New reads a draft from the state that ctx has (View), as of now: whatever is over by
// then it asks the store for.
func New(ctx context.Context, s Store, now time.Time) (*Draft, error) {
	d := newDraft(s, now)
	versions, err := s.Versions(ctx)
	if err != nil {
		return nil, err
	}
	d.version, d.routing = uint64(versions[access.VersionPolicy])+1, versions[gate.VersionRoutes]
	for _, read := range []func(context.Context) error{d.readThings, d.readGrants, d.readMemberships} {
		if err := read(ctx); err != nil {
			return nil, err
		}
	}
	return d, nil
}

func newDraft(s Store, now time.Time) *Draft {
	return &Draft{
		store: s, at: now, moved: map[access.Subject]uint64{},
		apis: things[access.API]{
			code: "api", noun: "API", taken: "There is an API with this id or this audience already.",
			id: func(a *access.API) string { return a.ID }, rev: func(a *access.API) *int64 { return &a.Rev },
		},
		roles: things[access.Role]{
			code: "role", noun: "role", taken: "There is a role with this id already.",
			id: func(r *access.Role) string { return r.ID }, rev: func(r *access.Role) *int64 { return &r.Rev },
		},
		scopes: things[access.Scope]{
			code: "scope", noun: "scope", taken: "This scope is bound to permissions already.",
			id: func(s *access.Scope) string { return s.Name }, rev: func(s *access.Scope) *int64 { return &s.Rev },
		},
		groups: things[access.GroupRecord]{
			code: "group", noun: "group", taken: "There is a group with this id already.",
			id: func(g *access.GroupRecord) string { return g.ID }, rev: func(g *access.GroupRecord) *int64 { return &g.Rev },
		},
		orgs: things[access.OrgRecord]{
			code: "org", noun: "organisation", taken: "There is an organisation with this id already.",
			id: func(o *access.OrgRecord) string { return o.ID }, rev: func(o *access.OrgRecord) *int64 { return &o.Rev },
		},
		accounts: things[access.ServiceAccountRecord]{
			code: "service", noun: "service account", taken: "There is a service account with this id already.",
			id: func(a *access.ServiceAccountRecord) string { return a.ID }, rev: func(a *access.ServiceAccountRecord) *int64 { return &a.Rev },
		},
		clients: things[oauth.Client]{
			code: "client", noun: "application", taken: "There is a client with this id already.",
			id: func(c *oauth.Client) string { return string(c.ID) }, rev: func(c *oauth.Client) *int64 { return &c.Rev },
		},
		routes: things[gate.Record]{
			code: "gate", noun: "part of the gate", taken: "The gate has one of this kind with this id already.",
			id: func(r *gate.Record) string { return r.Kind() + "/" + r.ID }, rev: func(r *gate.Record) *int64 { return &r.Rev },
		},
	}
}

func (d *Draft) readThings(ctx context.Context) (err error) {
	for _, read := range []func() error{
		func() error { return d.apis.read(ctx, d.store.APIs) },
		func() error { return d.roles.read(ctx, d.store.Roles) },
		func() error { return d.scopes.read(ctx, d.store.Scopes) },
		func() error { return d.groups.read(ctx, d.store.Groups) },
		func() error { return d.orgs.read(ctx, d.store.Orgs) },
		func() error { return d.accounts.read(ctx, d.store.ServiceAccounts) },
		func() error { return d.clients.read(ctx, d.store.Clients) },
		func() error { return d.routes.read(ctx, d.store.Routes) },
	} {
		if err := read(); err != nil {
			return err
		}
	}
	d.locks, err = d.store.Locks(ctx)
	return err
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
