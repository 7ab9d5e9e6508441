package identity

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/identity/totp"
	"gatehouse/proof"
	"gatehouse/secret"
)

const (
	// PendingLife is how long an enrolment that nobody confirmed may be.
	PendingLife = time.Hour
	// MaxPending is how many enrolments of a person wait at a time.
	MaxPending = 5
	// MaxFactors is how many confirmed authenticators a person has at most. A code
	// may be of any of them, so that each makes a guess likelier.
	MaxFactors = 5
)

// Enrolment is an authenticator that waits for its first code.
type Enrolment struct {
	Factor id.Factor
	Secret string // base32
	URL    string // otpauth://
}

// HasFactor reports whether the person has a confirmed second factor.
func (s *Service) HasFactor(ctx context.Context, user id.User) (bool, error) {
	all, err := s.Factors(ctx, user)
	return len(all) > 0, err
}

// Factors returns the person's confirmed second factors, the oldest first.
func (s *Service) Factors(ctx context.Context, user id.User) ([]Factor, error) {
	all, err := s.Store.FactorsOf(ctx, user)
	if err != nil {
		return nil, fmt.Errorf("read second factors: %w", err)
	}
	return all, nil
}

// StartEnrol makes the secret of a new authenticator, for one browser (the hash
// of its binding cookie; empty for the console). Asked again there within an
// hour and before it is confirmed, it answers with the same, so that reloading
// the page or a second tab does not spoil the code that was scanned. Another
// browser gets another secret, and a new password ends the old one: who knew
// the password before may have seen it. Fault: "factor.too_many" (Conflict).
func (s *Service) StartEnrol(ctx context.Context, from audit.Actor, user id.User, browser []byte) (Enrolment, error) {
	u, err := s.Store.User(ctx, user)
	if err != nil {
		return Enrolment{}, fmt.Errorf("start enrolment: %w", err)
	}
	f, err := s.newTOTP(user, browser)
	if err != nil {
		return Enrolment{}, fmt.Errorf("start enrolment: %w", err)
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		all, err := s.Store.FactorsOf(ctx, user)
		if err != nil {
			return err
		}
		if len(all) >= MaxFactors {
			return tooManyFactors()
		}
		f, err = s.pendingOr(ctx, f)
		return err
	})
	if err != nil {
		return Enrolment{}, fmt.Errorf("start enrolment: %w", err)
	}
	key, err := s.unseal(f)
	if err != nil {
		return Enrolment{}, fmt.Errorf("start enrolment: %w", err)
	}
	return Enrolment{Factor: f.ID, Secret: key, URL: totp.URL(s.Issuer(), u.Email, key)}, nil
}

// pendingOr returns the pending factor of the person and browser of f, if it
// still may be confirmed, and stores f otherwise.
func (s *Service) pendingOr(ctx context.Context, f Factor) (Factor, error) {
	pending, err := s.pending(ctx, f.User, f.Browser, f.Created)
	if err == nil || !fault.Is(err, fault.NotFound) {
		return pending, err
	}
	return f, s.Store.PutPendingFactor(ctx, f)
}

// pending returns what may still be confirmed at now; NotFound: nothing.
func (s *Service) pending(ctx context.Context, user id.User, browser []byte, now time.Time) (Factor, error) {
	f, err := s.Store.PendingFactor(ctx, user, browser)
	if err != nil {
		return Factor{}, err
	}
	p, err := s.Store.Password(ctx, user)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return Factor{}, err
	}
	if now.Sub(f.Created) >= PendingLife || f.Created.Before(p.Changed) {
		return Factor{}, fault.Missing("factor")
	}
	return f, nil
}

func (s *Service) newTOTP(user id.User, browser []byte) (Factor, error) {
	f := Factor{ID: id.NewFactor(), User: user, Kind: KindTOTP, Name: "Authenticator app", Browser: browser, Created: clock.Now()}
	var err error
	f.Sealed, err = s.Keeper.Seal(secret.PurposeTOTP, row(f.ID), []byte(totp.NewSecret()))
	return f, err
}

func (s *Service) unseal(f Factor) (string, error) {
	plain, err := s.Keeper.Open(secret.PurposeTOTP, row(f.ID), f.Sealed)
	if err != nil {
		return "", fmt.Errorf("open the secret of %s: %w", f.ID, err)
	}
	return string(plain), nil
}

// row is the place that a sealed secret is bound to.
func row(factor id.Factor) string { return "factors:sealed:" + string(factor) }

// ConfirmEnrol takes the first code of the authenticator that was begun at the
// browser. Its step is used up by it. It returns what was proved and, with the
// first authenticator, ten recovery codes, in clear this once; another one
// leaves the codes as they are. The person's sessions but that of from end: they
// were begun by less, or by somebody else. Faults:
// "totp.wrong" (Invalid), "factor.not_pending" (Conflict: nothing was begun
// here, it waited too long, or another browser was faster), "factor.too_many"
// (Conflict).
func (s *Service) ConfirmEnrol(ctx context.Context, from audit.Actor, user id.User, browser []byte, code string) (proof.Proof, []string, error) {
	f, err := s.pending(ctx, user, browser, clock.Now())
	if fault.Is(err, fault.NotFound) {
		return proof.Proof{}, nil, notPending()
	}
	if err != nil {
		return proof.Proof{}, nil, fmt.Errorf("confirm enrolment: %w", err)
	}
	m, err := s.find(f, code, totp.Clock{Last: f.LastStep})
	if err != nil {
		return proof.Proof{}, nil, fmt.Errorf("confirm enrolment: %w", err)
	}
	if m.Verdict != totp.Right {
		return proof.Proof{}, nil, fault.New(fault.Invalid, "totp.wrong",
			"That code is wrong or too old. Type the one that the app shows now. If that is refused too, set the clock of your phone.")
	}
	var codes []string
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		codes, err = s.confirm(ctx, from, f, m.Step)
		return err
	})
	if err != nil {
		return proof.Proof{}, nil, fmt.Errorf("confirm enrolment: %w", err)
	}
	return byAuthenticator(f), codes, nil
}

func (s *Service) confirm(ctx context.Context, from audit.Actor, f Factor, step int64) ([]string, error) {
	ok, err := s.Store.ConfirmFactor(ctx, f.ID, step, clock.Now())
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, notPending()
	}
	all, err := s.Store.FactorsOf(ctx, f.User)
	if err != nil {
		return nil, err
	}
	if len(all) > MaxFactors {
		return nil, tooManyFactors()
	}
	if err := s.clearFactorAttempts(ctx, f.User); err != nil {
		return nil, err
	}
	codes, err := s.afterEnrol(ctx, from, f.User, len(all) == 1)
	if err != nil {
		return nil, err
	}
	return codes, s.recordFactor(ctx, from, ActionFactorEnrol, f, nil, audit.Doc(map[string]any{"factors": len(all)}))
}

// afterEnrol ends the person's other sessions, and gives the person of a first
// second factor recovery codes; of one who had some already all else ends too.
func (s *Service) afterEnrol(ctx context.Context, from audit.Actor, user id.User, first bool) ([]string, error) {
	if !first {
		return nil, s.Ends.EndUser(ctx, from, user, from.Session, ReasonFactorChanged)
	}
	if err := s.Ends.EndSessions(ctx, from, user, from.Session, ReasonFactorChanged); err != nil {
		return nil, err
	}
	codes, macs := s.newRecoveryCodes(user)
	return codes, s.Store.PutRecoveryCodes(ctx, user, macs, clock.Now())
}

// recordFactor writes an event about a second factor in the transaction of ctx.
func (s *Service) recordFactor(ctx context.Context, by audit.Actor, action audit.Action, f Factor, before, after json.RawMessage) error {
	err := s.Audit.Record(ctx, audit.Event{
		Actor: by, Action: action, Target: audit.Target{Kind: KindFactor, ID: string(f.ID)}, User: f.User, Before: before, After: after,
	})
	if err != nil {
		return fmt.Errorf("record %s: %w", action, err)
	}
	return nil
}

func notPending() error {
	return fault.New(fault.Conflict, "factor.not_pending", "This second factor was set up already, or never begun.")
}

func tooManyFactors() error {
	return fault.New(fault.Conflict, "factor.too_many", "No more second factors can be set up. Remove those that are there first.")
}

// RemoveFactors removes the second factors and the recovery codes at the
// person's own wish, and ends all they hold but the session keep, which goes on
// without what they proved. What applications have from it ends too: codes and
// tokens were given for the level of then. NotFound: there is none.
func (s *Service) RemoveFactors(ctx context.Context, from audit.Actor, user id.User, keep id.Session) error {
	return s.dropFactors(ctx, from, user, keep, ActionFactorRemove)
}

// ResetFactors does the same for whoever administers people, helping somebody who lost
// theirs, and ends everything. Faults besides: those of Guard.
func (s *Service) ResetFactors(ctx context.Context, by audit.Actor, user id.User) error {
	return s.dropFactors(ctx, by, user, "", ActionFactorReset)
}

func (s *Service) dropFactors(ctx context.Context, by audit.Actor, user id.User, keep id.Session, action audit.Action) error {
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.Store.HoldUser(ctx, user); err != nil {
			return err
		}
		if err := s.Guard.MayTakeOver(ctx, by, user); err != nil {
			return err
		}
		all, err := s.Store.FactorsOf(ctx, user)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return fault.Missing("factor")
		}
		if err := s.Store.DeleteFactors(ctx, user); err != nil {
			return err
		}
		if err := s.Store.PutRecoveryCodes(ctx, user, nil, clock.Now()); err != nil {
			return err
		}
		if err := s.clearFactorAttempts(ctx, user); err != nil {
			return err
		}
		if err := s.Ends.EndUser(ctx, by, user, keep, ReasonFactorChanged); err != nil {
			return err
		}
		if err := s.Ends.EndTokens(ctx, user); err != nil {
			return err
		}
		for _, f := range all {
			if err := s.recordFactor(ctx, by, action, f, audit.Doc(map[string]any{"name": f.Name, "confirmed": f.Confirmed}), nil); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("remove second factors: %w", err)
	}
	return nil
}
