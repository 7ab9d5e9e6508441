package storetest

import (
	"context"
	"errors"
	"testing"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/oauth"
	"gatehouse/session"
	"gatehouse/store"
)

func testViews(t *testing.T, s *store.Store) {
	t.Run("SeeOneState", func(t *testing.T) { testOneState(t, s) })
	t.Run("SeeOneStateBesideAWriter", func(t *testing.T) { testViewsBesideAWriter(t, s) })
	t.Run("DoNotWrite", func(t *testing.T) {
		writes := map[string]func(ctx context.Context) error{
			"a statement": func(ctx context.Context) error { _, err := s.UseOnce(ctx, "view", "key", now); return err },
			"a statement that returns rows": func(ctx context.Context) error {
				_, err := s.RevokeSessions(ctx, session.Filter{Session: "ses_a"}, "", now)
				return err
			},
			"a transaction": func(ctx context.Context) error {
				return s.InTx(ctx, func(context.Context) error { t.Error("it ran"); return nil })
			},
		}
		for name, write := range writes {
			t.Run(name, func(t *testing.T) {
				for _, open := range []func(context.Context, func(context.Context) error) error{
					s.View,
					func(ctx context.Context, f func(context.Context) error) error {
						return s.InTx(ctx, func(ctx context.Context) error { return s.View(ctx, f) })
					},
				} {
					ok(t, open(t.Context(), func(ctx context.Context) error {
						err := write(ctx)
						refused(t, err, fault.Internal)
						same(t, fault.CodeOf(err), "store.view")
						_, err = s.Versions(ctx)
						return err // reading goes on
					}))
				}
			})
		}
		yes(t)(s.UseOnce(t.Context(), "view", "key", now))
	})
	t.Run("JoinATransaction", func(t *testing.T) {
		u := identity.User{ID: id.NewUser(), Email: "joined@example.test", Created: now, Updated: now}
		ok(t, s.InTx(t.Context(), func(ctx context.Context) error {
			ok(t, s.InsertUser(ctx, u))
			ok(t, s.View(ctx, func(ctx context.Context) error {
				_, err := s.User(ctx, u.ID)
				return err
			}))
			u.Name, u.Rev = "Written after", 1
			return s.UpdateUser(ctx, u)
		}))
		same(t, must[identity.User](t)(s.User(t.Context(), u.ID)).Name, u.Name)
	})
	t.Run("ReadWhatATransactionWouldHold", func(t *testing.T) {
		u, c := insertUser(t, s), insertClient(t, s)
		f := insertFamily(t, s, nil)
		ok(t, s.PutConsent(t.Context(), oauth.Consent{User: u.ID, Client: c.ID, Created: now, Updated: now}))
		ok(t, s.View(t.Context(), func(ctx context.Context) error {
			_, err := s.Consent(ctx, u.ID, c.ID)
			ok(t, err)
			_, err = s.Client(ctx, c.ID)
			ok(t, err)
			_, err = s.Administered(ctx, now)
			ok(t, err)
			_, _, err = s.Family(ctx, f.ID)
			return err
		}))
	})
	t.Run("ReturnTheWordsOfTheirClosure", func(t *testing.T) {
		if err := s.View(t.Context(), func(context.Context) error { return errChanged }); err != errChanged {
			t.Errorf("got %v, want the very error of the closure", err)
		}
	})
	t.Run("RefuseAContextThatIsOver", func(t *testing.T) {
		var leaked context.Context
		ok(t, s.View(t.Context(), func(ctx context.Context) error { leaked = ctx; return nil }))
		_, err := s.Versions(leaked)
		refused(t, err, fault.Internal)
		refused(t, s.View(leaked, func(context.Context) error { return nil }), fault.Internal)
	})
	t.Run("DoNotBeginForACancelledCaller", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := s.View(ctx, func(context.Context) error { t.Error("it began"); return nil })
		refused(t, err, fault.Unavailable)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want it to say that the context was cancelled", err)
		}
	})
}

// Somebody else commits between two reads.
func testOneState(t *testing.T, s *store.Store) {
	u := insertUser(t, s)
	ok(t, s.View(t.Context(), func(ctx context.Context) error {
		before := must[identity.User](t)(s.User(ctx, u.ID))
		changed := u
		changed.Name = "Changed meanwhile"
		ok(t, s.UpdateUser(t.Context(), changed))
		same(t, must[identity.User](t)(s.User(t.Context(), u.ID)).Name, changed.Name)
		ok(t, s.View(ctx, func(ctx context.Context) error {
			same(t, must[identity.User](t)(s.User(ctx, u.ID)), before)
			same(t, must[identity.User](t)(s.UserByEmail(ctx, u.Email)), before)
			return nil
		}))
		return nil
	}))
	same(t, must[identity.User](t)(s.User(t.Context(), u.ID)).Name, "Changed meanwhile")
}

// A writer moves two rows together, over and over; nobody may see one moved
// without the other.
func testViewsBesideAWriter(t *testing.T, s *store.Store) {
	a, b := insertUser(t, s), insertUser(t, s)
	writing, stop := make(chan error, 1), make(chan struct{})
	go func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				writing <- nil
				return
			default:
			}
			a, b := a, b
			a.Rev, b.Rev = 0, 0
			a.Name, b.Name = string(rune('A'+i%26)), string(rune('A'+i%26))
			if err := s.InTx(t.Context(), func(ctx context.Context) error {
				return errors.Join(s.UpdateUser(ctx, a), s.UpdateUser(ctx, b))
			}); err != nil {
				writing <- err
				return
			}
		}
	}()
	for range 200 {
		ok(t, s.View(t.Context(), func(ctx context.Context) error {
			first, err := s.User(ctx, a.ID)
			ok(t, err)
			second, err := s.User(ctx, b.ID)
			ok(t, err)
			if first.Name != second.Name {
				t.Errorf("one row says %q, the other %q: that is no state that ever was", first.Name, second.Name)
			}
			return nil
		}))
	}
	close(stop)
	ok(t, <-writing)
}
