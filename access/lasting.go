package access

import "time"

// lasts returns the moment from which q, to which the answer now is d, is answered
// otherwise unless something is written: allowed, challenged or refused. Until of a
// Decision is the next moment at which anything of the principal's changes, which is
// enough for whoever keeps the answer, and too early for whoever wants to know for how
// long somebody has a right. The zero time is never.
func (s *Snapshot) lasts(q *Question, d Decision) time.Time {
	apart := s.Apart() // what decisions remember of somebody is of the present
	later, meter := *q, Meter{}
	later.Meter = &meter
	look := func(at int64) (*Decision, int64) {
		if meter.Full() { // until here it lasts at least
			return nil, never
		}
		later.Now = moment(at)
		then, err := apart.Decide(&later)
		if err != nil {
			return nil, never
		}
		return &then, ending(then.Until)
	}
	for at, then := range moments(nanos(q.Now), never, look) {
		if then == nil || !then.same(d) {
			return moment(at)
		}
	}
	return time.Time{}
}

// same reports whether two answers let somebody do the same. A refusal for want of
// an attribute may be none for whoever tells it.
func (d Decision) same(o Decision) bool {
	return d.Outcome == o.Outcome && (d.Reason == ResourceUnknown) == (o.Reason == ResourceUnknown)
}
