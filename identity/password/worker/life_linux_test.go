package worker

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// slow takes long enough to be killed in the middle.
func slow(password string) Job {
	j := job(password)
	j.MemoryKiB, j.Passes = 32768, 8
	return j
}

func TestAJobOutlivesItsChild(t *testing.T) {
	t.Parallel()
	p, l := run(t, Argument)
	before, _ := p.look()
	if err := before.cmd.Process.Signal(syscall.SIGSTOP); err != nil { // so that it cannot be done before it is killed
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range 2 {
		wg.Go(func() {
			j := job(fmt.Sprint("password ", i))
			if got, err := p.Key(t.Context(), j); err != nil || !bytes.Equal(got, j.Key()) {
				t.Errorf("got %x, %v", got, err)
			}
		})
	}
	until(t, "the child has both jobs", func() bool { return before.inFlight() == 2 })
	if err := before.cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	if after, _ := p.look(); after == before || after == nil {
		t.Error("the same child is there")
	}
	if !strings.Contains(l.String(), "ended and is replaced") {
		t.Errorf("logged: %s", l)
	}
}

func TestAFrozenChildIsKilled(t *testing.T) {
	t.Parallel()
	p, _ := run(t, Argument)
	before, _ := p.look()
	before.patience = func(Job) time.Duration { return 300 * time.Millisecond }
	if err := before.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	j := job("password")
	if got, err := p.Key(t.Context(), j); err != nil || !bytes.Equal(got, j.Key()) {
		t.Errorf("got %x, %v", got, err)
	}
	<-before.gone
}

func TestSignalsForTheGroupAreNotForTheChild(t *testing.T) {
	t.Parallel()
	p, _ := run(t, Argument)
	c, _ := p.look()
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		if err := c.cmd.Process.Signal(s); err != nil {
			t.Fatal(err)
		}
	}
	j := slow("password")
	if got, err := p.Key(t.Context(), j); err != nil || !bytes.Equal(got, j.Key()) || c.isDead() {
		t.Errorf("got %x, %v", got, err)
	}
	if group, err := syscall.Getpgid(c.cmd.Process.Pid); err != nil || group != c.cmd.Process.Pid {
		t.Errorf("the child is in the group %d, %v", group, err)
	}
}

func TestRunEndsTheChild(t *testing.T) {
	t.Parallel()
	p := NewPool(testOptions(&log{}))
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	c, _ := p.look()
	ctx, stop := context.WithCancel(t.Context())
	stop()
	p.Run(ctx)
	if alive(c.cmd.Process.Pid) {
		t.Error("it is still there")
	}
	if s := c.cmd.ProcessState; s == nil || s.ExitCode() != 0 {
		t.Errorf("it did not end by itself: %v", s)
	}
}

func TestTheChildDiesWithItsParent(t *testing.T) {
	t.Parallel()
	for _, busy := range []string{"reading", "stopped"} {
		t.Run(busy, func(t *testing.T) {
			t.Parallel()
			parent := exec.Command("/proc/self/exe", orphaner)
			out, err := parent.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := parent.Start(); err != nil {
				t.Fatal(err)
			}
			line, err := bufio.NewReader(out).ReadString('\n')
			child, convErr := strconv.Atoi(strings.TrimSpace(line))
			if err := errors.Join(err, convErr); err != nil {
				t.Fatal(errors.Join(err, parent.Process.Kill()))
			}
			if busy == "stopped" { // it cannot read the end of its pipe
				if err := syscall.Kill(child, syscall.SIGSTOP); err != nil {
					t.Error(err)
				}
			}
			if err := parent.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = parent.Wait() // it was killed
			until(t, "the child is gone", func() bool { return !alive(child) })
		})
	}
}

// The end of the pipe is enough, without the signal of Linux.
func TestTheChildEndsWithItsPipe(t *testing.T) {
	t.Parallel()
	cmd, err := origin{argument: Argument}.command()
	if err != nil {
		t.Fatal(err)
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s := setUp{slots: 1, memory: 64 << 20}
	if err := errors.Join(writeFrame(in, helloFrame()), writeFrame(in, s.frame()), writeFrame(in, slow("password").frame(1)), in.Close()); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("it ended with %v", err)
	}
}

func TestNothingButThePipeReachesTheChild(t *testing.T) {
	t.Parallel()
	const secret = "correct horse battery staple"
	// A file that this process was handed without the flag that closes it to children.
	file, err := os.CreateTemp(t.TempDir(), "handed-down")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, _, e := syscall.Syscall(syscall.SYS_FCNTL, file.Fd(), syscall.F_SETFD, 0); e != 0 {
		t.Fatal(e)
	}
	p, l := run(t, Argument)
	if _, err := p.Key(t.Context(), job(secret)); err != nil {
		t.Fatal(err)
	}
	c, _ := p.look()
	dir := fmt.Sprintf("/proc/%d/", c.cmd.Process.Pid)
	line, err := os.ReadFile(dir + "cmdline")
	if want := filepath.Base(os.Args[0]) + "\x00" + Argument + "\x00"; err != nil || string(line) != want {
		t.Errorf("command line %q, %v; want %q", line, err, want)
	}
	if environ, err := os.ReadFile(dir + "environ"); errors.Is(err, os.ErrPermission) {
		t.Log("the environment is closed to this user")
	} else if err != nil || len(environ) != 0 {
		t.Errorf("environment %q, %v", environ, err)
	}
	if strings.Contains(l.String(), secret) {
		t.Errorf("logged: %s", l)
	}
	files, err := filepath.Glob(dir + "fd/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		to, err := os.Readlink(f)
		if own := strings.HasPrefix(to, "/sys/fs/cgroup/") || to == os.DevNull; err == nil && strings.HasPrefix(to, "/") && !own {
			t.Errorf("the child holds %s", to)
		}
	}
}

func TestEveryThreadOfTheChildHasTheLowestPriority(t *testing.T) {
	t.Parallel()
	if nice(t, "/proc/self/stat") == lowest {
		t.Skip("this process has the lowest priority, too")
	}
	p, _ := run(t, Argument)
	for range 4 {
		if _, err := p.Key(t.Context(), slow("password")); err != nil {
			t.Fatal(err)
		}
	}
	c, _ := p.look()
	stats, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", c.cmd.Process.Pid))
	if err != nil || len(stats) < 2 {
		t.Fatalf("%d threads, %v", len(stats), err)
	}
	for _, s := range stats {
		if got := nice(t, s); got != lowest {
			t.Errorf("%s: nice %d, want %d", s, got, lowest)
		}
	}
	if got := nice(t, "/proc/self/stat"); got == lowest {
		t.Errorf("this process has nice %d", got)
	}
	if name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", c.cmd.Process.Pid)); err != nil || string(name) != "gatehouse-hash\n" {
		t.Errorf("it is called %q, %v", name, err)
	}
}

// nice reads field 19 of proc_pid_stat(5).
func nice(t *testing.T, path string) int {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(content), ") ")
	n, err := strconv.Atoi(strings.Fields(rest)[16])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func alive(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, rest, _ := strings.Cut(string(stat), ") ")
	return err == nil && !strings.HasPrefix(rest, "Z") // a zombie waits for its reaper only
}

// until polls what other processes do: there is nothing else to wait on.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(hangs); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("in vain: %s", what)
		}
	}
}

func (p *process) inFlight() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.waiting)
}
