// Package caller tells which program calls a door, by the one credential that its
// request brings, and what that program may ask there.
//
// A credential is the key of a service account, a personal token, or an access token. At
// Gatehouse's own API that is one which was made for it and nothing else: a token for a
// shop, or for a shop and for us, is one that the shop has seen and could play back. At
// the APIs of others, for which the gate asks (api.go), their audience must be among the
// token's. It is verified as everywhere, and
// what its holder may do is decided by the policy of this moment, not by what the
// token says. The doors for programs share this package and make the answers.
package caller

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/oauth"
	"gatehouse/proof"
	"gatehouse/web"
)

// Tokens knows what access tokens are worth; *oauth.Verifier does.
type Tokens interface {
	// Verify answers oauth.ErrBadToken for what is none, or is not alive.
	Verify(ctx context.Context, token string) (*oauth.AccessToken, error)
	// Recall is Verify of a token that was verified before, and tells whether it was.
	Recall(ctx context.Context, token string) (t *oauth.AccessToken, known bool, err error)
}

// Keys knows whose the keys of service accounts are; *access.Keyring does.
type Keys interface {
	// Bearer answers Unauthenticated for what opens nothing now.
	Bearer(ctx context.Context, text string) (access.Bearer, error)
	// Read tells which key a text is, of those that there are or were; false: a guess.
	Read(text string) (id.ServiceKey, bool)
	// Has reports whether there is such a key that is not over.
	Has(ctx context.Context, key id.ServiceKey) bool
}

// Policy is what is decided by; *access.Live is.
type Policy interface {
	// Current returns the policy as it is, or was a second ago at most. An error is
	// Unavailable: nobody knows.
	Current(ctx context.Context) (*access.Snapshot, error)
}

// Desk looks at credentials. All fields but Browsers, Elsewhere and Refusals are needed; any number may
// come at once.
type Desk struct {
	// Audience is the `aud` that tokens must have, and the only one: "<issuer>/api".
	Audience string
	Tokens   Tokens
	Keys     Keys
	Policy   Policy
	// Browsers are needed where people come with a cookie, and Elsewhere by the gate alone.
	Browsers  Browsers
	Elsewhere Elsewhere
	// Flood bounds how many bad credentials an address may have us look at, and how often
	// a key that is over.
	Flood web.Flood
	// Refusals records who lacked the right to what; nil: nothing does.
	Refusals Refusals

	certificates turns // to look at those of an address
}

// Refusals records refusals; *audit.Refusals does.
type Refusals interface {
	Tell(ctx context.Context, e audit.Event)
}

// Caller is who calls, for the time of one request.
type Caller struct {
	Subject access.Subject
	// Key is the key that the caller came with, empty for a token.
	Key id.ServiceKey
	// Snapshot is the policy by which the caller was let in, and by which it is to be
	// answered: what it asks about is as old as what it was asked.
	Snapshot *access.Snapshot

	text    string
	token   *oauth.AccessToken // nil: it came with a key, or in a browser
	browser *browser           // nil: it came with a token or a key
	limit   []access.Pattern   // what alone a personal token may be used for
	until   time.Time          // when the key that it came with ends, zero for never
	via     string             // whose word it is known by, where that is not ours
	now     time.Time
}

// Personal reports whether the caller is a person who came with a personal token. It
// proves no sign-in, and is good for less than its person.
func (c *Caller) Personal() bool {
	return c.token == nil && c.browser == nil && c.Subject.Kind == access.User
}

// On is what a question about the caller is about. The zero On is no organisation and
// nothing in particular.
type On struct {
	Org      string // the organisation
	Resource string // the id of the one thing
}

// Within reports whether the caller may use one of the scopes here: with the token that
// it came with, or with a key, which has no scopes.
func (c *Caller) Within(scopes ...string) bool {
	if c.token == nil {
		return true
	}
	has := c.token.Scopes()
	return slices.ContainsFunc(scopes, func(s string) bool { return slices.Contains(has, s) })
}

// Actor is the caller as the audit log remembers who sent r.
func (c *Caller) Actor(r *http.Request) audit.Actor {
	a := web.Actor(r)
	a.ID, a.Key = c.Subject.ID, string(c.Key)
	switch c.Subject.Kind {
	case access.User:
		a.Kind = audit.Person
	case access.Client:
		a.Kind = audit.Client
	case access.ServiceAccount:
		a.Kind = audit.Service
	}
	if c.token != nil {
		a.Session, a.Client = id.Session(c.token.Claims.Session), id.Client(c.token.Claims.ClientID)
	}
	if c.browser != nil {
		a.Session = c.browser.Session
	}
	return a
}

// Authenticate returns who sent r. What it refuses is a *Refusal, or a fault of the
// kinds TooMany and Unavailable. It reads headers and query, and no body.
func (d *Desk) Authenticate(r *http.Request) (*Caller, error) {
	return d.authenticate(r, func(t *oauth.AccessToken, _ *access.Snapshot) error {
		if len(t.Claims.Audience) != 1 || t.Claims.Audience[0] != d.Audience {
			return invalid(errors.New("the token is for somebody else"))
		}
		return nil
	})
}

// authenticate returns who sent r, by a key, or by a token that is meant for whom it came to.
func (d *Desk) authenticate(r *http.Request, meant func(*oauth.AccessToken, *access.Snapshot) error) (*Caller, error) {
	text, err := credential(r)
	if err != nil {
		return nil, err
	}
	if isKey(text) {
		return d.byKey(r, text)
	}
	t, err := d.verify(r, text)
	if err != nil {
		return nil, err
	}
	s, err := d.Policy.Current(r.Context())
	if err != nil {
		return nil, err
	}
	if err := meant(t, s); err != nil {
		return nil, err
	}
	return &Caller{Subject: subjectOf(&t.Claims), Snapshot: s, text: text, token: t, now: time.Now()}, nil
}

// Again returns the same caller as it is now, for whom is answered more than once. What
// it refuses is a *Refusal: the token is over, or dead. Unavailable: nobody knows.
func (d *Desk) Again(ctx context.Context, c *Caller) (*Caller, error) {
	if c.browser != nil {
		return d.visited(ctx, c, d.Browsers.Visitor)
	}
	if c.via != "" {
		return nil, invalid(errors.New("who is known by another's word shows it again")) // at the gate, with the request
	}
	if c.token == nil {
		return d.holder(ctx, c.text)
	}
	t, err := d.Tokens.Verify(ctx, c.text)
	if errors.Is(err, oauth.ErrBadToken) {
		return nil, invalid(err)
	}
	if err != nil {
		return nil, err
	}
	s, err := d.Policy.Current(ctx)
	if err != nil {
		return nil, err
	}
	return &Caller{Subject: c.Subject, Snapshot: s, text: c.text, token: t, now: time.Now()}, nil
}

// isKey reports whether a text is the key of a service account or a personal token.
func isKey(text string) bool { return strings.HasPrefix(text, access.KeyPrefix) }

// credential returns the one credential of a request: from the Authorization header,
// and never from the query, where logs and histories would keep it.
func credential(r *http.Request) (string, error) {
	if err := inQuery(r); err != nil {
		return "", err
	}
	token, problem := web.BearerToken(r.Header["Authorization"])
	if problem != "" {
		return "", malformed(problem)
	}
	if token == "" {
		return "", missing()
	}
	return token, nil
}

// inQuery refuses a request with a token in its query, be there another credential or not.
func inQuery(r *http.Request) error {
	if r.URL.RawQuery != "" && r.URL.Query().Has("access_token") {
		return malformed("An access token does not belong in the query.")
	}
	return nil
}

// verify verifies a token, and bounds how many bad ones an address may have us verify.
// Those that are known to be good are not bounded, and those that were good once do
// not count: programs that try them once more lock out nobody.
func (d *Desk) verify(r *http.Request, text string) (*oauth.AccessToken, error) {
	t, known, err := d.Tokens.Recall(r.Context(), text)
	if !known {
		t, err = d.verifyUnknown(r, text)
	}
	if errors.Is(err, oauth.ErrBadToken) {
		return nil, invalid(err)
	}
	return t, err
}

func (d *Desk) verifyUnknown(r *http.Request, text string) (*oauth.AccessToken, error) {
	flood := addressOf(r)
	if err := d.flooded(r.Context(), flood, fromAddress); err != nil {
		return nil, err
	}
	t, err := d.Tokens.Verify(r.Context(), text)
	if errors.Is(err, oauth.ErrBadToken) && !errors.Is(err, oauth.ErrDeadToken) {
		d.Flood.Count(r.Context(), flood)
	}
	return t, err
}

// addressOf is what the guesses of a request count against.
func addressOf(r *http.Request) string { return "caller:" + id.Network(web.InfoOf(r.Context()).IP) }

const fromAddress = "Too many bad credentials from this address."

// flooded is the answer to who sent too much that is bad, nil for others.
func (d *Desk) flooded(ctx context.Context, flood, detail string) error {
	wait := d.Flood.Blocked(ctx, flood)
	if wait <= 0 {
		return nil
	}
	return &fault.Error{Kind: fault.TooMany, Code: "caller.flood", Detail: detail, RetryAfter: wait}
}

// byKey returns whose key came. Guesses are bounded by their address. A key that was
// ours is none: a job that goes on trying with one that is over, or whose account is
// locked, keeps out nobody beside it. One that is over has the store asked whether there
// is news of it, and has a bound of its own.
func (d *Desk) byKey(r *http.Request, text string) (*Caller, error) {
	key, ours := d.Keys.Read(text)
	if !ours {
		return nil, d.guessed(r)
	}
	flood := "caller:" + string(key)
	known := d.Keys.Has(r.Context(), key)
	if !known {
		if err := d.flooded(r.Context(), flood, "This key is over, and was tried too often."); err != nil {
			return nil, err
		}
	}
	c, err := d.holder(r.Context(), text)
	if _, refused := errors.AsType[*Refusal](err); refused && !known {
		d.Flood.Count(r.Context(), flood)
	}
	return c, err
}

// guessed is the answer to what never was a key of ours.
func (d *Desk) guessed(r *http.Request) error {
	flood := addressOf(r)
	if err := d.flooded(r.Context(), flood, fromAddress); err != nil {
		return err
	}
	d.Flood.Count(r.Context(), flood)
	return invalid(errors.New("no key of ours"))
}

// holder returns whose key a text is now. What it refuses is a *Refusal.
func (d *Desk) holder(ctx context.Context, text string) (*Caller, error) {
	b, err := d.Keys.Bearer(ctx, text)
	if fault.Is(err, fault.Unauthenticated) {
		return nil, invalid(err)
	}
	if err != nil {
		return nil, err
	}
	s, err := d.Policy.Current(ctx)
	if err != nil {
		return nil, err
	}
	return &Caller{Subject: b.Subject, Key: b.Key, Snapshot: s, text: text, limit: b.Limit, until: b.Until, now: time.Now()}, nil
}

// subjectOf is for whom a token speaks: a person, or the client itself.
func subjectOf(c *oauth.AccessClaims) access.Subject {
	if c.OfPerson() {
		return access.Subject{Kind: access.User, ID: c.Subject}
	}
	return access.Subject{Kind: access.Client, ID: c.ClientID}
}

// question is what is asked about the caller itself.
func (c *Caller) question(permission string, on On) *access.Question {
	resource := access.Resource{ID: on.Resource}
	if b := c.browser; b != nil {
		return &access.Question{
			Principal: c.Subject, Permission: permission, Now: c.now, Session: b.Session, Level: b.Level, AuthTime: b.AuthTime, Org: on.Org, Resource: resource,
		}
	}
	if c.token == nil { // nobody speaks for somebody else by a key
		return &access.Question{Principal: c.Subject, Permission: permission, Now: c.now, Org: on.Org, Resource: resource}
	}
	t := &c.token.Claims
	level, _ := proof.ParseLevel(t.ACR) // what we did not write is none
	return &access.Question{
		Principal: c.Subject, Permission: permission, Now: c.now, Session: id.Session(t.Session), Client: id.Client(t.ClientID),
		Level: level, AuthTime: c.token.Facts.AuthTime, Delegated: true, Scopes: c.token.Scopes(),
		Org: on.Org, Resource: resource,
	}
}
