package access

// entitled is what somebody holds at one moment.
type entitled struct {
	anywhere, own bits // own has what of anywhere can be one's own, too
	roles         set
}

// at returns what is held at a moment, and when that may change.
func (h *entitling) at(t int64) (entitled, int64) {
	v := h.see(h.q, "", t)
	denies := v.denies()
	s := entitled{anywhere: newBits(len(h.rules.catalogue)), own: newBits(len(h.rules.catalogue))}
	s.gather(v)
	s.own.add(s.anywhere)
	for _, b := range []bits{s.anywhere, s.own} {
		b.keep(h.apis)
		for _, d := range denies {
			b.remove(d.bits)
		}
	}
	s.narrow(v)
	s.roles = v.assigned(denies, h.apis).roles
	s.roles.only(func(name string) bool { return h.serves(h.rules.roles[name], s.anywhere) })
	return s, v.next
}

// gather adds what is granted without conditions, and on one's own, to those who
// proved what the grants ask for.
func (s *entitled) gather(v *sight) {
	for _, g := range v.e.allowing.grants {
		s.anywhere.add(g.bits)
	}
	for _, g := range v.e.maybe {
		to := s.anywhere
		switch g.Where.Place {
		case Everywhere:
		case Own:
			to = s.own
		default:
			continue
		}
		if v.met(g.Requires, &v.next) {
			to.add(g.bits)
		}
	}
}

// narrow leaves what belongs to the scopes, and what asks for nothing that was not
// proved.
func (s *entitled) narrow(v *sight) {
	for i := range s.own.all() {
		e := &v.rules.catalogue[i]
		if !v.rules.inScope(v.q, i) || !v.met(e.requires, &v.next) {
			s.anywhere.clear(i)
			s.own.clear(i)
		} else if e.owner == "" {
			s.own.clear(i)
		}
	}
}

// serves reports whether a role gives something at the APIs, and all of that is held: a
// token says no role of which its scopes, or its proofs, leave a part alone.
func (h *entitling) serves(r *role, held bits) bool {
	return r.bits.meets(h.apis) && r.bits.withinOf(h.apis, held)
}
