package flow

import (
	"context"
	"fmt"

	"gatehouse/audit"
)

// Choose says which account to go on with: the one that is signed in, or (other)
// another one, which forgets what was proved in this interaction. The session
// stays until somebody else has signed in completely.
func (s *Service) Choose(ctx context.Context, from audit.Actor, ref Ref, other bool) (Outcome, error) {
	m := change{
		fits:  func(d Decision) bool { return d.Step == StepSelect },
		apply: note(func(st *State, d Decision) { st.Progress.Chosen, st.Progress.User = true, d.User }),
	}
	if other {
		ref.Person = "" // whoever it is, it is to be another one
		m.fits, m.reopens = func(d Decision) bool { return d.Step != StepRefuse }, true
		m.apply = note(func(st *State, _ Decision) { st.Progress = Progress{Chosen: true} })
	}
	return s.post(ctx, from, ref, m)
}

// Consent says whether the application may have what it asked for. A yes is
// remembered; a no is the answer to this request only. Who says the other word
// after one was answered has come too late: "flow.gone".
func (s *Service) Consent(ctx context.Context, from audit.Actor, ref Ref, allow bool) (Outcome, error) {
	out, err := s.post(ctx, from, ref, change{
		fits: func(d Decision) bool { return d.Step == StepConsent },
		apply: note(func(st *State, d Decision) {
			st.Progress.User = d.User
			st.Progress.Consent, st.Progress.Scopes = "deny", nil
			if allow {
				st.Progress.Consent, st.Progress.Scopes = "allow", st.Ask.Scopes
			}
		}),
		then: s.keepConsent,
	})
	if err == nil && !out.Interaction.Finished.IsZero() && (out.Decision.Step == StepIssue) != allow {
		err = gone(nil)
	}
	return out, err
}

func (s *Service) keepConsent(ctx context.Context, by audit.Actor, st State) error {
	if st.Progress.Consent == "allow" {
		if err := s.Apps.GiveConsent(ctx, by, st.Progress.User, st.Ask.Client, st.Progress.Scopes); err != nil {
			return fmt.Errorf("keep consent: %w", err)
		}
		return nil
	}
	err := s.Audit.Record(ctx, audit.Event{
		Actor: by, Action: ActionConsentRefuse, Target: audit.OfConsent(st.Progress.User, st.Ask.Client),
		User: st.Progress.User, Client: st.Ask.Client, Outcome: audit.Refused, Reason: ReasonDeclined,
	})
	if err != nil {
		return fmt.Errorf("record refusal: %w", err)
	}
	return nil
}
