package access

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// Belonging is a group or an organisation in which somebody is, was or will be.
type Belonging struct {
	MembershipRecord           // that leads into it: theirs, or that of the last group on the way
	Path             []Subject // the groups on the way there; empty: they are in it themselves
	In               Window    // when they are in it, by this way
}

// Belongings returns what somebody is in, directly and by way of groups: each once, by the shortest
// way that counts now, or else by one that did or will; in the order of kinds and ids. What is
// nested deeper than is followed is not among them.
func (s *Service) Belongings(ctx context.Context, who Subject, now time.Time) ([]Belonging, error) {
	at, read := nanos(now), map[Subject][]MembershipRecord{}
	found := map[Subject]Belonging{}
	for _, counting := range []bool{true, false} {
		for todo, seen := []Belonging{{MembershipRecord: MembershipRecord{Membership: Membership{Of: who}}}}, map[Subject]bool{who: true}; len(todo) > 0; todo = todo[1:] {
			from := &todo[0]
			if _, known := read[from.Of]; !known {
				in, err := s.Store.MembershipsOf(ctx, from.Of)
				if err != nil {
					return nil, fmt.Errorf("list what %s is in: %w", who.ID, err)
				}
				read[from.Of] = in
			}
			for _, m := range read[from.Of] {
				next := Belonging{MembershipRecord: m, Path: from.Path, In: from.In.and(m.Window)}
				if from.Of != who {
					next.Path = append(slices.Clone(from.Path), from.Of)
				}
				span := next.In.span()
				if seen[m.Of] || counting && (span.from > at || span.until <= at) {
					continue
				}
				seen[m.Of] = true
				if _, there := found[m.Of]; !there {
					found[m.Of] = next
				}
				if len(next.Path) < MaxNesting-1 {
					todo = append(todo, next)
				}
			}
		}
	}
	all := make([]Belonging, 0, len(found))
	for _, one := range found {
		all = append(all, one)
	}
	slices.SortFunc(all, func(a, b Belonging) int {
		return cmp.Or(cmp.Compare(a.Of.Kind, b.Of.Kind), cmp.Compare(a.Of.ID, b.Of.ID))
	})
	return all, nil
}
