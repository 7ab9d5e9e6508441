package access

// Somewhere reports whether whoever asks q holds its permission within some organisation
// in which they are, or for some things: then there may be a part of a list that they
// may see. What nothing can lift, such as a deny on all of it, counts; what they have
// not proved yet does not.
func (s *Snapshot) Somewhere(q *Question) bool {
	p, now := s.principal(q.Principal), nanos(q.Now)
	permission, known := s.rules.permissions[q.Permission]
	if _, stopped := s.Stopped(q); p == nil || !known || stopped || !s.rules.inScope(q, permission) {
		return false
	}
	until := int64(never)
	places := []string{""}
	for _, in := range s.rules.reached(p, now, &until) {
		if in.Kind == Organisation {
			places = append(places, in.ID)
		}
	}
	for _, org := range places {
		e := s.rules.build(p, org, now)
		if e.denying.by(permission) != nil {
			continue
		}
		if e.allowing.by(permission) != nil {
			return true
		}
		for i := range e.maybe {
			if e.maybe[i].bits.has(permission) && e.maybe[i].Where.Place != Everywhere {
				return true
			}
		}
	}
	return false
}
