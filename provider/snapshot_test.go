package provider

import (
	"context"

	"gatehouse/fault"
	"gatehouse/follow"
	"gatehouse/id"
	"gatehouse/oauth"
)

type snapshot struct {
	clients map[id.Client]*oauth.Client
	revoked func(oauth.TokenFacts) bool
	stale   error
	// ask, where it is set, is Revoked.
	ask func(context.Context, oauth.TokenFacts) (bool, error)
	err error
	// locked is what a lock is on, by id; nobody knows with unknown.
	locked  map[string]bool
	unknown error
}

func (r *snapshot) Locked(_ context.Context, client id.Client) (bool, error) {
	return r.locked[string(client)], r.unknown
}

// locks are those of a snapshot as oauth and flow ask for them.
type locks struct{ *snapshot }

func (l locks) Locked(_ context.Context, user id.User, session id.Session, client id.Client) (bool, error) {
	return l.locked[string(user)] || l.locked[string(session)] || l.locked[string(client)], l.unknown
}

// registryWith is the registry of a service, with the locks of a snapshot.
func registryWith(store oauth.Store, s *snapshot) *oauth.Registry {
	r := oauth.NewRegistry(store, follow.NewFeed(store))
	r.Locks = locks{s}
	return r
}

func (r *snapshot) Client(_ context.Context, client id.Client) (*oauth.Client, error) {
	if r.err != nil {
		return nil, r.err
	}
	if c, ok := r.clients[client]; ok {
		return c, nil
	}
	return nil, fault.Missing("client")
}

func (r *snapshot) Revoked(ctx context.Context, f oauth.TokenFacts) (bool, error) {
	if r.ask != nil {
		return r.ask(ctx, f)
	}
	return r.revoked != nil && r.revoked(f), nil
}
func (r *snapshot) Current(context.Context) error { return r.stale }
func (r *snapshot) HasOrigin(origin string) bool  { return origin == "https://web.example.test" }
