package access

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Bounds of what a Shift tells by name. It counts everybody.
const (
	maxMovers      = 20 // people and others, of each side
	maxMovedRights = 20 // permissions of each of them
)

// Shift is who may do more, and who may do less, by roles as they are to be. One who gains
// something and loses something is on both sides.
type Shift struct {
	Roles      []Role // as they are to be, with the revisions that they have now
	Gain, Lose Moved
}

// Moved is one side of a Shift.
type Moved struct {
	Count int
	First []Mover // the first of them, by kind and id
}

// Mover is somebody to whom a change of roles does something.
type Mover struct {
	Principal   Subject
	Permissions []string // the first of them, in order
	More        int      // how many there are besides
}

// PreviewRoles tells what UpdateRoles would come to at this moment, and changes nothing. It
// looks at everybody who has one of the roles, by whatever way, in every organisation in
// which that counts: what they may do with everything, with their own, and by each grant that
// is for some things only. Whoever is disabled or locked gains and loses nothing. The faults
// are those of UpdateRoles, but that nobody is asked whether they may hand it on. It ends with
// ctx, and takes as long as it takes to look at everybody once.
func (s *Service) PreviewRoles(ctx context.Context, all []RoleChange) (shift Shift, err error) {
	if err := someRoles(len(all)); err != nil {
		return shift, err
	}
	err = s.Store.View(ctx, func(ctx context.Context) error {
		k, err := s.known(ctx)
		if err != nil {
			return err
		}
		if shift.Roles, err = k.changedBy(all); err != nil {
			return err
		}
		next, err := s.become(k, shift.Roles, atRole)
		if err != nil {
			return err
		}
		if err := s.stillShort(ctx, k, next); err != nil {
			return err
		}
		return s.stillDeniable(ctx, k, next)
	})
	if err != nil {
		return Shift{}, fmt.Errorf("preview roles: %w", err)
	}
	snapshot, err := s.present(ctx)
	if err != nil {
		return Shift{}, err
	}
	shift.Gain, shift.Lose, err = snapshot.shift(ctx, shift.Roles, time.Now())
	return shift, err
}

// present is the policy of this moment.
func (s *Service) present(ctx context.Context) (*Snapshot, error) {
	if s.Live != nil {
		return s.Live.Current(ctx)
	}
	return Load(ctx, s.Store, s.BuiltIn, time.Now())
}

// shifting compares what principals may do by two sets of rules.
type shifting struct {
	was, is *rules
	roles   map[string]bool // that come to something else
	leads   map[Subject]bool
	now     int64
}

func (s *Snapshot) shift(ctx context.Context, roles []Role, at time.Time) (gain, lose Moved, err error) {
	x := shifting{was: s.rules, is: s.rules.reshaped(roles), roles: map[string]bool{}, leads: map[Subject]bool{}, now: nanos(at)}
	for name, before := range x.was.roles {
		if after := x.is.roles[name]; !slices.Equal(before.bits, after.bits) || !slices.Equal(before.denied, after.denied) {
			x.roles[name] = true
		}
	}
	if len(x.roles) == 0 {
		return gain, lose, nil
	}
	apart := s.Apart()
	for who := range s.all {
		if err := ctx.Err(); err != nil {
			return gain, lose, fmt.Errorf("preview roles: %w", err)
		}
		p := apart.principal(who)
		if p == nil || !x.concerns(p) {
			continue
		}
		if _, stopped := apart.Stopped(&Question{Principal: who, Now: at}); stopped {
			continue
		}
		more, less := x.moves(p)
		gain.add(x.is, who, more)
		lose.add(x.was, who, less)
	}
	return gain, lose, nil
}

// concerns reports whether a grant of one of the roles is of p, or of something that a
// membership of theirs leads to.
func (x *shifting) concerns(p *principal) bool {
	if slices.ContainsFunc(p.grants, x.of) {
		return true
	}
	return slices.ContainsFunc(p.member, func(e edge) bool { return x.reaches(e.to) })
}

func (x *shifting) of(g *grant) bool { return x.roles[g.Role] }

// reaches is concerns of a group or an organisation.
func (x *shifting) reaches(of Subject) bool {
	if known, seen := x.leads[of]; seen {
		return known
	}
	x.leads[of] = false // whoever is in it by itself has no more by that
	found := slices.ContainsFunc(x.was.grants[of], x.of) || slices.ContainsFunc(x.was.over[of], func(e edge) bool { return x.reaches(e.to) })
	x.leads[of] = found
	return found
}

// moves returns what p comes to have more, and less, in any organisation.
func (x *shifting) moves(p *principal) (more, less bits) {
	more, less = newBits(len(x.is.catalogue)), newBits(len(x.is.catalogue))
	for _, org := range x.orgs(p) {
		before, after := had(x.was, p, org, x.now), had(x.is, p, org, x.now)
		more.add(after.beyond(before))
		less.add(before.beyond(after))
	}
	return more, less
}

// orgs are the organisations within which one of the roles counts for p, "" among them.
func (x *shifting) orgs(p *principal) []string {
	all, ignored := []string{""}, int64(never)
	look := func(grants []*grant) {
		for _, g := range grants {
			if x.of(g) && !slices.Contains(all, g.Org) {
				all = append(all, g.Org)
			}
		}
	}
	look(p.grants)
	for _, of := range x.was.reached(p, x.now, &ignored) {
		look(x.was.grants[of])
	}
	return all
}

// having is what somebody has within one organisation, having proved what can be asked for.
type having struct {
	everywhere, own bits
	some            map[*Grant]bits // by each grant that is for some things, or on a condition
	unless          bits            // that is denied for some things
}

func had(r *rules, p *principal, org string, now int64) having {
	e := r.build(p, org, now)
	n := len(r.catalogue)
	h := having{everywhere: newBits(n), own: newBits(n), some: map[*Grant]bits{}, unless: newBits(n)}
	for _, g := range e.allowing.grants {
		h.everywhere.add(g.bits)
	}
	for _, g := range e.maybe {
		switch g.Where.Place {
		case Everywhere:
			h.everywhere.add(g.bits)
		case Own:
			h.own.add(g.bits)
		default:
			h.some[g.Grant] = g.bits
		}
	}
	for _, g := range e.unless {
		h.unless.add(g.bits)
	}
	for _, g := range e.denying.grants {
		h.everywhere.remove(g.bits)
		h.own.remove(g.bits)
		for of, b := range h.some {
			h.some[of] = b.without(g.bits)
		}
	}
	return h
}

// beyond is what h has that o has not, or not so far.
func (h *having) beyond(o having) bits {
	all := h.everywhere.without(o.everywhere)
	all.add(h.own.without(o.own).without(o.everywhere))
	mine := slices.Clone(h.everywhere)
	mine.add(h.own)
	for of, b := range h.some {
		rest := b.without(o.everywhere)
		if theirs := o.some[of]; theirs != nil {
			rest = rest.without(theirs)
		}
		all.add(rest)
		mine.add(b)
	}
	freed := o.unless.without(h.unless) // what o is kept from on some things, and h is not
	freed.keep(mine)
	all.add(freed)
	return all
}

// add counts somebody, and tells of them if they are among the first.
func (m *Moved) add(r *rules, who Subject, some bits) {
	if some.empty() {
		return
	}
	m.Count++
	at, _ := slices.BinarySearchFunc(m.First, who, func(one Mover, who Subject) int { return inOrder(one.Principal, who) })
	if at == maxMovers {
		return
	}
	one := Mover{Principal: who}
	for i := range some.all() {
		one.Permissions = append(one.Permissions, r.catalogue[i].id)
	}
	slices.SortFunc(one.Permissions, strings.Compare)
	if more := len(one.Permissions) - maxMovedRights; more > 0 {
		one.Permissions, one.More = one.Permissions[:maxMovedRights], more
	}
	m.First = slices.Insert(m.First, at, one)
	m.First = m.First[:min(len(m.First), maxMovers)]
}
