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
	u := &use{minting: minting{client: c, now: time.Now().UTC(), config: s.Config()}, by: by, presented: r.Token, token: token}
	grounds, err := s.recognise(ctx, u, u.now)
	if err != nil {
		return Tokens{}, err
	}
	if err := s.allow(ctx, u, &grounds, r.Scopes); err != nil {
		return Tokens{}, err
	}
	targets, no := Targets(u.authorization.Audiences, r.Resources)
	if no != nil {
		return Tokens{}, no
	}
	u.targets = targets
	if err := s.prepare(ctx, &u.minting); err != nil {
		return Tokens{}, err
	}
	next, err := s.step(ctx, u)
	if err != nil {
		return Tokens{}, err
	}
	return s.mint(ctx, &u.minting, next)
}

// use is one use of a refresh token, and what comes of it.
type use struct {
	minting
	by        audit.Actor
	presented string
	token     RefreshToken
	family    Family
	verdict   verdict
}

// recognise reads the family of the token and says what the token means. A
// replay ends the family.
func (s *Service) recognise(ctx context.Context, u *use, now time.Time) (Grounds, error) {
	grounds, err := s.read(ctx, u, now)
	if err != nil {
		return Grounds{}, err
	}
	if u.verdict != replayToken {
		return grounds, nil
	}
	if err := s.endReplayed(ctx, u.by, ActionTokenReplay, &u.family.Authorization); err != nil {
		return Grounds{}, err
	}
	return Grounds{}, errRefresh
}

// read is recognise without the end of what was replayed: it writes nothing.
func (s *Service) read(ctx context.Context, u *use, now time.Time) (Grounds, error) {
	family, grounds, err := s.Store.Family(ctx, u.token.Family)
	if fault.Is(err, fault.NotFound) {
		return Grounds{}, errRefresh.because(err)
	}
	if err != nil {
		return Grounds{}, fmt.Errorf("read refresh family: %w", err)
	}
	u.family, u.verdict = family, family.judge(u.client, u.token, u.config.RefreshGrace, now)
	if grounds.ended() || u.verdict == refuseToken {
		return Grounds{}, errRefresh
	}
	return grounds, nil
}

// allow sets what the new tokens are for, and their scopes: those that were asked
// for, of those that the family has, its grounds bear and the ceiling lets through.
func (s *Service) allow(ctx context.Context, u *use, g *Grounds, asked []string) error {
	a := u.family.Authorization // for this client as it is today
	u.authorization = &a
	if err := u.ask(); err != nil {
		return err
	}
	mfa := s.mfa()
	if err := s.rank(ctx, mfa, a.User, u.family.Level, &g.User); err != nil {
		return err
	}
	granted, no := g.bear(u.client, &u.family, u.asked, mfa)
	if no != nil {
		return no
	}
	if !covers(granted, asked) {
		return RefuseScopes(asked, granted)
	}
	if a.Audiences = s.stillMeantFor(u.client, a.Audiences); len(a.Audiences) == 0 {
		return refuse(InvalidGrant, "The client has no access any more to what the grant was for.")
	}
	var err error
	if u.allowed, err = s.under(ctx, u.client, &a, granted, u.asked, u.now, &u.config, errOutgrown); err != nil {
		return err
	}
	if _, no := keepSignIn(granted, u.allowed.Scopes); no != nil {
		return no
	}
	if len(asked) == 0 {
		return nil
	}
	if u.allowed.Scopes = common(asked, u.allowed.Scopes); len(u.allowed.Scopes) == 0 {
		return errOutgrown
	}
	return nil
}

var errOutgrown = refuse(InvalidGrant, "The person may not allow this any more.")

// prepare reads the person's claims where the authorization or the client asks for some; that
// they are enabled was read with the family.
func (s *Service) prepare(ctx context.Context, m *minting) error {
	if m.authorization.Claims == "" && !m.client.IDTokenClaims && m.client.Told.Empty() {
		return nil
	}
	return s.meet(ctx, m)
}
