package session

import (
	"context"
	"errors"
	"fmt"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/id"
)

// End ends one session and all that hangs on it: refresh families, also those
// that would outlive an expired session, and access tokens. An ended session
// may be ended again, which changes nothing; one that never was is a NotFound
// fault. Session, families and the event go in one transaction.
func (m *Manager) End(ctx context.Context, by audit.Actor, session id.Session, reason audit.Reason) error {
	_, err := m.EndLive(ctx, by, session, reason)
	return err
}

// EndLive is End that reports whether this call ended the session: false when it
// had been ended before.
func (m *Manager) EndLive(ctx context.Context, by audit.Actor, session id.Session, reason audit.Reason) (ended bool, err error) {
	if session == "" {
		return false, errors.New("end a session: none is named")
	}
	err = m.Store.InTx(ctx, func(ctx context.Context) error {
		ended = false // a transaction may run again
		s, err := m.Store.Session(ctx, session)
		if err != nil {
			return err
		}
		if !s.RevokedAt.IsZero() {
			return nil
		}
		ids, err := m.Store.RevokeSessions(ctx, Filter{Session: session}, reason, clock.Now())
		if err != nil {
			return err
		}
		ended = len(ids) > 0
		if err := m.Families.EndSessions(ctx, []id.Session{session}); err != nil {
			return err
		}
		return m.recordEnd(ctx, by, s.User, session, reason)
	})
	if err != nil {
		return false, fmt.Errorf("end a session: %w", err)
	}
	return ended, nil
}

// EndAll ends the sessions of a person as End does, the expired ones that are
// still known too, but for except (empty: none is spared), and returns how many
// it ended. Each has its event, so that the trail of a session tells its end.
func (m *Manager) EndAll(ctx context.Context, by audit.Actor, user id.User, except id.Session, reason audit.Reason) (int, error) {
	if user == "" {
		return 0, errors.New("end sessions: of nobody")
	}
	n := 0
	err := m.Store.InTx(ctx, func(ctx context.Context) error {
		ids, err := m.Store.RevokeSessions(ctx, Filter{User: user, Except: except}, reason, clock.Now())
		if err != nil {
			return err
		}
		if n = len(ids); n == 0 {
			return nil
		}
		return m.endedOf(ctx, by, user, ids, reason)
	})
	if err != nil {
		return 0, fmt.Errorf("end sessions: %w", err)
	}
	return n, nil
}

// EndEverybody ends the sessions of everybody as End does, but for except (empty: none is
// spared), with all refresh families and every token about a person, and returns how many
// it ended. What spared browsers' applications hold ends too: they ask again, and are
// answered. Sign-ins under way, in which a password may have been proved, begin anew. They
// go first: one that becomes a session at this moment is ended as such, or not found any
// more. It is one transaction with one event, which takes the longer the more sessions
// there are.
func (m *Manager) EndEverybody(ctx context.Context, by audit.Actor, except id.Session, reason audit.Reason) (int, error) {
	n := int64(0)
	err := m.Store.InTx(ctx, func(ctx context.Context) (err error) {
		now := clock.Now()
		if err := m.Store.DropInteractions(ctx, now); err != nil {
			return err
		}
		if n, err = m.Store.EndEverySession(ctx, except, reason, now); err != nil {
			return err
		}
		err = m.Audit.Record(ctx, audit.Event{Actor: by, Action: ActionEndAll, Target: audit.Itself(), Reason: reason, After: audit.Doc(map[string]any{"ended": n})})
		if err != nil {
			return err
		}
		return m.Families.EndEverybody(ctx)
	})
	if err != nil {
		return 0, fmt.Errorf("sign everybody out: %w", err)
	}
	return int(n), nil
}

// endOldest makes room for one more session of a person who has MaxPerPerson, and
// reports whether there was one to end.
func (m *Manager) endOldest(ctx context.Context, by audit.Actor, user id.User) (bool, error) {
	ids, err := m.Store.RevokeOldestSessions(ctx, user, MaxPerPerson-1, ReasonTooMany, clock.Now())
	if err != nil || len(ids) == 0 {
		return false, err
	}
	return true, m.endedOf(ctx, by, user, ids, ReasonTooMany)
}

// endedOf does what follows the end of sessions of one person: an event for each,
// of which there are MaxPerPerson or few more, and then their tokens, because all
// ends wait for each other there.
func (m *Manager) endedOf(ctx context.Context, by audit.Actor, user id.User, ids []id.Session, reason audit.Reason) error {
	for _, session := range ids {
		if err := m.recordEnd(ctx, by, user, session, reason); err != nil {
			return err
		}
	}
	return m.Families.EndSessions(ctx, ids)
}

func (m *Manager) recordEnd(ctx context.Context, by audit.Actor, user id.User, session id.Session, reason audit.Reason) error {
	return m.Audit.Record(ctx, audit.Event{Actor: by, Action: ActionEnd, Target: target(session), User: user, Reason: reason})
}
