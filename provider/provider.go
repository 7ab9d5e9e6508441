// Package provider is the OpenID provider's door: the OAuth 2 and OpenID
// Connect endpoints. Nothing outside it knows which library speaks the
// protocol. It parses, asks the house and answers; who may sign in how is
// decided in flow, what a client may do in oauth, and what a token is worth by
// the signature of keys and the revocations of oauth.
package provider

import (
	"context"
	"log/slog"
	"time"

	"gatehouse/audit"
	"gatehouse/flow"
	"gatehouse/id"
	"gatehouse/keys"
	"gatehouse/oauth"
	"gatehouse/session"
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

// Store is what the endpoints keep; *store.Store does. The contract of each
// method stands at oauth.Store.
type Store interface {
	InTx(ctx context.Context, f func(ctx context.Context) error) error
	InsertCode(ctx context.Context, c oauth.Code) error
	Code(ctx context.Context, hash []byte) (oauth.Code, error)
	ClaimCode(ctx context.Context, hash []byte, now time.Time) (bool, error)
	InsertFamily(ctx context.Context, f oauth.Family) error
	Family(ctx context.Context, family id.Family, now time.Time) (oauth.Family, oauth.Standing, error)
	RotateFamily(ctx context.Context, r oauth.Rotation) (bool, error)
	TouchFamily(ctx context.Context, family id.Family, client id.Client, presented []byte, now, idle time.Time) (bool, error)
	// HoldSession reports whether the session was not ended, and keeps it so until
	// the transaction of ctx is over.
	HoldSession(ctx context.Context, session id.Session) (live bool, err error)
	UseOnce(ctx context.Context, kind, key string, until time.Time) (bool, error)
}

// Registry is the snapshot of clients and revocations; *oauth.Registry is.
type Registry interface {
	Client(ctx context.Context, client id.Client) (*oauth.Client, error)
	Revoked(t oauth.TokenFacts) bool
	// Epoch changes whenever something changed that could kill a token.
	Epoch() uint64
	// Current returns nil when the snapshot is young enough to decide by, and else
	// why it is not, after one attempt to bring it up to date.
	Current(ctx context.Context) error
	// HasOrigin reports whether an enabled client has a redirect URI of that
	// origin ("https://app.example.test"). It answers from the snapshot alone.
	HasOrigin(origin string) bool
}

// Protocol is what the endpoints change; *oauth.Service does it.
type Protocol interface {
	VerifySecret(c *oauth.Client, presented string, now time.Time) bool
	EndAuthorization(ctx context.Context, authorization id.Authorization, reason audit.Reason) error
	EndToken(ctx context.Context, jti string, expires time.Time) error
	Consent(ctx context.Context, user id.User, client id.Client) (oauth.Consent, error)
}

// Flow is the sign-in; *flow.Service is.
type Flow interface {
	Begin(ctx context.Context, browser string, ask flow.Ask) (flow.Interaction, error)
	Decide(ctx context.Context, ask flow.Ask, session, ip string) (flow.Entry, error)
	Look(ctx context.Context, ref flow.Ref, ip string) (flow.Entry, error)
	Finish(ctx context.Context, ref flow.Ref) (bool, error)
}

// Sessions ends and finds browser sessions; *session.Manager does.
type Sessions interface {
	Authenticate(ctx context.Context, token, ip string) (session.Session, error)
	End(ctx context.Context, by audit.Actor, session id.Session, reason audit.Reason) error
}

// People answers about the person behind a subject.
type People interface {
	// Claims returns the standard claims of the person for the scopes (OpenID
	// Connect Core 5.4) and, whatever the scopes, those named in extra. enabled
	// is false for a person who is disabled or gone; that is not an error.
	Claims(ctx context.Context, user id.User, scopes, extra []string) (claims map[string]any, enabled bool, err error)
	// Email returns the address to show on a page, "" when there is none.
	Email(ctx context.Context, user id.User) (string, error)
}

// Signer signs and verifies with the house's keys; *keys.Ring does.
type Signer interface {
	Sign(ctx context.Context, alg, typ string, payload []byte) (string, error)
	Verify(compact string, allowed ...string) ([]byte, keys.Header, error)
	JWKS() (body []byte, etag string)
	Algorithms() []string
}

// Metrics counts what the endpoints do; labels are from closed sets.
type Metrics interface {
	TokenIssued(grant string)
	TokenRefused(grant, code string)
}

// Provider answers the protocol's endpoints. All fields must be set; call Open
// once before Mount.
type Provider struct {
	Issuer   string
	Store    Store
	Registry Registry
	Protocol Protocol
	Flow     Flow
	Sessions Sessions
	People   People
	Signer   Signer
	Refresh  oauth.RefreshCodec
	Cookies  *web.Cookies
	Pages    web.Pages
	Audit    audit.Recorder
	Limiter  Limiter
	Metrics  Metrics
	Log      *slog.Logger
	Config   oauth.Config

	core     *core     // authorize and token: core.go
	verifier *verifier // access tokens: verify.go
	metadata *metadata // discovery: discovery.go
}

// Open prepares the provider and reports what is missing.
func (p *Provider) Open() error {
	if err := p.openMetadata(); err != nil {
		return err
	}
	p.verifier = newVerifier(p)
	return p.openCore()
}

// Mount registers the endpoints. api takes those for programs and the
// authorization endpoint, which must accept cross-site requests and therefore
// stands outside the form protection; browser takes the pages with forms.
func (p *Provider) Mount(api, browser *web.Mux) {
	p.mountCore(api)
	p.mountMetadata(api)
	p.mountTokens(api)
	p.mountLogout(api, browser)
}
