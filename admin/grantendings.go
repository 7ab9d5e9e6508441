package admin

import (
	"context"
	"time"

	"gatehouse/audit"
	"gatehouse/wire"
)

// maxEndings is how many endings of one day are counted: who has more of them looks at the
// list of that day.
const maxEndings = 1000

type endingsIn struct {
	Since string `query:"since" maxLength:"10" format:"date" doc:"The first day, in UTC; absent: today"`
	Days  int    `query:"days" minimum:"1" maximum:"92" default:"31" doc:"How many days"`
}

// grantEndings counts day by day along the index that the list of grants has.
func (d *Door) grantEndings(ctx context.Context, _ *Call, in *endingsIn) (*One[wire.Endings], error) {
	since := audit.DayOf(time.Now())
	if in.Since != "" {
		var err error
		if since, err = day("since", in.Since); err != nil {
			return nil, err
		}
	}
	out := &One[wire.Endings]{Body: wire.Endings{Days: make([]wire.DayEndings, in.Days)}}
	for i := range out.Body.Days {
		at := since.AddDate(0, 0, i)
		n, err := d.Figures.Endings(ctx, at, at.AddDate(0, 0, 1), maxEndings+1)
		if err != nil {
			return nil, err
		}
		out.Body.Days[i] = wire.DayEndings{Day: at.Format(time.DateOnly), Grants: min(n, maxEndings), More: n > maxEndings}
	}
	return out, nil
}

// day reads a day of the query.
func day(name, text string) (time.Time, error) {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil || at.Year() < 1970 {
		return time.Time{}, invalid(aParameter+name, "must be a day such as 2026-03-04")
	}
	return at, nil
}
