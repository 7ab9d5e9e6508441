package pdp

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/access"
	"gatehouse/clock"
	"gatehouse/oauth"
)

func TestTheFeedTellsWhatWasTakenBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newTold(t)
		now := clock.Now()
		first := g.lose("usr_ada")
		g.revoke(oauth.RevokedSession, "ses_1", now)
		h := g.hear("")
		defer h.stop()
		begun, _ := h.next()
		session := event{Revoked: &revoked{"session", "ses_1", now.Unix()}}
		equal(t, "who comes first hears all that counts", begun.Events, []event{{Reset: true}, {Subject: "usr_ada", MinPV: first}, session})

		again := g.lose("usr_ada")
		p, _ := h.until()
		equal(t, "a loss", p.Events, []event{{Subject: "usr_ada", MinPV: again}})
		g.revoke(oauth.RevokedToken, "jti_1", now)
		p, _ = h.until()
		equal(t, "a revocation", p.Events, []event{{Revoked: &revoked{"token", "jti_1", now.Unix()}}})

		// Who goes on, by a stream or by asking, hears what came since and nothing twice.
		second := g.hear(begun.Cursor)
		defer second.stop()
		back, _ := second.next()
		want := []event{{Subject: "usr_ada", MinPV: again}, {Revoked: &revoked{"token", "jti_1", now.Unix()}}}
		equal(t, "by Last-Event-ID", back.Events, want)
		equal(t, "by after", g.poll("?after="+begun.Cursor).Events, want)
		equal(t, "at the end", g.poll("?after="+back.Cursor).Events, []event{})
	})
}

// A place that nobody knows is answered with all that counts, and not with less.
func TestAnUnknownCursorBeginsAnew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newTold(t)
		first := g.lose("usr_ada")
		at := g.poll("").Cursor
		c := parseCursor(at)
		ahead, beyond, older, other := c, c, c, c
		ahead.policy, beyond.revoked, older.policy, other.epoch = c.policy+1, c.revoked+1, 0, c.epoch+2
		all := []event{{Reset: true}, {Subject: "usr_ada", MinPV: first}}
		for name, after := range map[string]string{
			"nonsense": "nonsense", "of another house": other.String(), "ahead of time": ahead.String(), "ahead of the revocations": beyond.String(), "cut off": at[:31], "longer": at + "A",
		} {
			equal(t, name, g.poll("?after="+after).Events, all)
		}
		equal(t, "one of before everything", g.poll("?after="+older.String()).Events, all[1:])
		if err := g.store.NewEpoch(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := g.follow.Step(t.Context()); err != nil {
			t.Fatal(err)
		}
		p := g.poll("?after=" + at)
		equal(t, "one of before a restore", p.Events, all)
		equal(t, "and then", g.poll("?after="+p.Cursor).Events, []event{})
	})
}

func TestAServerOfAnAPIIsToldOfThatAPI(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newTold(t)
		at := g.poll("").Cursor
		for _, name := range []string{"shop", "mail"} {
			a, err := g.access.CreateAPI(t.Context(), console, access.API{ID: name, Audience: "https://" + name + ".test", Permissions: []access.Permission{{Resource: "a", Action: "b"}}})
			if err != nil {
				t.Fatal(err)
			}
			a.Audience += "/moved"
			if _, err := g.access.UpdateAPI(t.Context(), console, a); err != nil {
				t.Fatal(err)
			}
		}
		apis := func() (ids []string) {
			for _, e := range g.poll("?after=" + at).Events {
				ids = append(ids, e.API)
			}
			return ids
		}
		equal(t, "who is told of all", apis(), []string{"shop", "mail"})
		g.set(func() { g.apis = []string{"shop"} })
		equal(t, "a server of one", apis(), []string{"shop"})
		g.set(func() { g.apis = []string{} })
		equal(t, "a server of none", apis(), []string(nil))
	})
}

func TestTheFeedRefuses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newTold(t)
		resp, err := g.server.Client().Get(g.server.URL + PathFeed)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusUnauthorized {
			t.Errorf("nobody is answered with %d", resp.StatusCode)
		}
		var open []*hearing
		defer func() {
			for _, h := range open {
				h.stop()
			}
		}()
		for range maxStreamsOf {
			open = append(open, g.hear(""))
		}
		resp = g.get(t.Context(), "", "", true)
		resp.Body.Close()
		if resp.StatusCode != http.StatusTooManyRequests {
			t.Errorf("one too many is answered with %d", resp.StatusCode)
		}
		g.feed.Close()
		resp = g.get(t.Context(), "", "", true)
		resp.Body.Close()
		if resp.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("a server that is about to stop answers with %d", resp.StatusCode)
		}
	})
}

// What is more than one batch holds comes in several, in which nothing is missing.
func TestALongFeedComesInParts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newTold(t)
		var list []oauth.Revocation
		var want []string
		now := clock.Now()
		for i := range 1300 {
			key := fmt.Sprint("jti_", i)
			want = append(want, key)
			list = append(list, oauth.Revocation{Kind: oauth.RevokedToken, Key: key, Before: now, Until: now.Add(time.Hour)})
		}
		if err := g.store.Revoke(t.Context(), list...); err != nil {
			t.Fatal(err)
		}
		if err := g.store.InTx(t.Context(), func(ctx context.Context) error {
			for i := range 2100 {
				name := fmt.Sprint("usr_", i)
				want = append(want, name)
				if err := g.access.DisabledChanged(ctx, access.Subject{Kind: access.User, ID: name}, true); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		h := g.hear("")
		defer h.stop()
		var got []string
		for len(got) < len(want) {
			p, _ := h.until()
			for _, e := range p.Events {
				switch {
				case e.Revoked != nil:
					got = append(got, e.Revoked.Key)
				case e.Subject != "":
					got = append(got, e.Subject)
				}
			}
			if p.More != (len(got) < len(want)) {
				t.Fatalf("after %d of %d things a batch says that there is more: %v", len(got), len(want), p.More)
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("heard were %d things, want %d", len(got), len(want))
		}
	})
}
