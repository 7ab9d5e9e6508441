package flow

import (
	"context"
	"fmt"
	"time"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/secret"
)

// Look says where the interaction stands. Its faults: "flow.gone" (NotFound),
// "flow.browser" (Forbidden: another browser began it), "flow.expired"
// (Conflict). Where the interaction is still known, the Entry beside a fault names
// it and its application.
func (s *Service) Look(ctx context.Context, ref Ref, ip string) (Entry, error) {
	e, st, err := s.look(ctx, ref, "")
	if err != nil {
		return e, err
	}
	return e, s.visit(ctx, st, ip)
}

// look reads the sign-in of ref at one moment and asks Next where it stands. If
// it is about nobody yet, the state holds person. It also returns the state, so
// that a post can put its proof in and ask again.
func (s *Service) look(ctx context.Context, ref Ref, person id.User) (Entry, State, error) {
	cfg := s.Config()
	found, err := s.find(ctx, cfg.MFA, ref, person)
	if fault.CodeOf(err) == "flow.gone" {
		return Entry{}, State{}, err
	}
	if err != nil {
		return Entry{}, State{}, fmt.Errorf("look at sign-in: %w", err)
	}
	i := found.Interaction
	if ref.Browser == "" || !secret.Equal(secret.Hash(ref.Browser), i.Browser) {
		return Entry{}, State{}, fault.New(fault.Forbidden, "flow.browser", "This sign-in was begun in another browser.")
	}
	st, err := s.state(ctx, cfg, found)
	if err != nil {
		return Entry{}, State{}, fmt.Errorf("look at sign-in: %w", err)
	}
	d := settledOnly(st)
	if err := i.over(d, time.Now()); err != nil {
		return Entry{Interaction: i, App: st.App}, State{}, err
	}
	return st.entry(i, d), st, nil
}

func gone(err error) error {
	return fault.Wrap(err, fault.NotFound, "flow.gone", "This sign-in is over or was never begun.")
}

// state is what Next decides on. The person of f was ranked by the same cfg.
func (s *Service) state(ctx context.Context, cfg Config, f Found) (State, error) {
	app, err := s.app(ctx, f.Interaction.Ask)
	if err != nil {
		return State{}, err
	}
	st := State{
		Ask: f.Interaction.Ask, Progress: f.Interaction.Progress, App: app, MFA: cfg.MFA,
		Session: f.Session, Person: f.Person, Consented: f.Consented, Now: time.Now(), Fresh: cfg.Fresh,
	}
	if err := s.suspend(ctx, &st); err != nil {
		return State{}, err
	}
	return st, s.admit(ctx, &st)
}

// admit asks whether the application takes the person of the state in.
func (s *Service) admit(ctx context.Context, st *State) (err error) {
	st.Admission = Admission{}
	if st.App == nil || st.Person == nil {
		return nil
	}
	if st.Admission, err = s.Apps.Admit(ctx, st.App.ID, st.Person.ID); err != nil {
		return fmt.Errorf("ask whether the application takes the person in: %w", err)
	}
	return nil
}

// visit notes that the browser's session was seen.
func (s *Service) visit(ctx context.Context, st State, ip string) error {
	if st.Session == nil {
		return nil
	}
	if err := s.Sessions.Visit(ctx, *st.Session, ip); err != nil {
		return fmt.Errorf("note a visit: %w", err)
	}
	return nil
}

// tokenHash is what the store knows a session cookie by; nil for none.
func tokenHash(token string) []byte {
	if token == "" {
		return nil
	}
	return secret.Hash(token)
}

// meet makes sure that the state holds the person whom it is about now, and what
// they allowed before.
func (s *Service) meet(ctx context.Context, st *State) error {
	user := st.Progress.subject(st.Session)
	if user != "" && st.Person != nil && st.Person.ID == user {
		return nil
	}
	var err error
	if st.Person, st.Consented, err = s.person(ctx, st.MFA, user, st.Ask.Client); err != nil {
		return err
	}
	if err := s.suspendPerson(ctx, st); err != nil {
		return err
	}
	return s.admit(ctx, st)
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
	return d.Step == StepConsent || d.Step == StepBarred || d.Step == StepIssue || d.Step == StepRefuse && d.Error == errDenied
}

// entry shows the person only where the decision is about them.
func (st State) entry(i Interaction, d Decision) Entry {
	e := Entry{Interaction: i, Decision: d, App: st.App}
	if st.Person != nil && st.Person.ID == d.User {
		e.Person = st.Person
		if d.Step == StepBarred {
			e.Missing = st.Admission.Missing
		}
	}
	return e
}
