package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/oauth2"

	"gatehouse/config"
	"gatehouse/server"
)

// mostSteps is what somebody does in five minutes who thinks for ten seconds before each click, choice
// and field.
const mostSteps = 30

// From an empty directory to the first sign-in at an application of one's own: the link of the log, an
// administrator, the wizard of the console, what it shows set on the other side.
func TestFromSetUpToAnOwnApplication(t *testing.T) {
	inEveryWay(t, func(t *testing.T, b *tab) {
		issuer, link := startEmpty(t)
		own := newOwn(t)
		b.open(link)
		if b.value("document.getElementById('token').value") == "" { // without scripts it is pasted
			_, token, _ := strings.Cut(link, "#token=")
			b.fill("token", token)
		}
		b.fill("email", "first@example.test")
		b.fill("name", "First Administrator")
		b.fill("password", "a long phrase for the first one")
		b.follow("#submit")
		b.press("details summary")
		b.see("[data-testid=key]")
		b.fill("code", code(t, strings.Join(strings.Fields(b.text("[data-testid=key]")), "")))
		b.follow("#submit")
		b.follow("#stored")
		b.follow("#wizard")
		b.arrives("/console/applications/-/new")
		b.follow("#kind-web")
		b.fill("client_name", "Own application")
		b.fill("redirect_uris", own.redirect)
		b.follow("#submit")
		b.says("h1", "Own application")
		own.connect(t, issuer, b.text("#this-id code"), b.text("[data-testid=secret]"))
		steps := b.done
		b.open(own.home)
		b.follow("#allow")
		b.says("body", "Hello, first@example.test")
		if t.Logf("%d steps", steps); steps > mostSteps {
			t.Errorf("that took %d clicks, choices and fields, want at most %d", steps, mostSteps)
		}
	})
}

// startEmpty starts a server that nobody has set up, and returns its link for that.
func startEmpty(t *testing.T, with ...func(*config.Config)) (issuer, link string) {
	t.Helper()
	chromiumPath(t)
	cfg := testConfig(t)
	for _, change := range with {
		change(&cfg)
	}
	printed := &strings.Builder{}
	ready := make(chan struct{})
	until(t, func(ctx context.Context) error {
		return server.Serve(ctx, cfg, quiet(), server.Options{Stdout: printed, Ready: func(net.Addr, net.Addr) { close(ready) }})
	}, ready)
	if link = setupLink.FindString(printed.String()); link == "" {
		t.Fatalf("no set-up link was printed:\n%s", printed)
	}
	return cfg.Issuer, link
}

// own is somebody's application, made with a common library: it sends people to sign in, and greets
// them by what userinfo says.
type own struct {
	home, redirect string
	userinfo       string
	client         oauth2.Config
}

func newOwn(t *testing.T) *own {
	t.Helper()
	o := &own{}
	verifier := oauth2.GenerateVerifier()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, o.client.AuthCodeURL("state-of-this-test", oauth2.S256ChallengeOption(verifier)), http.StatusSeeOther)
	})
	mux.HandleFunc("GET /callback", func(w http.ResponseWriter, r *http.Request) {
		token, err := o.client.Exchange(r.Context(), r.FormValue("code"), oauth2.VerifierOption(verifier))
		if err != nil || r.FormValue("state") != "state-of-this-test" {
			http.Error(w, fmt.Sprintf("no token: %v", err), http.StatusBadGateway)
			return
		}
		who, err := o.client.Client(r.Context(), token).Get(o.userinfo)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer func() { _ = who.Body.Close() }()
		var claims struct{ Email string }
		if err := json.NewDecoder(who.Body).Decode(&claims); err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprintf(w, "<!doctype html><title>Own</title><h1>Hello, %s</h1>", claims.Email)
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	o.home, o.redirect = s.URL+"/", s.URL+"/callback"
	return o
}

// connect sets what the console showed, and where things are at an issuer as any library finds that out.
func (o *own) connect(t *testing.T, issuer, client, secret string) {
	t.Helper()
	o.client = oauth2.Config{ClientID: client, ClientSecret: secret, RedirectURL: o.redirect, Scopes: []string{"openid", "email"}}
	asked, err := http.NewRequestWithContext(t.Context(), http.MethodGet, issuer+"/.well-known/openid-configuration", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(asked)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	var found struct {
		Authorization string `json:"authorization_endpoint"`
		Token         string `json:"token_endpoint"`
		UserInfo      string `json:"userinfo_endpoint"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&found); err != nil {
		t.Fatal(err)
	}
	o.userinfo, o.client.Endpoint = found.UserInfo, oauth2.Endpoint{AuthURL: found.Authorization, TokenURL: found.Token}
}

// A role is made, given for as long as a visit takes, and ends before the eyes of who gave it.
func TestARoleThatIsGivenForAMomentEnds(t *testing.T) {
	inEveryWay(t, func(t *testing.T, b *tab) {
		r := startDemo(t)
		b.administers(r, "/console/roles/-/new")
		b.fill("id", "visitor")
		b.fill("permissions", "shop/orders:read")
		b.follow("#submit")
		b.says("[data-testid=flash]", "The role is created.")
		b.open(r.issuer + "/console/grants/new?role=visitor")
		b.fill("subject", "bob@example.test")
		b.fillAnew("expires_at", "8s")
		b.fill("reason", "Looks around")
		b.follow("#submit")
		b.says(".sure", "gets the role visitor")
		b.follow("#submit")
		b.says("[data-testid=flash]", "The grant is made.")
		grant := b.location()
		b.open(r.issuer + "/console/grants?role=visitor&state=ended")
		for range farthest { // whoever has no scripts loads it again
			if strings.Contains(b.text("main"), "bob@example.test") {
				break
			}
			b.open(b.location())
		}
		b.says("#grants", "bob@example.test")
		b.open(grant)
		b.says("main", "ended")
	})
}

// What was done is found in the audit log, and the log is what was recorded.
func TestAnEventIsFoundAndTheLogVerified(t *testing.T) {
	inEveryWay(t, func(t *testing.T, b *tab) {
		r := startDemo(t)
		b.administers(r, "/console/users?search=bob")
		b.follow("#people tbody th a")
		b.follow("#disable")
		b.follow("#submit")
		b.says("[data-testid=flash]", "They are disabled.")
		b.open(r.issuer + "/console/audit")
		b.fill("action", "user.disable")
		b.fill("resource", "bob@example.test")
		b.follow(".filters button[type=submit]")
		b.until("one event is found", "document.querySelectorAll('#events tbody tr').length === 1")
		b.follow("#events tbody th a")
		b.says("h1", "user.disable")
		b.says("main", "admin@example.test")
		b.follow("#prove")
		b.says("#proof-text", "checkpoint")
		b.open(r.issuer + "/console/audit/verification")
		b.follow("#submit")
		b.says("[data-testid=good]", "The log is what was recorded.")
	})
}

// Somebody is signed out in the console, and has to say at the gate who they are.
func TestWhoIsSignedOutInTheConsoleIsOutAtTheGate(t *testing.T) {
	inEveryWay(t, func(t *testing.T, b *tab) {
		r := startDemoBehind(t, freePort(t))
		bob := newTab(t)
		bob.open(r.gate)
		bob.follow("#order-twine")
		bob.signIn(r.person("bob"))
		b.administers(r, "/console/sessions")
		b.open(r.issuer + "/console/sessions?person=" + url.QueryEscape("bob@example.test"))
		b.follow("#sessions tbody th a")
		b.follow("#submit")
		b.says("[data-testid=flash]", "The browser is signed out.")
		bob.open(r.gate)
		bob.follow("#order-twine")
		bob.until("the gate asks who he is", "location.pathname === '/signin' && document.getElementById('password') !== null")
	})
}
