package access

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
	"gatehouse/id"
)

// lockStore keeps locks.
type lockStore interface {
	// PutLock takes the place of one on the same.
	PutLock(ctx context.Context, l LockRecord) error
	DeleteLock(ctx context.Context, on LockTarget) error
	DropEndedLocks(ctx context.Context, now time.Time) error
	Locks(ctx context.Context) ([]LockRecord, error)
}

// LockRecord is a Lock as it is kept.
type LockRecord struct {
	Lock
	Created   time.Time
	CreatedBy string
	Rev       int64 // counts how often it was written; the first is 1
}

// PutLock suspends somebody, a session, or what a role or a grant allows, until
// l.Ends or until the lock is lifted; a lock that is there is replaced. One on a
// session ends with it. Faults: Invalid "lock.invalid" with the fields, NotFound for
// what there is not, Conflict "grant.over", "access.full".
func (s *Service) PutLock(ctx context.Context, by audit.Actor, l LockRecord) (LockRecord, error) {
	now := clock.Now()
	l.Created, l.CreatedBy, l.Rev, l.Ends = now, actor(by), 1, clock.Cut(l.Ends)
	if err := l.check(now); err != nil {
		return LockRecord{}, err
	}
	err := s.alter(ctx, by, "put a lock", func(ctx context.Context, t *touched, g *giver) error {
		about, end, err := s.lockable(ctx, l.On, now)
		if err != nil {
			return err
		}
		if l.Ends.IsZero() || !end.IsZero() && end.Before(l.Ends) {
			l.Ends = end
		}
		was, err := s.relocks(ctx, g, &l, about)
		if err != nil {
			return err
		}
		if err := s.Store.DropEndedLocks(ctx, now); err != nil {
			return err
		}
		if err := s.Store.PutLock(ctx, l); err != nil {
			return err
		}
		if err := s.touchLock(ctx, t, l.On, now); err != nil {
			return err
		}
		return s.recordLock(ctx, by, ActionLockCreate, l.On, about, was, &l)
	})
	if err != nil {
		return LockRecord{}, err
	}
	return l, nil
}

func (l *LockRecord) check(now time.Time) error {
	var p problems
	p.reason(l.Reason)
	p.window(Window{ExpiresAt: l.Ends}, now)
	if !slices.Contains(lockKinds, l.On.Kind) {
		p.add("on", "must be a person, a service account, an application, a session, a role or a grant")
	}
	return p.err("lock.invalid", "The lock cannot be put so.")
}

// relocks refuses one lock too many, and returns the one that l takes the place of, nil for
// none: what that one suspends is put before the giver, since it may be over sooner.
func (s *Service) relocks(ctx context.Context, g *giver, l *LockRecord, about Subject) (*LockRecord, error) {
	all, err := s.Store.Locks(ctx)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(one LockRecord) bool { return one.overAt(l.Created) })
	was := lockOn(all, l.On)
	if was == nil && len(all) >= MaxLocks {
		return nil, full("locks", MaxLocks)
	}
	if was == nil {
		return nil, nil
	}
	l.Rev = was.Rev + 1
	return was, s.releases(ctx, g, l.On, about)
}

var lockKinds = []LockKind{LockUser, LockService, LockClient, LockSession, LockRole, LockGrant}

// LiftLock gives back what a lock suspended. NotFound "lock.not_found".
func (s *Service) LiftLock(ctx context.Context, by audit.Actor, on LockTarget) error {
	return s.alter(ctx, by, "lift a lock", func(ctx context.Context, t *touched, g *giver) error {
		t.rules()
		all, err := s.Store.Locks(ctx)
		if err != nil {
			return err
		}
		was := lockOn(all, on)
		if was == nil {
			return fault.Missing("lock")
		}
		about, err := s.lockedSubject(ctx, on)
		if err != nil {
			return err
		}
		if err := s.releases(ctx, g, on, about); err != nil {
			return err
		}
		if err := s.Store.DeleteLock(ctx, on); err != nil {
			return err
		}
		return s.recordLock(ctx, by, ActionLockLift, on, about, was, nil)
	})
}

// Locks returns those that are not over, in the order of what they are on.
func (s *Service) Locks(ctx context.Context) ([]LockRecord, error) {
	now := time.Now()
	all, err := s.Store.Locks(ctx)
	if err != nil {
		return nil, fmt.Errorf("list locks: %w", err)
	}
	all = slices.DeleteFunc(all, func(l LockRecord) bool { return l.overAt(now) })
	slices.SortFunc(all, func(a, b LockRecord) int {
		return cmp.Or(cmp.Compare(a.On.Kind, b.On.Kind), cmp.Compare(a.On.ID, b.On.ID))
	})
	return all, nil
}

func (l *LockRecord) overAt(now time.Time) bool { return !l.Ends.IsZero() && !now.Before(l.Ends) }

// Lock returns the one on something that is not over; NotFound "lock.not_found".
func (s *Service) Lock(ctx context.Context, on LockTarget) (LockRecord, error) {
	all, err := s.Locks(ctx)
	if err != nil {
		return LockRecord{}, err
	}
	if l := lockOn(all, on); l != nil {
		return *l, nil
	}
	return LockRecord{}, fault.Missing("lock")
}

func lockOn(all []LockRecord, on LockTarget) *LockRecord {
	i := slices.IndexFunc(all, func(l LockRecord) bool { return l.On == on })
	if i < 0 {
		return nil
	}
	return &all[i]
}

// releases puts before the giver what a lock suspends, which its end gives back: of a
// role or a grant what it is of, of somebody who acts, or of a session of theirs, all
// that they have.
func (s *Service) releases(ctx context.Context, g *giver, on LockTarget, about Subject) error {
	if g.spared(ctx) {
		return nil
	}
	k, err := s.known(ctx)
	if err != nil {
		return err
	}
	switch on.Kind {
	case LockRole:
		return g.hands(ctx, handed{bits: k.means(&grant{Grant: &Grant{Role: on.ID}})})
	case LockGrant:
		one, err := s.Store.Grant(ctx, id.Grant(on.ID))
		if err != nil {
			return err
		}
		return g.hands(ctx, k.handedBy(&one))
	}
	return s.takeOver(ctx, g, about, time.Time{})
}

// lockable refuses a lock on what is not there, and on a deny: suspending it would
// give something. It returns whom the lock concerns, if it is somebody, and when
// what it is on ends by itself.
func (s *Service) lockable(ctx context.Context, on LockTarget, now time.Time) (about Subject, end time.Time, err error) {
	switch on.Kind {
	case LockRole:
		_, err = s.Role(ctx, on.ID)
		return Subject{}, time.Time{}, err
	case LockGrant:
		g, err := s.living(ctx, id.Grant(on.ID), now)
		if err == nil && g.Effect != Allow {
			err = problems{fault.Field{Name: "on", Problem: "is a deny: revoke it to let it deny no more"}}.err("lock.invalid", "The lock cannot be put so.")
		}
		return g.Subject, time.Time{}, err
	case LockSession:
		user, end, err := s.People.Session(ctx, id.SessionOf(on.ID))
		return Subject{User, string(user)}, end, err
	}
	who := on.subject()
	return who, time.Time{}, s.isKnown(ctx, who)
}

// lockedSubject is whom a lock concerned. Of a session that is gone nobody knows.
func (s *Service) lockedSubject(ctx context.Context, on LockTarget) (Subject, error) {
	switch on.Kind {
	case LockGrant:
		g, err := s.Store.Grant(ctx, id.Grant(on.ID))
		return g.Subject, err
	case LockSession:
		user, _, err := s.People.Session(ctx, id.SessionOf(on.ID))
		if fault.Is(err, fault.NotFound) {
			err = nil
		}
		return Subject{User, string(user)}, err
	}
	return on.subject(), nil
}

// Locked reports whether a lock is on one of these at a moment.
func (s *Snapshot) Locked(at time.Time, on ...LockTarget) bool {
	if len(s.rules.locks) == 0 {
		return false
	}
	now, ignored := nanos(at), int64(never)
	for _, t := range on {
		if t.ID != "" && s.rules.locked(t, now, &ignored) {
			return true
		}
	}
	return false
}

// touchLock says who has less by a lock.
func (s *Service) touchLock(ctx context.Context, t *touched, on LockTarget, now time.Time) error {
	t.rules()
	switch on.Kind {
	case LockRole:
		return s.loseLocked(ctx, t, on.ID, now)
	case LockGrant:
		grant, err := s.Store.Grant(ctx, id.Grant(on.ID))
		if err != nil {
			return err
		}
		l, err := s.under(ctx, now, grant.Subject)
		if err != nil {
			return err
		}
		if l.at, err = s.apisOfGrant(ctx, &grant); err == nil {
			t.lose(l)
		}
		return err
	case LockUser, LockService:
		t.lose(losers{names: []string{on.ID}})
	case LockSession, LockClient:
		t.cut(on)
	}
	return nil
}

func (l *LockRecord) document() map[string]any {
	doc := map[string]any{"reason": l.Reason}
	if !l.Ends.IsZero() {
		doc["expires_at"] = l.Ends
	}
	return doc
}

func (s *Service) recordLock(ctx context.Context, by audit.Actor, action audit.Action, on LockTarget, about Subject, before, after *LockRecord) error {
	e := audit.Event{Actor: by, Action: action, Target: audit.Target{Kind: audit.Kind(on.Kind), ID: on.ID}}
	concern(&e, about)
	if before != nil {
		e.Before = audit.Doc(before.document())
	}
	if after != nil {
		e.After = audit.Doc(after.document())
	}
	return s.Audit.Record(ctx, e)
}
