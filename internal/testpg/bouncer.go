package testpg

import (
	"bytes"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"gatehouse/internal/freeport"
)

// Bouncer starts a PgBouncer in transaction mode before the server, which ends
// with the test, and returns what makes an address of the server one through it.
// Few connections serve many clients, so that a client hardly ever gets the same
// one twice. It skips the test where PgBouncer is not installed, and fails it
// under CI=true.
func Bouncer(t testing.TB) func(address string) string {
	t.Helper()
	server, err := url.Parse(Server(t))
	if err != nil {
		t.Fatal(err)
	}
	program, err := exec.LookPath("pgbouncer")
	if err != nil {
		program, err = exec.LookPath("/usr/sbin/pgbouncer") // Debian's, out of most PATHs
	}
	if err != nil && os.Getenv("CI") != "true" {
		t.Skip("pgbouncer is not installed; scripts/install-test-servers brings it")
	}
	if err != nil {
		t.Fatal(err)
	}
	port, err := freeport.Next()
	if err != nil {
		t.Fatal(err)
	}
	host, user := server.Hostname(), server.User.Username()
	if socket := server.Query().Get("host"); socket != "" {
		host = socket
	}
	start(t, program, fmt.Sprintf(`[databases]
* = host=%s user=%s
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %s
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 3
max_client_conn = 500
server_idle_timeout = 1
`, host, user, port), "127.0.0.1:"+port)
	return func(address string) string {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		u.Host, u.RawQuery = "127.0.0.1:"+port, "sslmode=disable"
		return u.String()
	}
}

// whileRead runs a program for as long as somebody holds the other end of standard
// input. A test that ran out of time or was killed holds nothing, and stops nothing.
const whileRead = `"$@" & pid=$!; read -r _; kill -9 $pid; wait $pid`

func start(t testing.TB, program, settings, address string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "gatehouse-pgbouncer") // t.TempDir is closed to other users
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	file := filepath.Join(dir, "pgbouncer.ini")
	if err := os.WriteFile(file, []byte(settings), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	args := []string{program, file}
	if os.Geteuid() == 0 { // it refuses to run as root
		args = []string{program, "-u", "postgres", file}
	}
	var said bytes.Buffer
	c := exec.Command("sh", append([]string{"-c", whileRead, "sh"}, args...)...)
	c.Stdout, c.Stderr = &said, &said
	alive, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	stop := func() { _ = alive.Close(); _ = c.Wait() }
	t.Cleanup(stop)
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(10 * time.Millisecond) { // a program of other people: nothing signals
		conn, err := net.Dial("tcp", address)
		if err == nil {
			_ = conn.Close()
			return
		}
		if time.Now().After(deadline) {
			stop()
			t.Fatalf("pgbouncer does not answer: %v\n%s", err, &said)
		}
	}
}
