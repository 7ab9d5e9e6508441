package house

import (
	"context"
	"fmt"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/config"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/oauth"
	"gatehouse/proof"
)

// directory tells access whom there is.
type directory struct {
	people  *identity.Service
	clients *oauth.Service
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

// builtIn is what the API of Gatehouse itself is like. Whoever changes something there
// proves two factors, unless nobody needs to have two.
func builtIn(cfg config.Config) access.BuiltIn {
	b := access.BuiltIn{Audience: access.AudienceAt(cfg.Issuer), Writes: access.Requirement{Level: proof.AAL2}}
	if cfg.SignIn.MFA == proof.MFANobody {
		b.Writes = access.Requirement{}
	}
	return b
}

// grantsOfClients lets oauth ask what a client is to access, and end what it was granted.
type grantsOfClients struct{ access *access.Service }

// StandingChanged implements oauth.Grants.
func (g grantsOfClients) StandingChanged(ctx context.Context, client id.Client, disabled bool) error {
	return g.access.StandingChanged(ctx, access.Subject{Kind: access.Client, ID: string(client)}, disabled)
}

// EndGrants implements oauth.Grants.
func (g grantsOfClients) EndGrants(ctx context.Context, by audit.Actor, client id.Client) error {
	return g.access.EndAllOf(ctx, by, access.Subject{Kind: access.Client, ID: string(client)})
}

// ServesAPI implements oauth.Grants.
func (g grantsOfClients) ServesAPI(ctx context.Context, client id.Client) (bool, error) {
	return g.access.Serves(ctx, string(client))
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
