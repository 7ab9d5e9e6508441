package overview

import (
	"strconv"
	"time"

	"github.com/a-h/templ"

	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// overviewPage shows how the house is.
type overviewPage struct {
	guard.Frame
	Figures bool // they may be seen
	Days    []wire.DayFigures
	People  bool // the list of people may be seen
}

func (p overviewPage) Head(say *words.Catalogue) view.Head {
	return part.Head(say.ConsoleOverview.Title)
}
func (p overviewPage) Body() templ.Component { return overviewBody(p) }

// tile is one figure, and where the list behind it is.
type tile struct{ label, figure, href string }

// tiles are the figures of today, and how much there was when it was counted last.
func (p overviewPage) tiles(say *words.Catalogue) []tile {
	var today wire.DayFigures
	var present wire.Present
	for _, d := range p.Days {
		if d.Day == time.Now().UTC().Format(time.DateOnly) {
			today = d
		}
		if d.Present != nil {
			present = *d.Present
			break // the latest day stands first
		}
	}
	people := ""
	if p.People {
		people = "/console/users"
	}
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	return []tile{
		{say.ConsoleOverview.SignIns, number(today.SignIns), ""},
		{say.ConsoleOverview.Refused, number(today.Refused), ""},
		{say.ConsoleOverview.Sessions, number(present.Sessions), ""},
		{say.ConsoleOverview.Ending, number(present.GrantsEnding), ""},
		{say.ConsoleOverview.People, number(present.People), people},
	}
}
