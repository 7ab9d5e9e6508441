package identity

import (
	"context"
	"fmt"
	"time"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/identity/password"
	"gatehouse/proof"
)

// SetPassword gives a person a new password without asking for the old one, and
// ends all they hold. The person must be in the revision rev, unless that is 0. Faults:
// "password.weak" (Invalid), "password.busy" (Unavailable), "user.changed" (Conflict: the
// revision is another), NotFound, those of Guard.
func (s *Service) SetPassword(ctx context.Context, by audit.Actor, user id.User, rev int64, next string) error {
	u, err := s.Store.User(ctx, user)
	if err == nil {
		err = u.seenAs(rev) // before it costs a hash
	}
	if err != nil {
		return fmt.Errorf("set password: %w", err)
	}
	hash, err := s.newHash(ctx, u, next)
	if err != nil {
		return fmt.Errorf("set password: %w", err)
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		is, err := s.Store.HoldUser(ctx, user)
		if err != nil {
			return err
		}
		if err := is.seenAs(rev); err != nil {
			return err
		}
		if err := s.Guard.MayTakeOver(ctx, by, user); err != nil {
			return err
		}
		if err := s.putPassword(ctx, by, newPassword(user, hash, clock.Now()), "", ActionPasswordSet); err != nil {
			return err
		}
		return s.Store.ClearAttempts(ctx, s.accountKey(u.Email))
	})
	if err != nil {
		return fmt.Errorf("set password: %w", err)
	}
	return nil
}

// seenAs answers Conflict "user.changed" where u is in another revision than rev, and rev
// is not 0.
func (u *User) seenAs(rev int64) error {
	if rev != 0 && rev != u.Rev {
		return fault.New(fault.Conflict, "user.changed", "Somebody else has changed this person meanwhile. Look again.")
	}
	return nil
}

// ChangePassword lets a person who knows the present password choose another.
// It ends all they hold but the session keep, and returns the new password as a
// proof: what the old one proved counts no more. Guesses at the present password
// count as at sign-in. Faults: "password.current_wrong", "password.weak"
// (Invalid), "signin.throttled" (TooMany), "password.busy" (Unavailable),
// "password.changed" (Conflict: somebody else was faster). What finish does with
// the new proof is part of the change: when it fails, nothing was changed. It may
// run twice; nil does nothing.
func (s *Service) ChangePassword(ctx context.Context, by audit.Actor, user id.User, current, next string, keep id.Session, finish func(ctx context.Context, fresh proof.Proof) error) (proof.Proof, error) {
	u, err := s.Store.User(ctx, user)
	if err != nil {
		return proof.Proof{}, fmt.Errorf("change password: %w", err)
	}
	if err := s.checkNew(u, next); err != nil {
		return proof.Proof{}, err
	}
	if next == current {
		return proof.Proof{}, weak("is the one that you have already")
	}
	was, err := s.proveCurrent(ctx, by, u, current)
	if err != nil {
		return proof.Proof{}, fmt.Errorf("change password: %w", err)
	}
	hash, err := s.newHash(ctx, u, next)
	if err != nil {
		return proof.Proof{}, fmt.Errorf("change password: %w", err)
	}
	p := newPassword(user, hash, clock.Now())
	fresh := byPassword(p.ID)
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.unchanged(ctx, user, was); err != nil {
			return err
		}
		if err := s.putPassword(ctx, by, p, keep, ActionPasswordChange); err != nil || finish == nil {
			return err
		}
		return finish(ctx, fresh)
	})
	if err != nil {
		return proof.Proof{}, fmt.Errorf("change password: %w", err)
	}
	return fresh, nil
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

// unchanged makes sure that the password that was proved is still the one, and
// stays it until the transaction of ctx ends.
func (s *Service) unchanged(ctx context.Context, user id.User, hash string) error {
	if _, err := s.Store.HoldUser(ctx, user); err != nil {
		return err
	}
	p, err := s.Store.Password(ctx, user)
	if err != nil {
		return err
	}
	if p.Hash != hash {
		return fault.New(fault.Conflict, "password.changed", "The password was changed at the same time. Please try again.")
	}
	return nil
}

// putPassword stores a new password and ends what the old one opened. The person
// is held by the transaction of ctx.
func (s *Service) putPassword(ctx context.Context, by audit.Actor, p Password, keep id.Session, action audit.Action) error {
	if err := s.Store.PutPassword(ctx, p); err != nil {
		return err
	}
	if err := s.Ends.EndUser(ctx, by, p.User, keep, ReasonPasswordChanged); err != nil {
		return err
	}
	return s.record(ctx, by, action, p.User, nil, nil)
}

// newPassword is a password that was chosen at now: a factor of its own.
func newPassword(user id.User, hash string, now time.Time) Password {
	return Password{User: user, ID: id.NewFactor(), Hash: hash, Changed: now}
}

// byPassword is what knowing the password proves.
func byPassword(password id.Factor) proof.Proof {
	return proof.Proof{Method: proof.Password, At: clock.Now(), Factor: password, Source: proof.ByPassword}
}

// newHash checks a new password of u and hashes it.
func (s *Service) newHash(ctx context.Context, u User, next string) (string, error) {
	if err := s.checkNew(u, next); err != nil {
		return "", err
	}
	return s.Hasher.Hash(ctx, next)
}

func (s *Service) checkNew(u User, next string) error {
	if p := password.Problem(next, s.Config().Password.MinLength, u.Email, u.Name, u.Claims.PreferredUsername); p != "" {
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
