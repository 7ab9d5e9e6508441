package server

import (
	"errors"
	"net"
	"sync"
	"time"
)

// sweep is how often the deadlines of all connections are looked at, and so how much
// later than asked for a connection may be given up.
const sweep = 250 * time.Millisecond

// deadlines keeps the deadlines of the connections of one listener. net/http moves those
// of a connection five times for each request, and hardly one is ever reached: a timer
// moved each time costs more than one look at all of them now and then.
type deadlines struct {
	net.Listener
	start time.Time // deadlines are kept as nanoseconds since, by the monotonic clock

	mu      sync.Mutex
	open    map[*timedConn]struct{}
	watched bool // a look at them is due
}

// keepDeadlines returns l, with connections whose deadlines are kept together.
func keepDeadlines(l net.Listener) *deadlines {
	return &deadlines{Listener: l, start: time.Now(), open: map[*timedConn]struct{}{}}
}

// Accept waits for the next connection.
func (d *deadlines) Accept() (net.Conn, error) {
	c, err := d.Listener.Accept()
	if err != nil {
		return nil, err
	}
	t := &timedConn{Conn: c, all: d}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.open[t] = struct{}{}
	if !d.watched {
		d.watched = true
		time.AfterFunc(sweep, d.look)
	}
	return t, nil
}

// look gives up what is due, and looks again later while there is any connection:
// connections may outlive their listener.
func (d *deadlines) look() {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Since(d.start)
	for c := range d.open {
		c.look(now)
	}
	if d.watched = len(d.open) > 0; d.watched {
		time.AfterFunc(sweep, d.look)
	}
}

func (d *deadlines) remove(c *timedConn) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.open, c)
}

// timedConn is a connection whose deadlines are kept by its listener.
type timedConn struct {
	net.Conn
	all *deadlines

	mu          sync.Mutex
	read, write side
}

// side is one of the two directions of a connection.
type side struct {
	due  time.Duration // since the listener's start; zero: never
	over bool          // the connection beneath has been told
}

// Close closes the connection; what waits for it ends.
func (c *timedConn) Close() error {
	c.all.remove(c)
	return c.Conn.Close()
}

// CloseWrite ends what we say and leaves the other direction open, where the connection
// can: so net/http lets a client read why its request was refused while it still sends.
func (c *timedConn) CloseWrite() error {
	half, ok := c.Conn.(interface{ CloseWrite() error })
	if !ok {
		return errors.ErrUnsupported
	}
	return half.CloseWrite()
}

// SetDeadline sets both deadlines.
func (c *timedConn) SetDeadline(t time.Time) error {
	if err := c.SetReadDeadline(t); err != nil {
		return err
	}
	return c.SetWriteDeadline(t)
}

// SetReadDeadline ends reads that wait at t, or up to a sweep later; a moment before the
// listener's start ends them at once, the zero time never.
func (c *timedConn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.read.set(t, c.all.start, c.Conn.SetReadDeadline)
}

// SetWriteDeadline is SetReadDeadline for writes.
func (c *timedConn) SetWriteDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.write.set(t, c.all.start, c.Conn.SetWriteDeadline)
}

func (s *side) set(t, start time.Time, tell func(time.Time) error) error {
	s.due = 0
	if !t.IsZero() {
		if s.due = t.Sub(start); s.due <= 0 {
			s.due, s.over = 0, true
			return tell(t)
		}
	}
	if !s.over {
		return nil
	}
	s.over = false
	return tell(time.Time{})
}

func (c *timedConn) look(now time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.read.look(now, c.Conn.SetReadDeadline)
	c.write.look(now, c.Conn.SetWriteDeadline)
}

func (s *side) look(now time.Duration, tell func(time.Time) error) {
	if s.due == 0 || s.due > now || s.over {
		return
	}
	s.over = true
	_ = tell(time.Unix(1, 0)) // a connection that is closed has nobody who waits
}
