package pdp

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
)

// pipes is a network within the process, so that a test with a real server and real
// connections plays in a bubble, whose time passes on no machine faster or slower.
type pipes struct {
	coming chan net.Conn
	closed chan struct{}
	close  func()
}

func onPipes(h http.Handler) (*httptest.Server, *pipes) {
	server := httptest.NewUnstartedServer(h)
	_ = server.Listener.Close() // it came with one
	closed := make(chan struct{})
	p := &pipes{make(chan net.Conn), closed, sync.OnceFunc(func() { close(closed) })}
	server.Listener = p
	return server, p
}

// lead leads the client of the server here.
func (p *pipes) lead(client *http.Client) {
	client.Transport.(*http.Transport).DialContext = p.dial
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.coming:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case p.coming <- there:
		return here, nil
	case <-p.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *pipes) Close() error { p.close(); return nil }

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80} }
