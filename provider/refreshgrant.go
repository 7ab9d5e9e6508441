package provider

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/ory/fosite"
	foauth2 "github.com/ory/fosite/handler/oauth2"

	"gatehouse/fault"
	"gatehouse/oauth"
	"gatehouse/secret"
)

// refreshGrant is the refresh token grant (RFC 6749 section 6, RFC 9700 section
// 4.14). A rotation is one conditional statement; everything is checked before
// it and signed after it (docs/decisions/0004).
type refreshGrant struct {
	p      *Provider
	tokens foauth2.AccessTokenStrategy
}

// refreshStep is a refresh under way.
type refreshStep struct {
	presented string
	token     oauth.RefreshToken
	family    oauth.Family
	verdict   verdict
}

// verdict is what a presented refresh token means for its family.
type verdict int

const (
	refuseToken verdict = iota // of another client, expired, ended, or not one we know: nothing changes
	rotateToken                // the current one: it is replaced
	keepToken                  // the current one of a static family: it stays
	repeatToken                // the one before, within the grace window: the same successor again
	replayToken                // an older one: the family ends
)

// judge says what the token means. It is pure. A token of a later generation
// than the row has not been stolen: the database lost a rotation. It is refused,
// and the person signs in again.
func judge(f *oauth.Family, c *oauth.Client, t oauth.RefreshToken, grace time.Duration, now time.Time) verdict {
	if f.Client != c.ID || !f.RevokedAt.IsZero() || !now.Before(f.IdleExpires) || !now.Before(f.Expires) {
		return refuseToken
	}
	if secret.Equal(f.CurrentHash, t.SecretHash) {
		if f.Static && c.StaticRefresh && !c.Public() { // the client may have changed since
			return keepToken
		}
		return rotateToken
	}
	if t.Generation >= f.Generation {
		return refuseToken
	}
	if secret.Equal(f.PreviousHash, t.SecretHash) && len(f.SealedSuccessor) > 0 && now.Before(f.RotatedAt.Add(grace)) {
		return repeatToken
	}
	return replayToken
}

var errRefused = refuse("invalid_grant", "The refresh token is not valid.")

// CanHandleTokenEndpointRequest reports whether the request is a refresh.
func (g *refreshGrant) CanHandleTokenEndpointRequest(_ context.Context, r fosite.AccessRequester) bool {
	return r.GetGrantTypes().ExactOne(oauth.GrantRefresh)
}

// CanSkipClientAuth is never true; public clients name themselves.
func (g *refreshGrant) CanSkipClientAuth(context.Context, fosite.AccessRequester) bool { return false }

// HandleTokenEndpointRequest reads the family and checks everything. Only a
// replay writes.
func (g *refreshGrant) HandleTokenEndpointRequest(ctx context.Context, request fosite.AccessRequester) error {
	f := inflightOf(ctx)
	if !slices.Contains(f.client.GrantTypes, oauth.GrantRefresh) {
		return refusalFor("unauthorized_client")
	}
	step := &refreshStep{presented: request.GetRequestForm().Get("refresh_token")}
	if step.presented == "" {
		return refuse("invalid_request", "The parameter refresh_token is missing.")
	}
	var err error
	if step.token, err = g.p.Refresh.Parse(step.presented); err != nil {
		return errRefused.because(err)
	}
	s := request.GetSession().(*grantSession)
	s.now = time.Now().UTC()
	standing, err := g.read(ctx, f, step, s.now)
	if err != nil {
		return err
	}
	scopes, err := g.standing(f.client, &step.family, standing, request.GetRequestedScopes())
	if err != nil {
		return err
	}
	for _, scope := range scopes {
		request.GrantScope(scope)
	}
	s.auth, s.requestedAt = step.family.Authorization, s.now
	s.auth.Audiences = g.p.stillAllowed(f.client, s.auth.Audiences)
	if len(s.auth.Audiences) == 0 {
		return refuse("invalid_grant", "The client has no access any more to what the grant was for.")
	}
	f.refresh = step
	if s.auth.Claims == "" {
		return nil // the standing said that the person is enabled
	}
	return g.p.describe(ctx, f.client, s)
}

// read finds the family and judges the token.
func (g *refreshGrant) read(ctx context.Context, f *inflight, step *refreshStep, now time.Time) (oauth.Standing, error) {
	family, standing, err := g.p.Store.Family(ctx, step.token.Family, now)
	if fault.Is(err, fault.NotFound) {
		return standing, errRefused.because(err)
	}
	if err != nil {
		return standing, fmt.Errorf("read refresh family: %w", err)
	}
	step.family = family
	step.verdict = judge(&family, f.client, step.token, g.p.Config.RefreshGrace, now)
	switch step.verdict {
	case rotateToken, keepToken, repeatToken:
		return standing, nil
	case replayToken:
		if err := g.p.endReplayed(ctx, f, oauth.ActionTokenReplay, &family.Authorization); err != nil {
			return standing, err
		}
	}
	return standing, errRefused
}

// standing checks what may have changed since the person agreed, and returns
// the scopes of the new tokens: those that were asked for, of those that the
// grant has and the client still may have.
func (g *refreshGrant) standing(c *oauth.Client, f *oauth.Family, s oauth.Standing, asked []string) ([]string, error) {
	switch {
	case !s.UserEnabled:
		return nil, refuse("invalid_grant", "The person cannot sign in any more.")
	case s.SessionRevoked, s.SessionExpired && !f.Offline:
		return nil, refuse("invalid_grant", "The person has signed out.")
	case c.RequireLevel > f.Level:
		return nil, refuse("invalid_grant", "The client needs a stronger sign-in.")
	case !c.SkipConsent && !covers(s.Consented, f.Scopes):
		return nil, refuse("invalid_grant", "The person does not allow this any more.")
	}
	granted := slices.DeleteFunc(slices.Clone(f.Scopes), func(scope string) bool { return !slices.Contains(c.Scopes, scope) })
	for _, scope := range []string{scopeOpenID, scopeOffline} {
		if slices.Contains(f.Scopes, scope) && !slices.Contains(granted, scope) {
			return nil, refuse("invalid_grant", "The client may not have one of the grant's scopes any more.")
		}
	}
	if len(asked) == 0 {
		return granted, nil
	}
	if !covers(granted, asked) {
		return nil, refuse("invalid_scope", "The refresh token was not given for one of the scopes.")
	}
	return asked, nil
}

func covers(have, want []string) bool {
	return !slices.ContainsFunc(want, func(scope string) bool { return !slices.Contains(have, scope) })
}

// stillAllowed are the recorded audiences without those that the client lost.
func (p *Provider) stillAllowed(c *oauth.Client, recorded []string) []string {
	return slices.DeleteFunc(slices.Clone(recorded), func(audience string) bool {
		return audience != p.Issuer && !slices.Contains(c.Audiences, audience)
	})
}

// PopulateTokenEndpointResponse takes the step and makes the tokens.
func (g *refreshGrant) PopulateTokenEndpointResponse(ctx context.Context, request fosite.AccessRequester, response fosite.AccessResponder) error {
	f, s := inflightOf(ctx), request.GetSession().(*grantSession)
	token, err := g.step(ctx, f, f.refresh, s.now)
	if err != nil {
		return err
	}
	response.SetExtra("refresh_token", token)
	s.hashFor(idAlg(f.client))
	return respondWithAccess(ctx, g.tokens, request, response)
}

// maxRaces is how often a rotation may be overtaken before we give up. Once is
// enough: whoever was overtaken finds the token to be the previous one.
const maxRaces = 3

// step does what was judged, and returns the token to answer with. Whoever is
// overtaken by another rotation judges again.
func (g *refreshGrant) step(ctx context.Context, f *inflight, step *refreshStep, now time.Time) (string, error) {
	for range maxRaces {
		token, done, err := g.try(ctx, f, step, now)
		if done || err != nil {
			return token, err
		}
		if _, err := g.read(ctx, f, step, time.Now().UTC()); err != nil {
			return "", err
		}
	}
	return "", fmt.Errorf("rotate refresh token: overtaken %d times", maxRaces)
}

func (g *refreshGrant) try(ctx context.Context, f *inflight, step *refreshStep, now time.Time) (token string, done bool, err error) {
	switch step.verdict {
	case rotateToken:
		return g.rotate(ctx, f, step, now)
	case keepToken:
		done, err = g.p.Store.TouchFamily(ctx, step.family.ID, f.client.ID, step.token.SecretHash, now, g.p.idleLimit(f.client, &step.family, now))
		if err != nil {
			return "", false, fmt.Errorf("use refresh token: %w", err)
		}
		return step.presented, done, nil
	case repeatToken:
		successor, err := secret.OpenUnder(step.presented, step.family.SealedSuccessor)
		if err != nil {
			return "", false, fmt.Errorf("repeat refresh token: %w", err)
		}
		return string(successor), true, nil
	}
	return "", false, errRefused
}

// rotate replaces the token by its successor, in one statement. The successor
// is sealed under the presented token, for the case that the answer gets lost.
func (g *refreshGrant) rotate(ctx context.Context, f *inflight, step *refreshStep, now time.Time) (token string, done bool, err error) {
	bytes, err := step.family.ID.Bytes()
	if err != nil {
		return "", false, fmt.Errorf("rotate refresh token: %w", err)
	}
	next, hash := g.p.Refresh.Mint(bytes, step.family.Generation+1)
	sealed, err := secret.SealUnder(step.presented, []byte(next))
	if err != nil {
		return "", false, fmt.Errorf("rotate refresh token: %w", err)
	}
	done, err = g.p.Store.RotateFamily(ctx, oauth.Rotation{
		Family: step.family.ID, Client: f.client.ID, Presented: step.token.SecretHash, Next: hash, Sealed: sealed,
		Now: now, IdleExpires: g.p.idleLimit(f.client, &step.family, now),
	})
	if err != nil {
		return "", false, fmt.Errorf("rotate refresh token: %w", err)
	}
	return next, done, nil
}
