package draft

import (
	"cmp"
	"context"
	"slices"
	"time"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/oauth"
)

// Clients is a draft as package oauth knows it.
type Clients struct {
	oauth.Store // what is not tried out
	d           *Draft
}

// Clients implements oauth.Store for what the service does with clients. Rest is asked
// for all else.
func (d *Draft) Clients(rest oauth.Store) Clients { return Clients{rest, d} }

func (c Clients) InTx(ctx context.Context, f func(ctx context.Context) error) error { return f(ctx) }

// AfterCommit forgets f: nothing is committed here.
func (c Clients) AfterCommit(context.Context, func()) {}

func (d *Draft) client(name string) oauth.Client { return d.clients[id.Client(name)] }

func (c Clients) Client(_ context.Context, client id.Client) (oauth.Client, error) {
	found, ok := c.d.clients[client]
	if !ok {
		return found, fault.Missing("client")
	}
	return found, nil
}

// Clients implements oauth.Store; the order is none.
func (c Clients) Clients(context.Context) ([]oauth.Client, error) {
	return listed(&c.d.lists.clients, c.d.clients), nil
}

func (c Clients) ClientsAfter(_ context.Context, after id.Client, limit int) (page []oauth.Client, err error) {
	for name, one := range c.d.clients {
		if name > after {
			page = append(page, one)
		}
	}
	slices.SortFunc(page, func(a, b oauth.Client) int { return cmp.Compare(a.ID, b.ID) })
	return page[:min(limit, len(page))], nil
}

func (c Clients) InsertClient(_ context.Context, one oauth.Client) error {
	if _, taken := c.d.clients[one.ID]; taken {
		return exists("client", "There is a client with this id already.")
	}
	c.d.clients[one.ID] = one
	added(&c.d.lists.clients, one)
	insert(c.d, Store.InsertClients, one)
	return nil
}

func (c Clients) UpdateClient(_ context.Context, one oauth.Client) error {
	was, ok := c.d.clients[one.ID]
	if !ok {
		return fault.Missing("client")
	}
	if one.Rev != 0 && one.Rev != was.Rev {
		return fault.New(fault.Conflict, "client.changed", "Somebody else changed this application meanwhile. Look at it again.")
	}
	is := one
	is.Rev = was.Rev + 1
	c.d.clients[one.ID], c.d.lists.clients = is, nil
	c.d.later(func(ctx context.Context, s Store, _ time.Duration) error { return s.UpdateClient(ctx, one) })
	return nil
}

func (c Clients) DeleteClient(_ context.Context, client id.Client) error {
	if _, ok := c.d.clients[client]; !ok {
		return fault.Missing("client")
	}
	delete(c.d.clients, client)
	c.d.lists.clients = nil
	c.d.later(func(ctx context.Context, s Store, _ time.Duration) error { return s.DeleteClient(ctx, client) })
	return nil
}

func (c Clients) EndFamiliesOfClient(_ context.Context, client id.Client, until time.Time) error {
	c.d.later(func(ctx context.Context, s Store, late time.Duration) error {
		return s.EndFamiliesOfClient(ctx, client, until.Add(late))
	})
	return nil
}

// Revoke implements oauth.Store. What was issued between the trial and the replay ends
// too.
func (c Clients) Revoke(_ context.Context, all ...oauth.Revocation) error {
	c.d.later(func(ctx context.Context, s Store, late time.Duration) error {
		moved := slices.Clone(all)
		for i := range moved {
			moved[i].Before, moved[i].Until = moved[i].Before.Add(late), moved[i].Until.Add(late)
		}
		return s.Revoke(ctx, moved...)
	})
	return nil
}
