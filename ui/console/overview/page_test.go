package overview

import (
	"slices"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/view"
	"gatehouse/ui/view/viewtest"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

func TestTheOverviewIsWellMade(t *testing.T) {
	t.Parallel()
	f, now := guard.Frame{Form: viewtest.Form()}, time.Now()
	grants := []wire.Grant{
		{ID: "grt_a", Subject: wire.Subject{Kind: access.User, ID: "usr_a", Email: "a@example.test"}, Role: "editor", Created: now.Add(-time.Hour), ExpiresAt: now.Add(time.Hour)},
		{ID: "grt_b", Subject: wire.Subject{Kind: access.Group, ID: "desk"}, Permission: "shop/orders:read", NotBefore: now.Add(-time.Minute), ExpiresAt: now.Add(time.Hour)},
	}
	var none []wire.Grant
	well, unwell := &wire.Health{Checks: map[string]string{"a": "ok"}}, &wire.Health{Checks: map[string]string{"b": "42"}, Doubts: map[string]string{"c": "43"}}
	viewtest.Crawl(t, map[string]view.Page{
		"overview":            overviewPage{Frame: f, Now: now, Span: 14, Figures: true, People: true, Health: unwell, Grants: &grants, More: true},
		"overview, calm":      overviewPage{Frame: f, Now: now, Span: 90, Figures: true, Health: well, Grants: &none},
		"overview, no figure": overviewPage{Frame: f, Now: now, Span: 14, Grants: &grants},
		"overview, nothing":   overviewPage{Frame: f, Now: now, Span: 14},
	})
}

// What there is is of the day when it was counted last; what happened is of today.
func TestTheOverviewShowsTodayAndWhatWasCountedLast(t *testing.T) {
	t.Parallel()
	say := words.Shipped().Choose(nil, "en")
	now := time.Now().UTC()
	today, before := now.Format(time.DateOnly), now.AddDate(0, 0, -1).Format(time.DateOnly)
	p := overviewPage{Now: now, Span: 14, Days: []wire.DayFigures{{Day: today, SignIns: 7, Refused: 2}, {Day: before, SignIns: 90, Present: &wire.Present{People: 5, Sessions: 3, GrantsEnding: 1}}}}
	var got []string
	for _, one := range p.tiles(say) {
		got = append(got, one.Value)
	}
	if want := []string{"7", "2", "3", "1", "5"}; !slices.Equal(got, want) {
		t.Errorf("the figures are %q, want %q", got, want)
	}
}
