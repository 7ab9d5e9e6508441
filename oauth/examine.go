package oauth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gatehouse/fault"
)

// Examine is Verify for who may know why a token is not good: it returns what the token
// says besides the ErrBadToken too, wherever a published key of ours signed it.
func (v *Verifier) Examine(ctx context.Context, token string) (*AccessToken, error) {
	if len(token) > MaxToken {
		return nil, badToken("too long")
	}
	t, err := v.read(token)
	if err != nil {
		return nil, err
	}
	return t, v.alive(ctx, t, time.Now())
}

// Revocations returns those of the revocations that the store has which end a token,
// by what they are about.
func (s *Service) Revocations(ctx context.Context, t TokenFacts) ([]RevocationKind, error) {
	list, err := s.Store.RevocationsAbout(ctx, t.Things())
	if err != nil {
		return nil, fmt.Errorf("read the revocations of a token: %w", err)
	}
	var kinds []RevocationKind
	for _, v := range list {
		one := newRevocations()
		if one.add(v); one.dead(&t) {
			kinds = append(kinds, v.Kind)
		}
	}
	return kinds, nil
}

// ExamineRefresh is InspectRefresh for who may know of everybody's tokens, and why one
// brings nothing: then it returns a *Refusal, whose cause says so, and what the token is
// about as far as it is known.
func (s *Service) ExamineRefresh(ctx context.Context, t RefreshToken) (RefreshState, error) {
	family, grounds, err := s.Store.Family(ctx, t.Family)
	if fault.Is(err, fault.NotFound) {
		return RefreshState{}, errRefresh.because(errors.New("nothing is known of it any more"))
	}
	if err != nil {
		return RefreshState{}, fmt.Errorf("examine refresh token: %w", err)
	}
	u := &use{minting: minting{authorization: &family.Authorization, now: time.Now().UTC(), config: s.Config()}, token: t, family: family}
	if u.client, err = s.Registry.Client(ctx, family.Client); fault.Is(err, fault.NotFound) {
		return u.state(), errRefresh.because(fmt.Errorf("the application %s is gone", family.Client))
	}
	if err != nil {
		return RefreshState{}, fmt.Errorf("examine refresh token: %w", err)
	}
	err = s.inspect(ctx, u)
	no, refused := errors.AsType[*Refusal](err)
	if err != nil && !refused {
		return RefreshState{}, fmt.Errorf("examine refresh token: %w", err)
	}
	if refused {
		return u.state(), no.because(u.why(&grounds, u.config.RefreshGrace, no))
	}
	return u.state(), nil
}

// why says what the refusal of the token says to nobody who merely presents it.
func (u *use) why(g *Grounds, grace time.Duration, no *Refusal) error {
	f := &u.family
	switch {
	case u.client.Disabled:
		return errors.New("the application is disabled")
	case !g.UserEnabled:
		return errors.New("the person is disabled or gone")
	case !f.RevokedAt.IsZero():
		return fmt.Errorf("it was ended at %s: %s", f.RevokedAt.UTC().Format(time.RFC3339), f.RevokeReason)
	case g.Ended:
		return errors.New("all that the person or the application had then was ended")
	case g.SessionRevoked:
		return errors.New("the browser session that it came of was ended")
	case f.over(u.now):
		return fmt.Errorf("it expired at %s", earliest(f.IdleExpires, f.Expires).UTC().Format(time.RFC3339))
	case f.judge(u.client, u.token, grace, u.now) == replayToken:
		return errors.New("it was replaced by a later one; to use it would end that too")
	case f.judge(u.client, u.token, grace, u.now) == refuseToken:
		return errors.New("it is later than what the database knows: a back-up was restored")
	}
	return errors.New(no.Description)
}
