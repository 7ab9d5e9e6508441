package oauth

import (
	"context"
	"fmt"
	"time"

	"gatehouse/fault"
	"gatehouse/secret"
)

// RefreshState is what a client may learn about a refresh token of its own.
type RefreshState struct {
	Authorization
	Issued  time.Time // when this token was minted
	Expires time.Time // if it is not used before
}

// InspectRefresh tells the client about a refresh token (RFC 7662). It reports
// false for one that is not its own, not the family's current one, or worth
// nothing any more: to another client it must look like no token at all. An
// error says nothing about the token.
func (s *Service) InspectRefresh(ctx context.Context, c *Client, t RefreshToken) (RefreshState, bool, error) {
	now := time.Now().UTC()
	f, grounds, err := s.Store.Family(ctx, t.Family)
	if fault.Is(err, fault.NotFound) {
		return RefreshState{}, false, nil
	}
	if err != nil {
		return RefreshState{}, false, fmt.Errorf("read refresh family: %w", err)
	}
	if f.Client != c.ID || !secret.Equal(f.CurrentHash, t.SecretHash) || !grounds.alive(&f, now) {
		return RefreshState{}, false, nil
	}
	return RefreshState{Authorization: f.Authorization, Issued: latest(f.Created, f.RotatedAt), Expires: earliest(f.IdleExpires, f.Expires)}, true, nil
}

// alive reports whether a refresh with the family's current token could still
// bring something.
func (g *Grounds) alive(f *Family, now time.Time) bool {
	return !f.over(now) && !g.ended() && g.UserEnabled
}

func earliest(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
