package kernel

import (
	"context"
	"errors"
	"net/url"
	"time"

	"github.com/ory/fosite"
	"github.com/ory/fosite/handler/openid"
	"github.com/ory/fosite/token/jwt"
)

// configOf sets every field that fosite would otherwise fill in lazily, and
// without a lock, at the first request that asks for it. What Gatehouse does
// without fosite (tokens, hashing, fetching keys) has no handler at all.
func configOf(issuer string) *fosite.Config {
	c := &fosite.Config{
		AccessTokenLifespan: time.Minute, RefreshTokenLifespan: time.Minute, AuthorizeCodeLifespan: time.Minute, IDTokenLifespan: time.Minute,
		VerifiableCredentialsNonceLifespan: time.Minute, GrantTypeJWTBearerMaxDuration: time.Minute,
		IDTokenIssuer: issuer, AccessTokenIssuer: issuer,
		ScopeStrategy: fosite.ExactScopeStrategy, AudienceMatchingStrategy: fosite.ExactAudienceMatchingStrategy,
		AllowedPromptValues:    []string{"none", "login", "consent", "select_account"},
		MinParameterEntropy:    1, // zero would mean eight: see Read
		TokenEntropy:           32,
		HashCost:               fosite.DefaultBCryptWorkFactor,
		OmitRedirectScopeParam: true,
		JWTScopeClaimKey:       jwt.JWTScopeFieldString,
		FormPostHTMLTemplate:   fosite.DefaultFormPostTemplate,
		ClientSecretsHasher:    noHasher{},
		// Which redirect URIs are safe was decided when they were registered.
		RedirectSecureChecker: func(context.Context, *url.URL) bool { return true },
	}
	connect := &openid.OpenIDConnectExplicitHandler{
		OpenIDConnectRequestStorage:   kept{},
		OpenIDConnectRequestValidator: openid.NewOpenIDConnectRequestValidator(nil, c),
		IDTokenHandleHelper:           &openid.IDTokenHandleHelper{}, Config: c,
	}
	c.AuthorizeEndpointHandlers = fosite.AuthorizeEndpointHandlers{elsewhere{}, connect} // the first makes the code that the other looks for
	return c
}

// noHasher refuses to hash: client secrets are verified by the house.
type noHasher struct{}

var errNoHasher = errors.New("the kernel does not handle client secrets")

func (noHasher) Compare(context.Context, []byte, []byte) error { return errNoHasher }

func (noHasher) Hash(context.Context, []byte) ([]byte, error) { return nil, errNoHasher }
