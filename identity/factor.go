package identity

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/identity/totp"
	"gatehouse/secret"
)

// hintLife is how long a code that came just outside the window is remembered:
// long enough for the next one, too short for the other side of the window.
const hintLife = 90 * time.Second

// CheckTOTP proves a person's authenticator. Every code works once; attempts
// are counted apart from passwords. Faults: "totp.wrong", "totp.used"
// (Unauthenticated), "factor.throttled" (TooMany).
func (s *Service) CheckTOTP(ctx context.Context, from audit.Actor, user id.User, code string) error {
	key := s.key("totp", string(user))
	if err := s.reserve(ctx, key, factorDelay, "factor.throttled"); err != nil {
		return err
	}
	t, err := s.Store.TOTPOf(ctx, user, false)
	if fault.Is(err, fault.NotFound) {
		return s.refuseFactor(ctx, from, user, "no_factor", errCode)
	}
	if err != nil {
		return fmt.Errorf("check code: %w", err)
	}
	m, err := s.find(t, code, s.clock(ctx, t))
	if err != nil {
		return fmt.Errorf("check code: %w", err)
	}
	if m.Verdict == totp.Right {
		return s.spendStep(ctx, from, t, m, key)
	}
	if m.Verdict == totp.Used {
		return s.refuseFactor(ctx, from, user, ReasonUsedCode, errCodeUsed)
	}
	if m.Verdict == totp.Aside {
		if err := s.hint(ctx, t, m.Step); err != nil {
			return err
		}
	}
	return s.refuseFactor(ctx, from, user, ReasonWrongCode, errCode)
}

// The refusals of a code.
var (
	errCode     = fault.New(fault.Unauthenticated, "totp.wrong", "That code is wrong or too old.")
	errCodeUsed = fault.New(fault.Unauthenticated, "totp.used", "This code was already used. Please wait for the next one.")
)

// spendStep uses the step up. Of several calls with one code exactly one gets
// through, on all replicas together.
func (s *Service) spendStep(ctx context.Context, from audit.Actor, t TOTP, m totp.Match, key string) error {
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		spent, err := s.Store.SpendTOTPStep(ctx, t.ID, m.Step, m.Drift, moment())
		if err != nil {
			return err
		}
		if !spent {
			return errCodeUsed
		}
		return s.Store.ClearAttempts(ctx, key)
	})
	if errors.Is(err, errCodeUsed) {
		return s.refuseFactor(ctx, from, t.User, ReasonUsedCode, errCodeUsed)
	}
	if err != nil {
		return fmt.Errorf("use code: %w", err)
	}
	return nil
}

// find looks up what a person typed; what is no code at all matches nothing.
func (s *Service) find(t TOTP, typed string, c totp.Clock) (totp.Match, error) {
	key, err := s.unseal(t)
	if err != nil {
		return totp.Match{}, err
	}
	return totp.Find(key, totp.Clean(typed), time.Now(), c)
}

func (s *Service) clock(ctx context.Context, t TOTP) totp.Clock {
	return totp.Clock{Last: t.LastStep, Drift: t.Drift, Hinted: func(step int64) (bool, error) {
		return s.Store.HasMark(ctx, hintKind(t), stepHash(step), moment())
	}}
}

func (s *Service) hint(ctx context.Context, t TOTP, step int64) error {
	now := moment()
	if _, err := s.Store.PutMark(ctx, hintKind(t), stepHash(step), now.Add(hintLife), now, true); err != nil {
		return fmt.Errorf("remember the drift of a clock: %w", err)
	}
	return nil
}

func hintKind(t TOTP) string { return "totp-drift:" + string(t.ID) }

func stepHash(step int64) []byte { return secret.Hash(strconv.FormatInt(step, 10)) }

// refuseFactor leaves a trace and answers with why.
func (s *Service) refuseFactor(ctx context.Context, from audit.Actor, user id.User, reason audit.Reason, why *fault.Error) error {
	err := s.Audit.Record(ctx, audit.Event{
		Actor: from, Action: ActionSigninRefuse, Target: audit.OfUser(user), User: user, Outcome: audit.Refused, Reason: reason,
	})
	if err != nil {
		return fmt.Errorf("record refused code: %w", err)
	}
	return why
}

func (s *Service) clearFactorAttempts(ctx context.Context, user id.User) error {
	for _, kind := range []string{"totp", "recovery"} {
		if err := s.Store.ClearAttempts(ctx, s.key(kind, string(user))); err != nil {
			return fmt.Errorf("clear attempts: %w", err)
		}
	}
	return nil
}
