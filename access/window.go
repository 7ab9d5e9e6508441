package access

import (
	"math"
	"time"
)

// Window is when something counts: from NotBefore on, and at ExpiresAt no
// longer. A zero NotBefore is always past, a zero ExpiresAt never comes.
type Window struct {
	NotBefore, ExpiresAt time.Time
}

// Over reports whether w holds no more, and will not again.
func (w Window) Over(now time.Time) bool { return !w.ExpiresAt.IsZero() && !now.Before(w.ExpiresAt) }

// and is the window in which both hold.
func (w Window) and(o Window) Window {
	if o.NotBefore.After(w.NotBefore) {
		w.NotBefore = o.NotBefore
	}
	if w.ExpiresAt.IsZero() || !o.ExpiresAt.IsZero() && o.ExpiresAt.Before(w.ExpiresAt) {
		w.ExpiresAt = o.ExpiresAt
	}
	return w
}

// covers reports whether w holds whenever o does, from now on.
func (w Window) covers(o Window, now time.Time) bool {
	begins := !w.NotBefore.After(now) || !o.NotBefore.IsZero() && !w.NotBefore.After(o.NotBefore)
	return begins && (w.ExpiresAt.IsZero() || !o.ExpiresAt.IsZero() && !o.ExpiresAt.After(w.ExpiresAt))
}

// nearly reports whether w holds for nine tenths of o, from its beginning on: whoever
// says "for ten days" twice asks for an end that is later by the time in between.
func (w Window) nearly(o Window, now time.Time) bool {
	if begin := (Window{NotBefore: now}).and(o).NotBefore; o.ExpiresAt.After(begin) {
		o.ExpiresAt = o.ExpiresAt.Add(-o.ExpiresAt.Sub(begin) / 10)
	}
	return w.covers(o, now)
}

// overlaps reports whether there is a moment at which both hold.
func (w Window) overlaps(o Window) bool {
	both := w.and(o)
	return both.ExpiresAt.IsZero() || both.NotBefore.Before(both.ExpiresAt)
}

// shorter reports whether some moment of was is not in w.
func (w Window) shorter(was Window) bool {
	a, b := was.span(), w.span()
	return a.from < a.until && (a.from < b.from || b.until < a.until)
}

// span is a Window in nanoseconds since 1970, as decisions compare them.
type span struct{ from, until int64 }

// never is later than every clock.
const never = math.MaxInt64

func (w Window) span() span {
	s := span{math.MinInt64, never}
	if !w.NotBefore.IsZero() {
		s.from = nanos(w.NotBefore)
	}
	s.until = ending(w.ExpiresAt)
	return s
}

// ending is t as the end of a span: the zero time is never.
func ending(t time.Time) int64 {
	if t.IsZero() {
		return never
	}
	return nanos(t)
}

// nanos is t as a span has it. What lies beyond the range of nanoseconds
// (1678 to 2262) is the end of that range: a grant without end in our lifetime.
func nanos(t time.Time) int64 {
	seconds := t.Unix()
	switch {
	case seconds <= -reach:
		return math.MinInt64
	case seconds >= reach:
		return never
	}
	return seconds*int64(time.Second) + int64(t.Nanosecond()) // UnixNano would take t apart again
}

// reach is how many seconds there are on either side of 1970.
const reach = math.MaxInt64 / int64(time.Second)

// at reports whether the span holds now, and lowers next to the moment at which
// that changes.
func (s span) at(now int64, next *int64) bool {
	switch {
	case now < s.from:
		if s.from < s.until { // an empty span never begins
			*next = min(*next, s.from)
		}
		return false
	case now < s.until:
		*next = min(*next, s.until)
		return true
	}
	return false
}

// moment is the inverse of nanos; the zero time is never.
func moment(n int64) time.Time {
	if n == never {
		return time.Time{}
	}
	return time.Unix(0, n).UTC()
}
