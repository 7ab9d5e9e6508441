package part

import (
	"time"

	"gatehouse/ui/words"
)

// Calendar is one month, with how much happens on each of its days.
type Calendar struct {
	ID, Caption string
	Month       time.Time // its first day, in UTC
	// Days are those of the month, from the first on.
	Days         []Date
	Before, Next Link // the months beside it
}

// Date is a day of a calendar. Href leads to what happens on it; may be empty.
type Date struct {
	Count int
	More  bool // there is more than that
	Href  string
	Today bool
}

// week is a row of the calendar: the numbers of its days, 0 for those of other months.
type week [7]int

func (c Calendar) weeks() (all []week) {
	at := (int(c.Month.Weekday()) + 6) % 7
	for i := range c.Days {
		if len(all) == 0 || at == 0 {
			all = append(all, week{})
		}
		all[len(all)-1][at] = i + 1
		at = (at + 1) % 7
	}
	return all
}

// says is how much there is on a day.
func (d Date) says(say *words.Catalogue) string {
	n := say.Number(d.Count)
	if d.More {
		return say.Part.Many.With(words.N, n)
	}
	return n
}

// heat is how much a day has beside the fullest one, in four steps.
func (c Calendar) heat(d Date) string {
	most := 1
	for _, other := range c.Days {
		most = max(most, other.Count)
	}
	return "heat-" + itoa((d.Count*3+most-1)/most)
}

// date is the day in full.
func (c Calendar) date(say *words.Catalogue, day int) string {
	return say.Date(c.Month.AddDate(0, 0, day-1))
}
