package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gatehouse/clock"
	"gatehouse/fault"
)

// Alike is a grant that is not over and says the same as another one.
type Alike struct {
	GrantRecord
	Covers bool // for as long, or all but a tenth of it: the other one would change next to nothing
}

// Alike returns the grants of the same subject that are not over, say the same as g of
// the same things, and count at a time at which g counts; g itself is not among them.
func (s *Service) Alike(ctx context.Context, g *Grant) ([]Alike, error) {
	now := clock.Now()
	has, err := s.Store.GrantsAfter(ctx, g.Subject, fromNow(now), MaxGrantsOf)
	if err != nil {
		return nil, fmt.Errorf("look for grants that say the same: %w", err)
	}
	return alike(has, g, now), nil
}

func alike(has []GrantRecord, g *Grant, now time.Time) (found []Alike) {
	w := Window{clock.Cut(g.NotBefore), clock.Cut(g.ExpiresAt)}
	for i := range has {
		if r := &has[i]; r.ID != g.ID && r.same(g) && r.overlaps(w) {
			found = append(found, Alike{*r, r.nearly(w, now)})
		}
	}
	return found
}

// same reports whether two grants differ in nothing but when they count and why.
func (g *Grant) same(o *Grant) bool {
	return g.Subject == o.Subject && g.Effect == o.Effect && g.Role == o.Role && g.Permission == o.Permission &&
		g.Org == o.Org && g.Requires == o.Requires && g.Where.Place == o.Where.Place && g.Where.Expression == o.Where.Expression &&
		slices.Equal(slices.Sorted(slices.Values(g.Where.IDs)), slices.Sorted(slices.Values(o.Where.IDs)))
}

// exists is the cause of "grant.exists".
type exists struct{ by GrantRecord }

func (e *exists) Error() string { return "the grant " + string(e.by.ID) + " says the same" }

// Existing returns the grant that says what was not given again, and whether err is about
// one: Conflict "grant.exists".
func Existing(err error) (GrantRecord, bool) {
	e, ok := errors.AsType[*exists](err)
	if !ok {
		return GrantRecord{}, false
	}
	return e.by, true
}

// notTwice refuses a grant that would change next to nothing beside those that its subject has.
func notTwice(has []GrantRecord, g *Grant, now time.Time) error {
	for _, one := range alike(has, g, now) {
		if !one.Covers {
			continue
		}
		lasts := "without an end"
		if end := one.Ends(); !end.IsZero() {
			lasts = "until " + end.UTC().Format(time.RFC3339)
		}
		return fault.Wrap(&exists{one.GrantRecord}, fault.Conflict, "grant.exists",
			fmt.Sprintf("The grant %s says this already, %s. Extend it, or ask for a second one (again), which would be there still when that is revoked.", one.ID, lasts))
	}
	return nil
}
