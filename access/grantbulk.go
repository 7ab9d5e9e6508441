package access

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
	"gatehouse/id"
)

// MaxGrantsAtOnce is how many grants one change gives, or revokes, at most.
const MaxGrantsAtOnce = 200

// NewGrant is a grant that is to be made; with Again also where it would change nothing.
type NewGrant struct {
	Grant
	Again bool
}

// GiveAll is Give for several: all of them are given, in one transaction and as one version
// of the policy, or none is. Each is held against what the giver holds before, and then
// against what there is with those before it. The faults are those of Give where the giver
// may not (Forbidden), and else "grants.refused", Invalid or Conflict as the first of what
// is wrong, with a field "grants[INDEX]", or one below it, for all of it.
func (s *Service) GiveAll(ctx context.Context, by audit.Actor, all []NewGrant) ([]GrantRecord, error) {
	now := clock.Now()
	made, no := make([]GrantRecord, len(all)), newSeveral(len(all))
	for i := range all {
		made[i] = newGrant(by, all[i].Grant, now)
		if err := no.add(i, made[i].check(now)); err != nil {
			return nil, err
		}
	}
	if err := no.err(); err != nil {
		return nil, err
	}
	err := s.alter(ctx, by, "create grants", func(ctx context.Context, t *touched, g *giver) error {
		k, err := s.known(ctx)
		if err != nil {
			return err
		}
		no := newSeveral(len(all))
		for i := range made {
			if err := no.add(i, s.mayGiveTo(ctx, g, k, &made[i], now)); err != nil {
				return err
			}
		}
		if err := no.err(); err != nil {
			return err
		}
		return audit.Together(ctx, func(ctx context.Context) error {
			for i := range made {
				if err := no.add(i, s.giveBeside(ctx, t, by, &made[i], all[i].Again, now)); err != nil {
					return err
				}
			}
			return no.err()
		})
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

// Revocation names a grant that is to be revoked.
type Revocation struct {
	Grant id.Grant
	Rev   int64 // in which it was seen; 0: whatever it is
}

// RevokeAll is Revoke for several, as GiveAll gives them. May is asked about each grant as
// it is, or nil for one that there is not, and its refusal is that of all. The faults
// besides are Forbidden where the giver may not, Invalid "grant.invalid" for the reason,
// and "grants.refused".
func (s *Service) RevokeAll(ctx context.Context, by audit.Actor, all []Revocation, reason string, may func(g *GrantRecord) error) ([]GrantRecord, error) {
	if err := checkRevocation(reason); err != nil {
		return nil, err
	}
	ended, no := make([]GrantRecord, len(all)), newSeveral(len(all))
	if err := no.err(); err != nil {
		return nil, err
	}
	err := s.alter(ctx, by, "revoke grants", func(ctx context.Context, t *touched, g *giver) error {
		now, no, seen := clock.Now(), newSeveral(len(all)), map[id.Grant]bool{}
		for i := range all {
			r, err := s.revocable(ctx, all[i], now, may)
			if err == nil && seen[r.ID] {
				err = fault.New(fault.Invalid, "grant.invalid", "This grant is there twice.")
			}
			if err == nil {
				err = s.mayRevoke(ctx, g, &r)
			}
			seen[r.ID] = true
			if err := no.add(i, err); err != nil {
				return err
			}
			ended[i] = r
		}
		if err := no.err(); err != nil {
			return err
		}
		return audit.Together(ctx, func(ctx context.Context) error {
			for i := range ended {
				if err := no.add(i, s.revoke(ctx, t, by, &ended[i], reason, now)); err != nil {
					return err
				}
			}
			return no.err()
		})
	})
	if err != nil {
		return nil, err
	}
	return ended, nil
}

// revocable returns a grant that is as it was seen and not over.
func (s *Service) revocable(ctx context.Context, one Revocation, now time.Time, may func(g *GrantRecord) error) (GrantRecord, error) {
	r, err := s.Store.Grant(ctx, one.Grant)
	if fault.Is(err, fault.NotFound) {
		return r, cmp.Or(may(nil), err)
	}
	if err != nil {
		return r, err
	}
	if err := may(&r); err != nil {
		return r, err
	}
	if one.Rev != 0 && one.Rev != r.Rev {
		return r, fault.New(fault.Conflict, "access.changed", "Somebody else changed this grant meanwhile. Look at it again.")
	}
	return r, r.over(now)
}

// several gathers what is wrong with things that are all done, or none.
type several struct {
	of     int
	kind   fault.Kind
	failed int
	fields []fault.Field
}

func newSeveral(of int) *several { return &several{of: of, kind: fault.Invalid} }

// add notes what is wrong with one of them. What is more than that it returns: that
// somebody may not, which is the answer to all, and what is no fault.
func (n *several) add(i int, err error) error {
	name := fmt.Sprintf("grants[%d]", i)
	f, ok := errors.AsType[*fault.Error](err)
	switch {
	case err == nil:
		return nil
	case !ok:
		return fmt.Errorf("%s: %w", name, err)
	case f.Kind == fault.Forbidden || f.Kind == fault.Unauthenticated:
		return &fault.Error{Kind: f.Kind, Code: f.Code, Detail: f.Detail, Fields: []fault.Field{{Name: name, Problem: f.Detail}}, Err: err}
	case f.Kind != fault.Invalid && f.Kind != fault.NotFound && f.Kind != fault.Conflict:
		return err
	}
	if n.failed++; f.Kind == fault.Conflict && n.failed == 1 {
		n.kind = fault.Conflict
	}
	if len(f.Fields) == 0 {
		n.fields = append(n.fields, fault.Field{Name: name, Problem: f.Detail})
	}
	for _, one := range f.Fields {
		n.fields = append(n.fields, fault.Field{Name: name + "." + one.Name, Problem: one.Problem})
	}
	return nil
}

// err is the fault of all of them, nil where nothing is wrong.
func (n *several) err() error {
	switch {
	case n.of == 0 || n.of > MaxGrantsAtOnce:
		return problems{{Name: "grants", Problem: fmt.Sprintf("must be between 1 and %d", MaxGrantsAtOnce)}}.err("grants.refused", "Nothing was done.")
	case n.failed == 0:
		return nil
	}
	return &fault.Error{Kind: n.kind, Code: "grants.refused", Detail: fmt.Sprintf("Nothing was done: %d of %d cannot be.", n.failed, n.of), Fields: n.fields}
}
