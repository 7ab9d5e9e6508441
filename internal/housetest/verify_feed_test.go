package housetest

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse.example/verify"

	"gatehouse/access"
	"gatehouse/follow"
	"gatehouse/id"
	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

// listening is an API that follows the feed of one process, on a wire that can be cut.
func (d *deciding) listening(t *testing.T, at *gatetest.Gate, change ...func(*verify.Config)) (*verify.Verifier, *cable) {
	t.Helper()
	server := httptest.NewServer(at.Server.Handler())
	t.Cleanup(server.Close)
	base, err := url.Parse(server.URL)
	must(t, err)
	w := &cable{to: base, server: server}
	s := &scene{Gate: d.Gate}
	v := s.shopVerifier(t, append([]func(*verify.Config){func(c *verify.Config) {
		c.Client, c.ClientID, c.ClientSecret, c.Feed = &http.Client{Transport: w}, string(d.server.ID), d.server.Secret, true
	}}, change...)...)
	soon(t, "the feed is heard", func() bool { return v.Ready(t.Context()) == nil })
	return v, w
}

// cable brings what is for the issuer to a test's server, until it is cut.
type cable struct {
	to     *url.URL
	server *httptest.Server
	broken atomic.Bool
}

func (l *cable) RoundTrip(r *http.Request) (*http.Response, error) {
	if l.broken.Load() {
		return nil, errors.New("the wire is cut")
	}
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host = l.to.Scheme, l.to.Host
	return http.DefaultTransport.RoundTrip(r)
}

func (l *cable) cut() {
	l.broken.Store(true)
	l.server.CloseClientConnections()
}

// soon waits for what comes by itself, twice as long as it may take at most.
func soon(t *testing.T, what string, is func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*follow.MaxAge)
	defer cancel()
	for beat := time.NewTicker(5 * time.Millisecond); !is(); {
		select {
		case <-beat.C:
		case <-ctx.Done():
			t.Fatalf("after %s still not: %s", 2*follow.MaxAge, what)
		}
	}
}

// Whatever ends at one process, an API that follows another's feed refuses the token
// within a second, and takes what is got anew where something is left.
func TestResourceServersHearWhatEnded(t *testing.T) {
	ctx := context.Background()
	type caught struct {
		*deciding
		who   *gatetest.Person
		app   *gatetest.Application
		grant id.Grant
		token string
	}
	onBothDatabases(t, func(t *testing.T, g *gatetest.Gate) {
		d := newDeciding(t, g)
		v, _ := d.listening(t, g.Replica())
		cases := []struct {
			name string
			end  func(c *caught) error
			left int // how an API answers a new token that wants to read; 0: there is none
		}{
			{"a grant", func(c *caught) error {
				_, err := g.House.Access.Revoke(ctx, gatetest.Console, c.grant, "over")
				return err
			}, http.StatusForbidden},
			{"a deny", func(c *caught) error {
				_, err := g.House.Access.Give(ctx, gatetest.Console, access.Grant{
					Subject: access.Subject{Kind: access.User, ID: string(c.who.ID)}, Effect: access.Deny, Where: access.Where{Place: access.Everywhere},
					Permission: access.Pattern{API: "shop", Resource: "orders", Action: "read"}, Reason: "under review",
				})
				return err
			}, http.StatusForbidden},
			{"a token", func(c *caught) error {
				if a := c.app.Revoke(c.token); a.Status != http.StatusOK {
					return errors.New(a.Error())
				}
				return nil
			}, http.StatusOK},
			{"a session", func(c *caught) error {
				_, err := g.House.Sessions.EndAll(ctx, gatetest.Console, c.who.ID, "", "test")
				return err
			}, 0},
			{"a person", func(c *caught) error { return g.House.Identity.Disable(ctx, gatetest.Console, c.who.ID) }, 0},
			{"an application", func(c *caught) error { return g.House.OAuth.DeleteClient(ctx, gatetest.Console, c.app.ID) }, 0},
			{"a consent", func(c *caught) error { return g.House.OAuth.WithdrawConsent(ctx, gatetest.Console, c.who.ID, c.app.ID) }, 0},
		}
		for i, c := range cases {
			name := string(rune('a' + i))
			who := g.Person("holder-" + name)
			app := g.App("app-"+name, func(c *oauth.Client) { c.Audiences, c.Permissions = []string{shopAudience}, oauth.PermissionsInline })
			grant, err := g.House.Access.Give(ctx, gatetest.Console, access.Grant{
				Subject: access.Subject{Kind: access.User, ID: string(who.ID)}, Effect: access.Allow, Where: access.Where{Place: access.Everywhere},
				Permission: access.Pattern{API: "shop", Resource: "orders", Action: "read"}, Reason: "sees orders",
			})
			must(t, err)
			g.Settle()
			family := expectTokens(t, c.name, app.Tokens(g.Browser(), who))
			it := &caught{d, who, app, grant.ID, family.Text("access_token")}
			read := v.RequirePermission("orders:read")
			if got := guarded(read, it.token); got != http.StatusOK {
				t.Fatalf("%s: before, the API answers %d", c.name, got)
			}
			begun := time.Now()
			must(t, c.end(it))
			soon(t, c.name+": the API refuses the token", func() bool { return guarded(v.RequireToken(), it.token) == http.StatusUnauthorized })
			t.Logf("%s: refused after %s", c.name, time.Since(begun))
			if _, err := v.Verify(ctx, it.token); !errors.Is(err, verify.Ended) {
				t.Errorf("%s: %v, want Ended", c.name, err)
			}
			fresh := app.Refresh(family.Text("refresh_token"))
			if got := fresh.Status == http.StatusOK; got != (c.left != 0) {
				t.Errorf("%s: the refresh is answered %d %s", c.name, fresh.Status, fresh.Error())
			}
			if token := fresh.Text("access_token"); c.left != 0 && (guarded(v.RequireToken(), token) != http.StatusOK || guarded(read, token) != c.left) {
				t.Errorf("%s: the new token is answered %d, and %d where it is to read: %v", c.name, guarded(v.RequireToken(), token), guarded(read, token), gatetest.Claims(token))
			}
		}
	})
}

// A key that was stolen signs nothing for an API that hears the feed, within a second.
func TestResourceServersHearThatAKeyWasTakenBack(t *testing.T) {
	t.Parallel()
	d := newDeciding(t, gatetest.New(t))
	app := d.App("web", func(c *oauth.Client) { c.Audiences = []string{shopAudience} })
	v, _ := d.listening(t, d.Gate)
	token := app.Tokens(d.Browser(), d.ada).Text("access_token")
	if got := guarded(v.RequireToken(), token); got != http.StatusOK {
		t.Fatalf("before: %d", got)
	}
	header, _, _ := parts(t, token)
	var of struct{ Kid string }
	must(t, json.Unmarshal(header, &of))
	must(t, d.House.Keys.Revoke(context.Background(), gatetest.Console, of.Kid, d.House.OAuth))
	soon(t, "the API refuses the token", func() bool { return guarded(v.RequireToken(), token) == http.StatusUnauthorized })
}

// An API whose issuer is gone stops within a second, unless it may ask or go on.
func TestResourceServersAreBehindWithoutTheIssuer(t *testing.T) {
	t.Parallel()
	d := newDeciding(t, gatetest.New(t))
	app := d.App("web", func(c *oauth.Client) { c.Audiences = []string{shopAudience} })
	token := app.Tokens(d.Browser(), d.ada).Text("access_token")
	for when, want := range map[verify.Behind]int{verify.Refuse: http.StatusServiceUnavailable, verify.Ask: http.StatusServiceUnavailable, verify.Serve: http.StatusOK} {
		t.Run(strconv.Itoa(int(when)), func(t *testing.T) {
			t.Parallel()
			v, wire := d.listening(t, d.Gate, func(c *verify.Config) { c.WhenBehind = when })
			if got := guarded(v.RequireToken(), token); got != http.StatusOK {
				t.Fatalf("before: %d", got)
			}
			wire.cut()
			soon(t, "the feed is behind", func() bool { return v.Ready(t.Context()) != nil })
			if got := guarded(v.RequireToken(), token); got != want {
				t.Errorf("behind: %d, want %d", got, want)
			}
		})
	}
}
