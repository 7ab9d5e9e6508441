package access

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
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

	read bool // what follows was
	free bool // of this question
	who  Subject
	is   *Snapshot // with what concerns who

	around []Subject // who, and in what they are
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

// hands refuses what the giver does not hold so: Forbidden "access.not_held".
func (g *giver) hands(ctx context.Context, all ...handed) error {
	if g.free || len(all) == 0 {
		return nil
	}
	if err := g.load(ctx); err != nil || g.free {
		return err
	}
	for _, h := range all {
		if err := g.holds(h); err != nil {
			return g.refused(ctx, err)
		}
	}
	return nil
}

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

// refused records that err was the answer, and returns it.
func (g *giver) refused(ctx context.Context, err error) error {
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
	escalate := newBits(len(g.is.rules.catalogue))
	escalate.set(g.is.rules.permissions[Escalate])
	end, _ := g.is.heldUntil(g.who, "", escalate, g.now)
	g.read, g.free = true, end > nanos(g.now)
	g.s.memo.saw(g)
	return nil
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
