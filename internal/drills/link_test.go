package drills

import (
	"bytes"
	wire "encoding/binary"
	"io"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// link is a way to a Postgres that can lose notifications, or everything.
type link struct {
	server   [2]string // network and address
	url      string    // of the same database, by this way
	listener net.Listener
	muted    atomic.Bool // notifications are lost
	dropped  atomic.Int64
	cut      atomic.Bool
	late     atomic.Int64 // how long each answer is held back, in nanoseconds
	mu       sync.Mutex
	open     map[net.Conn]struct{}
	hearing  map[net.Conn]struct{} // that asked for notifications
}

// newLink makes a way to the database at address, which goes with the test.
func newLink(t *testing.T, address string) *link {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	l := &link{server: [2]string{"tcp", u.Host}, open: map[net.Conn]struct{}{}, hearing: map[net.Conn]struct{}{}}
	if socket := u.Query().Get("host"); socket != "" {
		l.server = [2]string{"unix", socket + "/.s.PGSQL.5432"}
	}
	if l.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.listener.Close(); l.sever() })
	u.Host, u.RawQuery = l.listener.Addr().String(), "sslmode=disable"
	l.url = u.String()
	go l.accept()
	return l
}

func (l *link) accept() {
	for {
		client, err := l.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial(l.server[0], l.server[1])
		if err != nil || l.cut.Load() || !l.keep(client, server) {
			_ = client.Close()
			if server != nil {
				_ = server.Close()
			}
			continue
		}
		go l.carry(client, server, func() error { _, err := io.Copy(server, &asking{client, l}); return err })
		go l.carry(client, server, func() error { return l.answers(client, server) })
	}
}

func (l *link) keep(conns ...net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range conns {
		l.open[c] = struct{}{}
	}
	return !l.cut.Load()
}

// carry ends both connections with one direction.
func (l *link) carry(client, server net.Conn, way func() error) {
	_ = way() // either side may go
	_, _ = client.Close(), server.Close()
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.open, client)
	delete(l.open, server)
	delete(l.hearing, client)
}

// asking notes who asks for notifications.
type asking struct {
	net.Conn
	link *link
}

func (a *asking) Read(b []byte) (int, error) {
	n, err := a.Conn.Read(b)
	if bytes.Contains(b[:n], []byte("LISTEN ")) {
		a.link.mu.Lock()
		a.link.hearing[a.Conn] = struct{}{}
		a.link.mu.Unlock()
	}
	return n, err
}

// deafen ends the connections by which notifications come, and returns how many there were.
func (l *link) deafen() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.hearing {
		_ = c.Close()
	}
	return len(l.hearing)
}

// answers carries the messages of the server, but for notifications while they are lost.
// Each is a type, a length that counts itself, and so much text.
func (l *link) answers(client, server net.Conn) error {
	const notification, readyForQuery = 'A', 'Z'
	var head [5]byte
	for {
		if _, err := io.ReadFull(server, head[:]); err != nil {
			return err
		}
		to := io.Writer(client)
		if head[0] == notification && l.muted.Load() {
			to = io.Discard
			l.dropped.Add(1)
		}
		if late := l.late.Load(); late > 0 && head[0] == readyForQuery {
			time.Sleep(time.Duration(late)) // a slow network: nothing else is to wait on
		}
		if _, err := to.Write(head[:]); err != nil {
			return err
		}
		if _, err := io.CopyN(to, server, int64(wire.BigEndian.Uint32(head[1:]))-4); err != nil {
			return err
		}
	}
}

// sever cuts the way until mend.
func (l *link) sever() {
	l.cut.Store(true)
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.open {
		_ = c.Close()
	}
}

func (l *link) mend() { l.cut.Store(false) }
