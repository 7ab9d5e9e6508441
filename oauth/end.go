package oauth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/id"
)

// tokenSkew is how far the clocks of resource servers may be behind.
const tokenSkew = 10 * time.Minute

// inFlight is how long after a client was disabled or deleted another process
// may still issue a token to it: it has not seen the change yet.
const inFlight = time.Second

// errNobody keeps an empty name from ending nothing, or everything.
var errNobody = errors.New("nothing is named")

// lastToken is when the last access token that lives now will be dead.
func lastToken(now time.Time) time.Time { return now.Add(MaxAccessTokenTTL + tokenSkew) }

// forever revokes a thing that never comes back: every token about it is dead,
// also one that is being signed at this moment.
func forever(kind RevocationKind, key string, now time.Time) Revocation {
	return Revocation{Kind: kind, Key: key, Before: lastToken(now), Until: lastToken(now)}
}

// end writes revocations down, in one transaction (that of ctx if there is one)
// behind what families does, which may be nil. This process knows of it once
// that transaction has committed, and not before.
func (s *Service) end(ctx context.Context, families func(ctx context.Context) error, gone ...Revocation) error {
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		if families != nil {
			if err := families(ctx); err != nil {
				return err
			}
		}
		if len(gone) == 0 {
			return nil
		}
		if err := s.Store.Revoke(ctx, gone...); err != nil {
			return err
		}
		s.Store.AfterCommit(ctx, func() { s.Registry.learn(gone) })
		return nil
	})
}

// EndSessions ends the refresh families and tokens of browser sessions that
// were ended: a family dies with its session's row, so that the tokens are all
// that is left to do. It runs in the transaction of ctx if there is one, like
// all the methods that begin with End. Ending twice changes nothing.
func (s *Service) EndSessions(ctx context.Context, sessions []id.Session) error {
	now := clock.Now()
	gone := make([]Revocation, 0, len(sessions))
	for _, session := range sessions {
		if session == "" {
			return fmt.Errorf("end the tokens of sessions: %w", errNobody)
		}
		gone = append(gone, forever(RevokedSession, string(session), now))
	}
	if err := s.end(ctx, nil, gone...); err != nil {
		return fmt.Errorf("end the tokens of sessions: %w", err)
	}
	return nil
}

// EndUser ends the refresh families of a person and every access token about
// the person, but for those of one session (empty: none is spared). The caller
// ends the browser sessions too (session.Manager.EndAll): what they are signing
// at this moment dies with them.
func (s *Service) EndUser(ctx context.Context, user id.User, except id.Session) error {
	if user == "" {
		return fmt.Errorf("end the tokens of a person: %w", errNobody)
	}
	now := clock.Now()
	gone := Revocation{Kind: RevokedUser, Key: string(user), Before: now, Until: lastToken(now)}
	if except != "" {
		gone.Kind, gone.Key = RevokedOthers, OthersKey(user, except)
	}
	families := func(ctx context.Context) error { return s.Store.EndFamiliesOfUser(ctx, user, except, now) }
	if err := s.end(ctx, families, gone); err != nil {
		return fmt.Errorf("end the tokens of a person: %w", err)
	}
	return nil
}

// EndClient ends the refresh families and access tokens of a client, those
// included that another process issues within the next second.
func (s *Service) EndClient(ctx context.Context, client id.Client) error {
	if client == "" {
		return fmt.Errorf("end the tokens of a client: %w", errNobody)
	}
	return s.EndClientUntil(ctx, client, clock.Now().Add(inFlight))
}

// EndClientUntil ends what a client got until then, as EndClient does. By itself
// it is for a house in which nobody issues anything.
func (s *Service) EndClientUntil(ctx context.Context, client id.Client, until time.Time) error {
	gone := Revocation{Kind: RevokedClient, Key: string(client), Before: until, Until: lastToken(until)}
	families := func(ctx context.Context) error { return s.Store.EndFamiliesOfClient(ctx, client, until) }
	if err := s.end(ctx, families, gone); err != nil {
		return fmt.Errorf("end the tokens of a client: %w", err)
	}
	return nil
}

// endIssued ends the codes and access tokens of a client and leaves its refresh
// families alone. Those of the next second die too, as at EndClient; the client
// refreshes again.
func (s *Service) endIssued(ctx context.Context, client id.Client) error {
	now := clock.Now()
	gone := Revocation{Kind: RevokedClient, Key: string(client), Before: now.Add(inFlight), Until: lastToken(now)}
	if err := s.end(ctx, nil, gone); err != nil {
		return fmt.Errorf("end the access tokens of a client: %w", err)
	}
	return nil
}

// EndAuthorization ends all that came of one authorization: its families and tokens.
func (s *Service) EndAuthorization(ctx context.Context, authorization id.Authorization, reason audit.Reason) error {
	if authorization == "" {
		return fmt.Errorf("end an authorization: %w", errNobody)
	}
	now := clock.Now()
	families := func(ctx context.Context) error {
		return s.Store.EndFamiliesOfAuthorization(ctx, authorization, reason, now)
	}
	if err := s.end(ctx, families, forever(RevokedAuthorization, string(authorization), now)); err != nil {
		return fmt.Errorf("end an authorization: %w", err)
	}
	return nil
}

// EndKey ends every access token that a signing key of ours signed. The key is
// gone already; what this ends is the memory of signatures that were verified
// before, and what a process signs that has not noticed yet.
func (s *Service) EndKey(ctx context.Context, kid string) error {
	if kid == "" {
		return fmt.Errorf("end the tokens of a key: %w", errNobody)
	}
	now := clock.Now()
	if err := s.end(ctx, nil, forever(RevokedKey, kid, now)); err != nil {
		return fmt.Errorf("end the tokens of a key: %w", err)
	}
	return nil
}

// EndToken ends one access token, which would expire by itself at expires.
func (s *Service) EndToken(ctx context.Context, jti string, expires time.Time) error {
	if jti == "" {
		return fmt.Errorf("end a token: %w", errNobody)
	}
	now := clock.Now()
	gone := forever(RevokedToken, jti, now)
	if until := clock.Cut(expires).Add(tokenSkew); until.Before(gone.Until) {
		gone.Until = until
	}
	if err := s.end(ctx, nil, gone); err != nil {
		return fmt.Errorf("end a token: %w", err)
	}
	return nil
}
