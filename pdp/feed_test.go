package pdp

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
	"gatehouse/follow"
	"gatehouse/id"
	"gatehouse/oauth"
	"gatehouse/store"
	"gatehouse/web"
)

var console = audit.Actor{Kind: audit.Console, ID: "root"}

// unsigned stands for the house's keys: what it makes looks like a JWS.
type unsigned struct{}

func (unsigned) Sign(_ context.Context, alg, typ string, text []byte) (string, error) {
	return alg + "|" + typ + "|" + string(text), nil
}

type anybody struct{}

func (anybody) Known(context.Context, access.Subject) error { return nil }

func (anybody) HasClient(context.Context, string) (bool, error) { return false, nil }

func (anybody) Session(context.Context, id.Session) (id.User, time.Time, error) {
	return "usr_ada", time.Now().Add(time.Hour), nil
}

// told is a house whose feed is heard.
type told struct {
	testing.TB
	store  *store.Store
	access *access.Service
	follow *follow.Feed
	feed   *Feed
	server *httptest.Server

	mu   sync.Mutex
	apis []string // of the caller; nil: all
	err  error    // of the caller's right
	away error    // of the policy
}

// away is a policy that can be unknown.
type away struct {
	*access.Live
	of *told
}

func (a away) Current(ctx context.Context) (*access.Snapshot, error) {
	a.of.mu.Lock()
	err := a.of.away
	a.of.mu.Unlock()
	if err != nil {
		return nil, err
	}
	return a.Live.Current(ctx)
}

func newTold(t testing.TB) *told {
	t.Helper()
	s, err := store.Open(t.Context(), store.Config{URL: "sqlite:" + filepath.Join(t.TempDir(), "gatehouse.db")}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Migrate(t.Context()), s.KeepEpoch(t.Context())); err != nil {
		t.Fatal(err)
	}
	g := &told{TB: t, store: s, follow: follow.NewFeed(s)}
	s.OnNews(g.follow.Wake)
	live, registry := access.NewLive(s, g.follow, access.BuiltIn{}), oauth.NewRegistry(s, g.follow)
	g.access = &access.Service{Store: s, Audit: &audit.Log{Store: s}, People: anybody{}, Live: live}
	g.feed = &Feed{Issuer: "https://id.test", Policy: away{live, g}, Revoked: registry, Signer: unsigned{}, Caller: g.caller}
	mux := web.NewMux(slog.New(slog.DiscardHandler), web.RefuseWithProblem("https://id.test"))
	g.feed.Mount(mux)
	var wires *pipes
	g.server, wires = onPipes(mux)
	g.server.Start()
	wires.lead(g.server.Client())
	if err := g.follow.Step(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	beating := make(chan struct{})
	go func() {
		defer close(beating)
		g.beat(ctx)
	}()
	first := g.server
	t.Cleanup(func() {
		g.feed.Close()
		first.Close()
		stop()
		<-beating
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return g
}

// pipes is a network within the process, so that a test with a real server and real
// connections plays in a bubble, whose time passes on no machine faster or slower.
type pipes struct {
	coming chan net.Conn
	closed chan struct{}
	close  func()
}

func onPipes(h http.Handler) (*httptest.Server, *pipes) {
	server := httptest.NewUnstartedServer(h)
	_ = server.Listener.Close() // it came with one
	closed := make(chan struct{})
	p := &pipes{make(chan net.Conn), closed, sync.OnceFunc(func() { close(closed) })}
	server.Listener = p
	return server, p
}

// lead leads the client of the server here.
func (p *pipes) lead(client *http.Client) {
	client.Transport.(*http.Transport).DialContext = p.dial
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.coming:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case p.coming <- there:
		return here, nil
	case <-p.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *pipes) Close() error { p.close(); return nil }

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80} }

// beat follows the store as a server does.
func (g *told) beat(ctx context.Context) {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			g.follow.Wait()
			return
		case <-tick.C:
		case <-g.follow.News():
		}
		_ = g.follow.Beat(ctx, time.Now())
	}
}

func (g *told) caller(r *http.Request) (FeedCaller, error) {
	name := r.Header.Get("Authorization")
	if name == "" {
		return FeedCaller{}, fault.New(fault.Unauthenticated, "token.missing", "Say who you are.")
	}
	return FeedCaller{ID: name, APIs: func(context.Context) ([]string, bool, error) {
		g.mu.Lock()
		defer g.mu.Unlock()
		return g.apis, g.apis == nil, g.err
	}}, nil
}

func (g *told) set(f func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	f()
}

func (g *told) get(ctx context.Context, query, last string, stream bool) *http.Response {
	g.Helper()
	return g.getAs(ctx, "shop", query, last, stream)
}

func (g *told) getAs(ctx context.Context, caller, query, last string, stream bool) *http.Response {
	g.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, g.server.URL+PathFeed+query, nil)
	if err != nil {
		g.Fatal(err)
	}
	r.Header.Set("Authorization", caller)
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	if stream {
		r.Header.Set("Accept", "text/event-stream")
	}
	resp, err := g.server.Client().Do(r)
	if err != nil {
		g.Fatal(err)
	}
	return resp
}

// poll asks once and returns what was told.
func (g *told) poll(query string) payload {
	g.Helper()
	resp := g.get(g.Context(), query, "", false)
	defer resp.Body.Close()
	var out struct{ Batch, Cursor string }
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil || resp.StatusCode != http.StatusOK {
		g.Fatalf("status %d, %v", resp.StatusCode, err)
	}
	p := g.read(out.Batch)
	if p.Cursor != out.Cursor {
		g.Errorf("the batch ends at %s, the answer at %s", p.Cursor, out.Cursor)
	}
	return p
}

func (g *told) read(jws string) (p payload) {
	g.Helper()
	text, ok := strings.CutPrefix(jws, "ES256|gatehouse-feed+jwt|")
	if err := json.Unmarshal([]byte(text), &p); !ok || err != nil || p.Issuer != "https://id.test" || p.Issued == 0 {
		g.Fatalf("%v in %q", err, jws)
	}
	return p
}

// hearing is an open stream.
type hearing struct {
	*told
	resp  *http.Response
	lines *bufio.Scanner
	stop  context.CancelFunc
}

func (g *told) hear(last string) *hearing {
	g.Helper()
	return g.hearing("shop", last)
}

func (g *told) hearAs(caller string) *hearing {
	g.Helper()
	return g.hearing(caller, "")
}

func (g *told) hearing(caller, last string) *hearing {
	g.Helper()
	ctx, stop := context.WithTimeout(g.Context(), 20*time.Second)
	resp := g.getAs(ctx, caller, "", last, true)
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "text/event-stream" {
		g.Fatalf("status %d, %s", resp.StatusCode, resp.Header.Get("Content-Type"))
	}
	h := &hearing{g, resp, bufio.NewScanner(resp.Body), stop}
	h.lines.Buffer(nil, 1<<20)
	return h
}

// next returns the next batch; ok is false when the stream is over.
func (h *hearing) next() (p payload, ok bool) {
	h.Helper()
	var id, data string
	for h.lines.Scan() {
		name, value, _ := strings.Cut(h.lines.Text(), ": ")
		switch name {
		case "id":
			id = value
		case "data":
			data = value
		case "":
			if p = h.read(data); p.Cursor != id {
				h.Errorf("the event has the id %s, and the batch the cursor %s", id, p.Cursor)
			}
			return p, true
		}
	}
	return payload{}, false
}

// until returns the first batch that tells something, and how many came before.
func (h *hearing) until() (p payload, empty int) {
	h.Helper()
	for {
		p, ok := h.next()
		if !ok {
			h.Fatal("the stream is over")
		}
		if len(p.Events) > 0 {
			return p, empty
		}
		empty++
	}
}

// lose lets somebody lose something, as version v.
func (g *told) lose(name string) (minpv uint64) {
	g.Helper()
	if err := g.access.DisabledChanged(g.Context(), access.Subject{Kind: access.User, ID: name}, true); err != nil {
		g.Fatal(err)
	}
	v, err := g.store.Versions(g.Context())
	if err != nil {
		g.Fatal(err)
	}
	return uint64(v[access.VersionPolicy])
}

func (g *told) revoke(kind oauth.RevocationKind, key string, before time.Time) {
	g.Helper()
	if err := g.store.Revoke(g.Context(), oauth.Revocation{Kind: kind, Key: key, Before: before, Until: before.Add(time.Hour)}); err != nil {
		g.Fatal(err)
	}
}

// listeners waits until there are n.
func (g *told) listeners(n int) {
	g.Helper()
	late, tick := time.After(5*time.Second), time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for g.feed.Listeners() != n {
		select {
		case <-late:
			g.Errorf("there are %d listeners, want %d", g.feed.Listeners(), n)
			return
		case <-tick.C:
		}
	}
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: %+v, want %+v", what, got, want)
	}
}

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

func TestAStreamHasAHeartbeat(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newTold(t)
		h := g.hear("")
		defer h.stop()
		first, _ := h.next()
		for range 3 {
			begun := time.Now()
			p, ok := h.next()
			if took := time.Since(begun); !ok || len(p.Events) != 0 || p.Cursor != first.Cursor || took > time.Second {
				t.Errorf("after %s: %+v, %v", took, p, ok)
			}
		}
		// While nobody can know there is none, and afterwards it goes on.
		g.set(func() { g.away = errors.Join(policyAway) })
		resp := g.get(t.Context(), "", "", false)
		resp.Body.Close()
		if resp.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("who asks meanwhile is answered with %d", resp.StatusCode)
		}
		heard := make(chan payload, 1)
		go func() {
			for {
				p, ok := h.next()
				if !ok {
					close(heard)
					return
				}
				select {
				case heard <- p:
				default:
				}
			}
		}()
		<-time.After(heartbeat + 200*time.Millisecond) // one may have been on its way
		select {
		case <-heard:
		default:
		}
		select {
		case p := <-heard:
			t.Errorf("a heartbeat says that all is known: %+v", p)
		case <-time.After(2 * heartbeat):
		}
		g.set(func() { g.away = nil })
		if _, ok := <-heard; !ok {
			t.Error("the stream did not go on")
		}
		h.stop()
		for range heard {
		}
	})
}

var policyAway = fault.New(fault.Unavailable, "policy.unknown", "Gatehouse cannot tell now who may do what.")

func TestWhoWaitsIsToldAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newTold(t)
		at := g.poll("").Cursor
		begun := time.Now()
		equal(t, "nobody lost anything", g.poll("?after="+at+"&wait=1s").Events, []event{})
		if took := time.Since(begun); took < time.Second || took > 3*time.Second {
			t.Errorf("it waited for %s", took)
		}
		go func() {
			g.listeners(1)
			g.lose("usr_ada")
		}()
		begun = time.Now()
		p := g.poll("?after=" + at + "&wait=25s")
		if took := time.Since(begun); took > 2*time.Second || len(p.Events) != 1 || p.Events[0].Subject != "usr_ada" {
			t.Errorf("after %s: %+v", took, p.Events)
		}
		for _, wait := range []string{"31s", "-1s", "soon", "25"} {
			resp := g.get(t.Context(), "?wait="+wait, "", false)
			resp.Body.Close()
			if resp.StatusCode != http.StatusBadRequest {
				t.Errorf("wait=%s is answered with %d", wait, resp.StatusCode)
			}
		}
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

// The end of a right, of the server and of the patience ends a stream, and nothing
// of it stays.
func TestAStreamEndsInTime(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(g *told, h *hearing){
		"the right":      func(g *told, _ *hearing) { g.set(func() { g.err = fault.New(fault.Forbidden, "x", "No.") }) },
		"the server":     func(g *told, _ *hearing) { g.feed.Close() },
		"the connection": func(_ *told, h *hearing) { h.stop() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				g := newTold(t)
				h := g.hear("")
				h.next()
				begun := time.Now()
				end(g, h)
				for ok := true; ok; {
					_, ok = h.next()
				}
				if took := time.Since(begun); took > time.Second {
					t.Errorf("it ended after %s", took)
				}
				h.resp.Body.Close()
				g.listeners(0)
			})
		})
	}
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

// The deadlines of a server are for requests. A stream outlives them, by either
// version of HTTP.
func TestAStreamOutlivesTheDeadlinesOfARequest(t *testing.T) {
	t.Parallel()
	for _, version := range []int{1, 2} {
		t.Run(fmt.Sprint("HTTP/", version), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				g := newTold(t)
				server, wires := onPipes(g.server.Config.Handler)
				server.EnableHTTP2 = version == 2
				server.Config.ReadTimeout, server.Config.WriteTimeout = 300*time.Millisecond, 300*time.Millisecond
				server.StartTLS()
				wires.lead(server.Client())
				defer server.Close()
				defer g.feed.Close()
				g.server = server
				h := g.hear("")
				defer h.stop()
				if h.resp.ProtoMajor != version {
					t.Fatalf("it speaks %s", h.resp.Proto)
				}
				begun := time.Now()
				at := ""
				for time.Since(begun) < 1500*time.Millisecond {
					p, ok := h.next()
					if at = p.Cursor; !ok {
						t.Fatalf("the stream ended after %s", time.Since(begun))
					}
				}
				equal(t, "who waits longer", g.poll("?after="+at+"&wait=1s").Events, []event{})
			})
		})
	}
}
