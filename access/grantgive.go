package access

import (
	"cmp"
	"context"
	"time"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
	"gatehouse/id"
)

// Give gives a subject a role or permissions, or denies them. Without an end it
// lasts as long as its role lets it. What they have so already, for as long or all but a tenth of it, is
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

// GiveAs is GiveAgain for files: under the id that they chose, and with the name by which they
// call it. Conflict "grant.id_taken" when there is
// one of it, be it over or not.
func (s *Service) GiveAs(ctx context.Context, by audit.Actor, grant id.Grant, name string, g Grant) (GrantRecord, error) {
	now := clock.Now()
	r := newGrant(by, g, now)
	r.Source, r.Name = Applied, name
	if r.ID = id.GrantOf(string(grant)); r.ID == "" {
		return GrantRecord{}, problems{{Name: "id", Problem: "is none of a grant"}}.err("grant.invalid", "The grant cannot be made so.")
	}
	if err := cmp.Or(r.check(now), r.checkName()); err != nil {
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

// checkName bounds what files call a grant.
func (r *GrantRecord) checkName() error {
	var p problems
	if p.text("id", r.Name, maxGrantName); r.Name == "" {
		p.add("id", "is missing")
	}
	return p.err("grant.invalid", "The grant cannot be made so.")
}

// maxGrantName bounds the name of a grant in files, in bytes.
const maxGrantName = 200

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
		return missingFor(err, "subject.id", r.Subject.ID)
	}
	if r.Org != "" {
		if _, err := s.Org(ctx, r.Org); err != nil {
			return missingFor(err, "org", r.Org)
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
