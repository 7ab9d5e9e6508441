package storetest

import (
	"testing"

	"gatehouse/store"
)

func testMigrations(t *testing.T, s *store.Store) {
	if n := race(t, 4, func(int) (bool, error) { return true, s.Migrate(t.Context()) }); n != 4 {
		t.Errorf("%d of 4 callers migrated an up-to-date schema", n)
	}
	states := must[[]store.MigrationState](t)(s.MigrationStatus(t.Context()))
	if len(states) == 0 {
		t.Fatal("there are no migrations")
	}
	for i, m := range states {
		if m.Version != int64(i+1) || m.Name == "" || !m.Applied || m.At.IsZero() {
			t.Errorf("step %d is %+v, want it applied, with a name and a time", i+1, m)
		}
	}
	ok(t, s.Ping(t.Context()))
}
