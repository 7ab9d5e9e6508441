package storetest

import (
	"context"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/fault"
	"gatehouse/flow"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/oauth"
	"gatehouse/proof"
	"gatehouse/session"
	"gatehouse/store"
)

func testInteractions(t *testing.T, s *store.Store) {
	ctx := t.Context()
	age := 5 * time.Minute
	i := flow.Interaction{
		ID: id.NewInteraction(), Browser: hash(), Version: 1, Created: now, Expires: now.Add(time.Hour),
		Ask: flow.Ask{
			Client: "app", Params: url.Values{"scope": {"openid"}, "state": {"a b", "c"}}, RequestedAt: now.Truncate(time.Second),
			Login: true, MaxAge: &age, HintUser: "usr_h", LoginHint: "ada", Require: proof.AAL2, Scopes: []string{"openid"}, Locales: []string{"de"},
		},
	}
	read := func() flow.Interaction {
		t.Helper()
		return must[flow.Found](t)(s.SignIn(ctx, flow.Query{Interaction: i.ID, Now: now})).Interaction
	}

	yes(t)(s.InsertInteraction(ctx, i, flow.MaxPerPerson))
	same(t, read(), i)

	i.Progress = flow.Progress{User: "usr_a", Proofs: byPassword(now), Chosen: true, Consent: "allow", Scopes: []string{"openid"}, Session: "ses_a"}
	i.Finished = now.Add(time.Second)
	ok(t, s.UpdateInteraction(ctx, i))
	refused(t, s.UpdateInteraction(ctx, i), fault.Conflict)
	i.Version++
	same(t, read(), i)

	if n := race(t, racers, func(int) (bool, error) {
		err := s.UpdateInteraction(ctx, i)
		if fault.Is(err, fault.Conflict) {
			return false, nil
		}
		return err == nil, err
	}); n != 1 {
		t.Errorf("%d of %d callers updated the same version", n, racers)
	}

	i.Version++
	i.Finished = time.Time{}
	ok(t, s.UpdateInteraction(ctx, i))
	i.Version++
	same(t, read(), i)

	_, err := s.InsertInteraction(ctx, i, flow.MaxPerPerson)
	refused(t, err, fault.Conflict)
	i.ID = id.NewInteraction()
	i.Progress.Session = "ses_a"
	no(t)(s.InsertInteraction(ctx, i, 1)) // one of this person is there, and was completed
	_, err = s.SignIn(ctx, flow.Query{Interaction: i.ID, Now: now})
	missing(t, err)
	missing(t, s.UpdateInteraction(ctx, i))
}

// testManyInteractions forgets more sign-ins than one statement does, and what is over with them.
func testManyInteractions(t *testing.T, s *store.Store) {
	ctx := t.Context()
	const many = 1003
	var all []id.Interaction
	ok(t, s.InTx(ctx, func(ctx context.Context) error {
		all = nil // a transaction may run again
		for n := range many {
			i := flow.Interaction{ID: id.NewInteraction(), Browser: hash(), Version: 1, Created: now, Expires: now.Add(time.Duration(1+n/400) * time.Hour)}
			if _, err := s.InsertInteraction(ctx, i, many); err != nil {
				return err
			}
			all = append(all, i.ID)
		}
		return nil
	}))
	must[flow.Interaction](t)(s.Interaction(ctx, all[many-1]))
	ok(t, s.DropInteractions(ctx, now))
	for _, one := range all {
		_, err := s.Interaction(ctx, one)
		missing(t, err)
	}
}

// testRoomForInteractions has somebody at work who knows a password and no more:
// the owner still gets in, and what was completed stays.
func testRoomForInteractions(t *testing.T, s *store.Store) {
	ctx := t.Context()
	of := func(p flow.Progress, created time.Time) flow.Interaction {
		return flow.Interaction{
			ID: id.NewInteraction(), Browser: hash(), Version: 1, Created: created, Expires: created.Add(time.Hour),
			Ask: flow.Ask{ReturnTo: "/account", RequestedAt: created}, Progress: p,
		}
	}
	insert := func(i flow.Interaction, most int) (bool, error) { return s.InsertInteraction(ctx, i, most) }
	there := func(i flow.Interaction) bool {
		t.Helper()
		_, err := s.Interaction(ctx, i.ID)
		if err != nil && !fault.Is(err, fault.NotFound) {
			t.Fatal(err)
		}
		return err == nil
	}
	half := flow.Progress{User: "usr_half", Proofs: byPassword(now)}
	full := flow.Progress{User: "usr_half", Proofs: byPassword(now), Session: "ses_half"}
	done, over := of(full, now.Add(-time.Second)), of(half, now.Add(-2*time.Second))
	over.Finished = now
	yes(t)(insert(done, 20))
	yes(t)(insert(over, 20))
	stolen := make([]flow.Interaction, 60)
	for n := range stolen {
		stolen[n] = of(half, now.Add(time.Duration(n)*time.Millisecond))
		yes(t)(insert(stolen[n], 20))
	}
	owner := of(half, now.Add(time.Second))
	yes(t)(insert(owner, 20))
	if !there(done) || !there(over) || !there(owner) || there(stolen[0]) || !there(stolen[59]) {
		t.Errorf("there are: completed %v, finished %v, the owner's %v, the oldest %v, the newest %v", there(done), there(over), there(owner), there(stolen[0]), there(stolen[59]))
	}

	flood := flow.Progress{User: "usr_flood", Proofs: byPassword(now), Session: "ses_flood"}
	for range 5 {
		yes(t)(insert(of(flood, now), 5))
	}
	no(t)(insert(of(flood, now), 5))
	yes(t)(insert(of(flood, now.Add(time.Hour)), 5)) // nobody has swept, and all have expired
}

// testSignIns holds what one statement reads to what several would.
func testSignIns(t *testing.T, s *store.Store) {
	ctx := t.Context()
	ada, bob, client := insertUser(t, s), insertUser(t, s), insertClient(t, s)
	password := identity.Password{User: ada.ID, ID: id.NewFactor(), Hash: "hash", Changed: now}
	ok(t, s.PutPassword(ctx, password))
	var second []id.Factor
	for i := range 2 {
		f := pendingFactor(ada.ID)
		ok(t, s.PutPendingFactor(ctx, f))
		yes(t)(s.ConfirmFactor(ctx, f.ID, 1, now.Add(time.Duration(i)*time.Minute)))
		second = append(second, f.ID)
	}
	ok(t, s.PutPendingFactor(ctx, pendingFactor(ada.ID)))
	ok(t, s.PutConsent(ctx, oauth.Consent{User: ada.ID, Client: client.ID, Scopes: []string{"openid"}, Created: now, Updated: now}))
	browser := newSession(ada.ID)
	ok(t, s.InsertSession(ctx, browser, session.MaxPerPerson))

	person := flow.Person{ID: ada.ID, Email: ada.Email, Name: ada.Name, Enabled: true, Password: password.ID, Second: second}
	other := flow.Person{ID: bob.ID, Email: bob.Email, Name: bob.Name, Enabled: true}
	view := flow.SessionView{ID: browser.ID, User: ada.ID, Proofs: browser.Proofs, Seen: browser.Seen, Expires: browser.Expires}
	stored := func(p flow.Progress) flow.Interaction {
		t.Helper()
		i := flow.Interaction{
			ID: id.NewInteraction(), Browser: hash(), Version: 1, Created: now, Expires: now.Add(time.Hour),
			Ask: flow.Ask{Client: client.ID, RequestedAt: now.Truncate(time.Second)}, Progress: p,
		}
		yes(t)(s.InsertInteraction(ctx, i, flow.MaxPerPerson))
		return i
	}
	nobody, chosen, bobs, gone := stored(flow.Progress{}), stored(flow.Progress{Chosen: true}), stored(flow.Progress{User: bob.ID}), stored(flow.Progress{User: id.NewUser()})
	is := func(name string, q flow.Query, want flow.Found) {
		t.Helper()
		if q.Now.IsZero() {
			q.Now = now
		}
		if diff := cmp.Diff(want, must[flow.Found](t)(s.SignIn(ctx, q))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	allowed := []string{"openid"}
	is("without a cookie", flow.Query{Interaction: nobody.ID}, flow.Found{Interaction: nobody})
	is("a cookie of nobody", flow.Query{Interaction: nobody.ID, Session: hash()}, flow.Found{Interaction: nobody})
	is("who is brought in", flow.Query{Interaction: nobody.ID, Person: ada.ID}, flow.Found{Interaction: nobody, Person: &person, Consented: allowed})
	is("signed in", flow.Query{Interaction: nobody.ID, Session: browser.TokenHash}, flow.Found{Interaction: nobody, Session: &view, Person: &person, Consented: allowed})
	is("signed in, another brought in", flow.Query{Interaction: nobody.ID, Session: browser.TokenHash, Person: bob.ID}, flow.Found{Interaction: nobody, Session: &view, Person: &person, Consented: allowed})
	is("somebody else", flow.Query{Interaction: chosen.ID, Session: browser.TokenHash}, flow.Found{Interaction: chosen, Session: &view})
	is("somebody else is brought in", flow.Query{Interaction: chosen.ID, Session: browser.TokenHash, Person: bob.ID}, flow.Found{Interaction: chosen, Session: &view, Person: &other})
	is("proved as another", flow.Query{Interaction: bobs.ID, Session: browser.TokenHash, Person: ada.ID}, flow.Found{Interaction: bobs, Session: &view, Person: &other})
	is("proved as somebody who is gone", flow.Query{Interaction: gone.ID}, flow.Found{Interaction: gone})
	is("no interaction", flow.Query{Client: client.ID, Session: browser.TokenHash}, flow.Found{Session: &view, Person: &person, Consented: allowed})
	is("no interaction, another client", flow.Query{Client: "other", Session: browser.TokenHash}, flow.Found{Session: &view, Person: &person})
	is("no interaction, nobody", flow.Query{Client: client.ID, Session: hash()}, flow.Found{})
	for name, at := range map[string]time.Time{"idle for too long": browser.IdleExpires, "at its end": browser.Expires} {
		is(name, flow.Query{Interaction: nobody.ID, Session: browser.TokenHash, Now: at}, flow.Found{Interaction: nobody})
		is(name, flow.Query{Session: browser.TokenHash, Now: at}, flow.Found{})
	}
	p, scopes, err := s.SignInPerson(ctx, ada.ID, client.ID)
	ok(t, err)
	same(t, p, person)
	same(t, scopes, allowed)
	_, _, err = s.SignInPerson(ctx, id.NewUser(), client.ID)
	missing(t, err)

	disabled := must[identity.User](t)(s.User(ctx, ada.ID))
	disabled.Disabled = true
	ok(t, s.UpdateUser(ctx, disabled))
	is("disabled", flow.Query{Interaction: nobody.ID, Session: browser.TokenHash}, flow.Found{Interaction: nobody})
	refused(t, s.InsertSession(ctx, newSession(ada.ID), session.MaxPerPerson), fault.Conflict)
	ended := newSession(bob.ID)
	ok(t, s.InsertSession(ctx, ended, session.MaxPerPerson))
	must[[]id.Session](t)(s.RevokeSessions(ctx, session.Filter{Session: ended.ID}, "signed_out", now))
	is("signed out", flow.Query{Interaction: nobody.ID, Session: ended.TokenHash}, flow.Found{Interaction: nobody})
}
