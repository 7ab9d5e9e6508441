package main

import (
	"bytes"
	"context"
	"database/sql"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	_ "modernc.org/sqlite"
)

// until is a writer that closes found once what it was given holds text.
type until struct {
	text  string
	found chan struct{}

	mu   sync.Mutex
	buf  bytes.Buffer
	once sync.Once
}

func (u *until) Write(p []byte) (int, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.buf.Write(p)
	if strings.Contains(u.buf.String(), u.text) {
		u.once.Do(func() { close(u.found) })
	}
	return len(p), nil
}

func (u *until) String() string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.buf.String()
}

// wait waits until the text was written.
func (u *until) wait(t *testing.T) {
	t.Helper()
	select {
	case <-u.found:
	case <-time.After(hangs):
		t.Fatalf("nobody wrote %q:\n%s", u.text, u)
	}
}

// What runs in the background of a server logs where and how the server does:
// an operator who ships JSON lines must see that the database went away.
func TestServeLogsItsBackgroundToo(t *testing.T) {
	log := slog.Default()
	t.Cleanup(func() { slog.SetDefault(log) })
	dir := t.TempDir()
	ports, err := freePorts(2)
	if err != nil {
		t.Fatal(err)
	}
	env := []string{
		"GATEHOUSE_DATA_DIR=" + dir, "GATEHOUSE_LOG_FORMAT=json",
		"GATEHOUSE_LISTEN_PUBLIC=127.0.0.1:" + ports[0], "GATEHOUSE_LISTEN_INTERNAL=127.0.0.1:" + ports[1],
	}
	stdout := &until{text: "/setup#token=", found: make(chan struct{})}
	stderr := &until{text: "failed and will be tried again", found: make(chan struct{})}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan int, 1)
	go func() { done <- run(ctx, []string{"serve"}, env, strings.NewReader(""), stdout, stderr) }()
	stdout.wait(t)
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "gatehouse.db")+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("ALTER TABLE versions RENAME TO versions_away"); err != nil {
		t.Fatal(err)
	}
	stderr.wait(t)
	stop()
	if code := <-done; code != exitDone {
		t.Errorf("exit %d:\n%s", code, stderr)
	}
	for line := range strings.Lines(stderr.String()) {
		if !strings.HasPrefix(line, "{") {
			t.Errorf("a line of the log is no JSON: %s", line)
		}
	}
}

// What log rotation and certbot's hooks send must not end the server.
func TestServeSurvivesSIGHUPAndSaysWhatItDid(t *testing.T) {
	log := slog.Default()
	t.Cleanup(func() { slog.SetDefault(log) })
	ports, err := freePorts(2)
	if err != nil {
		t.Fatal(err)
	}
	env := []string{
		"GATEHOUSE_DATA_DIR=" + t.TempDir(),
		"GATEHOUSE_LISTEN_PUBLIC=127.0.0.1:" + ports[0], "GATEHOUSE_LISTEN_INTERNAL=127.0.0.1:" + ports[1],
	}
	stdout := &until{text: "/setup#token=", found: make(chan struct{})}
	stderr := &until{text: "asked to reload", found: make(chan struct{})}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan int, 1)
	go func() { done <- run(ctx, []string{"serve"}, env, strings.NewReader(""), stdout, stderr) }()
	stdout.wait(t)
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if err := self.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	stderr.wait(t)
	stop()
	if code := <-done; code != exitDone {
		t.Errorf("exit %d:\n%s", code, stderr)
	}
}

// The first signal finishes what is under way, the second ends that, and a third one is not
// caught.
func TestTheSecondSignalIsAHurryAndTheThirdIsNotCaught(t *testing.T) {
	t.Parallel()
	signals, released := make(chan os.Signal), make(chan struct{})
	hurry := second(signals, func() { close(released) })
	signals <- syscall.SIGTERM
	select {
	case <-hurry:
		t.Error("the first signal is a hurry")
	case <-released:
		t.Error("the second signal is not caught")
	default:
	}
	signals <- syscall.SIGTERM
	<-hurry
	<-released
}
