package oauth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"gatehouse/fault"
	"gatehouse/id"
)

// MaxToken bounds every token that is looked at, in bytes. What is longer is
// refused before anything is decoded.
const MaxToken = 8 << 10

// ErrBadToken is behind every refusal of an access token, for whatever reason.
// The reason is for the log; whoever sent the token only learns that it is bad.
var ErrBadToken = errors.New("bad access token")

func badToken(reason string) error { return fmt.Errorf("%w: %s", ErrBadToken, reason) }

// ErrDeadToken is the ErrBadToken of what we signed: a token that was good once, or will
// be, or is of another kind. Whoever shows it has not guessed.
var ErrDeadToken = fmt.Errorf("%w: it is of ours", ErrBadToken)

func deadToken(reason string) error { return fmt.Errorf("%w: %s", ErrDeadToken, reason) }

// Verifier knows what our own access tokens are worth, for every door that takes
// them. It remembers what it verified, so that a signature is checked once and not
// at every request; expiry and revocation are looked at every time. Refusals are
// not remembered. All fields are needed; any number may ask at once.
type Verifier struct {
	Issuer   string
	Keys     Checker
	Registry Living
	Assigner Assigner

	shards [cacheShards]cacheShard
}

// Checker checks signatures by the house's keys; *keys.Ring does.
type Checker interface {
	// Check returns the payload of a compact JWS that a published key of ours signed,
	// with its JOSE type and the id of the key. Any error means that it is not to be
	// trusted.
	Check(compact string) (payload []byte, typ, keyID string, err error)
}

// Living says what became of tokens after they were signed; *Registry does.
type Living interface {
	Client(ctx context.Context, client id.Client) (*Client, error)
	Revoked(ctx context.Context, t TokenFacts) (bool, error)
	Current(ctx context.Context) error
}

// AccessToken is an access token whose signature and form are good. It is shared
// and must not be changed.
type AccessToken struct {
	Claims AccessClaims
	Facts  TokenFacts

	kind      string // its JOSE type
	notBefore time.Time
	expires   time.Time
	told      atomic.Pointer[[]byte]
	scopes    atomic.Pointer[[]string]
}

// Scopes are those that the token was given for. The list must not be changed.
func (t *AccessToken) Scopes() []string {
	if kept := t.scopes.Load(); kept != nil {
		return *kept
	}
	all := strings.Fields(t.Claims.Scope)
	t.scopes.Store(&all)
	return all
}

// Told returns what tell makes of the claims. That is kept with the token, so tell
// is to be the same one always. Two that come at once make the same.
func (t *AccessToken) Told(tell func(*AccessClaims) ([]byte, error)) ([]byte, error) {
	if kept := t.told.Load(); kept != nil {
		return *kept, nil
	}
	text, err := tell(&t.Claims)
	if err != nil {
		return nil, err
	}
	t.told.Store(&text)
	return text, nil
}

// Known reports whether the token's signature was verified before. It does not
// say that the token is still alive.
func (v *Verifier) Known(token string) bool {
	if len(token) > MaxToken {
		return false
	}
	key := hashOf(token)
	return v.shard(key).get(key) != nil
}

// Recall is Verify of a token whose signature was verified before, and known whether it
// was: of others it says nothing, and costs as much as one look.
func (v *Verifier) Recall(ctx context.Context, token string) (t *AccessToken, known bool, err error) {
	if len(token) > MaxToken {
		return nil, false, nil
	}
	key := hashOf(token)
	if t = v.shard(key).get(key); t == nil {
		return nil, false, nil
	}
	if err := v.alive(ctx, t, time.Now()); err != nil {
		return nil, true, err
	}
	return t, true, nil
}

// Verify returns what the access token says. A token that is not one of our
// access tokens, or not alive, gives ErrBadToken. When nobody can tell what was
// revoked until a second ago, the error is Unavailable. Whom the token is meant for
// is the caller's question.
func (v *Verifier) Verify(ctx context.Context, token string) (*AccessToken, error) {
	if len(token) > MaxToken {
		return nil, badToken("too long")
	}
	key := hashOf(token)
	shard := v.shard(key)
	now := time.Now()
	t := shard.get(key)
	known := t != nil
	if !known {
		fresh, err := v.read(token)
		if err != nil {
			return nil, err
		}
		t = fresh
	}
	if err := v.alive(ctx, t, now); err != nil {
		return nil, err
	}
	if !known {
		shard.put(key, t, now)
	}
	return t, nil
}

// alive reports what may have changed since the signature was checked.
func (v *Verifier) alive(ctx context.Context, t *AccessToken, now time.Time) error {
	if !now.Before(t.expires) {
		return deadToken("expired")
	}
	if now.Before(t.notBefore) {
		return deadToken("not valid yet")
	}
	if err := v.Registry.Current(ctx); err != nil {
		return RevocationsUnknown(err)
	}
	dead, err := v.Registry.Revoked(ctx, t.Facts)
	if err != nil {
		return err
	}
	if dead {
		return deadToken("revoked")
	}
	return v.ofItsClient(ctx, t, now)
}

// ofItsClient asks what the token's client is by now, and whether it still takes the
// person in.
func (v *Verifier) ofItsClient(ctx context.Context, t *AccessToken, now time.Time) error {
	client, err := v.client(ctx, t)
	if err != nil {
		return err
	}
	if err := t.ofItsKind(client); err != nil {
		return err
	}
	admitted, err := admits(ctx, v.Assigner, client, &t.Claims, now)
	if err != nil {
		return err
	}
	if !admitted {
		return deadToken("the person lacks what its client requires")
	}
	return nil
}

// ofItsKind refuses a token of another type than its client has: where a client
// has the type JWT, which other tokens of ours have too, that alone must not make
// them good, nor the other way round.
func (t *AccessToken) ofItsKind(client *Client) error {
	if t.kind != client.TokenType() {
		return deadToken("of another type than its client has")
	}
	return nil
}

// client returns the client that the token was given to.
func (v *Verifier) client(ctx context.Context, t *AccessToken) (*Client, error) {
	client, err := v.Registry.Client(ctx, id.Client(t.Claims.ClientID))
	if fault.Is(err, fault.NotFound) {
		return nil, deadToken("its client is gone")
	}
	if err != nil {
		return nil, clientsUnknown(err)
	}
	return client, nil
}

// clientsUnknown is Unavailable, whatever the failure was: whoever asks may try
// again, and learns nothing about the token.
func clientsUnknown(err error) error {
	wait := time.Second
	if f, ok := errors.AsType[*fault.Error](err); ok {
		wait = max(wait, f.RetryAfter)
	}
	return &fault.Error{
		Kind: fault.Unavailable, Code: "store.unavailable", Detail: "The database cannot answer now.",
		RetryAfter: wait, Err: fmt.Errorf("read the client of a token: %w", err),
	}
}

// read checks signature, type and form (RFC 9068 section 4, without the audience).
func (v *Verifier) read(token string) (*AccessToken, error) {
	payload, typ, keyID, err := v.Keys.Check(token)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBadToken, err)
	}
	if typ != TypeAccessToken && typ != TypeJWT {
		return nil, deadToken("not an access token")
	}
	var c struct {
		AccessClaims
		NotBefore int64 `json:"nbf"`
	}
	if err := json.Unmarshal(payload, &c); err != nil {
		return nil, deadToken("not an access token: its claims are not those of one")
	}
	if c.Issuer != v.Issuer {
		return nil, deadToken("of another issuer than " + v.Issuer)
	}
	if c.Subject == "" || c.ClientID == "" || c.ID == "" || c.Issued <= 0 || c.Expires <= 0 || len(c.Audience) == 0 || slices.Contains(c.Audience, "") {
		return nil, deadToken("a required claim is missing")
	}
	t := &AccessToken{Claims: c.AccessClaims, kind: typ, expires: time.Unix(c.Expires, 0)}
	if c.NotBefore > 0 {
		t.notBefore = time.Unix(c.NotBefore, 0)
	}
	t.Facts = t.Claims.facts(keyID)
	return t, nil
}

// facts is what revocations are compared with.
func (c *AccessClaims) facts(keyID string) TokenFacts {
	f := TokenFacts{
		JTI: c.ID, Authorization: id.Authorization(c.Authorization), Session: id.Session(c.Session), Client: id.Client(c.ClientID),
		KeyID: keyID, Issued: c.IssuedAt(),
	}
	if c.AuthTime > 0 {
		f.AuthTime = time.Unix(c.AuthTime, 0)
	}
	if c.OfPerson() {
		f.User = id.User(c.Subject)
		f.consent = consentOf(f.User, f.Client)
	}
	return f
}
