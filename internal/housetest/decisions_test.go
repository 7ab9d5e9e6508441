package housetest

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/access"
	"gatehouse/follow"
	"gatehouse/id"
	"gatehouse/internal/gatetest"
	"gatehouse/internal/testconfig"
	"gatehouse/oauth"
	"gatehouse/pdp"
	"gatehouse/session"
)

// deciding is a shop with an order that Ada may read, and the program that serves it.
type deciding struct {
	*gatetest.Gate
	ada    *gatetest.Person
	server *gatetest.Application
	grant  access.GrantRecord

	auditor *gatetest.Person // who may ask about everything, at the console
	console *gatetest.Application
	right   id.Grant
}

// newDeciding makes it in g.
func newDeciding(t *testing.T, g *gatetest.Gate) *deciding {
	t.Helper()
	ctx := context.Background()
	d := &deciding{Gate: g, ada: g.Person("ada"), server: g.App("shop-server", func(c *oauth.Client) { c.GrantTypes, c.RedirectURIs = []string{oauth.GrantClient}, nil })}
	api := shop()
	api.Servers = []string{"shop-server"}
	_, err := g.House.Access.CreateAPI(ctx, gatetest.Console, api)
	must(t, err)
	d.grant, err = g.House.Access.Give(ctx, gatetest.Console, access.Grant{
		Subject: access.Subject{Kind: access.User, ID: string(d.ada.ID)}, Effect: access.Allow, Where: access.Where{Place: access.Everywhere},
		Permission: access.Pattern{API: "shop", Resource: "orders", Action: "read"}, Reason: "sees orders",
	})
	must(t, err)
	g.Settle()
	return d
}

// token is one for Gatehouse's own API.
func (d *deciding) token() string {
	d.T.Helper()
	return expectTokens(d.T.(*testing.T), "for our own API", d.server.ClientCredentials("resource", oauth.OwnAPI(gatetest.Issuer))).Text("access_token")
}

// ask posts the question whether Ada may read an order.
func (d *deciding) ask(g *gatetest.Gate, path, token string) gatetest.Answer {
	d.T.Helper()
	return ask(g, path, token, `{"subject":{"type":"user","id":"`+string(d.ada.ID)+`"},"action":{"name":"read"},"resource":{"type":"shop/orders","id":"42"}}`)
}

func ask(g *gatetest.Gate, path, token, body string) gatetest.Answer {
	g.T.Helper()
	r, err := http.NewRequest(http.MethodPost, gatetest.Issuer+path, strings.NewReader(body))
	if err != nil {
		g.T.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return g.Do(r)
}

// decisionPaths are the endpoints that answer a server of an API.
var decisionPaths = []string{pdp.PathEvaluation, pdp.PathEvaluations, pdp.PathSearchSubject, pdp.PathSearchResource, pdp.PathSearchAction}

// decider is a way to be let in, and the ways to lose it.
type decider struct {
	token  func(t *testing.T, d *deciding) string
	losing map[string]struct {
		do   func(t *testing.T, d *deciding, token string) error
		want int
	}
}

// deciders are the callers of decisions that come with a token. How a service account loses
// its key is in the table of what is taken back.
func deciders() map[string]decider {
	ctx := context.Background()
	type losing = map[string]struct {
		do   func(t *testing.T, d *deciding, token string) error
		want int
	}
	revoked := func(app func(d *deciding) *gatetest.Application) func(*testing.T, *deciding, string) error {
		return func(t *testing.T, d *deciding, token string) error {
			if a := app(d).Revoke(token); a.Status != http.StatusOK {
				t.Fatalf("revocation: %d %s", a.Status, a.Body)
			}
			return nil
		}
	}
	disabled := func(name id.Client) func(*testing.T, *deciding, string) error {
		return func(_ *testing.T, d *deciding, _ string) error {
			c, err := d.House.OAuth.Client(ctx, name)
			if err != nil {
				return err
			}
			c.Disabled = true
			_, err = d.House.OAuth.UpdateClient(ctx, gatetest.Console, c)
			return err
		}
	}
	locked := func(on func(d *deciding, token string) access.LockTarget) func(*testing.T, *deciding, string) error {
		return func(_ *testing.T, d *deciding, token string) error {
			_, err := d.House.Access.PutLock(ctx, gatetest.Console, access.LockRecord{Lock: access.Lock{On: on(d, token), Reason: "something is wrong"}})
			return err
		}
	}
	return map[string]decider{
		"a server of the API": {token: func(_ *testing.T, d *deciding) string { return d.token() }, losing: losing{
			"no server any more": {func(_ *testing.T, d *deciding, _ string) error {
				api, err := d.House.Access.API(ctx, "shop")
				if err != nil {
					return err
				}
				api.Servers = nil
				_, err = d.House.Access.UpdateAPI(ctx, gatetest.Console, api)
				return err
			}, http.StatusForbidden},
			"denied the right": {func(_ *testing.T, d *deciding, _ string) error {
				_, err := d.House.Access.Give(ctx, gatetest.Console, readsDecisions(access.Subject{Kind: access.Client, ID: "shop-server"}, access.Deny))
				return err
			}, http.StatusForbidden},
			"the application is disabled": {disabled("shop-server"), http.StatusUnauthorized},
			"the application is locked": {locked(func(d *deciding, _ string) access.LockTarget {
				return access.On(access.Subject{Kind: access.Client, ID: string(d.server.ID)})
			}), http.StatusUnauthorized},
			"the application is deleted": {func(_ *testing.T, d *deciding, _ string) error {
				return d.House.OAuth.DeleteClient(ctx, gatetest.Console, "shop-server")
			}, http.StatusUnauthorized},
			"the token is revoked": {revoked(func(d *deciding) *gatetest.Application { return d.server }), http.StatusUnauthorized},
		}},
		"a person with the right": {token: func(t *testing.T, d *deciding) string {
			d.console = d.App("console", func(c *oauth.Client) { c.Audiences = []string{oauth.OwnAPI(gatetest.Issuer)} })
			d.auditor = d.Person("auditor", gatetest.TOTP) // the policy asks it of whoever has a right at Gatehouse
			g, err := d.House.Access.Give(ctx, gatetest.Console, readsDecisions(access.Subject{Kind: access.User, ID: string(d.auditor.ID)}, access.Allow))
			must(t, err)
			d.right = g.ID
			d.Settle()
			return d.console.Tokens(d.Browser(), d.auditor).Text("access_token")
		}, losing: losing{
			"the grant is revoked": {func(_ *testing.T, d *deciding, _ string) error {
				_, err := d.House.Access.Revoke(ctx, gatetest.Console, d.right, "no auditor any more")
				return err
			}, http.StatusForbidden},
			"denied the right": {func(_ *testing.T, d *deciding, _ string) error {
				_, err := d.House.Access.Give(ctx, gatetest.Console, readsDecisions(access.Subject{Kind: access.User, ID: string(d.auditor.ID)}, access.Deny))
				return err
			}, http.StatusForbidden},
			"the person is disabled": {func(_ *testing.T, d *deciding, _ string) error {
				return d.House.Identity.Disable(ctx, gatetest.Console, d.auditor.ID)
			}, http.StatusUnauthorized},
			"the session is ended": {func(_ *testing.T, d *deciding, token string) error {
				name, _ := gatetest.Claims(token)["sid"].(string)
				return d.House.Sessions.End(ctx, gatetest.Console, id.Session(name), session.ReasonByOperator)
			}, http.StatusUnauthorized},
			"the person is locked": {locked(func(d *deciding, _ string) access.LockTarget {
				return access.On(access.Subject{Kind: access.User, ID: string(d.auditor.ID)})
			}), http.StatusUnauthorized},
			"the session is locked": {locked(func(_ *deciding, token string) access.LockTarget {
				name, _ := gatetest.Claims(token)["sid"].(string)
				return access.LockTarget{Kind: access.LockSession, ID: name}
			}), http.StatusUnauthorized},
			"the application is locked": {locked(func(*deciding, string) access.LockTarget {
				return access.LockTarget{Kind: access.LockClient, ID: "console"}
			}), http.StatusUnauthorized},
			"the application is disabled": {disabled("console"), http.StatusUnauthorized},
			"the token is revoked":        {revoked(func(d *deciding) *gatetest.Application { return d.console }), http.StatusUnauthorized},
		}},
	}
}

// readsDecisions is a grant of the right to ask about everything.
func readsDecisions(who access.Subject, effect access.Effect) access.Grant {
	return access.Grant{
		Subject: who, Effect: effect, Where: access.Where{Place: access.Everywhere}, Reason: "audits",
		Permission: access.Pattern{API: access.Gatehouse, Resource: "decisions", Action: "read"},
	}
}

// A caller that loses what it asks by is refused by the next policy, at every endpoint
// and by every process, whatever its token still says.
func TestCallersOfDecisionsLoseThemWithWhatTheyHad(t *testing.T) {
	t.Parallel()
	for who, caller := range deciders() {
		for name, c := range caller.losing {
			t.Run(who+", "+name, func(t *testing.T) {
				t.Parallel()
				onBothDatabases(t, func(t *testing.T, g *gatetest.Gate) {
					d := newDeciding(t, g)
					token := caller.token(t, d)
					replica := g.Replica()
					for _, at := range []*gatetest.Gate{g, replica} {
						for _, path := range decisionPaths {
							if a := d.ask(at, path, token); a.Status != http.StatusOK {
								t.Fatalf("before, at %s: %d %s", path, a.Status, a.Body)
							}
						}
					}
					must(t, c.do(t, d, token))
					replica.Settle()
					for where, at := range map[string]*gatetest.Gate{"here": g, "at a replica": replica} {
						for _, path := range decisionPaths {
							if a := d.ask(at, path, token); a.Status != c.want {
								t.Errorf("%s, at %s: %d %s, want %d", where, path, a.Status, a.Body, c.want)
							}
						}
					}
				})
			})
		}
	}
}

// What somebody loses, the next decision knows.
func TestDecisionsFollowThePolicy(t *testing.T) {
	t.Parallel()
	onBothDatabases(t, func(t *testing.T, g *gatetest.Gate) {
		d := newDeciding(t, g)
		replica := g.Replica()
		token := d.token()
		may := func(at *gatetest.Gate) bool { return d.ask(at, pdp.PathEvaluation, token).JSON["decision"] == true }
		if !may(g) || !may(replica) {
			t.Fatal("Ada may not read the order")
		}
		_, err := g.House.Access.Revoke(context.Background(), gatetest.Console, d.grant.ID, "the sale is over")
		must(t, err)
		if may(g) {
			t.Error("whoever revoked the grant does not see it")
		}
		replica.Settle()
		if may(replica) {
			t.Error("a replica does not see that the grant was revoked")
		}
	})
}

// Whoever looks for a request in the log finds it by the id that the program gave it.
func TestLogNamesADecisionAsItsCallerDoes(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	d := newDeciding(t, g)
	r, err := http.NewRequest(http.MethodPost, gatetest.Issuer+pdp.PathEvaluation, strings.NewReader(`{}`))
	must(t, err)
	r.Header.Set("Authorization", "Bearer "+d.token())
	r.Header.Set("X-Request-ID", "bfe9eb29-ab87\\\"\u00e9")
	if a := g.Do(r); a.Header.Get("X-Request-ID") != "bfe9eb29-ab87\\\"\u00e9" {
		t.Errorf("the answer is to %q", a.Header.Get("X-Request-ID"))
	}
	if log := g.Log.String(); !strings.Contains(log, `"their_request_id":"bfe9eb29-ab87\\\"`) {
		t.Error("the log does not name the request as its caller does")
	}
}

// Only a token for Gatehouse's own API alone counts, and only a living one.
func TestDecisionsWantATokenThatIsForThem(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := gatetest.New(t)
		d := newDeciding(t, g)
		other := g.App("other", func(c *oauth.Client) {
			c.GrantTypes, c.RedirectURIs = []string{oauth.GrantClient}, nil
			c.Audiences = []string{oauth.OwnAPI(gatetest.Issuer), "https://shop.example.test"}
		})
		token := d.token()
		for name, c := range map[string]struct {
			token string
			want  int
		}{
			"for us":                       {token, http.StatusOK},
			"for the issuer":               {d.server.ClientCredentials().Text("access_token"), http.StatusUnauthorized},
			"for us and the shop":          {other.ClientCredentials().Text("access_token"), http.StatusUnauthorized},
			"for the shop":                 {other.ClientCredentials("resource", "https://shop.example.test").Text("access_token"), http.StatusUnauthorized},
			"for us, of who serves nobody": {other.ClientCredentials("resource", oauth.OwnAPI(gatetest.Issuer)).Text("access_token"), http.StatusForbidden},
			"none":                         {"", http.StatusUnauthorized},
		} {
			for _, path := range append([]string{pdp.PathExplain}, decisionPaths...) {
				want := c.want
				if path == pdp.PathExplain && want == http.StatusOK {
					want = http.StatusForbidden
				}
				if a := d.ask(g, path, c.token); a.Status != want {
					t.Errorf("%s, at %s: %d %s, want %d", name, path, a.Status, a.Body, want)
				}
			}
		}
		r, err := http.NewRequest(http.MethodPost, gatetest.Issuer+pdp.PathEvaluation+"?"+url.Values{"access_token": {token}}.Encode(), strings.NewReader("{}"))
		must(t, err)
		if a := g.Do(r); a.Status != http.StatusBadRequest {
			t.Errorf("in the query: %d", a.Status)
		}
		time.Sleep(5 * time.Minute)
		if a := d.ask(g, pdp.PathEvaluation, token); a.Status != http.StatusUnauthorized {
			t.Errorf("at its end: %d", a.Status)
		}
	})
}

// A decision asks nothing of the store; and without news of it for more than a second,
// none is made.
func TestDecisionsAskNothingOfTheStore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := gatetest.New(t)
		d := newDeciding(t, g)
		token := d.token()
		if a := d.ask(g, pdp.PathEvaluation, token); a.JSON["decision"] != true {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		away := []string{"apis", "roles", "grants", "groups", "memberships", "locks", "clients", "users", "revocations", "sessions", "versions"}
		for _, table := range away {
			testconfig.Exec(t, g.House.Config, "ALTER TABLE "+table+" RENAME TO "+table+"_away")
		}
		for _, path := range decisionPaths {
			if a := d.ask(g, path, token); a.Status != http.StatusOK {
				t.Errorf("%s: %d %s", path, a.Status, a.Body)
			}
		}
		time.Sleep(follow.MaxAge + time.Millisecond)
		for _, path := range decisionPaths {
			if a := d.ask(g, path, token); a.Status != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "" {
				t.Errorf("%s, after a second without news: %d %s", path, a.Status, a.Body)
			}
		}
	})
}
