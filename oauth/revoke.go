package oauth

import (
	"context"
	"fmt"
	"time"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
)

// ReadRefresh returns what a refresh token says about itself, and whether text
// is one of ours. It asks nobody.
func (s *Service) ReadRefresh(text string) (RefreshToken, bool) {
	t, err := s.Codec.Parse(text)
	return t, err == nil
}

// RevokeRefresh ends the authorization of a refresh token at the wish of its
// client (RFC 7009), access tokens included. The current token or an older one
// of the family will do: both prove that the client once held it. What is not
// the client's, or has ended already, is left alone, which is no error.
func (s *Service) RevokeRefresh(ctx context.Context, by audit.Actor, c *Client, t RefreshToken) error {
	f, grounds, err := s.Store.Family(ctx, t.Family)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read refresh family: %w", err)
	}
	if f.Client != c.ID || !f.RevokedAt.IsZero() || grounds.ended() {
		return nil
	}
	e := audit.Event{Actor: by, Target: OfAuthorization(f.Authorization.ID), User: f.User, Client: c.ID}
	return s.revoke(ctx, e, func(ctx context.Context) error {
		return s.EndAuthorization(ctx, f.Authorization.ID, ReasonRevoked)
	})
}

// RevokeAccess ends one access token at the wish of its client. Another
// client's is left alone, which is no error.
func (s *Service) RevokeAccess(ctx context.Context, by audit.Actor, c *Client, t *AccessClaims) error {
	if id.Client(t.ClientID) != c.ID {
		return nil
	}
	e := audit.Event{Actor: by, Target: audit.Target{Kind: KindToken, ID: t.ID}, Client: c.ID}
	if t.OfPerson() {
		e.User = id.User(t.Subject)
	}
	return s.revoke(ctx, e, func(ctx context.Context) error {
		return s.EndToken(ctx, t.ID, time.Unix(t.Expires, 0).UTC())
	})
}

// revoke runs end and records it in e, in one transaction.
func (s *Service) revoke(ctx context.Context, e audit.Event, end func(ctx context.Context) error) error {
	e.Action = ActionTokenRevoke
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := end(ctx); err != nil {
			return err
		}
		return s.Audit.Record(ctx, e)
	})
	if err != nil {
		return fmt.Errorf("revoke a token: %w", err)
	}
	return nil
}
