package house

import (
	"context"
	"time"

	"gatehouse/access"
	"gatehouse/flow"
	"gatehouse/oauth"
)

// policy is what access knows now; *access.Live is.
type policy interface {
	// Current returns the policy as it stands, and Unavailable "policy.unknown" when
	// nobody can tell.
	Current(ctx context.Context) (*access.Snapshot, error)
}

// ceiling lets oauth ask access what people may give clients, and what they hold.
type ceiling struct{ policy }

// Over implements oauth.Ceiling.
func (c ceiling) Over(ctx context.Context, client *oauth.Client, a *oauth.Authorization, scopes []string, now time.Time) (oauth.Allowance, error) {
	s, err := c.Current(ctx)
	if err != nil {
		return oauth.Allowance{}, err
	}
	q := questionOf(client, a, now)
	if _, stopped := s.Stopped(&q); stopped {
		return oauth.Allowance{Policy: s.Version(), Stopped: true}, nil
	}
	may, until := s.Delegable(&q, scopes, access.Ahead{Least: oauth.ShortestToken, Most: oauth.MaxAccessTokenTTL})
	allowed := oauth.Allowance{Scopes: may, Until: until, Policy: s.Version()}
	if client.Permissions != "" && client.Permissions != oauth.PermissionsNone {
		allowed.Entitlements = entitlements{s, q}
	}
	return allowed, nil
}

// questionOf is who asks by a token: a person by a client, or a client for itself. A
// token has what its scopes have, of either.
func questionOf(client *oauth.Client, a *oauth.Authorization, now time.Time) access.Question {
	if a.User == "" {
		return access.Question{Principal: access.Subject{Kind: access.Client, ID: string(client.ID)}, Now: now, Client: client.ID, Delegated: true}
	}
	return access.Question{
		Principal: access.Subject{Kind: access.User, ID: string(a.User)}, Now: now, Session: a.Session, Client: client.ID,
		Level: a.Level, AuthTime: a.AuthTime, Delegated: true,
	}
}

// BoundScopes lists the scopes that are bound to permissions, as far as is known. The
// list must not be changed.
func (h *House) BoundScopes() []string {
	if s := h.Policy.Known(); s != nil {
		return s.Scopes()
	}
	return nil
}

// ScopeSays is what people read of a scope: what the configuration says, else what it
// was bound with, else nothing.
func (h *House) ScopeSays() func(scope string) string {
	words := map[string]string{}
	for _, s := range h.Config.SignIn.Scopes {
		words[s.Name] = s.Says
	}
	return func(scope string) string {
		if says := words[scope]; says != "" {
			return says
		}
		if s := h.Policy.Known(); s != nil {
			return s.ScopeSays(scope)
		}
		return ""
	}
}

// meanings implements oauth.Meanings.
type meanings struct {
	access *access.Service
	words  []flow.ScopeWords
}

// Meant implements oauth.Meanings.
func (m meanings) Meant(ctx context.Context) (all []string, err error) {
	bound, err := m.access.Scopes(ctx)
	for _, one := range bound {
		all = append(all, one.Name)
	}
	all = append(all, access.ScopeRead, access.ScopeAdmin)
	for _, one := range m.words {
		all = append(all, one.Name)
	}
	return all, err
}

// entitlements are what those who ask hold in one snapshot.
type entitlements struct {
	*access.Snapshot
	q access.Question
}

// At implements oauth.Entitlements.
func (h entitlements) At(audiences, scopes []string, now time.Time, life time.Duration) oauth.Entitled {
	if audiences == nil {
		audiences = []string{} // nobody's token, and not everybody's
	}
	q := h.q
	q.Scopes, q.Now = scopes, now
	held := h.Snapshot.Entitlements(&q, audiences, access.Ahead{Least: min(oauth.ShortestToken, life), Most: life})
	return oauth.Entitled{Roles: oauth.Names(held.Roles), Permissions: oauth.Names(held.Permissions), Own: oauth.Names(held.Own)}
}
