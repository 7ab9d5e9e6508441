package overview

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// overviewPage shows how the house is, as far as its visitor may see that.
type overviewPage struct {
	guard.Frame
	Now     time.Time
	Figures bool // they may be seen
	Span    int  // so many days
	Days    []wire.DayFigures
	People  bool          // the list of people may be seen
	Signed  bool          // that of sessions
	Health  *wire.Health  // nil: it may not be seen
	Grants  *[]wire.Grant // those that end first; nil: they may not be seen
	More    bool          // more of them end within the week
}

func (p overviewPage) Head(say *words.Catalogue) view.Head {
	return part.Head(say.ConsoleOverview.Title)
}
func (p overviewPage) Body() templ.Component { return overviewBody(p) }

// spans are how many days the chart may show.
var spans = []int{14, 30, 90}

func (p overviewPage) heading(say *words.Catalogue) part.Heading {
	h := part.Heading{Title: string(say.ConsoleOverview.Title)}
	if !p.Figures {
		return h
	}
	for _, n := range spans {
		h.Tabs = append(h.Tabs, part.Tab{Label: say.Count(say.ConsoleOverview.Days, n), Href: guard.Root + "?days=" + strconv.Itoa(n), Current: n == p.Span})
	}
	return h
}

// days are the figures of each day of the span, the oldest first; of a day on which nothing
// happened there are none.
func (p overviewPage) days() []wire.DayFigures {
	of := map[string]wire.DayFigures{}
	for _, d := range p.Days {
		of[d.Day] = d
	}
	var all []wire.DayFigures
	for i := range p.Span {
		name := p.Now.UTC().AddDate(0, 0, i+1-p.Span).Format(time.DateOnly)
		d := of[name]
		d.Day = name
		all = append(all, d)
	}
	return all
}

// tiles are the figures of today, and how much there was when it was counted last.
func (p overviewPage) tiles(say *words.Catalogue) []part.Stat {
	var present wire.Present
	for _, d := range p.Days { // the latest day stands first
		if d.Present != nil {
			present = *d.Present
			break
		}
	}
	to := func(may bool, path string) string {
		if !may {
			return ""
		}
		return path
	}
	signIns, refused := p.trend(func(d wire.DayFigures) int64 { return d.SignIns }), p.trend(func(d wire.DayFigures) int64 { return d.Refused })
	number := func(n int64) string { return say.Number(int(n)) }
	return []part.Stat{
		{Label: say.ConsoleOverview.SignIns, Value: number(int64(signIns[p.Span-1])), Trend: signIns},
		{Label: say.ConsoleOverview.Refused, Value: number(int64(refused[p.Span-1])), Trend: refused},
		{Label: say.ConsoleOverview.Sessions, Value: number(present.Sessions), Href: to(p.Signed, "/console/sessions")},
		{Label: say.ConsoleOverview.Ending, Value: number(present.GrantsEnding), Href: to(p.Grants != nil, "/console/grants?state=ending")},
		{Label: say.ConsoleOverview.People, Value: number(present.People), Href: to(p.People, "/console/users")},
	}
}

func (p overviewPage) trend(of func(wire.DayFigures) int64) (all []int) {
	for _, d := range p.days() {
		all = append(all, int(of(d)))
	}
	return all
}

func (p overviewPage) chart(say *words.Catalogue) part.Chart {
	c := part.Chart{ID: "signins", Title: say.ConsoleOverview.Chart, Says: say.Count(say.ConsoleOverview.ChartSays, p.Span), Series: []part.Series{{Label: say.ConsoleOverview.SignedIn}, {Label: say.ConsoleOverview.TurnedAway, Tone: part.Bad}}}
	for _, d := range p.days() {
		c.Bars = append(c.Bars, part.Bar{Label: d.Day, Values: []int{int(d.SignIns), int(d.Refused)}})
	}
	return c
}

// attention is what somebody should look at.
func (p overviewPage) attention(say *words.Catalogue) (all []string) {
	for _, name := range slices.Sorted(maps.Keys(p.Health.Checks)) {
		if text := p.Health.Checks[name]; text != "ok" {
			all = append(all, say.Say(text))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.Health.Doubts)) {
		all = append(all, say.Say(p.Health.Doubts[name]))
	}
	return all
}

// ending are the grants that end first.
func (p overviewPage) ending(say *words.Catalogue) part.Table {
	t := part.Table{ID: "ending", Caption: say.ConsoleOverview.Ending, Columns: []part.Column{{Label: say.ConsoleOverview.Who}, {Label: say.ConsoleOverview.What}, {Label: say.ConsoleOverview.Ends}}}
	if p.More {
		t.Foot = part.Text(say.ConsoleOverview.More)
	}
	for _, g := range *p.Grants {
		who, what, begin := g.Subject.Email, g.Role, g.Created
		if who == "" {
			who = string(g.Subject.Kind) + " " + g.Subject.ID
		}
		if what == "" {
			what = g.Permission
		}
		if !g.NotBefore.IsZero() {
			begin = g.NotBefore
		}
		t.Rows = append(t.Rows, part.Row{Label: who, Href: "/console/grants/" + string(g.ID), Cells: []templ.Component{
			part.Text(who), part.Text(what), part.Left(part.Countdown{Now: p.Now, From: begin, Until: g.ExpiresAt}),
		}})
	}
	return t
}
