package flow

import (
	"context"
	"fmt"
	"time"

	"gatehouse/audit"
)

// within is the question where no proof may be older than an application's roles let it.
func (a Ask) within(most time.Duration) Ask {
	if most > 0 && (a.MaxAge == nil || most < *a.MaxAge) {
		a.MaxAge = &most
	}
	return a
}

// Leave goes back to an application that does not take the person in: it is told
// access_denied.
func (s *Service) Leave(ctx context.Context, from audit.Actor, ref Ref) (Outcome, error) {
	return s.post(ctx, from, ref, change{
		fits: func(d Decision) bool { return d.Step == StepBarred },
		apply: note(func(st *State, d Decision) {
			st.Progress.User, st.Progress.Consent, st.Progress.Scopes = d.User, "deny", nil
		}),
		then: func(ctx context.Context, by audit.Actor, st State) error {
			if len(st.Progress.Proofs) > 0 {
				return nil // it was recorded when they were complete
			}
			return s.recordBarred(ctx, by, &st)
		},
	})
}

// recordBarred tells the auditor of a sign-in that was complete and came to nothing.
func (s *Service) recordBarred(ctx context.Context, by audit.Actor, st *State) error {
	roles, groups := []string{}, []string{}
	for _, m := range st.Admission.Missing {
		if m.Group {
			groups = append(groups, m.ID)
		} else {
			roles = append(roles, m.ID)
		}
	}
	err := s.Audit.Record(ctx, audit.Event{
		Actor: by, Action: ActionSigninBar, Target: audit.OfUser(st.Person.ID), User: st.Person.ID, Client: st.Ask.Client,
		Outcome: audit.Refused, Reason: ReasonMissing, After: audit.Doc(map[string]any{"roles": roles, "groups": groups}),
	})
	if err != nil {
		return fmt.Errorf("record refusal: %w", err)
	}
	return nil
}
