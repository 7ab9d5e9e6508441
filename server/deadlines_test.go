package server

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// accepted returns a connection whose deadlines are kept, and the other end.
func accepted(t *testing.T) (ours, theirs net.Conn, d *deadlines) {
	t.Helper()
	l := &pipes{accept: make(chan net.Conn, 1), closed: make(chan struct{})}
	d = keepDeadlines(l)
	theirs, server := net.Pipe()
	l.accept <- server
	ours, err := d.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ours.Close(); theirs.Close() })
	return ours, theirs, d
}

// Each of the deadlines of each of the directions ends what waits, within a sweep, and
// as the package net says it: with a timeout.
func TestDeadlinesEndWhatWaits(t *testing.T) {
	t.Parallel()
	read := func(c net.Conn) error { _, err := c.Read(make([]byte, 1)); return err }
	write := func(c net.Conn) error { _, err := c.Write([]byte("x")); return err }
	for name, tc := range map[string]struct {
		set  func(net.Conn, time.Time) error
		wait func(net.Conn) error
	}{
		"a read":                  {net.Conn.SetReadDeadline, read},
		"a write":                 {net.Conn.SetWriteDeadline, write},
		"a read by the deadline":  {net.Conn.SetDeadline, read},
		"a write by the deadline": {net.Conn.SetDeadline, write},
		"a read after another set": {func(c net.Conn, at time.Time) error {
			return errors.Join(c.SetReadDeadline(at.Add(-time.Hour)), c.SetReadDeadline(at))
		}, read},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, _, _ := accepted(t)
				for range 2 { // and again after it was over
					start := time.Now()
					if err := tc.set(c, start.Add(7*time.Second)); err != nil {
						t.Fatal(err)
					}
					err, took := tc.wait(c), time.Since(start)
					if !errors.Is(err, os.ErrDeadlineExceeded) || !due(took, 7*time.Second) {
						t.Errorf("it waited %v and ended with %v, want 7s and a timeout", took, err)
					}
				}
			})
		})
	}
}

// A moment that has passed ends what waits at once: so net/http takes a connection back
// from its own reader.
func TestPastDeadlineEndsAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, theirs, _ := accepted(t)
		start, ended := time.Now(), make(chan error, 1)
		go func() { _, err := c.Read(make([]byte, 1)); ended <- err }()
		synctest.Wait()
		if err := c.SetReadDeadline(time.Unix(1, 0)); err != nil {
			t.Fatal(err)
		}
		if err, took := <-ended, time.Since(start); !errors.Is(err, os.ErrDeadlineExceeded) || took != 0 {
			t.Errorf("the read ended after %v with %v", took, err)
		}
		for _, later := range []time.Time{{}, time.Now().Add(time.Hour)} {
			if err := errors.Join(c.SetReadDeadline(time.Unix(1, 0)), c.SetReadDeadline(later)); err != nil {
				t.Fatal(err)
			}
			go func() { _, err := io.WriteString(theirs, "x"); ended <- err }()
			if _, err := c.Read(make([]byte, 1)); err != nil {
				t.Errorf("the deadline is %v, and a read fails: %v", later, err)
			}
			if err := <-ended; err != nil {
				t.Errorf("say something: %v", err)
			}
		}
	})
}

// A deadline that was moved before it came counts as it is now, and one that was taken
// back not at all.
func TestMovedDeadlineCountsAsItIsNow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, theirs, _ := accepted(t)
		start := time.Now()
		if err := errors.Join(c.SetReadDeadline(start.Add(time.Second)), c.SetWriteDeadline(start.Add(time.Second)), c.SetReadDeadline(time.Time{})); err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(time.Minute, func() { _, _ = io.WriteString(theirs, "x") })
		if _, err := c.Read(make([]byte, 1)); err != nil || time.Since(start) != time.Minute {
			t.Errorf("the read ended after %v with %v, want a minute and nothing", time.Since(start), err)
		}
		if _, err := c.Write([]byte("x")); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("a write after its deadline ends with %v", err)
		}
	})
}

// A closed connection is not kept, and without any nobody looks.
func TestNoConnectionIsKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &pipes{accept: make(chan net.Conn, 1), closed: make(chan struct{})}
		d := keepDeadlines(l)
		for range 3 {
			_, server := net.Pipe()
			l.accept <- server
			c, err := d.Accept()
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(c.SetReadDeadline(time.Now().Add(time.Second)), c.Close()); err != nil {
				t.Fatal(err)
			}
			if n := len(d.open); n != 0 {
				t.Fatalf("%d connections are kept", n)
			}
			if d.look(); d.watched {
				t.Fatal("nobody is left, and watched")
			}
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Accept(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("a closed listener accepts: %v", err)
		}
	})
}

// Whoever still sends can read why they are refused: our half is closed, not the whole,
// which would take the answer away from them.
func TestOnlyOurHalfIsClosed(t *testing.T) {
	t.Parallel()
	l, err := listenOn("127.0.0.1:0", "listen.public")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	client, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	c, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	half, ok := c.(interface{ CloseWrite() error }) // as net/http asks
	if !ok {
		t.Fatalf("a %T cannot close one half", c)
	}
	if err := half.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(client); err != nil || len(text) != 0 {
		t.Errorf("the client reads %q and %v, want the end", text, err)
	}
	if _, err := io.WriteString(client, "x"); err != nil {
		t.Errorf("the client cannot go on sending: %v", err)
	}
	if _, err := io.ReadFull(c, make([]byte, 1)); err != nil {
		t.Errorf("what it sends is not read: %v", err)
	}
}

// Many at once set and wait while all are looked at, and in the midst of it one closes; what
// waited ends, and the race detector looks on.
func TestDeadlinesAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, _, d := accepted(t)
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				for n := range 50 {
					_ = c.SetReadDeadline(time.Now().Add(time.Duration(i*n) * 10 * time.Millisecond))
					_, _ = c.Read(make([]byte, 1))
				}
			})
		}
		all.Go(func() {
			for range 50 {
				c.(*timedConn).look(time.Since(d.start))
			}
		})
		all.Go(func() { time.Sleep(2 * time.Second); c.Close() })
		all.Wait()
		if d.mu.Lock(); len(d.open) != 0 {
			t.Errorf("%d connections are kept", len(d.open))
		}
		d.mu.Unlock()
	})
}
