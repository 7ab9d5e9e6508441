package access

import "time"

// maxSteps is how many moments at which anything changes are looked past. What is asked about
// further on is told as lasting to the last of them, which it does at least.
const maxSteps = 256

// lasts returns the moment from which q, to which the answer now is d, is answered
// otherwise unless something is written: allowed, challenged or refused. Until of a
// Decision is the next moment at which anything of the principal's changes, which is
// enough for whoever keeps the answer, and too early for whoever wants to know for how
// long somebody has a right. The zero time is never.
func (s *Snapshot) lasts(q *Question, d Decision) time.Time {
	later, now := *q, d
	for range maxSteps {
		if now.Until.IsZero() {
			return now.Until
		}
		later.Now = now.Until
		next, err := s.Decide(&later)
		if err != nil || !next.same(d) {
			return now.Until
		}
		now = next
	}
	return now.Until
}

// same reports whether two answers let somebody do the same. A refusal for want of
// an attribute may be none for whoever tells it.
func (d Decision) same(o Decision) bool {
	return d.Outcome == o.Outcome && (d.Reason == ResourceUnknown) == (o.Reason == ResourceUnknown)
}
