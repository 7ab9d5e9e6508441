package grants

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"gatehouse/admin"
	"gatehouse/ui/console/guard"
	"gatehouse/wire"
)

// calendar shows a month of endings.
func (d *Door) calendar(v *guard.Visit) error {
	now := time.Now().UTC()
	page := calendarPage{Frame: v.Frame(), Now: now, Month: time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)}
	if text := v.Query("month"); text != "" {
		month, err := time.Parse(inMonth, text)
		if err != nil || month.Year() < 2000 || month.Year() > 9000 {
			return guard.Wrong("month", "must be a month such as 2026-03")
		}
		page.Month = month
	}
	days := page.Month.AddDate(0, 1, 0).Sub(page.Month) / (24 * time.Hour)
	found, err := guard.Ask[admin.One[wire.Endings]](v, "listGrantEndings", admin.Input{Query: url.Values{
		"since": {page.Month.Format(time.DateOnly)}, "days": {strconv.Itoa(int(days))},
	}})
	if err != nil {
		return err
	}
	page.Days = found.Body.Days
	return v.Show(http.StatusOK, page)
}

// inMonth is how an address names a month.
const inMonth = "2006-01"
