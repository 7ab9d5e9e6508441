package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
	"gatehouse/id"
)

// giver is whoever changes a policy, before the question whether they may hand on what
// the change hands on. Every change has one (Service.alter): nobody hands on, directly
// or by a detour, what they do not hold themselves, for as long and in the organisation
// for which they hand it on, unless they hold Escalate. The operator on the host and
// Gatehouse itself may.
//
// That somebody may make such a change at all, and that the token and the proofs that
// they came with allow it, is asked by the door.
type giver struct {
	s   *Service
	by  audit.Actor
	now time.Time

	wants string       // what is to be done, for the record of a refusal
	with  audit.Target // to whom or what

	absent bool // it is asked what they could do, and they do nothing

	read bool // what follows was
	free bool // of this question
	who  Subject
	is   *Snapshot // with what concerns who

	around []Subject // who, and in what they are
	limit  bits      // what alone the personal token is for that they came with; nil: they came with none
}

func (s *Service) giver(by audit.Actor, wants string, with audit.Target) *giver {
	return s.memo.giverOf(by, &giver{s: s, by: by, wants: wants, with: with, now: clock.Now(), free: by.Kind == audit.Console || by.Kind == audit.House})
}

// handed is something that a change hands on.
type handed struct {
	bits
	org   string    // where it counts; "": everywhere
	until time.Time // zero: without end
}

// hands refuses what the giver does not hold so: Forbidden "access.not_held"; and what they
// have to prove first who they are for, with the refusal of Unproven.
func (g *giver) hands(ctx context.Context, all ...handed) error {
	if g.spared(ctx) || len(all) == 0 {
		return nil
	}
	if err := g.load(ctx); err != nil {
		return err
	}
	if err := g.unproven(ctx, all); err != nil || g.free {
		return err
	}
	for _, h := range all {
		if err := g.holds(h); err != nil {
			return g.refused(ctx, err)
		}
	}
	return nil
}

// spared reports whether nothing that is handed on is looked at: the giver is the operator or
// Gatehouse itself, or was found to be free, and need not prove anything first.
func (g *giver) spared(ctx context.Context) bool {
	return g.free && (!g.read || refusalOf(ctx) == nil)
}

// gives is hands of what allows, and takes of what denies.
func (g *giver) gives(ctx context.Context, effect Effect, all ...handed) error {
	if effect == Allow {
		return g.hands(ctx, all...)
	}
	return g.takes(ctx, all...)
}

// takes refuses to deny something to somebody, by a grant or by a membership, where the giver
// does not hold denying everywhere: Forbidden "access.not_held". For what is denied is denied in tokens
// too, of which nobody knows within which organisation they are used (decision 0048).
func (g *giver) takes(ctx context.Context, all ...handed) error {
	if g.free || len(all) == 0 {
		return nil
	}
	if err := g.load(ctx); err != nil || g.free {
		return err
	}
	i := g.is.rules.permissions[denying]
	q := Question{Principal: g.who, Now: g.now}
	if g.covers(i) && g.is.see(&q, "", nanos(g.now)).may(i) {
		return nil
	}
	return g.refused(ctx, notHeld("You would deny something to somebody, in their tokens too, and do not hold "+denying+" everywhere."))
}

// denying is the permission that who denies something to anybody holds, everywhere.
const denying = Gatehouse + "/grants:write"

// escalates refuses who does not hold Escalate, for what nobody can hold.
func (g *giver) escalates(ctx context.Context, why string) error {
	if g.free {
		return nil
	}
	if err := g.load(ctx); err != nil || g.free {
		return err
	}
	return g.refused(ctx, notHeld(why))
}

// refused records that err was the answer, and returns it. Nobody is said to have done what they
// did not: of who is absent nothing is recorded.
func (g *giver) refused(ctx context.Context, err error) error {
	if g.absent {
		return err
	}
	why := ""
	if f, ok := errors.AsType[*fault.Error](err); ok {
		why = f.Detail
	}
	g.s.Refusals.Tell(ctx, audit.Event{
		Actor: g.by, Action: audit.ActionRefuse, Target: g.with, Reason: audit.ReasonNotHeld,
		After: audit.Doc(map[string]any{"wants": g.wants, "why": why}),
	})
	return err
}

// load reads what the giver holds, in the transaction of ctx.
func (g *giver) load(ctx context.Context) error {
	if g.read {
		return nil
	}
	g.who = principalOf(g.by)
	p, err := g.s.around(ctx, g.who, g.now)
	if err != nil {
		return err
	}
	g.is, g.around = Compile(p), []Subject{g.who}
	for _, m := range p.Memberships {
		g.around = append(g.around, m.Of)
	}
	if g.limit, err = g.s.limitOf(ctx, g.by, g.is.rules); err != nil {
		return err
	}
	escalate := newBits(len(g.is.rules.catalogue))
	escalate.set(g.is.rules.permissions[Escalate])
	end, _ := g.is.heldUntil(g.who, "", escalate, g.now)
	g.read, g.free = true, end > nanos(g.now) && g.covers(g.is.rules.permissions[Escalate])
	g.s.memo.saw(g)
	return nil
}

// covers reports whether what the giver came with is good for a permission.
func (g *giver) covers(permission uint32) bool { return g.limit == nil || g.limit.has(permission) }

// personal reports whether somebody came with a personal token, which is good for less than
// they are.
func personal(by audit.Actor) bool { return by.Kind == audit.Person && by.Key != "" }

// limitOf returns what alone the personal token is for with which somebody came, nil for
// who came with none.
func (s *Service) limitOf(ctx context.Context, by audit.Actor, r *rules) (bits, error) {
	if !personal(by) {
		return nil, nil
	}
	limit := newBits(len(r.catalogue))
	k, err := s.Store.ServiceKey(ctx, id.ServiceKey(by.Key))
	if fault.Is(err, fault.NotFound) { // it is over, and was forgotten
		return limit, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read what a token is for: %w", err)
	}
	for _, p := range k.Permissions {
		limit.add(r.expand(p))
	}
	return limit, nil
}

// principalOf is whose grants an actor has; the zero Subject: nobody's.
func principalOf(by audit.Actor) Subject {
	switch by.Kind {
	case audit.Person:
		return Subject{User, by.ID}
	case audit.Client:
		return Subject{Client, by.ID}
	case audit.Service:
		return Subject{ServiceAccount, by.ID}
	}
	return Subject{}
}

func (g *giver) holds(h handed) error {
	end, lacks := g.is.heldUntil(g.who, h.org, h.bits, g.now)
	for i := range h.all() {
		if !g.covers(i) {
			return notHeld("You would hand on " + g.is.rules.catalogue[i].id + ", for which the token that you came with is not.")
		}
	}
	until := ending(h.until)
	if end >= until {
		return nil
	}
	name := "a permission"
	if int(lacks) < len(g.is.rules.catalogue) {
		name = g.is.rules.catalogue[lacks].id
	}
	if end <= nanos(g.now) {
		return notHeld("You would hand on " + name + ", which you do not hold yourself, everywhere and without a condition.")
	}
	return notHeld(fmt.Sprintf("You would hand on %s for longer than you hold it yourself, which is until %s.", name, moment(end).Format(time.RFC3339)))
}

func notHeld(why string) error { return fault.New(fault.Forbidden, codeNotHeld, why) }

const codeNotHeld = "access.not_held"

// heldUntil returns until when who holds all of the permissions within org, on every
// resource and whatever else the question is, without a gap from now on, and in every
// organisation where org is ""; and, if that is not for ever, which one they hold no
// longer then.
func (s *Snapshot) heldUntil(who Subject, org string, what bits, now time.Time) (until int64, lacks uint32) {
	q := Question{Principal: who, Now: now}
	for at, has := range moments(nanos(now), never, func(at int64) (bits, int64) { return s.see(&q, org, at).always() }) {
		for i := range what.all() {
			if !has.has(i) {
				return at, i
			}
		}
	}
	return never, 0
}

// may reports whether a permission is held on every resource, be it after a proof, for which
// the door has asked.
func (v *sight) may(permission uint32) bool {
	holds := func(g active) bool { return g.bits.has(permission) }
	for _, grants := range [][]active{v.e.allowing.grants, v.e.maybe} {
		if slices.ContainsFunc(grants, func(g active) bool { return g.Where.Place == Everywhere && holds(g) }) {
			return !slices.ContainsFunc(v.denies(), holds)
		}
	}
	return false
}

// always is what is held on every resource, whatever else the question is, and when
// that may change.
func (v *sight) always() (has bits, next int64) {
	has = newBits(len(v.rules.catalogue))
	for _, g := range v.e.allowing.grants {
		has.add(g.bits)
	}
	for _, g := range v.denies() { // what counts everywhere counts where it is denied to the giver, too
		has.remove(g.bits)
	}
	return has, v.next
}
