package main

import (
	"encoding/base64"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/id"
	"gatehouse/oauth"
	"gatehouse/proof"
	"gatehouse/secret"
	"gatehouse/wire"
)

// given is what an application holds of somebody.
type given struct {
	b       *beside
	client  oauth.Client
	user    id.User
	session id.Session
	tokens  oauth.Tokens
}

// newGiven signs somebody in at an application that requires the role support.
func newGiven(t *testing.T) *given {
	t.Helper()
	b, ctx := newBeside(t), t.Context()
	var none any
	b.run(&none, "api", "create", "--id", "shop", "--audience", "https://shop.example.test", "--permission", "orders:read")
	b.run(&none, "role", "create", "--id", "support", "--permission", "shop/orders:read")
	b.run(&none, "client", "create", "--id", "web", "--name", "Web", "--redirect-uri", "https://app.example.test/cb", "--no-consent",
		"--grant", "authorization_code", "--grant", "refresh_token", "--scope", "openid offline_access", "--require-role", "support")
	u, cookies := b.person("ada@example.test", 1)
	b.run(&none, "grant", "create", "--user", "ada@example.test", "--role", "support", "--reason", "a test")
	session, err := b.house.Sessions.Authenticate(ctx, cookies[0], "192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	g := &given{b: b, user: u.ID, session: session.ID}
	if g.client, err = b.house.OAuth.Client(ctx, "web"); err != nil {
		t.Fatal(err)
	}
	verifier := strings.Repeat("v", 43)
	code, err := b.house.OAuth.IssueCode(ctx, &g.client, oauth.CodeRequest{
		Authorization: oauth.Authorization{User: u.ID, Session: session.ID, Scopes: g.client.Scopes, Level: proof.AAL1, AuthTime: time.Now()},
		Asked:         g.client.Scopes, RedirectURI: g.client.RedirectURIs[0], Challenge: base64.RawURLEncoding.EncodeToString(secret.Hash(verifier)),
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	g.tokens, err = b.house.OAuth.Redeem(ctx, audit.Actor{}, &g.client, oauth.Redemption{Code: code, RedirectURI: g.client.RedirectURIs[0], Verifier: verifier})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func (g *given) introspect(t *testing.T, token string) (answer wire.Introspection) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "token")
	writeFile(t, file, token+"\n")
	g.b.run(&answer, "token", "introspect", "--file", file)
	return answer
}

// What became of a token is told, with the reason that introspection tells nobody.
func TestIntrospectSaysWhyATokenIsNotGood(t *testing.T) {
	t.Parallel()
	later := func(g *given) (string, error) {
		tokens, err := g.b.house.OAuth.Refresh(t.Context(), audit.Actor{}, &g.client, oauth.RefreshRequest{Token: g.tokens.Refresh})
		return tokens.Refresh, err
	}
	for name, c := range map[string]struct {
		end             func(g *given) error
		access, refresh string // "": it is good
	}{
		"nothing happened": {func(*given) error { return nil }, "", ""},
		"the role is lost": {func(g *given) error {
			var none any
			g.b.run(&none, "grant", "create", "--user", "ada@example.test", "--role", "support", "--deny", "--reason", "a test")
			return nil
		}, "lacks what its client requires", "lacks a role or a group"},
		"the person is locked": {func(g *given) error {
			var none any
			g.b.run(&none, "lock", "create", "--user", "ada@example.test", "--reason", "a test")
			return nil
		}, "the person is locked", "is locked or disabled for now"},
		"the person is disabled": {func(g *given) error {
			return g.b.house.Identity.Disable(t.Context(), operator(), g.user)
		}, "the browser session was ended", "disabled or gone"},
		"the session is ended": {func(g *given) error {
			return g.b.house.Sessions.End(t.Context(), operator(), g.session, "test")
		}, "the browser session was ended", "the browser session that it came of was ended"},
		"the application is disabled": {func(g *given) error {
			g.client.Disabled = true
			_, err := g.b.house.OAuth.UpdateClient(t.Context(), operator(), g.client)
			return err
		}, "what the application had was ended", "the application is disabled"},
		"it is replaced twice": {func(g *given) error {
			first := g.tokens.Refresh
			for range 2 {
				next, err := later(g)
				if err != nil {
					return err
				}
				g.tokens.Refresh = next
			}
			g.tokens.Refresh = first
			return nil
		}, "", "replaced by a later one"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGiven(t)
			if err := c.end(g); err != nil {
				t.Fatal(err)
			}
			for kind, one := range map[string]struct{ token, why string }{"access_token": {g.tokens.Access, c.access}, "refresh_token": {g.tokens.Refresh, c.refresh}} {
				got := g.introspect(t, one.token)
				if got.Active != (one.why == "") || !strings.Contains(got.Why, one.why) || got.Active && got.Why != "" {
					t.Errorf("%s: active %v, %q; want %q", kind, got.Active, got.Why, one.why)
				}
				if got.Kind != kind || got.Subject != string(g.user) || got.ClientID != "web" {
					t.Errorf("%s: %+v", kind, got)
				}
			}
			if name == "it is replaced twice" { // to ask is not to use
				if got := g.introspect(t, g.tokens.Access); !got.Active {
					t.Errorf("asking ended what there was: %+v", got)
				}
			}
		})
	}
}

// A command that reads the database of a server without its configuration takes
// another issuer for its own: it says which.
func TestIntrospectNamesTheIssuerThatItKnows(t *testing.T) {
	t.Parallel()
	g := newGiven(t)
	file := filepath.Join(t.TempDir(), "token")
	writeFile(t, file, g.tokens.Access)
	var got wire.Introspection
	g.b.run(&got, "token", "introspect", "--file", file, "--set", "issuer=https://other.example.test")
	if want := "of another issuer than https://other.example.test"; got.Active || got.Why != want {
		t.Errorf("active %v, %q; want %q", got.Active, got.Why, want)
	}
}

// What is no token of this house is said to be none, and its signature is what decode says.
func TestATokenOfTheHouseIsKnownByItsSignature(t *testing.T) {
	t.Parallel()
	g := newGiven(t)
	file := filepath.Join(t.TempDir(), "token")
	head, rest, _ := strings.Cut(g.tokens.Access, ".")
	payload, signature, _ := strings.Cut(rest, ".")
	other := base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"root"}`))
	for name, c := range map[string]struct{ token, signature string }{
		"an access token":   {g.tokens.Access, wire.SignatureGood},
		"an ID token":       {g.tokens.ID, wire.SignatureGood},
		"another payload":   {head + "." + other + "." + signature, wire.SignatureBad},
		"another signature": {head + "." + payload + "." + strings.Repeat("A", len(signature)), wire.SignatureBad},
		"another key":       {base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"ES256","kid":"x"}`)) + "." + rest, wire.SignatureUnchecked},
	} {
		writeFile(t, file, c.token)
		var got wire.DecodedToken
		g.b.run(&got, "token", "decode", "--file", file)
		if got.Signature != c.signature {
			t.Errorf("%s: %s (%s), want %s", name, got.Signature, got.Why, c.signature)
		}
		if answer := g.introspect(t, c.token); answer.Active != (name == "an access token") {
			t.Errorf("%s: %+v", name, answer)
		}
	}
	for _, token := range []string{oauth.RefreshPrefix + "AAAA", "nonsense", g.tokens.Refresh + "A"} {
		if answer := g.introspect(t, token); answer.Active || answer.Why == "" {
			t.Errorf("%s: %+v", token, answer)
		}
	}
}
