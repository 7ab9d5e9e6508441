package proxy

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/caller"
	"gatehouse/fault"
	"gatehouse/gate"
	"gatehouse/id"
	"gatehouse/web"
)

// scene is a gate before an application that talks on for ever, for a program that may see what
// is its own. All of it runs in a bubble.
type scene struct {
	*Door
	*tidings
	*program
	*counts
	log strings.Builder

	owner atomic.Pointer[string] // whose the resource is, as the application says
	asked atomic.Int64           // how often it was asked
	mute  atomic.Bool            // it does not say whose it is
	plain atomic.Int64           // with what it answers what does not last; 0: it lasts
	seen  atomic.Pointer[http.Header]
	stops func() // is called before it answers; nil: nothing is
}

// program is who calls, and what becomes of who asks about it.
type program struct {
	Callers
	asks    atomic.Int64
	gone    atomic.Int64 // from which question on it may nothing; 0: from none
	broken  int64        // at which question it breaks, 0: at none
	breaks  atomic.Bool  // at each
	slow    int64        // which question hangs, likewise
	hangs   atomic.Bool
	refused atomic.Int64  // recorded refusals
	beyond  atomic.Bool   // it sends too much
	until   time.Time     // when its key ends; zero: never
	lenient bool          // whoever is asked about the key goes by a clock that is behind
	takes   time.Duration // for how long whoever was found is looked for
	wide    bool          // it may see what is others' too
	amid    func()        // is called amid the second question; nil: nothing is
}

// counts are how often what was decided.
type counts struct {
	noMetrics
	mu      sync.Mutex
	decided map[string]int
}

// GateDecided implements Metrics.
func (c *counts) GateDecided(_, outcome string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.decided[outcome]++
}

// tidings is news that may be told at any moment.
type tidings struct {
	mu  sync.Mutex
	now paper
}

func (t *tidings) Next() Changes {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.now.Next()
}

func (t *tidings) Current(context.Context) error { return nil }

func (t *tidings) tells() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.now.tell(&t.now.policy)
}

const itsKey = access.KeyPrefix + "ops"

func newScene(t *testing.T, change func(r *gate.RouteSpec)) *scene {
	t.Helper()
	route := &gate.RouteSpec{
		Match: gate.MatchSpec{Hosts: []string{"api.test"}, Paths: []string{"/orders/{id}"}, Methods: []string{"GET", "POST"}},
		Authorize: gate.AuthorizeSpec{API: "shop", Permission: "orders:read", Resource: gate.ResourceSpec{
			ID: "{id}", Fetch: gate.FetchSpec{Upstream: "app", Path: "/internal/orders/{id}", Fields: []string{"owner_id"}},
		}},
		Stream: gate.StreamSpec{SSE: true, GRPC: true}, Upstream: "app",
	}
	if change != nil {
		change(route)
	}
	protocol := "h2c"
	if route.Stream.WebSocket != nil {
		protocol = ""
	}
	identity := gate.IdentitySpec{Headers: map[string]string{"X-User": "subject", "X-Kind": "kind"}}
	set, err := gate.Compile([]gate.Object{{ID: "app", Upstream: &gate.UpstreamSpec{Targets: []string{"http://app:80"}, Protocol: protocol, Identity: identity}}, {ID: "orders", Route: route}})
	if err != nil {
		t.Fatal(err)
	}
	s := &scene{tidings: &tidings{now: paper{make(chan struct{}), make(chan struct{})}}, program: &program{}, counts: &counts{decided: map[string]int{}}}
	s.says("ops")
	s.Door = &Door{
		Issuer: "https://id.test", Routes: func() *gate.Set { return set }, Callers: s.program, Signer: s, Metrics: s.counts, News: s, Log: slog.New(slog.NewJSONHandler(&s.log, nil)),
		Refuse: web.RefuseWithProblem("https://id.test"), MaxStreams: 10, MaxStreamsOf: 10, Quotas: s.program, transport: s,
	}
	s.assertor = assertor{issuer: s.Issuer, signer: s}
	return s
}

func (s *scene) says(owner string) { s.owner.Store(&owner) }

// Sign implements Signer.
func (s *scene) Sign(context.Context, string, string, []byte) (string, error) { return "signed", nil }

// AuthenticateFor implements Callers.
func (p *program) AuthenticateFor(r *http.Request, api string) (*caller.Caller, error) {
	n := p.asks.Add(1)
	if p.breaks.Load() || n == p.broken {
		panic("a private thought")
	}
	if p.hangs.Load() || n == p.slow {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	if n == 2 && p.amid != nil {
		p.amid()
	}
	who := access.Subject{Kind: access.ServiceAccount, ID: "ops"}
	policy := access.Policy{APIs: []access.API{{
		ID: "shop", Audience: "https://shop.test", Permissions: []access.Permission{{Resource: "orders", Action: "read"}}, Owners: map[string]string{"orders": "owner_id"},
	}}}
	where := access.Where{Place: access.Own}
	if p.wide {
		where.Place = access.Everywhere
	}
	if gone := p.gone.Load(); gone == 0 || n < gone {
		policy.Grants = []access.Grant{{
			ID: "gra_1", Subject: who, Effect: access.Allow, Where: where, Permission: access.Pattern{API: "shop", Resource: "orders", Action: "read"},
		}}
	}
	d := caller.Desk{Keys: oneKey{access.Bearer{Subject: who, Until: p.until}, p.lenient}, Policy: stood{access.Compile(policy)}}
	defer time.Sleep(p.takes)
	return d.AuthenticateFor(r, api)
}

// Refused implements Callers.
func (p *program) Refused(*http.Request, *caller.Caller, error) { p.refused.Add(1) }

// Take implements Quotas.
func (p *program) Take(context.Context, string, int, time.Duration) (wait, whole time.Duration) {
	if p.beyond.Load() {
		return time.Minute, time.Minute
	}
	return 0, 0
}

// oneKey is a keyring with one key.
type oneKey struct {
	of      access.Bearer
	forEver bool // whatever it says of its end
}

func (k oneKey) Bearer(context.Context, string) (access.Bearer, error) {
	if !k.forEver && !k.of.Until.IsZero() && !time.Now().Before(k.of.Until) {
		return access.Bearer{}, fault.New(fault.Unauthenticated, "key.unknown", "The key is over.")
	}
	return k.of, nil
}
func (k oneKey) Read(text string) (id.ServiceKey, bool)  { return "key_ops", text == itsKey }
func (k oneKey) Has(context.Context, id.ServiceKey) bool { return true }

// stood is a policy as it stands.
type stood struct{ *access.Snapshot }

func (s stood) Current(context.Context) (*access.Snapshot, error) { return s.Snapshot, nil }

// RoundTrip is the application.
func (s *scene) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasPrefix(r.URL.Opaque, "/internal/") {
		s.asked.Add(1)
		if s.mute.Load() {
			return nil, errors.New("the application says nothing")
		}
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(`{"owner_id":"` + *s.owner.Load() + `"}`))}, nil
	}
	if s.stops != nil {
		s.stops()
	}
	seen := r.Header.Clone()
	s.seen.Store(&seen)
	if plain := s.plain.Load(); plain != 0 {
		return &http.Response{StatusCode: int(plain), ProtoMajor: 2, Header: http.Header{}, Body: http.NoBody, Request: r}, nil
	}
	kind, talk := "text/event-stream", ": still here\n"
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/grpc") {
		kind, talk = "application/grpc", "\x00\x00\x00\x00\x00"
	}
	if r.Header.Get("Upgrade") != "" {
		return nil, errors.New("the application takes no WebSockets")
	}
	from, to := io.Pipe()
	context.AfterFunc(r.Context(), func() { _ = to.CloseWithError(r.Context().Err()) })
	go func() {
		for {
			if _, err := io.WriteString(to, talk); err != nil {
				return
			}
			time.Sleep(20 * time.Second)
		}
	}()
	return &http.Response{StatusCode: http.StatusOK, ProtoMajor: 2, Header: http.Header{"Content-Type": {kind}}, Body: from, ContentLength: -1, Request: r}, nil
}

// opened is a request to the gate that is under way, or over.
type opened struct {
	*httptest.ResponseRecorder
	over chan struct{}
}

// open sends a request for one order.
func (s *scene) open(t *testing.T, change func(r *http.Request)) *opened {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://api.test/", http.NoBody)
	r.RequestURI = "/orders/1"
	r.Header.Set("Authorization", "Bearer "+itsKey)
	if change != nil {
		change(r)
	}
	o := &opened{httptest.NewRecorder(), make(chan struct{})}
	go func() {
		defer close(o.over)
		defer func() {
			if broken := recover(); broken != nil && broken != http.ErrAbortHandler {
				t.Error(broken)
			}
		}()
		s.ServeHTTP(o, r)
	}()
	return o
}

// asCall makes a call of gRPC of a request.
func asCall(r *http.Request) {
	r.Method, r.ProtoMajor, r.Proto = http.MethodPost, 2, "HTTP/2.0"
	r.Header.Set("Content-Type", "application/grpc")
}

// asSocket makes the beginning of a WebSocket of it.
func asSocket(r *http.Request) {
	for name, value := range map[string]string{"Connection": "Upgrade", "Upgrade": "websocket", "Sec-Websocket-Version": "13", "Sec-Websocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="} {
		r.Header.Set(name, value)
	}
}

// isOver reports whether it is.
func (o *opened) isOver() bool {
	select {
	case <-o.over:
		return true
	default:
		return false
	}
}

// leave ends all of it.
func (s *scene) leave() {
	s.Close()
	time.Sleep(time.Minute) // the application says something, and finds nobody there
}
