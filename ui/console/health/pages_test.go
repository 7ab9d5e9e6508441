package health

import (
	"testing"
	"time"

	"gatehouse/ui/console/guard"
	"gatehouse/ui/view"
	"gatehouse/ui/view/viewtest"
	"gatehouse/wire"
)

func TestPagesOfHealthAreWellMade(t *testing.T) {
	t.Parallel()
	f, now := frame{Frame: guard.Frame{Form: viewtest.Form()}, Settings: true}, time.Date(2026, 3, 1, 12, 4, 0, 0, time.UTC)
	well := wire.Health{
		Status: "ready", Checks: map[string]string{"store": "ok", "write": "ok"}, Database: "sqlite", Keys: map[string]int{"signing": 3, "announced": 1}, Now: now, Started: now.Add(-time.Hour),
		Seal: wire.SealState{Sealed: 42, At: now}, Redis: "none", Storage: wire.Storage{Bytes: 123_456_789, Free: new(int64(9_000_000_000))},
	}
	unwell := wire.Health{Status: "not ready", Checks: map[string]string{"store": "42"}, Doubts: map[string]string{"clock": "42"}, Database: "postgres", Now: now, Redis: "away", Version: "1.2.3"}
	shared := well
	shared.Redis = "shared"
	settings := []wire.Setting{
		{Path: "a.b", Layer: "default"}, {Path: "c.d", Value: "42", Layer: "file", Source: "x.yaml:3"}, {Path: "session.idle", Value: "7d", Layer: "database", Changeable: true}, {Path: "e", Value: "1", Layer: "derived", Source: "c.d"},
	}
	viewtest.Crawl(t, map[string]view.Page{
		"health":             healthPage{frame: f, Health: well, Growth: growth{Days: 7, PerDay: 1_000_000}, Came: arrival{Peer: "192.0.2.1", Address: "192.0.2.1", Secure: true, Expected: true, Host: "id.example.com", Issuer: "id.example.com"}},
		"health, soon full":  healthPage{frame: f, Health: shared, Growth: growth{Days: 7, PerDay: 1_000_000_000}, Came: arrival{Peer: "192.0.2.1", Address: "192.0.2.7", Forwarded: true, Host: "id.example.com", Issuer: "id.example.com"}},
		"health, unwell":     healthPage{frame: f, Health: unwell, Came: arrival{Peer: "192.0.2.1", Address: "192.0.2.1", Forwarded: true, Expected: true, Host: "a.example.com", Issuer: "id.example.com"}},
		"configuration":      configPage{frame: f, All: settings},
		"configuration, set": configPage{frame: f, All: settings, Set: true},
	})
}

func TestTheGrowthIsToldFromTheFirstMeasureToTheLast(t *testing.T) {
	t.Parallel()
	day := func(name string, bytes int64) wire.DayFigures {
		return wire.DayFigures{Day: name, Present: &wire.Present{Bytes: bytes}}
	}
	for name, c := range map[string]struct {
		days []wire.DayFigures
		want growth
	}{
		"nothing":        {nil, growth{}},
		"one day":        {[]wire.DayFigures{day("2026-03-09", 5)}, growth{}},
		"not measured":   {[]wire.DayFigures{day("2026-03-09", 5), day("2026-03-08", 0), {Day: "2026-03-07"}}, growth{}},
		"a week":         {[]wire.DayFigures{day("2026-03-09", 800), {Day: "2026-03-05"}, day("2026-03-02", 100)}, growth{Days: 7, PerDay: 100}},
		"it was cleared": {[]wire.DayFigures{day("2026-03-09", 100), day("2026-03-08", 300)}, growth{Days: 1, PerDay: -200}},
	} {
		if got := growthOf(c.days); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
	free := int64(1000)
	if days, ok := (growth{Days: 7, PerDay: 100}).lasts(&free); !ok || days != 10 {
		t.Errorf("%d days, %t", days, ok)
	}
	for _, g := range []growth{{}, {Days: 7}, {Days: 7, PerDay: -1}} {
		if _, ok := g.lasts(&free); ok {
			t.Errorf("%+v has an end", g)
		}
	}
	if _, ok := (growth{Days: 7, PerDay: 1}).lasts(nil); ok {
		t.Error("a disk that nobody knows has an end")
	}
}
