package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/proof"
	"gatehouse/session"
	"gatehouse/store"
)

// sessions are those of a store, among them those of one person.
type sessions struct {
	*store.Store
	u identity.User
}

func testSessions(t *testing.T, s *store.Store) {
	all := sessions{s, insertUser(t, s)}
	t.Run("ComeBackAsTheyWere", all.comeBackAsTheyWere)
	t.Run("AreAsManyAsTheyMayBe", all.areAsManyAsTheyMayBe)
	t.Run("SayWhenTheirPersonIsDisabled", all.sayWhenTheirPersonIsDisabled)
	t.Run("RiseWhileTheyLive", all.riseWhileTheyLive)
	t.Run("AreTouchedWhileTheyLive", all.areTouchedWhileTheyLive)
	t.Run("EndOnceAndStayEnded", all.endOnceAndStayEnded)
	t.Run("EndTogetherButForOne", all.endTogetherButForOne)
	t.Run("EndTheOldestBeyondABound", all.endTheOldestBeyondABound)
	t.Run("DoNotEndByAnEmptyFilter", all.doNotEndByAnEmptyFilter)
	t.Run("AreListedNewestFirst", all.areListedNewestFirst)
	t.Run("EndForEverybodyButOne", all.endForEverybodyButOne)
	t.Run("EndForEverybodyHoweverManyThereAre", all.endForEverybodyHoweverManyThereAre)
}

func (s sessions) add(t *testing.T, user id.User, at time.Time) session.Session {
	t.Helper()
	n := newSession(user)
	n.Created = at
	ok(t, s.InsertSession(t.Context(), n, session.MaxPerPerson))
	return n
}

func (s sessions) read(t *testing.T, n id.Session) session.Session {
	t.Helper()
	return must[session.Session](t)(s.Session(t.Context(), n))
}

func (s sessions) comeBackAsTheyWere(t *testing.T) {
	ctx := t.Context()
	n := s.add(t, s.u.ID, now)
	same(t, s.read(t, n.ID), n)
	got, enabled, err := s.SessionByToken(ctx, n.TokenHash)
	ok(t, err)
	same(t, got, n)
	same(t, enabled, true)
	_, err = s.Session(ctx, id.NewSession())
	missing(t, err)
	_, _, err = s.SessionByToken(ctx, hash())
	missing(t, err)
	refused(t, s.InsertSession(ctx, newSession(id.NewUser()), session.MaxPerPerson), fault.Conflict)
}

func (s sessions) areAsManyAsTheyMayBe(t *testing.T) {
	ctx := t.Context()
	busy := insertUser(t, s.Store).ID
	first, second := newSession(busy), newSession(busy)
	ok(t, s.InsertSession(ctx, first, 2))
	ok(t, s.InsertSession(ctx, second, 2))
	refused(t, s.InsertSession(ctx, newSession(busy), 2), fault.Conflict)
	must[[]id.Session](t)(s.RevokeSessions(ctx, session.Filter{Session: first.ID}, "test", now))
	ok(t, s.InsertSession(ctx, newSession(busy), 2))
}

func (s sessions) sayWhenTheirPersonIsDisabled(t *testing.T) {
	ctx := t.Context()
	off := insertUser(t, s.Store)
	n := s.add(t, off.ID, now)
	off.Disabled = true
	ok(t, s.UpdateUser(ctx, off))
	_, enabled, err := s.SessionByToken(ctx, n.TokenHash)
	ok(t, err)
	same(t, enabled, false)
}

func (s sessions) riseWhileTheyLive(t *testing.T) {
	ctx := t.Context()
	n := s.add(t, s.u.ID, now)
	before := n.TokenHash
	n.TokenHash, n.Seen, n.IdleExpires, n.IP = hash(), now.Add(time.Minute), now.Add(3*time.Hour), "192.0.2.9"
	n.Proofs = append(byPassword(now.Add(time.Minute)), proof.Proof{Method: proof.OTP, At: now.Add(2 * time.Minute), Factor: "fac_phone", Source: proof.ByRecoveryCode})
	yes(t)(s.RaiseSession(ctx, n, now))
	same(t, s.read(t, n.ID), n)
	_, _, err := s.SessionByToken(ctx, before)
	missing(t, err)
	no(t)(s.RaiseSession(ctx, n, n.IdleExpires))
	no(t)(s.RaiseSession(ctx, session.Session{ID: id.NewSession(), TokenHash: hash()}, now))
}

func (s sessions) areTouchedWhileTheyLive(t *testing.T) {
	ctx := t.Context()
	n := s.add(t, s.u.ID, now)
	n.Seen, n.IdleExpires, n.IP = now.Add(time.Minute), now.Add(2*time.Hour), "192.0.2.2"
	ok(t, s.TouchSession(ctx, n.ID, n.Seen, n.IdleExpires, n.IP))
	same(t, s.read(t, n.ID), n)
	missing(t, s.TouchSession(ctx, n.ID, n.IdleExpires, n.IdleExpires.Add(time.Hour), ""))
	missing(t, s.TouchSession(ctx, id.NewSession(), now, now, ""))
}

func (s sessions) endOnceAndStayEnded(t *testing.T) {
	ctx := t.Context()
	n := s.add(t, s.u.ID, now)
	same(t, must[[]id.Session](t)(s.RevokeSessions(ctx, session.Filter{Session: n.ID}, "signed_out", now)), []id.Session{n.ID})
	same(t, len(must[[]id.Session](t)(s.RevokeSessions(ctx, session.Filter{Session: n.ID}, "again", now.Add(1)))), 0)
	n.RevokedAt, n.Reason = now, "signed_out"
	same(t, s.read(t, n.ID), n)
	no(t)(s.RaiseSession(ctx, n, now))
	missing(t, s.TouchSession(ctx, n.ID, now, n.IdleExpires, ""))
}

func (s sessions) endTogetherButForOne(t *testing.T) {
	ctx := t.Context()
	v := insertUser(t, s.Store)
	kept, other, elsewhere := s.add(t, v.ID, now), s.add(t, v.ID, now), s.add(t, s.u.ID, now)
	same(t, must[[]id.Session](t)(s.RevokeSessions(ctx, session.Filter{User: v.ID, Except: kept.ID}, "password", now)), []id.Session{other.ID})
	for _, n := range []session.Session{kept, elsewhere} {
		if got := s.read(t, n.ID); !got.Live(now) {
			t.Errorf("session %s was ended with the others", n.ID)
		}
	}
}

func (s sessions) endTheOldestBeyondABound(t *testing.T) {
	ctx := t.Context()
	v := insertUser(t, s.Store)
	oldest, old, young, elsewhere := s.add(t, v.ID, now.Add(-3*time.Minute)), s.add(t, v.ID, now.Add(-2*time.Minute)), s.add(t, v.ID, now.Add(-time.Minute)), s.add(t, s.u.ID, now)
	oldestOf := must[[]id.Session](t)
	same(t, len(oldestOf(s.RevokeOldestSessions(ctx, v.ID, 3, "too_many", now))), 0)
	same(t, oldestOf(s.RevokeOldestSessions(ctx, v.ID, 2, "too_many", now)), []id.Session{oldest.ID})
	same(t, oldestOf(s.RevokeOldestSessions(ctx, v.ID, 1, "too_many", now)), []id.Session{old.ID})
	for _, n := range []session.Session{young, elsewhere} {
		if got := s.read(t, n.ID); !got.Live(now) {
			t.Errorf("session %s was ended with the oldest", n.ID)
		}
	}
}

func (s sessions) doNotEndByAnEmptyFilter(t *testing.T) {
	ctx := t.Context()
	n := s.add(t, s.u.ID, now)
	for _, f := range []session.Filter{{}, {Except: id.NewSession()}, {Session: n.ID, Except: n.ID}, {Session: n.ID, User: id.NewUser()}} {
		same(t, len(must[[]id.Session](t)(s.RevokeSessions(ctx, f, "no", now))), 0)
	}
}

func (s sessions) areListedNewestFirst(t *testing.T) {
	ctx := t.Context()
	v := insertUser(t, s.Store)
	old, young, ended := s.add(t, v.ID, now), s.add(t, v.ID, now.Add(time.Minute)), s.add(t, v.ID, now)
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
}

func (s sessions) endForEverybodyButOne(t *testing.T) {
	ctx := t.Context()
	other := insertUser(t, s.Store)
	kept, one, two := s.add(t, s.u.ID, now), s.add(t, s.u.ID, now), s.add(t, other.ID, now)
	last := newSession(other.ID)
	last.Created, last.Expires = now.Add(-time.Hour), now.Add(time.Millisecond) // it would end by itself in a moment
	ok(t, s.InsertSession(ctx, last, session.MaxPerPerson))
	live := len(must[[]session.Session](t)(s.LiveSessions(ctx, now, session.Listing{}, 1000)))
	same(t, must[int64](t)(s.EndEverySession(ctx, kept.ID, "test", now)), int64(live-1))
	for _, n := range []id.Session{one.ID, two.ID, last.ID} {
		same(t, s.read(t, n).RevokedAt, now)
	}
	same(t, s.read(t, kept.ID), kept)
	same(t, must[int64](t)(s.EndEverySession(ctx, "", "test", now)), int64(1))
}

func (s sessions) endForEverybodyHoweverManyThereAre(t *testing.T) {
	ctx := t.Context()
	const many = 1203 // begun at few moments, which are parted among slices
	busy := insertUser(t, s.Store).ID
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
}
