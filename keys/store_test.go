package keys_test

import (
	"path/filepath"
	"sync"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/keys"
	"gatehouse/secret"
	"gatehouse/store"
)

// process opens the SQLite file at path, as one more process would.
func process(t *testing.T, path string) (*store.Store, *keys.Ring) {
	t.Helper()
	s, err := store.Open(t.Context(), store.Config{URL: "sqlite:" + path}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	keeper, err := secret.NewKeeper(t.Context(), s, secret.Master{7})
	if err != nil {
		t.Fatal(err)
	}
	return s, keys.NewRing(s, keeper, &audit.Log{Store: s}, keys.DefaultConfig())
}

func TestProcessesOverOneDatabaseShareTheirKeysThroughRotations(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "gatehouse.db")
	db, first := process(t, path)
	_, second := process(t, path)
	_, third := process(t, path)
	rings := []*keys.Ring{first, second, third}
	together := func(f func(r *keys.Ring) error) {
		t.Helper()
		var wg sync.WaitGroup
		for _, r := range rings {
			wg.Go(func() {
				if err := f(r); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
	together(func(r *keys.Ring) error { return r.Load(t.Context()) })
	together(func(r *keys.Ring) error { return r.EnsureAlgorithm(t.Context(), keys.EdDSA) })
	token := sign(t, rings[0], keys.ES256, "at+jwt", "{}")
	now := time.Now()
	for range 12 { // some months, five days at a time
		now = now.Add(5 * 24 * time.Hour)
		together(func(r *keys.Ring) error { return poll(t.Context(), db, r, now) })
		together(func(r *keys.Ring) error { return poll(t.Context(), db, r, now) })
		signing := map[string]int{}
		for _, k := range listed(t, rings[0]) {
			if k.State == keys.Signing {
				signing[k.Algorithm]++
			}
		}
		if signing[keys.ES256] != 1 || signing[keys.EdDSA] != 1 || len(signing) != 2 {
			t.Fatalf("%v: signing keys %v, want one each", now, signing)
		}
		body, etag := rings[0].JWKS()
		for i, r := range rings {
			if _, other := r.JWKS(); other != etag {
				t.Fatalf("process %d publishes another set than %s", i, body)
			}
			if _, _, err := r.Verify(sign(t, rings[(i+1)%3], keys.ES256, "at+jwt", "{}")); err != nil {
				t.Fatalf("process %d: %v", i, err)
			}
		}
	}
	keeper, err := secret.NewKeeper(t.Context(), db, secret.Master{7})
	if err != nil {
		t.Fatal(err)
	}
	all, err := rings[1].List(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	retired := 0
	for _, k := range all {
		if k.State == keys.Retired {
			retired++
			if got := half(t, keeper, k); got != "public" {
				t.Errorf("of the retired key %s the %s half is kept", k.ID, got)
			}
		}
	}
	if retired == 0 {
		t.Error("no key was retired in two months")
	}
	if _, _, err := rings[2].Verify(token); err == nil {
		t.Error("a token of a retired key is accepted")
	}
}
