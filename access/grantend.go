package access

import (
	"context"
	"time"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/id"
)

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
		if err := s.mayRevoke(ctx, g, &r); err != nil {
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
func (s *Service) mayRevoke(ctx context.Context, g *giver, r *GrantRecord) error {
	if r.Effect == Allow {
		return nil
	}
	k, err := s.known(ctx)
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
