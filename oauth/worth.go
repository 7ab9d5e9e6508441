package oauth

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Worth is what an access token that is alive is worth by the policy of now: less
// scopes than it was made with where a right was lost, and the rights of now.
type Worth struct {
	Active bool // false: person, session or client were stopped, and it is worth nothing
	Scopes []string
	Rights
	Policy uint64 // the version of the policy that says so
}

// Worth asks what a token of the client is worth now. An error says nothing about it.
func (s *Service) Worth(ctx context.Context, c *Client, t *AccessClaims) (Worth, error) {
	if c.Disabled {
		return Worth{}, nil
	}
	var a Authorization
	if t.OfPerson() {
		of, err := t.authorization()
		if err != nil {
			return Worth{}, fmt.Errorf("ask what a token is worth: %w", err)
		}
		a = of
	}
	now := time.Now()
	allowed, err := s.Ceiling.Over(ctx, c, &a, strings.Fields(t.Scope), now)
	if err != nil {
		return Worth{}, fmt.Errorf("ask what a token is worth: %w", err)
	}
	if allowed.Stopped {
		return Worth{}, nil
	}
	worth := Worth{Active: true, Scopes: allowed.Scopes, Policy: allowed.Policy}
	if allowed.Entitlements != nil {
		worth.Rights = allowed.Entitlements.At(t.Audience, allowed.Scopes, now, 0).all(c.Permissions)
	}
	return worth, nil
}
