package words

import (
	"strconv"
	"time"
)

// Time is how a language says when, and how long.
type Time struct {
	Months [12]string
	// Moment has the gaps Day, Month, Year and Clock. Pages do not know the
	// visitor's zone, so it says that the time is UTC.
	Moment Phrase
	// Date has the gaps Day, Month and Year.
	Date Phrase
	// Seconds, Minutes and Hours are how long to wait.
	Seconds, Minutes, Hours Plural
}

// Moment says when t is.
func (c *Catalogue) Moment(t time.Time) string { return c.moment(t, "15:04") }

// Date says which day t is in.
func (c *Catalogue) Date(t time.Time) string {
	t = t.UTC()
	return c.Time.Date.Fill(Day.Is(strconv.Itoa(t.Day())), Month.Is(c.Time.Months[t.Month()-1]), Year.Is(strconv.Itoa(t.Year())))
}

// InMonth says which month t is in.
func (c *Catalogue) InMonth(t time.Time) string {
	t = t.UTC()
	return c.Time.Months[t.Month()-1] + " " + strconv.Itoa(t.Year())
}

// Second is Moment to the second.
func (c *Catalogue) Second(t time.Time) string { return c.moment(t, "15:04:05") }

func (c *Catalogue) moment(t time.Time, clock string) string {
	t = t.UTC()
	return c.Time.Moment.Fill(
		Day.Is(strconv.Itoa(t.Day())), Month.Is(c.Time.Months[t.Month()-1]), Year.Is(strconv.Itoa(t.Year())), Clock.Is(t.Format(clock)),
	)
}

// Wait says how long seconds are, rounded up.
func (c *Catalogue) Wait(seconds int) string {
	switch {
	case seconds < 2*60:
		return c.Count(c.Time.Seconds, seconds)
	case seconds < 2*60*60:
		return c.Count(c.Time.Minutes, (seconds+59)/60)
	}
	return c.Count(c.Time.Hours, (seconds+3599)/3600)
}
