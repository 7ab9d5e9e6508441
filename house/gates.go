package house

import (
	"context"

	"gatehouse/flow"
	"gatehouse/id"
	"gatehouse/oauth"
	"gatehouse/session"
)

// standings lets session ask flow how well somebody is proved.
type standings struct{ flow *flow.Service }

// Visitor implements session.Standings.
func (s standings) Visitor(ctx context.Context, browser id.Session, ip string) (session.Visitor, error) {
	d, ends, err := s.flow.Standing(ctx, browser, ip)
	return session.Visitor{Session: d.Session, User: d.User, Level: d.Level, AuthTime: d.AuthTime, Methods: d.Methods, Expires: ends}, err
}

// endings lets session ask oauth what was ended.
type endings struct{ registry *oauth.Registry }

// Over implements session.Endings.
func (e endings) Over(ctx context.Context, v session.Visitor) (bool, error) {
	if err := e.registry.Current(ctx); err != nil {
		return false, oauth.RevocationsUnknown(err)
	}
	return e.registry.Revoked(ctx, oauth.TokenFacts{Session: v.Session, User: v.User, Issued: v.Read, AuthTime: v.AuthTime, Exact: true})
}
