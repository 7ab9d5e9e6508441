package access

import "slices"

// at returns what is held at a moment. What decisions remember is of the present
// one only.
func (h *holding) at(t int64, present bool) stand {
	s := stand{next: never}
	if h.rules.anyLocked(h.q, t, &s.next) {
		return s
	}
	var e *effective
	if present {
		e = h.rules.effective(h.p, "", t)
	} else {
		e = h.rules.build(h.p, "", t)
	}
	s.next = min(s.next, e.until)
	j := judgement{rules: h.rules, q: h.q, now: t, e: e}
	granted := h.gather(j, &s)
	h.narrow(j, &s)
	h.addRoles(&s, granted, t)
	return s
}

// gather adds what is granted without conditions, and on one's own, to those who
// proved what the grants ask for. It returns the roles that were granted so.
func (h *holding) gather(j judgement, s *stand) (granted []string) {
	s.anywhere, s.own = newBits(len(h.rules.catalogue)), newBits(len(h.rules.catalogue))
	for _, g := range j.e.allowing.grants {
		s.anywhere.add(g.bits)
		if g.Role != "" {
			granted = append(granted, g.Role)
		}
	}
	for _, g := range j.e.maybe {
		if g.Where.Place != Everywhere && g.Where.Place != Own || !j.met(g.Requires, &s.next) {
			continue
		}
		if g.Where.Place == Own {
			s.own.add(g.bits)
			continue
		}
		s.anywhere.add(g.bits)
		if g.Role != "" {
			granted = append(granted, g.Role)
		}
	}
	return granted
}

// narrow leaves what belongs to the APIs and the scopes, what no deny mentions, and
// what asks for nothing that was not proved.
func (h *holding) narrow(j judgement, s *stand) {
	s.own.add(s.anywhere)
	denied := h.denied(j, &s.next)
	for _, b := range []bits{s.anywhere, s.own} {
		b.keep(h.apis)
		b.remove(denied)
	}
	for i := range s.own.all() {
		e := &h.rules.catalogue[i]
		if !h.rules.inScope(h.q, i) || !j.met(e.requires, &s.next) {
			s.anywhere.clear(i)
			s.own.clear(i)
		} else if e.owner == "" {
			s.own.clear(i)
		}
	}
}

// denied returns all that a deny takes away anywhere: on some resources or under a
// condition, and in an organisation of which they are a member.
func (h *holding) denied(j judgement, next *int64) bits {
	b := newBits(len(h.rules.catalogue))
	for _, g := range j.e.denying.grants {
		b.add(g.bits)
	}
	for _, g := range j.e.unless {
		b.add(g.bits)
	}
	b.add(j.e.deniedWithin(h.p, j.now, next))
	return b
}

// deniedWithin returns all that is denied to p within an organisation of which they
// are a member, and lowers next to the moment at which that may change.
func (e *effective) deniedWithin(p *principal, now int64, next *int64) bits {
	b := newBits(len(e.rules.catalogue))
	add := func(grants []*grant) {
		for _, g := range grants {
			if g.Org != "" && g.Effect != Allow && slices.Contains(e.in, Subject{Organisation, g.Org}) && g.at(now, next) {
				b.add(e.rules.gives(g, now, next))
			}
		}
	}
	add(p.grants)
	for _, of := range e.in {
		add(e.rules.grants[of])
	}
	return b
}

// addRoles adds those of the granted roles, and of their ancestors, of which all is
// held that they give at the APIs.
func (h *holding) addRoles(s *stand, granted []string, t int64) {
	if len(granted) == 0 {
		return
	}
	s.roles = make(map[string]bool, len(granted))
	for _, name := range granted {
		for _, r := range h.rules.closure(name, &t, &s.next) {
			if r.bits.meets(h.apis) && r.bits.withinOf(h.apis, s.anywhere) {
				s.roles[r.ID] = true
			}
		}
	}
}
