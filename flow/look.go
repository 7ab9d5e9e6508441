package flow

import (
	"context"
	"fmt"
	"time"

	"gatehouse/fault"
	"gatehouse/secret"
)

// Look says where the interaction stands. Its faults: "flow.gone" (NotFound),
// "flow.browser" (Forbidden: another browser began it), "flow.expired"
// (Conflict; the Entry still names the application).
func (s *Service) Look(ctx context.Context, ref Ref, ip string) (Entry, error) {
	i, err := s.open(ctx, ref)
	if fault.CodeOf(err) == "flow.expired" {
		return s.stale(ctx, i, err)
	}
	if err != nil {
		return Entry{}, err
	}
	e, _, err := s.stand(ctx, i, ref.Session, ip)
	if err != nil {
		return Entry{}, fmt.Errorf("look at sign-in: %w", err)
	}
	return e, nil
}

// open reads the interaction and checks that this browser began it.
func (s *Service) open(ctx context.Context, ref Ref) (Interaction, error) {
	i, err := s.Store.Interaction(ctx, ref.Interaction)
	if fault.Is(err, fault.NotFound) {
		return Interaction{}, fault.Wrap(err, fault.NotFound, "flow.gone", "This sign-in is over or was never begun.")
	}
	if err != nil {
		return Interaction{}, fmt.Errorf("open sign-in: %w", err)
	}
	if ref.Browser == "" || !secret.Equal(secret.Hash(ref.Browser), i.Browser) {
		return Interaction{}, fault.New(fault.Forbidden, "flow.browser", "This sign-in was begun in another browser.")
	}
	if !time.Now().Before(i.Expires) {
		return i, fault.New(fault.Conflict, "flow.expired", "This sign-in took too long. Please begin again.")
	}
	return i, nil
}

// stale answers for an expired interaction: too late, but from where.
func (s *Service) stale(ctx context.Context, i Interaction, expired error) (Entry, error) {
	app, err := s.app(ctx, i.Ask)
	if err != nil {
		return Entry{}, fmt.Errorf("look at sign-in: %w", err)
	}
	return Entry{Interaction: i, App: app}, expired
}

// stand reads what Next must know and asks it. It also returns the state, so
// that a post can put its proof in and ask again.
func (s *Service) stand(ctx context.Context, i Interaction, session, ip string) (Entry, State, error) {
	app, err := s.app(ctx, i.Ask)
	if err != nil {
		return Entry{}, State{}, err
	}
	st := State{Ask: i.Ask, Progress: i.Progress, App: app, MFA: s.Config.MFA}
	if session != "" {
		if st.Session, err = s.Sessions.View(ctx, session, ip); err != nil {
			return Entry{}, State{}, fmt.Errorf("read session: %w", err)
		}
	}
	if err := s.meet(ctx, &st); err != nil {
		return Entry{}, State{}, err
	}
	return st.entry(i, settledOnly(st)), st, nil
}

// meet reads the person whom the state is about, and what they allowed before.
func (s *Service) meet(ctx context.Context, st *State) error {
	st.Person, st.Consented = nil, nil
	user := st.Progress.subject(st.Session)
	if user == "" {
		return nil
	}
	p, err := s.People.Person(ctx, user)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read person: %w", err)
	}
	st.Person = &p
	if st.App == nil {
		return nil
	}
	if st.Consented, err = s.Apps.Consented(ctx, user, st.App.ID); err != nil {
		return fmt.Errorf("read consent: %w", err)
	}
	return nil
}

func (s *Service) app(ctx context.Context, ask Ask) (*Application, error) {
	if ask.Client == "" {
		return nil, nil
	}
	app, err := s.Apps.Application(ctx, ask.Client)
	if fault.Is(err, fault.NotFound) {
		return nil, nil // Next refuses
	}
	if err != nil {
		return nil, fmt.Errorf("read application: %w", err)
	}
	return &app, nil
}

// settledOnly asks Next, but lets nobody past the proofs on proofs that no
// session holds: only a post makes a session. It happens when the policy or the
// person changed between two steps; the person then signs in again.
func settledOnly(st State) Decision {
	d := Next(st)
	if st.Progress.Session != "" || !d.past() {
		return d
	}
	st.Progress.Proofs = nil
	return Next(st)
}

// past reports whether the person is proved as far as is needed.
func (d Decision) past() bool {
	return d.Step == StepConsent || d.Step == StepIssue || d.Step == StepRefuse && d.Error == errDenied
}

// entry shows the person only where the decision is about them.
func (st State) entry(i Interaction, d Decision) Entry {
	e := Entry{Interaction: i, Decision: d, App: st.App}
	if st.Person != nil && st.Person.ID == d.User {
		e.Person = st.Person
	}
	return e
}
