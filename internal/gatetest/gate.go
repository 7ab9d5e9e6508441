// Package gatetest is a whole Gatehouse in a test, with people, browsers and
// applications to drive it. Requests go straight into the handler, so that a
// test may run in a synctest bubble and let days pass; everything else, from
// the forms to the database, is the real thing.
package gatetest

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/config"
	"gatehouse/fault"
	"gatehouse/house"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/identity/totp"
	"gatehouse/internal/testconfig"
	"gatehouse/oauth"
	"gatehouse/server"
)

// Issuer is the issuer of a Gate, https as it is behind a proxy that ends TLS.
const Issuer = "https://id.example.test"

// Console is the actor of what a test prepares.
var Console = audit.Actor{Kind: audit.Console, ID: "test"}

// Gate is one running Gatehouse.
type Gate struct {
	T      testing.TB
	House  *house.House
	Server *server.Server
	Log    *Log // what the server logged, to look for secrets
	// Watch, if it is set, sees every answer on its way out, redirects included.
	Watch  func(Seen)
	config config.Config
}

// Seen is a request and the server's answer to it.
type Seen struct {
	Request *http.Request
	Status  int
	Header  http.Header
	Body    string
}

// For returns the same Gatehouse for a subtest: what fails, fails t.
func (g *Gate) For(t testing.TB) *Gate {
	c := *g
	c.T = t
	return &c
}

// New opens a Gatehouse on a fresh SQLite file; change may alter its
// configuration first. It is closed with the test.
func New(t testing.TB, change ...func(*config.Config)) *Gate {
	t.Helper()
	cfg := testconfig.New(t)
	cfg.Issuer = Issuer
	for _, c := range change {
		c(&cfg)
	}
	testconfig.Migrated(t, cfg)
	return open(t, cfg)
}

// OnPostgres makes New use the database at url.
func OnPostgres(url string) func(*config.Config) {
	return func(c *config.Config) { c.Store.URL = url }
}

func open(t testing.TB, cfg config.Config) *Gate {
	t.Helper()
	g := start(t, cfg)
	if err := g.House.Registry.Load(context.Background(), time.Now()); err != nil {
		t.Fatalf("load the revocations: %v", err)
	}
	return g
}

// start opens a Gatehouse whose background leaves out what is named.
func start(t testing.TB, cfg config.Config, without ...string) *Gate {
	t.Helper()
	g := &Gate{T: t, Log: &Log{}, config: cfg}
	ctx := context.Background()
	log := slog.New(slog.NewJSONHandler(g.Log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	opened, err := house.Open(ctx, cfg, log)
	if err != nil {
		t.Fatalf("open the house: %v", err)
	}
	g.House = opened
	t.Cleanup(g.close)
	if g.Server, err = server.New(opened, server.Options{}); err != nil {
		t.Fatalf("mount the doors: %v", err)
	}
	g.Settle()
	if !inBubble() {
		g.keepUp(append(without, house.FirstKeys))
	}
	return g
}

// close closes the house and lets go of it: what a parallel test registers to be cleaned up is held
// until the last of them is done, and so would all houses be.
func (g *Gate) close() {
	if err := g.House.Close(); err != nil {
		g.T.Errorf("close the house: %v", err)
	}
	g.House, g.Server, g.Log, g.Watch = nil, nil, nil, nil
}

// inBubble reports whether this runs in a synctest bubble, whose clock begins
// with the year 2000.
func inBubble() bool { return time.Now().Year() < 2020 }

// keepUp beats as a running server does, so that whatever it does beside the
// requests is done in tests too. In a bubble nothing is ever late, and a test
// that lets months pass would beat through them.
func (g *Gate) keepUp(without []string) {
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		g.House.Beat(ctx, without...)
	}()
	g.T.Cleanup(func() { stop(); <-done })
}

// Replica opens a second Gatehouse on the same store and master key.
func (g *Gate) Replica() *Gate {
	g.T.Helper()
	return open(g.T, g.config)
}

// ReplicaWith is Replica with another configuration: a way of its own to the store, for
// instance.
func (g *Gate) ReplicaWith(change func(*config.Config)) *Gate {
	g.T.Helper()
	cfg := g.config
	change(&cfg)
	return open(g.T, cfg)
}

// Starting opens a second Gatehouse as Replica does, which has not loaded the
// revocations that are there already.
func (g *Gate) Starting() *Gate {
	g.T.Helper()
	return start(g.T, g.config, house.LoadRevocations)
}

// Restart closes nothing but opens the store anew, as a started process would.
func (g *Gate) Restart() *Gate { return g.Replica() }

// Settle lets the snapshots see what was written, as a running server does
// within a moment.
func (g *Gate) Settle() {
	g.T.Helper()
	if err := g.House.Feed.Step(context.Background()); err != nil {
		g.T.Fatalf("follow the store: %v", err)
	}
}

// Run beats what the server beats in the background, until the test ends.
func (g *Gate) Run() {
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- g.House.Run(ctx) }()
	g.T.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			g.T.Errorf("the background: %v", err)
		}
	})
}

// RoundTrip hands the request to the server's handler; a Gate is an http.RoundTripper.
func (g *Gate) RoundTrip(r *http.Request) (*http.Response, error) {
	var body io.Reader = http.NoBody
	if r.Body != nil {
		content, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(content)
	}
	in := httptest.NewRequestWithContext(r.Context(), r.Method, r.URL.String(), body)
	in.Header = r.Header.Clone()
	in.Host, in.RemoteAddr, in.RequestURI = r.URL.Host, "192.0.2.1:40000", r.URL.RequestURI()
	out := httptest.NewRecorder()
	g.Server.Handler().ServeHTTP(out, in)
	resp := out.Result()
	resp.Request = r
	if g.Watch != nil {
		g.Watch(Seen{Request: r, Status: resp.StatusCode, Header: resp.Header, Body: out.Body.String()})
	}
	return resp, nil
}

// Client returns an HTTP client that follows no redirects and keeps no cookies.
func (g *Gate) Client() *http.Client {
	return &http.Client{Transport: g, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// Person is somebody who can sign in.
type Person struct {
	ID       id.User
	Email    string
	Password string
	Secret   string // of the second factor, in base32; empty: there is none
	gate     *Gate
}

// Trait changes a person before they are made.
type Trait func(*traits)

type traits struct {
	user          identity.User
	totp          bool
	administrator bool
	noPassword    bool
}

// TOTP gives the person a second factor.
func TOTP(t *traits) { t.totp = true }

// NoPassword makes the person without a password, which takes a while to hash.
func NoPassword(t *traits) { t.noPassword = true }

// Administrator makes the person one.
func Administrator(t *traits) { t.administrator = true }

// WithClaims fills the person's standard claims.
func WithClaims(c identity.Claims) Trait { return func(t *traits) { t.user.Claims = c } }

// Administers grants the person the role of administrators, and returns the grant.
func (g *Gate) Administers(p *Person) id.Grant {
	g.T.Helper()
	made, err := g.House.Access.Give(context.Background(), Console, access.Grant{
		Subject: access.Subject{Kind: access.User, ID: string(p.ID)}, Effect: access.Allow, Role: access.Administrator,
		Where: access.Where{Place: access.Everywhere}, Reason: "test",
	})
	if err != nil {
		g.T.Fatalf("make %s an administrator: %v", p.Email, err)
	}
	return made.ID
}

// Person makes somebody whose address is name@example.test.
func (g *Gate) Person(name string, with ...Trait) *Person {
	g.T.Helper()
	p := &Person{Email: name + "@example.test", Password: "correct horse " + name + " staple", gate: g}
	t := traits{user: identity.User{Email: p.Email, EmailVerified: true, Name: name + " Example"}}
	for _, w := range with {
		w(&t)
	}
	if t.noPassword {
		p.Password = ""
	}
	u, err := g.House.Identity.Create(context.Background(), Console, t.user, p.Password)
	if err != nil {
		g.T.Fatalf("create %s: %v", name, err)
	}
	p.ID = u.ID
	if t.administrator {
		g.Administers(p)
	}
	if t.totp {
		p.Enrol()
	}
	return p
}

// Enrol gives the person a second factor.
func (p *Person) Enrol() { p.EnrolBy(Console) }

// EnrolBy is Enrol by somebody, of whose sessions the one that the actor is in stays.
func (p *Person) EnrolBy(actor audit.Actor) {
	t := p.gate.T
	t.Helper()
	e, err := p.gate.House.Identity.StartEnrol(context.Background(), actor, p.ID, nil)
	if err != nil {
		t.Fatalf("start enrolment: %v", err)
	}
	err = p.confirm(actor, e.Secret)
	if fault.CodeOf(err) == "totp.wrong" { // a period ended just then
		err = p.confirm(actor, e.Secret)
	}
	if err != nil {
		t.Fatalf("confirm enrolment: %v", err)
	}
	p.Secret = e.Secret
}

// confirm uses the code of the step before, which leaves the current one for the test.
func (p *Person) confirm(actor audit.Actor, secret string) error {
	code := CodeFor(p.gate.T, secret, time.Now().Add(-totp.Period))
	_, _, err := p.gate.House.Identity.ConfirmEnrol(context.Background(), actor, p.ID, nil, code)
	return err
}

// Code returns the person's current code. Each step works once: a test that
// needs a second code lets the factor forget the step with Rewind, or time pass.
func (p *Person) Code() string {
	p.gate.T.Helper()
	return CodeFor(p.gate.T, p.Secret, time.Now())
}

// CodeFor returns the code of a secret at a time.
func CodeFor(t testing.TB, secret string, at time.Time) string {
	t.Helper()
	code, err := totp.Code(secret, totp.Step(at))
	if err != nil {
		t.Fatalf("make a code: %v", err)
	}
	return code
}

// Log collects what a server logs.
type Log struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write implements io.Writer.
func (l *Log) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(b)
}

// String returns everything so far.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// Application is a registered client and its secret.
type Application struct {
	oauth.Client
	Secret string
	gate   *Gate
}

// RedirectURI is where the applications of tests are answered.
const RedirectURI = "https://app.example.test/cb"

// App registers a confidential client that may do everything usual; change may
// alter it first.
func (g *Gate) App(name string, change ...func(*oauth.Client)) *Application {
	g.T.Helper()
	c := oauth.Client{
		ID: id.Client(name), Name: "App " + name, HomeURL: "https://app.example.test/", AuthMethod: oauth.AuthBasic,
		RedirectURIs: []string{RedirectURI}, PostLogoutRedirectURIs: []string{"https://app.example.test/bye"},
		GrantTypes:  []string{oauth.GrantCode, oauth.GrantRefresh, oauth.GrantClient},
		Scopes:      []string{"openid", "profile", "email", "address", "phone", "offline_access", "orders"},
		IDTokenAlg:  "ES256", // RSA keys take time to make; tests that want one say so
		RefreshIdle: 0,
	}
	for _, f := range change {
		f(&c)
	}
	made, secret, err := g.House.OAuth.CreateClient(context.Background(), Console, c)
	if err != nil {
		g.T.Fatalf("create client %s: %v", name, err)
	}
	g.Settle()
	return &Application{Client: made, Secret: secret, gate: g}
}
