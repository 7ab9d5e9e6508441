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

// Person implements flow.People.
func (p people) Person(ctx context.Context, user id.User) (flow.Person, error) {
	s, err := p.Standing(ctx, user)
	if err != nil {
		return flow.Person{}, err
	}
	return flow.Person{
		ID: s.ID, Email: s.Email, Name: s.Name, Enabled: !s.Disabled, Administrator: s.Administrator,
		Password: s.Password, Second: s.Second,
	}, nil
}

// StartEnrol implements flow.People.
func (p people) StartEnrol(ctx context.Context, from audit.Actor, user id.User, browser []byte) (secret, url string, err error) {
	e, err := p.Service.StartEnrol(ctx, from, user, browser)
	return e.Secret, e.URL, err
}

// sessions lets flow ask session.
type sessions struct{ manager *session.Manager }

// View implements flow.Sessions: no session is no error.
func (s sessions) View(ctx context.Context, token, ip string) (*flow.SessionView, error) {
	found, err := s.manager.Authenticate(ctx, token, ip)
	if fault.Is(err, fault.Unauthenticated) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	v := sessionView(found)
	return &v, nil
}

func sessionView(s session.Session) flow.SessionView {
	return flow.SessionView{ID: s.ID, User: s.User, Proofs: s.Proofs}
}

// Create implements flow.Sessions.
func (s sessions) Create(ctx context.Context, by audit.Actor, user id.User, proofs proof.List) (flow.SessionView, string, error) {
	made, token, err := s.manager.Create(ctx, by, user, proofs)
	return sessionView(made), token, err
}

// Raise implements flow.Sessions.
func (s sessions) Raise(ctx context.Context, by audit.Actor, session id.Session, proofs proof.List) (flow.SessionView, string, error) {
	current, err := s.manager.Store.Session(ctx, session)
	if err != nil {
		return flow.SessionView{}, "", err
	}
	raised, token, err := s.manager.Raise(ctx, by, current, proofs)
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
}

// Application implements flow.Apps.
func (a apps) Application(ctx context.Context, client id.Client) (flow.Application, error) {
	c, err := a.registry.Client(ctx, client)
	if err != nil {
		return flow.Application{}, err
	}
	if c.Disabled {
		return flow.Application{}, fault.Missing("client")
	}
	return flow.Application{
		ID: c.ID, Name: c.Name, HomeURL: c.HomeURL, SkipConsent: c.SkipConsent,
		Unproven: c.Public() && slices.ContainsFunc(c.RedirectURIs, catchable), Require: c.RequireLevel,
	}, nil
}

// catchable reports whether another program on the person's machine could take
// the answer that goes to uri: loopback ports and private-use schemes belong to
// nobody.
func catchable(uri string) bool { return !strings.HasPrefix(uri, "https://") }

// Consented implements flow.Apps: no consent is no scopes, and no error.
func (a apps) Consented(ctx context.Context, user id.User, client id.Client) ([]string, error) {
	c, err := a.oauth.Consent(ctx, user, client)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	return c.Scopes, err
}

// GiveConsent implements flow.Apps.
func (a apps) GiveConsent(ctx context.Context, by audit.Actor, user id.User, client id.Client, scopes []string) error {
	return a.oauth.GiveConsent(ctx, by, user, client, scopes)
}
