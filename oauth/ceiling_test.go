package oauth_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/audit"
	"gatehouse/id"
	"gatehouse/oauth"
	"gatehouse/proof"
	"gatehouse/secret"
)

// ceiling is a Ceiling that a test lowers.
type ceiling struct {
	scopes  []string
	until   time.Time
	version uint64
	stopped bool
	held    *oauth.Entitled
	asked   string // what was asked of held
	err     error
}

func (c *ceiling) Over(context.Context, *oauth.Client, *oauth.Authorization, []string, time.Time) (oauth.Allowance, error) {
	allowed := oauth.Allowance{Scopes: c.scopes, Until: c.until, Policy: c.version, Stopped: c.stopped}
	if c.held != nil {
		allowed.Entitlements = c
	}
	return allowed, c.err
}

func (c *ceiling) At(audiences, scopes []string, _ time.Time, life time.Duration) oauth.Entitled {
	c.asked = fmt.Sprint(audiences, scopes, life)
	return *c.held
}

// plain signs by writing the payload where it belongs.
type plain struct{}

func (plain) Sign(_ context.Context, _, _ string, payload []byte) (string, error) {
	return "header." + base64.RawURLEncoding.EncodeToString(payload) + ".signature", nil
}

// everybody is enabled and has no claims.
type everybody struct{}

func (everybody) Claims(context.Context, id.User, []string, []string) (map[string]any, bool, error) {
	return nil, true, nil
}

// granting is a Service under a ceiling, with a client that may do everything.
type granting struct {
	*oauth.Service
	m       *memory
	ceiling *ceiling
	has     *assigner
	client  *oauth.Client
}

var allScopes = []string{"openid", "offline_access", "orders:read", "orders:write"}

func newGranting(t *testing.T) *granting {
	t.Helper()
	s, m := newService()
	g := &granting{s, m, &ceiling{scopes: allScopes}, &assigner{}, nil}
	s.Assigner = g.has
	s.Issuer, s.Signer, s.People, s.Ceiling, s.Codec = "https://id.example.test", plain{}, everybody{}, g.ceiling, codec
	c := web()
	c.GrantTypes, c.Scopes, c.SkipConsent = []string{oauth.GrantCode, oauth.GrantRefresh, oauth.GrantClient}, allScopes, true
	c, _ = create(t, s, c)
	g.client = &c
	return g
}

var verifier = strings.Repeat("v", 43)

func (g *granting) code(ctx context.Context) (string, error) {
	return g.IssueCode(ctx, g.client, oauth.CodeRequest{
		Authorization: oauth.Authorization{User: "usr_ada", Session: "ses_1", Scopes: allScopes, Level: proof.AAL1, AuthTime: time.Now()},
		Asked:         allScopes, RedirectURI: "https://app.example/cb", Challenge: base64.RawURLEncoding.EncodeToString(secret.Hash(verifier)),
	}, nil)
}

func (g *granting) redeem(ctx context.Context, code string) (oauth.Tokens, error) {
	return g.Redeem(ctx, audit.Actor{}, g.client, oauth.Redemption{Code: code, RedirectURI: "https://app.example/cb", Verifier: verifier})
}

func (g *granting) refresh(ctx context.Context, token string, scopes ...string) (oauth.Tokens, error) {
	return g.Refresh(ctx, audit.Actor{}, g.client, oauth.RefreshRequest{Token: token, Scopes: scopes})
}

// grants are all ways to tokens. Each leads so far that the next step asks the
// ceiling, and returns that step.
var grants = map[string]func(t *testing.T, g *granting) func() (oauth.Tokens, error){
	oauth.GrantCode: func(t *testing.T, g *granting) func() (oauth.Tokens, error) {
		code := must(g.code(t.Context()))(t)
		return func() (oauth.Tokens, error) { return g.redeem(t.Context(), code) }
	},
	oauth.GrantRefresh: func(t *testing.T, g *granting) func() (oauth.Tokens, error) {
		first := must(g.redeem(t.Context(), must(g.code(t.Context()))(t)))(t)
		return func() (oauth.Tokens, error) { return g.refresh(t.Context(), first.Refresh) }
	},
	oauth.GrantClient: func(t *testing.T, g *granting) func() (oauth.Tokens, error) {
		return func() (oauth.Tokens, error) {
			return g.ClientCredentials(t.Context(), g.client, []string{"orders:read", "orders:write"}, nil)
		}
	},
}

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func claimsOf(t *testing.T, token string) oauth.AccessClaims {
	t.Helper()
	var c oauth.AccessClaims
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err != nil || json.Unmarshal(payload, &c) != nil {
		t.Fatalf("%q is no token: %v", token, err)
	}
	return c
}

// A right that was lost is gone with the next token, by whatever grant, and a
// right that ends soon bounds the token.
func TestShrinkingCeilingNarrowsAndShortensTokensOfEveryGrant(t *testing.T) {
	for name, prepare := range grants {
		synctest.Test(t, func(t *testing.T) {
			g := newGranting(t)
			next := prepare(t, g)
			g.ceiling.scopes = []string{"openid", "offline_access", "orders:read", "admin"}
			g.ceiling.until = time.Now().Add(90*time.Second + time.Second/2)
			tokens := must(next())(t)
			c := claimsOf(t, tokens.Access)
			if strings.Contains(c.Scope, "orders:write") || strings.Contains(c.Scope, "admin") || !strings.Contains(c.Scope, "orders:read") ||
				c.Scope != strings.Join(tokens.Scopes, " ") {
				t.Errorf("%s: scope %q, answered %q", name, c.Scope, tokens.Scopes)
			}
			if end := time.Unix(c.Expires, 0); end.After(g.ceiling.until) || g.ceiling.until.Sub(end) >= time.Second || tokens.Lives != c.Expires-c.Issued {
				t.Errorf("%s: ends %v, may last until %v, lives %d s", name, end, g.ceiling.until, tokens.Lives)
			}
		})
	}
}

func TestNothingIsGivenWhereTheCeilingLeavesNothing(t *testing.T) {
	for name, prepare := range grants {
		for what, lower := range map[string]func(c *ceiling){
			"nothing allowed": func(c *ceiling) { c.scopes = nil },
			"over":            func(c *ceiling) { c.until = time.Now() },
			"all but over":    func(c *ceiling) { c.until = time.Now().Add(time.Second - 1) },
			"locked":          func(c *ceiling) { c.stopped = true },
		} {
			synctest.Test(t, func(t *testing.T) {
				g := newGranting(t)
				next := prepare(t, g)
				lower(g.ceiling)
				_, err := next()
				if no, ok := errors.AsType[*oauth.Refusal](err); !ok || no.Code != oauth.InvalidGrant && no.Code != oauth.InvalidScope {
					t.Errorf("%s, %s: %v, want a refusal", name, what, err)
				}
				g.ceiling.scopes, g.ceiling.until, g.ceiling.stopped = allScopes, time.Time{}, false
				must(next())(t) // the attempt spent nothing
			})
		}
	}
}

// A ceiling that cannot be asked is not a no, and never a yes.
func TestFailingCeilingIsNobodysNo(t *testing.T) {
	t.Parallel()
	broken := errors.New("policy is not loaded")
	for name, prepare := range grants {
		g := newGranting(t)
		next := prepare(t, g)
		g.ceiling.err = broken
		_, err := next()
		if no, refused := errors.AsType[*oauth.Refusal](err); refused || !errors.Is(err, broken) {
			t.Errorf("%s: %v (refused: %v), want the error", name, err, no)
		}
		if _, err := g.code(t.Context()); !errors.Is(err, broken) {
			t.Errorf("a code: %v, want the error", err)
		}
	}
}

func TestCodeStandsForNoMoreThanTheCeilingLeft(t *testing.T) {
	t.Parallel()
	g := newGranting(t)
	g.ceiling.scopes = []string{"openid", "orders:read"}
	code := must(g.code(t.Context()))(t)
	g.ceiling.scopes = allScopes
	tokens := must(g.redeem(t.Context(), code))(t)
	if !slices.Equal(tokens.Scopes, []string{"openid", "orders:read"}) || tokens.Refresh != "" {
		t.Errorf("scopes %v, refresh token %q", tokens.Scopes, tokens.Refresh)
	}
	g.ceiling.scopes = []string{"orders:read"} // the sign-in itself is not allowed
	_, err := g.code(t.Context())
	if no, ok := errors.AsType[*oauth.Refusal](err); !ok || no.Code != oauth.AccessDenied {
		t.Errorf("without openid: %v", err)
	}
}

// What is not among what the sign-in was about, or the person does not allow
// now, is not in the code, whoever asks for it.
func TestCodeStandsForWhatThePersonAllowed(t *testing.T) {
	t.Parallel()
	g := newGranting(t)
	g.client.SkipConsent = false
	ask := func(asked ...string) (string, error) {
		return g.IssueCode(t.Context(), g.client, oauth.CodeRequest{
			Authorization: oauth.Authorization{User: "usr_ada", Session: "ses_1", Scopes: allScopes, Level: proof.AAL1, AuthTime: time.Now()},
			Asked:         asked, RedirectURI: "https://app.example/cb", Challenge: base64.RawURLEncoding.EncodeToString(secret.Hash(verifier)),
		}, nil)
	}
	for name, given := range map[string][]string{"nothing": nil, "less": {"openid"}} {
		g.m.s.consents = []oauth.Consent{{User: "usr_ada", Client: g.client.ID, Scopes: given}}
		_, err := ask("openid", "orders:read")
		if no, ok := errors.AsType[*oauth.Refusal](err); !ok || no.Code != oauth.AccessDenied || len(g.m.s.codes) != 0 {
			t.Errorf("%s allowed: %v, %d codes", name, err, len(g.m.s.codes))
		}
	}
	g.m.s.consents[0].Scopes = []string{"openid", "orders:read", "orders:write"}
	tokens := must(g.redeem(t.Context(), must(ask("openid", "orders:read"))(t)))(t)
	if !slices.Equal(tokens.Scopes, []string{"openid", "orders:read"}) {
		t.Errorf("the tokens have %q", tokens.Scopes)
	}
	broken := errors.New("disk full")
	g.m.fail("Consent", broken)
	if _, err := ask("openid"); !errors.Is(err, broken) {
		t.Errorf("where the consent cannot be read: %v", err)
	}
}

// named are the standard claims that come in the tokens one by one.
func (g *granting) named(t *testing.T, tokens oauth.Tokens) string {
	t.Helper()
	var id map[string]any
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(tokens.ID, ".")[1])
	if err != nil || json.Unmarshal(payload, &id) != nil {
		t.Fatalf("%q is no token: %v", tokens.ID, err)
	}
	list := claimsOf(t, tokens.Access).UserinfoClaims
	for name := range id {
		if slices.Contains(oauth.StandardClaims, name) {
			list = append(list, "id:"+name)
		}
	}
	return strings.Join(list, " ")
}

// To ask for claims one by one is no way around what the client may have, what
// the person was asked about, or the ceiling: neither with the code nor later.
func TestClaimsOneByOneStandUnderTheSameRules(t *testing.T) {
	t.Parallel()
	const asks = `{"id_token":{"email":null,"phone_number":null},"userinfo":{"email":{"essential":true},"phone_number":null,"name":null}}`
	withEmail := append(slices.Clone(allScopes), "email")
	for name, c := range map[string]struct {
		at     func(g *granting) // when the code is issued
		asked  []string
		later  func(g *granting) // before it is redeemed and refreshed
		given  string
		denied bool
	}{
		"as it should be":        {func(g *granting) {}, withEmail, func(g *granting) {}, "email id:email", false},
		"registered later":       {func(g *granting) { g.client.Scopes = allScopes }, allScopes, func(g *granting) { g.client.Scopes = withEmail }, "", false},
		"registered meanwhile":   {func(g *granting) {}, allScopes, func(g *granting) {}, "", false},
		"below the ceiling":      {func(g *granting) { g.ceiling.scopes = allScopes }, withEmail, func(g *granting) { g.ceiling.scopes = withEmail }, "", false},
		"the ceiling came down":  {func(g *granting) {}, withEmail, func(g *granting) { g.ceiling.scopes = allScopes }, "", false},
		"the client lost it":     {func(g *granting) {}, withEmail, func(g *granting) { g.client.Scopes = allScopes }, "", false},
		"the person said no now": {func(g *granting) { g.client.SkipConsent = false }, withEmail, nil, "", true},
	} {
		g := newGranting(t)
		g.People = open{}
		g.client.Scopes, g.ceiling.scopes = withEmail, withEmail
		g.m.s.consents = []oauth.Consent{{User: "usr_ada", Client: g.client.ID, Scopes: allScopes}}
		c.at(g)
		code, err := g.IssueCode(t.Context(), g.client, oauth.CodeRequest{
			Authorization: oauth.Authorization{User: "usr_ada", Session: "ses_1", Scopes: allScopes, Level: proof.AAL1, AuthTime: time.Now(), Claims: asks},
			Asked:         c.asked, RedirectURI: "https://app.example/cb", Challenge: base64.RawURLEncoding.EncodeToString(secret.Hash(verifier)),
		}, nil)
		if no, ok := errors.AsType[*oauth.Refusal](err); ok != c.denied {
			t.Errorf("%s: %v", name, no)
		}
		if c.denied {
			continue
		}
		c.later(g)
		tokens := must(g.redeem(t.Context(), code))(t)
		if got := g.named(t, tokens); got != c.given {
			t.Errorf("%s: the code brings %q, want %q", name, got, c.given)
		}
		if got := g.named(t, must(g.refresh(t.Context(), tokens.Refresh))(t)); got != c.given {
			t.Errorf("%s: the refresh brings %q, want %q", name, got, c.given)
		}
	}
}

// open people tell every claim that they are asked for.
type open struct{}

func (open) Claims(_ context.Context, _ id.User, _, extra []string) (map[string]any, bool, error) {
	claims := map[string]any{}
	for _, name := range extra {
		claims[name] = name + " of ada"
	}
	return claims, true, nil
}

// A refresh token is worth to those who ask about it what it is worth to those
// who use it.
func TestInspectionJudgesLikeRefresh(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(g *granting)
		want   string // the scopes; "": refused
	}{
		"as it was":               {func(g *granting) {}, "openid offline_access orders:read orders:write"},
		"a lower ceiling":         {func(g *granting) { g.ceiling.scopes = []string{"openid", "offline_access"} }, "openid offline_access"},
		"nothing below it":        {func(g *granting) { g.ceiling.scopes = nil }, ""},
		"the sign-in not":         {func(g *granting) { g.ceiling.scopes = []string{"offline_access", "orders:read"} }, ""},
		"the ceiling is over":     {func(g *granting) { g.ceiling.until = time.Now() }, ""},
		"a client with less":      {func(g *granting) { g.client.Scopes = allScopes[:3] }, "openid offline_access orders:read"},
		"a client without openid": {func(g *granting) { g.client.Scopes = allScopes[1:] }, ""},
		"a client that may not":   {func(g *granting) { g.client.GrantTypes = []string{oauth.GrantCode} }, ""},
		"a stronger sign-in":      {func(g *granting) { g.client.RequireLevel = proof.AAL2 }, ""},
		"no consent":              {func(g *granting) { g.client.SkipConsent = false }, ""},
		"other audiences":         {func(g *granting) { g.m.s.families[0].Audiences = []string{"https://gone.example"} }, ""},
	} {
		g := newGranting(t)
		first := must(g.redeem(t.Context(), must(g.code(t.Context()))(t)))(t)
		c.change(g)
		token, _ := g.ReadRefresh(first.Refresh)
		state, active, err := g.InspectRefresh(t.Context(), g.client, token)
		if err != nil || active != (c.want != "") || strings.Join(state.Scopes, " ") != c.want {
			t.Errorf("%s: inspection says %t %q, %v; want %q", name, active, state.Scopes, err, c.want)
		}
		next, err := g.refresh(t.Context(), first.Refresh)
		if (err == nil) != active || strings.Join(next.Scopes, " ") != c.want {
			t.Errorf("%s: refresh gives %q, %v; want %q", name, next.Scopes, err, c.want)
		}
	}
	g := newGranting(t)
	first := must(g.redeem(t.Context(), must(g.code(t.Context()))(t)))(t)
	g.ceiling.err = errors.New("policy is not loaded")
	token, _ := g.ReadRefresh(first.Refresh)
	if _, _, err := g.InspectRefresh(t.Context(), g.client, token); !errors.Is(err, g.ceiling.err) {
		t.Errorf("a ceiling that fails: %v", err)
	}
}

// What the person allowed stays with the family: a right that comes back is
// there again with the next refresh.
func TestRightsThatComeBackAreThereAgain(t *testing.T) {
	t.Parallel()
	g := newGranting(t)
	first := must(g.redeem(t.Context(), must(g.code(t.Context()))(t)))(t)
	g.ceiling.scopes = []string{"openid", "offline_access"}
	second := must(g.refresh(t.Context(), first.Refresh, "openid", "orders:read"))(t)
	if !slices.Equal(second.Scopes, []string{"openid"}) {
		t.Errorf("while it is lost: %v", second.Scopes)
	}
	g.ceiling.scopes = allScopes
	if third := must(g.refresh(t.Context(), second.Refresh))(t); !slices.Equal(third.Scopes, allScopes) {
		t.Errorf("once it is back: %v", third.Scopes)
	}
}
