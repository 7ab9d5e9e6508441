package access

import (
	"context"
	"fmt"
	"time"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
	"gatehouse/id"
)

// grantStore keeps grants.
type grantStore interface {
	InsertGrant(ctx context.Context, g GrantRecord) error
	// UpdateGrant writes the ends of g: ExpiresAt and the three of its revocation. It
	// answers Conflict "access.changed" when Rev is another one.
	UpdateGrant(ctx context.Context, g GrantRecord) error
	Grant(ctx context.Context, grant id.Grant) (GrantRecord, error)
	// GrantsAfter lists grants of who (the zero Subject: of everybody) in the order
	// of their ends and ids, behind the cursor; GrantsBefore in the opposite order,
	// those in front of it.
	GrantsAfter(ctx context.Context, who Subject, after GrantCursor, limit int) ([]GrantRecord, error)
	GrantsBefore(ctx context.Context, who Subject, before GrantCursor, limit int) ([]GrantRecord, error)
	// GrantsBy lists grants by a key behind a place in the order of their ends and ids,
	// or backwards in front of it; by Beginning in that of their beginnings.
	GrantsBy(ctx context.Context, by GrantKey, at GrantCursor, backwards bool, limit int) ([]GrantRecord, error)
	// EndGrantsOf revokes all that are not over at now, and returns how many.
	EndGrantsOf(ctx context.Context, who Subject, now time.Time, by, reason string) (int64, error)
}

// Give gives a subject a role or permissions, or denies them. Without an end it
// lasts as long as its role lets it. What they have so already, for at least as long, is
// not given twice, also by two at once: whoever revoked one would not see the other.
// Faults: Invalid "grant.invalid" with the
// fields, "permission.unknown", "grant.condition"; NotFound for a subject or role
// that there is not; Conflict "access.full", "grant.exists" (Existing).
func (s *Service) Give(ctx context.Context, by audit.Actor, g Grant) (GrantRecord, error) {
	return s.giveNew(ctx, by, g, false)
}

// GiveAgain is Give of what may be there already.
func (s *Service) GiveAgain(ctx context.Context, by audit.Actor, g Grant) (GrantRecord, error) {
	return s.giveNew(ctx, by, g, true)
}

func (s *Service) giveNew(ctx context.Context, by audit.Actor, g Grant, again bool) (GrantRecord, error) {
	now := clock.Now()
	r := newGrant(by, g, now)
	if err := r.check(now); err != nil {
		return GrantRecord{}, err
	}
	err := s.alter(ctx, by, "create a grant", func(ctx context.Context, t *touched, g *giver) error {
		return s.give(ctx, t, g, &r, again, now)
	})
	if err != nil {
		return GrantRecord{}, err
	}
	return r, nil
}

// GiveAs is GiveAgain under an id that somebody chose. Conflict "grant.id_taken" when there is
// one of it, be it over or not.
func (s *Service) GiveAs(ctx context.Context, by audit.Actor, grant id.Grant, g Grant) (GrantRecord, error) {
	now := clock.Now()
	r := newGrant(by, g, now)
	if r.ID = id.GrantOf(string(grant)); r.ID == "" {
		return GrantRecord{}, problems{{Name: "id", Problem: "is none of a grant"}}.err("grant.invalid", "The grant cannot be made so.")
	}
	if err := r.check(now); err != nil {
		return GrantRecord{}, err
	}
	err := s.alter(ctx, by, "create a grant", func(ctx context.Context, t *touched, g *giver) error {
		_, err := s.Store.Grant(ctx, r.ID)
		switch {
		case err == nil:
			return fault.New(fault.Conflict, "grant.id_taken", "There is a grant with this id already, or there was.")
		case !fault.Is(err, fault.NotFound):
			return err
		}
		return s.give(ctx, t, g, &r, true, now)
	})
	if err != nil {
		return GrantRecord{}, err
	}
	return r, nil
}

// LongestGrant returns how long a grant of a role may last; 0: without end.
func (s *Service) LongestGrant(ctx context.Context, role string) (time.Duration, error) {
	k, err := s.known(ctx)
	if err != nil {
		return 0, err
	}
	return k.maxGrant(role), nil
}

func newGrant(by audit.Actor, g Grant, now time.Time) GrantRecord {
	r := GrantRecord{Grant: g, Created: now, CreatedBy: actor(by), Rev: 1}
	r.ID, r.Source, r.Withdrawn = id.NewGrant(), Manual, false
	r.NotBefore, r.ExpiresAt = clock.Cut(g.NotBefore), clock.Cut(g.ExpiresAt)
	return r
}

// give keeps a grant that was looked at by itself; again: be it there already.
func (s *Service) give(ctx context.Context, t *touched, g *giver, r *GrantRecord, again bool, now time.Time) error {
	k, err := s.known(ctx)
	if err != nil {
		return err
	}
	if err := s.mayGiveTo(ctx, g, k, r, now); err != nil {
		return err
	}
	return s.giveBeside(ctx, t, g.by, r, again, now)
}

// mayGiveTo is mayGive, and refuses a subject or an organisation that there is not.
func (s *Service) mayGiveTo(ctx context.Context, g *giver, k known, r *GrantRecord, now time.Time) error {
	if err := s.isKnown(ctx, r.Subject); err != nil {
		return err
	}
	if r.Org != "" {
		if _, err := s.Org(ctx, r.Org); err != nil {
			return err
		}
	}
	return mayGive(ctx, g, k, r, now)
}

// mayGive refuses a grant that does not fit the roles and catalogues, or that the giver
// may not hand on, or not deny.
func mayGive(ctx context.Context, g *giver, k known, r *GrantRecord, now time.Time) error {
	if err := k.checkGrant(r, now); err != nil {
		return err
	}
	return g.gives(ctx, r.Effect, k.handedBy(r))
}

// giveBeside keeps a grant beside those that its subject has. What it refuses has changed
// nothing.
func (s *Service) giveBeside(ctx context.Context, t *touched, by audit.Actor, r *GrantRecord, again bool, now time.Time) error {
	if err := s.roomFor(ctx, r, again, now); err != nil {
		return err
	}
	return s.keepGrant(ctx, t, by, r, now)
}

func (s *Service) keepGrant(ctx context.Context, t *touched, by audit.Actor, r *GrantRecord, now time.Time) error {
	if err := s.Store.InsertGrant(ctx, *r); err != nil {
		return err
	}
	if err := s.touchGrant(ctx, t, r, r.Effect != Allow, now); err != nil {
		return err
	}
	return s.recordGrant(ctx, by, ActionGrantCreate, r, nil, r.document())
}

// Grant returns one of them, be it over or not; NotFound fault "grant.not_found".
func (s *Service) Grant(ctx context.Context, grant id.Grant) (GrantRecord, error) {
	r, err := s.Store.Grant(ctx, grant)
	if err != nil {
		return GrantRecord{}, fmt.Errorf("read a grant: %w", err)
	}
	return r, nil
}

// Extend makes a grant that is not over end at until, which is later than it ends
// now, but for a role no later than a new grant would. Faults: Invalid
// "grant.invalid", NotFound, Conflict "grant.over".
func (s *Service) Extend(ctx context.Context, by audit.Actor, grant id.Grant, until time.Time) (r GrantRecord, err error) {
	now, until := clock.Now(), clock.Cut(until)
	err = s.alter(ctx, by, "extend a grant", func(ctx context.Context, t *touched, g *giver) error {
		if r, err = s.living(ctx, grant, now); err != nil {
			return err
		}
		k, err := s.known(ctx)
		if err != nil {
			return err
		}
		was := r.ExpiresAt
		var p problems
		switch {
		case was.IsZero():
			p.add("expires_at", "is never already")
		case !until.After(was):
			p.add("expires_at", "must be later than %s, when it ends now", was.Format(time.RFC3339))
		}
		p.moment("expires_at", until)
		r.ExpiresAt = until
		k.checkLength(&r, now, &p)
		if err := p.err("grant.invalid", "The grant cannot be extended so."); err != nil {
			return err
		}
		if err := g.gives(ctx, r.Effect, k.handedBy(&r)); err != nil {
			return err
		}
		if err := s.Store.UpdateGrant(ctx, r); err != nil {
			return err
		}
		r.Rev++
		if err := s.touchGrant(ctx, t, &r, r.Effect != Allow, now); err != nil {
			return err
		}
		return s.recordGrant(ctx, by, ActionGrantExtend, &r, map[string]any{"expires_at": was}, map[string]any{"expires_at": until})
	})
	return r, err
}

// Revoke ends a grant now. It stays, with the reason. Faults: Invalid
// "grant.invalid", NotFound, Conflict "grant.over".
func (s *Service) Revoke(ctx context.Context, by audit.Actor, grant id.Grant, reason string) (r GrantRecord, err error) {
	if err := checkRevocation(reason); err != nil {
		return GrantRecord{}, err
	}
	err = s.alter(ctx, by, "revoke a grant", func(ctx context.Context, t *touched, g *giver) error {
		now := clock.Now()
		if r, err = s.living(ctx, grant, now); err != nil {
			return err
		}
		if err := s.mayRevoke(ctx, t, g, &r); err != nil {
			return err
		}
		return s.revoke(ctx, t, g.by, &r, reason, now)
	})
	return r, err
}

func checkRevocation(reason string) error {
	var p problems
	p.reason(reason)
	return p.err("grant.invalid", "The grant cannot be revoked so.")
}

// mayRevoke puts before the giver what a deny hands back that ends.
func (s *Service) mayRevoke(ctx context.Context, t *touched, g *giver, r *GrantRecord) error {
	if r.Effect == Allow {
		return nil
	}
	k, err := s.knownIn(ctx, t)
	if err != nil {
		return err
	}
	return g.hands(ctx, k.handedBy(r))
}

// revoke ends a grant that is not over.
func (s *Service) revoke(ctx context.Context, t *touched, by audit.Actor, r *GrantRecord, reason string, now time.Time) error {
	before := r.document()
	r.Revoked, r.RevokedBy, r.RevokedReason = now, actor(by), reason
	if err := s.Store.UpdateGrant(ctx, *r); err != nil {
		return err
	}
	r.Rev++
	if err := s.touchGrant(ctx, t, r, r.Effect == Allow, now); err != nil {
		return err
	}
	return s.recordGrant(ctx, by, ActionGrantRevoke, r, before, map[string]any{"revoked_reason": reason})
}

// EndAllOf revokes whatever somebody who is being deleted was granted, takes them
// out of all groups and organisations, and lifts the lock on them: one of the same
// name that comes later has nothing of it. It joins the transaction of ctx; call it
// before anything else in there raises a counter. An application or a service account that
// somebody else's grant names stays: Conflict "client.in_use", "service.in_use".
func (s *Service) EndAllOf(ctx context.Context, by audit.Actor, who Subject) error {
	return s.alter(ctx, by, "end grants", func(ctx context.Context, t *touched, _ *giver) error { return s.endAllOf(ctx, by, t, who) })
}

func (s *Service) endAllOf(ctx context.Context, by audit.Actor, t *touched, who Subject) error {
	if err := s.unnamed(ctx, audit.Kind(who.Kind), who.ID); err != nil {
		return err
	}
	t.principal(who, true)
	n, err := s.Store.EndGrantsOf(ctx, who, clock.Now(), actor(by), string(ReasonSubjectDeleted))
	if err != nil {
		return err
	}
	in, err := s.Store.DropMemberships(ctx, who)
	if err != nil {
		return err
	}
	locks := 1
	switch err := s.Store.DeleteLock(ctx, On(who)); {
	case fault.Is(err, fault.NotFound):
		locks = 0
	case err != nil:
		return err
	}
	served, err := s.dropServer(ctx, who)
	if err != nil {
		return err
	}
	if locks > 0 || served > 0 {
		t.rules()
	}
	if n+in+served == 0 && locks == 0 {
		return nil
	}
	return s.Audit.Record(ctx, audit.Event{
		Actor: by, Action: ActionGrantsEnd, Target: audit.Target{Kind: audit.Kind(who.Kind), ID: who.ID},
		Reason: ReasonSubjectDeleted, Before: audit.Doc(map[string]any{"grants": n, "memberships": in, "locks": locks, "served_apis": served}),
	})
}

// Grants lists grants of who (the zero Subject: of everybody) that are not over, in
// the order in which they end; with over, those that are, the latest first. It
// returns where the list goes on, the zero cursor at its end.
func (s *Service) Grants(ctx context.Context, who Subject, over bool, after GrantCursor, limit int) ([]GrantRecord, GrantCursor, error) {
	list := s.Store.GrantsAfter
	if over {
		list = s.Store.GrantsBefore
	}
	if after == (GrantCursor{}) {
		after = fromNow(time.Now())
	}
	found, err := list(ctx, who, after, limit+1)
	if err != nil || len(found) <= limit {
		return found, GrantCursor{}, err
	}
	last := &found[limit-1]
	return found[:limit], GrantCursor{last.Ends(), last.ID}, nil
}

// Explain answers q as the policy stands, at the moment that q says: with the
// grants of then, be they over by now, and the roles and catalogues of now.
func (s *Service) Explain(ctx context.Context, q *Question) (Explanation, error) {
	snapshot, err := Load(ctx, s.Store, s.BuiltIn, q.Now)
	if err != nil {
		return Explanation{}, err
	}
	e, err := snapshot.Explain(q)
	if err != nil {
		return Explanation{}, err
	}
	return e, s.Reasons(ctx, &e)
}

// Reasons says of the grants of an explanation why they were given, and of its locks why
// they are there: a policy in memory does not have it. What is no more has none.
func (s *Service) Reasons(ctx context.Context, e *Explanation) error {
	if len(e.Locks) > 0 {
		all, err := s.Store.Locks(ctx)
		if err != nil {
			return fmt.Errorf("read why something is locked: %w", err)
		}
		for i := range e.Locks {
			if is := lockOn(all, e.Locks[i].On); is != nil {
				e.Locks[i].Reason = is.Reason
			}
		}
	}
	for i := range e.Grants {
		r, err := s.Store.Grant(ctx, e.Grants[i].Grant.ID)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return fmt.Errorf("read why something was granted: %w", err)
		}
		e.Grants[i].Reason = r.Reason
	}
	return nil
}

// WhoCan lists who holds a permission at a moment; see Snapshot.WhoCan.
func (s *Service) WhoCan(ctx context.Context, permission, org string, at time.Time) ([]Holder, error) {
	snapshot, err := Load(ctx, s.Store, s.BuiltIn, at)
	if err != nil {
		return nil, err
	}
	return snapshot.WhoCan(ctx, permission, org, at)
}

// touchGrant says whom a grant is for, and whether they have less by what was done
// to it.
func (s *Service) touchGrant(ctx context.Context, t *touched, r *GrantRecord, loses bool, now time.Time) error {
	if r.Subject.Kind.acts() {
		t.principal(r.Subject, loses)
		return nil
	}
	if t.rules(); !loses {
		return nil
	}
	l, err := s.under(ctx, now, r.Subject)
	if err != nil {
		return err
	}
	if l.at, err = s.apisOfGrant(ctx, t, r); err == nil {
		t.lose(l)
	}
	return err
}

// apisOfGrant names the APIs of what a grant gives or takes.
func (s *Service) apisOfGrant(ctx context.Context, t *touched, r *GrantRecord) ([]string, error) {
	if r.Role == "" {
		return []string{r.Permission.API}, nil
	}
	k, err := s.knownIn(ctx, t)
	if err != nil {
		return nil, err
	}
	return k.apisOf(k.means(&grant{Grant: &r.Grant})), nil
}

func (s *Service) recordGrant(ctx context.Context, by audit.Actor, action audit.Action, r *GrantRecord, before, after map[string]any) error {
	e := audit.Event{Actor: by, Action: action, Target: audit.Target{Kind: KindGrant, ID: string(r.ID)}}
	concern(&e, r.Subject)
	if before != nil {
		e.Before = audit.Doc(before)
	}
	if after != nil {
		e.After = audit.Doc(after)
	}
	return s.Audit.Record(ctx, e)
}
