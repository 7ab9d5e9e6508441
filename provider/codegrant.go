package provider

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/ory/fosite"
	foauth2 "github.com/ory/fosite/handler/oauth2"

	"gatehouse/audit"
	"gatehouse/id"
	"gatehouse/oauth"
	"gatehouse/web"
)

// codeGrant is the authorization code grant (RFC 6749 section 4.1). The kernel's
// handler checks; what it would write in several steps is one transaction here,
// so that of several redemptions of one code exactly one succeeds.
type codeGrant struct {
	*foauth2.AuthorizeExplicitGrantHandler
	p *Provider
}

// HandleTokenEndpointRequest checks the code and what it is bound to. It writes
// nothing, so that a wrong client or verifier does not spend the code; only a
// code that was spent before ends what it brought.
func (g *codeGrant) HandleTokenEndpointRequest(ctx context.Context, request fosite.AccessRequester) error {
	form, f := request.GetRequestForm(), inflightOf(ctx)
	if form.Get("code") == "" {
		return refuse("invalid_request", "The parameter code is missing.")
	}
	err := g.AuthorizeExplicitGrantHandler.HandleTokenEndpointRequest(ctx, request)
	if f.failed != nil {
		return f.failed
	}
	if err != nil {
		return err
	}
	if sent := form.Get("redirect_uri"); f.code.RedirectURI == "" && sent != "" && !oauth.MatchRedirect(f.client.RedirectURIs, sent) {
		return refuse("invalid_grant", "The redirect URI is not the one of the authorization request.")
	}
	return g.meet(ctx, f, request.GetSession().(*grantSession))
}

// meet looks at the person: are they enabled, and which of their claims belong
// in the ID token.
func (g *codeGrant) meet(ctx context.Context, f *inflight, s *grantSession) error {
	if g.p.ended(f.code) {
		return refuse("invalid_grant", "The grant was ended.")
	}
	return g.p.describe(ctx, f.client, s)
}

// ended reports whether what the code stands for was ended after it was made. A
// code of such an authorization is refused, and a further use of it writes nothing.
func (p *Provider) ended(c *oauth.Code) bool {
	return p.Registry.Revoked(oauth.TokenFacts{Authorization: c.Authorization.ID, Session: c.Session, User: c.User, Client: c.Client, Issued: c.Created})
}

// describe reads the claims that the ID token was asked to carry, and refuses
// when the person is disabled or gone.
func (p *Provider) describe(ctx context.Context, c *oauth.Client, s *grantSession) error {
	asked, err := parseClaims(s.auth.Claims)
	if err != nil {
		return fmt.Errorf("stored claims parameter: %w", err)
	}
	claims, enabled, err := p.People.Claims(ctx, s.auth.User, nil, permitted(c, asked.idToken()))
	if err != nil {
		return fmt.Errorf("read claims: %w", err)
	}
	if !enabled {
		return refuse("invalid_grant", "The person cannot sign in any more.")
	}
	s.extra = claims
	return nil
}

// PopulateTokenEndpointResponse spends the code and makes the tokens.
func (g *codeGrant) PopulateTokenEndpointResponse(ctx context.Context, request fosite.AccessRequester, response fosite.AccessResponder) error {
	f, s := inflightOf(ctx), request.GetSession().(*grantSession)
	s.now = time.Now().UTC()
	family, token := g.p.newFamily(f.client, s.auth, s.now)
	won, err := g.claim(ctx, f.code, family, s.now)
	if err != nil {
		return err
	}
	if !won {
		if err := g.p.endReplayed(ctx, f, oauth.ActionCodeReplay, &f.code.Authorization); err != nil {
			return err
		}
		return refuse("invalid_grant", "The code was used before.")
	}
	for _, scope := range f.code.Scopes {
		request.GrantScope(scope)
	}
	s.hashFor(idAlg(f.client))
	if family != nil {
		response.SetExtra("refresh_token", token)
	}
	return respondWithAccess(ctx, g.AccessTokenStrategy, request, response)
}

// claim spends the code, and begins the family if there is one. It reports
// false if somebody else was faster. Whoever has signed out meanwhile gets
// nothing, and the code stays as it is; who signs out at this moment ends the
// family too, because the session is held until the family is there.
func (g *codeGrant) claim(ctx context.Context, code *oauth.Code, family *oauth.Family, now time.Time) (won bool, err error) {
	err = g.p.Store.InTx(ctx, func(ctx context.Context) error {
		if won, err = g.p.Store.ClaimCode(ctx, code.Hash, now); err != nil || !won {
			return err
		}
		live, err := g.p.Store.HoldSession(ctx, code.Session)
		if err != nil {
			return err
		}
		if !live {
			return refuse("invalid_grant", "The person has signed out.")
		}
		if family == nil {
			return nil
		}
		return g.p.Store.InsertFamily(ctx, *family)
	})
	if err != nil {
		return false, fmt.Errorf("exchange code: %w", err)
	}
	return won, nil
}

// newFamily returns the family that begins with this exchange and its first
// token; nil when none is due. A refresh token needs a client that may refresh
// and a person who allowed it.
func (p *Provider) newFamily(c *oauth.Client, a oauth.Authorization, now time.Time) (*oauth.Family, string) {
	if !slices.Contains(c.GrantTypes, oauth.GrantRefresh) || !slices.Contains(a.Scopes, scopeOffline) {
		return nil, ""
	}
	name, bytes := id.NewFamily()
	token, hash := p.Refresh.Mint(bytes, 1)
	a.Nonce = "" // an ID token that comes of a refresh has none
	f := &oauth.Family{
		ID: name, Authorization: a, Generation: 1, CurrentHash: hash,
		Static: c.StaticRefresh && !c.Public(), Offline: true,
		Created: now, RotatedAt: now, Expires: now.Add(orDefault(c.RefreshAbsolute, p.Config.RefreshAbsolute)),
	}
	f.IdleExpires = p.idleLimit(c, f, now)
	return f, token
}

// idleLimit is how long the family lives without being used, from now on.
func (p *Provider) idleLimit(c *oauth.Client, f *oauth.Family, now time.Time) time.Time {
	limit := now.Add(orDefault(c.RefreshIdle, p.Config.RefreshIdle))
	if limit.After(f.Expires) {
		return f.Expires
	}
	return limit
}

func orDefault(d, otherwise time.Duration) time.Duration {
	if d <= 0 {
		return otherwise
	}
	return d
}

// respondWithAccess makes the access token.
func respondWithAccess(ctx context.Context, tokens foauth2.AccessTokenStrategy, request fosite.AccessRequester, response fosite.AccessResponder) error {
	access, _, err := tokens.GenerateAccessToken(ctx, request)
	if err != nil {
		return err
	}
	response.SetAccessToken(access)
	response.SetTokenType("Bearer")
	return nil
}

// replayTimeout bounds the transaction that ends a grant after a replay. It runs
// on even if the sender hangs up.
const replayTimeout = 10 * time.Second

// endReplayed ends an authorization of which a code or token came once too often, in a
// transaction of its own that stands although the request fails. An error says
// that the grant is still alive.
func (p *Provider) endReplayed(ctx context.Context, f *inflight, action audit.Action, a *oauth.Authorization) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), replayTimeout)
	defer cancel()
	by := web.Actor(f.request)
	by.Kind, by.ID = audit.Client, string(f.client.ID)
	err := p.Store.InTx(ctx, func(ctx context.Context) error {
		if err := p.Protocol.EndAuthorization(ctx, a.ID, oauth.ReasonReplay); err != nil {
			return err
		}
		return p.Audit.Record(ctx, audit.Event{
			Actor: by, Action: action, Target: oauth.OfAuthorization(a.ID), User: a.User, Client: f.client.ID,
			Outcome: audit.Refused, Reason: oauth.ReasonReplay,
		})
	})
	if err != nil {
		return fmt.Errorf("end replayed grant: %w", err)
	}
	return nil
}
