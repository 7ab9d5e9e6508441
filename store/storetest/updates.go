package storetest

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/oauth"
	"gatehouse/secret"
	"gatehouse/session"
	"gatehouse/store"
)

// testLostUpdates has many callers read a row in a transaction and write it
// back with something added. Nobody's change may be lost.
func testLostUpdates(t *testing.T, s *store.Store) {
	t.Run("OfAClient", func(t *testing.T) {
		c := insertClient(t, s)
		race(t, racers, func(i int) (bool, error) {
			return true, s.InTx(t.Context(), func(ctx context.Context) error {
				read, err := s.Client(ctx, c.ID)
				if err != nil {
					return err
				}
				read.Scopes = append(read.Scopes, strconv.Itoa(i))
				return s.UpdateClient(ctx, read)
			})
		})
		same(t, len(must[oauth.Client](t)(s.Client(t.Context(), c.ID)).Scopes), racers)
	})
	for name, before := range map[string][]string{"OfAConsent": {"openid"}, "OfTheFirstConsent": nil} {
		t.Run(name, func(t *testing.T) {
			u, c := insertUser(t, s), insertClient(t, s)
			if before != nil {
				ok(t, s.PutConsent(t.Context(), oauth.Consent{User: u.ID, Client: c.ID, Scopes: before, Created: now, Updated: now}))
			}
			race(t, racers, func(i int) (bool, error) {
				return true, s.InTx(t.Context(), func(ctx context.Context) error {
					read, err := s.Consent(ctx, u.ID, c.ID)
					if fault.Is(err, fault.NotFound) {
						read, err = oauth.Consent{User: u.ID, Client: c.ID, Created: now}, nil
					}
					if err != nil {
						return err
					}
					read.Scopes, read.Updated = append(read.Scopes, strconv.Itoa(i)), now
					return s.PutConsent(ctx, read)
				})
			})
			same(t, len(must[oauth.Consent](t)(s.Consent(t.Context(), u.ID, c.ID)).Scopes), racers+len(before))
		})
	}
}

// testHeldSessions has a sign-out race with what a session gives: what was
// given before the end is there to be ended, and nothing is given after it.
func testHeldSessions(t *testing.T, s *store.Store) {
	u := insertUser(t, s)
	n := newSession(u.ID)
	ok(t, s.InsertSession(t.Context(), n, session.MaxPerPerson))
	yes(t)(s.HoldSession(t.Context(), n.ID))
	same(t, must[session.Session](t)(s.Session(t.Context(), n.ID)), n)
	no(t)(s.HoldSession(t.Context(), id.NewSession()))

	for range 20 {
		n := newSession(u.ID)
		ok(t, s.InsertSession(t.Context(), n, session.MaxPerPerson))
		f := newFamily()
		f.User, f.Session = u.ID, n.ID
		race(t, 2, func(i int) (bool, error) {
			return true, s.InTx(t.Context(), func(ctx context.Context) error {
				if i == 0 {
					live, err := s.HoldSession(ctx, n.ID)
					if err != nil || !live {
						return err
					}
					return s.InsertFamily(ctx, f)
				}
				_, err := s.RevokeSessions(ctx, session.Filter{Session: n.ID}, "signed_out", now)
				return err
			})
		})
		no(t)(s.HoldSession(t.Context(), n.ID))
		_, grounds, err := s.Family(t.Context(), f.ID)
		if fault.Is(err, fault.NotFound) {
			continue // the session was over before the family could begin
		}
		ok(t, err)
		if !grounds.SessionRevoked {
			t.Fatal("a family outlived the session that it was made in while the session was ended")
		}
	}
}

// testActing asks for each thing that makes a session not count, and has an end
// race with what is done in its name: what was done was done before the end.
func testActing(t *testing.T, s *store.Store) {
	u := insertUser(t, s)
	n := newSession(u.ID)
	ok(t, s.InsertSession(t.Context(), n, session.MaxPerPerson))
	before := n.Expires.Add(-time.Minute)
	if n.IdleExpires.Before(n.Expires) {
		before = n.IdleExpires.Add(-time.Minute)
	}
	yes(t)(s.HoldActing(t.Context(), n, before))
	no(t)(s.HoldActing(t.Context(), n, n.IdleExpires))
	no(t)(s.HoldActing(t.Context(), n, n.Expires))
	raised, stranger := n, n
	raised.TokenHash, stranger.User = secret.Hash("another"), insertUser(t, s).ID
	no(t)(s.HoldActing(t.Context(), raised, before))
	no(t)(s.HoldActing(t.Context(), stranger, before))
	for _, disabled := range []bool{true, false} {
		u, err := s.User(t.Context(), u.ID)
		ok(t, err)
		u.Disabled = disabled
		ok(t, s.UpdateUser(t.Context(), u))
		live, err := s.HoldActing(t.Context(), n, before)
		ok(t, err)
		same(t, live, !disabled)
	}

	for range 20 {
		n := newSession(u.ID)
		ok(t, s.InsertSession(t.Context(), n, session.MaxPerPerson))
		late := false
		race(t, 2, func(i int) (bool, error) {
			return true, s.InTx(t.Context(), func(ctx context.Context) error {
				if i == 1 {
					_, err := s.RevokeSessions(ctx, session.Filter{Session: n.ID}, "signed_out", now)
					return err
				}
				live, err := s.HoldActing(ctx, n, before)
				if err != nil || !live {
					return err
				}
				found, err := s.Session(ctx, n.ID)
				late = late || !found.RevokedAt.IsZero()
				return err
			})
		})
		if late {
			t.Fatal("something was done in the name of a session that had ended")
		}
		no(t)(s.HoldActing(t.Context(), n, before))
	}
}

// testWithdrawals has a withdrawal race with the redemption of a code. Either the
// withdrawal finds the family and ends it, or the redemption sees the revocation.
func testWithdrawals(t *testing.T, s *store.Store) {
	c := insertClient(t, s)
	for range 20 {
		u := insertUser(t, s)
		f := newFamily()
		f.User, f.Client = u.ID, c.ID
		name := string(u.ID) + "/" + string(c.ID)
		race(t, 2, func(i int) (bool, error) {
			return true, s.InTx(t.Context(), func(ctx context.Context) error {
				if i == 1 {
					if _, err := s.Consent(ctx, u.ID, c.ID); !fault.Is(err, fault.NotFound) {
						return err
					}
					if err := s.EndFamiliesOfConsent(ctx, u.ID, c.ID, "withdrawn", now); err != nil {
						return err
					}
					return s.Revoke(ctx, oauth.Revocation{Kind: oauth.RevokedConsent, Key: name, Before: now, Until: now.Add(time.Hour)})
				}
				if _, enabled, err := s.HoldPerson(ctx, u.ID); err != nil || !enabled {
					return err
				}
				seen, err := s.RevocationsAfter(ctx, 0, 1000)
				if err != nil || slices.ContainsFunc(seen, func(r oauth.Revocation) bool { return r.Key == name }) {
					return err
				}
				return s.InsertFamily(ctx, f)
			})
		})
		found, _, err := s.Family(t.Context(), f.ID)
		if fault.Is(err, fault.NotFound) {
			continue // the withdrawal was first
		}
		ok(t, err)
		if found.RevokedAt.IsZero() {
			t.Fatal("a family outlived the withdrawal that came during its redemption")
		}
	}
}

// testHeldPeople has a person disabled, with all that ends then, while they sign
// in. When they are enabled again no session is left: either the sign-in was
// refused, or its session was found.
func testHeldPeople(t *testing.T, s *store.Store) {
	for range 5 {
		u := insertUser(t, s)
		n := newSession(u.ID)
		begun := make(chan struct{})
		inserted := sync.OnceFunc(func() { close(begun) })
		race(t, 2, func(i int) (bool, error) {
			if i == 0 {
				defer inserted()
				return true, s.InTx(t.Context(), func(ctx context.Context) error {
					if err := s.InsertSession(ctx, n, session.MaxPerPerson); err != nil {
						return err
					}
					inserted()
					for range 100 { // long enough for who does not wait
						if _, err := s.Session(ctx, n.ID); err != nil {
							return err
						}
					}
					return nil
				})
			}
			<-begun
			return true, s.InTx(t.Context(), func(ctx context.Context) error {
				held, err := s.HoldUser(ctx, u.ID)
				if err != nil {
					return err
				}
				held.Disabled = true
				if err := s.UpdateUser(ctx, held); err != nil {
					return err
				}
				_, err = s.RevokeSessions(ctx, session.Filter{User: u.ID}, "disabled", now)
				return err
			})
		})
		u.Disabled, u.Rev = false, 0
		ok(t, s.UpdateUser(t.Context(), u))
		found := must[session.Session](t)(s.Session(t.Context(), n.ID))
		if found.Live(now) {
			t.Fatal("a session outlived that its person was disabled, because it was made at the same moment")
		}
	}
}
