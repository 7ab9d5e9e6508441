package flow

import (
	"context"
	"fmt"

	"gatehouse/audit"
)

// Password takes a name and a password, and checks them also where the sign-in
// went on without them: who typed them must not go on as somebody else. Where the
// step is about a known person (proving it again) they must be theirs:
// "signin.other_person" (Invalid) if not; elsewhere "signin.another_session"
// (Conflict). Whom a lock is on is told so once the password is right:
// "signin.locked" (Forbidden). That and faults of the check itself ("signin.wrong",
// "signin.throttled", "password.busy") come back beside the Entry.
func (s *Service) Password(ctx context.Context, from audit.Actor, ref Ref, login, password string) (Outcome, error) {
	e, _, err := s.look(ctx, ref, "")
	if err != nil || e.Decision.Step != StepSignIn && e.Decision.User == "" {
		return Outcome{Entry: e}, err
	}
	user, p, err := s.People.CheckPassword(ctx, from, login, password)
	if err != nil {
		return Outcome{Entry: e}, fmt.Errorf("sign in: %w", err)
	}
	if err := s.Turns.TakeFrom(ctx, user, from.IP); err != nil {
		return Outcome{Entry: e}, fmt.Errorf("sign in: %w", err)
	}
	if err := s.refuseLocked(ctx, from, user, e); err != nil {
		return Outcome{Entry: e}, fmt.Errorf("sign in: %w", err)
	}
	return s.post(ctx, from, ref, change{
		counted: true,

		fits:   func(d Decision) bool { return d.Step == StepSignIn && (d.User == "" || d.User == user) },
		person: user,
		apply: note(func(st *State, _ Decision) {
			st.unsettle()
			if st.Progress.User != user {
				st.Progress = Progress{User: user}
			}
			st.Progress.Chosen = true
			st.Progress.Proofs = st.Progress.Proofs.Merge(p)
		}),
		then: s.auditPassword,
	})
}

// auditPassword leaves a trace of a right password that was not enough. A
// complete sign-in has its own event.
func (s *Service) auditPassword(ctx context.Context, by audit.Actor, st State) error {
	if st.Progress.Session != "" {
		return nil
	}
	err := s.Audit.Record(ctx, audit.Event{Actor: by, Action: ActionSigninProve, Target: audit.OfUser(st.Progress.User), User: st.Progress.User, Client: st.Ask.Client})
	if err != nil {
		return fmt.Errorf("record password: %w", err)
	}
	return nil
}
