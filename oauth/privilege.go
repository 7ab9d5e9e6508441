package oauth

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"gatehouse/audit"
)

// ownScopes begins the scopes of Gatehouse's own API: whoever is given one by a person
// steers this house in their name.
const ownScopes = "gatehouse."

func ownScope(scope string) bool { return strings.HasPrefix(scope, ownScopes) }

// privileges are what of the settings of c only somebody may give who holds the
// permission for it: scopes and tokens of Gatehouse's own API, and that nobody is asked.
func (s *Service) privileges(c *Client) (all []string) {
	if c.SkipConsent {
		all = append(all, "consent")
	}
	for _, scope := range c.Scopes {
		if ownScope(scope) {
			all = append(all, scope)
		}
	}
	if own := OwnAPI(s.Issuer); slices.Contains(c.Audiences, own) {
		all = append(all, own)
	}
	return all
}

// Privileged reports whether administrators may act by the client, or people are not
// asked what it may have.
func (s *Service) Privileged(c *Client) bool { return len(s.privileges(c)) > 0 }

// NeedsPrivilege reports whether it takes a permission of its own to make c of old (nil:
// of nothing). Whoever changes where people return to a privileged client, how it
// authenticates or what it may ask for gets hold of what they allow it. Only what it is
// called, and that it is kept out or let in again, takes no more than elsewhere.
func (s *Service) NeedsPrivilege(old, c *Client) bool {
	if old == nil {
		return s.Privileged(c)
	}
	if !s.Privileged(old) && !s.Privileged(c) {
		return false
	}
	is := *c
	is.complete()
	is.Name, is.Disabled, is.Secrets = old.Name, old.Disabled, old.Secrets
	return !bytes.Equal(document(old), document(&is))
}

// privileged refuses an actor who may not make c of old.
func (s *Service) privileged(ctx context.Context, by audit.Actor, old, c *Client) error {
	if !s.NeedsPrivilege(old, c) {
		return nil
	}
	return s.Grants.MayPrivilege(ctx, by)
}
