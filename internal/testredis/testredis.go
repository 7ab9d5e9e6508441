// Package testredis gives a test a Redis of its own: a process that it may stop, pause and
// empty. It starts one where GATEHOUSE_TEST_REDIS says that there are servers to test with
// (scripts/with-servers).
package testredis

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Variable says that there are servers.
const Variable = "GATEHOUSE_TEST_REDIS"

// hangs is how long a server may take that is not broken.
const hangs = 2 * time.Minute

// Server is a Redis of one test. Its methods are called one after another.
type Server struct {
	// URL is where it listens, as redis.url has it.
	URL string

	t      testing.TB
	socket string
	args   []string
	cmd    *exec.Cmd
	alive  io.Closer
	said   bytes.Buffer
}

// Start starts a Redis that ends with the test; args are further ones of redis-server. It
// skips the test when there are no servers, and fails it under CI=true.
func Start(t testing.TB, args ...string) *Server {
	t.Helper()
	if os.Getenv(Variable) == "" {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%s is not set; run the tests with scripts/with-servers", Variable)
		}
		t.Skipf("%s is not set; scripts/with-servers sets it", Variable)
	}
	dir, err := os.MkdirTemp("", "gatehouse-redis") // t.TempDir may be longer than a socket's path may
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	s := &Server{t: t, socket: filepath.Join(dir, "redis.sock")}
	s.URL = "unix://" + s.socket
	s.args = append([]string{"--port", "0", "--unixsocket", s.socket, "--dir", dir, "--save", "", "--appendonly", "no", "--logfile", ""}, args...)
	s.Restart()
	t.Cleanup(s.Stop)
	return s
}

// whileRead runs a program for as long as somebody holds the other end of standard
// input. A test that ran out of time or was killed holds nothing, and leaves nothing.
const whileRead = `redis-server "$@" & pid=$!; echo $pid; read -r _; kill -9 $pid; wait $pid`

// Restart starts it again, empty, and returns when it answers. What runs is stopped first.
func (s *Server) Restart() {
	s.t.Helper()
	s.Stop()
	s.cmd = exec.Command("sh", append([]string{"-c", whileRead, "sh"}, s.args...)...)
	s.cmd.Stderr = &s.said
	alive, err := s.cmd.StdinPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	s.alive = alive
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // so that Pause finds it
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	first := bufio.NewReader(out)
	_, _ = first.ReadString('\n')
	go func() { _, _ = io.Copy(io.Discard, first) }()
	s.wait()
}

// Stop ends it without warning; connections are refused from then on.
func (s *Server) Stop() {
	if s.cmd == nil {
		return
	}
	_ = s.alive.Close()
	_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL) // the shell, and with it the server
	_ = s.cmd.Wait()
	_ = os.Remove(s.socket)
	s.cmd = nil
}

// Pause has it answer nobody, while connections to it are still made.
func (s *Server) Pause() { s.signal(syscall.SIGSTOP) }

// Resume has it go on.
func (s *Server) Resume() { s.signal(syscall.SIGCONT) }

func (s *Server) signal(n syscall.Signal) {
	s.t.Helper()
	if err := syscall.Kill(-s.cmd.Process.Pid, n); err != nil {
		s.t.Fatalf("signal %s to Redis: %v", n, err)
	}
}

// Do sends a command of words without blanks, and returns the first line of the answer.
func (s *Server) Do(command string) string {
	s.t.Helper()
	answer, err := do(s.socket, command)
	if err != nil {
		s.t.Fatalf("%s: %v", command, err)
	}
	return answer
}

func do(socket, command string) (string, error) {
	c, err := net.DialTimeout("unix", socket, hangs)
	if err != nil {
		return "", err
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(hangs)) // a socket has deadlines
	if _, err := io.WriteString(c, command+"\r\n"); err != nil {
		return "", err
	}
	line, err := bufio.NewReader(c).ReadString('\n')
	return strings.TrimSpace(line), err
}

func (s *Server) wait() {
	s.t.Helper()
	for deadline := time.Now().Add(hangs); ; time.Sleep(5 * time.Millisecond) { // a program of other people: nothing signals
		if answer, err := do(s.socket, "PING"); err == nil && answer != "" {
			return
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("Redis does not answer:\n%s", &s.said)
		}
	}
}
