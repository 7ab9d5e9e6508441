package access

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"gatehouse/id"
)

// grantStore keeps grants.
type grantStore interface {
	InsertGrant(ctx context.Context, g GrantRecord) error
	// UpdateGrant writes the ends of g: ExpiresAt and the three of its revocation. It
	// answers Conflict "access.changed" when Rev is another one.
	UpdateGrant(ctx context.Context, g GrantRecord) error
	Grant(ctx context.Context, grant id.Grant) (GrantRecord, error)
	// GrantsNamed returns those of these ids that there are, over or not, in no order.
	GrantsNamed(ctx context.Context, names []id.Grant) ([]GrantRecord, error)
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

// Grant returns one of them, be it over or not; NotFound fault "grant.not_found".
func (s *Service) Grant(ctx context.Context, grant id.Grant) (GrantRecord, error) {
	r, err := s.Store.Grant(ctx, grant)
	if err != nil {
		return GrantRecord{}, fmt.Errorf("read a grant: %w", err)
	}
	return r, nil
}

// GrantsNamed returns those of these ids that there are, over or not, in the order of their ids.
func (s *Service) GrantsNamed(ctx context.Context, names []id.Grant) ([]GrantRecord, error) {
	all, err := s.Store.GrantsNamed(ctx, names)
	if err != nil {
		return nil, fmt.Errorf("read grants by their ids: %w", err)
	}
	slices.SortFunc(all, func(a, b GrantRecord) int { return cmp.Compare(a.ID, b.ID) })
	return slices.CompactFunc(all, func(a, b GrantRecord) bool { return a.ID == b.ID }), nil
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
