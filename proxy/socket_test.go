package proxy

import (
	"bufio"
	"io"
	"log/slog"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/gate"
	"gatehouse/web"
)

// relayed relays a WebSocket in a bubble, and returns both ends of it.
func relayed() (visitor, upstream net.Conn, s *socket, over chan struct{}) {
	visitor, ours := net.Pipe()
	theirs, upstream := net.Pipe()
	s = &socket{upstream: theirs, stream: &stream{door: &Door{Log: slog.New(slog.DiscardHandler)}, begun: time.Now()}}
	s.stream.ends, s.stream.again.info = s, &web.Info{}
	s.visitor.Store(&ours)
	over = make(chan struct{})
	go func() {
		defer close(over)
		s.relay(bufio.NewReader(ours), 1<<20, gate.MessageRate{})
		_ = ours.Close()
	}()
	return visitor, upstream, s, over
}

// Frames of a visitor and of an upstream.
const (
	masked = "\x81\x85\x00\x00\x00\x00hello"
	plain  = "\x81\x05hello"
	broken = "\x83\x05hello" // of a kind that there is not
)

// What an upstream sends that is no frame goes no further, and the visitor hears why the end is
// there, where there is a place for that.
func TestWhatAnUpstreamSendsThatIsNoFrameEndsTheWebSocket(t *testing.T) {
	t.Parallel()
	lastWord := string(closeFrame(1002, "gate.frame"))
	for name, c := range map[string]struct {
		said []string
		want string
	}{
		"at once":                       {[]string{broken}, lastWord},
		"behind a frame":                {[]string{plain, broken}, plain + lastWord},
		"behind a frame, in one piece":  {[]string{plain + broken}, plain + lastWord},
		"behind half a frame":           {[]string{plain[:3], plain[3:] + broken}, plain + lastWord},
		"behind half of its own head":   {[]string{plain + broken[:1], broken[1:]}, plain + broken[:1]},
		"a second after the first word": {[]string{plain, plain, plain[:4], plain[4:] + broken + plain}, plain + plain + plain + lastWord},
	} {
		synctest.Test(t, func(t *testing.T) {
			visitor, upstream, s, over := relayed()
			go func() {
				for _, text := range c.said {
					_, _ = io.WriteString(upstream, text)
				}
			}()
			heard, _ := io.ReadAll(visitor)
			_ = visitor.Close()
			if <-over; string(heard) != c.want || s.stream.why() != "broken" {
				t.Errorf("%s: the visitor hears %q, want %q; it ended: %s", name, heard, c.want, s.stream.why())
			}
			_ = upstream.Close()
		})
	}
}

// An upstream that takes nothing any more does not keep a WebSocket that is over.
func TestAWebSocketIsOverThoughItsUpstreamTakesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		visitor, upstream, _, over := relayed()
		go func() {
			for {
				if _, err := io.WriteString(visitor, masked); err != nil {
					return
				}
			}
		}()
		synctest.Wait() // nobody reads it
		begun := time.Now()
		go func() { _, _ = io.WriteString(upstream, broken) }()
		_, _ = io.ReadAll(visitor)
		select {
		case <-over:
		case <-time.After(time.Minute):
			t.Error("it goes on for a minute")
		}
		if took := time.Since(begun); took > 2*patience {
			t.Errorf("it took %s", took)
		}
		_, _ = visitor.Close(), upstream.Close()
	})
}

// What breaks while it is passed on ends that WebSocket, and nothing else.
func TestAPanicBehindAWebSocketEndsIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		visitor, upstream, s, over := relayed()
		s.upstream = breaks{s.upstream}
		go func() { _, _ = io.WriteString(visitor, masked) }()
		_, _ = io.ReadAll(visitor)
		_ = visitor.Close()
		if <-over; s.stream.why() != "unknown" {
			t.Errorf("it ended: %s", s.stream.why())
		}
		_ = upstream.Close()
	})
}

// breaks is an upstream that cannot be written to.
type breaks struct{ io.ReadWriteCloser }

func (breaks) Write([]byte) (int, error) { panic("a private thought") }
