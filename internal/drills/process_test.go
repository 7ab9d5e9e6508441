// Package drills breaks Gatehouse on purpose: real processes on real databases,
// killed, raced and restarted, with a history that a checker reads afterwards.
// `go test` runs the short form; `make drills` the long one.
package drills

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"gatehouse/config"
	"gatehouse/internal/freeport"
	"gatehouse/internal/testpg"
)

// long reports whether the drills run in their long form.
func long() bool { return os.Getenv("GATEHOUSE_TEST_DRILLS") == "long" }

// hangs is how long something may take before it counts as one that never ends. It is
// no measure of speed: a busy machine takes long, and drops nothing by that.
const hangs = 3 * time.Minute

// rounds returns how often a drill repeats.
func rounds(short, full int) int {
	if long() {
		return full
	}
	return short
}

var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "gatehouse-drills-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "gatehouse")
	out, err := exec.Command("go", "build", "-o", path, "gatehouse/cmd/gatehouse").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := binary(); err == nil {
		_ = os.RemoveAll(filepath.Dir(path)) // a temporary directory
	}
	os.Exit(code)
}

// world is one store and everything that its processes share.
type world struct {
	t   *testing.T
	cfg config.Config
	env []string // further settings
}

// backends names the databases that a drill runs on.
var backends = []string{"sqlite", "postgres"}

func newWorld(t *testing.T, backend string) *world {
	t.Helper()
	if testing.Short() {
		t.Skip("drills start real processes")
	}
	dir := t.TempDir()
	cfg := config.Default()
	cfg.Issuer = "http://localhost:8080"
	cfg.DataDir = dir
	cfg.MasterKeyFile = filepath.Join(dir, "master.key")
	cfg.Store.URL = "sqlite:" + filepath.Join(dir, "gatehouse.db")
	if backend == "postgres" {
		cfg.Store.URL = testpg.URL(t)
	}
	return &world{t: t, cfg: cfg}
}

// process is one running gatehouse.
type process struct {
	t        *testing.T
	cmd      *exec.Cmd
	url      string
	internal string
	out      *output
}

// output collects what a process prints.
type output struct {
	mu    sync.Mutex
	lines []string
}

func (o *output) read(r io.Reader) {
	for s := bufio.NewScanner(r); s.Scan(); {
		o.mu.Lock()
		o.lines = append(o.lines, s.Text())
		o.mu.Unlock()
	}
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return strings.Join(o.lines, "\n")
}

func port(t *testing.T) string {
	t.Helper()
	p, err := freeport.Next()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// start runs one more process on the world's store and waits until it is ready.
func (w *world) start() *process {
	w.t.Helper()
	p := w.launch(port(w.t), port(w.t))
	p.waitReady()
	return p
}

func (w *world) launch(public, internal string) *process {
	w.t.Helper()
	path, err := binary()
	if err != nil {
		w.t.Fatal(err)
	}
	p := &process{t: w.t, url: "http://127.0.0.1:" + public, internal: "http://127.0.0.1:" + internal, out: &output{}}
	p.cmd = exec.Command(path, "serve")
	p.cmd.Env = append(os.Environ(),
		"GATEHOUSE_ISSUER="+w.cfg.Issuer, "GATEHOUSE_DATA_DIR="+w.cfg.DataDir, "GATEHOUSE_STORE_URL="+w.cfg.Store.URL,
		"GATEHOUSE_LISTEN_PUBLIC=127.0.0.1:"+public, "GATEHOUSE_LISTEN_INTERNAL=127.0.0.1:"+internal, "GATEHOUSE_LOG_LEVEL=warn",
		"GATEHOUSE_AUDIT_CHECKPOINT_FILE="+w.cfg.Audit.CheckpointFile)
	p.cmd.Env = append(p.cmd.Env, w.env...)
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		w.t.Fatal(err)
	}
	p.cmd.Stderr = p.cmd.Stdout
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // it does not outlive a test that was cut off
	if err := p.cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	go p.out.read(stdout)
	w.t.Cleanup(func() {
		p.kill()
		if w.t.Failed() {
			w.t.Logf("%s printed:\n%s", p.url, p.out)
		}
	})
	return p
}

func (p *process) waitReady() {
	p.t.Helper()
	deadline := time.Now().Add(hangs)
	for time.Now().Before(deadline) {
		if resp, err := http.Get(p.internal + "/readyz"); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return
			}
		}
		time.Sleep(5 * time.Millisecond) // a process of the real world: there is nothing else to wait on
	}
	p.t.Fatalf("the process was not ready in time:\n%s", p.out)
}

// kill ends the process without warning, as a crash does.
func (p *process) kill() {
	if p.cmd.ProcessState == nil {
		_ = p.cmd.Process.Kill() // it may have ended by itself
		_ = p.cmd.Wait()
	}
}

// terminate asks the process to end, and returns how it did.
func (p *process) terminate(within time.Duration) error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- p.cmd.Wait() }()
	select {
	case err := <-done:
		return err
	case <-time.After(within):
		return errors.New("the process did not end in time")
	}
}

func background() context.Context { return context.Background() }
