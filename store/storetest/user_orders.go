package storetest

import (
	"slices"
	"testing"
	"time"

	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/store"
)

// People are listed by their addresses, by their creation and by whether they may sign in,
// in both directions, page by page.
func testUserOrders(t *testing.T, s *store.Store) {
	var byCreation []string
	for i, email := range []string{"d@list.test", "a@list.test", "_c@list.test", "B@list.test", "e@list.test", "Z@list.test"} {
		u := identity.User{ID: id.NewUser(), Email: email, Created: now.Add(time.Duration(i/2) * time.Hour), Updated: now}
		ok(t, s.InsertUser(t.Context(), u))
		if u.Rev = 1; i%2 == 1 {
			u.Disabled = true
			ok(t, s.UpdateUser(t.Context(), u))
		}
		byCreation = append(byCreation, u.Created.Format(time.RFC3339)+string(u.ID)+" "+email)
	}
	slices.Sort(byCreation) // two at once go by their ids
	for i := range byCreation {
		byCreation[i] = byCreation[i][len(byCreation[i])-len("_c@list.test"):]
		if byCreation[i][0] != '_' {
			byCreation[i] = byCreation[i][1:]
		}
	}
	for name, c := range map[string]struct {
		f    identity.UserFilter
		want []string
	}{
		"by address":   {identity.UserFilter{}, []string{"_c@list.test", "a@list.test", "B@list.test", "d@list.test", "e@list.test", "Z@list.test"}},
		"by creation":  {identity.UserFilter{Created: true}, byCreation},
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
					if f.After = identity.CursorOf(u, ""); f.Created {
						f.After = identity.UserCursor{Created: u.Created, ID: u.ID}
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
