package overview

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/console/person"
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
	People  bool         // the list of people may be seen
	Signed  bool         // that of sessions
	Denied  bool         // that of requests that the gate refused
	Health  *wire.Health // nil: it may not be seen
	// Attention is what else somebody should look at, Events the latest that were recorded and
	// Failures the latest sign-ins that were refused, Steps what is still to be done; nil as Health.
	Attention *wire.Attention
	Events    *[]wire.Event
	Names     guard.Called // what the events are about
	Failures  *failures
	// Applications are those that were used most.
	Applications []wire.ApplicationUse

	Steps  *firstSteps
	Grants *[]wire.Grant // those that end first; nil: they may not be seen
	More   bool          // more of them end within the week
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
	signIns, refused := p.trend(func(d wire.DayFigures) int64 { return d.SignIns }), p.trend(func(d wire.DayFigures) int64 { return d.Refused })
	gate := p.trend(func(d wire.DayFigures) int64 { _, refused := wire.Decided(d.Gate); return int64(refused) })
	number := func(n int64) string { return say.Number(int(n)) }
	w := say.ConsoleOverview
	all := []part.Stat{
		{Label: w.SignIns, Value: number(int64(signIns[p.Span-1])), Trend: signIns, Change: p.week(say, func(d *wire.DayFigures) int64 { return d.SignIns }), Href: p.To(audited, audited+"?action=signin.complete")},
		{Label: w.Refused, Value: number(int64(refused[p.Span-1])), Trend: refused, Change: p.week(say, func(d *wire.DayFigures) int64 { return d.Refused }), Href: p.To(audited, audited+"?action=signin.refuse")},
		{Label: w.Sessions, Value: number(present.Sessions), Change: p.grown(say, func(n *wire.Present) int64 { return n.Sessions }), Href: p.sessions()},
		{Label: w.Ending, Value: number(present.GrantsEnding), Href: p.To("/console/grants", "/console/grants?state=ending")},
		{Label: w.People, Value: number(present.People), Change: p.grown(say, func(n *wire.Present) int64 { return n.People }), Href: p.people()},
	}
	if present.People == 0 { // whoever looks is one: nobody counted yet
		for _, i := range []int{2, 3, 4} {
			all[i].Value, all[i].Change = "–", w.NotCounted
		}
	} else {
		all = append(all, part.Stat{Label: w.Secured, Href: p.unsecured(), Value: percent(&w, present.Secured, present.People), Change: w.OfAll.Fill(words.N.Is(number(present.Secured)), words.Least.Is(number(present.People)))})
	}
	if p.Has("/console/routes") || slices.Max(gate) > 0 {
		all = append(all, part.Stat{Label: w.Gate, Value: number(int64(gate[p.Span-1])), Trend: gate, Change: p.week(say, func(d *wire.DayFigures) int64 { _, refused := wire.Decided(d.Gate); return int64(refused) }), Href: p.denied()})
	}
	return all
}

// week is how the last seven whole days were beside the seven before them, "" where there is nothing
// to compare.
func (p overviewPage) week(say *words.Catalogue, of func(d *wire.DayFigures) int64) string {
	today := p.Now.UTC().Truncate(24 * time.Hour)
	last, before := int64(0), int64(0)
	for i := range p.Days {
		switch day, err := time.Parse(time.DateOnly, p.Days[i].Day); {
		case err != nil: // the API writes none such
		case !day.Before(today) || day.Before(today.AddDate(0, 0, -14)):
		case day.Before(today.AddDate(0, 0, -7)):
			before += of(&p.Days[i])
		default:
			last += of(&p.Days[i])
		}
	}
	if before == 0 {
		return ""
	}
	return say.ConsoleOverview.Week.With(words.N, signed(say, (last-before)*100/before)+"\u00a0%")
}

// grown is by how much there is more of something than a week ago, "" where it was not counted then.
func (p overviewPage) grown(say *words.Catalogue, of func(n *wire.Present) int64) string {
	then := p.Now.UTC().AddDate(0, 0, -7).Format(time.DateOnly)
	var now *wire.Present
	for i := range p.Days { // the latest day stands first
		d := &p.Days[i]
		if now == nil {
			now = d.Present
		}
		if d.Day == then && d.Present != nil && now != d.Present {
			return say.ConsoleOverview.InAWeek.With(words.N, signed(say, of(now)-of(d.Present)))
		}
	}
	return ""
}

// signed is a number with its sign.
func signed(say *words.Catalogue, n int64) string {
	switch {
	case n < 0:
		return "\u2212" + say.Number(int(-n))
	case n > 0:
		return "+" + say.Number(int(n))
	}
	return "±0"
}

// denied are the requests that the gate refused, or its routes for whoever may not see these.
func (p overviewPage) denied() string {
	if p.Denied {
		return "/console/routes/refused"
	}
	return p.To("/console/routes", "/console/routes")
}

// events are those of an action since a day, and before another unless that is "".
func (p overviewPage) events(action, since, until string, narrowed ...string) string {
	q := url.Values{"action": {action}, "since": {since + "T00:00"}}
	if until != "" {
		q.Set("until", until+"T00:00")
	}
	for i := 0; i+1 < len(narrowed); i += 2 {
		q.Set(narrowed[i], narrowed[i+1])
	}
	return p.To(audited, audited+"?"+q.Encode())
}

// dayAfter is the day behind one, as the API writes days.
func dayAfter(day string) string {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	return at.AddDate(0, 0, 1).Format(time.DateOnly)
}

// audited is the path of the audit log's area.
const audited = "/console/audit"

// sessions is the list of them, for whoever may see it.
func (p overviewPage) sessions() string {
	if p.Signed {
		return "/console/sessions"
	}
	return ""
}

// people is the list of people, for whoever may see it.
func (p overviewPage) people() string {
	if p.People {
		return "/console/users"
	}
	return ""
}

// unsecured are the people who have no second factor.
func (p overviewPage) unsecured() string {
	if p.People {
		return "/console/users?second_factor=false"
	}
	return ""
}

// percent is a part of a whole in hundredths. A few are not none.
func percent(w *words.ConsoleOverview, part, whole int64) string {
	if part > 0 && part*100 < whole {
		return w.UnderOne
	}
	return strconv.FormatInt(part*100/max(whole, 1), 10) + "\u00a0%"
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
		c.Bars = append(c.Bars, part.Bar{Label: dated(say, d.Day), Values: []int{int(d.SignIns), int(d.Refused)}, Href: p.events("signin.", d.Day, dayAfter(d.Day))})
	}
	return c
}

// dated is a day as people write it.
func dated(say *words.Catalogue, day string) string {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil { // as it is counted
		return day
	}
	return say.Date(at)
}

// notice is what somebody should look at, and where.
type notice struct{ Text, Href string }

// attention is all of it.
func (p overviewPage) attention(say *words.Catalogue) (all []notice) {
	health := p.To("/console/health", "/console/health")
	for _, name := range slices.Sorted(maps.Keys(p.Health.Checks)) {
		if text := p.Health.Checks[name]; text != "ok" {
			all = append(all, notice{say.Say(text), health})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.Health.Doubts)) {
		href := health
		if name == "routes" || name == "permissions" {
			href = p.To("/console/routes", "/console/routes")
		}
		all = append(all, notice{say.Say(p.Health.Doubts[name]), href})
	}
	if days, ok := p.diskLasts(); ok && days < soonFull {
		all = append(all, notice{say.Count(say.ConsoleOverview.DiskFills, days), health})
	}
	return append(all, p.further(say)...)
}

// soonFull is within how many days a disk that fills wants attention.
const soonFull = 60

// diskLasts is for how many days the disk has room if the database grows on as in the days of the
// page; false: nobody can tell.
func (p overviewPage) diskLasts() (days int, ok bool) {
	var last, first *wire.DayFigures // the latest day stands first
	for i := range p.Days {
		if d := &p.Days[i]; d.Present != nil && d.Present.Bytes > 0 {
			if last == nil {
				last = d
			}
			first = d
		}
	}
	if p.Health.Storage.Free == nil || last == nil || last == first {
		return 0, false
	}
	from, _ := time.Parse(time.DateOnly, first.Day) // as the API writes them
	until, _ := time.Parse(time.DateOnly, last.Day)
	daily := (last.Present.Bytes - first.Present.Bytes) / int64(max(until.Sub(from)/(24*time.Hour), 1))
	if daily <= 0 {
		return 0, false
	}
	return int(min(*p.Health.Storage.Free/daily, 1<<30)), true
}

// further is what the checks do not look at.
func (p overviewPage) further(say *words.Catalogue) (all []notice) {
	if p.Attention == nil {
		return nil
	}
	w := say.ConsoleOverview
	for _, s := range p.Attention.Unguarded {
		one := notice{Text: w.Unguarded.With(words.Email, cmp.Or(s.Email, s.ID))}
		if p.People {
			one.Href = "/console/users/" + s.ID
		}
		all = append(all, one)
	}
	for _, k := range p.Attention.Ending {
		all = append(all, notice{w.KeyEnds.Fill(words.Name.Is(k.Service), words.Wait.Is(say.From(p.Now, k.Ends))), p.To(guard.PathServiceAccounts, guard.PathServiceAccounts+"/"+k.Service)})
	}
	for _, s := range p.Attention.Secrets {
		all = append(all, notice{w.SecretEnds.Fill(words.Name.Is(cmp.Or(s.Name, string(s.Client))), words.Wait.Is(say.From(p.Now, s.Ends))), p.To("/console/applications", "/console/applications/"+url.PathEscape(string(s.Client)))})
	}
	for _, k := range p.Attention.Tokens {
		one := notice{Text: w.TokenEnds.Fill(words.Email.Is(cmp.Or(k.User.Email, k.User.ID)), words.Wait.Is(say.From(p.Now, k.Ends)))}
		if p.People {
			one.Href = person.Path(k.User.ID) + "/credentials"
		}
		all = append(all, one)
	}
	for _, alg := range p.Attention.Late {
		all = append(all, notice{w.KeyLate.With(words.Name, alg), p.To("/console/keys", "/console/keys")})
	}
	return all
}

// methods are the sign-ins of the span by how people proved who they are.
func (p overviewPage) methods(say *words.Catalogue) part.Chart {
	return p.shares(say, "methods", say.ConsoleOverview.Methods, func(d wire.DayFigures) map[string]int64 { return d.Methods }, say.ConsoleOverview.MethodNames, func(since, _ string) string {
		return p.events("signin.complete", since, "") // the log is not searched for methods: each event tells its own
	})
}

// reasons are the refused sign-ins of the span by why they were.
func (p overviewPage) reasons(say *words.Catalogue) part.Chart {
	return p.shares(say, "reasons", say.ConsoleOverview.Reasons, func(d wire.DayFigures) map[string]int64 { return d.Reasons }, say.ConsoleOverview.ReasonNames, func(since, reason string) string {
		return p.events("signin.refuse", since, "", "reason", reason)
	})
}

func (p overviewPage) shares(say *words.Catalogue, name, title string, of func(wire.DayFigures) map[string]int64, named map[string]string, events func(since, one string) string) part.Chart {
	c, sums, days := part.Chart{ID: name, Title: title, Series: []part.Series{{}, {}}}, map[string]int{}, p.days()
	for _, d := range days {
		for one, n := range of(d) {
			sums[one] += int(n)
		}
	}
	whole := 0
	for _, n := range sums {
		whole += n
	}
	names := slices.SortedFunc(maps.Keys(sums), func(a, b string) int { return cmp.Or(sums[b]-sums[a], cmp.Compare(a, b)) })
	for _, one := range names[:min(len(names), mostShares)] {
		label := named[one]
		if label == "" {
			label = one
		}
		c.Bars = append(c.Bars, part.Bar{Label: label, Values: []int{sums[one], whole - sums[one]}, Href: events(days[0].Day, one)})
	}
	return c
}

// widthOf is the width of a bar of which 100 is the whole.
func widthOf(b part.Bar) string {
	return strconv.Itoa(b.Values[0] * 100 / max(b.Values[0]+b.Values[1], 1))
}

// mostShares is how many ways or reasons are shown.
const mostShares = 6

// failingTable is a table of accounts or addresses that fail. The number leads to the events.
func (p overviewPage) failingTable(say *words.Catalogue, name, caption string, all []wire.Failing, row func(one *wire.Failing) (label, href, events string)) part.Table {
	t := part.Table{ID: name, Caption: caption, Columns: []part.Column{{Label: caption}, {Label: say.ConsoleOverview.Times, Number: true}}}
	for i := range all {
		one := &all[i]
		label, href, events := row(one)
		t.Rows = append(t.Rows, part.Row{Label: label, Href: href, Cells: []templ.Component{part.Text(label), times(say, one, events)}})
	}
	return t
}

// often is how often somebody failed.
func often(say *words.Catalogue, one *wire.Failing) string {
	n := say.Number(int(one.Times))
	if one.Least {
		return say.ConsoleOverview.AtLeast.With(words.N, n)
	}
	return n
}

// refusedOf are the refused sign-ins of an account or an address since it is counted.
func (p overviewPage) refusedOf(name, value string) string {
	q := url.Values{"action": {"signin.refuse"}, name: {value}, "since": {p.Failures.Since.Format(typed)}}
	return p.To(audited, audited+"?"+q.Encode())
}

func (p overviewPage) accounts(say *words.Catalogue) part.Table {
	return p.failingTable(say, "accounts", say.ConsoleOverview.Accounts, p.Failures.Accounts, func(one *wire.Failing) (label, href, events string) {
		events = p.refusedOf("resource", "user:"+one.Name)
		if href = events; p.People {
			href = "/console/users/" + one.Name
		}
		return cmp.Or(p.Failures.Names[one.Name], one.Name), href, events
	})
}

func (p overviewPage) addresses(say *words.Catalogue) part.Table {
	return p.failingTable(say, "addresses", say.ConsoleOverview.Addresses, p.Failures.Addresses, func(one *wire.Failing) (label, href, events string) {
		events = p.refusedOf("ip", one.Name)
		return one.Name, events, events
	})
}

// typed is how a moment stands in the address of a list.
const typed = "2006-01-02T15:04"

// live is where script asks for events that come, "" where there are none that it could go on from.
func (p overviewPage) live() string {
	if len(*p.Events) == 0 {
		return ""
	}
	return p.To(audited, audited+"/tail?after="+url.QueryEscape(string((*p.Events)[0].ID)))
}

// todo are the first steps.
func (p overviewPage) todo(say *words.Catalogue) (all []todoItem) {
	w, f := say.ConsoleOverview, p.Steps
	for _, one := range []struct {
		step
		label, href string
	}{
		{f.HTTPS, w.StepHTTPS, p.configuration()}, {f.Guarded, w.StepGuarded, p.unsecured()}, {f.Second, w.StepSecond, p.people()}, {f.Application, w.StepApplication, p.To("/console/applications", "/console/applications")}, {f.Checkpoints, w.StepCheckpoints, p.configuration()},
	} {
		if one.step != unknown {
			all = append(all, todoItem{one.label, one.href, one.step == done})
		}
	}
	return all
}

// configuration is where the values of the configuration and their places stand.
func (p overviewPage) configuration() string {
	return p.To("/console/health", "/console/health/configuration")
}

// todoItem is one of the first steps.
type todoItem struct {
	Label, Href string
	Done        bool
}

func (p overviewPage) notice(say *words.Catalogue) string {
	if p.Done == "hidden" {
		return say.ConsoleOverview.DidHide
	}
	return ""
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
			who = cmp.Or(say.Console.Kinds[string(g.Subject.Kind)], string(g.Subject.Kind)) + " " + g.Subject.ID
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
