package admin

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"time"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/oauth"
	"gatehouse/wire"
)

// Figures tells how a Gatehouse is, from what is counted in the background.
type Figures interface {
	// Health is of this process, and of what all of them share.
	Health(ctx context.Context) (wire.Health, error)
	// Tallies returns what was counted of the days from since on and before until, in
	// their order.
	Tallies(ctx context.Context, since, until time.Time) ([]audit.Tally, error)
	// Tops returns what was seen most often on each of the days from since on and before until.
	Tops(ctx context.Context, since, until time.Time) ([]audit.Top, error)
	// TopUses returns to which applications people signed in most often since a day.
	TopUses(ctx context.Context, since time.Time, limit int) ([]oauth.UseSum, error)
	// Endings returns how many grants end, or ended, from since on and before until. It counts
	// up to most of them.
	Endings(ctx context.Context, since, until time.Time, most int) (int, error)
	// Names returns what is counted besides events, and the actions of sign-ins.
	Names() FigureNames
	// Attention is what somebody should look at; what of it is slow to find out is a minute old
	// at most.
	Attention(ctx context.Context) (wire.Attention, error)
	// Settings returns the configuration of this process, with what the database holds of it
	// now, in the order of its keys and without secrets.
	Settings(ctx context.Context) ([]wire.Setting, error)
}

// FigureNames is what the tallies are called that have figures of their own.
type FigureNames struct {
	SignIn, Refused                            string
	People, Secured, Sessions, Expiring, Bytes string
	// Gate is what is counted of the gate: its outcomes are what came out, its details routes.
	Gate string
}

// figures adds the routes of how a Gatehouse is.
func (d *Door) figures() {
	add(d, Route{Method: http.MethodGet, Path: "/health", ID: "getHealth", Permission: "health:read", Summary: "See whether Gatehouse is well"}, d.getHealth)
	add(d, Route{Method: http.MethodGet, Path: "/attention", ID: "getAttention", Permission: "health:read", Summary: "See what somebody should look at: administrators without a second factor, keys, secrets and tokens that end"}, d.getAttention)
	add(d, Route{Method: http.MethodGet, Path: "/statistics", ID: "getStatistics", Permission: "statistics:read", Summary: "See figures of sign-ins and of use, day by day"}, d.getStatistics)
	add(d, Route{Method: http.MethodGet, Path: "/statistics/failures", ID: "getFailures", Permission: "audit:read", Summary: "See whose sign-ins were refused most often, and from where these came"}, d.getFailures)
	add(d, Route{Method: http.MethodGet, Path: "/statistics/applications", ID: "getTopApplications", Permission: "clients:read", Summary: "See to which applications people signed in most often"}, d.getTopApplications)
}

func (d *Door) getHealth(ctx context.Context, _ *Call, _ *struct{}) (*One[wire.Health], error) {
	h, err := d.Figures.Health(ctx)
	if err != nil {
		return nil, err
	}
	return &One[wire.Health]{Body: h}, nil
}

func (d *Door) getAttention(ctx context.Context, c *Call, _ *struct{}) (*One[wire.Attention], error) {
	a, err := d.Figures.Attention(ctx)
	if err != nil {
		return nil, err
	}
	a.Unguarded = c.addressed(a.Unguarded)
	for i := range a.Tokens {
		a.Tokens[i].User = c.addressed([]wire.Subject{a.Tokens[i].User})[0]
	}
	return &One[wire.Attention]{Body: a}, nil
}

type statisticsIn struct {
	Since string `query:"since" maxLength:"10" format:"date" doc:"The first day, in UTC; absent: today is the last"`
	Days  int    `query:"days" minimum:"1" maximum:"92" default:"31" doc:"How many days"`
}

func (d *Door) getStatistics(ctx context.Context, _ *Call, in *statisticsIn) (*One[wire.Statistics], error) {
	since := audit.DayOf(time.Now()).AddDate(0, 0, 1-in.Days)
	if in.Since != "" {
		var err error
		if since, err = day("since", in.Since); err != nil {
			return nil, err
		}
	}
	found, err := d.Figures.Tallies(ctx, since, since.AddDate(0, 0, in.Days))
	if err != nil {
		return nil, err
	}
	return &One[wire.Statistics]{Body: wire.Statistics{Days: daysOf(found, d.Figures.Names())}}, nil
}

// daysOf adds tallies up, the latest day first.
func daysOf(found []audit.Tally, names FigureNames) []wire.DayFigures {
	days := map[string]*wire.DayFigures{}
	for _, t := range found {
		name := t.Day.Format(time.DateOnly)
		if days[name] == nil {
			days[name] = &wire.DayFigures{Day: name, Methods: map[string]int64{}, Reasons: map[string]int64{}, Events: map[string]int64{}, Gate: map[string]int64{}}
		}
		names.add(days[name], t)
	}
	all := []wire.DayFigures{}
	for _, name := range slices.Backward(slices.Sorted(maps.Keys(days))) {
		all = append(all, *days[name])
	}
	return all
}

func (n FigureNames) add(d *wire.DayFigures, t audit.Tally) {
	if t.What == n.Gate {
		d.Gate[string(t.Outcome)] += t.N
		return
	}
	if t.Outcome == "" {
		n.present(d, t)
		return
	}
	d.Events[t.What] += t.N
	switch t.What {
	case n.SignIn:
		d.SignIns += t.N
		d.Methods[t.Detail] += t.N
	case n.Refused:
		d.Refused += t.N
		d.Reasons[t.Detail] += t.N
	}
}

func (n FigureNames) present(d *wire.DayFigures, t audit.Tally) {
	if d.Present == nil {
		d.Present = &wire.Present{}
	}
	switch t.What {
	case n.People:
		d.Present.People = t.N
	case n.Sessions:
		d.Present.Sessions = t.N
	case n.Secured:
		d.Present.Secured = t.N
	case n.Bytes:
		d.Present.Bytes = t.N
	case n.Expiring:
		d.Present.GrantsEnding = t.N
	}
}

// mostFailing is how many of a kind are told.
const mostFailing = 20

type failuresIn struct {
	Days int `query:"days" minimum:"1" maximum:"7" default:"2" doc:"How many days, today the last of them, in UTC"`
}

func (d *Door) getFailures(ctx context.Context, _ *Call, in *failuresIn) (*One[wire.Failures], error) {
	since := audit.DayOf(time.Now()).AddDate(0, 0, 1-in.Days)
	found, err := d.Figures.Tops(ctx, since, since.AddDate(0, 0, in.Days))
	if err != nil {
		return nil, err
	}
	told := wire.Failures{Since: since.Format(time.DateOnly), Accounts: failing(found, audit.TopAccount), Addresses: failing(found, audit.TopAddress)}
	return &One[wire.Failures]{Body: told}, nil
}

func failing(found []audit.Top, kind audit.TopKind) []wire.Failing {
	all := []wire.Failing{}
	for _, one := range audit.SumTops(found, kind, mostFailing) {
		all = append(all, wire.Failing{Name: one.Name, Times: one.Least(), Least: one.Others > 0})
	}
	return all
}

type topApplicationsIn struct {
	Days int `query:"days" minimum:"1" maximum:"92" default:"7" doc:"How many days, today the last of them, in UTC"`
}

// mostApplications is how many of them are told.
const mostApplications = 20

func (d *Door) getTopApplications(ctx context.Context, _ *Call, in *topApplicationsIn) (*One[wire.TopApplications], error) {
	since := audit.DayOf(time.Now()).AddDate(0, 0, 1-in.Days)
	found, err := d.Figures.TopUses(ctx, since, mostApplications)
	if err != nil {
		return nil, err
	}
	told := wire.TopApplications{Since: since.Format(time.DateOnly), Applications: []wire.ApplicationUse{}}
	for _, one := range found {
		c, err := d.OAuth.Client(ctx, one.Client)
		if fault.Is(err, fault.NotFound) { // it went meanwhile
			continue
		}
		if err != nil {
			return nil, err
		}
		told.Applications = append(told.Applications, wire.ApplicationUse{ID: c.ID, Name: c.Name, SignIns: one.SignIns})
	}
	return &One[wire.TopApplications]{Body: told}, nil
}
