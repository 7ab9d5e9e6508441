package flow

import (
	"context"
	"fmt"
	"time"

	"gatehouse/fault"
	"gatehouse/id"
)

// Standing says how well the person of a session is proved, by what a sign-in would ask for
// now, and when the session ends; and it notes the visit from ip. It is for who knows the
// session otherwise than by its cookie. One that is over or suspended, and one of which
// more is asked by now, is "session.none" (Unauthenticated).
func (s *Service) Standing(ctx context.Context, session id.Session, ip string) (d Decision, ends time.Time, err error) {
	cfg := s.Config()
	found, err := s.Store.SignIn(ctx, Query{As: session, Now: time.Now()})
	if err == nil {
		err = s.rank(ctx, cfg.MFA, found.Person)
	}
	if err != nil {
		return Decision{}, time.Time{}, fmt.Errorf("look at a session: %w", err)
	}
	found.Interaction.Ask = Ask{ReturnTo: "/", RequestedAt: time.Now()}
	st, err := s.state(ctx, cfg, found)
	if err != nil {
		return Decision{}, time.Time{}, fmt.Errorf("look at a session: %w", err)
	}
	if d = settledOnly(st); st.Session == nil || d.Step != StepIssue {
		return Decision{}, time.Time{}, fault.New(fault.Unauthenticated, "session.none", "You are not signed in.")
	}
	return d, st.Session.Expires, s.visit(ctx, st, ip)
}
