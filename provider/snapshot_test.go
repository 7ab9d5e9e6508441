package provider

import (
	"context"

	"gatehouse/fault"
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
