package flow

import (
	"context"
	"fmt"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/proof"
	"gatehouse/secret"
)

// TOTP takes a code of the person's authenticator, after the password. Faults
// of the check come back beside the Entry; if another tab went on with the same
// code meanwhile, that is where this one goes on too.
func (s *Service) TOTP(ctx context.Context, from audit.Actor, ref Ref, code string) (Outcome, error) {
	return s.factor(ctx, from, ref, func(user id.User) (p proof.Proof, left int, err error) {
		p, err = s.People.CheckTOTP(ctx, from, user, code)
		return p, 0, err
	})
}

// Recovery takes one of the person's recovery codes in place of the
// authenticator's. Outcome.RecoveryLeft says how many are left.
func (s *Service) Recovery(ctx context.Context, from audit.Actor, ref Ref, code string) (Outcome, error) {
	return s.factor(ctx, from, ref, func(user id.User) (proof.Proof, int, error) {
		return s.People.CheckRecovery(ctx, from, user, code)
	})
}

func (s *Service) factor(ctx context.Context, from audit.Actor, ref Ref, check func(id.User) (proof.Proof, int, error)) (Outcome, error) {
	e, _, err := s.look(ctx, ref, "")
	if err != nil {
		return Outcome{Entry: e}, err
	}
	if err := (change{}).named(ref, e.Decision); err != nil { // before a guess is counted against them
		return Outcome{Entry: e}, fmt.Errorf("prove second factor: %w", err)
	}
	if e.Decision.Step != StepFactor {
		return Outcome{Entry: e}, nil
	}
	if err := s.Turns.TakeFrom(ctx, e.Decision.User, from.IP); err != nil { // before a code is spent
		return Outcome{Entry: e}, fmt.Errorf("prove second factor: %w", err)
	}
	p, left, err := check(e.Decision.User)
	if err != nil {
		return s.elsewhere(ctx, from, ref, e, fmt.Errorf("prove second factor: %w", err))
	}
	out, err := s.post(ctx, from, ref, proveFactor(p, e.Decision.User, StepFactor))
	out.RecoveryLeft = left
	return out, err
}

// elsewhere answers a refused code: if the interaction went on meanwhile (a
// double click spends the code once and posts it twice), it shows where to.
func (s *Service) elsewhere(ctx context.Context, from audit.Actor, ref Ref, was Entry, refused error) (Outcome, error) {
	e, err := s.Look(ctx, ref, from.IP)
	if err != nil || e.Interaction.Version == was.Interaction.Version && e.Decision.Step == was.Decision.Step {
		return Outcome{Entry: was}, refused
	}
	return Outcome{Entry: e}, nil
}

func proveFactor(p proof.Proof, user id.User, steps ...Step) change {
	return change{
		counted: true,

		fits:  at(user, steps...),
		apply: note(func(st *State, d Decision) { st.add(d.User, p) }),
	}
}

// add puts a second factor's proof beside what was proved before.
func (st *State) add(user id.User, p proof.Proof) {
	st.unsettle()
	st.Progress.User = user
	st.Progress.Proofs = st.Progress.Proofs.Merge(p)
}

// StartEnrol begins to set up an authenticator where that is the step; elsewhere
// it answers "flow.step" (Conflict).
func (s *Service) StartEnrol(ctx context.Context, from audit.Actor, ref Ref) (key, url string, err error) {
	e, st, err := s.look(ctx, ref, "")
	if err != nil {
		return "", "", err
	}
	if e.Decision.Step != StepEnrol {
		return "", "", fault.New(fault.Conflict, "flow.step", "This is not the step to set up a second factor.")
	}
	return s.People.StartEnrol(ctx, s.actor(from, st), e.Decision.User, e.Interaction.Browser)
}

// ConfirmEnrol takes the new authenticator's first code, which counts as the
// second factor of this sign-in. Whether that is the step is asked in the
// transaction that confirms it. Outcome.RecoveryCodes are shown this once.
func (s *Service) ConfirmEnrol(ctx context.Context, from audit.Actor, ref Ref, code string) (Outcome, error) {
	browser := secret.Hash(ref.Browser)
	var codes []string
	out, err := s.post(ctx, from, ref, change{
		fits: func(d Decision) bool {
			codes = nil // those of a try that was undone are worth nothing
			return d.Step == StepEnrol
		},
		apply: func(ctx context.Context, by audit.Actor, st *State, d Decision) error {
			p, fresh, err := s.People.ConfirmEnrol(ctx, by, d.User, browser, code)
			if err != nil {
				return fmt.Errorf("enrol: %w", err)
			}
			codes = fresh
			st.add(d.User, p)
			st.Person = nil // they have one factor more
			return nil
		},
	})
	if err == nil {
		out.RecoveryCodes = codes
	}
	return out, err
}
