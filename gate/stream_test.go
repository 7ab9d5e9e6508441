package gate

import (
	"errors"
	"strings"
	"testing"
	"time"

	"gatehouse/fault"
)

func lasting(s StreamSpec, methods ...string) Object {
	o := route("a", "api.test", strings.Join(methods, " "), "/x")
	o.Route.Stream = s
	return o
}

func TestARouteSaysWhatLasts(t *testing.T) {
	t.Parallel()
	s := compiled(t, lasting(StreamSpec{WebSocket: &WebSocketSpec{Origins: []string{"https://app.test", "http://localhost:8081"}, Subprotocols: []string{"orders.v1"}}, SSE: true}, "GET"))
	got := s.Routes()[0].Stream
	if got == nil || !got.WebSocket || !got.SSE || got.GRPC || got.Idle != time.Minute || got.Lifetime != 8*time.Hour || len(got.Origins) != 2 {
		t.Errorf("%+v", got)
	}
	if s := compiled(t, route("a", "api.test", "GET", "/x")); s.Routes()[0].Stream != nil {
		t.Error("something lasts on a route that says nothing of it")
	}
}

// Streams that are open go on for as long as their route has the same sum.
func TestATestOfARouteIsNoPartOfWhatItServes(t *testing.T) {
	t.Parallel()
	sum := func(change func(s *RouteSpec)) Sum {
		o := lasting(StreamSpec{SSE: true}, "GET")
		change(o.Route)
		return compiled(t, o).Routes()[0].Sum
	}
	before := sum(func(*RouteSpec) {})
	for name, c := range map[string]struct {
		change func(s *RouteSpec)
		same   bool
	}{
		"nothing": {func(*RouteSpec) {}, true},
		"a test":  {func(s *RouteSpec) { s.Tests = []TestSpec{{Do: "GET /x", Expect: "unauthenticated"}} }, true},
		"a mode":  {func(s *RouteSpec) { s.Mode = "shadow" }, false},
		"a bound": {func(s *RouteSpec) { s.Stream.Idle = "30s" }, false},
	} {
		if got := sum(c.change) == before; got != c.same {
			t.Errorf("%s changes: the sum is the same: %t, want %t", name, got, c.same)
		}
	}
}

func TestStreamsThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	socket := func(s WebSocketSpec) StreamSpec { return StreamSpec{WebSocket: &s} }
	for name, c := range map[string]struct {
		objects []Object
		want    string
	}{
		"nothing that lasts":       {[]Object{lasting(StreamSpec{Idle: "5s"}, "GET"), up}, "objects[0].spec.stream"},
		"idle for ever":            {[]Object{lasting(StreamSpec{SSE: true, Idle: "2h"}, "GET"), up}, "objects[0].spec.stream.idle"},
		"lasting for ever":         {[]Object{lasting(StreamSpec{SSE: true, MaxLifetime: "48h"}, "GET"), up}, "objects[0].spec.stream.max_lifetime"},
		"a WebSocket by POST":      {[]Object{lasting(socket(WebSocketSpec{}), "POST"), up}, "objects[0].spec.stream.websocket"},
		"an origin with a path":    {[]Object{lasting(socket(WebSocketSpec{Origins: []string{"https://app.test/"}}), "GET"), up}, "objects[0].spec.stream.websocket.origins[0]"},
		"an origin in capitals":    {[]Object{lasting(socket(WebSocketSpec{Origins: []string{"https://App.test"}}), "GET"), up}, "objects[0].spec.stream.websocket.origins[0]"},
		"an origin with its port":  {[]Object{lasting(socket(WebSocketSpec{Origins: []string{"https://app.test:443"}}), "GET"), up}, "objects[0].spec.stream.websocket.origins[0]"},
		"any origin":               {[]Object{lasting(socket(WebSocketSpec{Origins: []string{"*"}}), "GET"), up}, "objects[0].spec.stream.websocket.origins[0]"},
		"the origin null":          {[]Object{lasting(socket(WebSocketSpec{Origins: []string{"null"}}), "GET"), up}, "objects[0].spec.stream.websocket.origins[0]"},
		"an odd subprotocol":       {[]Object{lasting(socket(WebSocketSpec{Subprotocols: []string{"a b"}}), "GET"), up}, "objects[0].spec.stream.websocket.subprotocols[0]"},
		"a ticket as one":          {[]Object{lasting(socket(WebSocketSpec{Subprotocols: []string{TicketProtocol + "x"}}), "GET"), up}, "objects[0].spec.stream.websocket.subprotocols[0]"},
		"gRPC by GET":              {[]Object{lasting(StreamSpec{GRPC: true}, "GET"), {ID: "up", Upstream: &UpstreamSpec{Targets: []string{"https://a.test"}}}}, "objects[0].spec.stream.grpc"},
		"gRPC over HTTP/1.1":       {[]Object{lasting(StreamSpec{GRPC: true}, "POST"), up}, "objects[0].spec.stream.grpc"},
		"a WebSocket over h2c":     {[]Object{lasting(socket(WebSocketSpec{}), "GET"), {ID: "up", Upstream: &UpstreamSpec{Targets: []string{"http://a.test"}, Protocol: "h2c"}}}, "objects[0].spec.stream.websocket"},
		"h2c with TLS":             {[]Object{{ID: "up", Upstream: &UpstreamSpec{Targets: []string{"https://a.test"}, Protocol: "h2c"}}}, "objects[0].spec.targets[0]"},
		"another protocol":         {[]Object{{ID: "up", Upstream: &UpstreamSpec{Targets: []string{"http://a.test"}, Protocol: "h3"}}}, "objects[0].spec.protocol"},
		"gRPC over h2c, and TLS":   {[]Object{lasting(StreamSpec{GRPC: true}, "POST"), {ID: "up", Upstream: &UpstreamSpec{Targets: []string{"http://a.test", "https://b.test"}}}}, "objects[0].spec.stream.grpc"},
		"gRPC over TLS, well said": {[]Object{lasting(StreamSpec{GRPC: true}, "POST"), {ID: "up", Upstream: &UpstreamSpec{Targets: []string{"https://b.test"}}}}, ""},
		"gRPC over h2c, well said": {[]Object{lasting(StreamSpec{GRPC: true}, "POST"), {ID: "up", Upstream: &UpstreamSpec{Targets: []string{"http://b.test"}, Protocol: "h2c"}}}, ""},
	} {
		_, err := Compile(c.objects)
		var got []string
		if f, ok := errors.AsType[*fault.Error](err); ok {
			for _, field := range f.Fields {
				got = append(got, field.Name)
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// Two routes have the same sum when they say the same, and go to the same.
func TestARouteKnowsWhetherItSaysTheSame(t *testing.T) {
	t.Parallel()
	sum := func(change func(r *RouteSpec, u *UpstreamSpec)) Sum {
		r, u := lasting(StreamSpec{SSE: true}, "GET"), UpstreamSpec{Targets: []string{"http://127.0.0.1:9"}}
		change(r.Route, &u)
		s, err := Compile([]Object{r, {ID: "up", Upstream: &u}})
		if err != nil {
			t.Fatal(err)
		}
		return s.Routes()[0].Sum
	}
	same := sum(func(*RouteSpec, *UpstreamSpec) {})
	if sum(func(*RouteSpec, *UpstreamSpec) {}) != same {
		t.Error("it does not know itself")
	}
	for name, change := range map[string]func(r *RouteSpec, u *UpstreamSpec){
		"another bound":    func(r *RouteSpec, _ *UpstreamSpec) { r.Limits.Body = "2KiB" },
		"another mode":     func(r *RouteSpec, _ *UpstreamSpec) { r.Mode = "shadow" },
		"another target":   func(_ *RouteSpec, u *UpstreamSpec) { u.Targets[0] = "http://127.0.0.1:10" },
		"another audience": func(_ *RouteSpec, u *UpstreamSpec) { u.Identity.Audience = "shop" },
	} {
		if sum(change) == same {
			t.Errorf("%s makes no difference", name)
		}
	}
}
