package storetest

import (
	"testing"

	"gatehouse/store"
)

func testServed(t *testing.T, s *store.Store) {
	ctx := t.Context()
	served := func(want string) {
		t.Helper()
		if got := must[string](t)(s.Served(ctx)); got != want {
			t.Errorf("the server that started last is %q, want %q", got, want)
		}
	}
	served("")
	for _, issuer := range []string{"http://localhost:8080", "https://id.example.test"} {
		ok(t, s.PutServed(ctx, issuer, now))
		served(issuer)
	}
}
