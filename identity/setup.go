package identity

import (
	"context"
	"fmt"
	"time"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
	"gatehouse/secret"
)

const (
	setupMark = "setup"
	setupLife = time.Hour
	// maxSetupToken is longer than a token is, in bytes.
	maxSetupToken = 64
)

// NeedsSetup reports whether there is no live administrator.
func (s *Service) NeedsSetup(ctx context.Context) (bool, error) {
	there, err := s.Administration.Administered(ctx)
	if err != nil {
		return false, fmt.Errorf("look for an administrator: %w", err)
	}
	return !there, nil
}

// NeverSetUp reports whether nobody was ever made an administrator. Later than that
// set-up does not open by itself: who could take the administrators away would be
// offered to become one.
func (s *Service) NeverSetUp(ctx context.Context) (bool, error) {
	ever, err := s.Administration.EverAdministered(ctx)
	if err != nil {
		return false, fmt.Errorf("look for administrators of former times: %w", err)
	}
	return !ever, nil
}

// Nobody reports whether there is not a single person: nobody could sign in, then.
func (s *Service) Nobody(ctx context.Context) (bool, error) {
	anybody, _, err := s.Users(ctx, UserFilter{Limit: 1})
	return len(anybody) == 0, err
}

// SetupLink makes the one-time token of the set-up page, good for an hour. Only
// one is alive: when another replica made it, made is false and the token empty,
// unless replace kills that one. With an administrator there it answers
// "setup.done" (NotFound).
func (s *Service) SetupLink(ctx context.Context, by audit.Actor, replace bool) (token string, made bool, err error) {
	token = secret.Token(32)
	now := clock.Now()
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.mustNeedSetup(ctx); err != nil {
			return err
		}
		made, err = s.Store.PutMark(ctx, setupMark, secret.Hash(token), now.Add(setupLife), now, replace)
		if err != nil || !made {
			return err
		}
		if err := s.Audit.Record(ctx, audit.Event{Actor: by, Action: ActionSetupOffer, Target: audit.Itself()}); err != nil {
			return fmt.Errorf("record %s: %w", ActionSetupOffer, err)
		}
		return nil
	})
	if err != nil {
		return "", false, fmt.Errorf("make set-up link: %w", err)
	}
	if !made {
		return "", false, nil
	}
	return token, true, nil
}

// CheckSetup reports whether token may set up Gatehouse: "setup.done" (NotFound)
// once there is an administrator, "setup.link" (Forbidden) when it is not the
// live token. It uses nothing up.
func (s *Service) CheckSetup(ctx context.Context, token string) error {
	if err := s.mustNeedSetup(ctx); err != nil {
		return err
	}
	if len(token) > maxSetupToken {
		return errSetupLink()
	}
	ok, err := s.Store.HasMark(ctx, setupMark, secret.Hash(token), clock.Now())
	if err != nil {
		return fmt.Errorf("check set-up link: %w", err)
	}
	if !ok {
		return errSetupLink()
	}
	return nil
}

// Setup makes the first administrator and uses the token up. Of several calls at
// once exactly one succeeds. Faults as of CheckSetup and Create; those about the
// input leave the token alive.
func (s *Service) Setup(ctx context.Context, from audit.Actor, token, email, name, password string) (User, error) {
	if err := s.CheckSetup(ctx, token); err != nil {
		return User{}, err
	}
	u, err := prepareNew(User{Email: email, Name: name})
	if err != nil {
		return User{}, err
	}
	hash, err := s.newHash(ctx, u, password)
	if err != nil {
		return User{}, fmt.Errorf("set up: %w", err)
	}
	err = s.Administration.KeepAdministered(ctx, func(ctx context.Context) error {
		if err := s.mustNeedSetup(ctx); err != nil {
			return err
		}
		spent, err := s.Store.SpendMark(ctx, setupMark, secret.Hash(token), clock.Now())
		if err != nil {
			return err
		}
		if !spent {
			return errSetupLink()
		}
		if err := s.insert(ctx, from, u, hash, ActionSetupComplete); err != nil {
			return err
		}
		return s.Administration.Appoint(ctx, from, u.ID)
	})
	if err != nil {
		return User{}, fmt.Errorf("set up: %w", err)
	}
	return u, nil
}

func (s *Service) mustNeedSetup(ctx context.Context) error {
	needs, err := s.NeedsSetup(ctx)
	if err != nil {
		return err
	}
	if !needs {
		return fault.New(fault.NotFound, "setup.done", "There is an administrator already.")
	}
	return nil
}

func errSetupLink() error {
	return fault.New(fault.Forbidden, "setup.link", "This set-up link is not valid any more.")
}
