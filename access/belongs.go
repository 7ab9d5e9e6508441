package access

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"time"
)

// Belonging is a group or an organisation in which somebody is, was or will be, by one way.
type Belonging struct {
	Of     Subject
	Path   []Subject // the groups on the way there; empty: they are in it themselves
	When   Window    // when they are in it, by this way
	Since  time.Time // when the last step of the way came to be there, or began to count
	Reason string    // of the membership that leads into it; may be empty
}

// Belongings returns what somebody is in, directly and by way of groups: each once, by the shortest
// way that counts now, or else by one that did or will; in the order of kinds and ids. What is
// nested deeper than is followed is not among them.
func (s *Service) Belongings(ctx context.Context, who Subject, now time.Time) ([]Belonging, error) {
	at, read, found := nanos(now), map[Subject][]MembershipRecord{}, map[Subject]Belonging{}
	for _, admits := range []func(span) bool{
		func(w span) bool { return w.from <= at && at < w.until },
		func(w span) bool { return w.from < w.until },
	} {
		for one, err := range s.ways(ctx, who, read, admits) {
			if err != nil {
				return nil, err
			}
			if _, there := found[one.Of]; !there {
				found[one.Of] = one
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

// ways walks from somebody into what they are in, the nearest first, along what admits lets pass of
// the times at which all of a way holds: each group and organisation once. read is what was read of
// the store before.
func (s *Service) ways(ctx context.Context, who Subject, read map[Subject][]MembershipRecord, admits func(span) bool) iter.Seq2[Belonging, error] {
	return func(yield func(Belonging, error) bool) {
		seen := map[Subject]bool{who: true}
		for todo := []Belonging{{Of: who}}; len(todo) > 0; todo = todo[1:] {
			in, err := s.into(ctx, todo[0].Of, read)
			if err != nil {
				yield(Belonging{}, err)
				return
			}
			for i := range in {
				next := todo[0].on(&in[i])
				if todo[0].Of != who {
					next.Path = append(slices.Clone(todo[0].Path), todo[0].Of)
				}
				if seen[next.Of] || !admits(next.When.span()) {
					continue
				}
				if seen[next.Of] = true; !yield(next, nil) {
					return
				}
				if len(next.Path) < MaxNesting-1 {
					todo = append(todo, next)
				}
			}
		}
	}
}

// into returns what somebody or a group is in itself, and reads that once.
func (s *Service) into(ctx context.Context, who Subject, read map[Subject][]MembershipRecord) ([]MembershipRecord, error) {
	in, known := read[who]
	if known {
		return in, nil
	}
	in, err := s.Store.MembershipsOf(ctx, who)
	if err != nil {
		return nil, fmt.Errorf("list what %s is in: %w", who.ID, err)
	}
	read[who] = in
	return in, nil
}

// on is the way with one step more, but for its path.
func (b *Belonging) on(m *MembershipRecord) Belonging {
	next := Belonging{Of: m.Of, When: b.When.and(m.Window), Since: b.Since, Reason: m.Reason}
	for _, at := range []time.Time{m.Created, m.NotBefore} {
		if at.After(next.Since) {
			next.Since = at
		}
	}
	return next
}
