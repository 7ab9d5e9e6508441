package flow

import (
	"context"
	"errors"
	"testing"

	"pgregory.net/rapid"

	"gatehouse/id"
	"gatehouse/proof"
)

// Whatever was proved and asked, who is locked gets nothing, and is led nowhere but
// to the sign-in, as everybody is: the step tells nobody of the lock.
func TestWhoIsLockedIsAskedToSignInWhateverTheyProved(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := anyState(t)
		s.Locked = true
		switch d := Next(s); d.Step {
		case StepSignIn, StepSelect, StepRefuse:
			if d.Level != proof.None || len(d.Methods) > 0 {
				t.Errorf("%+v is told %+v", s, d)
			}
		default:
			t.Errorf("%+v leads to %+v", s, d)
		}
	})
}

// lockedIf says of which people and sessions there are locks.
type lockedIf func(user id.User, session id.Session) (bool, error)

func (f lockedIf) Locked(_ context.Context, user id.User, session id.Session, _ id.Client) (bool, error) {
	return f(user, session)
}

// A session counts as none while a lock is on it, or on whose it is; the person is
// locked only by a lock of their own; and where nobody can tell, nothing goes on.
func TestALockedSessionCountsAsNone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		locks   lockedIf
		session bool // counts
		locked  bool
		fails   bool
	}{
		"no lock":                {func(id.User, id.Session) (bool, error) { return false, nil }, true, false, false},
		"on the session":         {func(_ id.User, s id.Session) (bool, error) { return s == "ses_1", nil }, false, false, false},
		"on another session":     {func(_ id.User, s id.Session) (bool, error) { return s == "ses_2", nil }, true, false, false},
		"on whose session it is": {func(u id.User, s id.Session) (bool, error) { return u == "usr_ada" && s == "ses_1", nil }, false, false, false},
		"on who signs in":        {func(u id.User, _ id.Session) (bool, error) { return u == "usr_bob", nil }, true, true, false},
		"nobody can tell":        {func(id.User, id.Session) (bool, error) { return false, errors.New("away") }, true, false, true},
	} {
		st := State{Session: &SessionView{ID: "ses_1", User: "usr_ada"}, Progress: Progress{User: "usr_bob"}, Locked: name == "no lock"}
		err := (&Service{Locks: c.locks}).suspend(t.Context(), &st)
		if (err != nil) != c.fails || !c.fails && ((st.Session != nil) != c.session || st.Locked != c.locked) {
			t.Errorf("%s: %v, the session is %v, locked %t", name, err, st.Session, st.Locked)
		}
	}
}
