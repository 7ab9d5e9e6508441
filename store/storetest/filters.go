package storetest

import (
	"testing"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/saved"
	"gatehouse/store"
)

func testFilters(t *testing.T, s *store.Store) {
	ctx := t.Context()
	ada, bob := identity.User{ID: id.NewUser(), Email: "ada@filters.test", Created: now, Updated: now}, identity.User{ID: id.NewUser(), Email: "bob@filters.test", Created: now, Updated: now}
	ok(t, s.InsertUser(ctx, ada))
	ok(t, s.InsertUser(ctx, bob))
	same(t, len(must[[]saved.Filter](t)(s.Filters(ctx, ada.ID))), 0)
	out := saved.Filter{ID: id.NewFilter(), Owner: ada.ID, List: "users", Name: "out & about", Query: map[string]string{"state": "disabled", "search": "a=b&c"}, Created: now}
	all := saved.Filter{ID: id.NewFilter(), Owner: ada.ID, List: "audit", Name: "out & about", Query: map[string]string{"action": "user.create"}, Created: now}
	his := saved.Filter{ID: id.NewFilter(), Owner: bob.ID, List: "users", Name: "out & about", Query: map[string]string{"search": "林"}, Created: now}
	for _, f := range []saved.Filter{out, all, his} {
		ok(t, s.InsertFilter(ctx, f))
	}
	same(t, must[[]saved.Filter](t)(s.Filters(ctx, ada.ID)), []saved.Filter{all, out})
	again := out
	again.ID = id.NewFilter()
	if err := s.InsertFilter(ctx, again); fault.CodeOf(err) != "filter.exists" {
		t.Errorf("a second one of that name: %v", err)
	}
	if err := s.DeleteFilter(ctx, ada.ID, his.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("somebody else's is deleted: %v", err)
	}
	ok(t, s.DeleteFilter(ctx, ada.ID, out.ID))
	same(t, must[[]saved.Filter](t)(s.Filters(ctx, ada.ID)), []saved.Filter{all})
	same(t, must[[]saved.Filter](t)(s.Filters(ctx, bob.ID)), []saved.Filter{his})
}
