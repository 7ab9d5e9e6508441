package house

import (
	"context"
	"slices"
	"strings"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/flow"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/oauth"
	"gatehouse/proof"
	"gatehouse/session"
)

// people lets flow ask identity.
type people struct{ *identity.Service }

// StartEnrol implements flow.People.
func (p people) StartEnrol(ctx context.Context, from audit.Actor, user id.User, browser []byte) (secret, url string, err error) {
	e, err := p.Service.StartEnrol(ctx, from, user, browser)
	return e.Secret, e.URL, err
}

// sessions lets flow ask session.
type sessions struct{ manager *session.Manager }

// Visit implements flow.Sessions. A session that ended this very moment is no
// error: who decides on it next finds that it is gone.
func (s sessions) Visit(ctx context.Context, v flow.SessionView, ip string) error {
	err := s.manager.Visit(ctx, session.Session{ID: v.ID, Seen: v.Seen, Expires: v.Expires}, ip)
	if fault.Is(err, fault.Unauthenticated) {
		return nil
	}
	return err
}

func sessionView(s session.Session) flow.SessionView {
	return flow.SessionView{ID: s.ID, User: s.User, Proofs: s.Proofs, Seen: s.Seen, Expires: s.Expires}
}

// Create implements flow.Sessions.
func (s sessions) Create(ctx context.Context, by audit.Actor, user id.User, proofs proof.List) (flow.SessionView, string, error) {
	made, token, err := s.manager.Create(ctx, by, user, proofs)
	return sessionView(made), token, err
}

// Raise implements flow.Sessions.
func (s sessions) Raise(ctx context.Context, by audit.Actor, v flow.SessionView, proofs proof.List) (flow.SessionView, string, error) {
	raised, token, err := s.manager.Raise(ctx, by, session.Session{ID: v.ID, User: v.User, Expires: v.Expires}, proofs)
	return sessionView(raised), token, err
}

// End implements flow.Sessions.
func (s sessions) End(ctx context.Context, by audit.Actor, session id.Session, reason audit.Reason) error {
	return s.manager.End(ctx, by, session, reason)
}

// apps lets flow ask oauth.
type apps struct {
	registry *oauth.Registry
	oauth    *oauth.Service
	assigner assigner
}

// Application implements flow.Apps.
func (a apps) Application(ctx context.Context, client id.Client) (flow.Application, error) {
	c, err := a.registry.Client(ctx, client)
	if err != nil {
		return flow.Application{}, err
	}
	locked, err := a.registry.Locked(ctx, client)
	if err != nil {
		return flow.Application{}, err
	}
	if c.Disabled || locked {
		return flow.Application{}, fault.Missing("client")
	}
	return flow.Application{
		ID: c.ID, Name: c.Name, HomeURL: c.HomeURL, Logo: c.Logo, SkipConsent: c.SkipConsent,
		Unproven: c.Public() && slices.ContainsFunc(c.RedirectURIs, catchable), Require: c.RequireLevel, Told: !c.Told.Empty(),
	}, nil
}

// catchable reports whether another program on the person's machine could take
// the answer that goes to uri: loopback ports and private-use schemes belong to
// nobody.
func catchable(uri string) bool { return !strings.HasPrefix(uri, "https://") }

// GiveConsent implements flow.Apps.
func (a apps) GiveConsent(ctx context.Context, by audit.Actor, user id.User, client id.Client, scopes []string) error {
	return a.oauth.GiveConsent(ctx, by, user, client, scopes)
}
