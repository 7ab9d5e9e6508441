package session

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/proof"
	"gatehouse/secret"
)

const (
	tokenBytes  = 32 // 256 bits
	tokenLength = 43 // as base64url
	touchEvery  = time.Minute
)

// MaxPerPerson bounds the sessions of a person that were not ended. One more
// sign-in ends the oldest. Sign-ins at the very same moment may pass it by their
// own number, until the next one.
const MaxPerPerson = 100

// Families ends what hangs on browser sessions; *oauth.Service does.
type Families interface {
	// EndSessions ends the refresh families and tokens of the sessions, in the
	// transaction of ctx.
	EndSessions(ctx context.Context, sessions []id.Session) error
	// EndEverybody ends those of everybody, likewise.
	EndEverybody(ctx context.Context) error
}

// Locks says who is suspended.
type Locks interface {
	// Locked reports whether a lock is on the person, the session or the client now;
	// what is empty is not asked about. An error says that nobody can know.
	Locked(ctx context.Context, user id.User, session id.Session, client id.Client) (bool, error)
}

// Manager makes, finds and ends sessions. Fill in all fields.
type Manager struct {
	Store    Store
	Audit    audit.Recorder
	Config   func() Config // as it is now
	Families Families
	Locks    Locks
}

// Create signs user in at one browser and returns the session with the token
// for its cookie, which nobody sees again. Beyond MaxPerPerson the person's
// oldest sessions end.
func (m *Manager) Create(ctx context.Context, by audit.Actor, user id.User, proofs proof.List) (Session, string, error) {
	if user == "" {
		return Session{}, "", errors.New("create a session: for nobody")
	}
	now := clock.Now()
	token, cfg := secret.Token(tokenBytes), m.Config()
	s := Session{
		ID: id.NewSession(), TokenHash: secret.Hash(token), User: user,
		Proofs:  proofs,
		Created: now, Seen: now, Expires: now.Add(cfg.Absolute),
		IP: by.IP, Agent: by.Agent,
	}
	s.IdleExpires = cfg.idle(&s, now)
	err := m.Store.InTx(ctx, func(ctx context.Context) error {
		if err := m.insert(ctx, by, s); err != nil {
			return err
		}
		return m.record(ctx, by, ActionCreate, s, map[string]any{"amr": proofs.AMR()})
	})
	if err != nil {
		return Session{}, "", fmt.Errorf("create a session: %w", err)
	}
	return s, token, nil
}

// insert stores s. Who has too many sessions loses the oldest first.
func (m *Manager) insert(ctx context.Context, by audit.Actor, s Session) error {
	err := m.Store.InsertSession(ctx, s, MaxPerPerson)
	if !fault.Is(err, fault.Conflict) {
		return err
	}
	switch ended, failed := m.endOldest(ctx, by, s.User); {
	case failed != nil:
		return failed
	case !ended:
		return err
	}
	return m.Store.InsertSession(ctx, s, MaxPerPerson)
}

// Raise records that more was proved at the browser of s, which is a visit too:
// proofs replace what was there, the id stays, and a new token replaces the old
// one, which is dead from then on. A session that ended meanwhile is the fault
// of an unknown one. Of two calls at once the later wins, and only its token
// lives.
func (m *Manager) Raise(ctx context.Context, by audit.Actor, s Session, proofs proof.List) (Session, string, error) {
	now := clock.Now()
	token := secret.Token(tokenBytes)
	s.TokenHash, s.Proofs = secret.Hash(token), proofs
	s.Seen, s.IP = now, by.IP
	cfg := m.Config()
	s.IdleExpires = cfg.idle(&s, now)
	err := m.Store.InTx(ctx, func(ctx context.Context) error {
		live, err := m.Store.RaiseSession(ctx, s, now)
		if err != nil {
			return err
		}
		if !live {
			return none()
		}
		return m.record(ctx, by, ActionRaise, s, map[string]any{"amr": proofs.AMR()})
	})
	if err != nil {
		return Session{}, "", fmt.Errorf("raise a session: %w", err)
	}
	return s, token, nil
}

// Authenticate returns the live session that token belongs to. No token, an
// unknown one, an ended or expired session, a disabled person, and a lock on the
// person or the session are one and the same Unauthenticated fault, "session.none".
// A failing store is never that, nor is it when nobody knows the locks: the error
// comes back as it is, also when only the time of the visit, noted at most once a
// minute, could not be written.
func (m *Manager) Authenticate(ctx context.Context, token, ip string) (Session, error) {
	s, err := m.Known(ctx, token)
	if err != nil {
		return Session{}, err
	}
	locked, err := m.Locks.Locked(ctx, s.User, s.ID, "")
	if err != nil {
		return Session{}, fmt.Errorf("find a session: %w", err)
	}
	if locked {
		return Session{}, none()
	}
	if err := m.touch(ctx, &s, clock.Now(), ip); err != nil {
		return Session{}, fmt.Errorf("note a visit: %w", err)
	}
	return s, nil
}

// Known is Authenticate for who does no more than end the session: one that is
// suspended can be signed out of, lest it lives on in a browser that was left. It
// notes no visit.
func (m *Manager) Known(ctx context.Context, token string) (Session, error) {
	if len(token) != tokenLength {
		return Session{}, none()
	}
	s, enabled, err := m.Store.SessionByToken(ctx, secret.Hash(token))
	if fault.Is(err, fault.NotFound) {
		return Session{}, none()
	}
	if err != nil {
		return Session{}, fmt.Errorf("find a session: %w", err)
	}
	if !enabled || !s.Live(clock.Now()) {
		return Session{}, none()
	}
	return s, nil
}

// Visit notes that the live session s was seen from ip, at most once a minute;
// of s it looks at ID, Seen and Expires. One that ended meanwhile is the fault of
// an unknown one.
func (m *Manager) Visit(ctx context.Context, s Session, ip string) error {
	if err := m.touch(ctx, &s, clock.Now(), ip); err != nil {
		return fmt.Errorf("note a visit: %w", err)
	}
	return nil
}

// touch moves the idle limit, no further than the absolute one.
func (m *Manager) touch(ctx context.Context, s *Session, now time.Time, ip string) error {
	cfg := m.Config()
	if now.Sub(s.Seen) < min(touchEvery, cfg.Idle/2) {
		return nil
	}
	idle := cfg.idle(s, now)
	err := m.Store.TouchSession(ctx, s.ID, now, idle, ip)
	if fault.Is(err, fault.NotFound) { // it ended this very moment
		return none()
	}
	if err != nil {
		return err
	}
	s.Seen, s.IdleExpires, s.IP = now, idle, ip
	return nil
}

// idle is until when a session that was seen at now lives without a further visit.
func (c *Config) idle(s *Session, now time.Time) time.Time {
	idle := now.Add(c.Idle)
	if idle.After(s.Expires) {
		return s.Expires
	}
	return idle
}

func (m *Manager) record(ctx context.Context, by audit.Actor, action audit.Action, s Session, after map[string]any) error {
	return m.Audit.Record(ctx, audit.Event{
		Actor: by, Action: action, Target: target(s.ID), User: s.User, After: audit.Doc(after),
	})
}

func none() error {
	return fault.New(fault.Unauthenticated, "session.none", "You are not signed in.")
}
