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
		if c.Client, c.Feed = (&http.Client{Transport: w}), true; d.server != nil {
			c.ClientID, c.ClientSecret = string(d.server.ID), d.server.Secret
		}
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

// A service account hears the feed by its key, and needs no client for that.
func TestResourceServersHearTheFeedByAServiceKey(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d := newDeciding(t, gatetest.New(t))
	account, err := d.House.Access.CreateServiceAccount(ctx, gatetest.Console, access.NewServiceAccount{ServiceAccountRecord: access.ServiceAccountRecord{ID: "ops"}, Reason: "serves"})
	must(t, err)
	right, err := d.House.Access.Give(ctx, gatetest.Console, readsDecisions(access.Subject{Kind: access.ServiceAccount, ID: "ops"}, access.Allow))
	must(t, err)
	d.Settle()
	v, _ := d.listening(t, d.Gate, func(c *verify.Config) { c.ClientID, c.ClientSecret, c.Key = "", "", account.Text })
	app := d.App("web", func(c *oauth.Client) { c.Audiences = []string{shopAudience} })
	token := app.Tokens(d.Browser(), d.ada).Text("access_token")
	if got := guarded(v.RequireToken(), token); got != http.StatusOK {
		t.Fatalf("before: %d", got)
	}
	_, err = d.House.Access.Revoke(ctx, gatetest.Console, right.ID, "it serves no more")
	must(t, err)
	promised(t, 2*follow.MaxAge+time.Second, "who may hear no more is behind", func() (bool, bool) { // the stream ends within one, and then it is behind
		return guarded(v.RequireToken(), token) == http.StatusServiceUnavailable, false
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
	promised(t, heard, "the API refuses the token", func() (bool, bool) {
		status := guarded(v.RequireToken(), token)
		return status == http.StatusUnauthorized, status == http.StatusServiceUnavailable
	})
}

// An API whose issuer is gone stops within a second, unless it may ask or go on.
func TestResourceServersAreBehindWithoutTheIssuer(t *testing.T) {
	t.Parallel()
	d := newDeciding(t, gatetest.New(t))
	app := d.App("web", func(c *oauth.Client) { c.Audiences = []string{shopAudience} })
	token := app.Tokens(d.Browser(), d.ada).Text("access_token")
	for when, want := range map[verify.Behind]int{verify.Refuse: http.StatusServiceUnavailable, verify.Ask: http.StatusServiceUnavailable, verify.Serve: http.StatusOK} {
		t.Run(strconv.Itoa(int(when)), func(t *testing.T) { // not beside each other: whoever waits for a turn would find the token over
			v, wire := d.listening(t, d.Gate, func(c *verify.Config) { c.WhenBehind = when })
			if got := guarded(v.RequireToken(), token); got != http.StatusOK {
				t.Fatalf("before: %d", got)
			}
			wire.cut()
			promised(t, heard, "the feed is behind", func() (bool, bool) { return v.Ready(t.Context()) != nil, false })
			if got := guarded(v.RequireToken(), token); got != want {
				t.Errorf("behind: %d, want %d", got, want)
			}
		})
	}
}
