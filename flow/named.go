package flow

import (
	"cmp"

	"gatehouse/fault"
	"gatehouse/id"
)

// errAnother says that the sign-in is about somebody else than the post: another
// tab signed them in meanwhile. The Entry names them.
var errAnother = fault.New(fault.Conflict, "signin.another_session", "Somebody else has signed in in this browser meanwhile.")

// named checks that a post does nothing for somebody whom it does not name:
// whom it proved, else whom its page was about. Where the step itself names who
// is there now and asks them, it is enough to show it.
func (m change) named(ref Ref, d Decision) error {
	switch who := cmp.Or(m.person, ref.Person); {
	case who == "" || d.User == "" || d.User == who:
		return nil
	case m.person != "" && d.Step == StepSignIn:
		return fault.New(fault.Invalid, "signin.other_person", "Please sign in as the same person, or say that it is not you.")
	case m.person == "" && (d.Step == StepSelect || d.Step == StepConsent):
		return nil
	}
	return errAnother
}

// isFor reports whether a post that named who may be about user.
func isFor(who, user id.User) bool { return who == "" || who == user }
