package oauth

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"gatehouse/clock"
)

// EndEverybody ends all refresh families, and every access token about a person, those
// included that another process issues until a second after the end is committed: whoever
// signs in again at once gets another one by refreshing. What programs have for themselves
// stays. The caller ended the browser sessions before (session.Manager.EndEverybody).
func (s *Service) EndEverybody(ctx context.Context) error {
	if err := s.Store.InTx(ctx, s.endEverybody); err != nil {
		return fmt.Errorf("end the tokens of everybody: %w", err)
	}
	return nil
}

// endEverybody waits for whoever holds a client or revokes before it looks at the clock:
// others go on issuing meanwhile, and until the commit.
func (s *Service) endEverybody(ctx context.Context) error {
	if err := s.Store.EndFamiliesOfEverybody(ctx, clock.Now()); err != nil {
		return err
	}
	if err := s.Store.HoldRevocations(ctx); err != nil {
		return err
	}
	now := clock.Now()
	families := func(ctx context.Context) error { return s.Store.EndFamiliesOfEverybody(ctx, now) }
	if err := s.end(ctx, families, everybody(now)); err != nil {
		return err
	}
	s.endMeanwhile(ctx, now)
	return nil
}

// everybody is the revocation of all that is issued to people until a second from now.
func everybody(now time.Time) Revocation {
	return Revocation{Kind: RevokedEverybody, Key: Everybody, Before: now.Add(inFlight), Until: lastToken(now)}
}

// meanwhileWithin is how long the store may take for the second revocation.
const meanwhileWithin = 10 * time.Second

// endMeanwhile revokes once more behind a commit that used up a good part of the second
// that everybody allows for: until then no other process could see that anything ended.
// It is not tried when the transaction was undone, and does not end with its caller.
func (s *Service) endMeanwhile(ctx context.Context, since time.Time) {
	kept := false
	s.Store.AfterCommit(ctx, func() { kept = true })
	s.Store.AfterEnd(ctx, func(ctx context.Context) {
		now := clock.Now()
		if !kept || now.Sub(since) <= inFlight/2 {
			return
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), meanwhileWithin)
		defer cancel()
		if err := s.end(ctx, nil, everybody(now)); err != nil {
			s.Log.LogAttrs(ctx, slog.LevelError, "Everybody was signed out, but access tokens that were issued during the commit live on until they expire. Sign everybody out once more.",
				slog.Time("since", since), slog.Any("error", err))
		}
	})
}
