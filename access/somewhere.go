package access

import "slices"

// Places are where somebody holds a permission, who does not hold it everywhere.
type Places struct {
	// Everywhere is where it depends on what the things are: any may be among them.
	Everywhere bool
	Orgs       []string // within these organisations, on some things there at least
	IDs        []string // on these things
}

// None reports whether there are none.
func (p *Places) None() bool { return !p.Everywhere && len(p.Orgs)+len(p.IDs) == 0 }

// Places returns where whoever asks q holds its permission: within which organisations in
// which they are, and for which things. Then there may be a part of a list that they may
// see; of each row Decide is to be asked, since what is denied there is not taken out. What
// nothing can lift, such as a deny on all of it, counts; what they have not proved yet does
// not.
func (s *Snapshot) Places(q *Question) (at Places) {
	p, now := s.principal(q.Principal), nanos(q.Now)
	permission, known := s.rules.permissions[q.Permission]
	if _, stopped := s.Stopped(q); p == nil || !known || stopped || !s.rules.inScope(q, permission) {
		return at
	}
	until, j := int64(never), &judgement{rules: s.rules, q: q, permission: permission, now: now}
	j.look(p, "", &at)
	for _, in := range s.rules.reached(p, now, &until) {
		if in.Kind == Organisation {
			j.look(p, in.ID, &at)
		}
	}
	slices.Sort(at.Orgs)
	slices.Sort(at.IDs)
	at.Orgs, at.IDs = slices.Compact(at.Orgs), slices.Compact(at.IDs)
	return at
}

// look adds where p holds the permission by what counts within an organisation, or
// everywhere.
func (j *judgement) look(p *principal, org string, at *Places) {
	e, ignored := j.rules.build(p, org, j.now), int64(never)
	if e.denying.by(j.permission) != nil {
		return
	}
	for _, grants := range [][]active{e.allowing.grants, e.maybe} {
		for _, g := range grants {
			if g.Org == org && g.bits.has(j.permission) && (g.Where.Place != Everywhere || j.met(g.Requires, &ignored)) {
				at.add(g.grant)
			}
		}
	}
}

func (p *Places) add(g *grant) {
	switch {
	case g.Org != "":
		p.Orgs = append(p.Orgs, g.Org)
	case g.Where.Place == Listed:
		p.IDs = append(p.IDs, g.Where.IDs...)
	default:
		p.Everywhere = true
	}
}
