package identity

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/identity/totp"
	"gatehouse/secret"
)

// pendingLife is how long an enrolment that nobody confirmed is shown again.
const pendingLife = time.Hour

// Enrolment is an authenticator that waits for its first code.
type Enrolment struct {
	Factor id.Factor
	Secret string // base32
	URL    string // otpauth://
}

// HasFactor reports whether the person has a confirmed second factor.
func (s *Service) HasFactor(ctx context.Context, user id.User) (bool, error) {
	_, err := s.Factor(ctx, user)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// Factor returns the person's confirmed authenticator, NotFound when there is none.
func (s *Service) Factor(ctx context.Context, user id.User) (TOTP, error) {
	t, err := s.Store.TOTPOf(ctx, user, false)
	if err != nil {
		return TOTP{}, fmt.Errorf("read second factor: %w", err)
	}
	return t, nil
}

// StartEnrol makes the secret of a new authenticator. Asked again within an hour
// and before it is confirmed, it answers with the same, so that reloading the
// page or a second tab does not spoil the code that was scanned. A new password
// ends that: who knew the old one may have seen the secret.
func (s *Service) StartEnrol(ctx context.Context, from audit.Actor, user id.User) (Enrolment, error) {
	u, err := s.Store.User(ctx, user)
	if err != nil {
		return Enrolment{}, fmt.Errorf("start enrolment: %w", err)
	}
	t, err := s.newTOTP(user)
	if err != nil {
		return Enrolment{}, fmt.Errorf("start enrolment: %w", err)
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		pending, err := s.Store.TOTPOf(ctx, user, true)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		p, failed := s.Store.Password(ctx, user)
		if failed != nil && !fault.Is(failed, fault.NotFound) {
			return failed
		}
		if err == nil && t.Created.Sub(pending.Created) < pendingLife && !pending.Created.Before(p.Changed) {
			t = pending
			return nil
		}
		return s.Store.InsertTOTP(ctx, t)
	})
	if err != nil {
		return Enrolment{}, fmt.Errorf("start enrolment: %w", err)
	}
	key, err := s.unseal(t)
	if err != nil {
		return Enrolment{}, fmt.Errorf("start enrolment: %w", err)
	}
	return Enrolment{Factor: t.ID, Secret: key, URL: totp.URL(s.Issuer, u.Email, key)}, nil
}

func (s *Service) newTOTP(user id.User) (TOTP, error) {
	t := TOTP{ID: id.NewFactor(), User: user, Name: "Authenticator app", Created: moment()}
	var err error
	t.Sealed, err = s.Keeper.Seal(secret.PurposeTOTP, row(t.ID), []byte(totp.NewSecret()))
	return t, err
}

func (s *Service) unseal(t TOTP) (string, error) {
	plain, err := s.Keeper.Open(secret.PurposeTOTP, row(t.ID), t.Sealed)
	if err != nil {
		return "", fmt.Errorf("open the secret of %s: %w", t.ID, err)
	}
	return string(plain), nil
}

// row is the place that a sealed secret is bound to.
func row(factor id.Factor) string { return "totp_factors:sealed:" + string(factor) }

// ConfirmEnrol takes the first code of the new authenticator, whose step is used
// up by it, and returns ten recovery codes, in clear this once. An older
// authenticator is replaced, and then all but the session of from ends. Faults:
// "totp.wrong" (Invalid), "factor.not_pending" (Conflict: nothing was begun, or
// another tab was faster).
func (s *Service) ConfirmEnrol(ctx context.Context, from audit.Actor, user id.User, code string) ([]string, error) {
	t, err := s.Store.TOTPOf(ctx, user, true)
	if fault.Is(err, fault.NotFound) {
		return nil, notPending()
	}
	if err != nil {
		return nil, fmt.Errorf("confirm enrolment: %w", err)
	}
	m, err := s.find(t, code, totp.Clock{Last: t.LastStep})
	if err != nil {
		return nil, fmt.Errorf("confirm enrolment: %w", err)
	}
	if m.Verdict != totp.Right {
		return nil, &fault.Error{
			Kind: fault.Invalid, Code: "totp.wrong", Detail: "That code does not fit. Please check that the clock of your device is right.",
			Fields: []fault.Field{{Name: "code", Problem: "does not fit"}},
		}
	}
	codes, macs := s.newRecoveryCodes(user)
	err = s.Store.InTx(ctx, func(ctx context.Context) error { return s.confirm(ctx, from, t, m.Step, macs) })
	if err != nil {
		return nil, fmt.Errorf("confirm enrolment: %w", err)
	}
	return codes, nil
}

func (s *Service) confirm(ctx context.Context, from audit.Actor, t TOTP, step int64, macs [][]byte) error {
	replaces, err := s.HasFactor(ctx, t.User)
	if err != nil {
		return err
	}
	now := moment()
	ok, err := s.Store.ConfirmTOTP(ctx, t.ID, step, now)
	if err != nil {
		return err
	}
	if !ok {
		return notPending()
	}
	if err := s.Store.PutRecoveryCodes(ctx, t.User, macs, now); err != nil {
		return err
	}
	if err := s.clearFactorAttempts(ctx, t.User); err != nil {
		return err
	}
	if replaces {
		if err := s.Ends.EndUser(ctx, from, t.User, from.Session, ReasonFactorChanged); err != nil {
			return err
		}
	}
	return s.recordFactor(ctx, from, ActionFactorEnrol, t, nil, audit.Doc(map[string]any{"replaces": replaces}))
}

// recordFactor writes an event about a second factor in the transaction of ctx.
func (s *Service) recordFactor(ctx context.Context, by audit.Actor, action audit.Action, t TOTP, before, after json.RawMessage) error {
	err := s.Audit.Record(ctx, audit.Event{
		Actor: by, Action: action, Target: audit.Target{Kind: KindFactor, ID: string(t.ID)}, User: t.User, Before: before, After: after,
	})
	if err != nil {
		return fmt.Errorf("record %s: %w", action, err)
	}
	return nil
}

func notPending() error {
	return fault.New(fault.Conflict, "factor.not_pending", "This second factor was set up already, or never begun.")
}

// RemoveFactor removes the authenticator and the recovery codes at the person's
// own wish, and ends all they hold but the session keep. NotFound: there is none.
func (s *Service) RemoveFactor(ctx context.Context, from audit.Actor, user id.User, keep id.Session) error {
	return s.dropFactor(ctx, from, user, keep, ActionFactorRemove)
}

// ResetFactor does the same for the operator, helping somebody who lost theirs,
// and ends everything.
func (s *Service) ResetFactor(ctx context.Context, by audit.Actor, user id.User) error {
	return s.dropFactor(ctx, by, user, "", ActionFactorReset)
}

func (s *Service) dropFactor(ctx context.Context, by audit.Actor, user id.User, keep id.Session, action audit.Action) error {
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		t, err := s.Store.TOTPOf(ctx, user, false)
		if fault.Is(err, fault.NotFound) {
			return fault.Missing("factor")
		}
		if err != nil {
			return err
		}
		if err := s.Store.DeleteTOTP(ctx, user); err != nil {
			return err
		}
		if err := s.Store.PutRecoveryCodes(ctx, user, nil, moment()); err != nil {
			return err
		}
		if err := s.clearFactorAttempts(ctx, user); err != nil {
			return err
		}
		if err := s.Ends.EndUser(ctx, by, user, keep, ReasonFactorChanged); err != nil {
			return err
		}
		return s.recordFactor(ctx, by, action, t, audit.Doc(map[string]any{"name": t.Name, "confirmed": t.Confirmed}), nil)
	})
	if err != nil {
		return fmt.Errorf("remove second factor: %w", err)
	}
	return nil
}
