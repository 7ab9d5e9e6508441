package house

import (
	"context"
	"fmt"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/config"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/oauth"
	"gatehouse/proof"
	"gatehouse/store"
)

// directory tells access whom there is.
type directory struct {
	people  *identity.Service
	clients *oauth.Service
	store   *store.Store
}

// Known implements access.Directory. A client is held until the transaction ends.
// A person who is being deleted waits for it at the version of policies.
func (d directory) Known(ctx context.Context, s access.Subject) error {
	var err error
	switch s.Kind {
	case access.User:
		_, err = d.people.User(ctx, id.UserOf(s.ID))
	case access.Client:
		_, err = d.clients.Client(ctx, id.Client(s.ID))
	default:
		err = fmt.Errorf("nobody knows of a %s", s.Kind)
	}
	return err
}

// WithScope implements access.Applications. Applications stay as they are until the
// transaction of ctx ends only where the caller holds their version.
func (d directory) WithScope(ctx context.Context, scope string) (id.Client, error) {
	return d.clients.WithScope(ctx, scope)
}

// Requiring implements access.Applications.
func (d directory) Requiring(ctx context.Context, role, group string) (id.Client, error) {
	return d.clients.Requiring(ctx, role, group)
}

// builtIn is what the API of Gatehouse itself is like. Whoever changes something there
// proves two factors, unless nobody needs to have two.
func builtIn(cfg config.Config) access.BuiltIn {
	b := access.BuiltIn{Audience: oauth.OwnAPI(cfg.Issuer), Writes: access.Requirement{Level: proof.AAL2}}
	if cfg.SignIn.MFA == proof.MFANobody {
		b.Writes = access.Requirement{}
	}
	return b
}

// HasClient implements access.Directory. Who makes a client waits for the version of
// clients, and looks whether somebody else has the id only then.
func (d directory) HasClient(ctx context.Context, name string) (bool, error) {
	if err := d.store.HoldClients(ctx); err != nil {
		return false, err
	}
	return hasClient(ctx, d.clients, name)
}

func hasClient(ctx context.Context, clients *oauth.Service, name string) (bool, error) {
	_, err := clients.Client(ctx, id.Client(name))
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// Session implements access.Directory.
func (d directory) Session(ctx context.Context, name id.Session) (id.User, time.Time, error) {
	s, err := d.store.Session(ctx, name)
	if err == nil && !s.Live(clock.Now()) {
		err = fault.Missing("session")
	}
	return s.User, s.Expires, err
}

// locks tells the doors' services who is suspended, from the policy of the present.
type locks struct{ policy *access.Live }

// Locked implements oauth.Locks, session.Locks and flow.Locks.
func (l locks) Locked(ctx context.Context, user id.User, browser id.Session, client id.Client) (bool, error) {
	p, err := l.policy.Current(ctx)
	if err != nil {
		return false, err
	}
	return p.Locked(time.Now(),
		access.LockTarget{Kind: access.LockUser, ID: string(user)},
		access.LockTarget{Kind: access.LockSession, ID: string(browser)},
		access.LockTarget{Kind: access.LockClient, ID: string(client)}), nil
}

// grantsOfClients lets oauth ask what a client is to access, and end what it was granted.
type grantsOfClients struct{ access *access.Service }

// DisabledChanged implements oauth.Grants.
func (g grantsOfClients) DisabledChanged(ctx context.Context, client id.Client, disabled bool) error {
	return g.access.DisabledChanged(ctx, access.Subject{Kind: access.Client, ID: string(client)}, disabled)
}

// Free implements oauth.Grants.
func (g grantsOfClients) Free(ctx context.Context, client id.Client) error {
	return g.access.Free(ctx, client)
}

// EndGrants implements oauth.Grants.
func (g grantsOfClients) EndGrants(ctx context.Context, by audit.Actor, client id.Client) error {
	return g.access.EndAllOf(ctx, by, access.Subject{Kind: access.Client, ID: string(client)})
}

// ServesAPI implements oauth.Grants.
func (g grantsOfClients) ServesAPI(ctx context.Context, client id.Client) (bool, error) {
	return g.access.Serves(ctx, string(client))
}

// Serves implements oauth.Grants.
func (g grantsOfClients) Serves(ctx context.Context, client id.Client, audiences []string) (bool, error) {
	s, err := g.access.Live.Current(ctx)
	if err != nil {
		return false, err
	}
	return s.ServesAudience(string(client), audiences), nil
}

// MayTakeOver implements oauth.Grants.
func (g grantsOfClients) MayTakeOver(ctx context.Context, by audit.Actor, client id.Client) error {
	return g.access.MayActFor(ctx, by, access.Subject{Kind: access.Client, ID: string(client)})
}

// MayPrivilege implements oauth.Grants.
func (g grantsOfClients) MayPrivilege(ctx context.Context, by audit.Actor) error {
	return g.access.MayPrivilege(ctx, by)
}

// guardOfPeople lets identity ask who may change how somebody proves who they are.
type guardOfPeople struct{ access *access.Service }

// MayTakeOver implements identity.Guard.
func (g guardOfPeople) MayTakeOver(ctx context.Context, by audit.Actor, user id.User) error {
	return g.access.MayActFor(ctx, by, access.Subject{Kind: access.User, ID: string(user)})
}

// letsIn is what who lets people in must be permitted.
const letsIn = access.Gatehouse + "/users:credentials"

// MayStillLetIn implements identity.Guard. What by had to prove, they proved when they made it.
func (g guardOfPeople) MayStillLetIn(ctx context.Context, by audit.Actor, user id.User) error {
	if by.Kind == audit.Console {
		return nil
	}
	s, err := g.access.Live.Current(ctx)
	if err != nil {
		return err
	}
	if err := couldLetIn(s, by, user, time.Now()); err != nil {
		return err
	}
	return g.access.CouldActFor(ctx, by, access.Subject{Kind: access.User, ID: string(user)})
}

// couldLetIn refuses who may not let the person in by s.
func couldLetIn(s *access.Snapshot, by audit.Actor, user id.User, now time.Time) error {
	if by.Key != "" && !s.HasKey(id.ServiceKey(by.Key)) {
		return lostLetIn("the key is over")
	}
	d, err := s.Decide(&access.Question{
		Principal: access.Subject{Kind: kinds[by.Kind], ID: by.ID}, Permission: letsIn, Now: now,
		Level: proof.AAL2, AuthTime: now, Resource: access.Resource{ID: string(user)},
	})
	if err != nil {
		return lostLetIn(err.Error())
	}
	if d.Outcome != access.Allowed {
		return lostLetIn(string(d.Reason))
	}
	return nil
}

func lostLetIn(why string) error {
	return fault.Wrap(fmt.Errorf("%s: %s", letsIn, why), fault.Forbidden, "access.not_held", "Whoever made this may not let people in any more.")
}

// Administers reports whether a person has a right at Gatehouse itself, or is to have
// one, by the policy that is in memory; Unavailable "policy.unknown" when nobody can
// know. It implements the Administrators of flow, oauth and ui.
func (h *House) Administers(ctx context.Context, user id.User) (bool, error) {
	s, err := h.Policy.Current(ctx)
	if err != nil {
		return false, err
	}
	return s.Administers(access.Subject{Kind: access.User, ID: string(user)}, time.Now()), nil
}

// Snapshot is the policy as it is now, for a command: a server follows it (Policy).
func (h *House) Snapshot(ctx context.Context) (*access.Snapshot, error) {
	return access.Load(ctx, h.Store, builtIn(h.Config), time.Now())
}
