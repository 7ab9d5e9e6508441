package provider

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/oauth"
)

// errBadToken is behind every refusal of an access token, for whatever reason.
// The reason is for the log; whoever sent the token only learns that it is bad.
var errBadToken = errors.New("bad access token")

func badToken(reason string) error { return fmt.Errorf("%w: %s", errBadToken, reason) }

// errDeadToken is the errBadToken of a token that was ours and good once.
var errDeadToken = fmt.Errorf("%w: it was good before", errBadToken)

func deadToken(reason string) error { return fmt.Errorf("%w: %s", errDeadToken, reason) }

// verifier knows what our own access tokens are worth. It remembers what it
// verified, so that a signature is checked once and not at every request;
// expiry and revocation are looked at every time. Refusals are not remembered.
type verifier struct {
	issuer   string
	signer   Signer
	registry Registry
	shards   [cacheShards]cacheShard
}

// verified is an access token whose signature and form are good. It is shared
// and must not be changed.
type verified struct {
	claims    oauth.AccessClaims
	kind      string // its JOSE type
	facts     oauth.TokenFacts
	notBefore time.Time
	expires   time.Time
	answer    []byte // of the introspection endpoint
}

// known reports whether the token's signature was verified before. It does not
// say that the token is still alive.
func (v *verifier) known(token string) bool {
	if len(token) > maxToken {
		return false
	}
	key := sha256.Sum256([]byte(token))
	return v.shard(key).get(key) != nil
}

// verify returns what the access token says. A token that is not one of our
// access tokens, or not alive, gives errBadToken. When nobody can tell what was
// revoked until a second ago, the error is Unavailable.
func (v *verifier) verify(ctx context.Context, token string) (*verified, error) {
	if len(token) > maxToken {
		return nil, badToken("too long")
	}
	key := sha256.Sum256([]byte(token))
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
func (v *verifier) alive(ctx context.Context, t *verified, now time.Time) error {
	if !now.Before(t.expires) {
		return deadToken("expired")
	}
	if now.Before(t.notBefore) {
		return badToken("not valid yet")
	}
	if err := v.registry.Current(ctx); err != nil {
		return oauth.RevocationsUnknown(err)
	}
	dead, err := v.registry.Revoked(ctx, t.facts)
	if err != nil {
		return err
	}
	if dead {
		return deadToken("revoked")
	}
	return v.ofItsKind(ctx, t)
}

// ofItsKind refuses a token of another type than its client has: where a client
// has the type JWT, which other tokens of ours have too, that alone must not make
// them good, nor the other way round.
func (v *verifier) ofItsKind(ctx context.Context, t *verified) error {
	client, err := v.registry.Client(ctx, id.Client(t.claims.ClientID))
	if fault.Is(err, fault.NotFound) {
		return deadToken("its client is gone")
	}
	if err != nil {
		return unavailable(err)
	}
	if t.kind != client.TokenType() {
		return badToken("of another type than its client has")
	}
	return nil
}

// read checks signature, type and form (RFC 9068 section 4, without the
// audience: who may use the token is the caller's question).
func (v *verifier) read(token string) (*verified, error) {
	payload, header, err := v.signer.Verify(token)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errBadToken, err)
	}
	if header.Typ != oauth.TypeAccessToken && header.Typ != oauth.TypeJWT {
		return nil, badToken("not an access token")
	}
	var c struct {
		oauth.AccessClaims
		NotBefore int64 `json:"nbf"`
	}
	if err := json.Unmarshal(payload, &c); err != nil {
		return nil, badToken("not a claims object")
	}
	if c.Issuer != v.issuer {
		return nil, badToken("of another issuer")
	}
	if c.Subject == "" || c.ClientID == "" || c.ID == "" || c.Issued <= 0 || c.Expires <= 0 || len(c.Audience) == 0 || slices.Contains(c.Audience, "") {
		return nil, badToken("a required claim is missing")
	}
	t := &verified{claims: c.AccessClaims, kind: header.Typ, expires: time.Unix(c.Expires, 0)}
	if c.NotBefore > 0 {
		t.notBefore = time.Unix(c.NotBefore, 0)
	}
	t.facts = factsOf(&t.claims, header.KeyID)
	t.answer, err = introspectionOf(&t.claims)
	return t, err
}

// factsOf is what revocations are compared with.
func factsOf(c *oauth.AccessClaims, keyID string) oauth.TokenFacts {
	f := oauth.TokenFacts{
		JTI: c.ID, Authorization: id.Authorization(c.Authorization), Session: id.Session(c.Session), Client: id.Client(c.ClientID),
		KeyID: keyID, Issued: c.IssuedAt(),
	}
	if c.AuthTime > 0 {
		f.AuthTime = time.Unix(c.AuthTime, 0)
	}
	if c.OfPerson() {
		f.User = id.User(c.Subject)
	}
	return f
}
