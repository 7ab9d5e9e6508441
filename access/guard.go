package access

import (
	"context"
	"fmt"
	"slices"
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

	read bool // what follows was
	free bool // of this question
	who  Subject
	is   *Snapshot // with what concerns who
}

func (s *Service) giver(by audit.Actor) *giver {
	return &giver{s: s, by: by, now: clock.Now(), free: by.Kind == audit.Console || by.Kind == audit.House}
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
			return err
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
	return notHeld(why)
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
	g.is = Compile(p)
	escalate := newBits(len(g.is.rules.catalogue))
	escalate.set(g.is.rules.permissions[Escalate])
	end, _ := g.is.heldUntil(g.who, "", escalate, g.now)
	g.read, g.free = true, end > nanos(g.now)
	return nil
}

// principalOf is whose grants an actor has; the zero Subject: nobody's.
func principalOf(by audit.Actor) Subject {
	switch by.Kind {
	case audit.Person:
		return Subject{User, by.ID}
	case audit.Client:
		return Subject{Client, by.ID}
	}
	return Subject{}
}

func (g *giver) holds(h handed) error {
	end, lacks := g.is.heldUntil(g.who, h.org, h.bits, g.now)
	until := Window{ExpiresAt: h.until}.span().until
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
func (s *Snapshot) heldUntil(who Subject, org string, what bits, now time.Time) (end int64, lacks uint32) {
	p, at := s.principal(who), nanos(now)
	if p == nil {
		p = &principal{}
	}
	for range mostTurns {
		next := int64(never)
		e := s.rules.build(p, org, at)
		suspended := p.disabled || s.rules.anyLocked(&Question{Principal: who}, at, &next)
		var elsewhere bits
		if org == "" { // what counts everywhere counts where it is denied to the giver, too
			elsewhere = e.deniedWithin(p, at, &next)
		}
		for i := range uint32(64 * len(what)) { // what no catalogue has nobody holds
			if what.has(i) && (suspended || elsewhere.has(i) || !e.everywhere(i)) {
				return at, i
			}
		}
		if at = min(e.until, next); at == never {
			break
		}
	}
	return at, 0
}

// everywhere reports whether a permission is held on every resource, whatever else the
// question is.
func (e *effective) everywhere(permission uint32) bool {
	denies := func(a active) bool { return a.bits.has(permission) }
	return e.allowing.by(permission) != nil && e.denying.by(permission) == nil && !slices.ContainsFunc(e.unless, denies)
}

// mostTurns is how often what somebody holds may change until they are not asked
// further: what they hold then ends there.
const mostTurns = 2000
