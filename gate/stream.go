package gate

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// StreamSpec says which connections of a route may last, and for how long. Whatever ends
// the right to open one ends it.
type StreamSpec struct {
	WebSocket *WebSocketSpec `json:"websocket,omitempty"`
	SSE       bool           `json:"sse,omitempty"`  // answers of text/event-stream
	GRPC      bool           `json:"grpc,omitempty"` // calls of gRPC, over HTTP/2
	// Idle is for how long nothing may be said; default: 60s.
	Idle string `json:"idle,omitempty"`
	// MaxLifetime is how long one may last; default: 8h.
	MaxLifetime string `json:"max_lifetime,omitempty"`
}

// WebSocketSpec says which WebSockets a route takes. An empty one takes those of all
// programs, and of pages of the route's own host.
type WebSocketSpec struct {
	// Origins are pages of which other sites may connect, such as https://app.example.com.
	Origins []string `json:"origins,omitempty"`
	// Subprotocols are those that go on to the upstream; default: all.
	Subprotocols []string `json:"subprotocols,omitempty"`
	// Rate bounds how many messages a visitor sends on one WebSocket; left out, nothing does.
	Rate MessageRateSpec `json:"rate,omitzero"`
}

// MessageRateSpec is what a file says of a MessageRate.
type MessageRateSpec struct {
	Limit string `json:"limit,omitempty"` // such as 20/s
	Burst int    `json:"burst,omitempty"` // at once; default: the number of the limit
}

// MessageRate is how many messages may come on one connection: Burst at once, and one more
// in each Every. The zero MessageRate bounds nothing.
type MessageRate struct {
	Burst int
	Every time.Duration
}

// Stream is a compiled StreamSpec.
type Stream struct {
	WebSocket, SSE, GRPC bool
	Origins              []string // of a WebSocket; empty: the route's own hosts
	Subprotocols         []string // empty: all
	Messages             MessageRate
	Idle, Lifetime       time.Duration
}

// Kinds are which connections may last, none of nil.
func (s *Stream) Kinds() (all []string) {
	if s == nil {
		return nil
	}
	for _, one := range []struct {
		may  bool
		kind string
	}{{s.WebSocket, "websocket"}, {s.SSE, "sse"}, {s.GRPC, "grpc"}} {
		if one.may {
			all = append(all, one.kind)
		}
	}
	return all
}

// The defaults and bounds of a stream.
const (
	defaultIdle     = time.Minute
	maxIdle         = time.Hour
	defaultLifetime = 8 * time.Hour
	maxLifetime     = 24 * time.Hour
	maxOrigins      = 32
)

// TicketProtocol begins the subprotocol in which a ticket travels. An application has none
// of that name.
const TicketProtocol = "gatehouse.ticket."

func (c *compiler) stream(r *Route, spec *StreamSpec) *Stream {
	s := &Stream{
		WebSocket: spec.WebSocket != nil, SSE: spec.SSE, GRPC: spec.GRPC,
		Idle:     c.duration("spec.stream.idle", spec.Idle, defaultIdle, maxIdle),
		Lifetime: c.duration("spec.stream.max_lifetime", spec.MaxLifetime, defaultLifetime, maxLifetime),
	}
	if !s.WebSocket && !s.SSE && !s.GRPC {
		if spec.Idle != "" || spec.MaxLifetime != "" {
			c.problem("spec.stream", "has neither websocket, sse nor grpc")
		}
		return nil
	}
	if s.WebSocket {
		c.webSocket(r, s, spec.WebSocket)
	}
	if s.GRPC {
		c.grpc(r)
	}
	return s
}

func (c *compiler) webSocket(r *Route, s *Stream, spec *WebSocketSpec) {
	if !r.takes("GET") {
		c.problem("spec.stream.websocket", "is there, and the route does not take GET, by which a WebSocket begins")
	}
	if r.Upstream != nil && r.Upstream.H2C {
		c.problem("spec.stream.websocket", "is there, and the upstream speaks h2c; a WebSocket needs HTTP/1.1")
	}
	if len(spec.Origins)+len(spec.Subprotocols) > maxOrigins {
		c.problem("spec.stream.websocket", "names more than %d origins and subprotocols", maxOrigins)
	}
	for i, origin := range spec.Origins {
		if !isOrigin(origin) {
			c.problem(fmt.Sprintf("spec.stream.websocket.origins[%d]", i), "must be http:// or https:// with a host in small letters and perhaps a port, and nothing after it")
		}
	}
	for i, name := range spec.Subprotocols {
		if !isToken(name) || strings.HasPrefix(name, TicketProtocol) {
			c.problem(fmt.Sprintf("spec.stream.websocket.subprotocols[%d]", i), "must be the name of a subprotocol, such as orders.v1")
		}
	}
	s.Origins, s.Subprotocols = spec.Origins, spec.Subprotocols
	if spec.Rate != (MessageRateSpec{}) {
		s.Messages.Burst, s.Messages.Every = c.pace("spec.stream.websocket.rate", spec.Rate.Limit, spec.Rate.Burst)
	}
}

// isOrigin reports whether text is an origin as browsers write it: no port that is the
// scheme's own, nothing in capitals.
func isOrigin(text string) bool {
	t, ok := parseTarget(text)
	if !ok || t.Scheme+"://"+t.Host != text {
		return false
	}
	u, err := url.Parse(text)
	return err == nil && u.Port() != map[string]string{"http": "80", "https": "443"}[t.Scheme]
}

// isToken reports whether text is a token of HTTP (RFC 9110 section 5.6.2).
func isToken(text string) bool {
	return text != "" && len(text) <= 64 && strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~") == ""
}

func (c *compiler) grpc(r *Route) {
	if !r.takes("POST") {
		c.problem("spec.stream.grpc", "is true, and the route does not take POST, by which gRPC calls")
	}
	plain := func(t Target) bool { return t.Scheme == "http" }
	if r.Upstream != nil && !r.Upstream.H2C && slices.ContainsFunc(r.Upstream.Targets, plain) {
		c.problem("spec.stream.grpc", "is true, and the upstream speaks HTTP/1.1; gRPC needs protocol: h2c, or https")
	}
}

// Sum is what somebody's words come to, to tell whether they say the same as before.
type Sum [sha256.Size]byte

// served is what of a route its requests depend on: its tests may change under open streams.
func (s RouteSpec) served() RouteSpec {
	s.Tests = nil
	return s
}

func sumOf(parts ...any) Sum {
	text, err := json.Marshal(parts)
	if err != nil { // of texts, numbers and lists of them nothing is unwritable
		panic(err)
	}
	return sha256.Sum256(text)
}
