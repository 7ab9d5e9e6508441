package house

import (
	"log/slog"
	"testing"

	"gatehouse/config"
	"gatehouse/fault"
	"gatehouse/internal/testconfig"
	"gatehouse/internal/testpg"
	"gatehouse/store"
)

// A command with the wrong address of a database must not set up a house there.
func TestCommandsMakeNoSchemaInAnEmptyDatabase(t *testing.T) {
	t.Parallel()
	quiet := slog.New(slog.DiscardHandler)
	cfg := testconfig.New(t)
	openHouse(t, cfg) // the key is there
	cfg.Store.URL = testpg.Empty(t)
	if _, err := OpenExisting(t.Context(), cfg, quiet); fault.CodeOf(err) != "store.empty" {
		t.Errorf("got %v, want store.empty", err)
	}
	s, err := store.Open(t.Context(), cfg.Store, quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	steps, err := s.MigrationStatus(t.Context())
	if err != nil || len(steps) == 0 || steps[0].Applied {
		t.Errorf("the steps of an empty database are %v (%v)", steps, err)
	}
	if has, err := s.HasSchema(t.Context()); err != nil || has {
		t.Errorf("a question made a schema: %t, %v", has, err)
	}
}

func TestHouseThatIsThereOpensForCommands(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*config.Config){
		"SQLite": func(*config.Config) {}, "Postgres": func(c *config.Config) { c.Store.URL = testpg.URL(t) },
	} {
		cfg := testconfig.New(t)
		change(&cfg)
		openHouse(t, cfg)
		h, err := OpenExisting(t.Context(), cfg, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err := h.Close(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
