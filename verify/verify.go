package verify

import (
	"context"
	"sync"
	"time"
)

// Verifier checks the tokens of one issuer for one API. Make it with New; it may
// be used by many at once.
type Verifier struct {
	config Config
	issuer *issuer
	keys   *keySet
	seen   cache   // access tokens
	passed cache   // assertions
	feed   *feed   // nil: nobody follows
	asking *asking // nil: nobody is asked

	stop context.CancelFunc
	work sync.WaitGroup
}

// New returns a verifier, or all that is wrong with the configuration. It asks
// nobody yet: an issuer that is away does not keep an API from starting. With
// Config.Feed it begins to follow.
func New(c Config) (*Verifier, error) {
	c, err := c.filled()
	if err != nil {
		return nil, err
	}
	life, stop := context.WithCancel(context.Background())
	v := &Verifier{config: c, issuer: newIssuer(c.Issuer, c.Client), stop: stop}
	v.keys = &keySet{
		maxAge: c.MaxKeyAge, life: life,
		fetch: func(ctx context.Context) (_ map[string]publicKey, err error) {
			defer rescue(c.Log, &err)
			return v.issuer.keys(ctx, c.Algorithms)
		},
	}
	if c.ClientID != "" {
		v.asking = newAsking(v, life)
	}
	if c.Feed {
		v.feed = newFeed(v)
		v.work.Go(func() { v.feed.run(life) })
	}
	return v, nil
}

// Close ends the following of the feed and what is under way. Verify must not be
// called after it.
func (v *Verifier) Close() {
	v.stop()
	v.work.Wait()
}

// Ready reports whether tokens can be judged now: keys are known and, with
// Config.Feed, it is not behind. It is for a readiness check; asking for keys that
// are missing is part of it.
func (v *Verifier) Ready(ctx context.Context) error {
	if v.keys.stale() {
		if err := v.keys.refresh(ctx, keysPause); err != nil {
			return unavailable("the issuer's keys", err)
		}
	}
	if v.feed != nil && v.feed.behind(time.Now()) {
		return unavailable("the feed is behind", nil)
	}
	return nil
}

// Verify returns what an access token says, if it is one, for this API, and alive.
// Every error is an *Error: Expired and Ended were good once, Invalid never was,
// and Unavailable means that nobody knows.
func (v *Verifier) Verify(ctx context.Context, token string) (*Claims, error) {
	if len(token) > maxToken {
		return nil, invalid("longer than 8 KiB")
	}
	if v.config.Opaque && !looksLikeJWS(token) {
		return v.asking.about(ctx, token)
	}
	c, err := v.read(ctx, token, &v.seen, typeAccessToken, typeAccessTokenLong)
	if err != nil {
		return nil, err
	}
	return v.alive(ctx, token, c)
}

// VerifyAssertion is Verify for what Gatehouse's gate puts into the header of a
// request that it forwards. No access token is one, and no assertion is an access token.
func (v *Verifier) VerifyAssertion(ctx context.Context, assertion string) (*Claims, error) {
	if len(assertion) > maxToken {
		return nil, invalid("longer than 8 KiB")
	}
	c, err := v.read(ctx, assertion, &v.passed, typeAssertion)
	if err != nil {
		return nil, err
	}
	return v.alive(ctx, "", c)
}

// read returns the claims of a token that is well signed and for this API. What it
// found before holds as long as the key does.
func (v *Verifier) read(ctx context.Context, token string, before *cache, types ...string) (*Claims, error) {
	if c := before.get(token); c != nil && v.keys.has(c.kid) {
		return c, nil
	}
	payload, h, err := v.open(ctx, token, types...)
	if err != nil {
		return nil, err
	}
	c, w, err := v.claimsOf(payload)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	latest := now.Add(v.config.Skew).Unix()
	if w.Issued > latest || w.NotBefore > latest {
		return nil, invalid("not valid yet")
	}
	c.kid = h.kid
	if h.typ == typeAssertion {
		c.Kind, c.Org = w.Kind, w.Org
		c.PermissionsFiltered = w.Filtered
		if len(w.Filter) > 0 && c.Filter.UnmarshalJSON(w.Filter) != nil {
			return nil, invalid("its filter cannot be read")
		}
	}
	if now.Before(c.Expires) {
		before.put(token, c, now)
	}
	return c, nil
}

// alive reports what may have changed since the signature was checked.
func (v *Verifier) alive(ctx context.Context, token string, c *Claims) (*Claims, error) {
	now := time.Now()
	if !now.Before(c.Expires) {
		return nil, &Error{Reason: Expired, Detail: "at " + c.Expires.UTC().Format(time.RFC3339)}
	}
	if v.feed == nil {
		return c, nil
	}
	if why := v.feed.ended(c); why != "" {
		return nil, &Error{Reason: Ended, Detail: why}
	}
	if !v.feed.behind(now) {
		return c, nil
	}
	return v.behind(ctx, token, c)
}

// behind decides about a good token while the feed is too old.
func (v *Verifier) behind(ctx context.Context, token string, c *Claims) (*Claims, error) {
	switch {
	case v.config.WhenBehind == Serve:
		v.feed.noteServed(ctx)
		return c, nil
	case v.config.WhenBehind == Ask && token != "":
		return v.asking.about(ctx, token)
	default:
		return nil, unavailable("the feed is behind", nil)
	}
}
