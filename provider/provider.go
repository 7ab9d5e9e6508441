// Package provider is the OpenID provider's door: the OAuth 2 and OpenID
// Connect endpoints, each in the file of its name. It parses a request once,
// asks the house and answers. Who may sign in how is decided in flow, what a
// client gets in oauth; what a token is worth is said by the signature of keys
// and the revocations of oauth. Nothing outside internal/kernel knows which
// library checks the authorization request.
package provider

import (
	"log/slog"
	"net/http"
	"sync/atomic"

	"gatehouse/flow"
	"gatehouse/oauth"
	"gatehouse/provider/internal/kernel"
	"gatehouse/web"
)

// The paths of the endpoints, below the issuer.
const (
	PathAuthorize  = "/oauth2/authorize"
	PathToken      = "/oauth2/token"
	PathUserinfo   = "/oauth2/userinfo"
	PathIntrospect = "/oauth2/introspect"
	PathRevoke     = "/oauth2/revoke"
	PathLogout     = "/oauth2/logout"
	PathJWKS       = "/.well-known/jwks.json"
	PathDiscovery  = "/.well-known/openid-configuration"
	PathMetadata   = "/.well-known/oauth-authorization-server"
)

// Provider answers the protocol's endpoints. All fields must be set; call Open
// once before Mount.
type Provider struct {
	Issuer   string
	Registry Registry
	Protocol Protocol
	Flow     Flow
	Sessions Sessions
	People   People
	Signer   Signer
	Tokens   Tokens
	Cookies  *web.Cookies
	Pages    web.Pages
	// Next returns the path where a sign-in of e goes on, on a page of ours.
	Next func(e flow.Entry) string
	// Show shows that page right here, where its address would be too long.
	Show    func(w http.ResponseWriter, r *http.Request, e flow.Entry) error
	Limiter web.Limiter
	// Scopes are those that are bound to permissions, in order. It always answers, if
	// need be with what was known last, and with the very same list while nothing
	// changed.
	Scopes  func() []string
	Metrics Metrics
	// Notes remember what clients were refused, and Trials are sign-ins whose answer goes to a
	// page of ours.
	Notes  *oauth.Notes
	Trials *oauth.Trials
	Log    *slog.Logger

	flood      web.Flood                   // asks Limiter
	kernel     *kernel.Kernel              // the form of authorization requests
	discovery  atomic.Pointer[description] // made again when the bound scopes have changed
	keySet     atomic.Pointer[web.Static]  // made again when the keys have changed
	clientKeys clientKeys                  // of private_key_jwt
}

// Mount registers the endpoints. They take cross-site requests: applications
// call some, and the others are where browsers are sent. So all of them stand
// outside the form protection of the browser's pages.
func (p *Provider) Mount(api *web.Mux) {
	p.mountAuthorize(api)
	p.mountToken(api)
	p.mountUserinfo(api)
	p.mountIntrospect(api)
	p.mountRevoke(api)
	p.mountLogout(api)
	p.mountDocuments(api)
	for _, path := range []string{PathToken, PathUserinfo, PathIntrospect, PathRevoke} {
		p.otherMethods(api, path)
	}
}

// otherMethods answers programs that use a method which an endpoint has not as the
// endpoint answers all that it refuses.
func (p *Provider) otherMethods(api *web.Mux, path string) {
	api.ServeMux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
		allow := api.Allow(r)
		w.Header().Set("Allow", allow)
		p.writeRefusal(w, r, &refusal{code: "invalid_request", description: "This endpoint is asked by " + allow + ".", status: http.StatusMethodNotAllowed})
	})
}
