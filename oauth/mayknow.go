package oauth

import (
	"context"
	"fmt"
	"slices"
)

// MayKnow reports whether a client may learn about an access token: it is meant for
// it, was given to it, or is for an API that the client is a server of; or the client
// may introspect everything. An error is never a no.
func (s *Service) MayKnow(ctx context.Context, c *Client, t *AccessClaims) (bool, error) {
	if c.Introspect || t.ClientID == string(c.ID) || slices.Contains(t.Audience, string(c.ID)) {
		return true, nil
	}
	serves, err := s.Grants.Serves(ctx, c.ID, t.Audience)
	if err != nil {
		return false, fmt.Errorf("ask what the client serves: %w", err)
	}
	return serves, nil
}
