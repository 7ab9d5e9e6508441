package storetest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/session"
	"gatehouse/store"
)

// People are listed by their addresses, by their creation and by whether they may sign in,
// in both directions, page by page.
func testUserOrders(t *testing.T, s *store.Store) {
	var byCreation, bySignIn []string
	for i, email := range []string{"d@list.test", "a@list.test", "_c@list.test", "B@list.test", "e@list.test", "Z@list.test"} {
		u := identity.User{ID: id.NewUser(), Email: email, Created: now.Add(time.Duration(i/2) * time.Hour), Updated: now}
		ok(t, s.InsertUser(t.Context(), u))
		if u.Rev = 1; i%2 == 1 {
			u.Disabled = true
			ok(t, s.UpdateUser(t.Context(), u))
		}
		if at := now.Add(time.Duration(-i) * time.Hour); i == 0 || i == 4 { // of who is enabled
			in := session.Session{ID: id.NewSession(), TokenHash: []byte(u.ID), User: u.ID, Created: at, Seen: at, IdleExpires: at.Add(time.Hour), Expires: at.Add(time.Hour)}
			ok(t, s.InsertSession(t.Context(), in, 10))
			same(t, must[identity.User](t)(s.User(t.Context(), u.ID)).LastSignIn, at)
			in.ID, in.TokenHash, in.Created = id.NewSession(), []byte(in.ID), at.Add(-time.Hour)
			ok(t, s.InsertSession(t.Context(), in, 10)) // of a clock that is slow
			same(t, must[identity.User](t)(s.User(t.Context(), u.ID)).LastSignIn, at)
			bySignIn = append(bySignIn, at.Format(time.RFC3339)+string(u.ID)+" "+email)
		} else {
			bySignIn = append(bySignIn, "0"+string(u.ID)+" "+email)
		}
		byCreation = append(byCreation, u.Created.Format(time.RFC3339)+string(u.ID)+" "+email)
	}
	slices.Sort(byCreation) // two at once go by their ids
	slices.Sort(bySignIn)
	for i := range byCreation {
		_, byCreation[i], _ = strings.Cut(byCreation[i], " ")
		_, bySignIn[i], _ = strings.Cut(bySignIn[i], " ")
	}
	for name, c := range map[string]struct {
		f    identity.UserFilter
		want []string
	}{
		"by address":   {identity.UserFilter{}, []string{"_c@list.test", "a@list.test", "B@list.test", "d@list.test", "e@list.test", "Z@list.test"}},
		"by creation":  {identity.UserFilter{Created: true}, byCreation},
		"by sign-in":   {identity.UserFilter{SignedIn: true}, bySignIn},
		"the disabled": {identity.UserFilter{State: identity.UserDisabled}, []string{"a@list.test", "B@list.test", "Z@list.test"}},
	} {
		for _, backwards := range []bool{false, true} {
			f, want := c.f, slices.Clone(c.want)
			if f.Limit, f.Backwards = 2, backwards; backwards {
				slices.Reverse(want)
			}
			var got []string
			for range 5 {
				page := must[[]identity.User](t)(s.Users(t.Context(), f))
				for _, u := range page {
					got = append(got, u.Email)
					switch {
					case f.SignedIn && !u.LastSignIn.IsZero():
						f.After = identity.UserCursor{At: u.LastSignIn, ID: u.ID}
					case f.SignedIn:
						f.After = identity.UserCursor{At: time.UnixMicro(0), ID: u.ID}
					case f.Created:
						f.After = identity.UserCursor{At: u.Created, ID: u.ID}
					default:
						f.After = identity.CursorOf(u, "")
					}
				}
				if len(page) < 2 {
					break
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s, backwards %v: %v, want %v", name, backwards, got, want)
			}
		}
	}
}
