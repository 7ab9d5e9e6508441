// Package proxy is the gate's door: a reverse proxy that stands before protected APIs and
// enforces on every request what package access decides.
//
// A request is read once, in its one spelling (package gate); its route says what is asked
// of whoever sent it; the policy of this moment answers; and what goes on to the upstream
// is written anew: the path that was decided by, none of the headers by which an upstream
// knows whom it can trust, and an assertion of ours that says who calls and what they were
// allowed.
//
// Its files, by the steps of a request; proxy.go has the way through all of them:
//
//   - It is read: request, upgrade and lasting (what may last), ticket.
//   - The gate's own pages: entrance (sign-in and sign-out), people (pages for browsers),
//     mcp (metadata). Questions of browsers: cors.
//   - It is admitted: admit, credentials, elsewhere, browser and crosssite (who calls), rate,
//     weigh and fetch (may they, and what that depends on), filter (lists), mcpcall (tools),
//     shadow.
//   - It goes on, and the answer back: forward, exchange (what does not last), headers,
//     assertion, answer.
//   - Where to: pools and pool (which target), health, wire and transports (connections), lane
//     and link (those of requests without a body).
//   - What lasts: stream, streams and their ends; socket, frames and meter (WebSockets), body
//     (server-sent events and gRPC).
//   - Behind other proxies: check, edge, dialect; package envoy is another one.
//   - Beside requests: line (the log), trial (tests of routes), decided (the log of decisions),
//     replay.
package proxy

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"gatehouse/caller"
	"gatehouse/fault"
	"gatehouse/gate"
	"gatehouse/id"
	"gatehouse/web"
)

// Callers knows who calls; *caller.Desk does.
type Callers interface {
	AuthenticateFor(r *http.Request, api string) (*caller.Caller, error)
	// OfIssuer returns who acts by another issuer's token, which is asked about it or not.
	OfIssuer(r *http.Request, i *gate.Issuer, token string, asked bool) (*caller.Caller, error)
	// OfCertificate returns who acts by the client certificate of a connection.
	OfCertificate(r *http.Request, a *gate.ClientCA, shown []*x509.Certificate) (*caller.Caller, error)
	// Browser returns the person whose browser has the token of a cookie of the gate's.
	Browser(r *http.Request, token, host string) (*caller.Caller, error)
	// Fresh returns a caller by what is known at this moment.
	Fresh(ctx context.Context, c *caller.Caller) (*caller.Caller, error)
	// Refused records an answer that says what right a caller lacks.
	Refused(r *http.Request, c *caller.Caller, err error)
}

// Signer signs what an upstream is told; *keys.Ring does.
type Signer interface {
	Sign(ctx context.Context, alg, typ string, payload []byte) (string, error)
}

// Metrics counts; outcomes and routes are from closed sets.
type Metrics interface {
	// GateDecided counts a decision: allow, deny, challenge, unknown (nobody was known),
	// limited (too many requests) or error, of a route.
	GateDecided(route, outcome string)
	// GateServed counts an answer to a request of a route, "" for none.
	GateServed(route, method string, status int, took time.Duration)
	// GateUpstream counts what became of a request that was sent to an upstream: answered,
	// failed (5xx), slow, lost, gone (the visitor was), or that it was retried.
	GateUpstream(upstream, outcome string)
	// GateTargets says how many targets of an upstream get requests, and how many do not;
	// GateTargetsGone, that no route has that upstream any more.
	GateTargets(upstream string, well, out int)
	GateTargetsGone(upstream string)
	// GateStreamOpened counts a connection that lasts: websocket, sse or grpc.
	GateStreamOpened(kind string)
	// GateStreamEnded counts its end, and why: done (by those who spoke), refused (the
	// right to it was over), unknown (nobody knew whether it was), route, lifetime, idle,
	// size, rate, broken or closing.
	GateStreamEnded(kind, route, why string)
}

// Door is the gate. All fields but Trusted, Decisions, Issuers and Ports must be set; call Open once.
type Door struct {
	Issuer string
	// Routes are those of this moment, never nil.
	Routes  func() *gate.Set
	Callers Callers
	Signer  Signer
	Metrics Metrics
	Quotas  Quotas
	Log     *slog.Logger
	// Refuse tells programs that they are refused, and Pages people at browsers, whom
	// People names. Static has what pages load, at web.PathGateStatic.
	Refuse    web.Refuser
	Pages     Pages
	People    People
	Static    http.Handler
	Entrances Entrances
	// Flood bounds bad sign-ins of an address; SessionAge is for how long browsers keep the
	// cookie of a good one.
	Flood      web.Flood
	SessionAge func() time.Duration
	// Trusted are the networks of proxies before the gate whose X-Forwarded-For counts.
	Trusted []netip.Prefix
	// Decisions keeps what was decided; nil: nothing does.
	Decisions Decisions
	// Ports are those that the host of a request may name, beside those of the schemes.
	Ports []int
	// News tells when streams are to be asked again.
	News News
	// MaxStreams is how many connections may last at a time, MaxStreamsOf how many of one
	// caller.
	MaxStreams, MaxStreamsOf int
	// Issuers is told which issuers there are, whenever Keep looks: what is remembered by the
	// word of others may be forgotten. Nil: nobody remembers.
	Issuers func(present []*gate.Issuer)
	// Tickets are what WebSockets of pages come with.
	Tickets Tickets

	transport http.RoundTripper // pools: to the upstream that the request's context has
	pools     *pools
	assertor  assertor
	streams   streams
	port      string // of the issuer, if that is on this machine
}

// Open prepares the door, and reports at the start what it would miss at the first
// request.
func (d *Door) Open() error {
	for _, field := range []struct {
		name    string
		missing bool
	}{
		{"Issuer", d.Issuer == ""},
		{"Routes", d.Routes == nil},
		{"Callers", d.Callers == nil},
		{"Signer", d.Signer == nil},
		{"Metrics", d.Metrics == nil},
		{"Quotas", d.Quotas == nil},
		{"Log", d.Log == nil},
		{"Refuse", d.Refuse == nil},
		{"Pages", d.Pages == nil},
		{"People", d.People == nil},
		{"Static", d.Static == nil},
		{"Entrances", d.Entrances == nil},
		{"Flood", d.Flood.Limiter == nil || d.Flood.Log == nil},
		{"SessionAge", d.SessionAge == nil},
		{"News", d.News == nil},
		{"MaxStreams", d.MaxStreams == 0 || d.MaxStreamsOf == 0},
		{"Tickets", d.Tickets.Once == nil},
	} {
		if field.missing {
			return fmt.Errorf("open the gate: %s is not set", field.name)
		}
	}
	d.pools = newPools(d.Metrics, d.Log)
	d.transport = d.pools
	d.port = web.PortHere(d.Issuer)
	d.assertor = assertor{issuer: d.Issuer, signer: d.Signer}
	return nil
}

// ServeHTTP answers one request: it is forwarded, or refused.
func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if name, ok := edgeOf(r); ok {
		d.serveEdge(w, r, name)
		return
	}
	p := &passage{door: d, w: w, r: r, start: time.Now()}
	p.open(r.Context())
	p.hurry(refusalTimeout) // a route may give more
	defer p.close()
	if err := p.pass(); err != nil {
		p.refuse(err)
	}
}

// refusalTimeout bounds a request that is not forwarded.
const refusalTimeout = 10 * time.Second

// passage is one request on its way through the gate.
type passage struct {
	door  *Door
	w     http.ResponseWriter
	r     *http.Request
	start time.Time
	edge  *gate.Edge // that asks about it; nil: it came to the gate itself
	// permitted is whether the edge is told that it may go on.
	permitted bool

	info     *web.Info
	status   status
	request  request
	set      *gate.Set // the routes of the moment in which it came
	match    gate.Match
	caller   *caller.Caller // nil: nobody is known
	call     *call          // of a tool; nil: it is none
	decision verdict
	settled  bool // what was decided was counted and kept
	limited  bool // whether the answer tells of limits of ours
	// signedOut is whether the browser sent a cookie that is no session, or not any more.
	signedOut bool

	kind    string   // of the stream that it may become, "" for none
	upgrade *upgrade // of a WebSocket
	kept    kept
	again   bool // a stream is asked again: nothing is counted or kept
	stop    context.CancelCauseFunc
	late    *time.Timer // for an answer that may last
	reply   *body       // of a call of gRPC
	stream  *stream     // nil: it is none
}

// pass takes the request through, or returns why it does not go through.
func (p *passage) pass() (err error) {
	if p.set == nil { // whoever asks for another proxy was known by those of a moment
		p.set = p.door.Routes()
	}
	if p.request, err = read(p.r, p.ports()); err != nil {
		return err
	}
	if p.edge == nil && p.request.path.Reserved() {
		return p.own()
	}
	if m := p.set.Protected(p.request.host, p.request.path.String()); m != nil && p.edge == nil {
		return p.metadata(m)
	}
	if answered, err := p.preflight(); answered || err != nil {
		return err
	}
	if p.match, err = p.find(); err != nil {
		return err
	}
	if err := tooEarly(p.r); err != nil {
		return err
	}
	p.welcome()
	if err := p.asksStream(); err != nil {
		return err
	}
	if err := p.admit(); err != nil {
		return err
	}
	if p.edge != nil {
		return p.permit()
	}
	return p.forward()
}

func (p *passage) open(ctx context.Context) {
	p.info = &web.Info{ID: id.NewRequest(), IP: web.ClientIP(p.r, p.door.Trusted), Start: p.start}
	p.r = p.r.WithContext(web.WithInfo(ctx, p.info))
	p.status.ResponseWriter = p.w
}

// refuse answers with why the request does not go on. What an upstream began to answer
// already is cut off instead.
func (p *passage) refuse(err error) {
	if p.status.code != 0 {
		panic(http.ErrAbortHandler)
	}
	h := p.status.Header()
	h.Set("X-Request-Id", string(p.info.ID))
	if p.signedOut {
		p.cookies().ClearSession(&p.status)
	}
	if p.leads(err) {
		return
	}
	caller.SetChallenge(h, err)
	p.pointToMetadata(h)
	if m, ok := errors.AsType[*gate.MethodError](err); ok {
		h.Set("Allow", strings.Join(m.Allow, ", "))
	}
	if p.caller != nil {
		p.r.Pattern = "of the route " + p.match.Route.ID + " " + p.request.path.String() // what they wanted, for the record
		p.door.Callers.Refused(p.r, p.caller, err)
	}
	if fault.Is(err, fault.Malformed) && p.edge == nil {
		h.Set("Connection", "close") // who writes so may not agree with us on where it ends
	}
	web.Refuse(&p.status, p.r, p.door.Log, err, p.toldTo(err))
}

// close counts the request and writes its line in the log, also when the answer was cut
// off.
func (p *passage) close() {
	broken := recover()
	if broken != nil && broken != http.ErrAbortHandler {
		broken = p.panicked(broken)
	}
	route := ""
	if p.match.Route != nil {
		route = p.match.Route.ID
	}
	took := time.Since(p.start)
	if p.stream != nil {
		took = p.stream.begun.Sub(p.start) // what lasts was answered when it began
	}
	p.door.Metrics.GateServed(route, web.Method(p.r.Method), p.status.code, took)
	p.log(route)
	if broken != nil {
		panic(broken)
	}
}

// status remembers what was answered.
type status struct {
	http.ResponseWriter
	code int
}

// WriteHeader notes the answer. Those of 1xx, which come before it, are left away: their
// headers were looked at by nobody.
func (s *status) WriteHeader(code int) {
	if code < http.StatusOK {
		return
	}
	if s.code == 0 {
		s.code = code
	}
	s.ResponseWriter.WriteHeader(code)
}

func (s *status) Write(b []byte) (int, error) {
	if s.code == 0 {
		s.code = http.StatusOK
	}
	return s.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (s *status) Unwrap() http.ResponseWriter { return s.ResponseWriter }
