package oauth

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"gatehouse/id"
)

// Signer signs with the house's keys; *keys.Ring does.
type Signer interface {
	// Sign returns payload as a compact JWS with the header members alg and typ.
	Sign(ctx context.Context, alg, typ string, payload []byte) (string, error)
}

// People answers about the person behind an authorization.
type People interface {
	// Claims returns the standard claims of the person for the scopes and,
	// whatever the scopes, those named in extra. enabled is false for a person who
	// is disabled or gone; that is not an error.
	Claims(ctx context.Context, user id.User, scopes, extra []string) (claims map[string]any, enabled bool, err error)
}

// Tokens is what a grant brings (RFC 6749 section 5.1).
type Tokens struct {
	Access  string
	Lives   int64  // seconds from now
	Refresh string // "" when none is due
	ID      string // "" when openid is not among the scopes
	Scopes  []string
}

// minting is what tokens are made of.
type minting struct {
	client        *Client
	authorization *Authorization // zero for a client's own token
	asked         ClaimsRequest  // the authorization's claims, read
	claims        map[string]any // of the person, for the ID token
	told          telling        // besides these, for the ID token
	allowed       Allowance
	targets       []string  // aud of the access token
	now           time.Time // iat: taken before anything is written
	config        Config    // as it was then: tokens live no longer than was looked ahead
}

// mint makes the tokens. It is the one place that does, after everything was
// decided and written.
func (s *Service) mint(ctx context.Context, m *minting, refresh string) (Tokens, error) {
	access, expires, err := s.accessToken(ctx, m)
	if err != nil {
		return Tokens{}, err
	}
	s.Notes.issued(m.client, m.now)
	t := Tokens{Access: access, Lives: expires - m.now.Unix(), Refresh: refresh, Scopes: m.allowed.Scopes}
	if m.authorization.User != "" && slices.Contains(m.allowed.Scopes, ScopeOpenID) {
		t.ID, err = s.idToken(ctx, m, access)
	}
	return t, err
}

// rights is what the access token says of what its principal may do, and until when
// that is so at the longest.
func (m *minting) rights(life time.Duration) (Rights, time.Time) {
	if m.allowed.Entitlements == nil {
		return Rights{}, time.Time{}
	}
	return m.allowed.Entitlements.At(m.targets, m.allowed.Scopes, m.now, life).rights(m.client.Permissions)
}

// meet looks at the person of an authorization: are they enabled, and which of
// their claims belong in the ID token: those that were asked for there, and those
// of the allowed scopes where the client wants them.
func (s *Service) meet(ctx context.Context, m *minting) error {
	var scopes []string
	if m.client.IDTokenClaims {
		scopes = m.allowed.Scopes
	}
	told := &m.client.Told
	asked, mapped := permitted(m.allowed.all, m.asked.idToken()), told.wanted(m.allowed.Scopes)
	claims, enabled, err := s.People.Claims(ctx, m.authorization.User, scopes, slices.Concat(asked, mapped))
	if err != nil {
		return fmt.Errorf("read claims: %w", err)
	}
	if !enabled {
		return errDisabled
	}
	m.claims = map[string]any{}
	for name, value := range claims {
		if slices.Contains(asked, name) || slices.Contains(scopes, scopeOfClaim(name)) {
			m.claims[name] = value
		}
	}
	m.told = told.tell(m.allowed.assigned, claims, m.now)
	s.tellOf(ctx, m.client, m.authorization.User, m.told)
	return nil
}

// tellOf tells the log what had to be left out, for which application.
func (s *Service) tellOf(ctx context.Context, c *Client, user id.User, t telling) {
	if len(t.left) > 0 {
		s.Log.LogAttrs(ctx, slog.LevelWarn, "claims left out because they are too large",
			slog.String("client", string(c.ID)), slog.String("user", string(user)), slog.Any("claims", t.left))
	}
}

// Userinfo returns what userinfo tells the client of the person that the token speaks for, by
// what is so at now: the claims of the scopes, those that were asked for one by one, and what
// else the client is told, sub always among them. enabled is false for a person who is
// disabled or gone, of whom nothing is told.
func (s *Service) Userinfo(ctx context.Context, c *Client, t *AccessClaims, now time.Time) (claims map[string]any, enabled bool, err error) {
	claims, enabled, err = s.People.Claims(ctx, id.User(t.Subject), strings.Fields(t.Scope), t.UserinfoClaims)
	if err != nil {
		return nil, false, fmt.Errorf("read claims: %w", err)
	}
	if !enabled {
		return nil, false, nil
	}
	told, err := s.TellUserinfo(ctx, c, t, now)
	if err != nil {
		return nil, false, err
	}
	answer := make(map[string]any, len(claims)+len(told)+3)
	maps.Copy(answer, claims)
	maps.Copy(answer, told)
	answer["sub"] = t.Subject
	return answer, true, nil
}

// TellUserinfo returns what userinfo tells the client besides the claims of the
// token's scopes, by what is so at now.
func (s *Service) TellUserinfo(ctx context.Context, c *Client, t *AccessClaims, now time.Time) (map[string]any, error) {
	if c.Told.Empty() {
		return nil, nil
	}
	a, err := t.authorization()
	if err != nil {
		return nil, err
	}
	var assigned Assignments
	if c.Told.asksAssignments() {
		if assigned, err = s.assignments(ctx, c, &a, now, now); err != nil {
			return nil, err
		}
	}
	var values map[string]any
	if names := c.Told.wanted(strings.Fields(t.Scope)); len(names) > 0 {
		if values, _, err = s.People.Claims(ctx, a.User, nil, names); err != nil {
			return nil, fmt.Errorf("read claims: %w", err)
		}
	}
	told := c.Told.tell(assigned, values, now)
	s.tellOf(ctx, c, a.User, told)
	return told.claims, nil
}

// ask reads the claims parameter again; it was in order when it was stored.
func (m *minting) ask() (err error) {
	if m.asked, err = ParseClaims(m.authorization.Claims); err != nil {
		return fmt.Errorf("stored claims parameter: %w", err)
	}
	return nil
}
