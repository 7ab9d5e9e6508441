package flow

import (
	"context"
	"errors"
	"testing"

	"gatehouse/id"
)

// unread is a store in which one of the two readings fails.
type unread struct {
	*world
	signIn, person error
}

func (u unread) SignIn(ctx context.Context, q Query) (Found, error) {
	if u.signIn != nil {
		return Found{}, u.signIn
	}
	return u.world.SignIn(ctx, q)
}

func (u unread) SignInPerson(ctx context.Context, user id.User, client id.Client) (Person, []string, error) {
	if u.person != nil {
		return Person{}, nil, u.person
	}
	return u.world.SignInPerson(ctx, user, client)
}

// A store that does not answer is not one that knows nothing: a sign-in that the
// browser carries may have its row by now, and its person may be disabled.
func TestAStoreThatFailsIsNoStoreThatKnowsNothing(t *testing.T) {
	t.Parallel()
	broken := errors.New("the disk is gone")
	for name, fails := range map[string]unread{"the sign-in": {signIn: broken}, "the person": {person: broken}} {
		b := newTab(t, toWeb)
		fails.world = b.w
		b.s.Store = fails
		out, err := b.password("ada")
		if !errors.Is(err, broken) || out.SessionToken != "" || len(b.w.interactions)+len(b.w.sessions) != 0 {
			t.Errorf("%s cannot be read: %v, %s, %d stored", name, err, out.Decision.Step, len(b.w.interactions))
		}
	}
}

// The answer to an application that nobody signed in for leaves no row: anybody can
// have as many as they like.
func TestAnAnswerAboutNobodyIsNotStored(t *testing.T) {
	t.Parallel()
	b := newTab(t, toWeb)
	out, err := b.look()
	if err == nil {
		err = b.s.Finish(t.Context(), out.Entry)
	}
	if err != nil || len(b.w.interactions) != 0 {
		t.Errorf("%v, %d are stored", err, len(b.w.interactions))
	}
}
