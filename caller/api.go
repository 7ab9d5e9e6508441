package caller

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"gatehouse/access"
	"gatehouse/fault"
	"gatehouse/oauth"
)

// AuthenticateFor is Authenticate at an API that is not our own, by its id: a token is
// good there whose audiences have the one of that API, and a key by itself, since what
// its holder may do is asked of the policy. That there is no such API is Unavailable:
// nobody can be let in.
func (d *Desk) AuthenticateFor(r *http.Request, api string) (*Caller, error) {
	return d.authenticate(r, func(t *oauth.AccessToken, s *access.Snapshot) error {
		audience, ok := s.Audience(api)
		if !ok {
			return fault.New(fault.Unavailable, "caller.api", "The API "+api+" is not known here.")
		}
		if !slices.Contains(t.Claims.Audience, audience) {
			return invalid(errors.New("the token is for another API"))
		}
		return nil
	})
}

// Asked is what is asked about a caller at an API of somebody else.
type Asked struct {
	Permission string // whole, such as shop/orders:read
	Org        string
	Resource   access.Resource
	Request    access.Request
	Further    access.Further // besides what the policy says
	Methods    []string       // of the amr claim: people must have proved themselves by each
}

// Decide decides for the caller. Its error is that of access.Snapshot.Decide, or a
// *Refusal for a personal token that is not for that.
func (c *Caller) Decide(a Asked) (access.Decision, error) {
	if c.Personal() && !c.Snapshot.Covers(c.limit, a.Permission) {
		return access.Decision{}, forbidden(a.Permission, errLimited)
	}
	return Decide(c.Snapshot, c.question(a.Permission, On{}), &a, c.Methods())
}

// Proof is what the caller proved, for whoever is told of it: the level, as tokens have
// it, and when, both empty for programs.
func (c *Caller) Proof() (acr string, at int64) {
	if c.browser != nil {
		return c.browser.Level.String(), c.browser.AuthTime.Unix()
	}
	if c.token == nil {
		return "", 0
	}
	return c.token.Claims.ACR, c.token.Claims.AuthTime
}

// Session is the browser session that the caller's token is of, "" for none.
func (c *Caller) Session() string {
	if c.browser != nil {
		return string(c.browser.Session)
	}
	if c.token == nil {
		return ""
	}
	return c.token.Claims.Session
}

// Client is the application that the caller's token was given to. A service account
// that came with its key is its own, and of a person with a personal token it is that
// token's id: the two must not look like a program that speaks for itself. Of a person at
// their browser it is that session's.
func (c *Caller) Client() string {
	if c.browser != nil {
		return string(c.browser.Session)
	}
	if c.Personal() {
		return string(c.Key)
	}
	if c.token == nil {
		return c.Subject.ID
	}
	return c.token.Claims.ClientID
}

// Expires is when the caller's token, key or session ends, zero for a key without an end.
func (c *Caller) Expires() time.Time {
	if c.browser != nil {
		return c.browser.Visitor.Expires
	}
	if c.token == nil {
		return c.until
	}
	return time.Unix(c.token.Claims.Expires, 0)
}
