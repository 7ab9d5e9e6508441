package provider

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/go-jose/go-jose/v4"

	"gatehouse/id"
	"gatehouse/oauth"
)

// assertionType is the client_assertion_type of private_key_jwt (RFC 7523 section 2.2).
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// Limits of a client assertion. A short life keeps the list of used ones short.
const (
	maxAssertion     = 16 << 10 // bytes
	maxAssertionLife = 5 * time.Minute
	assertionSkew    = 10 * time.Second // between the client's clock and ours
	expirySkew       = time.Minute      // tolerated beyond maxAssertionLife
	minRSABits       = 2048
)

// assertionAlgorithms are those that a client may sign with: asymmetric ones only.
var assertionAlgorithms = []jose.SignatureAlgorithm{jose.RS256, jose.PS256, jose.ES256, jose.EdDSA}

// assertion is the payload of a client assertion (RFC 7523 section 3).
type assertion struct {
	Issuer    string          `json:"iss"`
	Subject   string          `json:"sub"`
	Audience  json.RawMessage `json:"aud"`
	ID        string          `json:"jti"`
	Expires   float64         `json:"exp"`
	Issued    float64         `json:"iat"`
	NotBefore float64         `json:"nbf"`
}

// assertionOf reads the assertion's subject to know whose keys to check it with.
func assertionOf(form url.Values) (presented, error) {
	token := form.Get("client_assertion")
	if form.Get("client_assertion_type") != assertionType {
		return presented{}, refuse("invalid_request", "The client_assertion_type is not supported.")
	}
	jws, err := parseAssertion(token)
	if err != nil {
		return presented{}, badClient(err.Error())
	}
	var a assertion
	if err := json.Unmarshal(jws.UnsafePayloadWithoutVerification(), &a); err != nil {
		return presented{}, badClient("the assertion is not a claims object")
	}
	return presented{method: oauth.AuthPrivateKey, client: id.Client(a.Subject), assertion: token}, nil
}

func parseAssertion(token string) (*jose.JSONWebSignature, error) {
	if token == "" || len(token) > maxAssertion {
		return nil, errors.New("the assertion is missing or too long")
	}
	jws, err := jose.ParseSignedCompact(token, assertionAlgorithms)
	if err != nil {
		return nil, fmt.Errorf("the assertion cannot be read: %w", err)
	}
	return jws, nil
}

// proveAssertion checks the assertion: signature by a registered key, claims,
// and that it was never seen before. The last is what writes, and comes last.
func (p *Provider) proveAssertion(ctx context.Context, c *oauth.Client, token string) error {
	jws, err := parseAssertion(token)
	if err != nil {
		return badClient(err.Error())
	}
	keys, err := p.clientKeys.of(c)
	if err != nil {
		return badClient("the registered keys cannot be read")
	}
	payload, err := verifyWith(jws, keys)
	if err != nil {
		return badClient(err.Error())
	}
	var a assertion
	if err := json.Unmarshal(payload, &a); err != nil {
		return endedClient("the assertion is not a claims object")
	}
	now := time.Now()
	if c.Disabled {
		return endedClient("the client is disabled")
	}
	if err := a.check(string(c.ID), []string{p.Issuer, p.Issuer + PathToken}, now); err != nil {
		return endedClient(err.Error())
	}
	fresh, err := p.Protocol.UseAssertion(ctx, c, a.ID, secondsOf(a.Expires).Add(expirySkew))
	if err != nil {
		return fmt.Errorf("authenticate client: %w", err)
	}
	if !fresh {
		return endedClient("the assertion was used before")
	}
	return nil
}

// check holds the claims against RFC 7523 section 3. The audience is one of
// ours and nobody else's, so that an assertion for another server is worth
// nothing here.
func (a *assertion) check(client string, audiences []string, now time.Time) error {
	switch {
	case a.Issuer != client || a.Subject != client:
		return errors.New("the assertion's iss and sub must be the client")
	case !a.meantFor(audiences):
		return errors.New("the assertion is meant for another audience")
	case a.ID == "" || len(a.ID) > 512:
		return errors.New("the assertion has no usable jti")
	case a.Expires <= 0 || !now.Before(secondsOf(a.Expires)):
		return errors.New("the assertion has expired")
	case secondsOf(a.Expires).After(now.Add(maxAssertionLife + expirySkew)):
		return errors.New("the assertion lives too long")
	case a.NotBefore > 0 && secondsOf(a.NotBefore).After(now.Add(assertionSkew)):
		return errors.New("the assertion is not valid yet")
	case a.Issued > 0 && secondsOf(a.Issued).After(now.Add(assertionSkew)):
		return errors.New("the assertion was issued in the future")
	}
	return nil
}

// meantFor reports whether aud is one string, or an array of exactly one, that
// names us.
func (a *assertion) meantFor(audiences []string) bool {
	var one string
	if err := json.Unmarshal(a.Audience, &one); err != nil {
		var many []string
		if err := json.Unmarshal(a.Audience, &many); err != nil || len(many) != 1 {
			return false
		}
		one = many[0]
	}
	for _, audience := range audiences {
		if one == audience {
			return true
		}
	}
	return false
}

// secondsOf reads a NumericDate (RFC 7519 section 2). What no clock can show
// becomes the year 1970 or 9999.
func secondsOf(seconds float64) time.Time {
	const year9999 = 253402300799
	return time.Unix(int64(min(max(seconds, 0), year9999)), 0)
}
