package pdp_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"gatehouse/access"
	"gatehouse/caller"
	"gatehouse/pdp"
)

// letsIn is a desk at which whoever is named in the header comes in.
type letsIn struct{ pdp.Desk }

func (letsIn) Authenticate(r *http.Request) (*caller.Caller, error) {
	return &caller.Caller{Subject: access.Subject{Kind: access.Kind(r.Header.Get("Kind")), ID: r.Header.Get("Id")}}, nil
}

func (letsIn) Again(_ context.Context, c *caller.Caller) (*caller.Caller, error) { return c, nil }

// Each who hears has connections of their own to use up: nobody takes those of another.
func TestEachListenerIsCountedByItself(t *testing.T) {
	t.Parallel()
	seen := map[string]access.Subject{}
	for _, who := range []access.Subject{{Kind: access.Client, ID: "a"}, {Kind: access.Client, ID: "b"}, {Kind: access.ServiceAccount, ID: "a"}} {
		r := httptest.NewRequest(http.MethodGet, pdp.PathFeed, nil)
		r.Header.Set("Kind", string(who.Kind))
		r.Header.Set("Id", who.ID)
		hears, err := pdp.HearBy(letsIn{})(r)
		if err != nil {
			t.Fatal(err)
		}
		if other, taken := seen[hears.ID]; taken {
			t.Errorf("%v and %v are counted as one", other, who)
		}
		seen[hears.ID] = who
	}
}
