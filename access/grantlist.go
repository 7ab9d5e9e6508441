package access

import (
	"cmp"
	"context"
	"fmt"

	"gatehouse/clock"
)

// maxLooked is at how many grants one question for a page looks.
const maxLooked = 2000

// FindGrants lists the grants that f lets through and sees says yes to, and returns where
// the list goes on, the zero cursor at its end. It looks at so many and no more: a page may
// have fewer than f.Limit, or none, although the list goes on.
func (s *Service) FindGrants(ctx context.Context, f GrantFilter, sees func(*GrantRecord) bool) (found []GrantRecord, next GrantCursor, err error) {
	now := clock.Now()
	at, keys := f.begin(now), f.keys()
	for looked, most := 0, f.Limit+1; looked < maxLooked; most = branchPage {
		rows, end, err := s.grantsBy(ctx, &f, keys, at, most)
		if err != nil {
			return nil, GrantCursor{}, fmt.Errorf("list grants: %w", err)
		}
		for i := range rows {
			r := &rows[i]
			if f.ends(r, now) {
				return found, GrantCursor{}, nil
			}
			looked, at = looked+1, f.place(r)
			if !f.matches(r, now) || !sees(r) {
				continue
			}
			if len(found) == f.Limit {
				return found, f.place(&found[f.Limit-1]), nil
			}
			found = append(found, *r)
		}
		if end {
			return found, GrantCursor{}, nil
		}
	}
	return found, at, nil
}

// EverGranted reports whether f lets a grant through, be it over or not.
func (s *Service) EverGranted(ctx context.Context, f GrantFilter) (bool, error) {
	for _, f.State = range []GrantState{"", GrantEnded} {
		f.Limit = 1
		found, more, err := s.FindGrants(ctx, f, func(*GrantRecord) bool { return true })
		if err != nil || len(found) > 0 || more != (GrantCursor{}) {
			return err == nil, err
		}
	}
	return false, nil
}

// grantsBy returns the next grants in the order of the list by all of the keys, at most
// so many by each, and whether there are no more.
func (s *Service) grantsBy(ctx context.Context, f *GrantFilter, keys []GrantKey, at GrantCursor, most int) (rows []GrantRecord, end bool, err error) {
	end = true
	var behind *GrantRecord // what is known by all keys ends here
	for _, key := range keys {
		page, err := s.Store.GrantsBy(ctx, key, at, f.Backwards, most)
		if err != nil {
			return nil, false, err
		}
		rows = append(rows, page...)
		if len(page) < most {
			continue
		}
		end = false
		if one := page[most-1]; behind == nil || f.compare(one, *behind) < 0 {
			behind = &one
		}
	}
	if len(keys) == 1 {
		return rows, end, nil
	}
	rows = f.sorted(rows)
	for i := range rows {
		if behind != nil && f.compare(rows[i], *behind) > 0 {
			return rows[:i], end, nil
		}
	}
	return rows, end, nil
}

// comparePlaces is the order of places; one without a time is the last.
func comparePlaces(a, b GrantCursor) int {
	if a.Ends.IsZero() != b.Ends.IsZero() {
		return b.Ends.Compare(a.Ends)
	}
	return cmp.Or(a.Ends.Compare(b.Ends), cmp.Compare(a.ID, b.ID))
}
