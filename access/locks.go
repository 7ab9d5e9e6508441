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

// LockRecord is a Lock as it is kept.
type LockRecord struct {
	Lock
	Created   time.Time
	CreatedBy string
	Rev       int64 // counts how often it was written; the first is 1
}

// PutLock suspends what a role or a grant allows, until l.Ends or until the lock is
// lifted; a lock that is there is replaced. Faults: Invalid "lock.invalid" with the
// fields, NotFound for a role or a grant that there is not, Conflict "grant.over",
// "access.full".
func (s *Service) PutLock(ctx context.Context, by audit.Actor, l LockRecord) (LockRecord, error) {
	now := clock.Now()
	l.Created, l.CreatedBy, l.Rev, l.Ends = now, actor(by), 1, clock.Cut(l.Ends)
	var p problems
	p.reason(l.Reason)
	p.window(Window{ExpiresAt: l.Ends}, now)
	if l.On.Kind != LockRole && l.On.Kind != LockGrant {
		p.add("on", "must be a role or a grant")
	}
	if err := p.err("lock.invalid", "The lock cannot be put so."); err != nil {
		return LockRecord{}, err
	}
	err := s.alter(ctx, "put a lock", func(ctx context.Context, t *touched) error {
		grant, err := s.lockable(ctx, l.On, now)
		if err != nil {
			return err
		}
		if err := s.Store.DropEndedLocks(ctx, now); err != nil {
			return err
		}
		all, err := s.Store.Locks(ctx)
		if err != nil {
			return err
		}
		was := lockOn(all, l.On)
		if was == nil && len(all) >= MaxLocks {
			return full("locks", MaxLocks)
		}
		if was != nil {
			l.Rev = was.Rev + 1
		}
		if err := s.Store.PutLock(ctx, l); err != nil {
			return err
		}
		if err := s.touchLock(ctx, t, l.On, grant, now); err != nil {
			return err
		}
		return s.recordLock(ctx, by, ActionLockPut, l.On, grant, was, &l)
	})
	if err != nil {
		return LockRecord{}, err
	}
	return l, nil
}

// LiftLock gives back what a lock suspended. NotFound "lock.not_found".
func (s *Service) LiftLock(ctx context.Context, by audit.Actor, on LockTarget) error {
	return s.alter(ctx, "lift a lock", func(ctx context.Context, t *touched) error {
		t.rules()
		all, err := s.Store.Locks(ctx)
		if err != nil {
			return err
		}
		if err := s.Store.DeleteLock(ctx, on); err != nil {
			return err
		}
		var grant GrantRecord
		if on.Kind == LockGrant {
			if grant, err = s.Store.Grant(ctx, id.Grant(on.ID)); err != nil {
				return err
			}
		}
		return s.recordLock(ctx, by, ActionLockLift, on, grant, lockOn(all, on), nil)
	})
}

// Locks returns those that are not over, in the order of what they are on.
func (s *Service) Locks(ctx context.Context) ([]LockRecord, error) {
	now := time.Now()
	all, err := s.Store.Locks(ctx)
	if err != nil {
		return nil, fmt.Errorf("list locks: %w", err)
	}
	all = slices.DeleteFunc(all, func(l LockRecord) bool { return !l.Ends.IsZero() && !now.Before(l.Ends) })
	slices.SortFunc(all, func(a, b LockRecord) int {
		return cmp.Or(cmp.Compare(a.On.Kind, b.On.Kind), cmp.Compare(a.On.ID, b.On.ID))
	})
	return all, nil
}

func lockOn(all []LockRecord, on LockTarget) *LockRecord {
	i := slices.IndexFunc(all, func(l LockRecord) bool { return l.On == on })
	if i < 0 {
		return nil
	}
	return &all[i]
}

// lockable refuses a lock on what is not there, and on a deny: suspending it would
// give something. It returns the grant, if it is one.
func (s *Service) lockable(ctx context.Context, on LockTarget, now time.Time) (GrantRecord, error) {
	if on.Kind == LockRole {
		_, err := s.Role(ctx, on.ID)
		return GrantRecord{}, err
	}
	g, err := s.living(ctx, id.Grant(on.ID), now)
	if err == nil && g.Effect != Allow {
		err = problems{fault.Field{Name: "on", Problem: "is a deny: revoke it to let it deny no more"}}.err("lock.invalid", "The lock cannot be put so.")
	}
	return g, err
}

// touchLock says who has less by a lock.
func (s *Service) touchLock(ctx context.Context, t *touched, on LockTarget, grant GrantRecord, now time.Time) error {
	t.rules()
	switch on.Kind {
	case LockRole:
		return s.loseLocked(ctx, t, on.ID, now)
	case LockGrant:
		l, err := s.under(ctx, now, grant.Subject)
		if err != nil {
			return err
		}
		if l.at, err = s.apisOfGrant(ctx, &grant); err == nil {
			t.lose(l)
		}
		return err
	case LockPrincipal:
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

func (s *Service) recordLock(ctx context.Context, by audit.Actor, action audit.Action, on LockTarget, grant GrantRecord, before, after *LockRecord) error {
	e := audit.Event{Actor: by, Action: action, Target: audit.Target{Kind: audit.Kind(on.Kind), ID: on.ID}}
	switch grant.Subject.Kind {
	case User:
		e.User = id.User(grant.Subject.ID)
	case Client:
		e.Client = id.Client(grant.Subject.ID)
	}
	if before != nil {
		e.Before = audit.Doc(before.document())
	}
	if after != nil {
		e.After = audit.Doc(after.document())
	}
	return s.Audit.Record(ctx, e)
}
