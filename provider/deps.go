package provider

import (
	"context"
	"time"

	"gatehouse/audit"
	"gatehouse/flow"
	"gatehouse/id"
	"gatehouse/keys"
	"gatehouse/oauth"
	"gatehouse/session"
)

// Registry is the snapshot of clients; *oauth.Registry is.
type Registry interface {
	Client(ctx context.Context, client id.Client) (*oauth.Client, error)
	// Locked reports whether a lock is on the client now. An error says that nobody
	// can know.
	Locked(ctx context.Context, client id.Client) (bool, error)
	// HasOrigin reports whether an enabled client has a redirect URI of that
	// origin ("https://app.example.test"). It answers from the snapshot alone.
	HasOrigin(origin string) bool
}

// Tokens knows what access tokens are worth; *oauth.Verifier does.
type Tokens interface {
	Verify(ctx context.Context, token string) (*oauth.AccessToken, error)
	Known(token string) bool
}

// Protocol decides what a client gets; *oauth.Service does. Its errors are
// *oauth.Refusal for the client, and others that are nobody's no.
type Protocol interface {
	VerifySecret(c *oauth.Client, presented string, now time.Time) bool
	WasSecret(c *oauth.Client, presented string) bool
	UseAssertion(ctx context.Context, c *oauth.Client, jti string, until time.Time) (fresh bool, err error)

	IssueCode(ctx context.Context, c *oauth.Client, r oauth.CodeRequest, finish func(ctx context.Context) error) (string, error)
	Redeem(ctx context.Context, by audit.Actor, c *oauth.Client, r oauth.Redemption) (oauth.Tokens, error)
	Refresh(ctx context.Context, by audit.Actor, c *oauth.Client, r oauth.RefreshRequest) (oauth.Tokens, error)
	ClientCredentials(ctx context.Context, c *oauth.Client, scopes, resources []string) (oauth.Tokens, error)

	// Userinfo returns what userinfo tells c of the person behind the token; enabled is false
	// for a person who is disabled or gone, of whom nothing is told.
	Userinfo(ctx context.Context, c *oauth.Client, t *oauth.AccessClaims, now time.Time) (claims map[string]any, enabled bool, err error)
	// MayKnow reports whether c may learn about an access token. An error is never a no.
	MayKnow(ctx context.Context, c *oauth.Client, t *oauth.AccessClaims) (bool, error)
	// Worth tells what an access token of c that is alive is worth by the policy
	// of now.
	Worth(ctx context.Context, c *oauth.Client, t *oauth.AccessClaims) (oauth.Worth, error)

	ReadRefresh(text string) (oauth.RefreshToken, bool)
	InspectRefresh(ctx context.Context, c *oauth.Client, t oauth.RefreshToken) (oauth.RefreshState, bool, error)
	RevokeRefresh(ctx context.Context, by audit.Actor, c *oauth.Client, t oauth.RefreshToken) error
	RevokeAccess(ctx context.Context, by audit.Actor, c *oauth.Client, t *oauth.AccessClaims) error
}

// Flow is the sign-in; *flow.Service is.
type Flow interface {
	Begin(ctx context.Context, browser string, ask flow.Ask) (flow.Interaction, error)
	Decide(ctx context.Context, ask flow.Ask, session, ip string) (flow.Entry, error)
	Look(ctx context.Context, ref flow.Ref, ip string) (flow.Entry, error)
	Finish(ctx context.Context, e flow.Entry) error
}

// Sessions ends and finds browser sessions; *session.Manager does.
type Sessions interface {
	// Known answers Unauthenticated when there is no live session. One that is
	// suspended is known too.
	Known(ctx context.Context, token string) (session.Session, error)
	End(ctx context.Context, by audit.Actor, session id.Session, reason audit.Reason) error
}

// People answers about the person behind a subject.
type People interface {
	oauth.People
	// Email returns the address to show on a page, "" when there is none.
	Email(ctx context.Context, user id.User) (string, error)
}

// Signer signs and verifies with the house's keys; *keys.Ring does.
type Signer interface {
	oauth.Signer
	// VerifyHint also believes keys that signed once and are retired. It is for
	// what opens nothing.
	VerifyHint(compact string) ([]byte, keys.Header, error)
	JWKS() (body []byte, etag string)
}

// Metrics counts what the endpoints do; labels are from closed sets.
type Metrics interface {
	TokenIssued(grant string)
	TokenRefused(grant, code string)
}
