package provider

import (
	"context"
	"slices"
	"time"

	"github.com/ory/fosite"
	foauth2 "github.com/ory/fosite/handler/oauth2"

	"gatehouse/oauth"
)

// clientGrant is the client credentials grant (RFC 6749 section 4.4): a token
// for the client itself. It writes nothing.
type clientGrant struct {
	p      *Provider
	tokens foauth2.AccessTokenStrategy
}

// CanHandleTokenEndpointRequest reports whether the client asks for itself.
func (g *clientGrant) CanHandleTokenEndpointRequest(_ context.Context, r fosite.AccessRequester) bool {
	return r.GetGrantTypes().ExactOne(oauth.GrantClient)
}

// CanSkipClientAuth is never true.
func (g *clientGrant) CanSkipClientAuth(context.Context, fosite.AccessRequester) bool { return false }

// HandleTokenEndpointRequest grants the scopes that were asked for; none by
// default. Scopes that speak of a person are none of a client's own.
func (g *clientGrant) HandleTokenEndpointRequest(ctx context.Context, request fosite.AccessRequester) error {
	c := inflightOf(ctx).client
	if c.Public() || !slices.Contains(c.GrantTypes, oauth.GrantClient) {
		return refusalFor("unauthorized_client")
	}
	for _, scope := range request.GetRequestedScopes() {
		if !slices.Contains(c.Scopes, scope) || slices.Contains(personScopes, scope) {
			return refusalFor("invalid_scope")
		}
		request.GrantScope(scope)
	}
	request.GetSession().(*grantSession).now = time.Now()
	return nil
}

// PopulateTokenEndpointResponse makes the token.
func (g *clientGrant) PopulateTokenEndpointResponse(ctx context.Context, request fosite.AccessRequester, response fosite.AccessResponder) error {
	return respondWithAccess(ctx, g.tokens, request, response)
}
