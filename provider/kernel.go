package provider

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/ory/fosite"
	foauth2 "github.com/ory/fosite/handler/oauth2"
	"github.com/ory/fosite/handler/openid"
	"github.com/ory/fosite/handler/pkce"
	"github.com/ory/fosite/token/jwt"

	"gatehouse/oauth"
)

// kernelConfig answers the kernel's questions. It routes by grant type, so that
// a request meets only the handlers that have to do with it.
type kernelConfig struct {
	*fosite.Config
	grants map[string]fosite.TokenEndpointHandlers
}

// kernelConfig sets every field that fosite would otherwise fill in lazily, and
// without a lock, at the first request that asks for it. What Gatehouse does
// without fosite (hashing, fetching keys) is answered by refusals below.
func (p *Provider) kernelConfig() *kernelConfig {
	c := &kernelConfig{Config: &fosite.Config{
		AccessTokenLifespan: p.Config.AccessTokenTTL, RefreshTokenLifespan: p.Config.RefreshAbsolute,
		AuthorizeCodeLifespan: p.Config.CodeTTL, IDTokenLifespan: p.Config.IDTokenTTL,
		VerifiableCredentialsNonceLifespan: time.Minute, GrantTypeJWTBearerMaxDuration: time.Minute,
		IDTokenIssuer: p.Issuer, AccessTokenIssuer: p.Issuer, TokenURL: p.Issuer + PathToken,
		ScopeStrategy: fosite.ExactScopeStrategy, AudienceMatchingStrategy: noAudience,
		EnforcePKCE: true, EnforcePKCEForPublicClients: true,
		AllowedPromptValues:          prompts,
		RefreshTokenScopes:           []string{scopeOffline},
		MinParameterEntropy:          1, // zero would mean eight: see askKernel
		TokenEntropy:                 32,
		HashCost:                     fosite.DefaultBCryptWorkFactor,
		OmitRedirectScopeParam:       true,
		SanitationWhiteList:          []string{"redirect_uri", "code_challenge", "code_challenge_method", "nonce"},
		JWTScopeClaimKey:             jwt.JWTScopeFieldString,
		FormPostHTMLTemplate:         fosite.DefaultFormPostTemplate,
		ClientSecretsHasher:          noHasher{},
		ClientAuthenticationStrategy: p.kernelClient,
		// Which redirect URIs are safe was decided when they were registered.
		RedirectSecureChecker: func(context.Context, *url.URL) bool { return true },
	}}
	store, strategy := &bridge{p}, &strategies{p}
	code := &codeGrant{p: p, AuthorizeExplicitGrantHandler: &foauth2.AuthorizeExplicitGrantHandler{
		AccessTokenStrategy: strategy, RefreshTokenStrategy: strategy, AuthorizeCodeStrategy: strategy,
		CoreStorage: store, TokenRevocationStorage: store, Config: c,
	}}
	helper := &openid.IDTokenHandleHelper{IDTokenStrategy: strategy}
	connect := &openid.OpenIDConnectExplicitHandler{
		OpenIDConnectRequestStorage:   store,
		OpenIDConnectRequestValidator: openid.NewOpenIDConnectRequestValidator(nil, c),
		IDTokenHandleHelper:           helper, Config: c,
	}
	proof := &pkce.Handler{AuthorizeCodeStrategy: strategy, Storage: store, Config: c}
	c.AuthorizeEndpointHandlers = fosite.AuthorizeEndpointHandlers{code, connect, proof} // the first makes the code that the others look at
	c.grants = map[string]fosite.TokenEndpointHandlers{
		oauth.GrantCode:    {code, proof, connect},
		oauth.GrantRefresh: {&refreshGrant{p: p, tokens: strategy}, &openid.OpenIDConnectRefreshHandler{IDTokenHandleHelper: helper, Config: c}},
		oauth.GrantClient:  {&clientGrant{p: p, tokens: strategy}},
	}
	return c
}

// GetTokenEndpointHandlers returns the handlers of the request's grant type.
func (c *kernelConfig) GetTokenEndpointHandlers(ctx context.Context) fosite.TokenEndpointHandlers {
	r, ok := ctx.Value(fosite.AccessRequestContextKey).(fosite.AccessRequester)
	if !ok || len(r.GetGrantTypes()) != 1 {
		return nil
	}
	return c.grants[r.GetGrantTypes()[0]]
}

// GetEnforcePKCE reports whether the request's client must use PKCE: every one
// but a confidential client for which an administrator turned it off.
func (c *kernelConfig) GetEnforcePKCE(ctx context.Context) bool {
	return needsPKCE(inflightOf(ctx).client)
}

func needsPKCE(c *oauth.Client) bool { return c == nil || c.Public() || !c.SkipPKCE }

// GetJWKSFetcherStrategy returns none: Gatehouse fetches no client's keys.
func (c *kernelConfig) GetJWKSFetcherStrategy(context.Context) fosite.JWKSFetcherStrategy { return nil }

// kernelClient is authenticateClient as the kernel wants it.
func (p *Provider) kernelClient(ctx context.Context, r *http.Request, _ url.Values) (fosite.Client, error) {
	c, err := p.authenticateClient(r)
	if err != nil {
		return nil, err
	}
	inflightOf(ctx).client = c
	return &kernelClient{Client: c}, nil
}

// noAudience refuses every `audience` parameter: what a client's tokens are
// for is configured with the client.
func noAudience(_, wanted []string) error {
	if len(wanted) > 0 {
		return refuse("invalid_request", "The parameter audience is not supported.")
	}
	return nil
}

// noHasher refuses to hash: client secrets are verified by the house.
type noHasher struct{}

var errNoHasher = errors.New("the kernel does not handle client secrets")

func (noHasher) Compare(context.Context, []byte, []byte) error { return errNoHasher }

func (noHasher) Hash(context.Context, []byte) ([]byte, error) { return nil, errNoHasher }
