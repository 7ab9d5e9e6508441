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

func testJanitor(t *testing.T, s *store.Store) {
	ctx := t.Context()
	const day = 24 * time.Hour
	u := insertUser(t, s)

	past, present := newInteraction(now), newInteraction(now.Add(time.Hour))
	yes(t)(s.InsertInteraction(ctx, past, flow.MaxPerPerson))
	yes(t)(s.InsertInteraction(ctx, present, flow.MaxPerPerson))

	unclaimed, claimed, lateClaimed := newCode(now, false), newCode(now.Add(-day+time.Minute), true), newCode(now.Add(-day), true)
	for _, c := range []oauth.Code{unclaimed, claimed, lateClaimed, newCode(now.Add(time.Minute), false)} {
		yes(t)(s.InsertCode(ctx, c, oauth.MaxCodes))
	}

	for i := range 250 { // more than two slices, however many rows one has
		yes(t)(s.UseOnce(ctx, "jti", fmt.Sprint(i), now))
	}
	yes(t)(s.UseOnce(ctx, "jti", "alive", now.Add(time.Second)))
	yes(t)(s.PutMark(ctx, "past", hash(), now, now.Add(-time.Hour), false))
	mark := hash()
	yes(t)(s.PutMark(ctx, "present", mark, now.Add(time.Hour), now, false))

	ok(t, s.Revoke(ctx, oauth.Revocation{Kind: oauth.RevokedToken, Key: "past", Before: now, Until: now},
		oauth.Revocation{Kind: oauth.RevokedToken, Key: "present", Before: now, Until: now.Add(time.Second)}))

	expired := insertFamily(t, s, func(f *oauth.Family) { f.Expires = now.Add(-30 * day) })
	justExpired := insertFamily(t, s, func(f *oauth.Family) { f.Expires = now.Add(-29 * day) })
	longRevoked := insertFamily(t, s, func(f *oauth.Family) { f.RevokedAt = now.Add(-30 * day) })
	justRevoked := insertFamily(t, s, func(f *oauth.Family) { f.RevokedAt = now.Add(-29 * day) })

	// A session that was ended goes with its families, and not before them.
	over, live, ended, needed, justEnded := newSession(u.ID), newSession(u.ID), newSession(u.ID), newSession(u.ID), newSession(u.ID)
	over.Expires = now
	for _, n := range []session.Session{over, live, ended, needed, justEnded} {
		ok(t, s.InsertSession(ctx, n, session.MaxPerPerson))
	}
	for _, n := range []session.Session{ended, needed} {
		must[[]id.Session](t)(s.RevokeSessions(ctx, session.Filter{Session: n.ID}, "", now.Add(-30*day)))
	}
	must[[]id.Session](t)(s.RevokeSessions(ctx, session.Filter{Session: justEnded.ID}, "", now.Add(-29*day)))
	gone := insertFamily(t, s, func(f *oauth.Family) { f.Session = needed.ID })
	kept := insertFamily(t, s, func(f *oauth.Family) { f.Session = justEnded.ID })

	never := func(int) time.Duration { return 0 }
	for key, at := range map[string]time.Time{"idle": now.Add(-day), "busy": now.Add(-day + time.Minute)} {
		_, _, err := s.TakeAttempt(ctx, key, at, never)
		ok(t, err)
	}

	forgotten := pendingFactor(u.ID)
	forgotten.Created = now.Add(-identity.PendingLife)
	ok(t, s.PutPendingFactor(ctx, forgotten))

	ok(t, s.InsertChanges(ctx, []access.Change{{Version: 1, Kind: access.ChangedRules, At: now.Add(-25 * time.Hour)}}))
	ok(t, s.InsertChanges(ctx, []access.Change{{Version: 2, Kind: access.ChangedRules, At: now.Add(-25*time.Hour + time.Minute)}}))

	for key, over := range map[string]time.Time{"past": now, "present": now.Add(time.Second)} {
		_, kept, err := s.KeepRequest(ctx, web.Kept{Caller: "service:ci", Key: key, Hash: []byte("h"), At: now.Add(-day), Over: over})
		yes(t)(kept, err)
	}

	for i, at := range []time.Time{now.Add(-400 * day), now.Add(-399 * day)} {
		yes(t)(s.AddTallies(ctx, int64(i), int64(i+1), []audit.Tally{{Day: at, What: "user.create", Outcome: audit.Done, N: 1}}))
	}

	same(t, sweepAll(t, s), map[string]int64{
		"interactions": 1, "codes": 2, "once": 250, "marks": 1, "requests": 1, "revocations": 1,
		"families": 3, "sessions": 3, "attempts": 1, "factors": 1, "changes": 1, "tallies": 1,
	})

	_, err := s.Interaction(ctx, past.ID)
	missing(t, err)
	_, err = s.Interaction(ctx, present.ID)
	ok(t, err)
	for _, c := range []oauth.Code{unclaimed, lateClaimed} {
		_, err = s.Code(ctx, c.Hash)
		missing(t, err)
	}
	_, err = s.Code(ctx, claimed.Hash)
	ok(t, err)
	no(t)(s.UseOnce(ctx, "jti", "alive", now))
	yes(t)(s.HasMark(ctx, "present", mark, now))
	same(t, len(must[[]oauth.Revocation](t)(s.RevocationsAfter(ctx, 0, 10))), 1)
	for _, f := range []oauth.Family{expired, longRevoked, gone} {
		_, _, err = s.Family(ctx, f.ID)
		missing(t, err)
	}
	for _, f := range []oauth.Family{justExpired, justRevoked, kept} {
		family(t, s, f.ID)
	}
	for _, n := range []session.Session{over, ended, needed} {
		_, err = s.Session(ctx, n.ID)
		missing(t, err)
	}
	for _, n := range []session.Session{live, justEnded} {
		_, err = s.Session(ctx, n.ID)
		ok(t, err)
	}
	a, _, err := s.TakeAttempt(ctx, "busy", now, never)
	ok(t, err)
	same(t, a, identity.Attempts{Failures: 2, Updated: now})
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
