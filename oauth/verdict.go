package oauth

import (
	"slices"
	"time"

	"gatehouse/proof"
	"gatehouse/secret"
)

// verdict is what a presented refresh token means for its family.
type verdict int

const (
	refuseToken verdict = iota // of another client, expired, ended, or not one we know: nothing changes
	rotateToken                // the current one: it is replaced
	keepToken                  // the current one of a static family: it stays
	repeatToken                // the one before, within the grace window: the same successor again
	replayToken                // an older one: the family ends
)

// brings reports whether a refresh with the token brings something.
func (v verdict) brings() bool { return v == rotateToken || v == keepToken || v == repeatToken }

// maxAhead is how far the clock may be ahead that told when a token was replaced.
// More is no grace that began, but a clock that had jumped.
const maxAhead = 30 * time.Second

// inGrace reports whether the family was rotated so lately that its answer may
// have been lost.
func (f *Family) inGrace(grace time.Duration, now time.Time) bool {
	return now.Before(f.RotatedAt.Add(grace)) && !f.RotatedAt.After(now.Add(maxAhead))
}

// judge says what the token means at now. It is pure. A token of a later
// generation than the row has not been stolen: the database lost a rotation. It
// is refused, and the person signs in again.
func (f *Family) judge(c *Client, t RefreshToken, grace time.Duration, now time.Time) verdict {
	if f.Client != c.ID || f.over(now) {
		return refuseToken
	}
	if secret.Equal(f.CurrentHash, t.SecretHash) {
		if f.Static && c.keepsToken() { // the client may have changed since
			return keepToken
		}
		return rotateToken
	}
	if t.Generation >= f.Generation {
		return refuseToken
	}
	if secret.Equal(f.PreviousHash, t.SecretHash) && len(f.SealedSuccessor) > 0 && f.inGrace(grace, now) {
		return repeatToken
	}
	return replayToken
}

// ended reports whether the family was ended by what it rests on: no token of it
// will ever be good again.
func (g *Grounds) ended() bool { return g.Ended || g.SessionRevoked }

// bear says what may have changed since the person agreed to the scopes of the
// family and the claims that are asked for one by one, and returns the scopes that
// the client still may have. It is pure. A sign-in that was weaker than the client
// and mfa ask for by now is refused, and nothing ends by it: the family brings
// nothing while more is asked for, the person may sign in anew, and a policy that
// was set by mistake costs nobody what they had.
func (g *Grounds) bear(c *Client, f *Family, asked ClaimsRequest, mfa proof.MFA) ([]string, *Refusal) {
	switch {
	case !g.UserEnabled:
		return nil, errDisabled
	case g.SessionRevoked: // one that merely expired takes none along: they are for offline access
		return nil, errSignedOut
	case mfa.Least(g.User, c.RequireLevel) > f.Level:
		return nil, errTooWeak
	case !c.SkipConsent && !g.Unasked && !covers(g.Consented, ConsentScopes(c, f.Scopes, asked)):
		return nil, refuse(InvalidGrant, "The person does not allow this any more.")
	}
	return keepSignIn(f.Scopes, common(f.Scopes, c.Scopes))
}

var errTooWeak = refuse(InvalidGrant, "A stronger sign-in is needed by now: the person must sign in again.")

// keepSignIn returns left, what is left of the scopes that the family has. A
// family that lost one of the two it lives by brings nothing any more.
func keepSignIn(had, left []string) ([]string, *Refusal) {
	for _, scope := range []string{ScopeOpenID, ScopeOffline} {
		if slices.Contains(had, scope) && !slices.Contains(left, scope) {
			return nil, refuse(InvalidGrant, "The client may not have one of the grant's scopes any more.")
		}
	}
	return left, nil
}

// stillMeantFor are the recorded audiences without those that the client lost.
func (s *Service) stillMeantFor(c *Client, recorded []string) []string {
	return slices.DeleteFunc(slices.Clone(recorded), func(audience string) bool {
		return audience != s.Issuer && !slices.Contains(c.Audiences, audience)
	})
}
