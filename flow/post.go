package flow

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
)

// change is what a post writes into the interaction.
type change struct {
	// fits is asked in the transaction about where the interaction stands then;
	// where it does not fit the post changes nothing.
	fits func(Decision) bool
	// apply may do more than note something: it runs in the transaction, for by.
	apply func(ctx context.Context, by audit.Actor, st *State, d Decision) error
	// then runs in the transaction after a change that fitted; may be nil.
	then func(ctx context.Context, by audit.Actor, st State) error
	// person is whom apply brings into a sign-in that is about nobody yet.
	person id.User
	// reopens says that it fits a sign-in that was answered already; others change
	// nothing of it.
	reopens bool
	// counted says that it was counted for its person already.
	counted bool
}

// note is an apply that only notes something.
func note(f func(st *State, d Decision)) func(context.Context, audit.Actor, *State, Decision) error {
	return func(_ context.Context, _ audit.Actor, st *State, d Decision) error { f(st, d); return nil }
}

// attempts is how often a post tries again when another tab was faster.
const attempts = 4

// post puts m into the interaction and, when everything is proved, makes or
// raises the session: all in one transaction, from what is stored then.
func (s *Service) post(ctx context.Context, from audit.Actor, ref Ref, m change) (Outcome, error) {
	var out Outcome
	var err error
	turn := s.turn(from, m)
	for range attempts {
		err = s.Store.InTx(ctx, func(ctx context.Context) error {
			var err error
			out, err = s.write(ctx, from, ref, m, turn)
			return err
		})
		if !fault.Is(err, fault.Conflict) || fault.CodeOf(err) == "flow.expired" || errors.Is(err, errAnother) {
			break
		}
	}
	if err != nil {
		return Outcome{Entry: out.Entry}, fmt.Errorf("go on with sign-in: %w", err)
	}
	if out.SessionToken != "" {
		s.signedInBy(ctx, out.Interaction.Progress)
	}
	return out, nil
}

// signedInBy counts the proofs of a complete sign-in for its person, who may have
// no turn left: they are in all the same.
func (s *Service) signedInBy(ctx context.Context, p Progress) {
	for range p.Proofs {
		_ = s.Turns.Take(ctx, p.User)
	}
}

// write is one try of post.
func (s *Service) write(ctx context.Context, from audit.Actor, ref Ref, m change, turn func(context.Context, State) error) (Outcome, error) {
	e, st, err := s.look(ctx, ref, m.person)
	if err != nil {
		return Outcome{Entry: e}, err
	}
	if err := m.named(ref, e.Decision); err != nil {
		return Outcome{Entry: e}, err
	}
	if !isFor(ref.Person, e.Decision.User) && m.person == "" || !m.fits(e.Decision) || !m.reopens && !e.Interaction.Finished.IsZero() {
		return Outcome{Entry: e}, nil
	}
	if err := turn(ctx, st); err != nil {
		return Outcome{Entry: e}, err
	}
	if err := m.apply(ctx, s.actor(from, st), &st, e.Decision); err != nil {
		return Outcome{Entry: e}, err
	}
	if err := s.meet(ctx, &st); err != nil {
		return Outcome{}, err
	}
	token, err := s.settle(ctx, from, &st)
	if err == nil && token == "" {
		err = s.visit(ctx, st, from.IP)
	}
	if err != nil {
		return Outcome{}, err
	}
	i := e.Interaction
	i.Finished, i.Progress = time.Time{}, st.Progress
	if err := s.keep(ctx, &i); err != nil {
		return Outcome{}, err
	}
	if m.then != nil {
		if err := m.then(ctx, s.actor(from, st), st); err != nil {
			return Outcome{}, err
		}
	}
	return Outcome{Entry: st.entry(i, settledOnly(st)), SessionToken: token}, nil
}

// turn returns what counts m for who has proved or is signed in, once however often
// the transaction is tried. A stranger who merely names somebody uses up no turn of
// theirs.
func (s *Service) turn(from audit.Actor, m change) func(ctx context.Context, st State) error {
	done := m.counted
	return func(ctx context.Context, st State) (err error) {
		if done {
			return nil
		}
		switch p := st.Progress; {
		case st.Session != nil && (len(p.Proofs) == 0 || p.User == st.Session.User):
			err = s.Turns.Take(ctx, st.Session.User)
		case len(p.Proofs) > 0:
			err = s.Turns.TakeFrom(ctx, p.User, from.IP)
		}
		done = err == nil
		return err
	}
}

// settle puts complete proofs into the browser's session: a session of the same
// person is raised under a new token, another person's ends and a new one
// begins. Without complete proofs it does nothing.
func (s *Service) settle(ctx context.Context, from audit.Actor, st *State) (string, error) {
	if st.Progress.Session != "" || len(st.Progress.Proofs) == 0 {
		return "", nil
	}
	d := Next(*st)
	if !d.past() {
		return "", nil
	}
	view, token, err := s.enter(ctx, s.actor(from, *st), *st, d)
	if err != nil {
		return "", err
	}
	st.Session, st.Progress.Session = &view, view.ID
	by := s.actor(from, *st)
	err = s.Audit.Record(ctx, audit.Event{
		Actor: by, Action: ActionSigninComplete, Target: audit.OfUser(d.User), User: d.User, Client: st.Ask.Client,
		After: audit.Doc(map[string]any{"session": view.ID, "acr": d.Level, "amr": d.Methods}),
	})
	if err != nil {
		return "", fmt.Errorf("record sign-in: %w", err)
	}
	if d.Step == StepBarred {
		err = s.recordBarred(ctx, by, st)
	}
	return token, err
}

func (s *Service) enter(ctx context.Context, by audit.Actor, st State, d Decision) (SessionView, string, error) {
	if st.Session != nil && st.Session.User == d.User {
		view, token, err := s.Sessions.Raise(ctx, by, *st.Session, st.brought().Merge(st.given()...))
		if err != nil {
			return SessionView{}, "", fmt.Errorf("raise session: %w", err)
		}
		return view, token, nil
	}
	if st.Session != nil {
		if err := s.Sessions.End(ctx, by, st.Session.ID, ReasonReplaced); err != nil {
			return SessionView{}, "", fmt.Errorf("end the other person's session: %w", err)
		}
	}
	view, token, err := s.Sessions.Create(ctx, by, d.User, st.given())
	if err != nil {
		return SessionView{}, "", fmt.Errorf("create session: %w", err)
	}
	return view, token, nil
}

// actor is the browser, named after the person once the password is proved.
func (s *Service) actor(from audit.Actor, st State) audit.Actor {
	if st.Person == nil {
		return from
	}
	from.Kind, from.ID = audit.Person, string(st.Person.ID)
	if st.Session != nil && st.Session.User == st.Person.ID {
		from.Session = st.Session.ID
	}
	return from
}

// unsettle makes room for a new proof: what went into a session that has ended
// since is forgotten, and the rest waits for a session again.
func (st *State) unsettle() {
	if st.Progress.Session == "" {
		return
	}
	if st.Session == nil || st.Session.ID != st.Progress.Session {
		st.Progress.Proofs = nil
	}
	st.Progress.Session = ""
}

// at returns fits for one step and one person.
func at(user id.User, steps ...Step) func(Decision) bool {
	return func(d Decision) bool {
		for _, step := range steps {
			if d.Step == step && d.User == user {
				return true
			}
		}
		return false
	}
}
