package flow

import (
	"context"
	"fmt"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
)

// suspend lets a session that a lock is on, or on whose person one is, count as
// none, and notes whether one is on the person of the sign-in. Nothing is ended: it
// counts again when the lock is lifted.
func (s *Service) suspend(ctx context.Context, st *State) error {
	if v := st.Session; v != nil {
		locked, err := s.locked(ctx, v.User, v.ID)
		if err != nil {
			return err
		}
		if locked {
			st.Session = nil
		}
	}
	return s.suspendPerson(ctx, st)
}

func (s *Service) suspendPerson(ctx context.Context, st *State) (err error) {
	st.Locked = false
	if user := st.Progress.subject(st.Session); user != "" {
		st.Locked, err = s.locked(ctx, user, "")
	}
	return err
}

func (s *Service) locked(ctx context.Context, user id.User, session id.Session) (bool, error) {
	locked, err := s.Locks.Locked(ctx, user, session, "")
	if err != nil {
		return false, fmt.Errorf("ask for locks: %w", err)
	}
	return locked, nil
}

// refuseLocked tells somebody who has proved their password that a lock is on them.
// Nobody else is told: at every other step who is locked is merely asked to sign in.
func (s *Service) refuseLocked(ctx context.Context, from audit.Actor, user id.User, e Entry) error {
	locked, err := s.locked(ctx, user, "")
	if err != nil || !locked {
		return err
	}
	err = s.Audit.Record(ctx, audit.Event{
		Actor: from, Action: ActionSigninSuspend, Target: audit.OfUser(user), User: user, Client: e.Interaction.Ask.Client,
		Outcome: audit.Refused, Reason: ReasonLocked,
	})
	if err != nil {
		return fmt.Errorf("record refused sign-in: %w", err)
	}
	return fault.New(fault.Forbidden, "signin.locked", "This account is locked.")
}
