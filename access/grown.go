package access

import (
	"context"
	"maps"
	"slices"
	"time"
)

// loseByGrowth tells of whose tokens lose the names of roles that came to give more: a
// token names a role of which it may do all, so it names none of which something is
// denied, asks for a proof, needs a scope, or is locked.
func (s *Service) loseByGrowth(ctx context.Context, t *touched, was, is *rules, now time.Time) error {
	locks, err := s.Store.Locks(ctx)
	if err != nil {
		return err
	}
	grown, numbers := newBits(len(is.catalogue)), is.numbers(was)
	for name, before := range was.roles {
		after := is.roles[name]
		if after == nil {
			continue
		}
		more := after.bits.without(renumbered(before.bits, numbers, len(is.catalogue)))
		denied := after.denied.without(renumbered(before.denied, numbers, len(is.catalogue)))
		if more.empty() && denied.empty() && len(after.gained(before)) == 0 {
			continue
		}
		grown.add(more)
		grown.add(denied)
		if is.asks(more) || after.locked(locks, now) {
			if err := s.loseRole(ctx, t, name, Allow, is.apisOf(after.bits), now); err != nil {
				return err
			}
		}
	}
	if grown.empty() {
		return nil
	}
	return s.loseDenied(ctx, t, is, grown, now)
}

// gained returns the names of those whose permissions a role came to have.
func (r *role) gained(before *role) (names []string) {
	for _, of := range r.closure {
		if !before.has(of.ID) {
			names = append(names, of.ID)
		}
	}
	return names
}

// asks reports whether one of the permissions needs a scope or a proof.
func (r *rules) asks(some bits) bool {
	for i := range some.all() {
		if e := &r.catalogue[i]; e.byScope || e.requires != (Requirement{}) {
			return true
		}
	}
	return false
}

// locked reports whether a lock that is not over is on a role, or on one whose
// permissions it has too.
func (r *role) locked(locks []LockRecord, now time.Time) bool {
	for _, l := range locks {
		if l.On.Kind == LockRole && r.has(l.On.ID) && (l.Ends.IsZero() || now.Before(l.Ends)) {
			return true
		}
	}
	return false
}

// loseDenied tells of to whom something of these permissions is denied, now or later.
func (s *Service) loseDenied(ctx context.Context, t *touched, is *rules, some bits, now time.Time) error {
	denied := map[Subject]bool{}
	for g, err := range s.livingLike(ctx, Likeness{Denies: true}, now) {
		if err != nil {
			return err
		}
		if is.means(&grant{Grant: &g.Grant}).meets(some) {
			denied[g.Subject] = true
		}
		if len(denied) > maxLosers {
			break
		}
	}
	l := losers{many: len(denied) > maxLosers}
	if !l.many {
		var err error
		if l, err = s.under(ctx, now, slices.Collect(maps.Keys(denied))...); err != nil {
			return err
		}
	}
	l.at = is.apisOf(some)
	t.lose(l)
	return nil
}

// numbers returns which number each permission of another catalogue has in this one, -1
// for none.
func (r *rules) numbers(of *rules) []int {
	all := make([]int, len(of.catalogue))
	for i := range of.catalogue {
		all[i] = -1
		if n, ok := r.permissions[of.catalogue[i].id]; ok {
			all[i] = int(n)
		}
	}
	return all
}

// renumbered returns the permissions by their numbers in another catalogue.
func renumbered(b bits, numbers []int, permissions int) bits {
	there := newBits(permissions)
	for i := range b.all() {
		if n := numbers[i]; n >= 0 {
			there.set(uint32(n))
		}
	}
	return there
}
