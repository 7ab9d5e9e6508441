package oauth

import (
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

// privileged refuses an actor who may not give c what old (nil: there was none) had not.
func (s *Service) privileged(ctx context.Context, by audit.Actor, old, c *Client) error {
	var had []string
	if old != nil {
		had = s.privileges(old)
	}
	if covers(had, s.privileges(c)) {
		return nil
	}
	return s.Grants.MayPrivilege(ctx, by)
}
