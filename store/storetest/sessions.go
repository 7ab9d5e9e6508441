package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/proof"
	"gatehouse/session"
	"gatehouse/store"
)

func testSessions(t *testing.T, s *store.Store) {
	ctx := t.Context()
	u := insertUser(t, s)
	add := func(t *testing.T, user id.User, at time.Time) session.Session {
		t.Helper()
		n := newSession(user)
		n.Created = at
		ok(t, s.InsertSession(ctx, n, session.MaxPerPerson))
		return n
	}
	read := func(t *testing.T, n id.Session) session.Session {
		t.Helper()
		return must[session.Session](t)(s.Session(ctx, n))
	}

	t.Run("ComeBackAsTheyWere", func(t *testing.T) {
		n := add(t, u.ID, now)
		same(t, read(t, n.ID), n)
		got, enabled, err := s.SessionByToken(ctx, n.TokenHash)
		ok(t, err)
		same(t, got, n)
		same(t, enabled, true)
		_, err = s.Session(ctx, id.NewSession())
		missing(t, err)
		_, _, err = s.SessionByToken(ctx, hash())
		missing(t, err)
		refused(t, s.InsertSession(ctx, newSession(id.NewUser()), session.MaxPerPerson), fault.Conflict)
	})
	t.Run("AreAsManyAsTheyMayBe", func(t *testing.T) {
		busy := insertUser(t, s).ID
		first, second := newSession(busy), newSession(busy)
		ok(t, s.InsertSession(ctx, first, 2))
		ok(t, s.InsertSession(ctx, second, 2))
		refused(t, s.InsertSession(ctx, newSession(busy), 2), fault.Conflict)
		must[[]id.Session](t)(s.RevokeSessions(ctx, session.Filter{Session: first.ID}, "test", now))
		ok(t, s.InsertSession(ctx, newSession(busy), 2))
	})
	t.Run("SayWhenTheirPersonIsDisabled", func(t *testing.T) {
		off := insertUser(t, s)
		n := add(t, off.ID, now)
		off.Disabled = true
		ok(t, s.UpdateUser(ctx, off))
		_, enabled, err := s.SessionByToken(ctx, n.TokenHash)
		ok(t, err)
		same(t, enabled, false)
	})
	t.Run("RiseWhileTheyLive", func(t *testing.T) {
		n := add(t, u.ID, now)
		before := n.TokenHash
		n.TokenHash, n.Seen, n.IdleExpires, n.IP = hash(), now.Add(time.Minute), now.Add(3*time.Hour), "192.0.2.9"
		n.Proofs = append(byPassword(now.Add(time.Minute)), proof.Proof{Method: proof.OTP, At: now.Add(2 * time.Minute), Factor: "fac_phone", Source: proof.ByRecoveryCode})
		yes(t)(s.RaiseSession(ctx, n, now))
		same(t, read(t, n.ID), n)
		_, _, err := s.SessionByToken(ctx, before)
		missing(t, err)
		no(t)(s.RaiseSession(ctx, n, n.IdleExpires))
		no(t)(s.RaiseSession(ctx, session.Session{ID: id.NewSession(), TokenHash: hash()}, now))
	})
	t.Run("AreTouchedWhileTheyLive", func(t *testing.T) {
		n := add(t, u.ID, now)
		n.Seen, n.IdleExpires, n.IP = now.Add(time.Minute), now.Add(2*time.Hour), "192.0.2.2"
		ok(t, s.TouchSession(ctx, n.ID, n.Seen, n.IdleExpires, n.IP))
		same(t, read(t, n.ID), n)
		missing(t, s.TouchSession(ctx, n.ID, n.IdleExpires, n.IdleExpires.Add(time.Hour), ""))
		missing(t, s.TouchSession(ctx, id.NewSession(), now, now, ""))
	})
	t.Run("EndOnceAndStayEnded", func(t *testing.T) {
		n := add(t, u.ID, now)
		same(t, must[[]id.Session](t)(s.RevokeSessions(ctx, session.Filter{Session: n.ID}, "signed_out", now)), []id.Session{n.ID})
		same(t, len(must[[]id.Session](t)(s.RevokeSessions(ctx, session.Filter{Session: n.ID}, "again", now.Add(1)))), 0)
		n.RevokedAt, n.Reason = now, "signed_out"
		same(t, read(t, n.ID), n)
		no(t)(s.RaiseSession(ctx, n, now))
		missing(t, s.TouchSession(ctx, n.ID, now, n.IdleExpires, ""))
	})
	t.Run("EndTogetherButForOne", func(t *testing.T) {
		v := insertUser(t, s)
		kept, other, elsewhere := add(t, v.ID, now), add(t, v.ID, now), add(t, u.ID, now)
		same(t, must[[]id.Session](t)(s.RevokeSessions(ctx, session.Filter{User: v.ID, Except: kept.ID}, "password", now)), []id.Session{other.ID})
		for _, n := range []session.Session{kept, elsewhere} {
			if got := read(t, n.ID); !got.Live(now) {
				t.Errorf("session %s was ended with the others", n.ID)
			}
		}
	})
	t.Run("EndTheOldestBeyondABound", func(t *testing.T) {
		v := insertUser(t, s)
		oldest, old, young, elsewhere := add(t, v.ID, now.Add(-3*time.Minute)), add(t, v.ID, now.Add(-2*time.Minute)), add(t, v.ID, now.Add(-time.Minute)), add(t, u.ID, now)
		oldestOf := must[[]id.Session](t)
		same(t, len(oldestOf(s.RevokeOldestSessions(ctx, v.ID, 3, "too_many", now))), 0)
		same(t, oldestOf(s.RevokeOldestSessions(ctx, v.ID, 2, "too_many", now)), []id.Session{oldest.ID})
		same(t, oldestOf(s.RevokeOldestSessions(ctx, v.ID, 1, "too_many", now)), []id.Session{old.ID})
		for _, n := range []session.Session{young, elsewhere} {
			if got := read(t, n.ID); !got.Live(now) {
				t.Errorf("session %s was ended with the oldest", n.ID)
			}
		}
	})
	t.Run("DoNotEndByAnEmptyFilter", func(t *testing.T) {
		n := add(t, u.ID, now)
		for _, f := range []session.Filter{{}, {Except: id.NewSession()}, {Session: n.ID, Except: n.ID}, {Session: n.ID, User: id.NewUser()}} {
			same(t, len(must[[]id.Session](t)(s.RevokeSessions(ctx, f, "no", now))), 0)
		}
	})
	t.Run("AreListedNewestFirst", func(t *testing.T) {
		v := insertUser(t, s)
		old, young, ended := add(t, v.ID, now), add(t, v.ID, now.Add(time.Minute)), add(t, v.ID, now)
		must[[]id.Session](t)(s.RevokeSessions(ctx, session.Filter{Session: ended.ID}, "", now))
		list := must[[]session.Session](t)
		same(t, list(s.SessionsOf(ctx, v.ID, now, 10)), []session.Session{young, old})
		same(t, list(s.SessionsOf(ctx, v.ID, now, 1)), []session.Session{young})
		same(t, len(list(s.SessionsOf(ctx, v.ID, old.IdleExpires, 10))), 0)
		same(t, list(s.LiveSessions(ctx, now, session.Listing{}, 1)), []session.Session{young})
		var paged []session.Session
		all := list(s.LiveSessions(ctx, now, session.Listing{}, 100))
		for after := (session.Cursor{}); ; after = session.CursorOf(paged[len(paged)-1]) {
			page := list(s.LiveSessions(ctx, now, session.Listing{After: after}, 2)) // many began at the same moment
			if len(page) == 0 {
				break
			}
			paged = append(paged, page...)
		}
		same(t, paged, all)
		oldest := list(s.LiveSessions(ctx, now, session.Listing{Oldest: true}, 100))
		slices.Reverse(oldest)
		same(t, oldest, all)
		for _, l := range []session.Listing{{Since: now.Add(time.Minute)}, {Since: now.Add(time.Minute), Oldest: true, Until: now.Add(time.Hour)}} {
			same(t, list(s.LiveSessions(ctx, now, l, 100)), []session.Session{young})
		}
		for _, l := range []session.Listing{{Until: now}, {Until: now, Oldest: true}, {Since: now.Add(time.Hour)}, {Since: now.Add(time.Hour), Oldest: true}} {
			for _, n := range list(s.LiveSessions(ctx, now, l, 100)) {
				if n.Created.Before(l.Since) || !l.Until.IsZero() && !n.Created.Before(l.Until) {
					t.Errorf("%+v lists what began at %s", l, n.Created)
				}
			}
		}
		if len(all) < 5 || slices.ContainsFunc(all, func(n session.Session) bool { return !n.Live(now) }) {
			t.Errorf("of all sessions these are listed as living: %v", all)
		}
	})
	t.Run("EndForEverybodyButOne", func(t *testing.T) {
		other := insertUser(t, s)
		kept, one, two := add(t, u.ID, now), add(t, u.ID, now), add(t, other.ID, now)
		last := newSession(other.ID)
		last.Created, last.Expires = now.Add(-time.Hour), now.Add(time.Millisecond) // it would end by itself in a moment
		ok(t, s.InsertSession(ctx, last, session.MaxPerPerson))
		live := len(must[[]session.Session](t)(s.LiveSessions(ctx, now, session.Listing{}, 1000)))
		same(t, must[int64](t)(s.EndEverySession(ctx, kept.ID, "test", now)), int64(live-1))
		for _, n := range []id.Session{one.ID, two.ID, last.ID} {
			same(t, read(t, n).RevokedAt, now)
		}
		same(t, read(t, kept.ID), kept)
		same(t, must[int64](t)(s.EndEverySession(ctx, "", "test", now)), int64(1))
	})
	t.Run("EndForEverybodyHoweverManyThereAre", func(t *testing.T) {
		const many = 1203 // begun at few moments, which are parted among slices
		busy := insertUser(t, s).ID
		ok(t, s.InTx(ctx, func(ctx context.Context) error {
			for i := range many {
				n := newSession(busy)
				n.Created = now.Add(time.Duration(i/400) * time.Second)
				if err := s.InsertSession(ctx, n, many); err != nil {
					return err
				}
			}
			all, err := s.EndEverySession(ctx, "", "test", now)
			same(t, all, int64(many))
			return err
		}))
		same(t, len(must[[]session.Session](t)(s.LiveSessions(ctx, now, session.Listing{}, 10))), 0)
	})
}
