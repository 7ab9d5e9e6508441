package oauth

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// RefreshState is what a client may learn about a refresh token of its own.
type RefreshState struct {
	Authorization
	Issued  time.Time // when this token was minted
	Expires time.Time // if it is not used before
}

// InspectRefresh tells the client about a refresh token (RFC 7662), by the same
// judgement as Refresh, without ending anything. The one that was just replaced is
// told of like the current one while a refresh takes it: otherwise who holds a
// stolen one could follow each rotation without using it. It reports false for one
// that is not its own, or would bring nothing now: to another client it must look
// like no token at all. An error says nothing about the token.
func (s *Service) InspectRefresh(ctx context.Context, c *Client, t RefreshToken) (RefreshState, bool, error) {
	u := &use{minting: minting{client: c, now: time.Now().UTC(), config: s.Config()}, token: t}
	err := s.inspect(ctx, u)
	if _, no := errors.AsType[*Refusal](err); no {
		return RefreshState{}, false, nil
	}
	if err != nil {
		return RefreshState{}, false, fmt.Errorf("inspect refresh token: %w", err)
	}
	return u.state(), true, nil
}

func (u *use) state() RefreshState {
	state := RefreshState{
		Authorization: *u.authorization, Issued: latest(u.family.Created, u.family.RotatedAt),
		Expires: earliest(u.family.IdleExpires, u.family.Expires),
	}
	state.Scopes = u.allowed.Scopes
	return state
}

// inspect goes as far as Refresh does before anything is written.
func (s *Service) inspect(ctx context.Context, u *use) error {
	if !u.client.may(GrantRefresh) {
		return errGrantType
	}
	grounds, err := s.read(ctx, u, u.now)
	if err != nil {
		return err
	}
	if !u.verdict.brings() {
		return errRefresh
	}
	return s.allow(ctx, u, &grounds, nil)
}

func earliest(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
