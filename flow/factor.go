package flow

import (
	"context"
	"fmt"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/proof"
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
	e, err := s.Look(ctx, ref, from.IP)
	if err != nil || e.Decision.Step != StepFactor {
		return Outcome{Entry: e}, err
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
	if err != nil || e.Interaction.Version == was.Interaction.Version {
		return Outcome{Entry: was}, refused
	}
	return Outcome{Entry: e}, nil
}

func proveFactor(p proof.Proof, user id.User, steps ...Step) mark {
	return mark{
		fits: at(user, steps...),
		apply: func(st *State, d Decision) {
			st.unsettle()
			st.Progress.User = d.User
			st.Progress.Proofs = st.Progress.Proofs.Merge(p)
		},
	}
}

// StartEnrol begins to set up an authenticator where that is the step; elsewhere
// it answers "flow.step" (Conflict).
func (s *Service) StartEnrol(ctx context.Context, from audit.Actor, ref Ref) (key, url string, err error) {
	e, err := s.Look(ctx, ref, from.IP)
	if err != nil {
		return "", "", err
	}
	if e.Decision.Step != StepEnrol {
		return "", "", fault.New(fault.Conflict, "flow.step", "This is not the step to set up a second factor.")
	}
	return s.People.StartEnrol(ctx, s.known(from, e), e.Decision.User, e.Interaction.Browser)
}

// ConfirmEnrol takes the new authenticator's first code, which counts as the
// second factor of this sign-in. Outcome.RecoveryCodes are shown this once.
func (s *Service) ConfirmEnrol(ctx context.Context, from audit.Actor, ref Ref, code string) (Outcome, error) {
	e, err := s.Look(ctx, ref, from.IP)
	if err != nil || e.Decision.Step != StepEnrol {
		return Outcome{Entry: e}, err
	}
	p, codes, err := s.People.ConfirmEnrol(ctx, s.known(from, e), e.Decision.User, e.Interaction.Browser, code)
	if err != nil {
		return s.elsewhere(ctx, from, ref, e, fmt.Errorf("enrol: %w", err))
	}
	// The person has a factor now, so the stored proofs lack that factor.
	out, err := s.post(ctx, from, ref, proveFactor(p, e.Decision.User, StepFactor, StepEnrol))
	out.RecoveryCodes = codes
	return out, err
}

// known names the actor after the person whom the entry is about.
func (s *Service) known(from audit.Actor, e Entry) audit.Actor {
	from.Kind, from.ID, from.Session = audit.Person, string(e.Decision.User), e.Decision.Session
	return from
}
