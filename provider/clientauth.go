package provider

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/oauth"
	"gatehouse/web"
)

// basicRealm is sent with every 401 (RFC 6749 section 5.2, RFC 9110 section 11.6.1).
const basicRealm = `Basic realm="gatehouse", charset="UTF-8"`

// badClient is the one answer to every failed client authentication: unknown,
// disabled and wrong are not told apart.
func badClient(reason string) *refusal {
	return &refusal{code: "invalid_client", description: "The client could not be authenticated.", status: http.StatusUnauthorized, challenge: basicRealm, err: fmt.Errorf("client authentication: %s", reason)}
}

// endedClient is badClient for who presented what is the client's own, or was: that
// is no guess, and programs that try it once more lock out nobody.
func endedClient(reason string) *refusal {
	e := badClient(reason)
	e.genuine = true
	return e
}

// authenticateClient returns the client that sent r (RFC 6749 section 2.3, RFC
// 7523 section 2.2). It must use exactly one method, and one that it is
// registered for. A failure is a *refusal and, if it may be a guess, counts against
// the sender.
func (p *Provider) authenticateClient(r *http.Request, form url.Values) (*oauth.Client, error) {
	if r.URL.RawQuery != "" {
		if err := noSecretsIn(r.URL); err != nil {
			return nil, err
		}
	}
	how, err := presentedBy(r.Header["Authorization"], form)
	c := nobody
	if err == nil {
		if c, err = p.clientNamed(r.Context(), how.client); err != nil {
			return nil, err
		}
	}
	key := floodKey(r, c)
	if wait := p.flood.Blocked(r.Context(), key); wait > 0 {
		return nil, &fault.Error{Kind: fault.TooMany, Code: "client.attempts", Detail: "Too many failed client authentications from this address.", RetryAfter: wait}
	}
	if err == nil {
		err = p.prove(r.Context(), c, how)
	}
	if err != nil {
		e, ok := errors.AsType[*refusal](err)
		if !ok {
			return nil, err
		}
		if e.code == "invalid_client" && !e.genuine {
			p.flood.Count(r.Context(), key)
		}
		return nil, e.about(loggable(how.client))
	}
	if err := p.unlocked(r.Context(), c); err != nil {
		return nil, err
	}
	return c, nil
}

// floodKey is what failures count against: the address together with the client
// that they name, so that a noisy client does not lock out others behind the
// same address. All names that nobody has count as one: there is no end of them.
func floodKey(r *http.Request, c *oauth.Client) string {
	return "client:" + id.Network(web.InfoOf(r.Context()).IP) + " " + string(c.ID)
}

// clientNamed returns the client, or nobody when there is none of that name.
func (p *Provider) clientNamed(ctx context.Context, name id.Client) (*oauth.Client, error) {
	c, err := p.Registry.Client(ctx, name)
	if fault.Is(err, fault.NotFound) {
		return nobody, nil
	}
	if err != nil {
		return nil, fmt.Errorf("authenticate client: %w", err)
	}
	return c, nil
}

// prove checks what was presented against what the client is registered for. It
// does as much work for an unknown client as for a known one.
func (p *Provider) prove(ctx context.Context, c *oauth.Client, how presented) error {
	good := true
	if how.method == oauth.AuthBasic || how.method == oauth.AuthPost {
		good = p.Protocol.VerifySecret(c, how.secret, time.Now())
	}
	switch {
	case c == nobody:
		return badClient("there is no such client")
	case !c.Takes(how.method):
		e := badClient("it came by " + how.method + ", and is registered for " + c.AuthMethod)
		e.genuine = good && how.secret != ""
		return e
	case !good:
		e := badClient("the secret is wrong, or its time is over")
		e.genuine = p.Protocol.WasSecret(c, how.secret)
		return e
	case how.method == oauth.AuthPrivateKey: // who is disabled is told so once it is known to be that one
		return p.proveAssertion(ctx, c, how.assertion)
	case c.Disabled:
		return endedClient("the client is disabled")
	}
	return nil
}

// unlocked refuses a client that a lock is on, once it is known to be that one, like
// one that is disabled: what it holds is good again when the lock is lifted, and
// after invalid_grant it would throw it away. Nor does it count as a wrong guess.
func (p *Provider) unlocked(ctx context.Context, c *oauth.Client) error {
	locked, err := p.Registry.Locked(ctx, c.ID)
	if err != nil {
		return unavailable(err)
	}
	if locked {
		return badClient("a lock is on the client").about(c.ID)
	}
	return nil
}

// loggable is the name by which a client was looked for, as the log may show
// it: nothing that could be a secret in the wrong place, or that no client has.
func loggable(name id.Client) id.Client {
	if !oauth.ValidClientID(name) || strings.HasPrefix(string(name), oauth.SecretPrefix) {
		return ""
	}
	return name
}

// nobody stands for a client that is not there. Its secret fits nothing.
var nobody = &oauth.Client{AuthMethod: oauth.AuthBasic, Secrets: []oauth.Secret{{MAC: randomMAC()}}}

func randomMAC() []byte {
	b := make([]byte, 32)
	rand.Read(b)
	return b
}
