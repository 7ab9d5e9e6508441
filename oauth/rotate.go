package oauth

import (
	"context"
	"fmt"
	"time"

	"gatehouse/secret"
)

// maxRaces is how often a use may be overtaken before we give up. Once is
// enough: whoever was overtaken by a rotation finds the token to be the previous
// one. A second is for a client that changes between static and rotating meanwhile;
// after a third the store is at fault, and asking on would not help.
const maxRaces = 3

// step does what was judged, and returns the token to answer with. Whoever is
// overtaken by another rotation judges again.
func (s *Service) step(ctx context.Context, u *use) (string, error) {
	for range maxRaces {
		token, done, err := s.try(ctx, u)
		if done || err != nil {
			return token, err
		}
		if _, err := s.recognise(ctx, u, time.Now().UTC()); err != nil {
			return "", err
		}
	}
	return "", fmt.Errorf("rotate refresh token: overtaken %d times", maxRaces)
}

func (s *Service) try(ctx context.Context, u *use) (token string, done bool, err error) {
	switch u.verdict {
	case rotateToken:
		return s.rotate(ctx, u)
	case keepToken:
		done, err = s.Store.TouchFamily(ctx, u.family.ID, u.client.ID, u.token.SecretHash, u.now, u.idleLimit(&u.family))
		if err != nil {
			return "", false, fmt.Errorf("use refresh token: %w", err)
		}
		return u.presented, done, nil
	case repeatToken:
		successor, err := secret.OpenUnder(u.presented, u.family.SealedSuccessor)
		if err != nil {
			return "", false, fmt.Errorf("repeat refresh token: %w", err)
		}
		return string(successor), true, nil
	}
	return "", false, errRefresh
}

// rotate replaces the token by its successor, in one statement. The successor
// is sealed under the presented token, for the case that the answer gets lost.
func (s *Service) rotate(ctx context.Context, u *use) (token string, done bool, err error) {
	bytes, err := u.family.ID.Bytes()
	if err != nil {
		return "", false, fmt.Errorf("rotate refresh token: %w", err)
	}
	next, hash := s.Codec.Mint(bytes, u.family.Generation+1)
	sealed, err := secret.SealUnder(u.presented, []byte(next))
	if err != nil {
		return "", false, fmt.Errorf("rotate refresh token: %w", err)
	}
	done, err = s.Store.RotateFamily(ctx, Rotation{
		Family: u.family.ID, Client: u.client.ID, Presented: u.token.SecretHash, Next: hash, Sealed: sealed,
		Now: u.now, IdleExpires: u.idleLimit(&u.family),
	})
	if err != nil {
		return "", false, fmt.Errorf("rotate refresh token: %w", err)
	}
	return next, done, nil
}
