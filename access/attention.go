package access

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gatehouse/id"
)

// Steering are the people who have a right at Gatehouse itself, or are to have one, in the order
// of their ids: the first limit of them. An error is that ctx ended.
func (s *Snapshot) Steering(ctx context.Context, now time.Time, limit int) (all []id.User, err error) {
	apart := s.Apart() // so that those who ask keep their place in memory
	for who := range s.all {
		if who.Kind != User {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("look for administrators: %w", err)
		}
		if apart.Administers(who, now) {
			all = append(all, id.User(who.ID))
		}
	}
	slices.Sort(all)
	return all[:min(len(all), limit)], nil
}

// EndingKey is a key that the clock ends.
type EndingKey struct {
	ID    id.ServiceKey
	Owner Subject
	Ends  time.Time
}

// EndingKeys are the keys of the owners of a kind (service accounts, or people for their personal
// tokens) that the clock ends after now and until then, the first to end first.
func (s *Snapshot) EndingKeys(of Kind, now, until time.Time) (all []EndingKey) {
	from, to := nanos(now), nanos(until)
	for name, k := range s.keys {
		if k.owner.Kind == of && k.until > from && k.until <= to {
			all = append(all, EndingKey{name, k.owner, time.Unix(0, k.until).UTC()})
		}
	}
	slices.SortFunc(all, func(a, b EndingKey) int { return a.Ends.Compare(b.Ends) })
	return all
}
