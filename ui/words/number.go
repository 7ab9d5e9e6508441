package words

import (
	"strconv"
	"time"
)

// Number says n with a sign between its thousands.
func (c *Catalogue) Number(n int) string {
	digits := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, digits = "−", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + c.Part.Thousand + digits[i:]
	}
	return sign + digits
}

// From says how far t is from now, in one unit, rounded to it towards now.
func (c *Catalogue) From(now, t time.Time) string {
	switch d := t.Sub(now); {
	case d >= time.Second:
		return c.Part.In.With(Wait, c.Span(d))
	case d > -time.Second:
		return c.Part.Now
	default:
		return c.Part.Ago.With(Wait, c.Span(-d))
	}
}

// Span says how long d is, in the greatest unit of which it has one, as it stands within
// another phrase.
func (c *Catalogue) Span(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < time.Minute:
		return c.Count(c.Time.Seconds, int(d/time.Second))
	case d < time.Hour:
		return c.Count(c.Time.Minutes, int(d/time.Minute))
	case d < day:
		return c.Count(c.Time.Hours, int(d/time.Hour))
	}
	return c.Count(c.Part.Days, int(d/day))
}
