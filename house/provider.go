package house

import (
	"context"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/identity"
)

// Subjects lets the provider ask identity about the person behind a token.
type Subjects struct{ Identity *identity.Service }

// Claims implements provider.People.
func (s Subjects) Claims(ctx context.Context, user id.User, scopes, extra []string) (map[string]any, bool, error) {
	u, err := s.Identity.User(ctx, user)
	if fault.Is(err, fault.NotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	claims := u.StandardClaims(scopes)
	all := u.StandardClaims([]string{"profile", "email", "address", "phone"})
	for _, name := range extra {
		if v, ok := all[name]; ok {
			claims[name] = v
		} else if v, ok := u.Claims.Attributes[name]; ok {
			claims[name] = v
		}
	}
	return claims, !u.Disabled, nil
}

// Email implements provider.People.
func (s Subjects) Email(ctx context.Context, user id.User) (string, error) {
	u, err := s.Identity.User(ctx, user)
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	return u.Email, err
}
