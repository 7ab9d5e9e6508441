package oauth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/secret"
)

// Redeem gives the tokens for a code (RFC 6749 section 4.1.3). All is checked
// before the code is claimed, so that a wrong attempt does not spend it; of
// several redemptions at once exactly one succeeds. A code that was claimed
// before ends what it brought, although the request fails. A *Refusal says why
// not; any other error says nothing about the code. By is the client's actor.
func (s *Service) Redeem(ctx context.Context, by audit.Actor, c *Client, r Redemption) (Tokens, error) {
	if !c.may(GrantCode) {
		return Tokens{}, errGrantType
	}
	code, err := s.redeemable(ctx, by, c, r)
	if err != nil {
		return Tokens{}, err
	}
	targets, no := Targets(s.recorded(c, &code.Authorization), r.Resources)
	if no != nil {
		return Tokens{}, no
	}
	m := &minting{client: c, authorization: &code.Authorization, targets: targets}
	if err := m.ask(); err != nil {
		return Tokens{}, err
	}
	m.now, m.config = time.Now().UTC(), s.Config()
	if m.allowed, err = s.under(ctx, c, m.authorization, code.Scopes, m.asked, m.now, &m.config, errCode); err != nil {
		return Tokens{}, err
	}
	if err := s.meet(ctx, m); err != nil {
		return Tokens{}, err
	}
	family, refresh := s.newFamily(m)
	won, err := s.claim(ctx, c, code, family, m.now)
	if err != nil {
		return Tokens{}, err
	}
	if !won {
		return Tokens{}, s.endReplayedCode(ctx, by, code)
	}
	return s.mint(ctx, m, refresh)
}

// recorded are the audiences of an authorization.
func (s *Service) recorded(c *Client, a *Authorization) []string {
	if len(a.Audiences) == 0 {
		return c.MeantFor(s.Issuer)
	}
	return a.Audiences
}

// redeemable returns the code if c may claim it. It writes nothing but the end
// of a code that was claimed before.
func (s *Service) redeemable(ctx context.Context, by audit.Actor, c *Client, r Redemption) (*Code, error) {
	code, err := s.Store.Code(ctx, secret.Hash(r.Code))
	if fault.Is(err, fault.NotFound) {
		return nil, errCode.because(err)
	}
	if err != nil {
		return nil, fmt.Errorf("read code: %w", err)
	}
	if !code.Claimed.IsZero() {
		return nil, s.claimedBefore(ctx, by, c, &code)
	}
	if no := code.judge(c, r, time.Now()); no != nil {
		return nil, no
	}
	ended, err := s.Registry.Revoked(ctx, code.facts())
	if err != nil {
		return nil, err
	}
	if ended {
		return nil, errGrantEnded
	}
	return &code, nil
}

var errCodeSpent = errCode.because(errors.New("the code was claimed before"))

// facts is what may have been ended of a code.
func (code *Code) facts() TokenFacts {
	return TokenFacts{Authorization: code.Authorization.ID, Session: code.Session, User: code.User, Client: code.Client, Issued: code.Created, AuthTime: code.AuthTime, Exact: true}
}

var errGrantEnded = refuse(InvalidGrant, "The grant was ended.")

// claimedBefore answers a further use. Another client learns nothing and ends
// nothing; and what is ended already is not written again, however often the
// code comes. The authorization alone is asked about: other endings may leave
// its family alive.
func (s *Service) claimedBefore(ctx context.Context, by audit.Actor, c *Client, code *Code) error {
	if code.Client != c.ID {
		return errCodeSpent
	}
	ended, err := s.Registry.Revoked(ctx, TokenFacts{Authorization: code.Authorization.ID, Issued: code.Created})
	if err != nil {
		return err
	}
	if ended {
		return errCodeSpent
	}
	return s.endReplayedCode(ctx, by, code)
}

// endReplayedCode ends what the code brought, and refuses.
func (s *Service) endReplayedCode(ctx context.Context, by audit.Actor, code *Code) error {
	if err := s.endReplayed(ctx, by, ActionCodeReplay, &code.Authorization); err != nil {
		return err
	}
	return errCodeSpent
}

// claim spends the code, and begins the family if there is one. It reports
// false if somebody else was faster. What ended meanwhile brings nothing, and the
// code stays as it is; who ends it at this moment ends the family too, because
// person and session are held until the family is there.
func (s *Service) claim(ctx context.Context, c *Client, code *Code, family *Family, now time.Time) (won bool, err error) {
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if won, err = s.Store.ClaimCode(ctx, code.Hash, now); err != nil || !won {
			return err
		}
		if err := s.hold(ctx, c, code); err != nil {
			return err
		}
		if family == nil {
			return nil
		}
		return s.Store.InsertFamily(ctx, *family)
	})
	if err != nil {
		return false, fmt.Errorf("claim code: %w", err)
	}
	return won, nil
}

// hold keeps what the code rests on as it is until the transaction of ctx is
// over: person and session, and with the person whatever is ended of theirs. It
// refuses what was ended since the code was judged, in another process too, and
// what the client or the policy does not take any more.
func (s *Service) hold(ctx context.Context, c *Client, code *Code) error {
	who, enabled, err := s.Store.HoldPerson(ctx, code.User)
	if err != nil {
		return err
	}
	if !enabled {
		return errDisabled
	}
	mfa := s.mfa()
	if err := s.rank(ctx, mfa, code.User, code.Level, &who); err != nil {
		return err
	}
	if mfa.Least(who, c.RequireLevel) > code.Level {
		return errTooWeak
	}
	live, err := s.Store.HoldSession(ctx, code.Session)
	if err != nil {
		return err
	}
	if !live {
		return errSignedOut
	}
	ended, err := s.Registry.revokedBy(ctx, code.facts())
	if err != nil {
		return err
	}
	if ended {
		return errGrantEnded
	}
	return nil
}
