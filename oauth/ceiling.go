package oauth

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Ceiling says what is allowed beyond the protocol's own rules: which scopes a
// person may give a client, or a client may have for itself, until when, and what
// they hold at the APIs. It is asked when a code is issued, when it is redeemed, at
// every refresh, for client credentials and at introspection, so that a right that
// was lost is gone with the next token.
type Ceiling interface {
	// Over returns what is allowed of the scopes at now, which the client may have by
	// what is registered for it. Of a client's own token only the client is set in a.
	// What is allowed for less than ShortestToken is not. It answers from memory or
	// fast: it stands on the path of every token. An error is never a no.
	Over(ctx context.Context, c *Client, a *Authorization, scopes []string, now time.Time) (Allowance, error)
}

// Allowance is what a Ceiling allows. The zero Allowance allows nothing.
type Allowance struct {
	Scopes []string  // others than those asked about do not count
	Until  time.Time // no access token outlives it (ID tokens carry no right); zero: no limit but the token's own
	Policy uint64    // the version of the policy that says so
	// Stopped is that person, session or client are locked or disabled: nothing is
	// allowed.
	Stopped bool
	// Entitlements tell what is held besides; nil where tokens of the client say nothing
	// of that.
	Entitlements Entitlements

	all      []string    // Scopes, and those whose claims may be given one by one
	assigned Assignments // of the person, where the client requires or is told of it
}

// ShortestToken is the least that is left of what a token says for which it says
// so: tokens tell the second only.
const ShortestToken = time.Second

// under returns what the ceiling leaves of scopes, and of those by which the
// claims that are asked for one by one could be had. A is zero for a client's own.
// Where nothing is left of something, or it is over by now, the answer is no; and
// so it is while person, session or client are stopped.
func (s *Service) under(ctx context.Context, c *Client, a *Authorization, scopes []string, asked ClaimsRequest, now time.Time, cfg *Config, no *Refusal) (Allowance, error) {
	all := common(ConsentScopes(c, scopes, asked), c.Scopes)
	allowed, err := s.Ceiling.Over(ctx, c, a, all, now)
	if err != nil {
		return Allowance{}, fmt.Errorf("ask what is allowed: %w", err)
	}
	if allowed.Stopped {
		return Allowance{}, suspended(no)
	}
	if err := s.admit(ctx, c, a, now, cfg, &allowed); err != nil {
		return Allowance{}, err
	}
	allowed.all = common(all, allowed.Scopes)
	allowed.Scopes = common(scopes, allowed.all)
	if !allowed.serves(scopes, now) {
		return Allowance{}, no
	}
	return allowed, nil
}

// suspended is the no to who is stopped, where no is what another would be. Another
// scope would not help, so that invalid_scope is not said.
func suspended(no *Refusal) *Refusal {
	if no.Code == AccessDenied {
		return errNotAllowed
	}
	return errLocked
}

var errLocked = refuse(InvalidGrant, "The person, the session or the client is locked or disabled for now.")

// serves reports whether a token of what is allowed is any good to whom asked
// for scopes: something is left, the sign-in too if it was asked for, and for a
// second at least.
func (a Allowance) serves(scopes []string, now time.Time) bool {
	if !a.Until.IsZero() && a.Until.Before(now.Add(ShortestToken)) {
		return false
	}
	if slices.Contains(scopes, ScopeOpenID) && !slices.Contains(a.Scopes, ScopeOpenID) {
		return false
	}
	return len(a.Scopes) > 0 || len(scopes) == 0
}

// expiry is when a token made at now for so long ends, to the second, if what it
// says is true until the given time too.
func (a Allowance) expiry(now time.Time, ttl time.Duration, until time.Time) int64 {
	end := now.Unix() + int64(ttl/time.Second)
	for _, limit := range []time.Time{a.Until, until} {
		if !limit.IsZero() {
			end = min(end, limit.Unix())
		}
	}
	return end
}
