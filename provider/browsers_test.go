package provider

import (
	"context"
	"errors"
	"time"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/flow"
	"gatehouse/id"
	"gatehouse/proof"
	"gatehouse/secret"
	"gatehouse/session"
)

// browsers makes and ends sessions.
type browsers struct{ store *memory }

func (s *browsers) Visit(context.Context, flow.SessionView, string) error { return nil }

func viewOf(s session.Session) *flow.SessionView {
	return &flow.SessionView{ID: s.ID, User: s.User, Proofs: s.Proofs}
}

func (s *browsers) Create(ctx context.Context, _ audit.Actor, user id.User, proofs proof.List) (flow.SessionView, string, error) {
	unlock, err := s.store.open(ctx, true)
	defer unlock()
	token, now := secret.Token(32), time.Now().UTC()
	made := session.Session{
		ID: id.NewSession(), TokenHash: secret.Hash(token), User: user, Proofs: proofs,
		Created: now, IdleExpires: now.Add(time.Hour), Expires: now.Add(time.Hour),
	}
	s.store.sessions[made.ID] = made
	return *viewOf(made), token, err
}

func (s *browsers) Raise(ctx context.Context, by audit.Actor, v flow.SessionView, proofs proof.List) (flow.SessionView, string, error) {
	unlock, err := s.store.open(ctx, true)
	defer unlock()
	token, raised := secret.Token(32), s.store.sessions[v.ID]
	raised.TokenHash, raised.Proofs = secret.Hash(token), proofs
	s.store.sessions[v.ID] = raised
	return *viewOf(raised), token, err
}

func (s *browsers) End(ctx context.Context, _ audit.Actor, name id.Session, _ audit.Reason) error {
	unlock, err := s.store.open(ctx, true)
	defer unlock()
	ended := s.store.sessions[name]
	ended.RevokedAt = time.Now()
	s.store.sessions[name] = ended
	return err
}

// signedIn knows sessions by their cookie's token.
type signedIn struct {
	live  map[string]session.Session
	ended []id.Session
	err   error
}

func (s *signedIn) Known(_ context.Context, token string) (session.Session, error) {
	if s.err != nil {
		return session.Session{}, s.err
	}
	if found, ok := s.live[token]; ok {
		return found, nil
	}
	return session.Session{}, fault.New(fault.Unauthenticated, "session.none", "Nobody is signed in.")
}

func (s *signedIn) End(_ context.Context, by audit.Actor, ended id.Session, _ audit.Reason) error {
	if s.err != nil {
		return s.err
	}
	if by.Kind != audit.Person {
		return errors.New("ended by nobody")
	}
	s.ended = append(s.ended, ended)
	return nil
}
