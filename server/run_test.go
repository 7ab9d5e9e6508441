package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/testconfig"

	"gatehouse/house"
	"gatehouse/pdp"

	"gatehouse/clock"
	"gatehouse/config"
	"gatehouse/fault"
)

func openHouse(t *testing.T, cfg config.Config) *house.House {
	t.Helper()
	h, err := house.Open(context.Background(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatalf("open the house: %v", err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Errorf("close the house: %v", err)
		}
	})
	return h
}

// running is a server with its listeners open.
type running struct {
	t                *testing.T
	server           *Server
	public, internal string
	stop             context.CancelFunc
	done             chan error
}

// start runs a server until the test ends. open is called before it serves.
func start(t *testing.T, cfg config.Config, o Options, open ...func(*Server)) *running {
	t.Helper()
	s, err := New(openHouse(t, cfg), o)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range open {
		f(s)
	}
	ctx, stop := context.WithCancel(context.Background())
	r := &running{t: t, server: s, stop: stop, done: make(chan error, 1)}
	ready := make(chan struct{})
	s.options.Ready = func(public, internal net.Addr) {
		r.public, r.internal = public.String(), internal.String()
		close(ready)
	}
	go func() { r.done <- s.Run(ctx) }()
	t.Cleanup(func() { stop(); r.ended() })
	select {
	case <-ready:
	case err := <-r.done:
		r.done <- err
		t.Fatalf("the server did not start: %v", err)
	}
	return r
}

// hangs is how long something may take before it counts as one that never ends. It is
// no measure of speed: a busy machine takes long for much.
const hangs = 2 * time.Minute

// ended waits until the server is down, once or again.
func (r *running) ended() error {
	r.t.Helper()
	select {
	case err := <-r.done:
		r.done <- err
		return err
	case <-time.After(hangs):
		r.t.Fatal("the server does not stop")
		return nil
	}
}

func fetch(t *testing.T, url string) (int, string) {
	t.Helper()
	client := http.Client{Timeout: hangs, Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func TestInternalThingsAreOnTheInternalListenerOnly(t *testing.T) {
	t.Parallel()
	r := start(t, testconfig.New(t), Options{Version: "v1.2.3-test"})
	for _, path := range []string{"/livez", "/readyz", "/healthz", "/metrics", "/debug/pprof/", "/debug/pprof/cmdline"} {
		if status, _ := fetch(t, "http://"+r.internal+path); status != http.StatusOK {
			t.Errorf("the internal listener answers %s with %d", path, status)
		}
		if status, _ := fetch(t, "http://"+r.public+path); status != http.StatusNotFound {
			t.Errorf("the public listener answers %s with %d, want 404", path, status)
		}
	}
	for _, path := range []string{"/", "/signin", "/.well-known/openid-configuration", "/.well-known/jwks.json"} {
		if status, _ := fetch(t, "http://"+r.internal+path); status != http.StatusNotFound {
			t.Errorf("the internal listener answers %s with %d, want 404", path, status)
		}
	}
}

func TestMetricsSayWhatRunsAndHowBusyItIs(t *testing.T) {
	t.Parallel()
	r := start(t, testconfig.New(t), Options{Version: "v1.2.3-test"})
	fetch(t, "http://"+r.public+"/.well-known/jwks.json")
	_, metrics := fetch(t, "http://"+r.internal+"/metrics")
	for _, want := range []string{
		`gatehouse_build_info{go="go1.`, `version="v1.2.3-test"} 1`,
		"\ngatehouse_snapshot_age_seconds ", "\ngatehouse_revocations_loading ", "\ngatehouse_password_slots ", "\ngatehouse_password_waiting 0\n", "\ngatehouse_password_hashes_total 0\n",
		`gatehouse_http_requests_total{code="200",method="GET",route="GET /.well-known/jwks.json"} 1`,
		"\ngo_goroutines ", "\nprocess_resident_memory_bytes ",
	} {
		if !strings.Contains(metrics, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
}

// readyOf asks a health without any listener.
func readyOf(t *testing.T, h *health) (int, readiness) {
	t.Helper()
	w := &answer{header: http.Header{}}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "/readyz", nil)
	if err != nil {
		t.Fatal(err)
	}
	h.ready(w, req)
	var out readiness
	if err := json.Unmarshal(w.body.Bytes(), &out); err != nil {
		t.Fatalf("%s: %v", w.body.String(), err)
	}
	return w.status, out
}

type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) WriteHeader(status int)      { a.status = status }
func (a *answer) Write(b []byte) (int, error) { return a.body.Write(b) }

// Each check can fail, alone, and the answer says which.
func TestReadyzSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		check string
		spoil func(t *testing.T, h *health, cfg config.Config)
	}{
		{"", func(*testing.T, *health, config.Config) {}},
		{"serving", func(_ *testing.T, h *health, _ config.Config) { h.draining.Store(true) }},
		{"keys", func(t *testing.T, _ *health, cfg config.Config) {
			testconfig.Exec(t, cfg, "DELETE FROM signing_keys")
		}},
		{"write", func(t *testing.T, _ *health, cfg config.Config) {
			testconfig.Exec(t, cfg, "CREATE TRIGGER full BEFORE INSERT ON leases BEGIN SELECT RAISE(ABORT, 'the disk is full'); END")
		}},
	} {
		cfg := testconfig.New(t)
		house := openHouse(t, cfg)
		if err := house.Feed.Step(t.Context()); err != nil {
			t.Fatal(err)
		}
		h := &health{house: house}
		tt.spoil(t, h, cfg)
		status, got := readyOf(t, h)
		if want := map[bool]int{true: 200, false: 503}[tt.check == ""]; status != want {
			t.Errorf("with %q spoilt: %d %v, want %d", tt.check, status, got, want)
		}
		for name, said := range got.Checks {
			if (said != "ok") != (name == tt.check) {
				t.Errorf("with %q spoilt, %s says %q", tt.check, name, said)
			}
		}
	}
}

// A clock that is not believed is said, and takes no requests away.
func TestReadyzTellsOfAClockThatIsDoubted(t *testing.T) {
	t.Parallel()
	house := openHouse(t, testconfig.New(t))
	if err := house.Feed.Step(t.Context()); err != nil {
		t.Fatal(err)
	}
	ahead, read := time.Duration(0), house.Clock.Read
	house.Clock.Read = func() clock.Reading { r := read(); r.Wall = r.Wall.Add(ahead); return r }
	h := &health{house: house}
	for _, c := range []struct {
		ahead time.Duration
		want  string
	}{{0, ""}, {40 * 24 * time.Hour, "the clock was moved by 960h0m0s"}, {0, ""}} {
		ahead = c.ahead
		_, err := house.Clock.Now(t.Context())
		if status, got := readyOf(t, h); status != http.StatusOK || got.Doubts["clock"] != c.want || (err != nil) != (c.want != "") {
			t.Errorf("moved by %s: %d %+v, %v", c.ahead, status, got, err)
		}
	}
}

// A process that never read the clients, or whose database went away, is not ready.
func TestReadyzIsHonestBeforeTheFirstReadAndAfterTheStoreClosed(t *testing.T) {
	t.Parallel()
	house, err := house.Open(t.Context(), testconfig.New(t), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	h := &health{house: house}
	if status, got := readyOf(t, h); status != 503 || got.Checks["snapshot"] == "ok" {
		t.Errorf("before the first read: %d %v", status, got)
	}
	if err := house.Close(); err != nil {
		t.Fatal(err)
	}
	if status, got := readyOf(t, h); status != 503 || got.Checks["store"] == "ok" {
		t.Errorf("without a store: %d %v", status, got)
	}
}

func TestTakenPortsAreClearErrorsAndLeaveNoListener(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for key, set := range map[string]func(*config.Config){
		"listen.public":   func(c *config.Config) { c.Web.Listen.Public = taken.Addr().String() },
		"listen.internal": func(c *config.Config) { c.Web.Listen.Internal = taken.Addr().String() },
	} {
		cfg := testconfig.New(t)
		free, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		other := free.Addr().String()
		free.Close()
		cfg.Web.Listen.Public = other
		set(&cfg)
		s, err := New(openHouse(t, cfg), Options{})
		if err != nil {
			t.Fatal(err)
		}
		err = s.Run(t.Context())
		f, ok := errors.AsType[*fault.Error](err)
		if !ok || f.Code != "listen.taken" || !strings.Contains(f.Detail, taken.Addr().String()) || !strings.Contains(f.Detail, key) {
			t.Errorf("%s is taken: got %v", key, err)
		}
		again, err := net.Listen("tcp", other)
		if err != nil {
			t.Errorf("%s was taken, and the other listener stayed open: %v", key, err)
			continue
		}
		again.Close()
	}
}

// SIGTERM ends the context: what is under way is finished, and the process says
// meanwhile that it wants no more.
func TestStopFinishesWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	entered, leave := make(chan struct{}), make(chan struct{})
	r := start(t, testconfig.New(t), Options{}, func(s *Server) {
		next := s.public
		s.public = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/slow" {
				next.ServeHTTP(w, r)
				return
			}
			close(entered)
			<-leave
			_, _ = io.WriteString(w, "finished")
		})
	})
	type result struct {
		status int
		body   string
	}
	slow := make(chan result, 1)
	go func() {
		status, body := fetch(t, "http://"+r.public+"/slow")
		slow <- result{status, body}
	}()
	<-entered
	r.stop()
	for {
		status, body := fetch(t, "http://"+r.internal+"/readyz")
		if status == http.StatusServiceUnavailable && strings.Contains(body, "draining") {
			break
		}
	}
	close(leave)
	if got := <-slow; got.status != http.StatusOK || got.body != "finished" {
		t.Errorf("the request under way got %+v", got)
	}
	if err := r.ended(); err != nil {
		t.Errorf("the server ended with %v", err)
	}
	if _, err := net.DialTimeout("tcp", r.public, time.Second); err == nil {
		t.Error("somebody still listens")
	}
}

// A second SIGTERM closes Hurry: what is under way is ended, and the leases are given back all
// the same, so that no other replica waits until they lapse.
func TestAStopInAHurryGivesTheLeasesBack(t *testing.T) {
	t.Parallel()
	cfg := testconfig.New(t)
	entered, hurry := make(chan struct{}), make(chan struct{})
	r := start(t, cfg, Options{Hurry: hurry}, func(s *Server) {
		next := s.public
		s.public = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/slow" {
				next.ServeHTTP(w, r)
				return
			}
			close(entered)
			<-r.Context().Done()
		})
	})
	go func() {
		resp, err := http.Get("http://" + r.public + "/slow")
		if err == nil {
			resp.Body.Close()
		}
	}()
	<-entered
	other := func(lease string) bool {
		now := time.Now()
		mine, err := r.server.house.Store.Lease(context.Background(), lease, "other", now, now.Add(time.Microsecond))
		if err != nil {
			t.Fatal(err)
		}
		return mine
	}
	const lease = "janitor"
	for end := time.Now().Add(hangs); other(lease); {
		if time.Now().After(end) {
			t.Fatal("the server never takes the lease")
		}
	}
	r.stop()
	for {
		if _, body := fetch(t, "http://"+r.internal+"/readyz"); strings.Contains(body, "draining") {
			break
		}
	}
	close(hurry)
	if err := r.ended(); err != nil {
		t.Errorf("the server ended with %v", err)
	}
	if !other(lease) {
		t.Error("another replica has to wait until the lease lapses")
	}
}

// A connection of the feed is never finished, and no reason to wait.
func TestStopEndsTheFeed(t *testing.T) {
	t.Parallel()
	r := start(t, testconfig.New(t), Options{}, func(s *Server) {
		s.feed.Caller = func(*http.Request) (pdp.FeedCaller, error) {
			return pdp.FeedCaller{ID: "test", APIs: func(context.Context) ([]string, bool, error) { return nil, true, nil }}, nil
		}
	})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+r.public+pdp.PathFeed, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", "text/event-stream")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := resp.Body.Read(make([]byte, 1)); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("the stream: %d, %v", resp.StatusCode, err)
	}
	begun := time.Now()
	r.stop()
	if err := r.ended(); err != nil {
		t.Errorf("the server ended with %v", err)
	}
	if took := time.Since(begun); took > drainTimeout/2 {
		t.Errorf("it took %s", took)
	}
}

// What the server says on its way up and down holds no secret: not the token of
// the set-up link (that one is for standard output, once), no key, no password.
func TestServerLogsNoSecretOfTheFirstRun(t *testing.T) {
	t.Parallel()
	cfg := testconfig.New(t)
	var logged bytes.Buffer
	house, err := house.Open(t.Context(), cfg, slog.New(slog.NewJSONHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug})))
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	ctx, stop := context.WithCancel(t.Context())
	s, err := New(house, Options{Stdout: &said, Ready: func(net.Addr, net.Addr) { stop() }})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Run(ctx), house.Close()); err != nil {
		t.Fatal(err)
	}
	_, token, found := strings.Cut(said.String(), "#token=")
	if !found {
		t.Fatalf("no link was printed: %s", &said)
	}
	token, _, _ = strings.Cut(token, "\n")
	if len(token) < 40 || strings.Contains(logged.String(), token) {
		t.Errorf("the log holds the set-up token %q:\n%s", token, &logged)
	}
}

// A second start by mistake, in the wrong folder perhaps, leaves nothing behind.
func TestServerWhosePortsAreTakenMakesNothing(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, set := range []func(*config.Config){
		func(c *config.Config) { c.Web.Listen.Public = taken.Addr().String() },
		func(c *config.Config) { c.Web.Listen.Internal = taken.Addr().String() },
		func(c *config.Config) { c.Issuer, c.Web.TLS = "https://localhost", pairFiles(t) },
	} {
		cfg := testconfig.New(t)
		set(&cfg)
		if err := Serve(t.Context(), cfg, slog.New(slog.DiscardHandler), Options{}); err == nil {
			t.Error("it serves")
		}
		if left, err := os.ReadDir(cfg.DataDir); err != nil || len(left) != 0 {
			t.Errorf("it left %v (%v)", left, err)
		}
	}
}
