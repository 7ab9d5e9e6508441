package housetest

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/config"
	"gatehouse/internal/gatetest"
	"gatehouse/internal/streamtest"
	"gatehouse/oauth"
)

// streaming is a Gatehouse whose gate stands before a talker, and Ada, who may see orders.
type streaming struct {
	*deciding
	*listeningGate
	talker *streamtest.Talker
	folder string
	token  string
}

func newStreaming(t *testing.T, change ...func(*config.Config)) *streaming {
	t.Helper()
	app, folder := streamtest.NewTalker(t), t.TempDir()
	s := &streaming{talker: app, folder: folder}
	s.routes(t, lastingRoutes)
	s.deciding = newDeciding(t, gatetest.New(t, append(change, withRoutes(folder))...))
	s.listeningGate = listenAtGate(t, s.Gate)
	s.token = (&gated{deciding: s.deciding}).customer().Tokens(s.Browser(), s.ada).Text("access_token")
	return s
}

func (s *streaming) routes(t *testing.T, text string) {
	t.Helper()
	must(t, os.WriteFile(filepath.Join(s.folder, "routes.yaml"), []byte(strings.ReplaceAll(text, "APP", s.talker.URL)), 0o600))
}

// routed has the gate take its files.
func (s *streaming) routed(t *testing.T) {
	t.Helper()
	(&gated{deciding: s.deciding}).routed(t)
}

// holds opens a stream of each kind, and finds all well.
func (s *streaming) holds(t *testing.T, path string) map[string]*heldOpen {
	t.Helper()
	all := map[string]*heldOpen{}
	for kind, open := range kindsOfStreams {
		h, err := open(t, s.listeningGate, path, s.token)
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		if got := h.goesOn(); got != goesOn {
			t.Fatalf("%s %s", kind, got)
		}
		all[kind] = h
	}
	return all
}

// over waits until a stream has ended.
func (h *heldOpen) over(t *testing.T) *heldOpen {
	t.Helper()
	select {
	case <-h.Ended:
	case <-time.After(hangs):
		t.Fatal("it goes on")
	}
	return h
}

// Each kind is told in its own way that it is over, and why.
func TestAStreamIsToldWhyItEnds(t *testing.T) {
	t.Parallel()
	s := newStreaming(t)
	all := s.holds(t, "/shop")
	_, err := s.House.Access.Revoke(t.Context(), gatetest.Console, s.grant.ID, "over")
	must(t, err)
	for kind, want := range map[string]string{"WebSocket": "4403", "events": "gatehouse", "gRPC": "7"} {
		h := all[kind].over(t)
		if h.Status != want || h.Reason != "caller.forbidden" {
			t.Errorf("%s ends with %s %s", kind, h.Status, h.Reason)
		}
		if _, err := kindsOfStreams[kind](t, s.listeningGate, "/shop", s.token); !errors.Is(err, errRefusedAtTheDoor{Status: http.StatusForbidden}) {
			t.Errorf("%s, once more: %v", kind, err)
		}
	}
	if log := s.Log.String(); strings.Count(log, `"ended":"refused"`) != 3 || strings.Contains(log, s.token) {
		t.Error("the log does not say how they ended")
	}
}

// What ends by the clock ends then, without news of anybody.
func TestAStreamEndsWithTheRightThatOpenedIt(t *testing.T) {
	t.Parallel()
	s := newStreaming(t)
	_, err := s.House.Access.Revoke(t.Context(), gatetest.Console, s.grant.ID, "too long")
	must(t, err)
	ends := time.Now().Add(2 * time.Second)
	_, err = s.House.Access.Give(t.Context(), gatetest.Console, access.Grant{
		Subject: access.Subject{Kind: access.User, ID: string(s.ada.ID)}, Effect: access.Allow, Where: everywhere, Window: access.Window{ExpiresAt: ends},
		Permission: access.Pattern{API: "shop", Resource: "orders", Action: "read"}, Reason: "for a moment",
	})
	must(t, err)
	s.Settle()
	for kind, open := range kindsOfStreams {
		h, err := open(t, s.listeningGate, "/shop", s.token)
		if no, ok := errors.AsType[errRefusedAtTheDoor](err); ok && no.Status == http.StatusForbidden && time.Now().After(ends) {
			continue // on a machine that is this slow
		}
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		if h.over(t).outcome() != isRefused || h.At.Before(ends) {
			t.Errorf("%s ends with %s %s, %s after the right", kind, h.Status, h.Reason, h.At.Sub(ends))
		}
	}
}

// A route that says something else, or is gone, ends its streams and no others.
func TestAStreamEndsWithItsRoute(t *testing.T) {
	t.Parallel()
	s := newStreaming(t)
	all := s.holds(t, "/shop")
	s.routes(t, strings.Replace(lastingRoutes, `{websocket: {}, sse: true}`, `{websocket: {}, sse: true, idle: 5m}`, 1))
	s.routed(t)
	for _, kind := range []string{"WebSocket", "events"} {
		if h := all[kind].over(t); h.outcome() != isRefused || h.Reason != "gate.route_changed" {
			t.Errorf("%s ends with %s %s", kind, h.Status, h.Reason)
		}
	}
	if got := all["gRPC"].goesOn(); got != goesOn {
		t.Errorf("a stream of another route %s", got)
	}
	s.routes(t, lastingRoutes[:strings.LastIndex(lastingRoutes, "---\napiVersion: gatehouse/v1\nkind: Route\nmetadata: {id: shop-calls}")])
	s.routed(t)
	if h := all["gRPC"].over(t); h.outcome() != isRefused {
		t.Errorf("a call of a route that is gone ends with %s %s", h.Status, h.Reason)
	}
}

// In shadow nothing ends but by itself: the log says what would have.
func TestARouteInShadowEndsNoStream(t *testing.T) {
	t.Parallel()
	s := newStreaming(t)
	s.routes(t, strings.ReplaceAll(lastingRoutes, "spec:\n  match", "spec:\n  mode: shadow\n  match"))
	s.routed(t)
	all := s.holds(t, "/shop")
	_, err := s.House.Access.Revoke(t.Context(), gatetest.Console, s.grant.ID, "over")
	must(t, err)
	soon(t, "the log says that they would end", func() bool { return strings.Count(s.Log.String(), "gate stream would end") == len(all) })
	for kind, h := range all {
		if got := h.goesOn(); got != goesOn {
			t.Errorf("%s %s", kind, got)
		}
	}
}

// A caller has so many streams and no more, and one that is over makes room.
func TestACallerHasABoundedNumberOfStreams(t *testing.T) {
	t.Parallel()
	s := newStreaming(t, func(c *config.Config) { c.Gate.MaxStreamsPerCaller = 3 })
	all := s.holds(t, "/shop")
	for kind, open := range kindsOfStreams {
		if _, err := open(t, s.listeningGate, "/shop", s.token); !errors.Is(err, errRefusedAtTheDoor{Status: http.StatusTooManyRequests}) {
			t.Errorf("one %s more: %v", kind, err)
		}
	}
	other := s.App("other", func(c *oauth.Client) { c.Audiences = []string{shopAudience} })
	bob := other.Tokens(s.Browser(), s.Person("bob")).Text("access_token")
	if _, err := holdEvents(t, s.listeningGate, "/shop", bob); !errors.Is(err, errRefusedAtTheDoor{Status: http.StatusForbidden}) {
		t.Errorf("somebody else: %v", err)
	}
	all["gRPC"].Close()
	if h := all["gRPC"].over(t); h.Status != "0" {
		t.Errorf("a call that is over ends with %s %s", h.Status, h.Reason)
	}
	soon(t, "there is room again", func() bool {
		h, err := holdWebSocket(t, s.listeningGate, "/shop", s.token)
		return err == nil && h.goesOn() == goesOn
	})
}

// What says nothing for long ends, and so does what lasts for long; a program may begin
// anew.
func TestAStreamIsBoundedByTheClock(t *testing.T) {
	t.Parallel()
	s := newStreaming(t)
	for bound, code := range map[string]string{"idle: 1s": "gate.stream_idle", "max_lifetime: 1s": "gate.stream_lifetime"} {
		text := strings.ReplaceAll(lastingRoutes, "sse: true}", "sse: true, "+bound+"}")
		s.routes(t, strings.ReplaceAll(text, "grpc: true}", "grpc: true, "+bound+"}"))
		s.routed(t)
		all := map[string]*heldOpen{}
		for kind, open := range kindsOfStreams {
			h, err := open(t, s.listeningGate, "/shop", s.token)
			must(t, err)
			all[kind] = h
		}
		for kind, want := range map[string]string{"WebSocket": "1001", "events": "gatehouse", "gRPC": "14"} {
			if h := all[kind].over(t); h.Status != want || h.Reason != code {
				t.Errorf("%s, %s ends with %s %s", bound, kind, h.Status, h.Reason)
			}
		}
	}
}

// A gate that stops tells those who hold streams open, and takes no more.
func TestAGateThatStopsEndsItsStreams(t *testing.T) {
	t.Parallel()
	s := newStreaming(t)
	all := s.holds(t, "/shop")
	s.Server.CloseGate()
	for kind, want := range map[string]string{"WebSocket": "1001", "events": "gatehouse", "gRPC": "14"} {
		if h := all[kind].over(t); h.Status != want || h.Reason != "gate.closing" {
			t.Errorf("%s ends with %s %s", kind, h.Status, h.Reason)
		}
		if _, err := kindsOfStreams[kind](t, s.listeningGate, "/shop", s.token); !errors.Is(err, errRefusedAtTheDoor{Status: http.StatusServiceUnavailable}) {
			t.Errorf("another %s: %v", kind, err)
		}
	}
}

// What is no WebSocket, and what is one where the route takes none, stops at the gate.
func TestAnUpgradeThatTheRouteDoesNotAllowStopsAtTheGate(t *testing.T) {
	t.Parallel()
	s := newStreaming(t)
	const key, version = "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Version: 13"
	usual := []string{"Connection: Upgrade", "Upgrade: websocket", key, version}
	ask := func(line string, header ...string) string {
		return line + "\r\nHost: gate.example.test\r\n" + bearer(s.token) + "\r\n" + strings.Join(header, "\r\n") + "\r\n\r\n"
	}
	for name, c := range map[string]struct {
		lines string
		want  int
	}{
		"M4 h2c":                 {ask("GET /shop/ws HTTP/1.1", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"), 400},
		"M4 h2c in two headers":  {ask("GET /shop/ws HTTP/1.1", "Connection: Upgrade", "Connection: HTTP2-Settings", "Upgrade: h2c"), 400},
		"M4 h2c without a word":  {ask("GET /shop/ws HTTP/1.1", "HTTP2-Settings: AAMAAABkAAQAAP__"), 400},
		"M4 beside a WebSocket":  {ask("GET /shop/ws HTTP/1.1", "Connection: Upgrade", "Upgrade: websocket, h2c", key, version), 400},
		"M4 in another header":   {ask("GET /shop/ws HTTP/1.1", append([]string{"Upgrade: h2c"}, usual...)...), 400},
		"M4 TLS":                 {ask("GET /shop/ws HTTP/1.1", "Connection: Upgrade", "Upgrade: TLS/1.3"), 400},
		"M4 not said":            {ask("GET /shop/ws HTTP/1.1", "Upgrade: websocket", key, version), 400},
		"M4 not said to what":    {ask("GET /shop/ws HTTP/1.1", "Connection: Upgrade", key, version), 400},
		"M4 by POST":             {ask("POST /shop/grpc HTTP/1.1", append([]string{"Content-Length: 0"}, usual...)...), 400},
		"M4 with a body":         {ask("GET /shop/ws HTTP/1.1", append([]string{"Content-Length: 2"}, usual...)...) + "hi", 400},
		"M4 in chunks":           {ask("GET /shop/ws HTTP/1.1", append([]string{"Transfer-Encoding: chunked"}, usual...)...) + "0\r\n\r\n", 400},
		"M5 version 777":         {ask("GET /shop/ws HTTP/1.1", "Connection: Upgrade", "Upgrade: websocket", key, "Sec-WebSocket-Version: 777"), 400},
		"M5 two versions":        {ask("GET /shop/ws HTTP/1.1", append([]string{"Sec-WebSocket-Version: 8"}, usual...)...), 400},
		"M5 no key":              {ask("GET /shop/ws HTTP/1.1", "Connection: Upgrade", "Upgrade: websocket", version), 400},
		"M5 a short key":         {ask("GET /shop/ws HTTP/1.1", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: AAAA", version), 400},
		"M5 two keys":            {ask("GET /shop/ws HTTP/1.1", append([]string{key}, usual...)...), 400},
		"M5 HTTP/1.0":            {ask("GET /shop/ws HTTP/1.0", usual...), 400},
		"M5 odd subprotocols":    {ask("GET /shop/ws HTTP/1.1", append([]string{"Sec-WebSocket-Protocol: a, b c"}, usual...)...), 400},
		"M5 a name of ours":      {ask("GET /shop/ws HTTP/1.1", append([]string{"Sec-WebSocket-Protocol: Gatehouse.Ticket.x"}, usual...)...), 400},
		"M7 not on this route":   {ask("GET /plain HTTP/1.1", usual...), 400},
		"a ticket and a token":   {ask("GET /shop/ws HTTP/1.1", append([]string{"Sec-WebSocket-Protocol: gatehouse.ticket.x"}, usual...)...), 400},
		"two tickets":            {ask("GET /shop/ws HTTP/1.1", append([]string{"Sec-WebSocket-Protocol: gatehouse.ticket.x, gatehouse.ticket.y"}, usual...)...), 400},
		"M5 a page of elsewhere": {strings.Replace(ask("GET /shop/ws HTTP/1.1", append([]string{"Origin: https://evil.test"}, usual...)...), bearer(s.token), "Cookie: a=b", 1), 403},
	} {
		s.routes(t, lastingRoutes+plainRoute)
		s.routed(t)
		if status, _, body := rawAt(t, s.plain, c.lines); status != c.want {
			t.Errorf("%s: %d %s, want %d", name, status, body, c.want)
		}
	}
	if seen := s.talker.Seen(); seen != nil {
		t.Errorf("an upgrade reached the application: %v", seen)
	}
}

// plainRoute is one on which nothing lasts.
const plainRoute = `---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: plain}
spec:
  match: {hosts: [gate.example.test], paths: ["/plain"], methods: [GET]}
  authorize: {api: shop, permission: "orders:read"}
  upstream: talker
`

// An upstream that changes to something that it was not asked to, or says so wrongly, is
// answered for with 502.
func TestAnUpstreamThatChangesTheProtocolUnaskedGetsNoTunnel(t *testing.T) {
	t.Parallel()
	s := newStreaming(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = l.Close() })
	answers := make(chan string, 1)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = http.ReadRequest(bufio.NewReader(c))
			_, _ = io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\n"+<-answers+"\r\n\r\nsmuggled")
		}
	}()
	s.routes(t, strings.Replace(lastingRoutes, `targets: ["APP"]`, `targets: ["http://`+l.Addr().String()+`"]`, 1)+plainRoute)
	s.routed(t)
	const good = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ICX+Yqv66kxgM0FcWaLWlFLwTAI="
	upgrade := "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
	for name, c := range map[string]struct {
		path, sent, answer string
		want               int
	}{
		"as it was asked to":       {"/shop/ws", upgrade, good, 101},
		"unasked":                  {"/plain", "", good, 502},
		"unasked, where it may":    {"/shop/ws", "", good, 502},
		"another protocol":         {"/shop/ws", upgrade, strings.Replace(good, "websocket", "h2c", 1), 502},
		"no protocol":              {"/shop/ws", upgrade, strings.Replace(good, "Upgrade: websocket", "X: y", 1), 502},
		"another key":              {"/shop/ws", upgrade, strings.Replace(good, "ICX", "XXX", 1), 502},
		"no key":                   {"/shop/ws", upgrade, "Connection: Upgrade\r\nUpgrade: websocket", 502},
		"a subprotocol":            {"/shop/ws", upgrade, good + "\r\nSec-WebSocket-Protocol: orders.v1", 502},
		"an extension":             {"/shop/ws", upgrade, good + "\r\nSec-WebSocket-Extensions: permessage-deflate", 502},
		"a subprotocol that it is": {"/shop/ws", upgrade + "Sec-WebSocket-Protocol: orders.v1\r\n", good + "\r\nSec-WebSocket-Protocol: orders.v1", 101},
	} {
		answers <- c.answer
		lines := "GET " + c.path + " HTTP/1.1\r\nHost: gate.example.test\r\n" + bearer(s.token) + "\r\n" + c.sent + "\r\n"
		if status, _, body := rawAt(t, s.plain, lines); status != c.want || strings.Contains(body, "smuggled") {
			t.Errorf("%s: %d %q, want %d", name, status, body, c.want)
		}
	}
}

// While nobody knows who may do what no stream goes on for longer than what was known is
// good, and it may begin again when somebody knows.
func TestNoStreamOutlivesWhatIsKnown(t *testing.T) {
	t.Parallel()
	s := newStreaming(t)
	all := s.holds(t, "/shop")
	db := underneath(t, s.Gate)
	mustExec(t, db, "ALTER TABLE versions RENAME TO lost")
	for kind, want := range map[string]string{"WebSocket": "1013", "events": "gatehouse", "gRPC": "14"} {
		if h := all[kind].over(t); h.Status != want || h.Reason != "policy.unknown" && h.Reason != "revocations.unknown" {
			t.Errorf("%s ends with %s %s", kind, h.Status, h.Reason)
		}
		if _, err := kindsOfStreams[kind](t, s.listeningGate, "/shop", s.token); !errors.Is(err, errRefusedAtTheDoor{Status: http.StatusServiceUnavailable}) {
			t.Errorf("another %s: %v", kind, err)
		}
	}
	mustExec(t, db, "ALTER TABLE lost RENAME TO versions")
	s.Settle()
	s.holds(t, "/shop")
}

// What comes behind an answer of gRPC is the outcome of the call, and no word of the gate's.
func TestTrailersPassButThoseOfTheGate(t *testing.T) {
	t.Parallel()
	s := newStreaming(t)
	in, out := io.Pipe()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.secure.URL+"/shop/grpc", in)
	must(t, err)
	r.Host, r.Header = "gate.example.test", http.Header{"Authorization": {"Bearer " + s.token}, "Content-Type": {"application/grpc"}, "Te": {"trailers"}}
	go func() {
		_, _ = out.Write(streamtest.Message("hello"))
		_ = out.Close()
	}()
	answer, err := s.secure.Client().Do(r)
	must(t, err)
	defer answer.Body.Close()
	text, err := streamtest.ReadMessage(answer.Body)
	must(t, err)
	_, err = io.Copy(io.Discard, answer.Body)
	must(t, err)
	if got := answer.Trailer; answer.ProtoMajor != 2 || text != "hello" || got.Get("Grpc-Status") != "0" || got.Get("X-Theirs") != "kept" || got.Get("X-Gatehouse-Sub") != "" {
		t.Errorf("HTTP/%d %q %v", answer.ProtoMajor, text, got)
	}
}

// A message has the bound of the route's body each, however many there are.
func TestAMessageOfAStreamIsBounded(t *testing.T) {
	t.Parallel()
	s := newStreaming(t)
	s.routes(t, strings.ReplaceAll(lastingRoutes, "spec:\n  match", "spec:\n  limits: {body: 1KiB}\n  match"))
	s.routed(t)
	all := s.holds(t, "/shop")
	for kind, want := range map[string]string{"WebSocket": "1009", "gRPC": "8"} {
		h := all[kind]
		for range 3 {
			if got := h.goesOn(); got != goesOn {
				t.Errorf("%s %s", kind, got)
			}
		}
		_ = h.Say(strings.Repeat("x", 1025))
		if h.over(t); h.Status != want || h.Reason != "gate.too_large" {
			t.Errorf("%s ends with %s %s", kind, h.Status, h.Reason)
		}
	}
}

// A visitor says so much and no more, each frame of it; what an application says has no bound.
func TestTheMessagesOfAWebSocketAreBounded(t *testing.T) {
	t.Parallel()
	s := newStreaming(t)
	s.routes(t, strings.ReplaceAll(lastingRoutes, "websocket: {}", `websocket: {rate: {limit: 1/h, burst: 4}}`))
	s.routed(t)
	for name, speaks := range map[string]func(h *heldOpen){
		"messages":   func(h *heldOpen) { _ = h.Say("one too many") },
		"many first": func(h *heldOpen) { _ = h.Say(strings.Repeat("x", 1<<10)); _ = h.Say("one too many") },
	} {
		h, err := holdWebSocket(t, s.listeningGate, "/shop", s.token)
		must(t, err)
		for range map[string]int{"messages": 4, "many first": 3}[name] {
			if got := h.goesOn(); got != goesOn {
				t.Fatalf("%s: it %s", name, got)
			}
		}
		speaks(h)
		if h.over(t); h.Status != "1008" || h.Reason != "gate.message_rate" {
			t.Errorf("%s: it ends with %s %s", name, h.Status, h.Reason)
		}
	}
	other, err := holdWebSocket(t, s.listeningGate, "/shop", s.token)
	must(t, err)
	if got := other.goesOn(); got != goesOn {
		t.Errorf("what one connection said counts against another, which %s", got)
	}
	soon(t, "the log to say how they ended", func() bool { return strings.Count(s.Log.String(), `"ended":"rate"`) == 2 })
}

// A browser sends along what it has for a host, whoever's the page is that connects.
func TestPagesOfOtherSitesOpenNoWebSocket(t *testing.T) {
	t.Parallel()
	s := newStreaming(t)
	s.routes(t, lastingRoutes+strings.Replace(strings.ReplaceAll(plainRoute, "plain", "listed"), "upstream:", "stream: {websocket: {origins: [\"https://app.example.test\"]}}\n  upstream:", 1)+
		strings.Replace(strings.ReplaceAll(plainRoute, "plain", "open"), `authorize: {api: shop, permission: "orders:read"}`, "public: true\n  stream: {websocket: {}}", 1))
	s.routed(t)
	for _, c := range []struct {
		path, origin string
		token        bool
		want         int // 0: a WebSocket
	}{
		{"/shop/ws", "", true, 0},
		{"/shop/ws", "https://evil.test", true, 0}, // no page has the token but whoever got it
		{"/shop/ws", "https://evil.test", false, 403},
		{"/shop/ws", "https://gate.example.test", false, 401},
		{"/shop/ws", "", false, 403}, // no browser
		{"/listed", "https://app.example.test", true, 0},
		{"/listed", "https://gate.example.test", true, 0},
		{"/listed", "https://evil.test", true, 403},
		{"/listed", "http://app.example.test", true, 403},
		{"/listed", "null", true, 403},
		{"/listed", "", true, 0},
		{"/open", "", false, 0},
		{"/open", "https://gate.example.test", false, 0},
		{"/open", "https://evil.test", false, 403},
	} {
		header := http.Header{}
		if c.origin != "" {
			header.Set("Origin", c.origin)
		}
		if c.token {
			header.Set("Authorization", "Bearer "+s.token)
		}
		_, err := dialWebSocket(t, s.listeningGate, c.path, header)
		if no, _ := errors.AsType[errRefusedAtTheDoor](err); no.Status != c.want || (err == nil) != (c.want == 0) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// passing is a route of the talker that leaves the Authorization header to it.
const passing = `---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: passing}
spec:
  match: {hosts: [gate.example.test], paths: ["/passing"], methods: [GET]}
  authn: [session, bearer]
  credentials: pass
  authorize: {api: shop, permission: "orders:read"}
  stream: {websocket: {}}
  upstream: talker
`

// A browser sends Basic by itself, whoever's the page is that connects. Where that is the
// application's, the cookie decides at the gate.
func TestWhatABrowserSendsToAnApplicationOpensNoWebSocketForOtherSites(t *testing.T) {
	t.Parallel()
	s := newStreaming(t)
	shown := strings.NewReplacer("plain", "shown", "upstream:", "authn: [session, bearer]\n  stream: {websocket: {}}\n  upstream:").Replace(plainRoute)
	open := strings.NewReplacer("plain", "open", `authorize: {api: shop, permission: "orders:read"}`, "public: true\n  stream: {websocket: {}}").Replace(plainRoute)
	s.routes(t, lastingRoutes+passing+shown+open)
	s.routed(t)
	v := newVisitor(t, s.Gate, s.Browser())
	v.enter("https://gate.example.test/shown", s.ada)
	cookie := "__Host-gatehouse_gate=" + v.cookie("gate.example.test")
	const own, evil, basic = "https://gate.example.test", "https://evil.test", "Basic eDp5"
	for _, c := range []struct {
		path, origin, authorization, ours, cookie string
		want                                      int // 0: a WebSocket
	}{
		{"/passing", own, basic, "", cookie, 0},
		{"/passing", own, "", "", cookie, 0},
		{"/passing", evil, basic, "", cookie, 403},
		{"/passing", evil, "Bearer theirs", "", cookie, 403},
		{"/passing", "", basic, "", cookie, 403},
		{"/passing", evil, "", "", cookie, 403},
		{"/passing", evil, basic, "Bearer " + s.token, "", 0}, // no page has the token but whoever got it
		{"/passing", evil, basic, basic, cookie, 403},
		{"/shown", evil, basic, "", cookie, 403},
		{"/shown", own, basic, "", cookie, 401}, // a header goes before a cookie
		{"/open", evil, basic, "", "theirs=1", 403},
		{"/open", own, basic, "", "theirs=1", 0},
	} {
		header := http.Header{}
		for name, value := range map[string]string{"Origin": c.origin, "Authorization": c.authorization, "X-Gatehouse-Authorization": c.ours, "Cookie": c.cookie} {
			if value != "" {
				header.Set(name, value)
			}
		}
		_, err := dialWebSocket(t, s.listeningGate, c.path, header)
		if no, _ := errors.AsType[errRefusedAtTheDoor](err); no.Status != c.want || (err == nil) != (c.want == 0) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// Where the Authorization header is the application's, a ticket stands for what came in the
// other one, and the application gets its own beside it.
func TestATicketStandsForTheCredentialOfTheGate(t *testing.T) {
	t.Parallel()
	s := newStreaming(t)
	s.routes(t, lastingRoutes+passing)
	s.routed(t)
	const theirs = "Basic eDp5"
	for name, c := range map[string]struct {
		header http.Header
		want   int
	}{
		"ours":               {http.Header{"X-Gatehouse-Authorization": {"Bearer " + s.token}}, 200},
		"ours beside theirs": {http.Header{"X-Gatehouse-Authorization": {"Bearer " + s.token}, "Authorization": {theirs}}, 200},
		"ours for them":      {http.Header{"Authorization": {"Bearer " + s.token}}, 401},
		"theirs alone":       {http.Header{"Authorization": {theirs}}, 401},
		"two":                {http.Header{"X-Gatehouse-Authorization": {"Bearer " + s.token, "Bearer " + s.token}}, 400},
	} {
		status, ticket := s.ticketBy(t, "gate.example.test", "/passing", c.header)
		if status != c.want || (ticket != "") != (status == 200) {
			t.Errorf("%s: %d %q, want %d", name, status, ticket, c.want)
		}
		if ticket == "" {
			continue
		}
		h, err := dialWebSocket(t, s.listeningGate, "/passing", http.Header{"Authorization": {theirs}, "Origin": {"https://app.example.test"}}, ticket)
		if err != nil || h.goesOn() != goesOn {
			t.Errorf("%s: the ticket opens nothing: %v", name, err)
			continue
		}
		seen := s.talker.Seen()
		if seen.Get("Authorization") != theirs || len(seen["X-Gatehouse-Authorization"]) > 0 || seen.Get("X-Gatehouse-Jwt") == "" {
			t.Errorf("%s: the application sees %v", name, seen)
		}
	}
}

// ticket asks for a ticket for a path, and returns the subprotocol that it is.
func (s *streaming) ticket(t *testing.T, host, path, authorization string) (status int, subprotocol string) {
	t.Helper()
	header := http.Header{}
	if authorization != "" {
		header.Set("Authorization", authorization)
	}
	return s.ticketBy(t, host, path, header)
}

func (s *streaming) ticketBy(t *testing.T, host, path string, header http.Header) (status int, subprotocol string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+s.plain+"/.gatehouse/ticket", strings.NewReader(`{"path": "`+path+`"}`))
	must(t, err)
	r.Host, r.Header = host, header
	answer, err := http.DefaultClient.Do(r)
	must(t, err)
	defer answer.Body.Close()
	var got struct {
		Subprotocol string `json:"subprotocol"`
	}
	must(t, json.NewDecoder(answer.Body).Decode(&got))
	return answer.StatusCode, got.Subprotocol
}

// A page opens a WebSocket with a ticket, once, where it is for, and as whom it was given to.
func TestATicketOpensOneWebSocket(t *testing.T) {
	t.Parallel()
	s := newStreaming(t)
	s.routes(t, lastingRoutes+strings.Replace(strings.ReplaceAll(plainRoute, "plain", "other"), "upstream:", "stream: {websocket: {}}\n  upstream:", 1)+
		strings.Replace(strings.ReplaceAll(plainRoute, "plain", "dear"), `"orders:read"}`, "\"orders:refund\"}\n  stream: {websocket: {}}", 1))
	s.routed(t)
	page := http.Header{"Origin": {"https://app.example.test"}}
	dial := func(path string, subprotocols ...string) (*heldOpen, int) {
		t.Helper()
		h, err := dialWebSocket(t, s.listeningGate, path, page, subprotocols...)
		no, _ := errors.AsType[errRefusedAtTheDoor](err)
		return h, no.Status
	}
	ticket := func() string {
		t.Helper()
		status, text := s.ticket(t, "gate.example.test", "/shop/ws", "Bearer "+s.token)
		if status != http.StatusOK || !strings.HasPrefix(text, "gatehouse.ticket.") || strings.Contains(text, s.token) {
			t.Fatalf("%d %q", status, text)
		}
		return text
	}

	used := ticket()
	h, _ := dial("/shop/ws", "orders.v1", used)
	if h == nil || h.goesOn() != goesOn {
		t.Fatal("the ticket opens nothing")
	}
	seen := s.talker.Seen()
	if got := seen.Get("Sec-Websocket-Protocol"); got != "orders.v1" || seen.Get("Authorization") != "" || seen.Get("X-Gatehouse-Jwt") == "" {
		t.Errorf("the application sees %q and %v", got, seen)
	}
	for name, c := range map[string]struct {
		path, subprotocol string
		want              int
	}{
		"once more":                    {"/shop/ws", used, 401},
		"for another path":             {"/other", ticket(), 401},
		"a guess":                      {"/shop/ws", "gatehouse.ticket.x", 401},
		"none":                         {"/shop/ws", "gatehouse.ticket.", 401},
		"with a change":                {"/shop/ws", ticket() + "A", 401},
		"not where it is":              {"/plain", ticket(), 404},
		"of somebody who is not known": {"/shop/ws", "orders.v1", 403},
	} {
		if _, got := dial(c.path, c.subprotocol); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
	for name, c := range map[string]struct {
		host, path, authorization string
		want                      int
	}{
		"without a credential":  {"gate.example.test", "/shop/ws", "", 401},
		"with a bad one":        {"gate.example.test", "/shop/ws", "Bearer x", 401},
		"with another scheme":   {"gate.example.test", "/shop/ws", "Basic eDp5", 401},
		"where nothing lasts":   {"gate.example.test", "/shop/nothing", "Bearer " + s.token, 404},
		"on another host":       {"evil.test", "/shop/ws", "Bearer " + s.token, 404},
		"without the right":     {"gate.example.test", "/dear", "Bearer " + s.token, 403},
		"by another path":       {"gate.example.test", "/shop/../shop/ws", "Bearer " + s.token, 400},
		"with more than a path": {"gate.example.test", `/shop/ws", "host": "evil.test`, "Bearer " + s.token, 400},
	} {
		if status, text := s.ticket(t, c.host, c.path, c.authorization); status != c.want || text != "" {
			t.Errorf("%s: %d %q, want %d", name, status, text, c.want)
		}
	}

	// Of the same ticket at once one is good, and it ends with what it stands for.
	one := ticket()
	opened := make(chan *heldOpen, 8)
	for range cap(opened) {
		go func() { h, _ := dialWebSocket(t, s.listeningGate, "/shop/ws", page, "orders.v1", one); opened <- h }()
	}
	good := 0
	for range cap(opened) {
		if h := <-opened; h != nil {
			good++
		}
	}
	if good != 1 {
		t.Errorf("a ticket opened %d WebSockets", good)
	}
	late := ticket()
	_, err := s.House.Access.Revoke(t.Context(), gatetest.Console, s.grant.ID, "over")
	must(t, err)
	if h.over(t).outcome() != isRefused {
		t.Errorf("it ends with %s %s", h.Status, h.Reason)
	}
	if _, got := dial("/shop/ws", "orders.v1", late); got != http.StatusForbidden {
		t.Errorf("a ticket of who lost the right: %d", got)
	}
	if strings.Contains(s.Log.String(), "gatehouse.ticket.") {
		t.Error("a ticket is in the log")
	}
}

// A ticket beside another credential is none: which of them counts would be a guess.
func TestATicketBesideAnotherCredentialIsRefused(t *testing.T) {
	t.Parallel()
	s := newStreaming(t)
	_, text := s.ticket(t, "gate.example.test", "/shop/ws", "Bearer "+s.token)
	_, err := dialWebSocket(t, s.listeningGate, "/shop/ws", http.Header{"Authorization": {"Bearer " + s.token}}, "orders.v1", text)
	if no, _ := errors.AsType[errRefusedAtTheDoor](err); no.Status != http.StatusBadRequest {
		t.Errorf("%v", err)
	}
}

// Nobody gets tickets without end.
func TestTicketsAreBounded(t *testing.T) {
	t.Parallel()
	s := newStreaming(t)
	most := 0
	for range 130 { // of a burst of 100, and one a second
		status, _ := s.ticket(t, "gate.example.test", "/shop/ws", "Bearer "+s.token)
		if status == http.StatusTooManyRequests {
			break
		}
		if status != http.StatusOK {
			t.Fatalf("ticket %d: %d", most, status)
		}
		most++
	}
	if most < 100 || most > 125 {
		t.Errorf("%d tickets were given at once", most)
	}
}
