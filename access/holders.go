package access

import (
	"cmp"
	"context"
	"fmt"
	"time"
)

// Reach asks who may do something.
type Reach struct {
	Permission string
	Org        string    // within which organisation; "" for none
	Thing      string    // on which thing, by its id; "": on whatever
	At         time.Time // the moment; zero: now
	After      Subject   // behind whom the page begins
	Limit      int
	// Who and By narrow it to some people and to some grants, for who may see no others;
	// nil: all. By grants that are not among them nobody may, and nobody is denied.
	Who func(Subject) bool
	By  func(*Grant) bool
	// Circles are groups and organisations of which Who lets through members alone; nil:
	// others too. It need not be said, and spares to ask everybody.
	Circles []Subject
}

// Holders returns a page of those who may, as Snapshot.WhoCan has them; next is the zero
// Subject on the last page. A permission that no catalogue has is an error,
// "permission.unknown". Of now and of later it asks the policy in memory; what was before is
// read anew, which takes as long as the whole policy.
func (s *Service) Holders(ctx context.Context, r Reach) (found []Holder, next Subject, err error) {
	snapshot, now := (*Snapshot)(nil), time.Now()
	if r.At.IsZero() {
		r.At = now
	}
	if s.Live != nil && !r.At.Before(now) {
		snapshot, err = s.Live.Current(ctx)
	} else {
		snapshot, err = Load(ctx, s.Store, s.BuiltIn, r.At)
	}
	if err != nil {
		return nil, Subject{}, err
	}
	return snapshot.Holders(ctx, r)
}

// Holders is Service.Holders by this policy.
func (s *Snapshot) Holders(ctx context.Context, r Reach) (found []Holder, next Subject, err error) {
	number, ok := s.rules.permissions[r.Permission]
	if !ok {
		return nil, Subject{}, unknownPermission(r.Permission)
	}
	apart := s.Apart()
	if r.By != nil {
		apart = s.Only(r.By)
	}
	for who := range apart.reachable(number, r.Circles, r.After) {
		if err := ctx.Err(); err != nil {
			return nil, Subject{}, fmt.Errorf("who can: %w", err)
		}
		if r.Who != nil && !r.Who(who) {
			continue
		}
		h, may, err := apart.holder(who, r)
		if err != nil {
			return nil, Subject{}, fmt.Errorf("who can: %w", err)
		}
		if !may {
			continue
		}
		if r.Limit > 0 && len(found) == r.Limit {
			return found, found[len(found)-1].Principal, nil
		}
		h.Need = h.Need.with(s.rules.catalogue[number].requires)
		found = append(found, h)
	}
	return found, Subject{}, nil
}

// inOrder compares subjects by their kinds and ids.
func inOrder(a, b Subject) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID))
}
