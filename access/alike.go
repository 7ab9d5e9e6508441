package access

import (
	"context"
	"slices"

	"gatehouse/clock"
)

// Alike is a grant that is not over and says the same as one that is to be made.
type Alike struct {
	GrantRecord
	Covers bool // for at least as long: the new one would change nothing
}

// Alike returns the grants of the same subject that are not over, say the same as g of
// the same things, and count at a time at which g is to count. It asks for who is about
// to make a second one by mistake, and holds nothing: two that are made at once see
// none of each other.
func (s *Service) Alike(ctx context.Context, g *Grant) (found []Alike, err error) {
	now, w := clock.Now(), Window{clock.Cut(g.NotBefore), clock.Cut(g.ExpiresAt)}
	for after := (GrantCursor{}); ; {
		page, next, err := s.Grants(ctx, g.Subject, false, after, branchPage)
		if err != nil {
			return nil, err
		}
		for i := range page {
			if r := &page[i]; r.same(g) && r.overlaps(w) {
				found = append(found, Alike{*r, r.covers(w, now)})
			}
		}
		if next == (GrantCursor{}) {
			return found, nil
		}
		after = next
	}
}

// same reports whether two grants differ in nothing but when they count and why.
func (g *Grant) same(o *Grant) bool {
	return g.Subject == o.Subject && g.Effect == o.Effect && g.Role == o.Role && g.Permission == o.Permission &&
		g.Org == o.Org && g.Requires == o.Requires && g.Where.Place == o.Where.Place && g.Where.Expression == o.Where.Expression &&
		slices.Equal(slices.Sorted(slices.Values(g.Where.IDs)), slices.Sorted(slices.Values(o.Where.IDs)))
}
