package storetest

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/oauth"
	"gatehouse/proof"
	"gatehouse/session"
	"gatehouse/store"
)

func family(t *testing.T, s *store.Store, f id.Family) oauth.Family {
	t.Helper()
	got, _, err := s.Family(t.Context(), f)
	ok(t, err)
	return got
}

func rotation(f oauth.Family) oauth.Rotation {
	return oauth.Rotation{
		Family: f.ID, Client: f.Client, Presented: f.CurrentHash, Next: hash(), Sealed: []byte("sealed successor"),
		Now: now.Add(time.Minute), IdleExpires: now.Add(2 * time.Hour),
	}
}

func testFamilies(t *testing.T, s *store.Store) {
	ctx := t.Context()
	t.Run("ComeBackAsTheyWere", func(t *testing.T) {
		f := insertFamily(t, s, func(f *oauth.Family) {
			f.Generation, f.PreviousHash, f.SealedSuccessor, f.Static = 7, hash(), []byte("sealed"), true
		})
		same(t, family(t, s, f.ID), f)
		bare := oauth.Family{ID: "fam_bare", CurrentHash: hash(), Created: now, RotatedAt: now, IdleExpires: now, Expires: now}
		ok(t, s.InsertFamily(ctx, bare))
		same(t, family(t, s, bare.ID), bare)
		_, _, err := s.Family(ctx, "fam_nobody")
		missing(t, err)
		refused(t, s.InsertFamily(ctx, bare), fault.Conflict)
	})
	t.Run("AreListedNewestFirst", func(t *testing.T) { testFamilyLists(t, s) })
	t.Run("RotateOnceForEachToken", func(t *testing.T) {
		f := insertFamily(t, s, nil)
		r := rotation(f)
		nexts := make([][]byte, racers)
		for i := range nexts {
			nexts[i] = hash()
		}
		oneWinner(t, func(i int) (bool, error) {
			r := r
			r.Next = nexts[i]
			return s.RotateFamily(ctx, r)
		})
		got := family(t, s, f.ID)
		winner := slices.IndexFunc(nexts, func(next []byte) bool { return bytes.Equal(next, got.CurrentHash) })
		if winner < 0 {
			t.Fatal("the current token is none of those that were offered")
		}
		f.Generation, f.PreviousHash, f.CurrentHash, f.SealedSuccessor = 2, f.CurrentHash, nexts[winner], r.Sealed
		f.RotatedAt, f.IdleExpires = r.Now, r.IdleExpires
		same(t, got, f)
		yes(t)(s.RotateFamily(ctx, rotation(f)))
	})
	t.Run("DoNotRotateWhenTheyMustNot", func(t *testing.T) {
		for name, change := range map[string]func(f *oauth.Family, r *oauth.Rotation){
			"another client":  func(_ *oauth.Family, r *oauth.Rotation) { r.Client = "other" },
			"another family":  func(_ *oauth.Family, r *oauth.Rotation) { r.Family = "fam_other" },
			"an older token":  func(f *oauth.Family, r *oauth.Rotation) { f.PreviousHash = hash(); r.Presented = f.PreviousHash },
			"no token":        func(_ *oauth.Family, r *oauth.Rotation) { r.Presented = nil },
			"revoked":         func(f *oauth.Family, _ *oauth.Rotation) { f.RevokedAt = now },
			"idle too long":   func(f *oauth.Family, r *oauth.Rotation) { f.IdleExpires = r.Now },
			"past its limits": func(f *oauth.Family, r *oauth.Rotation) { f.Expires = r.Now },
		} {
			t.Run(name, func(t *testing.T) {
				f := newFamily()
				r := rotation(f)
				change(&f, &r)
				ok(t, s.InsertFamily(ctx, f))
				no(t)(s.RotateFamily(ctx, r))
				same(t, family(t, s, f.ID), f)
			})
		}
	})
	t.Run("AreTouchedWhenStaticAndAlive", func(t *testing.T) {
		idle := now.Add(3 * time.Hour)
		static := insertFamily(t, s, func(f *oauth.Family) { f.Static = true })
		rotating := insertFamily(t, s, nil)
		yes(t)(s.TouchFamily(ctx, static.ID, static.Client, static.CurrentHash, now, idle))
		no(t)(s.TouchFamily(ctx, static.ID, "other", static.CurrentHash, now, idle))
		no(t)(s.TouchFamily(ctx, static.ID, static.Client, hash(), now, idle))
		no(t)(s.TouchFamily(ctx, static.ID, static.Client, static.CurrentHash, idle, idle.Add(1)))
		no(t)(s.TouchFamily(ctx, rotating.ID, rotating.Client, rotating.CurrentHash, now, idle))
		static.IdleExpires = idle
		same(t, family(t, s, static.ID), static)
	})
}

// What a family rests on, in every combination that has a
// meaning of its own.
func testGrounds(t *testing.T, s *store.Store) {
	ctx := t.Context()
	u, c, other := insertUser(t, s), insertClient(t, s), insertClient(t, s)
	off := insertUser(t, s)
	off.Disabled = true
	ok(t, s.UpdateUser(ctx, off))
	live, ended, idle, old := newSession(u.ID), newSession(u.ID), newSession(u.ID), newSession(u.ID)
	idle.IdleExpires, old.Expires = now, now
	for _, n := range []session.Session{live, ended, idle, old} {
		ok(t, s.InsertSession(ctx, n, session.MaxPerPerson))
	}
	must[[]id.Session](t)(s.RevokeSessions(ctx, session.Filter{Session: ended.ID}, "signed_out", now))
	ok(t, s.PutConsent(ctx, oauth.Consent{User: u.ID, Client: c.ID, Scopes: []string{"openid"}, Created: now, Updated: now}))
	ok(t, s.PutConsent(ctx, oauth.Consent{User: off.ID, Client: c.ID, Created: now, Updated: now}))
	ours := insertClient(t, s)
	ours.SkipConsent = true
	ok(t, s.UpdateClient(ctx, ours))
	ok(t, s.PutConsent(ctx, oauth.Consent{User: u.ID, Client: ours.ID, Scopes: []string{"openid"}, Created: now, Updated: now}))
	careful, begun := insertUser(t, s), insertUser(t, s)
	for _, u := range []identity.User{careful, begun} {
		f := pendingFactor(u.ID)
		ok(t, s.PutPendingFactor(ctx, f))
		if u.ID == careful.ID {
			yes(t)(s.ConfirmFactor(ctx, f.ID, 1, now))
		}
	}

	for name, test := range map[string]struct {
		user    id.User
		session id.Session
		client  id.Client
		want    oauth.Grounds
	}{
		"everything is there":   {u.ID, live.ID, c.ID, oauth.Grounds{UserEnabled: true, Consented: []string{"openid"}}},
		"no consent":            {u.ID, live.ID, other.ID, oauth.Grounds{UserEnabled: true}},
		"consent to nothing":    {off.ID, live.ID, c.ID, oauth.Grounds{Consented: []string{}}},
		"nobody is asked":       {u.ID, live.ID, ours.ID, oauth.Grounds{UserEnabled: true, Unasked: true}},
		"nobody":                {id.NewUser(), live.ID, c.ID, oauth.Grounds{}},
		"the session was ended": {u.ID, ended.ID, other.ID, oauth.Grounds{UserEnabled: true, SessionRevoked: true}},
		"the session idled out": {u.ID, idle.ID, other.ID, oauth.Grounds{UserEnabled: true}},
		"the session is old":    {u.ID, old.ID, other.ID, oauth.Grounds{UserEnabled: true}},
		"the session is gone":   {u.ID, id.NewSession(), other.ID, oauth.Grounds{UserEnabled: true}},
		"a second factor":       {careful.ID, live.ID, other.ID, oauth.Grounds{UserEnabled: true, User: proof.Subject{Second: true}}},
		"one not yet confirmed": {begun.ID, live.ID, other.ID, oauth.Grounds{UserEnabled: true}},
	} {
		t.Run(name, func(t *testing.T) {
			f := insertFamily(t, s, func(f *oauth.Family) { f.User, f.Session, f.Client = test.user, test.session, test.client })
			got, grounds, err := s.Family(ctx, f.ID)
			ok(t, err)
			same(t, got, f)
			same(t, grounds, test.want)
			who, enabled, err := s.HoldPerson(ctx, test.user)
			ok(t, err)
			same(t, enabled, test.want.UserEnabled)
			same(t, who, test.want.User)
			ok(t, s.InTx(ctx, func(ctx context.Context) error {
				_, inside, err := s.Family(ctx, f.ID)
				same(t, inside, grounds)
				return err
			}))
		})
	}
}

// A family dies with what it rests on: nobody writes to the family. What begins
// afterwards lives.
func testEnding(t *testing.T, s *store.Store) {
	ctx := t.Context()
	u, c := insertUser(t, s), insertClient(t, s)
	of := func(client id.Client, browser id.Session, created time.Time) oauth.Family {
		return insertFamily(t, s, func(f *oauth.Family) {
			f.User, f.Client, f.Session, f.Created = u.ID, client, browser, created
		})
	}
	expect := func(t *testing.T, f oauth.Family, ended bool) {
		t.Helper()
		got, grounds, err := s.Family(ctx, f.ID)
		ok(t, err)
		same(t, got, f)
		same(t, grounds.Ended, ended)
	}

	t.Run("OfAPerson", func(t *testing.T) {
		old, here, later := of(c.ID, "ses_old", now), of(c.ID, "ses_here", now), of(c.ID, "ses_later", now.Add(time.Hour))
		then := of(c.ID, "ses_then", now.Add(time.Minute)) // at the very moment
		expect(t, old, false)
		ok(t, s.EndFamiliesOfUser(ctx, u.ID, "ses_here", now.Add(time.Minute)))
		expect(t, old, true)
		expect(t, then, true)
		expect(t, here, false)
		expect(t, later, false)
		changed, err := s.User(ctx, u.ID)
		ok(t, err)
		ok(t, s.UpdateUser(ctx, changed)) // what else changes of the person revives nothing
		expect(t, old, true)
		ok(t, s.EndFamiliesOfUser(ctx, u.ID, "", now.Add(2*time.Minute)))
		expect(t, here, true)
		expect(t, later, false)
		ok(t, s.EndFamiliesOfUser(ctx, u.ID, "", now.Add(-time.Minute))) // by a clock that is behind
		expect(t, old, true)
		expect(t, here, true)
		ok(t, s.EndFamiliesOfUser(ctx, id.NewUser(), "", now))
	})
	t.Run("OfAClient", func(t *testing.T) {
		d := insertClient(t, s)
		created := now.Add(3 * time.Hour) // the person was ended before
		old, later, elsewhere := of(d.ID, "ses_a", created), of(d.ID, "ses_b", created.Add(time.Hour)), of(c.ID, "ses_c", created)
		then := of(d.ID, "ses_then", created.Add(time.Minute)) // at the very moment
		expect(t, old, false)
		ok(t, s.EndFamiliesOfClient(ctx, d.ID, created.Add(time.Minute)))
		expect(t, old, true)
		expect(t, then, true)
		expect(t, later, false)
		expect(t, elsewhere, false)
		ok(t, s.EndFamiliesOfClient(ctx, d.ID, created.Add(-time.Minute)))
		expect(t, old, true)
		changed, err := s.Client(ctx, d.ID)
		ok(t, err)
		changed.Disabled = true
		ok(t, s.UpdateClient(ctx, changed))
		expect(t, later, true)
		changed.Disabled, changed.Rev = false, 0
		ok(t, s.UpdateClient(ctx, changed))
		expect(t, old, true)
		expect(t, later, false)
		ok(t, s.DeleteClient(ctx, d.ID))
		expect(t, later, true)
		d.Created = created.Add(2 * time.Hour) // somebody makes another one of the same name
		ok(t, s.InsertClient(ctx, d))
		expect(t, later, true)
		expect(t, of(d.ID, "ses_d", d.Created), false)
		ok(t, s.EndFamiliesOfClient(ctx, "nobody", now))
	})
	t.Run("OfEverybody", func(t *testing.T) {
		d, at := insertClient(t, s), now.Add(9*time.Hour) // what was ended before is not met
		old, elsewhere := of(c.ID, "ses_a", at.Add(-time.Second)), of(d.ID, "ses_b", at.Add(-time.Second))
		then, later := of(d.ID, "ses_then", at), of(d.ID, "ses_later", at.Add(time.Minute))
		ok(t, s.EndFamiliesOfEverybody(ctx, at))
		for _, f := range []oauth.Family{old, elsewhere, then} {
			expect(t, f, true)
		}
		expect(t, later, false)
		ok(t, s.EndFamiliesOfClient(ctx, d.ID, at.Add(time.Minute))) // as of what is in flight elsewhere
		ok(t, s.EndFamiliesOfEverybody(ctx, at.Add(time.Second)))
		expect(t, later, true)
	})
}

// testHeldRevocations has somebody who holds the revocations for a while: who revokes is behind them.
func testHeldRevocations(t *testing.T, s *store.Store) {
	ctx, revoked := t.Context(), make(chan error, 1)
	ok(t, s.InTx(ctx, func(held context.Context) error {
		if err := s.HoldRevocations(held); err != nil {
			return err
		}
		go func() {
			revoked <- s.Revoke(ctx, oauth.Revocation{Kind: oauth.RevokedToken, Key: "behind", Before: now, Until: now.Add(time.Hour)})
		}()
		select {
		case err := <-revoked:
			t.Errorf("somebody revoked meanwhile: %v", err)
		case <-time.After(100 * time.Millisecond):
		}
		return nil
	}))
	if t.Failed() {
		return
	}
	ok(t, <-revoked)
	same(t, len(must[[]oauth.Revocation](t)(s.RevocationsAfter(ctx, 0, 10))), 1)
}

func testRevoking(t *testing.T, s *store.Store) {
	ctx := t.Context()
	byAuthorization := func(a id.Authorization) error { return s.EndFamiliesOfAuthorization(ctx, a, "test", now) }
	byConsent := func(user id.User, client id.Client) error {
		return s.EndFamiliesOfConsent(ctx, user, client, "test", now)
	}

	t.Run("EndsWhatIsNamedAndNothingElse", func(t *testing.T) {
		f := insertFamily(t, s, nil)
		twin := insertFamily(t, s, nil)
		for name, err := range map[string]error{
			"no authorization":      byAuthorization(""),
			"another authorization": byAuthorization("aut_x"),
			"nobody":                byConsent("", ""),
			"a person alone":        byConsent(f.User, ""),
			"a client alone":        byConsent("", f.Client),
			"another person":        byConsent("usr_x", f.Client),
			"another client":        byConsent(f.User, "cli_x"),
		} {
			ok(t, err)
			if !family(t, s, f.ID).RevokedAt.IsZero() {
				t.Errorf("%s: ended", name)
			}
		}
		ok(t, byAuthorization(f.Authorization.ID))
		ok(t, s.EndFamiliesOfAuthorization(ctx, f.Authorization.ID, "again", now.Add(1)))
		f.RevokedAt, f.RevokeReason = now, "test"
		same(t, family(t, s, f.ID), f)
		same(t, family(t, s, twin.ID), twin)
		ok(t, byConsent(twin.User, twin.Client))
		twin.RevokedAt, twin.RevokeReason = now, "test"
		same(t, family(t, s, twin.ID), twin)
		same(t, family(t, s, f.ID), f)
	})
	// A token must not be rotated after somebody was told that it is revoked.
	t.Run("WinsAgainstRotation", func(t *testing.T) {
		for range 50 {
			f := insertFamily(t, s, nil)
			race(t, 2, func(i int) (bool, error) {
				if i == 0 {
					if err := s.EndFamiliesOfAuthorization(ctx, f.Authorization.ID, "disabled", now); err != nil {
						return false, err
					}
					seen := family(t, s, f.ID)
					did, err := s.RotateFamily(ctx, rotation(seen))
					if did {
						t.Error("a revoked family was rotated")
					}
					return true, err
				}
				return s.RotateFamily(ctx, rotation(f))
			})
			if family(t, s, f.ID).RevokedAt.IsZero() {
				t.Fatal("a rotation undid the revocation")
			}
		}
	})
}

func testRevocations(t *testing.T, s *store.Store) {
	ctx := t.Context()
	after := func(seq int64) []oauth.Revocation {
		t.Helper()
		return must[[]oauth.Revocation](t)(s.RevocationsAfter(ctx, seq, 1000))
	}
	a := oauth.Revocation{Kind: oauth.RevokedAuthorization, Key: "aut_a", Before: now, Until: now.Add(time.Hour)}
	b := oauth.Revocation{Kind: oauth.RevokedUser, Key: "usr_b", Before: now, Until: now.Add(2 * time.Hour)}

	ok(t, s.Revoke(ctx))
	same(t, len(after(0)), 0)
	ok(t, s.Revoke(ctx, a, b))
	a.Seq, b.Seq = 1, 2
	same(t, after(0), []oauth.Revocation{a, b})
	same(t, after(1), []oauth.Revocation{b})
	same(t, must[[]oauth.Revocation](t)(s.RevocationsAfter(ctx, 0, 1)), []oauth.Revocation{a})
	same(t, version(t, s, oauth.VersionRevocations), int64(2))
	others := oauth.Revocation{Kind: oauth.RevokedOthers, Key: oauth.OthersKey("usr_c", "ses_c"), Before: now, Until: now.Add(time.Hour), Seq: 3}
	ok(t, s.Revoke(ctx, others, oauth.Revocation{Kind: oauth.RevokedToken, Key: "usr_b", Before: now, Until: now}))
	for _, c := range []struct {
		facts oauth.TokenFacts
		want  []oauth.Revocation
	}{
		{oauth.TokenFacts{}, nil},
		{oauth.TokenFacts{Authorization: "aut_a"}, []oauth.Revocation{a}},
		{oauth.TokenFacts{Authorization: "aut_a", User: "usr_b"}, []oauth.Revocation{a, b}},
		{oauth.TokenFacts{Authorization: "aut_", User: "usr_"}, nil},
		{oauth.TokenFacts{User: "usr_c"}, []oauth.Revocation{others}},
	} {
		found := must[[]oauth.Revocation](t)(s.RevocationsAbout(ctx, c.facts.Things()))
		slices.SortFunc(found, func(x, y oauth.Revocation) int { return int(x.Seq - y.Seq) })
		same(t, found, c.want)
	}
	many := make([]oauth.Revocation, 61)
	for i := range many {
		many[i] = oauth.Revocation{Kind: oauth.RevokedSession, Key: fmt.Sprint("ses_", i), Before: now, Until: now.Add(time.Hour)}
	}
	ok(t, s.Revoke(ctx, many...))
	for i := range many {
		many[i].Seq = int64(5 + i)
	}
	same(t, after(4), many)

	// Whoever asks for what came after the last one seen never misses any,
	// however many write meanwhile.
	const writers, each = 8, 25
	done := make(chan struct{})
	seen := map[string]bool{}
	go func() {
		defer close(done)
		race(t, writers, func(i int) (bool, error) {
			for j := range each {
				r := oauth.Revocation{Kind: oauth.RevokedToken, Key: string(rune('a'+i)) + string(rune('0'+j)), Before: now, Until: now}
				if err := s.Revoke(ctx, r, oauth.Revocation{Kind: oauth.RevokedToken, Key: r.Key + "'", Before: now, Until: now}); err != nil {
					return false, err
				}
			}
			return true, nil
		})
	}()
	last, working := int64(4+len(many)), true
	for working {
		select {
		case <-done:
			working = false // and look once more
		default:
		}
		for _, r := range after(last) {
			if r.Seq <= last {
				t.Fatalf("revocation %d came after %d", r.Seq, last)
			}
			last, seen[r.Key] = r.Seq, true
		}
	}
	if want := writers * each * 2; len(seen) != want {
		t.Errorf("the poller saw %d revocations, want %d", len(seen), want)
	}
	same(t, version(t, s, oauth.VersionRevocations), last)
}

// Lists are of one person or of one client, page by page, those that are over among them.
func testFamilyLists(t *testing.T, s *store.Store) {
	u, c := insertUser(t, s), insertClient(t, s)
	var want []id.Family
	for i := range 5 {
		f := insertFamily(t, s, func(f *oauth.Family) {
			f.User, f.Client, f.Created = u.ID, c.ID, now.Add(time.Duration(-i/2)*time.Minute)
			if i == 1 {
				f.RevokedAt = now
			}
		})
		want = append(want, f.ID)
	}
	for _, pair := range [][2]int{{0, 1}, {2, 3}} { // of one moment
		if want[pair[0]] < want[pair[1]] {
			want[pair[0]], want[pair[1]] = want[pair[1]], want[pair[0]]
		}
	}
	insertFamily(t, s, nil)
	for _, f := range []oauth.FamilyFilter{{User: u.ID}, {Client: c.ID}} {
		var got []id.Family
		for range 5 {
			page := must[[]oauth.FamilyState](t)(s.Families(t.Context(), f, 2))
			for _, one := range page {
				got = append(got, one.ID)
				f.After = oauth.FamilyCursor{Created: one.Created, ID: one.ID}
				if one.Family.User != u.ID || one.Client != c.ID {
					t.Errorf("a family of somebody else: %+v", one)
				}
			}
		}
		same(t, got, want)
	}
	ok(t, s.EndFamiliesOfUser(t.Context(), u.ID, "", now.Add(time.Second)))
	for _, one := range must[[]oauth.FamilyState](t)(s.Families(t.Context(), oauth.FamilyFilter{User: u.ID}, 9)) {
		if !one.Ended {
			t.Errorf("%s did not end with its person's families", one.ID)
		}
	}
}
