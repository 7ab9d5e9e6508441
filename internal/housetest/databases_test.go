package housetest

import (
	"testing"

	"gatehouse/internal/gatetest"
	"gatehouse/internal/testpg"
)

// onBothDatabases runs test over SQLite, and over Postgres where there is a server.
func onBothDatabases(t *testing.T, test func(t *testing.T, g *gatetest.Gate)) {
	t.Helper()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		test(t, gatetest.New(t))
	})
	t.Run("Postgres", func(t *testing.T) {
		testpg.Server(t)
		t.Parallel()
		test(t, gatetest.New(t, gatetest.OnPostgres(testpg.URL(t))))
	})
}
