package oauth

import (
	"context"
	"fmt"
	"time"

	"gatehouse/audit"
	"gatehouse/fault"
)

// RefreshRequest is what a client presents for fresh tokens (RFC 6749 section 6).
type RefreshRequest struct {
	Token  string
	Scopes []string // to have less this time; empty: all that it may have
	// Resources are those that this access token is for (RFC 8707 section 2.2);
	// none: all of the authorization's.
	Resources []string
}

var errRefresh = refuse(InvalidGrant, "The refresh token is not valid.")

// Refresh gives fresh tokens for a refresh token (RFC 9700 section 4.14,
// docs/decisions/0004). A rotation is one conditional statement; everything is
// checked before it and signed after it. A token that comes once too often ends
// its family, although the request fails. A *Refusal says why not; any other
// error says nothing about the token. By is the client's actor.
func (s *Service) Refresh(ctx context.Context, by audit.Actor, c *Client, r RefreshRequest) (Tokens, error) {
	if !c.may(GrantRefresh) {
		return Tokens{}, errGrantType
	}
	token, err := s.Codec.Parse(r.Token)
	if err != nil {
		return Tokens{}, errRefresh.because(err)
	}
	u := &use{by: by, client: c, presented: r.Token, token: token}
	now := time.Now().UTC()
	grounds, err := s.judge(ctx, u, now)
	if err != nil {
		return Tokens{}, err
	}
	m := &minting{client: c, authorization: &u.authorization, now: now}
	if err := m.ask(); err != nil {
		return Tokens{}, err
	}
	if m.allowed, err = s.allowedOf(ctx, u, m.asked, &grounds, r.Scopes, now); err != nil {
		return Tokens{}, err
	}
	targets, no := Targets(u.authorization.Audiences, r.Resources)
	if no != nil {
		return Tokens{}, no
	}
	m.targets = targets
	if err := s.prepare(ctx, m); err != nil {
		return Tokens{}, err
	}
	next, err := s.step(ctx, u, now)
	if err != nil {
		return Tokens{}, err
	}
	return s.mint(ctx, m, next)
}

// use is one use of a refresh token.
type use struct {
	by            audit.Actor
	client        *Client
	presented     string
	token         RefreshToken
	family        Family
	authorization Authorization // the family's, for this client as it is today
	verdict       verdict
}

// judge reads the family and judges the token. Only a replay writes.
func (s *Service) judge(ctx context.Context, u *use, now time.Time) (Grounds, error) {
	family, grounds, err := s.Store.Family(ctx, u.token.Family)
	if fault.Is(err, fault.NotFound) {
		return Grounds{}, errRefresh.because(err)
	}
	if err != nil {
		return Grounds{}, fmt.Errorf("read refresh family: %w", err)
	}
	if grounds.ended() {
		return Grounds{}, errRefresh
	}
	u.family, u.authorization = family, family.Authorization
	u.verdict = family.judge(u.client, u.token, s.Config.RefreshGrace, now)
	switch u.verdict {
	case rotateToken, keepToken, repeatToken:
		return grounds, nil
	case replayToken:
		if err := s.endReplayed(ctx, u.by, ActionTokenReplay, &family.Authorization); err != nil {
			return Grounds{}, err
		}
	}
	return Grounds{}, errRefresh
}

// allowedOf returns the scopes of the new tokens: those that were asked for, of
// those that the family has, its grounds bear and the ceiling lets through.
func (s *Service) allowedOf(ctx context.Context, u *use, claims ClaimsRequest, g *Grounds, asked []string, now time.Time) (Allowance, error) {
	granted, no := g.bear(u.client, &u.family, claims)
	if no != nil {
		return Allowance{}, no
	}
	if !covers(granted, asked) {
		return Allowance{}, refuse(InvalidScope, "The refresh token was not given for one of the scopes.")
	}
	if u.authorization.Audiences = s.stillMeantFor(u.client, u.family.Audiences); len(u.authorization.Audiences) == 0 {
		return Allowance{}, refuse(InvalidGrant, "The client has no access any more to what the grant was for.")
	}
	allowed, err := s.under(ctx, u.client, &u.authorization, granted, claims, now, errOutgrown)
	if err != nil {
		return Allowance{}, err
	}
	if _, no := keepSignIn(granted, allowed.Scopes); no != nil {
		return Allowance{}, no
	}
	if len(asked) == 0 {
		return allowed, nil
	}
	if allowed.Scopes = common(asked, allowed.Scopes); len(allowed.Scopes) == 0 {
		return Allowance{}, errOutgrown
	}
	return allowed, nil
}

var errOutgrown = refuse(InvalidGrant, "The person may not allow this any more.")

// prepare reads the person's claims where the authorization or the client asks for some; that
// they are enabled was read with the family.
func (s *Service) prepare(ctx context.Context, m *minting) error {
	if m.authorization.Claims == "" && !m.client.IDTokenClaims {
		return nil
	}
	return s.meet(ctx, m)
}
