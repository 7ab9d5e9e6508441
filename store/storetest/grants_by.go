package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/id"
	"gatehouse/store"
)

// What is listed by one thing is all that has it and nothing else, in order and backwards,
// page by page.
func testGrantsBy(t *testing.T, s *store.Store) {
	var all []access.GrantRecord
	for i := range 24 {
		g := access.GrantRecord{
			Grant: access.Grant{
				ID: id.NewGrant(), Subject: access.Subject{Kind: access.Group, ID: []string{"desk", "floor"}[i%2]}, Effect: access.Allow, Org: []string{"", "acme", "bolt"}[i%3],
				Where: access.Where{Place: access.Everywhere}, Source: access.Manual, Reason: "r",
			},
			Created: now, CreatedBy: "console:root", Rev: 1,
		}
		if g.Permission = (access.Pattern{API: "shop", Resource: "orders", Action: "read"}); i%4 > 0 {
			g.Role, g.Permission = fmt.Sprintf("role-%d", i%4), access.Pattern{}
		}
		if i%5 > 0 { // several end, and begin, at the same moment
			g.ExpiresAt = now.Add(time.Duration(i%5) * time.Hour)
		}
		if i%7 > 3 {
			g.NotBefore = now.Add(time.Duration(i%7) * time.Minute)
		}
		ok(t, s.InsertGrant(t.Context(), g))
		all = append(all, g)
	}
	for name, c := range map[string]struct {
		by  access.GrantKey
		has func(g *access.GrantRecord) bool
	}{
		"nothing":      {access.GrantKey{}, func(*access.GrantRecord) bool { return true }},
		"a subject":    {access.GrantKey{Subject: access.Subject{Kind: access.Group, ID: "desk"}}, func(g *access.GrantRecord) bool { return g.Subject.ID == "desk" }},
		"a role":       {access.GrantKey{Role: "role-2"}, func(g *access.GrantRecord) bool { return g.Role == "role-2" }},
		"the last":     {access.GrantKey{Role: "role-3"}, func(g *access.GrantRecord) bool { return g.Role == "role-3" }},
		"no role":      {access.GrantKey{Role: "role"}, func(*access.GrantRecord) bool { return false }},
		"a permission": {access.GrantKey{Permission: "shop/orders:read"}, func(g *access.GrantRecord) bool { return g.Permission.One() }},
		"an API":       {access.GrantKey{API: "shop"}, func(g *access.GrantRecord) bool { return g.Permission.API == "shop" }},
		"an org":       {access.GrantKey{Org: "acme"}, func(g *access.GrantRecord) bool { return g.Org == "acme" }},
		"beginnings":   {access.GrantKey{Beginning: true}, func(g *access.GrantRecord) bool { return !g.NotBefore.IsZero() }},
	} {
		for _, backwards := range []bool{false, true} {
			at := access.GrantCursor{Ends: now.Add(-time.Hour)}
			if backwards {
				at = access.GrantCursor{ID: "~"}
			}
			var got []id.Grant
			for range all {
				page := must[[]access.GrantRecord](t)(s.GrantsBy(t.Context(), c.by, at, backwards, 3))
				for i := range page {
					got = append(got, page[i].ID)
					if at = (access.GrantCursor{Ends: page[i].Ends(), ID: page[i].ID}); c.by.Beginning {
						at.Ends = page[i].NotBefore
					}
				}
				if len(page) < 3 {
					break
				}
			}
			if want := placed(all, c.by.Beginning, backwards, c.has); !slices.Equal(got, want) {
				t.Errorf("by %s, backwards %v:\n%v\nwant\n%v", name, backwards, got, want)
			}
		}
	}
}

// testEndings counts up to what is asked for, from a moment on and before another.
func testEndings(t *testing.T, s *store.Store) {
	for i := range 5 {
		ok(t, s.InsertGrant(t.Context(), aGrant(access.Subject{Kind: access.Group, ID: "desk"}, now.Add(time.Duration(i)*time.Hour))))
	}
	for name, c := range map[string]struct {
		since, until time.Duration
		most, want   int
	}{
		"all":                   {0, 5 * time.Hour, 10, 5},
		"no more than is asked": {0, 5 * time.Hour, 3, 3},
		"at its beginning":      {time.Hour, 2 * time.Hour, 10, 1},
		"none":                  {5 * time.Hour, 6 * time.Hour, 10, 0},
	} {
		if got := must[int](t)(s.Endings(t.Context(), now.Add(c.since), now.Add(c.until), c.most)); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

// placed are the ids of those that has says yes to, in the order of a list.
func placed(all []access.GrantRecord, begins, backwards bool, has func(g *access.GrantRecord) bool) (ids []id.Grant) {
	place := func(g access.GrantRecord) string {
		at := g.Ends()
		if begins {
			at = g.NotBefore
		}
		if at.IsZero() {
			return "never" + string(g.ID)
		}
		return at.UTC().Format(time.RFC3339) + string(g.ID)
	}
	sorted := slices.SortedFunc(slices.Values(all), func(a, b access.GrantRecord) int {
		if place(a) < place(b) != backwards {
			return -1
		}
		return 1
	})
	for i := range sorted {
		if has(&sorted[i]) {
			ids = append(ids, sorted[i].ID)
		}
	}
	return ids
}
