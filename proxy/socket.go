package proxy

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"gatehouse/fault"
	"gatehouse/gate"
)

// socketBuffer is what is read of a WebSocket at a time, in each direction: what lasts
// holds little.
const socketBuffer = 4 << 10

// socket is a WebSocket between a visitor and an upstream.
type socket struct {
	stream   *stream
	visitor  atomic.Pointer[net.Conn] // nil: they were not answered yet
	upstream io.ReadWriteCloser

	mu   sync.Mutex // held by who writes to the visitor
	down frames     // to the visitor
	last bool       // the last word was written: nothing follows it
}

// errRelayed is that an answer was passed on as a stream, which is over.
var errRelayed = errors.New("the stream is over")

var errSwitched = fault.New(fault.Unanswered, "gate.upstream_upgrade", "The application behind the gate changed to another protocol than it was asked to.")

// switched passes on what an upstream says that changed to the protocol of WebSockets. It
// returns errRelayed once that is over.
func (p *passage) switched(answer *http.Response) error {
	upstream, ok := answer.Body.(io.ReadWriteCloser)
	if !ok || p.upgrade == nil || !p.upgrade.isAnswered(answer.Header) {
		return errSwitched
	}
	s := &socket{upstream: upstream}
	stream, err := p.openStream(kindWebSocket, s)
	if err != nil {
		return err
	}
	s.stream = stream
	conn, both, err := http.NewResponseController(p.w).Hijack()
	if err != nil {
		return err
	}
	defer conn.Close()
	p.status.code = http.StatusSwitchingProtocols
	_ = conn.SetDeadline(time.Time{})
	if err := s.greet(conn, both.Writer, answer.Header); err == nil {
		s.relay(both.Reader, uint64(p.match.Route.Body), p.match.Route.Stream.Messages)
	}
	return errRelayed
}

// greet tells the visitor that the protocol is another one from now on.
func (s *socket) greet(conn net.Conn, w *bufio.Writer, h http.Header) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.visitor.Store(&conn)
	h["Connection"], h["Upgrade"] = []string{"Upgrade"}, []string{"websocket"}
	head := &http.Response{StatusCode: http.StatusSwitchingProtocols, ProtoMajor: 1, ProtoMinor: 1, Header: h}
	if err := errors.Join(head.Write(w), w.Flush()); err != nil {
		return err
	}
	if e := s.stream.ended.Load(); e != nil { // by somebody who did not meet the visitor yet
		s.say(e)
		return errEnded
	}
	return nil
}

// relay passes frames on in both directions until either is over.
func (s *socket) relay(from *bufio.Reader, most uint64, rate gate.MessageRate) {
	up := make(chan struct{})
	go func() {
		defer close(up)
		defer s.upstream.Close()
		// It says why before the upstream is closed, from which the other direction would learn of an end.
		defer contain(s.stream.door.Log, s.stream.again.info.ID, func() { s.stream.cut(&ending{why: "unknown", err: errBroke}) })
		s.toUpstream(from, most, meter{MessageRate: rate})
	}()
	s.toVisitor()
	s.stream.ended.CompareAndSwap(nil, &ending{why: "done"})
	// The visitor may read the last word and answer it: what is closed before all of
	// theirs was read takes ours back.
	visitor := *s.visitor.Load()
	_ = visitor.SetReadDeadline(time.Now().Add(patience))
	if half, ok := visitor.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
	defer time.AfterFunc(patience, func() { _ = s.upstream.Close() }).Stop() // which may take nothing any more
	<-up
}

// toUpstream passes on what the visitor says, and throws it away once the stream has
// ended.
func (s *socket) toUpstream(from *bufio.Reader, most uint64, meter meter) {
	said := frames{masked: true, most: most}
	buffer := make([]byte, socketBuffer)
	for {
		n, err := from.Read(buffer)
		if n > 0 && s.stream.ended.Load() == nil {
			switch err := through(&said, buffer[:n]); {
			case errors.Is(err, errLarge):
				s.stream.cut(&ending{why: "size", err: errMessage})
			case err != nil:
				s.stream.cut(&ending{why: "broken", err: errBroken})
			case !meter.take(said.count(), time.Now()):
				s.stream.cut(&ending{why: "rate", err: errPace})
			default:
				if _, err := s.upstream.Write(buffer[:n]); err != nil && s.stream.ended.Load() == nil {
					return
				}
				s.stream.said()
			}
		}
		if err != nil {
			return
		}
	}
}

// toVisitor passes on what the upstream says, up to the last word.
func (s *socket) toVisitor() {
	buffer := make([]byte, socketBuffer)
	for {
		n, err := s.upstream.Read(buffer)
		if n > 0 && !s.write(buffer[:n]) {
			return
		}
		if err != nil {
			return
		}
		s.stream.said()
	}
}

// write writes to the visitor, and reports whether there may be more.
func (s *socket) write(b []byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last {
		return false
	}
	e := s.stream.ended.Load()
	if e == nil {
		return s.follow(b)
	}
	if !s.down.whole() {
		n, err := s.down.next(b)
		if err != nil {
			return false
		}
		if !s.put(b[:n]) {
			return false
		}
	}
	if s.down.whole() {
		s.say(e)
		return false
	}
	return true
}

// say writes the last word. It is called with mu held.
func (s *socket) say(e *ending) {
	if s.last = true; !s.down.closed {
		s.put(closeFrame(e.closeCode(), codeOf(e.err)))
	}
}

// follow writes what is frames. What is none ends the stream, with the last word in its place if
// none of it was written yet. It is called with mu held.
func (s *socket) follow(b []byte) bool {
	part := !s.down.whole() // of a frame, which is with the visitor
	n, err := upTo(&s.down, b)
	if err == nil {
		return s.put(b)
	}
	s.stream.ended.CompareAndSwap(nil, &ending{why: "broken", err: errBroken})
	if s.put(b[:n]) && (n > 0 || !part) {
		s.say(s.stream.ended.Load())
	}
	return false
}

// put writes to the visitor, with mu held, and reports whether that went.
func (s *socket) put(b []byte) bool {
	_, err := (*s.visitor.Load()).Write(b)
	return err == nil
}

// finish says why it ends, between two frames, or breaks off a little later.
func (s *socket) finish(e *ending) {
	time.AfterFunc(patience, func() { _ = s.upstream.Close() })
	go func() {
		if visitor := s.visitor.Load(); visitor != nil { // who reads nothing would hold up the word
			_ = (*visitor).SetWriteDeadline(time.Now().Add(patience))
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.visitor.Load() != nil && !s.last && s.down.whole() {
			s.say(e)
			_ = s.upstream.Close()
		}
	}()
}
