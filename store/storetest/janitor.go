package storetest

import (
	"fmt"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/flow"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/oauth"
	"gatehouse/session"
	"gatehouse/store"
	"gatehouse/web"
)

// swept is how many of each kind are due, and what looks whether those went and no others.
type swept struct {
	due  map[string]int64
	look func()
}

// Each kind has some that are due and some that are not yet. All are swept at once.
func testJanitor(t *testing.T, s *store.Store) {
	u := insertUser(t, s)
	all, want := []swept{}, map[string]int64{}
	for _, lay := range []func(*testing.T, *store.Store, identity.User) swept{
		dueInteractions, dueCodes, dueOnce, dueMarks, dueRevocations, dueFamilies, dueSessions, dueGateSessions, dueAttempts, dueFactors, dueChanges, dueRequests, dueTallies, dueTops, dueClientNotes, dueImports,
	} {
		one := lay(t, s, u)
		for kind, n := range one.due {
			want[kind] += n
		}
		all = append(all, one)
	}
	same(t, sweepAll(t, s), want)
	for _, one := range all {
		one.look()
	}
}

const aDay = 24 * time.Hour

func dueInteractions(t *testing.T, s *store.Store, _ identity.User) swept {
	past, present := newInteraction(now), newInteraction(now.Add(time.Hour))
	yes(t)(s.InsertInteraction(t.Context(), past, flow.MaxPerPerson))
	yes(t)(s.InsertInteraction(t.Context(), present, flow.MaxPerPerson))
	return swept{map[string]int64{"interactions": 1}, func() {
		_, err := s.Interaction(t.Context(), past.ID)
		missing(t, err)
		_, err = s.Interaction(t.Context(), present.ID)
		ok(t, err)
	}}
}

func dueCodes(t *testing.T, s *store.Store, _ identity.User) swept {
	unclaimed, claimed, lateClaimed := newCode(now, false), newCode(now.Add(-aDay+time.Minute), true), newCode(now.Add(-aDay), true)
	for _, c := range []oauth.Code{unclaimed, claimed, lateClaimed, newCode(now.Add(time.Minute), false)} {
		yes(t)(s.InsertCode(t.Context(), c, oauth.MaxCodes))
	}
	return swept{map[string]int64{"codes": 2}, func() {
		for _, c := range []oauth.Code{unclaimed, lateClaimed} {
			_, err := s.Code(t.Context(), c.Hash)
			missing(t, err)
		}
		_, err := s.Code(t.Context(), claimed.Hash)
		ok(t, err)
	}}
}

func dueOnce(t *testing.T, s *store.Store, _ identity.User) swept {
	const many = 250 // more than two slices, however many rows one has
	for i := range many {
		yes(t)(s.UseOnce(t.Context(), "jti", fmt.Sprint(i), now))
	}
	yes(t)(s.UseOnce(t.Context(), "jti", "alive", now.Add(time.Second)))
	return swept{map[string]int64{"once": many}, func() { no(t)(s.UseOnce(t.Context(), "jti", "alive", now)) }}
}

func dueMarks(t *testing.T, s *store.Store, _ identity.User) swept {
	yes(t)(s.PutMark(t.Context(), "past", hash(), now, now.Add(-time.Hour), false))
	mark := hash()
	yes(t)(s.PutMark(t.Context(), "present", mark, now.Add(time.Hour), now, false))
	return swept{map[string]int64{"marks": 1}, func() { yes(t)(s.HasMark(t.Context(), "present", mark, now)) }}
}

func dueRevocations(t *testing.T, s *store.Store, _ identity.User) swept {
	ok(t, s.Revoke(t.Context(), oauth.Revocation{Kind: oauth.RevokedToken, Key: "past", Before: now, Until: now},
		oauth.Revocation{Kind: oauth.RevokedToken, Key: "present", Before: now, Until: now.Add(time.Second)}))
	return swept{map[string]int64{"revocations": 1}, func() {
		same(t, len(must[[]oauth.Revocation](t)(s.RevocationsAfter(t.Context(), 0, 10))), 1)
	}}
}

func dueFamilies(t *testing.T, s *store.Store, _ identity.User) swept {
	expired := insertFamily(t, s, func(f *oauth.Family) { f.Expires = now.Add(-30 * aDay) })
	justExpired := insertFamily(t, s, func(f *oauth.Family) { f.Expires = now.Add(-29 * aDay) })
	longRevoked := insertFamily(t, s, func(f *oauth.Family) { f.RevokedAt = now.Add(-30 * aDay) })
	justRevoked := insertFamily(t, s, func(f *oauth.Family) { f.RevokedAt = now.Add(-29 * aDay) })
	return swept{map[string]int64{"families": 2}, func() {
		for _, f := range []oauth.Family{expired, longRevoked} {
			_, _, err := s.Family(t.Context(), f.ID)
			missing(t, err)
		}
		family(t, s, justExpired.ID)
		family(t, s, justRevoked.ID)
	}}
}

// A session that was ended goes with its families, and not before them.
func dueSessions(t *testing.T, s *store.Store, u identity.User) swept {
	over, live, ended, needed, justEnded := newSession(u.ID), newSession(u.ID), newSession(u.ID), newSession(u.ID), newSession(u.ID)
	over.Expires = now
	for _, n := range []session.Session{over, live, ended, needed, justEnded} {
		ok(t, s.InsertSession(t.Context(), n, session.MaxPerPerson))
	}
	for _, n := range []session.Session{ended, needed} {
		must[[]id.Session](t)(s.RevokeSessions(t.Context(), session.Filter{Session: n.ID}, "", now.Add(-30*aDay)))
	}
	must[[]id.Session](t)(s.RevokeSessions(t.Context(), session.Filter{Session: justEnded.ID}, "", now.Add(-29*aDay)))
	gone := insertFamily(t, s, func(f *oauth.Family) { f.Session = needed.ID })
	kept := insertFamily(t, s, func(f *oauth.Family) { f.Session = justEnded.ID })
	return swept{map[string]int64{"sessions": 3, "families": 1}, func() {
		for _, n := range []session.Session{over, ended, needed} {
			_, err := s.Session(t.Context(), n.ID)
			missing(t, err)
		}
		for _, n := range []session.Session{live, justEnded} {
			_, err := s.Session(t.Context(), n.ID)
			ok(t, err)
		}
		_, _, err := s.Family(t.Context(), gone.ID)
		missing(t, err)
		family(t, s, kept.ID)
	}}
}

func dueAttempts(t *testing.T, s *store.Store, _ identity.User) swept {
	never := func(int) time.Duration { return 0 }
	for key, at := range map[string]time.Time{"idle": now.Add(-aDay), "busy": now.Add(-aDay + time.Minute)} {
		_, _, err := s.TakeAttempt(t.Context(), key, at, never)
		ok(t, err)
	}
	return swept{map[string]int64{"attempts": 1}, func() {
		a, _, err := s.TakeAttempt(t.Context(), "busy", now, never)
		ok(t, err)
		same(t, a, identity.Attempts{Failures: 2, Updated: now})
	}}
}

func dueFactors(t *testing.T, s *store.Store, u identity.User) swept {
	forgotten := pendingFactor(u.ID)
	forgotten.Created = now.Add(-identity.PendingLife)
	ok(t, s.PutPendingFactor(t.Context(), forgotten))
	return swept{map[string]int64{"factors": 1}, func() {}}
}

func dueChanges(t *testing.T, s *store.Store, _ identity.User) swept {
	ok(t, s.InsertChanges(t.Context(), []access.Change{{Version: 1, Kind: access.ChangedRules, At: now.Add(-25 * time.Hour)}}))
	ok(t, s.InsertChanges(t.Context(), []access.Change{{Version: 2, Kind: access.ChangedRules, At: now.Add(-25*time.Hour + time.Minute)}}))
	return swept{map[string]int64{"changes": 1}, func() {
		same(t, len(must[[]access.Change](t)(s.ChangesAfter(t.Context(), 0, 10))), 1)
	}}
}

func dueRequests(t *testing.T, s *store.Store, _ identity.User) swept {
	for key, over := range map[string]time.Time{"past": now, "present": now.Add(time.Second)} {
		_, kept, err := s.KeepRequest(t.Context(), web.Kept{Caller: "service:ci", Key: key, Hash: []byte("h"), At: now.Add(-aDay), Over: over})
		yes(t)(kept, err)
	}
	return swept{map[string]int64{"requests": 1}, func() {}}
}

func dueTallies(t *testing.T, s *store.Store, _ identity.User) swept {
	for i, at := range []time.Time{now.Add(-400 * aDay), now.Add(-399 * aDay)} {
		yes(t)(s.AddTallies(t.Context(), int64(i), int64(i+1), []audit.Tally{{Day: at, What: "user.create", Outcome: audit.Done, N: 1}}, nil))
	}
	return swept{map[string]int64{"tallies": 1}, func() {}}
}

func dueTops(t *testing.T, s *store.Store, _ identity.User) swept {
	for i, at := range []time.Time{now.Add(-7 * aDay), now.Add(-6 * aDay)} {
		yes(t)(s.AddTallies(t.Context(), int64(2+i), int64(3+i), nil, []audit.Top{{Day: at, Kind: audit.TopAddress, Name: "192.0.2.7", N: 1}}))
	}
	return swept{map[string]int64{"tops": 1}, func() {
		same(t, len(must[[]audit.Top](t)(s.Tops(t.Context(), now.Add(-9*aDay), now))), 1)
	}}
}

// sweepAll sweeps until nothing is left: on a slow machine a sweep spends its time
// before it is done, and leaves the rest to the next one.
func sweepAll(t *testing.T, s *store.Store) map[string]int64 {
	t.Helper()
	all := map[string]int64{}
	for more := true; more; {
		more = false
		for kind, n := range must[map[string]int64](t)(s.Sweep(t.Context(), now)) {
			all[kind] += n
			more = more || n > 0
		}
	}
	return all
}

func newInteraction(expires time.Time) flow.Interaction {
	return flow.Interaction{ID: id.NewInteraction(), Browser: hash(), Created: now, Expires: expires}
}

func newCode(expires time.Time, claimed bool) oauth.Code {
	c := oauth.Code{Hash: hash(), Created: expires.Add(-time.Minute), Expires: expires}
	if claimed {
		c.Claimed = c.Created
	}
	return c
}
