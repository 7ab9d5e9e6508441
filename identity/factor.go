package identity

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/identity/totp"
	"gatehouse/proof"
	"gatehouse/secret"
)

// hintLife is how long a code that came just outside the window is remembered:
// long enough for the next one, too short for the other side of the window.
const hintLife = 90 * time.Second

// CheckTOTP proves one of a person's authenticators. Every code works once;
// attempts are counted for the person, apart from passwords; what is not six
// digits is a slip and no guess. Faults: "totp.wrong", "totp.used"
// (Unauthenticated), "factor.throttled" (TooMany).
func (s *Service) CheckTOTP(ctx context.Context, from audit.Actor, user id.User, code string) (proof.Proof, error) {
	if totp.Clean(code) == "" {
		return proof.Proof{}, errNoCode
	}
	ctx, cancel := outlast(ctx)
	defer cancel()
	key := s.key("totp", string(user))
	if err := s.reserve(ctx, key, factorDelay, "factor.throttled"); err != nil {
		return proof.Proof{}, err
	}
	all, err := s.Store.FactorsOf(ctx, user)
	if err != nil {
		return proof.Proof{}, fmt.Errorf("check code: %w", err)
	}
	if len(all) == 0 {
		return proof.Proof{}, s.refuseFactor(ctx, from, user, ReasonNoFactor, errCode)
	}
	f, m, err := s.findAmong(ctx, all, code)
	switch {
	case err != nil:
		return proof.Proof{}, fmt.Errorf("check code: %w", err)
	case m.Verdict == totp.Right:
		return s.spendStep(ctx, from, f, m, key)
	case m.Verdict == totp.Used:
		return proof.Proof{}, s.refuseFactor(ctx, from, user, ReasonUsedCode, errCodeUsed)
	}
	return proof.Proof{}, s.refuseFactor(ctx, from, user, ReasonWrongCode, errCode)
}

// findAmong tries the code against each authenticator: the first that it proves,
// else one where it was used already. Where it fell just outside the window, the
// clock of that authenticator may be off, which is remembered.
func (s *Service) findAmong(ctx context.Context, all []Factor, code string) (Factor, totp.Match, error) {
	var best Factor
	var found totp.Match
	for _, f := range all {
		m, err := s.find(f, code, s.clock(ctx, f))
		if err != nil {
			return Factor{}, totp.Match{}, err
		}
		switch m.Verdict {
		case totp.Right:
			return f, m, nil
		case totp.Used:
			best, found = f, m
		case totp.Aside:
			if err := s.hint(ctx, f, m.Step); err != nil {
				return Factor{}, totp.Match{}, err
			}
		}
	}
	return best, found, nil
}

// byAuthenticator is what a right code of f proves.
func byAuthenticator(f Factor) proof.Proof {
	return proof.Proof{Method: proof.OTP, At: clock.Now(), Factor: f.ID, Source: proof.ByAuthenticator}
}

// The refusals of a code.
var (
	errCode     = fault.New(fault.Unauthenticated, "totp.wrong", "That code is wrong or too old.")
	errNoCode   = fault.New(fault.Unauthenticated, "totp.wrong", "A code has six digits.")
	errCodeUsed = fault.New(fault.Unauthenticated, "totp.used", "This code was already used. Please wait for the next one.")
)

// spendStep uses the step up. Of several calls with one code exactly one gets
// through, on all replicas together.
func (s *Service) spendStep(ctx context.Context, from audit.Actor, f Factor, m totp.Match, key string) (proof.Proof, error) {
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		spent, err := s.Store.SpendStep(ctx, f.ID, m.Step, m.Drift, clock.Now())
		if err != nil {
			return err
		}
		if !spent {
			return errCodeUsed
		}
		return s.Store.ClearAttempts(ctx, key)
	})
	if errors.Is(err, errCodeUsed) {
		return proof.Proof{}, s.refuseFactor(ctx, from, f.User, ReasonUsedCode, errCodeUsed)
	}
	if err != nil {
		return proof.Proof{}, fmt.Errorf("use code: %w", err)
	}
	return byAuthenticator(f), nil
}

// find looks up what a person typed; what is no code at all matches nothing.
func (s *Service) find(f Factor, typed string, c totp.Clock) (totp.Match, error) {
	key, err := s.unseal(f)
	if err != nil {
		return totp.Match{}, err
	}
	return totp.Find(key, totp.Clean(typed), time.Now(), c)
}

func (s *Service) clock(ctx context.Context, f Factor) totp.Clock {
	return totp.Clock{Last: f.LastStep, Drift: f.Drift, Hinted: func(step int64) (bool, error) {
		return s.Store.HasMark(ctx, hintKind(f), stepHash(step), clock.Now())
	}}
}

func (s *Service) hint(ctx context.Context, f Factor, step int64) error {
	now := clock.Now()
	if _, err := s.Store.PutMark(ctx, hintKind(f), stepHash(step), now.Add(hintLife), now, true); err != nil {
		return fmt.Errorf("remember the drift of a clock: %w", err)
	}
	return nil
}

func hintKind(f Factor) string { return "totp-drift:" + string(f.ID) }

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
