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

// Registry is the snapshot of clients and revocations; *oauth.Registry is.
type Registry interface {
	Client(ctx context.Context, client id.Client) (*oauth.Client, error)
	// Revoked reports whether a token that is good by itself is dead, at this
	// moment. An error is oauth.RevocationsUnknown.
	Revoked(ctx context.Context, t oauth.TokenFacts) (bool, error)
	// Current returns nil when the snapshot is young enough to decide by, and else
	// why it is not, after one attempt to bring it up to date.
	Current(ctx context.Context) error
	// HasOrigin reports whether an enabled client has a redirect URI of that
	// origin ("https://app.example.test"). It answers from the snapshot alone.
	HasOrigin(origin string) bool
}

// Protocol decides what a client gets; *oauth.Service does. Its errors are
// *oauth.Refusal for the client, and others that are nobody's no.
type Protocol interface {
	VerifySecret(c *oauth.Client, presented string, now time.Time) bool
	UseAssertion(ctx context.Context, c *oauth.Client, jti string, until time.Time) (fresh bool, err error)

	IssueCode(ctx context.Context, c *oauth.Client, r oauth.CodeRequest, finish func(ctx context.Context) error) (string, error)
	Redeem(ctx context.Context, by audit.Actor, c *oauth.Client, r oauth.Redemption) (oauth.Tokens, error)
	Refresh(ctx context.Context, by audit.Actor, c *oauth.Client, r oauth.RefreshRequest) (oauth.Tokens, error)
	ClientCredentials(ctx context.Context, c *oauth.Client, scopes, resources []string) (oauth.Tokens, error)

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
	Authenticate(ctx context.Context, token, ip string) (session.Session, error)
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
	Verify(compact string, allowed ...string) ([]byte, keys.Header, error)
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
