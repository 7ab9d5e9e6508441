package identity

import (
	"context"
	"fmt"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/identity/password"
)

// SetPassword gives a person a new password without asking for the old one, and
// ends all they hold. Faults: "password.weak" (Invalid), "password.busy"
// (Unavailable), NotFound.
func (s *Service) SetPassword(ctx context.Context, by audit.Actor, user id.User, next string) error {
	u, err := s.Store.User(ctx, user)
	if err != nil {
		return fmt.Errorf("set password: %w", err)
	}
	hash, err := s.newHash(ctx, u, next)
	if err != nil {
		return fmt.Errorf("set password: %w", err)
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.putPassword(ctx, by, u, hash, "", ActionPasswordSet); err != nil {
			return err
		}
		return s.Store.ClearAttempts(ctx, s.accountKey(u.Email))
	})
	if err != nil {
		return fmt.Errorf("set password: %w", err)
	}
	return nil
}

// ChangePassword lets a person who knows the present password choose another.
// It ends all they hold but the session keep. Guesses at the present password
// count as at sign-in. Faults: "password.current_wrong", "password.weak"
// (Invalid), "signin.throttled" (TooMany), "password.busy" (Unavailable),
// "password.changed" (Conflict: somebody else was faster).
func (s *Service) ChangePassword(ctx context.Context, by audit.Actor, user id.User, current, next string, keep id.Session) error {
	u, err := s.Store.User(ctx, user)
	if err != nil {
		return fmt.Errorf("change password: %w", err)
	}
	if err := s.checkNew(u, next); err != nil {
		return err
	}
	if next == current {
		return weak("is the present one")
	}
	was, err := s.proveCurrent(ctx, by, u, current)
	if err != nil {
		return fmt.Errorf("change password: %w", err)
	}
	hash, err := s.newHash(ctx, u, next)
	if err != nil {
		return fmt.Errorf("change password: %w", err)
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.unchanged(ctx, user, was); err != nil {
			return err
		}
		return s.putPassword(ctx, by, u, hash, keep, ActionPasswordChange)
	})
	if err != nil {
		return fmt.Errorf("change password: %w", err)
	}
	return nil
}

// proveCurrent returns the stored hash that current matched.
func (s *Service) proveCurrent(ctx context.Context, by audit.Actor, u User, current string) (string, error) {
	p, err := s.prove(ctx, by, u.Email, current)
	if err == nil && p.user.ID == u.ID {
		return p.hash, nil
	}
	if err == nil || fault.CodeOf(err) == "signin.wrong" {
		return "", &fault.Error{
			Kind: fault.Invalid, Code: "password.current_wrong", Detail: "The present password is wrong.", Err: err,
			Fields: []fault.Field{{Name: "current", Problem: "is wrong"}},
		}
	}
	return "", err
}

// unchanged makes sure that the password that was proved is still the one.
func (s *Service) unchanged(ctx context.Context, user id.User, hash string) error {
	p, err := s.Store.Password(ctx, user)
	if err != nil {
		return err
	}
	if p.Hash != hash {
		return fault.New(fault.Conflict, "password.changed", "The password was changed at the same time. Please try again.")
	}
	return nil
}

// putPassword stores a new password and ends what the old one opened.
func (s *Service) putPassword(ctx context.Context, by audit.Actor, u User, hash string, keep id.Session, action audit.Action) error {
	if err := s.Store.PutPassword(ctx, Password{User: u.ID, Hash: hash, Changed: moment()}); err != nil {
		return err
	}
	if err := s.Ends.EndUser(ctx, by, u.ID, keep, ReasonPasswordChanged); err != nil {
		return err
	}
	return s.record(ctx, by, action, u.ID, nil, nil)
}

// newHash checks a new password of u and hashes it.
func (s *Service) newHash(ctx context.Context, u User, next string) (string, error) {
	if err := s.checkNew(u, next); err != nil {
		return "", err
	}
	return s.Hasher.Hash(ctx, next)
}

func (s *Service) checkNew(u User, next string) error {
	if p := password.Problem(next, s.Config.Password.MinLength, u.Email, u.Name, u.Claims.PreferredUsername); p != "" {
		return weak(p)
	}
	return nil
}

func weak(problem string) error {
	return &fault.Error{
		Kind: fault.Invalid, Code: "password.weak", Detail: "Please choose another password: this one " + problem + ".",
		Fields: []fault.Field{{Name: "password", Problem: problem}},
	}
}
