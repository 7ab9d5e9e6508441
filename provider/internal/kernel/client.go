package kernel

import (
	"context"
	"time"

	"github.com/ory/fosite"

	"gatehouse/oauth"
)

// asked is fosite's storage for one request: the client that it is about.
type asked struct{ Question }

// GetClient returns the question's client, and no other.
func (a *asked) GetClient(_ context.Context, name string) (fosite.Client, error) {
	if a.Client == nil || a.Client.Disabled || string(a.Client.ID) != name {
		return nil, fosite.ErrNotFound
	}
	return &client{Client: a.Client, redirectURI: a.RedirectURI}, nil
}

// ClientAssertionJWTValid is not used: clients authenticate elsewhere.
func (a *asked) ClientAssertionJWTValid(context.Context, string) error { return fosite.ErrNotFound }

// SetClientAssertionJWT is not used: clients authenticate elsewhere.
func (a *asked) SetClientAssertionJWT(context.Context, string, time.Time) error {
	return fosite.ErrNotFound
}

// client shows a client to fosite. It is no OpenIDConnectClient on purpose:
// with that fosite would take request objects and look for keys.
type client struct {
	*oauth.Client
	// redirectURI is the one that Client.MayReturnTo accepted. Fosite sees no
	// other: its own comparison lets more through (RFC 8252 section 7.3).
	redirectURI string
}

var (
	responseTypes = fosite.Arguments{"code"}
	responseModes = []fosite.ResponseModeType{fosite.ResponseModeQuery, fosite.ResponseModeFragment, fosite.ResponseModeFormPost}
)

func (c *client) GetID() string                               { return string(c.ID) }
func (c *client) GetHashedSecret() []byte                     { return nil }
func (c *client) GetGrantTypes() fosite.Arguments             { return c.GrantTypes }
func (c *client) GetResponseTypes() fosite.Arguments          { return responseTypes }
func (c *client) GetResponseModes() []fosite.ResponseModeType { return responseModes }
func (c *client) GetScopes() fosite.Arguments                 { return c.Scopes }
func (c *client) IsPublic() bool                              { return c.Public() }
func (c *client) GetAudience() fosite.Arguments               { return nil }

// GetRedirectURIs implements fosite.Client.
func (c *client) GetRedirectURIs() []string {
	if c.redirectURI == "" {
		return nil
	}
	return []string{c.redirectURI}
}
