package oauth

import (
	"cmp"
	"slices"
	"time"

	"gatehouse/id"
)

// newFamily returns the family that begins with these tokens and its first
// refresh token; nil when none is due. It is the one place that makes a family.
// The family keeps all that the person allowed: what is left of it is asked at
// every refresh.
func (s *Service) newFamily(m *minting) (*Family, string) {
	if !refreshes(m.client, m.allowed.Scopes) {
		return nil, ""
	}
	name, bytes := id.NewFamily()
	token, hash := s.Codec.Mint(bytes, 1)
	f := &Family{
		ID: name, Authorization: *m.authorization, Generation: 1, CurrentHash: hash,
		Static:  m.client.keepsToken(),
		Created: m.now, RotatedAt: m.now, Expires: m.now.Add(cmp.Or(m.client.RefreshAbsolute, m.config.RefreshAbsolute)),
	}
	f.Nonce = "" // an ID token that comes of a refresh has none
	f.IdleExpires = m.idleLimit(f)
	return f, token
}

// idleLimit is how long the family lives without being used, from now on.
func (m *minting) idleLimit(f *Family) time.Time {
	limit := m.now.Add(cmp.Or(m.client.RefreshIdle, m.config.RefreshIdle))
	if limit.After(f.Expires) {
		return f.Expires
	}
	return limit
}

// keepsToken reports whether the client's refresh tokens stay the same: RFC
// 9700 section 4.14.2 wants those of public clients to rotate.
func (c *Client) keepsToken() bool { return c.StaticRefresh && !c.Public() }

// over reports whether the family has ended at now, by itself or by somebody.
func (f *Family) over(now time.Time) bool {
	return !f.RevokedAt.IsZero() || !now.Before(f.IdleExpires) || !now.Before(f.Expires)
}

// refreshes reports whether a refresh token is due: the client may refresh, and
// the person allowed it.
func refreshes(c *Client, scopes []string) bool {
	return c.may(GrantRefresh) && slices.Contains(scopes, ScopeOffline)
}
