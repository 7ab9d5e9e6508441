package provider

import (
	"github.com/ory/fosite"

	"gatehouse/oauth"
)

// kernelClient shows a client to the kernel. It is no OpenIDConnectClient on
// purpose: with that the kernel would take request objects and look for keys.
type kernelClient struct {
	*oauth.Client
	// redirectURI is the one that oauth.MatchRedirect accepted. The kernel sees
	// no other: its own comparison lets more through (RFC 8252 section 7.3).
	redirectURI string
}

var (
	responseTypes = fosite.Arguments{"code"}
	responseModes = []fosite.ResponseModeType{fosite.ResponseModeQuery, fosite.ResponseModeFormPost}
)

func (c *kernelClient) GetID() string                               { return string(c.ID) }
func (c *kernelClient) GetHashedSecret() []byte                     { return nil }
func (c *kernelClient) GetGrantTypes() fosite.Arguments             { return c.GrantTypes }
func (c *kernelClient) GetResponseTypes() fosite.Arguments          { return responseTypes }
func (c *kernelClient) GetResponseModes() []fosite.ResponseModeType { return responseModes }
func (c *kernelClient) GetScopes() fosite.Arguments                 { return c.Scopes }
func (c *kernelClient) IsPublic() bool                              { return c.Public() }
func (c *kernelClient) GetAudience() fosite.Arguments               { return nil }
func (c *kernelClient) GetRedirectURIs() []string {
	if c.redirectURI == "" {
		return nil
	}
	return []string{c.redirectURI}
}
