package storetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/oauth"
	"gatehouse/session"
	"gatehouse/store"
)

func testUsers(t *testing.T, s *store.Store) {
	ada := identity.User{
		ID: id.NewUser(), Email: "Ada@Example.test", EmailVerified: true, Name: "Ada Lovelace",
		Claims: identity.Claims{
			GivenName: "Ada", Zoneinfo: "Europe/London", PhoneNumberVerified: true,
			Address: identity.Address{Locality: "London", Country: "UK"}, Attributes: map[string]string{"department": "engines"},
		},
		Created: now, Updated: now.Add(time.Second), Rev: 1,
	}

	t.Run("ComeBackAsTheyWere", func(t *testing.T) {
		ok(t, s.InsertUser(t.Context(), ada))
		same(t, must[identity.User](t)(s.User(t.Context(), ada.ID)), ada)
		same(t, must[identity.User](t)(s.UserByEmail(t.Context(), "aDA@example.TEST")), ada)
	})
	t.Run("AreUnknownUntilTheyAreThere", func(t *testing.T) {
		_, err := s.User(t.Context(), id.NewUser())
		missing(t, err)
		_, err = s.UserByEmail(t.Context(), "nobody@example.test")
		missing(t, err)
		missing(t, s.UpdateUser(t.Context(), identity.User{ID: id.NewUser(), Email: "nobody@example.test"}))
		missing(t, s.DeleteUser(t.Context(), id.NewUser()))
	})
	t.Run("HaveAnEmailOfTheirOwn", func(t *testing.T) {
		err := s.InsertUser(t.Context(), identity.User{ID: id.NewUser(), Email: "ADA@example.test", Created: now, Updated: now})
		refused(t, err, fault.Conflict)
		same(t, fault.CodeOf(err), "user.email_taken")
		other := insertUser(t, s)
		other.Email = "ada@EXAMPLE.test"
		refused(t, s.UpdateUser(t.Context(), other), fault.Conflict)
		oneWinner(t, func(int) (bool, error) {
			err := s.InsertUser(t.Context(), identity.User{ID: id.NewUser(), Email: "race@example.test", Created: now, Updated: now})
			if fault.Is(err, fault.Conflict) {
				return false, nil
			}
			return err == nil, err
		})
	})
	t.Run("ChangeInEverythingButIDAndCreated", func(t *testing.T) {
		changed := ada
		changed.Email, changed.EmailVerified, changed.Name = "countess@example.test", false, "Countess"
		changed.Claims, changed.Disabled, changed.Updated = identity.Claims{}, true, now.Add(time.Hour)
		changed.Created = now.Add(time.Hour)
		ok(t, s.UpdateUser(t.Context(), changed))
		changed.Created, changed.Rev = ada.Created, 2
		same(t, must[identity.User](t)(s.User(t.Context(), ada.ID)), changed)
		_, err := s.UserByEmail(t.Context(), ada.Email)
		missing(t, err)
	})
	t.Run("TakeTheirSecretsAlongButNotTheirFamilies", func(t *testing.T) { testDeletedUser(t, s) })
	t.Run("AreListedByEmailAPageAtATime", func(t *testing.T) { testUserPages(t, s) })
	t.Run("AreFoundOnceHoweverLongAPageIs", func(t *testing.T) { testSearchPages(t, s) })
	t.Run("AreFoundAsTheyAreCalledNow", func(t *testing.T) { testFoundAsCalled(t, s) })
}

func testDeletedUser(t *testing.T, s *store.Store) {
	ctx := t.Context()
	u, c := insertUser(t, s), insertClient(t, s)
	n := newSession(u.ID)
	ok(t, s.PutPassword(ctx, identity.Password{User: u.ID, Hash: "phc", Changed: now}))
	ok(t, s.PutPendingFactor(ctx, pendingFactor(u.ID)))
	ok(t, s.PutRecoveryCodes(ctx, u.ID, [][]byte{hash()}, now))
	ok(t, s.InsertSession(ctx, n, session.MaxPerPerson))
	ok(t, s.PutConsent(ctx, oauth.Consent{User: u.ID, Client: c.ID, Created: now, Updated: now}))
	f := insertFamily(t, s, func(f *oauth.Family) { f.User = u.ID })

	ok(t, s.DeleteUser(ctx, u.ID))

	_, err := s.Password(ctx, u.ID)
	missing(t, err)
	_, err = s.PendingFactor(ctx, u.ID, nil)
	missing(t, err)
	same(t, must[int](t)(s.CountRecoveryCodes(ctx, u.ID)), 0)
	_, err = s.Session(ctx, n.ID)
	missing(t, err)
	_, err = s.Consent(ctx, u.ID, c.ID)
	missing(t, err)
	_, grounds, err := s.Family(ctx, f.ID)
	ok(t, err)
	if grounds.UserEnabled {
		t.Error("a deleted person counts as enabled")
	}
	refused(t, s.PutPassword(ctx, identity.Password{User: u.ID, Hash: "phc", Changed: now}), fault.Conflict)
}

func testUserPages(t *testing.T, s *store.Store) {
	ctx := t.Context()
	const odd = `100% _odd\ One`
	var want []string
	for i := range 5 {
		email := fmt.Sprintf("page-%d@list.test", i)
		ok(t, s.InsertUser(ctx, identity.User{ID: id.NewUser(), Email: strings.ToUpper(email), Name: odd, Created: now, Updated: now}))
		want = append(want, strings.ToUpper(email))
	}
	list := func(f identity.UserFilter) (emails []string) {
		t.Helper()
		for _, u := range must[[]identity.User](t)(s.Users(ctx, f)) {
			emails = append(emails, u.Email)
		}
		return emails
	}
	for email, name := range map[string]string{"a@list.test": "PAGE of the writer", "b@list.test": "Page of somebody", "page-0@list.test.example": "Page-boy"} {
		ok(t, s.InsertUser(ctx, identity.User{ID: id.NewUser(), Email: email, Name: name, Created: now, Updated: now}))
	}
	called := slices.Clone(want)
	want = slices.Insert(want, 1, "page-0@list.test.example")
	same(t, list(identity.UserFilter{Search: "PAGE-"}), want)
	same(t, list(identity.UserFilter{Search: "page-", Limit: 2}), want[:2])
	behind := func(search, email, name string) identity.UserCursor {
		return identity.CursorOf(identity.User{Email: email, Name: name}, search)
	}
	same(t, list(identity.UserFilter{Search: "page-", Limit: 2, After: behind("page-", want[1], odd)}), want[2:4])
	// By email and then by name, each once.
	same(t, list(identity.UserFilter{Search: "page"}), append(want, "b@list.test", "a@list.test"))
	same(t, list(identity.UserFilter{Search: "page", Limit: 7}), append(want, "b@list.test"))
	same(t, list(identity.UserFilter{Search: "page", After: behind("page", want[4], odd), Limit: 2}), []string{want[5], "b@list.test"})
	same(t, list(identity.UserFilter{Search: "page", After: behind("page", want[5], odd)}), []string{"b@list.test", "a@list.test"})
	same(t, list(identity.UserFilter{Search: "page", After: behind("page", "b@list.test", "Page of somebody")}), []string{"a@list.test"})
	same(t, list(identity.UserFilter{Search: "Ｐage o"}), []string{"b@list.test", "a@list.test"}) // in any width
	for _, part := range []string{"100% _", `100% _odd\ one`} {
		same(t, list(identity.UserFilter{Search: part}), called)
	}
	// And then by the later parts of both, each person once, page by page.
	sorted := func(emails []string) []string { return slices.Sorted(slices.Values(emails)) }
	same(t, sorted(list(identity.UserFilter{Search: "one"})), sorted(called))
	boy := list(identity.UserFilter{Search: "boy"})
	same(t, boy, []string{"page-0@list.test.example"})
	all := list(identity.UserFilter{Search: "list.test"})
	var paged []string
	f := identity.UserFilter{Search: "list.test", Limit: 3}
	for {
		page := must[[]identity.User](t)(s.Users(ctx, f))
		for _, u := range page {
			paged = append(paged, u.Email)
		}
		if len(page) < f.Limit {
			break
		}
		f.After = identity.CursorOf(page[len(page)-1], f.Search)
	}
	if same(t, paged, all); len(all) != 8 {
		t.Errorf("those in list.test are %v", all)
	}
	for _, nobody := range []string{"page_0", "page%list", `page\-`, "ist.test", " ", "\x00", strings.Repeat("page", 500), "ne", "zzz"} {
		if got := list(identity.UserFilter{Search: nobody}); got != nil {
			t.Errorf("searching for %q found %v: only beginnings of parts are found, as they are", nobody, got)
		}
	}
}

// testSearchPages reads a search by pages of every length, which end in each part of it and between people
// who are called alike.
func testSearchPages(t *testing.T, s *store.Store) {
	ctx := t.Context()
	ids := slices.Sorted(func(yield func(id.User) bool) {
		for range 12 {
			if !yield(id.NewUser()) {
				return
			}
		}
	})
	var want []string // in the order in which they are found
	for i, u := range []identity.User{
		{Email: "sue-1@found.test", Name: "Zoe Sue"}, {Email: "sue-2@found.test"}, // by their emails, whatever else begins so
		{Email: "n00@found.test", Name: "Sue"}, {Email: "n0@found.test", Name: "Sue"}, {Email: "n1@found.test", Name: "Sue A"}, {Email: "n2@found.test", Name: "Sue A"}, {Email: "n3@found.test", Name: "Suelyn Sue"}, // by their names
		{Email: "w1@found.test", Name: "Zoe Sue"}, {Email: "w2@found.test", Name: "Zoe Sue"}, {Email: "w3@found.test", Name: "Mary Suelyn Sue"}, // by a later part
		{Email: "w4.sue@found.test"}, {Email: "w5@found.test", Name: "Al Bo Ci Di Suelyn"},
	} {
		u.ID, u.Created, u.Updated = ids[i], now, now
		ok(t, s.InsertUser(ctx, u))
		want = append(want, u.Email)
	}
	for limit := 1; limit <= len(want)+1; limit++ {
		var got []string
		f := identity.UserFilter{Search: "Sue", Limit: limit}
		for len(got) <= len(want) {
			page := must[[]identity.User](t)(s.Users(ctx, f))
			for _, u := range page {
				got = append(got, u.Email)
			}
			if len(page) > limit {
				t.Errorf("a page of %d has %d people", limit, len(page))
			}
			if len(page) < limit {
				break
			}
			f.After = identity.CursorOf(page[len(page)-1], f.Search)
		}
		if !slices.Equal(got, want) {
			t.Errorf("by pages of %d: %v, want %v", limit, got, want)
		}
	}
	for _, part := range []string{"bo ci", "ci", "di sue", "suelyn"} {
		found := must[[]identity.User](t)(s.Users(ctx, identity.UserFilter{Search: part, Limit: 20}))
		if !slices.ContainsFunc(found, func(u identity.User) bool { return u.Email == "w5@found.test" }) {
			t.Errorf("the part %q of a long name is not found", part)
		}
	}
}

// testFoundAsCalled renames somebody: what was is not found any more, and what was refused never was.
func testFoundAsCalled(t *testing.T, s *store.Store) {
	ctx := t.Context()
	u := identity.User{ID: id.NewUser(), Email: "renamed@called.test", Name: "Zoe Oldpart", Created: now, Updated: now}
	ok(t, s.InsertUser(ctx, u))
	finds := func(part string, want bool) {
		t.Helper()
		if found := must[[]identity.User](t)(s.Users(ctx, identity.UserFilter{Search: part, Limit: 5})); len(found) > 0 != want {
			t.Errorf("%q finds %d people", part, len(found))
		}
	}
	finds("oldpart", true)
	u = must[identity.User](t)(s.User(ctx, u.ID))
	late := u
	u.Name = "Zoe Newpart"
	ok(t, s.UpdateUser(ctx, u))
	finds("oldpart", false)
	finds("newpart", true)
	late.Name = "Zoe Latepart" // as they were seen before
	refused(t, s.UpdateUser(ctx, late), fault.Conflict)
	finds("latepart", false)
	finds("newpart", true)
	ok(t, s.DeleteUser(ctx, u.ID))
	finds("newpart", false)
}
