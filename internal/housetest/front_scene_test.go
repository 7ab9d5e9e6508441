package housetest

import (
	"bytes"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"gatehouse/gate"
	"gatehouse/internal/freeport"
	"gatehouse/proxy"
)

// front is another proxy before the application of the tests, which asks the gate.
type front struct {
	name, address string
	log           func() string // what it logged of requests
	cut           func()        // takes away what it asks, beside the gate's own listener; nil: that is all
	imitated      bool          // in a few lines of ours
}

// fronts are the proxies that ask the gate: nginx and HAProxy themselves, by the files in
// deploy/, and Traefik and Caddy as they are written, in a few lines. "make test/fronts" has
// Caddy itself, and Envoy (built).
var fronts = map[gate.Dialect]func(t *testing.T, g *edged) *front{
	gate.Nginx: nginx, gate.HAProxy: haproxy, gate.Traefik: inGo(gate.Traefik), gate.Caddy: inGo(gate.Caddy),
}

// eachFront runs a test behind each of them.
func eachFront(t *testing.T, f func(t *testing.T, g *edged, front *front)) {
	t.Parallel()
	for d, begin := range tested() {
		t.Run(string(d), func(t *testing.T) {
			t.Parallel()
			g := newEdged(t)
			f(t, g, begin(t, g))
		})
	}
}

// send sends a request to the front.
func (f *front) send(t *testing.T, method, host, target string, header ...string) (status int, answer http.Header, body string) {
	t.Helper()
	lines := method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\n"
	for _, h := range header {
		lines += h + "\r\n"
	}
	return rawAt(t, f.address, lines+"Connection: close\r\n\r\n")
}

// unpacked are where scripts/install-test-servers puts servers.
const unpacked = "../../tools/servers"

// serverProgram finds a server that is not ours. Under CI a missing one is a failure.
func serverProgram(t *testing.T, name string) (path string, env []string) {
	t.Helper()
	if own, err := filepath.Abs(filepath.Join(unpacked, "usr/sbin", name)); err == nil && serverIsThere(own) {
		libraries, _ := filepath.Glob(filepath.Join(filepath.Dir(filepath.Dir(own)), "lib", "*-linux-gnu"))
		return own, []string{"LD_LIBRARY_PATH=" + strings.Join(libraries, ":")}
	}
	for _, path := range []string{"/usr/sbin/" + name, "/usr/local/sbin/" + name} {
		if serverIsThere(path) {
			return path, nil
		}
	}
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is not there: scripts/install-test-servers brings it", name)
	}
	t.Skipf("%s is not there: scripts/install-test-servers brings it", name)
	return "", nil
}

func serverIsThere(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// nobody is the user as whom servers run that a test of root starts.
const nobody = 65534

// folderOf returns a folder for a server that runs as an ordinary user, with the files of
// deploy/ in it, each with the words of the tests in the place of its own.
func folderOf(t *testing.T, files []string, words ...string) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "gatehouse-front-")
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	for _, name := range files {
		text, err := os.ReadFile(filepath.Join("../../deploy", name))
		must(t, err)
		for i := 0; i < len(words); i += 2 {
			text = bytes.ReplaceAll(text, []byte(words[i]), []byte(strings.ReplaceAll(words[i+1], "DIR", dir)))
		}
		must(t, os.WriteFile(filepath.Join(dir, filepath.Base(name)), text, 0o644))
	}
	if os.Getuid() == 0 {
		must(t, os.Chown(dir, nobody, nobody))
	}
	return dir
}

// output is what a server writes.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// runs starts a server as an ordinary user, and waits until it listens.
func runs(t *testing.T, address, program string, env []string, args ...string) *output {
	t.Helper()
	out := &output{}
	cmd := exec.Command(program, args...)
	cmd.Env, cmd.Stdout, cmd.Stderr, cmd.Dir = env, out, out, os.TempDir()
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if os.Getuid() == 0 {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
	}
	must(t, cmd.Start())
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-ended
		if t.Failed() {
			t.Logf("%s printed:\n%s", program, out)
		}
	})
	soon(t, program+" listens", func() bool {
		select {
		case <-ended:
			t.Fatalf("%s ended:\n%s", program, out)
		default:
		}
		conn, err := net.Dial("tcp", address)
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	})
	return out
}

func freeAddress(t *testing.T) string {
	t.Helper()
	port, err := freeport.Next()
	must(t, err)
	return "127.0.0.1:" + port
}

// nginxMain is what a package of nginx brings around sites.
const nginxMain = `daemon off;
master_process off;
pid DIR/pid;
error_log stderr warn;
events { worker_connections 256; }
http {
    client_body_temp_path DIR/body;
    proxy_temp_path DIR/proxy;
    fastcgi_temp_path DIR/fastcgi;
    uwsgi_temp_path DIR/uwsgi;
    scgi_temp_path DIR/scgi;
    include DIR/api.conf;
}
`

// nginx runs nginx with deploy/nginx.
func nginx(t *testing.T, g *edged) *front {
	program, env := serverProgram(t, "nginx")
	address := freeAddress(t)
	dir := folderOf(t, []string{"nginx/api.conf", "nginx/gatehouse-server.conf", "nginx/gatehouse-location.conf"},
		"listen 80;", "listen "+address+";", "127.0.0.1:8082", g.address, "127.0.0.1:9000", hostOf(g.app.URL), "/etc/nginx/gatehouse/", "DIR/",
		"/var/log/nginx/", "DIR/", "api.example.com", "api.example.test")
	must(t, os.WriteFile(filepath.Join(dir, "gatehouse-secret.conf"), []byte("proxy_set_header X-Gatehouse-Edge-Secret "+edgeSecret+";\n"), 0o644))
	must(t, os.WriteFile(filepath.Join(dir, "nginx.conf"), []byte(strings.ReplaceAll(nginxMain, "DIR", dir)), 0o644))
	out := runs(t, address, program, env, "-p", dir, "-c", filepath.Join(dir, "nginx.conf"), "-e", "stderr")
	return &front{name: "nginx", address: address, log: func() string {
		text, err := os.ReadFile(filepath.Join(dir, "api.log"))
		must(t, err)
		return string(text) + out.String()
	}}
}

// haproxy runs HAProxy with deploy/haproxy.
func haproxy(t *testing.T, g *edged) *front {
	program, env := serverProgram(t, "haproxy")
	address := freeAddress(t)
	dir := folderOf(t, []string{"haproxy/haproxy.cfg", "haproxy/gatehouse.lua"},
		"bind :80", "bind "+address, "127.0.0.1:8082", g.address, "127.0.0.1:9000", hostOf(g.app.URL), "/etc/haproxy/", "DIR/")
	must(t, os.WriteFile(filepath.Join(dir, "gatehouse.secret"), []byte(edgeSecret+"\n"), 0o644))
	out := runs(t, address, program, env, "-db", "-f", filepath.Join(dir, "haproxy.cfg"))
	return &front{name: "haproxy", address: address, log: out.String}
}

func hostOf(address string) string {
	u, _ := url.Parse(address)
	return u.Host
}

// takenAway are the headers that deploy/traefik and deploy/caddy have removed first.
var takenAway = []string{
	"Upgrade", "Connection", "Http2-Settings", "Forwarded", "X-Client-Ip", "True-Client-Ip", "Cf-Connecting-Ip", "X-Real-Ip", "X-Forwarded-Prefix", "X-Forwarded-Method",
	"X-Forwarded-Uri", "X-Original-Method", "X-Original-Scheme", "X-Original-Host", "X-Original-Uri",
}

// inGo is a proxy that asks and forwards as Traefik 3 and Caddy 2.11 do, which are written
// with the same library as this.
func inGo(d gate.Dialect) func(t *testing.T, g *edged) *front {
	return func(t *testing.T, g *edged) *front {
		t.Helper()
		target, err := url.Parse(g.app.URL)
		must(t, err)
		forward := &httputil.ReverseProxy{Rewrite: func(p *httputil.ProxyRequest) {
			p.SetURL(target)
			p.Out.Host = p.In.Host
			p.SetXForwarded()
		}}
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			for _, name := range takenAway {
				r.Header.Del(name)
			}
			answer, err := asksInGo(g, d, r)
			if err != nil {
				w.WriteHeader(http.StatusBadGateway)
				return
			}
			defer answer.Body.Close()
			if answer.StatusCode/100 != 2 {
				maps.Copy(w.Header(), answer.Header)
				w.WriteHeader(answer.StatusCode)
				_, _ = io.Copy(w, answer.Body)
				return
			}
			for _, name := range append([]string{proxy.HeaderSecret}, proxy.Overwritten...) {
				r.Header.Del(name)
				if values := answer.Header[name]; len(values) > 0 && values[0] != "" {
					r.Header[name] = values
				}
			}
			forward.ServeHTTP(w, r)
		}))
		t.Cleanup(server.Close)
		return &front{name: string(d), address: hostOf(server.URL), log: func() string { return "" }, imitated: true}
	}
}

func asksInGo(g *edged, d gate.Dialect, r *http.Request) (*http.Response, error) {
	q, err := http.NewRequest(http.MethodGet, "http://"+g.address+proxy.EdgePath+string(d), nil)
	if err != nil {
		return nil, err
	}
	q.Header = r.Header.Clone()
	for _, name := range []string{"Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Te", "Trailer", "Transfer-Encoding", "Content-Length"} {
		q.Header.Del(name)
	}
	ip, _, _ := net.SplitHostPort(r.RemoteAddr)
	q.Header.Set("X-Forwarded-For", ip)
	q.Header.Set("X-Forwarded-Method", r.Method)
	q.Header.Set("X-Forwarded-Proto", "http")
	q.Header.Set("X-Forwarded-Host", r.Host)
	q.Header.Set("X-Forwarded-Uri", r.URL.RequestURI())
	q.Header.Set(proxy.HeaderSecret, edgeSecret)
	return http.DefaultTransport.RoundTrip(q)
}
