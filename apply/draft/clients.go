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

// AfterEnd forgets f likewise.
func (c Clients) AfterEnd(context.Context, func(context.Context)) {}

func (d *Draft) client(name string) oauth.Client { return d.clients.all[name] }

func (c Clients) Client(_ context.Context, client id.Client) (oauth.Client, error) {
	found, ok := c.d.clients.all[string(client)]
	if !ok {
		return found, fault.Missing("client")
	}
	return found, nil
}

// Clients implements oauth.Store; the order is none.
func (c Clients) Clients(context.Context) ([]oauth.Client, error) { return c.d.clients.listed(), nil }

func (c Clients) ClientsAfter(_ context.Context, after id.Client, limit int) (page []oauth.Client, err error) {
	for _, one := range c.d.clients.all {
		if one.ID > after {
			page = append(page, one)
		}
	}
	slices.SortFunc(page, func(a, b oauth.Client) int { return cmp.Compare(a.ID, b.ID) })
	return page[:min(limit, len(page))], nil
}

func (c Clients) InsertClient(_ context.Context, one oauth.Client) error {
	return c.d.clients.insert(c.d, one, Store.InsertClients)
}

// UpdateClient implements oauth.Store: a revision of 0 is whatever it is.
func (c Clients) UpdateClient(_ context.Context, one oauth.Client) error {
	was, ok := c.d.clients.all[string(one.ID)]
	if !ok {
		return fault.Missing("client")
	}
	if one.Rev != 0 && one.Rev != was.Rev {
		return fault.New(fault.Conflict, "client.changed", "Somebody else changed this application meanwhile. Look at it again.")
	}
	is := one
	is.Rev = was.Rev + 1
	c.d.clients.put(is)
	c.d.later(func(ctx context.Context, s Store, _ time.Duration) error { return s.UpdateClient(ctx, one) })
	return nil
}

func (c Clients) DeleteClient(_ context.Context, client id.Client) error {
	return c.d.clients.remove(c.d, string(client), func(s Store, ctx context.Context, name string) error { return s.DeleteClient(ctx, id.Client(name)) })
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
