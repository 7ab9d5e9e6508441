package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"gatehouse/audit"
	"gatehouse/config"
	"gatehouse/demo"
	"gatehouse/house"
	"gatehouse/internal/freeport"
	"gatehouse/oauth"
	"gatehouse/proof"
	"gatehouse/server"
)

// running is a demo on free ports.
type running struct {
	t           *testing.T
	issuer, app string
	gate        string // before the shop; empty: there is none
	cfg         config.Config
	Seeded      demo.Seeded
	proving     sync.Mutex // one tab at a time: a code is good once
}

func freePort(t *testing.T) string {
	t.Helper()
	port, err := freeport.Next()
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func testConfig(t *testing.T) config.Config {
	t.Helper()
	dir := t.TempDir()
	port := freePort(t)
	cfg := config.Default()
	cfg.Issuer = "http://localhost:" + port
	cfg.DataDir = dir
	cfg.MasterKeyFile = filepath.Join(dir, "master.key")
	cfg.Store.URL = "sqlite:" + filepath.Join(dir, "gatehouse.db")
	cfg.Web.Listen.Public = "127.0.0.1:" + port
	cfg.Web.Listen.Internal = "127.0.0.1:" + freePort(t)
	return cfg
}

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

// startDemo runs the demo until the test ends, with its configuration as with
// makes it.
func startDemo(t *testing.T, with ...func(*config.Config)) *running {
	t.Helper()
	return startDemoBehind(t, "", with...)
}

// startDemoBehind starts a demo whose shop is behind a gate at a port, "" for none.
func startDemoBehind(t *testing.T, gate string, with ...func(*config.Config)) *running {
	t.Helper()
	chromiumPath(t)
	r := &running{t: t, cfg: testConfig(t)}
	listen := ""
	if gate != "" {
		r.gate, listen = "http://localhost:"+gate, "127.0.0.1:"+gate
	}
	for _, change := range with {
		change(&r.cfg)
	}
	ready := make(chan struct{})
	until(t, func(ctx context.Context) error {
		return demo.Run(ctx, r.cfg, quiet(), io.Discard, demo.Options{
			AppListen: "127.0.0.1:" + freePort(t), GateListen: listen,
			Ready: func(issuer, app string) { r.issuer, r.app = issuer, app; close(ready) },
		})
	}, ready)
	content, err := os.ReadFile(filepath.Join(r.cfg.DataDir, "demo.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, &r.Seeded); err != nil {
		t.Fatal(err)
	}
	return r
}

// until runs serve in the background until the test ends, and waits for ready.
func until(t *testing.T, serve func(context.Context) error, ready <-chan struct{}) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	failed := make(chan error, 1)
	var wait sync.WaitGroup
	wait.Go(func() { failed <- serve(ctx) })
	t.Cleanup(func() {
		stop()
		wait.Wait()
		if err := <-failed; err != nil {
			t.Errorf("the server ended with: %v", err)
		}
	})
	select {
	case <-ready:
	case err := <-failed:
		failed <- nil
		t.Fatalf("the server did not start: %v", err)
	case <-time.After(hangs):
		t.Fatal("the server is not ready")
	}
}

func (r *running) person(name string) demo.SeededPerson {
	r.t.Helper()
	for _, p := range r.Seeded.People {
		if strings.HasPrefix(p.Email, name+"@") {
			return p
		}
	}
	r.t.Fatalf("nobody called %s was seeded", name)
	return demo.SeededPerson{}
}

func code(t *testing.T, secret string) string {
	t.Helper()
	c, err := totp.GenerateCode(secret, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (b *tab) signIn(p demo.SeededPerson) {
	b.t.Helper()
	b.fill("email", p.Email)
	b.fill("password", p.Password)
	b.follow("#submit")
}

func TestDemoApplicationSignsSomebodyIn(t *testing.T) {
	t.Parallel()
	r := startDemo(t)
	b := newTab(t)

	b.open(r.app)
	b.accessible("demo", "#login")
	b.follow("#login")
	b.see("#password")
	b.says("body", "Demo Shop")
	b.fits("signin")
	b.accessible("sign-in", "[data-testid=signin]")
	b.signIn(r.person("bob"))

	b.see("#allow")
	b.fits("consent")
	b.accessible("consent", "#allow")
	b.follow("#allow")
	b.says("h1", "Hello, Bob")
	b.says("[data-testid=orders]", "On its way")
	b.accessible("demo, signed in", "[data-testid=orders]")
	b.says("[data-testid=id-token]", `"acr": "aal1"`)

	b.follow("#refresh")
	b.says("[data-testid=notice]", "Refreshed")
	b.follow("#userinfo")
	b.says("[data-testid=notice]", "bob@example.test")
	b.follow("#introspect")
	b.says("[data-testid=notice]", `"active":true`)
	b.follow("#revoke")
	b.says("[data-testid=notice]", "Revoked")
	b.follow("#introspect")
	b.says("[data-testid=notice]", `"active":false`)
	b.follow("#refresh")
	b.says("[data-testid=notice]", "invalid_grant")

	b.follow("#logout")
	b.says("h1", "Paper, ink and twine")
	b.follow("#login")
	b.see("#password") // the session is over: the password is asked again
}

func TestConsentCanBeRefused(t *testing.T) {
	t.Parallel()
	r := startDemo(t)
	b := newTab(t)
	b.open(r.app + "/login")
	b.signIn(r.person("bob"))
	b.follow("#deny")
	b.says("[data-testid=notice]", "access_denied")
}

func TestSecondFactorIsAskedOfWhoHasOne(t *testing.T) {
	t.Parallel()
	r := startDemo(t)
	ada := r.person("ada")
	b := newTab(t)
	b.open(r.app + "/login")
	b.signIn(ada)
	b.see("#code")
	b.fits("factor")
	b.accessible("second factor", "#code")
	b.fill("code", code(t, ada.TOTP))
	b.follow("#submit")
	b.follow("#allow")
	b.says("[data-testid=id-token]", `"acr": "aal2"`)
}

func TestEnrolledFactorIsAskedForNextTime(t *testing.T) {
	t.Parallel()
	r := startDemo(t)
	bob := r.person("bob")
	b := newTab(t)
	b.open(r.issuer + "/account/security")
	b.signIn(bob)
	b.fits("security")
	b.accessible("security", "[data-testid=factor]")
	secret := b.enrol("/account/security/enrol", r.issuer)

	fresh := newTab(t)
	fresh.open(r.app + "/login")
	fresh.signIn(bob)
	fresh.see("#code")
	fresh.fill("code", nextCode(t, secret))
	fresh.follow("#submit")
	fresh.follow("#allow")
	fresh.says("[data-testid=id-token]", `"acr": "aal2"`)
}

// enrol walks through the enrolment page and returns the secret.
func (b *tab) enrol(path, issuer string) string {
	b.t.Helper()
	if path != "" {
		b.open(issuer + path)
	}
	b.see("#code")
	b.fits("enrol")
	b.press("details summary")
	b.see("[data-testid=key]")
	b.accessible("enrolment", "[data-testid=key]")
	secret := strings.Join(strings.Fields(b.text("[data-testid=key]")), "")
	b.fill("code", code(b.t, secret))
	b.follow("#submit")
	b.see("[data-testid=codes]")
	b.fits("recovery-codes")
	b.accessible("recovery codes", "[data-testid=codes]")
	b.follow("#stored")
	return secret
}

// nextCode returns a code whose step was not used yet: the enrolment used the
// current one, and the server takes the step after it when the drift allows;
// else it waits for the clock to reach it.
func nextCode(t *testing.T, secret string) string {
	t.Helper()
	step := time.Now().Unix() / 30
	for time.Now().Unix()/30 == step {
		time.Sleep(200 * time.Millisecond) // the real clock of a real server: nothing signals the next step
	}
	return code(t, secret)
}

func TestStepUpAsksOnlyForWhatIsMissing(t *testing.T) {
	t.Parallel()
	r := startDemo(t)
	bob := r.person("bob")
	b := newTab(t)
	b.open(r.app + "/login")
	b.signIn(bob)
	b.follow("#allow")
	b.says("[data-testid=id-token]", `"acr": "aal1"`)

	r.requireTwoFactors()
	b.open(r.app + "/login")
	b.enrol("", r.issuer) // the password is not asked again
	b.says("[data-testid=id-token]", `"acr": "aal2"`)
}

// requireTwoFactors changes the demo's client as an administrator would.
func (r *running) requireTwoFactors() {
	r.t.Helper()
	r.changeClient(func(c *oauth.Client) { c.RequireLevel = proof.AAL2 })
}

// changeClient changes the demo's client from another process on the same store.
func (r *running) changeClient(change func(c *oauth.Client)) {
	r.t.Helper()
	r.beside(func(ctx context.Context, h *house.House) error {
		c, err := h.OAuth.Client(ctx, demo.ClientID)
		if err != nil {
			return err
		}
		change(&c)
		_, err = h.OAuth.UpdateClient(ctx, audit.Actor{Kind: audit.Console}, c)
		return err
	})
	// The running server sees it within a second, which is what is promised. What it gives
	// meanwhile by what was so before is dead, and so is all of that second, to which tokens
	// tell their time: a quick sign-in would get a token that is over.
	time.Sleep(2 * time.Second)
}

// beside runs f in another process's house on the same store.
func (r *running) beside(f func(ctx context.Context, h *house.House) error) {
	r.t.Helper()
	h, err := house.Open(r.t.Context(), r.cfg, quiet())
	if err != nil {
		r.t.Fatal(err)
	}
	defer h.Close()
	if err := f(r.t.Context(), h); err != nil {
		r.t.Fatal(err)
	}
}

func TestTwoTabsBothArrive(t *testing.T) {
	t.Parallel()
	r := startDemo(t)
	first := newTab(t)
	first.open(r.app + "/login")
	first.see("#password")
	second := first.another()
	second.open(r.issuer + "/account")
	second.signIn(r.person("bob"))
	second.says("body", "Bob Example")

	first.open(first.location()) // the page that was left open goes on without the password
	first.follow("#allow")
	first.says("h1", "Hello, Bob")
}

var setupLink = regexp.MustCompile(`http://\S+/setup#token=\S+`)

func TestFirstRunMakesTheFirstAdministrator(t *testing.T) {
	t.Parallel()
	chromiumPath(t)
	cfg := testConfig(t)
	printed := &strings.Builder{}
	ready := make(chan struct{})
	until(t, func(ctx context.Context) error {
		return server.Serve(ctx, cfg, quiet(), server.Options{Stdout: printed, Ready: func(net.Addr, net.Addr) { close(ready) }})
	}, ready)
	link := setupLink.FindString(printed.String())
	if link == "" {
		t.Fatalf("no set-up link was printed:\n%s", printed)
	}

	b := newTab(t)
	b.open(cfg.Issuer)
	b.fits("home")
	b.accessible("home", "[data-testid=issuer]")
	b.open(cfg.Issuer + "/setup")
	b.see("#token")
	b.once("paste the link into the open page", fmt.Sprintf("location.assign(%q)", link))
	b.until("the link fills the form", "document.getElementById('token').value !== '' && document.getElementById('token-field').hidden && location.hash === ''")
	for _, language := range []string{"de", "en"} {
		b.follow("[data-testid=language-" + language + "] button")
		b.until("the link comes along to another language", fmt.Sprintf("document.documentElement.lang === %q && document.getElementById('token').value !== '' && document.getElementById('token-field').hidden && location.hash === ''", language))
	}
	b.fill("email", "first@example.test")
	b.fill("name", "First Administrator")
	b.fits("setup")
	b.accessible("set-up", "[data-testid=setup]")
	b.fill("password", "a long phrase for the first one")
	b.follow("#submit")
	b.enrol("", "") // nobody types again what they have just typed
	b.says("h1", "Gatehouse is ready")
	b.says("#connect", "gatehouse client create")
	b.fits("next")
	b.accessible("what comes next", "#wizard")
	b.follow("#account")
	b.says("body", "First Administrator")
	b.fits("account")
	b.accessible("account", "nav a[href='/account'][aria-current=page]")

	b.open(link)
	b.says("h1", "Already set up")
	b.fits("already")
	b.accessible("already set up", "#signin")
}
