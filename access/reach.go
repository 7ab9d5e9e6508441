package access

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gatehouse/audit"
)

// around reads what concerns one subject, in the transaction of ctx: what they and
// those in whom they are were granted or denied, be it now or later, and how they come
// to it. All else that makes a policy is in it too.
func (s *Service) around(ctx context.Context, who Subject, now time.Time) (p Policy, err error) {
	k, err := s.known(ctx)
	if err != nil {
		return p, err
	}
	p = Policy{APIs: k.apis, Roles: k.roles, BuiltIn: s.BuiltIn, compiled: k.rules}
	locks, err := s.Store.Locks(ctx)
	if err != nil {
		return p, err
	}
	for _, l := range locks {
		p.Locks = append(p.Locks, l.Lock)
	}
	if who == (Subject{}) { // the store would take it for everybody
		return p, nil
	}
	if who.Kind.acts() {
		disabled, err := s.Store.Disabled(ctx, who)
		if err != nil {
			return p, err
		}
		p.Principals = []Principal{{Subject: who, Disabled: disabled}}
	}
	return p, s.upwards(ctx, who, &p, func(of Subject) error { return s.grantsOf(ctx, of, now, &p) })
}

// upwards adds how somebody comes to what they have, and calls grants for them and for
// everything in which they are.
func (s *Service) upwards(ctx context.Context, who Subject, p *Policy, grants func(of Subject) error) error {
	list := []Subject{who}
	seen := map[Subject]bool{who: true}
	for i := 0; i < len(list); i++ {
		if err := grants(list[i]); err != nil {
			return err
		}
		in, err := s.Store.MembershipsOf(ctx, list[i])
		if err != nil {
			return err
		}
		for j := range in {
			p.Memberships = append(p.Memberships, in[j].Membership)
			if of := in[j].Of; !seen[of] {
				seen[of] = true
				list = append(list, of)
			}
		}
	}
	return nil
}

// grantsOf adds the grants of one subject that are not over.
func (s *Service) grantsOf(ctx context.Context, who Subject, now time.Time, p *Policy) error {
	return p.addGrants(grantsBehind(fromNow(now), func(at GrantCursor) ([]GrantRecord, error) {
		return s.Store.GrantsAfter(ctx, who, at, loadPage)
	}))
}

// reached is what somebody has or is to have.
type reached struct {
	*rules
	grants []reaching
	ends   map[Subject]int64 // until when they are in what they are in, and are themselves
}

// reaching is a grant that somebody has, maybe by a group, with the end of having it.
type reaching struct {
	*grant
	until int64
}

// reach returns what who has or is to have, when they have it from now on until an end:
// each grant with the end of the longest way to it. No way leads over memberships that
// are to go. It joins the transaction of ctx.
func (s *Service) reach(ctx context.Context, who Subject, until, now time.Time, but ...Membership) (r reached, err error) {
	p, err := s.around(ctx, who, now)
	if err != nil {
		return r, err
	}
	p.Memberships = slices.DeleteFunc(p.Memberships, func(m Membership) bool { return leads(but, m.Member, m.Of) })
	at := nanos(now)
	r.rules, r.ends = compileRules(p), map[Subject]int64{who: ending(until)}
	for changed := true; changed; { // ends only rise, each to one of as many as there are memberships
		changed = false
		for _, m := range p.Memberships {
			end, ok := r.ends[m.Member]
			if end = min(end, m.span().until); ok && end > at && end > r.ends[m.Of] {
				r.ends[m.Of], changed = end, true
			}
		}
	}
	for i := range p.Grants {
		g := &grant{Grant: &p.Grants[i], span: p.Grants[i].span()}
		if end, ok := r.ends[g.Subject]; ok && min(end, g.until) > at {
			r.grants = append(r.grants, reaching{g, min(end, g.until)})
		}
	}
	return r, nil
}

// leads reports whether one of the memberships is of a member in a group or organisation.
func leads(some []Membership, member, of Subject) bool {
	return slices.ContainsFunc(some, func(m Membership) bool { return m.Member == member && m.Of == of })
}

// handed are the grants of an effect as something to hand on; within is nil, or names
// the organisations within which alone they count.
func (r *reached) handed(effect func(Effect) bool, within map[string]bool) (list []handed) {
	for _, g := range r.grants {
		if effect(g.Effect) && (within == nil || within[g.Org]) {
			list = append(list, handed{r.means(g.grant), g.Org, moment(g.until)})
		}
	}
	return list
}

func allows(e Effect) bool { return e == Allow }
func denies(e Effect) bool { return e != Allow }

// orgs are the organisations in which somebody is.
func (r *reached) orgs() map[string]bool {
	names := map[string]bool{}
	for of := range r.ends {
		if of.Kind == Organisation {
			names[of.ID] = true
		}
	}
	return names
}

// admits puts before the giver what a new member gets: whatever the group or the
// organisation has, and those have in which it is, and what the member was granted
// within an organisation in which they come to be, and what conditions make of it that
// they are in a group. What is denied there is denied to the member by it. Where this
// takes the place of a membership that was, nil for none, conditions may say something
// else at its end too, and nothing is denied that was not for as long.
func (s *Service) admits(ctx context.Context, g *giver, m, was *Membership) error {
	asks := []asking{{allows, g.hands}}
	if was == nil || !was.covers(m.Window, g.now) {
		asks = append(asks, asking{denies, g.takes})
	}
	if err := s.joins(ctx, g, m.Of, m.Member, m.ExpiresAt, asks...); err != nil || m.Of.Kind != Group {
		return err
	}
	until := m.ExpiresAt
	if was != nil {
		until = time.Time{}
	}
	return s.regroups(ctx, g, m.Member, until)
}

// unleashes puts before the giver what is denied to whoever is in a group or an
// organisation: one who is not any more is denied it no longer. A member that is the
// zero Group stands for all of them.
func (s *Service) unleashes(ctx context.Context, g *giver, of, member Subject) error {
	return s.joins(ctx, g, of, member, time.Time{}, asking{denies, g.hands})
}

// asking is what is asked about the grants of an effect.
type asking struct {
	effect func(Effect) bool
	ask    func(ctx context.Context, all ...handed) error
}

func (s *Service) joins(ctx context.Context, g *giver, of, member Subject, until time.Time, asks ...asking) error {
	if g.spared(ctx) {
		return nil
	}
	if err := g.load(ctx); err != nil || g.spared(ctx) { // before anything is written
		return err
	}
	r, err := s.reach(ctx, of, until, g.now)
	if err != nil {
		return err
	}
	for _, a := range asks {
		if err := a.ask(ctx, r.handed(a.effect, nil)...); err != nil {
			return err
		}
	}
	if len(r.orgs()) == 0 {
		return nil
	}
	if !member.Kind.acts() {
		return s.joinsAll(ctx, g, &r, asks)
	}
	own, err := s.reach(ctx, member, until, g.now)
	if err != nil {
		return err
	}
	for _, a := range asks {
		if err := a.ask(ctx, own.handed(a.effect, r.orgs())...); err != nil {
			return err
		}
	}
	return nil
}

// joinsAll is joins of whoever is in a group, in the organisations of r.
func (s *Service) joinsAll(ctx context.Context, g *giver, r *reached, asks []asking) error {
	for org := range r.orgs() {
		err := s.eachLiving(ctx, Likeness{Org: org}, g.now, func(one *GrantRecord) error {
			for _, a := range asks {
				if !a.effect(one.Effect) {
					continue
				}
				if err := a.ask(ctx, handed{r.means(&grant{Grant: &one.Grant}), one.Org, one.Ends()}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// takeOver puts before the giver all that somebody has or is to have until an end: who
// gets a key, a password or an address of theirs can do all of it.
func (s *Service) takeOver(ctx context.Context, g *giver, who Subject, until time.Time) error {
	if g.spared(ctx) {
		return nil
	}
	r, err := s.reach(ctx, who, until, g.now)
	if err != nil {
		return fmt.Errorf("look for the rights of a %s: %w", who.Kind, err)
	}
	all := r.handed(allows, nil)
	if who.Kind == Client && len(r.serves[who.ID]) > 0 { // by that alone it may ask who may do what
		all = append(all, handed{bits: r.expand(Pattern{Gatehouse, "decisions", "read"})})
	}
	if err := g.hands(ctx, all...); err != nil || who.Kind != Client {
		return err
	}
	return s.speaksAs(ctx, g, who.ID)
}

// MayActFor refuses to let an actor get hold of somebody's rights, by a password, a
// secret or an address of theirs, where the actor does not hold all of them: Forbidden
// "access.not_held". It joins the transaction of ctx. Everybody may act for themselves, but
// for who came with a personal token, which is good for less than they are.
func (s *Service) MayActFor(ctx context.Context, by audit.Actor, who Subject) error {
	if who == principalOf(by) && !personal(by) {
		return nil
	}
	return s.takeOver(ctx, s.actingFor(by, who), who, time.Time{})
}

// CouldActFor is MayActFor of somebody who does nothing now, but made earlier what is used now: no
// refusal is recorded as theirs.
func (s *Service) CouldActFor(ctx context.Context, by audit.Actor, who Subject) error {
	g := s.actingFor(by, who)
	g.absent = true
	return s.takeOver(ctx, g, who, time.Time{})
}

func (s *Service) actingFor(by audit.Actor, who Subject) *giver {
	return s.giver(by, "act for somebody", audit.Target{Kind: audit.Kind(who.Kind), ID: who.ID})
}

// MayPrivilege refuses an actor who does not hold the permission Privilege now: Forbidden
// "access.not_held". It joins the transaction of ctx.
func (s *Service) MayPrivilege(ctx context.Context, by audit.Actor) error {
	k, err := s.known(ctx)
	if err != nil {
		return fmt.Errorf("look for a privilege: %w", err)
	}
	g := s.giver(by, "let an application steer Gatehouse", audit.Itself())
	p := Pattern{Gatehouse, "clients", "privilege"}
	return g.hands(ctx, handed{bits: k.expand(p), until: g.now.Add(time.Second)})
}
