package housetest

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/follow"
	"gatehouse/internal/gatetest"
	"gatehouse/keys"
	"gatehouse/oauth"
	"gatehouse/pdp"
)

// heardBatch is a batch of the feed.
type heardBatch struct {
	Issuer string  `json:"iss"`
	Issued float64 `json:"iat"`
	Cursor string
	More   bool
	Events []struct {
		Sub     string
		API     string
		MinPV   uint64
		Revoked struct{ Kind, Key string }
		Reset   bool
	}
}

// words are the events as text, without their numbers.
func (b heardBatch) words() (all []string) {
	for _, e := range b.Events {
		switch {
		case e.Reset:
			all = append(all, "reset")
		case e.Sub != "":
			all = append(all, "sub "+e.Sub)
		case e.API != "":
			all = append(all, "api "+e.API)
		default:
			all = append(all, e.Revoked.Kind+" "+e.Revoked.Key)
		}
	}
	return all
}

// readBatch checks the signature of a batch by the keys that everybody can read.
func readBatch(t *testing.T, g *gatetest.Gate, jws string) (b heardBatch) {
	t.Helper()
	text, header, err := g.House.Keys.Verify(jws, keys.ES256)
	if err != nil || header.Typ != "gatehouse-feed+jwt" {
		t.Fatalf("a batch is signed so: %+v, %v", header, err)
	}
	if err := json.Unmarshal(text, &b); err != nil || b.Issuer != gatetest.Issuer {
		t.Fatalf("%v in %s", err, text)
	}
	return b
}

// Who hears the feed is cut off when the right to it ends, whatever ends it, and the
// stream says nothing after that.
func TestTheFeedEndsWithTheRightToIt(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for name, end := range map[string]func(t *testing.T, d *deciding, token string){
		"no server any more": func(t *testing.T, d *deciding, _ string) {
			api, err := d.House.Access.API(ctx, "shop")
			must(t, err)
			api.Servers = nil
			_, err = d.House.Access.UpdateAPI(ctx, gatetest.Console, api)
			must(t, err)
		},
		"the token is revoked": func(t *testing.T, d *deciding, token string) {
			if a := d.server.Revoke(token); a.Status != http.StatusOK {
				t.Fatalf("revocation: %d %s", a.Status, a.Body)
			}
		},
		"the application is disabled": func(t *testing.T, d *deciding, _ string) {
			c, err := d.House.OAuth.Client(ctx, "shop-server")
			must(t, err)
			c.Disabled = true
			_, err = d.House.OAuth.UpdateClient(ctx, gatetest.Console, c)
			must(t, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDeciding(t, gatetest.New(t))
			replica := d.Replica()
			server := httptest.NewServer(replica.Server.Handler())
			defer server.Close()
			token := d.token()
			ctx, cancel := context.WithTimeout(t.Context(), hangs)
			defer cancel()
			r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+pdp.PathFeed, nil)
			must(t, err)
			r.Header.Set("Authorization", "Bearer "+token)
			r.Header.Set("Accept", "text/event-stream")
			resp, err := server.Client().Do(r)
			must(t, err)
			defer resp.Body.Close()
			lines := bufio.NewScanner(resp.Body)
			if !lines.Scan() || resp.StatusCode != http.StatusOK {
				t.Fatalf("the stream: %d, %v", resp.StatusCode, lines.Err())
			}
			end(t, d, token)
			ended := time.Now()
			for lines.Scan() {
				jws, isBatch := strings.CutPrefix(lines.Text(), "data: ")
				if !isBatch {
					continue
				}
				if said := time.UnixMicro(int64(1e6 * readBatch(t, replica, jws).Issued)); said.Sub(ended) > follow.MaxAge {
					t.Errorf("it says something %s after the end", said.Sub(ended))
				}
			}
			if err := ctx.Err(); err != nil {
				t.Errorf("it does not end: %v", err)
			}
			if a := replica.Get(pdp.PathFeed, "Authorization", "Bearer "+token); a.Status == http.StatusOK {
				t.Errorf("and who asks anew is answered with %d", a.Status)
			}
		})
	}
}

// A server of an API hears what was lost by all at that one, and not at another; whoever
// may ask about all hears of all.
func TestAServerHearsOfItsAPIAlone(t *testing.T) {
	t.Parallel()
	d := newDeciding(t, gatetest.New(t))
	ctx, a := t.Context(), d.House.Access
	_, err := a.CreateAPI(ctx, gatetest.Console, access.API{ID: "mail", Audience: "https://mail.test", Permissions: []access.Permission{{Resource: "box", Action: "read"}}})
	must(t, err)
	asker, err := a.CreateServiceAccount(ctx, gatetest.Console, access.NewServiceAccount{ServiceAccountRecord: access.ServiceAccountRecord{ID: "asker"}, Reason: "asks"})
	must(t, err)
	_, err = a.Give(ctx, gatetest.Console, readsDecisions(access.Subject{Kind: access.ServiceAccount, ID: "asker"}, access.Allow))
	must(t, err)
	for _, name := range []string{"shop", "mail"} {
		api, err := a.API(ctx, name)
		must(t, err)
		api.Permissions[0].Requires.MaxAge = time.Minute // all tokens say too much
		_, err = a.UpdateAPI(ctx, gatetest.Console, api)
		must(t, err)
	}
	d.Settle()
	for credential, all := range map[string]bool{d.token(): false, asker.Text: true} {
		answer := d.Get(pdp.PathFeed, "Authorization", "Bearer "+credential)
		words := readBatch(t, d.Gate, answer.Text("batch")).words()
		if !slices.Contains(words, "api shop") || slices.Contains(words, "api mail") != all {
			t.Errorf("who hears of all (%t) is told %v", all, words)
		}
	}
}

// A batch is no token: nobody takes it for one.
func TestABatchIsNoToken(t *testing.T) {
	t.Parallel()
	d := newDeciding(t, gatetest.New(t))
	a := d.Get(pdp.PathFeed, "Authorization", "Bearer "+d.token())
	batch := a.Text("batch")
	if parts := strings.Split(batch, "."); len(parts) != 3 {
		t.Fatalf("a batch is %q", batch)
	} else if _, err := base64.RawURLEncoding.DecodeString(parts[1]); err != nil {
		t.Fatal(err)
	}
	if a := d.Userinfo(batch); a.Status != http.StatusUnauthorized {
		t.Errorf("userinfo: %d", a.Status)
	}
	if a := d.Get(pdp.PathFeed, "Authorization", "Bearer "+batch); a.Status != http.StatusUnauthorized {
		t.Errorf("the feed: %d", a.Status)
	}
	watcher := d.App("watcher", func(c *oauth.Client) {
		c.Introspect, c.GrantTypes, c.RedirectURIs = true, []string{oauth.GrantClient}, nil
	})
	if a := watcher.Introspect(batch); a.JSON["active"] != false {
		t.Errorf("introspection: %s", a.Body)
	}
}
