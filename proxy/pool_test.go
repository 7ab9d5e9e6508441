package proxy

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/fault"
	"gatehouse/gate"
	"gatehouse/internal/testcert"
)

// outcomes are what a pool counted.
type outcomes struct {
	noMetrics
	mu  sync.Mutex
	got map[string]int
}

func (o *outcomes) GateUpstream(_, outcome string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.got == nil {
		o.got = map[string]int{}
	}
	o.got[outcome]++
}

func (o *outcomes) of(outcome string) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.got[outcome]
}

// upstream compiles what a file says of one.
func upstream(t *testing.T, spec gate.UpstreamSpec) *gate.Upstream {
	t.Helper()
	set, err := gate.Compile([]gate.Object{{ID: "app", Upstream: &spec}})
	if err != nil {
		t.Fatal(err)
	}
	return set.Upstreams()[0]
}

func poolOf(t *testing.T, spec gate.UpstreamSpec) (*pool, *outcomes) {
	t.Helper()
	seen := &outcomes{}
	p, err := newPool(upstream(t, spec), seen, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.wire.close)
	return p, seen
}

// server answers as told and counts its requests.
type server struct {
	*httptest.Server
	asked atomic.Int64
	code  atomic.Int64 // 0: 200
}

func newServer(t *testing.T) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.asked.Add(1)
		_, _ = io.Copy(io.Discard, r.Body)
		if code := s.code.Load(); code != 0 {
			w.WriteHeader(int(code))
		}
	}))
	t.Cleanup(s.Close)
	return s
}

// raw is a server that does with each connection what it is told.
func raw(t *testing.T, serve func(net.Conn)) (url string, asked *atomic.Int64) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	asked = &atomic.Int64{}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			asked.Add(1)
			go serve(c)
		}
	}()
	return "http://" + l.Addr().String(), asked
}

// refusing is an address at which nobody listens.
func refusing(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return "http://" + l.Addr().String()
}

func ask(t *testing.T, p http.RoundTripper, method, body string) (status int, err error) {
	t.Helper()
	var content io.Reader
	if body != "" {
		content = strings.NewReader(body)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, "http://target.invalid/orders", content)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := p.RoundTrip(r)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode, err
}

func TestATargetThatIsGoneCostsNoRequestThatMayBeSentTwice(t *testing.T) {
	t.Parallel()
	well := newServer(t)
	p, seen := poolOf(t, gate.UpstreamSpec{Targets: []string{refusing(t), well.URL}})
	for i := range 100 {
		if status, err := ask(t, p, "GET", ""); status != http.StatusOK {
			t.Fatalf("request %d: %d %v", i, status, err)
		}
	}
	if lost := seen.of("lost"); lost < 1 || lost > 3 {
		t.Errorf("%d requests were sent to nobody, want at most the 3 after which it is left out", lost)
	}
}

// What may have had an effect is sent once, to whatever end.
func TestWhatMayHaveHadAnEffectIsSentOnce(t *testing.T) {
	t.Parallel()
	closing, asked := raw(t, func(c net.Conn) {
		_, _ = c.Read(make([]byte, 4096))
		_ = c.Close()
	})
	for name, c := range map[string]struct {
		method, body string
		when         []string
		want         int64
	}{
		"a change":                      {"POST", "", []string{"connect", "reset", "503"}, 1},
		"with a body":                   {"GET", "x", []string{"connect", "reset", "503"}, 1},
		"lost on its way":               {"GET", "", []string{"connect"}, 1},
		"lost on its way, where it may": {"GET", "", []string{"connect", "reset"}, 3},
		"another method than those":     {"DELETE", "", []string{"reset"}, 1},
	} {
		p, _ := poolOf(t, gate.UpstreamSpec{Targets: []string{closing}, Retry: gate.RetrySpec{Attempts: 3, When: c.when}})
		before := asked.Load()
		if status, err := ask(t, p, c.method, c.body); err == nil {
			t.Errorf("%s: %d", name, status)
		}
		if n := asked.Load() - before; n != c.want {
			t.Errorf("%s: sent %d times, want %d", name, n, c.want)
		}
	}
}

func TestTargetsThatAnswerBadlyAreLeftOutForAWhile(t *testing.T) {
	t.Parallel()
	hanging, _ := raw(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	garbage, _ := raw(t, func(c net.Conn) { _, _ = io.WriteString(c, "220 ESMTP\r\n\r\n"); _ = c.Close() })
	half, _ := raw(t, func(c net.Conn) { _, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nX-Half: "); _ = c.Close() })
	failing := newServer(t)
	failing.code.Store(500)
	for name, c := range map[string]struct{ url, outcome string }{
		"hangs": {hanging, "slow"}, "talks garbage": {garbage, "lost"}, "answers half": {half, "lost"}, "fails": {failing.URL, "failed"}, "is gone": {refusing(t), "lost"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			well := newServer(t)
			p, seen := poolOf(t, gate.UpstreamSpec{Targets: []string{c.url, well.URL}, Timeouts: gate.TimeoutsSpec{Header: "1s"}, Retry: gate.RetrySpec{Attempts: 1}})
			bad := 0
			for range 60 {
				if status, err := ask(t, p, "GET", ""); err != nil || status != http.StatusOK {
					bad++
				}
			}
			if bad != 3 || seen.of(c.outcome) != 3 {
				t.Errorf("%d requests went wrong, %v; want the 3 after which it is left out", bad, seen.got)
			}
			if p.targets[0].well(time.Now()) || !p.targets[0].well(time.Now().Add(time.Minute)) {
				t.Error("it is left out for no while")
			}
		})
	}
}

// Whoever sends bodies that break off, or are too large, has no target left out.
func TestVisitorsWhoBreakOffSayNothingAboutTargets(t *testing.T) {
	t.Parallel()
	one, other := newServer(t), newServer(t)
	p, seen := poolOf(t, gate.UpstreamSpec{Targets: []string{one.URL, other.URL}})
	for range 20 {
		body := http.MaxBytesReader(httptest.NewRecorder(), io.NopCloser(strings.NewReader(strings.Repeat("x", 100_000))), 70_000)
		r, err := http.NewRequestWithContext(t.Context(), "POST", "http://target.invalid/orders", body)
		if err != nil {
			t.Fatal(err)
		}
		if answer, err := p.RoundTrip(r); err == nil {
			_ = answer.Body.Close()
		}
	}
	for i, one := range p.targets {
		if !one.well(time.Now()) || one.failed.Load() > 0 {
			t.Errorf("target %d is left out for what visitors did: %v", i, seen.got)
		}
	}
}

// With all targets out any is asked: that nobody is well may be a mistake of ours.
func TestWhereNoTargetIsWellAnyIsAsked(t *testing.T) {
	t.Parallel()
	one, other := newServer(t), newServer(t)
	one.code.Store(503)
	other.code.Store(503)
	p, _ := poolOf(t, gate.UpstreamSpec{Targets: []string{one.URL, other.URL}, Retry: gate.RetrySpec{Attempts: 1}})
	for range 20 {
		_, _ = ask(t, p, "GET", "") // 503
	}
	if one.asked.Load()+other.asked.Load() != 20 {
		t.Errorf("%d and %d of 20 requests arrived", one.asked.Load(), other.asked.Load())
	}
	one.code.Store(200)
	for range 20 {
		_, _ = ask(t, p, "GET", "")
	}
	if status, err := ask(t, p, "GET", ""); err != nil || status != http.StatusOK && status != http.StatusServiceUnavailable {
		t.Errorf("%d %v", status, err)
	}
}

func TestRetriesAreBounded(t *testing.T) {
	t.Parallel()
	one, other := newServer(t), newServer(t)
	one.code.Store(503)
	other.code.Store(503)
	p, seen := poolOf(t, gate.UpstreamSpec{Targets: []string{one.URL, other.URL}, Retry: gate.RetrySpec{Attempts: 5, When: []string{"503"}, Budget: "10%"}})
	const n = 300
	for range n {
		if status, err := ask(t, p, "GET", ""); status != 503 {
			t.Fatalf("%d %v", status, err)
		}
	}
	if again := seen.of("retried"); again < n/10 || again > n/10+budgetMost/budgetOne || one.asked.Load()+other.asked.Load() != int64(n+again) {
		t.Errorf("%d of %d requests were sent again, want one in ten and a few", again, n)
	}
}

func TestTheTargetWithLessToDoIsAsked(t *testing.T) {
	t.Parallel()
	busy, idle := newServer(t), newServer(t)
	p, _ := poolOf(t, gate.UpstreamSpec{Targets: []string{busy.URL, idle.URL}})
	p.targets[0].busy.Store(50)
	for range 200 {
		_, _ = ask(t, p, "GET", "")
	}
	// Two that are taken at random are both the busy one a quarter of the time.
	if n := busy.asked.Load(); n < 10 || n > 100 {
		t.Errorf("%d of 200 went to the busy one, want some 50", n)
	}
	if n := p.targets[1].busy.Load(); n != 0 {
		t.Errorf("%d requests seem to be under way still", n)
	}
}

func TestTargetsAreAskedHowTheyAre(t *testing.T) {
	t.Parallel()
	one, other := newServer(t), newServer(t)
	p, _ := poolOf(t, gate.UpstreamSpec{Targets: []string{one.URL, other.URL}, Health: gate.HealthSpec{Path: "/healthz", Interval: "1m"}})
	now := time.Now()
	beat := func() {
		var asked sync.WaitGroup
		p.look(t.Context(), &asked, now)
		asked.Wait()
		now = now.Add(time.Minute)
	}
	one.code.Store(503)
	beat()
	if p.targets[0].ill.Load() {
		t.Error("one bad answer, and it is left out")
	}
	beat()
	one.asked.Store(0)
	for range 50 {
		_, _ = ask(t, p, "GET", "")
	}
	if n := one.asked.Load(); n != 0 {
		t.Errorf("%d requests went to the one that is not well", n)
	}
	one.code.Store(200)
	beat()
	if !p.targets[0].ill.Load() {
		t.Error("one good answer, and it is well")
	}
	beat()
	for range 50 {
		_, _ = ask(t, p, "GET", "")
	}
	if one.asked.Load() < 5 {
		t.Error("it is well again, and gets nothing")
	}
}

// A target is known by its certificate, knows us by ours, and both may be replaced while
// requests go on.
func TestTargetsAreReachedThroughTLSWithCertificatesOfOurs(t *testing.T) {
	t.Parallel()
	ca := testcert.New(t)
	cert, key := ca.Issue("app", "app.internal")
	ours, ourKey := ca.Issue("gate")
	var last atomic.Value
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		last.Store(r.TLS.PeerCertificates[0].SerialNumber.String())
	}))
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	pem, err := os.ReadFile(ca.File)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	s.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: roots}
	s.StartTLS()
	t.Cleanup(s.Close)
	good := gate.TLSSpec{CA: ca.File, Cert: ours, Key: ourKey, ServerName: "app.internal"}
	p, _ := poolOf(t, gate.UpstreamSpec{Targets: []string{s.URL}, TLS: good})
	if status, err := ask(t, p, "GET", ""); status != http.StatusOK {
		t.Fatalf("%d %v", status, err)
	}
	for name, change := range map[string]func(*gate.TLSSpec){
		"an unknown authority": func(c *gate.TLSSpec) { c.CA = "" },
		"another name":         func(c *gate.TLSSpec) { c.ServerName = "other.internal" },
		"the target's address": func(c *gate.TLSSpec) { c.ServerName = "" },
		"no certificate":       func(c *gate.TLSSpec) { c.Cert, c.Key = "", "" },
	} {
		bad := good
		change(&bad)
		p, _ := poolOf(t, gate.UpstreamSpec{Targets: []string{s.URL}, TLS: bad})
		if status, err := ask(t, p, "GET", ""); err == nil {
			t.Errorf("%s: %d", name, status)
		}
	}
	first := last.Load()
	ca.Issue("gate")
	if changed, err := p.wire.refresh(); !changed || err != nil {
		t.Fatalf("%v %v", changed, err)
	}
	if status, err := ask(t, p, "GET", ""); status != http.StatusOK || last.Load() == first {
		t.Errorf("%d %v: it is shown the certificate of before", status, err)
	}
	if err := os.WriteFile(ours, []byte("half a fi"), 0o600); err != nil {
		t.Fatal(err)
	}
	if changed, err := p.wire.refresh(); changed || err == nil {
		t.Errorf("%v %v: a file that cannot be used", changed, err)
	}
	if status, err := ask(t, p, "GET", ""); status != http.StatusOK {
		t.Errorf("%d %v: what cannot be used has taken the place of what can", status, err)
	}
}

// What a name leads to is looked at when it is connected to. On Linux the unspecified address
// leads to this machine.
func TestTargetsLieInTheNetworksOfUpstreams(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	here := netip.MustParsePrefix("127.0.0.0/8")
	far := []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("::1/128")}
	for name, c := range map[string]struct {
		reach gate.Reach
		host  string
		ok    bool
	}{
		"anywhere":                  {gate.Reach{}, "localhost", true},
		"here":                      {gate.Only(append(far, here)), "localhost", true},
		"elsewhere":                 {gate.Only(far), "localhost", false},
		"nowhere":                   {gate.Only(nil), "localhost", false},
		"unspecified":               {gate.Only(append(far, here)), "0.0.0.0", false},
		"unspecified, of IPv6":      {gate.Only(append(far, here)), "[::]", false},
		"unspecified, and nowhere":  {gate.Only(nil), "0.0.0.0", false},
		"unspecified, IPv6 nowhere": {gate.Only(nil), "[::]", false},
	} {
		u := upstream(t, gate.UpstreamSpec{Targets: []string{strings.Replace(s.URL, "127.0.0.1", c.host, 1)}})
		u.Reach = c.reach
		p, err := newPool(u, &outcomes{}, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ask(t, p, "GET", ""); (err == nil) != c.ok || !c.ok && !errors.Is(err, errElsewhere) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Routes that are read again keep connections and what is known of targets; what says
// something else of an upstream begins anew.
func TestPoolsOutliveTheRoutes(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	all := newPools(&outcomes{}, slog.New(slog.DiscardHandler))
	same, again := upstream(t, gate.UpstreamSpec{Targets: []string{s.URL}}), upstream(t, gate.UpstreamSpec{Targets: []string{s.URL}})
	other := upstream(t, gate.UpstreamSpec{Targets: []string{s.URL}, Timeouts: gate.TimeoutsSpec{Connect: "1s"}})
	get := func(u *gate.Upstream) *pool {
		p, err := all.of(u)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	first := get(same)
	if get(again) != first || get(other) == first {
		t.Error("the same upstream has two pools, or two have one")
	}
	all.keep([]*gate.Upstream{again})
	if get(again) != first || len(all.all) != 1 {
		t.Error("the pool of an upstream that is there is gone, or another's is not")
	}
	broken := upstream(t, gate.UpstreamSpec{Targets: []string{"https://app.internal"}, TLS: gate.TLSSpec{CA: "/nowhere/ca.pem"}})
	r, err := http.NewRequestWithContext(withUpstream(t.Context(), broken), http.MethodGet, "https://app.internal/", nil)
	if err != nil {
		t.Fatal(err)
	}
	if answer, err := all.RoundTrip(r); err == nil {
		t.Errorf("%d from an upstream whose files cannot be read", answer.StatusCode)
	}
	if _, err := all.RoundTrip(r.WithContext(context.Background())); err == nil {
		t.Error("a request that is for no upstream was sent")
	}
}

func TestWhatIsSaidOfUpstreamsIsLookedAt(t *testing.T) {
	t.Parallel()
	for i, c := range []struct {
		spec gate.UpstreamSpec
		want string
	}{
		{gate.UpstreamSpec{TLS: gate.TLSSpec{CA: "ca.pem"}}, "no target is https"},
		{gate.UpstreamSpec{Targets: []string{"https://a"}, TLS: gate.TLSSpec{Cert: "c.pem"}}, "belong together"},
		{gate.UpstreamSpec{Health: gate.HealthSpec{Path: "/a/../b"}}, "spec.health.path"},
		{gate.UpstreamSpec{Health: gate.HealthSpec{Interval: "1s"}}, "spec.health.path"},
		{gate.UpstreamSpec{Health: gate.HealthSpec{Path: "/h", Interval: "0s"}}, "spec.health.interval"},
		{gate.UpstreamSpec{Health: gate.HealthSpec{Path: "/h", Healthy: -1}}, "between 1 and"},
		{gate.UpstreamSpec{Health: gate.HealthSpec{Passive: gate.PassiveSpec{Failures: 101}}}, "between 1 and"},
		{gate.UpstreamSpec{Timeouts: gate.TimeoutsSpec{Connect: "2h"}}, "spec.timeouts.connect"},
		{gate.UpstreamSpec{Retry: gate.RetrySpec{Attempts: 6}}, "spec.retry.attempts"},
		{gate.UpstreamSpec{Retry: gate.RetrySpec{Methods: []string{"POST"}}}, "may be sent twice"},
		{gate.UpstreamSpec{Retry: gate.RetrySpec{When: []string{"500"}}}, "spec.retry.when[0]"},
		{gate.UpstreamSpec{Retry: gate.RetrySpec{Budget: "10"}}, "spec.retry.budget"},
		{gate.UpstreamSpec{Retry: gate.RetrySpec{Budget: "101%"}}, "spec.retry.budget"},
	} {
		if len(c.spec.Targets) == 0 {
			c.spec.Targets = []string{"http://a"}
		}
		_, err := gate.Compile([]gate.Object{{ID: "app", Upstream: &c.spec}})
		if err == nil || !strings.Contains(fmt.Sprintf("%+v", fieldsOf(err)), c.want) {
			t.Errorf("%d: %v %+v, want %q", i, err, fieldsOf(err), c.want)
		}
	}
}

func fieldsOf(err error) []fault.Field {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e.Fields
	}
	return nil
}
