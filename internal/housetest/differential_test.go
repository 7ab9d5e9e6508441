package housetest

import (
	"bufio"
	"cmp"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"gatehouse/gate"
)

// alike are routes that the gate, nginx and Go's own mux are told in words of their own:
// which route a path has, and how nginx writes the same.
var alike = []struct{ pattern, location string }{
	{"/public/{rest...}", "^~ /public/"},
	{"/admin/{rest...}", "^~ /admin/"},
	{"/public", "= /public"}, // or they would send there those who leave the slash out
	{"/admin", "= /admin"},
	{"/orders", "= /orders"},
	{"/orders/{id}", `~ "^/orders/[^/]+$"`},
	{"/orders/{id}/refund", `~ "^/orders/[^/]+/refund$"`},
	{"/", "= /"},
}

// pieces are what the paths of the test are made of.
var pieces = []string{
	"/", "/", "/", "/", "/", "public", "admin", "orders", "refund", "a", "b", "x1", "O", ".", "..", "...", ".a", "a.", "%2e", "%2E%2e", "%2f", "%2F", "//", `\`, "%5c", ";", "%3b", "%", "%25", "%252e", "%00", "%0a", "%0d", "%20", " ", "+", "%2B",
	"é", "%c3%a9", "%C3%A9", "e%CC%81", "%41", "%61dmin", "%6frders", "'", "%27", "(", ")", "!", "*", ",", "=", ":", "@", "&", "$", "~", "%7e", "%7E", "-", "_", "#", "%23", "?", "%3f", "\"", "<", "%3C", "|", "^", "[", "]", "{", "}", "`", "%60", "\x7f", "\xff", "%ff", "%E2%80%8B", "％", "．", "∕", "ﬀ", "日本", "%e6%97%a5",
}

func somePath(r *rand.Rand) string {
	var b strings.Builder
	b.WriteString([]string{"/", "/", "/", "/public/", "/admin/", "/orders/", "/orders", ""}[r.IntN(8)])
	for range r.IntN(7) {
		b.WriteString(pieces[r.IntN(len(pieces))])
	}
	return b.String()
}

// What the gate decides on is what nginx and a Go server make of the path that it sends:
// the same text, and the same of the routes above. make fuzz/paths asks a million.
func TestTheGateNginxAndGoSeeTheSamePath(t *testing.T) {
	t.Parallel()
	cases := 5000
	if text := os.Getenv("GATEHOUSE_TEST_PATHS"); text != "" {
		var err error
		cases, err = strconv.Atoi(text)
		must(t, err)
	}
	set := alikeSet(t)
	servers := alikeServers(t)
	r := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
	if text := os.Getenv("GATEHOUSE_TEST_SEED"); text != "" {
		seed, err := strconv.ParseUint(text, 10, 64)
		must(t, err)
		r = rand.New(rand.NewPCG(seed, 1))
	}
	taken, lines := 0, make(map[string]*pipelined)
	for _, address := range servers {
		lines[address] = pipeline(t, address)
	}
	for range cases {
		raw := somePath(r)
		path, err := gate.ParsePath(raw)
		if err != nil {
			continue
		}
		taken++
		route := ""
		if m, err := set.Find("api.example.test", path, "GET"); err == nil {
			route = m.Route.Paths[0]
		}
		for _, line := range lines {
			line.ask(path, route)
		}
	}
	for _, line := range lines {
		line.flush()
	}
	t.Logf("%d paths, %d of them taken by the gate and sent by way of nginx as they are, by way of nginx normalised, and to Go", cases, taken)
	if taken < cases/20 {
		t.Errorf("only %d of %d paths were taken: too few to tell", taken, cases)
	}
}

func alikeSet(t *testing.T) *gate.Set {
	t.Helper()
	objects := []gate.Object{{ID: "app", Upstream: &gate.UpstreamSpec{Targets: []string{"http://127.0.0.1:1"}}}}
	for i, one := range alike {
		objects = append(objects, gate.Object{ID: fmt.Sprint("r", i), Route: &gate.RouteSpec{
			Match:  gate.MatchSpec{Hosts: []string{"api.example.test"}, Paths: []string{one.pattern}, Methods: []string{"GET"}},
			Public: true, Upstream: "app",
		}})
	}
	set, err := gate.Compile(objects)
	must(t, err)
	return set
}

// alikeServers are nginx, which sends a path on as it came, nginx, which sends on what it
// makes of it, and the Go server behind both. Each tells in headers how it sees a path.
func alikeServers(t *testing.T) []string {
	t.Helper()
	mux := http.NewServeMux()
	for _, one := range alike {
		pattern := one.pattern
		if pattern == "/" {
			pattern = "/{$}"
		}
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { seesPath(w, r, one.pattern) })
	}
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, pattern := mux.Handler(r); pattern == "" {
			seesPath(w, r, "")
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(app.Close)
	program, env := serverProgram(t, "nginx")
	raw, normal := freeAddress(t), freeAddress(t)
	dir := folderOf(t, nil)
	site := "upstream app { server " + hostOf(app.URL) + "; keepalive 8; }\nkeepalive_requests 10000000;\nproxy_http_version 1.1;\nproxy_set_header Connection \"\";\nproxy_set_header Host api.example.test;\n"
	site += "server { listen " + raw + "; add_header X-Uri $uri always; add_header X-Location none always;\n"
	for _, one := range alike {
		site += "location " + one.location + " { add_header X-Uri $uri always; add_header X-Location \"" + one.pattern + "\" always; proxy_pass http://app; }\n"
	}
	site += "location / { proxy_pass http://app; }\n}\nserver { listen " + normal + "; location / { add_header X-Uri $uri always; proxy_pass http://app/; } }\n"
	must(t, os.WriteFile(filepath.Join(dir, "api.conf"), []byte("access_log off;\n"+site), 0o644))
	must(t, os.WriteFile(filepath.Join(dir, "nginx.conf"), []byte(strings.ReplaceAll(nginxMain, "DIR", dir)), 0o644))
	runs(t, raw, program, env, "-p", dir, "-c", filepath.Join(dir, "nginx.conf"), "-e", "stderr")
	return []string{raw, normal, hostOf(app.URL)}
}

func seesPath(w http.ResponseWriter, r *http.Request, route string) {
	w.Header().Set("X-Go-Path", r.URL.Path)
	w.Header().Set("X-Go-Route", route)
}

// pipelined is a connection on which one asks many times before one reads.
type pipelined struct {
	t       *testing.T
	conn    net.Conn
	in      *bufio.Reader
	out     *bufio.Writer
	waiting []question
}

type question struct {
	path  gate.Path
	route string
}

func pipeline(t *testing.T, address string) *pipelined {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	must(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return &pipelined{t: t, conn: conn, in: bufio.NewReader(conn), out: bufio.NewWriterSize(conn, 64<<10)}
}

// pipelineDepth is how many questions wait for their answers.
const pipelineDepth = 64

func (p *pipelined) ask(path gate.Path, route string) {
	p.t.Helper()
	fmt.Fprintf(p.out, "GET %s HTTP/1.1\r\nHost: api.example.test\r\n\r\n", path)
	if p.waiting = append(p.waiting, question{path, route}); len(p.waiting) == pipelineDepth {
		p.flush()
	}
}

func (p *pipelined) flush() {
	p.t.Helper()
	must(p.t, p.conn.SetDeadline(time.Now().Add(hangs)))
	must(p.t, p.out.Flush())
	for _, q := range p.waiting {
		answer, err := http.ReadResponse(p.in, nil)
		must(p.t, err)
		_ = answer.Body.Close()
		h, want := answer.Header, q.path.Decoded()
		uri, behind := h["X-Uri"], h["X-Location"]
		if answer.StatusCode != http.StatusOK || h.Get("X-Go-Path") != want || h.Get("X-Go-Route") != q.route || len(uri) > 0 && uri[0] != want || len(behind) > 0 && behind[0] != cmp.Or(q.route, "none") {
			p.t.Errorf("%s at %s: %d %v, and the gate has %q for the route %q", q.path, p.conn.RemoteAddr(), answer.StatusCode, h, want, q.route)
		}
	}
	p.waiting = p.waiting[:0]
}
