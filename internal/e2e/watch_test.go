package e2e

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/config"
	"gatehouse/demo/shopapi"
	"gatehouse/house"
)

// watched is a demo whose applications talk to it through a wire that the test
// holds: it sees what they ask, and can do to them what a bad network or a
// confused server would.
type watched struct {
	*running
	sign func(alg, typ string, claims []byte) (string, error)

	mu    sync.Mutex
	seen  []string // what was asked and answered well: "token refresh_token", "userinfo", "revoke", "logout"
	short bool     // answers of the token endpoint say that the tokens live for a second
	other bool     // their ID tokens are well signed, and for somebody else
}

func startWatched(t *testing.T) *watched {
	t.Helper()
	return startWatchedBy(t, "http")
}

// startWatchedBy is startWatched with an issuer of the scheme. The certificate
// for https is one that nobody trusts.
func startWatchedBy(t *testing.T, scheme string) *watched {
	t.Helper()
	chromiumPath(t)
	cfg := testConfig(t)
	address := "127.0.0.1:" + port(t, cfg.Issuer)
	cfg.Issuer = scheme + strings.TrimPrefix(cfg.Issuer, "http")
	cfg.Web.Listen.Public = "127.0.0.1:" + freePort(t)
	cfg.Web.TrustedProxies = []string{"127.0.0.1/32"}
	behind, err := url.Parse("http://" + cfg.Web.Listen.Public)
	if err != nil {
		t.Fatal(err)
	}
	w := &watched{}
	front := httptest.NewUnstartedServer(w.wire(behind))
	_ = front.Listener.Close() // it came with one
	if front.Listener, err = net.Listen("tcp", address); err != nil {
		t.Fatal(err)
	}
	if scheme == "https" {
		front.StartTLS()
	} else {
		front.Start()
	}
	t.Cleanup(front.Close)
	w.running = startDemo(t, func(c *config.Config) { *c = cfg })

	h, err := house.OpenExisting(context.Background(), cfg, quiet())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() })
	w.sign = func(alg, typ string, claims []byte) (string, error) {
		return h.Keys.Sign(context.Background(), alg, typ, claims)
	}
	return w
}

func port(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Port()
}

// wire passes everything on and notes what a client does with its tokens.
func (w *watched) wire(behind *url.URL) http.Handler {
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(behind)
			r.Out.Host = r.In.Host
			r.SetXForwarded()
		},
		ModifyResponse: w.answered,
		ErrorHandler:   func(rw http.ResponseWriter, _ *http.Request, _ error) { rw.WriteHeader(http.StatusBadGateway) },
	}
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/oauth2/token" && r.Method == http.MethodPost {
			body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, 1<<20))
			if err != nil {
				return
			}
			form, _ := url.ParseQuery(string(body)) // what cannot be read is the server's to refuse
			r.Body = io.NopCloser(bytes.NewReader(body))
			r = r.WithContext(context.WithValue(r.Context(), grantKey{}, form.Get("grant_type")))
		}
		proxy.ServeHTTP(rw, r)
	})
}

type grantKey struct{}

func (w *watched) answered(r *http.Response) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch path := r.Request.URL.Path; {
	case path == "/oauth2/logout" && r.StatusCode < 400:
		w.seen = append(w.seen, "logout")
	case path == "/oauth2/revoke" && r.StatusCode == http.StatusOK && r.Request.Method == http.MethodPost:
		w.seen = append(w.seen, "revoke")
	case path == "/oauth2/userinfo" && r.StatusCode == http.StatusOK && r.Request.Method != http.MethodOptions:
		w.seen = append(w.seen, "userinfo")
	case path == "/oauth2/token" && r.StatusCode == http.StatusOK && r.Request.Method == http.MethodPost:
		grant, _ := r.Request.Context().Value(grantKey{}).(string)
		w.seen = append(w.seen, "token "+grant)
		return w.twist(r)
	}
	return nil
}

// twist changes the answer of the token endpoint as the test wants it.
func (w *watched) twist(r *http.Response) error {
	if !w.short && !w.other {
		return nil
	}
	var answer map[string]any
	if err := json.NewDecoder(r.Body).Decode(&answer); err != nil {
		return err
	}
	if w.short {
		answer["expires_in"] = 1
	}
	if raw, ok := answer["id_token"].(string); ok && w.other {
		forOther, err := w.forOther(raw)
		if err != nil {
			return err
		}
		answer["id_token"] = forOther
	}
	body, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	r.ContentLength = int64(len(body))
	r.Header.Set("Content-Length", strconv.Itoa(len(body)))
	return nil
}

// forOther returns the ID token as it would be for another client of the house:
// signed by its key, with everything else as it was.
func (w *watched) forOther(raw string) (string, error) {
	return w.resigned(raw, "RS256", "JWT", func(claims map[string]any) {
		claims["aud"] = []string{"another-client"}
		if _, ok := claims["azp"]; ok {
			claims["azp"] = "another-client"
		}
	})
}

// resigned returns the token with changed claims, signed by the house's key.
func (w *watched) resigned(raw, alg, typ string, change func(claims map[string]any)) (string, error) {
	parts := strings.Split(raw, ".")
	if len(parts) != 3 {
		return "", errors.New("this is no signed token")
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return "", err
	}
	var claims map[string]any
	if err := json.Unmarshal(payload, &claims); err != nil {
		return "", err
	}
	change(claims)
	if payload, err = json.Marshal(claims); err != nil {
		return "", err
	}
	return w.sign(alg, typ, payload)
}

// answers sets what the wire does from now on.
func (w *watched) answers(short, other bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.short, w.other = short, other
}

// saw reports how often what was asked.
func (w *watched) saw(what string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, s := range w.seen {
		if s == what {
			n++
		}
	}
	return n
}

// wants fails unless what was asked at least n times.
func (w *watched) wants(t *testing.T, what string, n int) {
	t.Helper()
	for deadline := time.Now().Add(hangs); w.saw(what) < n; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Errorf("%q was asked %d times, want %d; all: %q", what, w.saw(what), n, w.seen)
			return
		}
	}
}

// shared is a folder for what is built once for all tests.
var shared string

func TestMain(m *testing.M) {
	shopapi.Main() // the demo's shop, in a process of its own
	dir, err := os.MkdirTemp("", "gatehouse-e2e")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	shared = dir
	status := m.Run()
	if browser.stop != nil {
		browser.stop()
	}
	_ = os.RemoveAll(dir) // what stays behind is in the system's folder for it
	os.Exit(status)
}

// binary is the program as an operator has it.
var binary = sync.OnceValues(func() (string, error) {
	path := filepath.Join(shared, "gatehouse")
	if out, err := exec.Command("go", "build", "-o", path, "gatehouse/cmd/gatehouse").CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the binary: %w\n%s", err, out)
	}
	return path, nil
})

// operator runs one command on the house and returns what it printed.
func (w *watched) operator(t *testing.T, args ...string) string {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, args...)
	cmd.Env = append(os.Environ(), "GATEHOUSE_DATA_DIR="+w.cfg.DataDir, "GATEHOUSE_ISSUER="+w.cfg.Issuer)
	stderr := &bytes.Buffer{}
	cmd.Stderr = stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("gatehouse %q: %v\n%s%s", args, err, out, stderr)
	}
	return string(out)
}

// runApp starts an application of somebody else, waits until it listens on the
// port, and ends it with the test. What it wrote is told when the test failed.
func runApp(t *testing.T, port string, cmd *exec.Cmd) {
	t.Helper()
	out := &lockedBuffer{}
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { _ = cmd.Wait(); close(done) }() // it is killed below: its status says nothing
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-done
		if t.Failed() {
			t.Logf("the application wrote:\n%s", out)
		}
	})
	for deadline := time.Now().Add(hangs); ; time.Sleep(30 * time.Millisecond) {
		if c, err := net.Dial("tcp", "127.0.0.1:"+port); err == nil {
			_ = c.Close()
			return
		}
		select {
		case <-done:
			t.Fatalf("the application ended:\n%s", out)
		default:
		}
		if time.Now().After(deadline) {
			t.Fatalf("the application does not listen:\n%s", out)
		}
	}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
