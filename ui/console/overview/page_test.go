package overview

import (
	"slices"
	"testing"
	"time"

	"gatehouse/ui/console/guard"
	"gatehouse/ui/view"
	"gatehouse/ui/view/viewtest"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

func TestTheOverviewIsWellMade(t *testing.T) {
	t.Parallel()
	f := guard.Frame{Form: viewtest.Form()}
	viewtest.Crawl(t, map[string]view.Page{
		"overview":            overviewPage{Frame: f, Figures: true, People: true},
		"overview, no people": overviewPage{Frame: f, Figures: true},
		"overview, nothing":   overviewPage{Frame: f},
	})
}

// What there is is of the day when it was counted last; what happened is of today.
func TestTheOverviewShowsTodayAndWhatWasCountedLast(t *testing.T) {
	t.Parallel()
	say := words.Shipped().Choose(nil, "en")
	now := time.Now().UTC()
	today, before := now.Format(time.DateOnly), now.AddDate(0, 0, -1).Format(time.DateOnly)
	p := overviewPage{Days: []wire.DayFigures{{Day: today, SignIns: 7, Refused: 2}, {Day: before, SignIns: 90, Present: &wire.Present{People: 5, Sessions: 3, GrantsEnding: 1}}}}
	var got []string
	for _, one := range p.tiles(say) {
		got = append(got, one.figure)
	}
	if want := []string{"7", "2", "3", "1", "5"}; !slices.Equal(got, want) {
		t.Errorf("the figures are %q, want %q", got, want)
	}
}
