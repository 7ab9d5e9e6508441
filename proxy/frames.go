package proxy

import (
	"encoding/binary"
	"errors"
)

// marks follow what flows in one direction of a stream, to know where something of it
// ends: only there can a word of the gate stand between.
type marks interface {
	// next follows b up to the next end of one, or through all of it, and returns how far.
	// An error means that it is not what it should be.
	next(b []byte) (n int, err error)
	// whole reports whether nothing has begun that is not at its end.
	whole() bool
}

// through follows all of b.
func through(m marks, b []byte) error {
	_, err := upTo(m, b)
	return err
}

// upTo follows b, and returns how far it is what it should be: to the end of the last that was.
func upTo(m marks, b []byte) (good int, err error) {
	for good < len(b) {
		n, err := m.next(b[good:])
		if err != nil {
			return good, err
		}
		good += n
	}
	return good, nil
}

var (
	errFrame = errors.New("not a frame of a WebSocket")
	errLarge = errors.New("a message is larger than the route takes")
)

// The operation codes of frames (RFC 6455 section 5.2).
const (
	opBinary = 0x2
	opClose  = 0x8
	opPong   = 0xa
)

// frames follow one direction of a WebSocket. What is no frame is refused, so that
// nothing else passes for one.
type frames struct {
	masked bool   // as those of clients are
	most   uint64 // of a message, in bytes; 0: any

	head    [14]byte
	have    int    // bytes of head
	left    uint64 // of the frame under way
	message uint64 // bytes of the message under way
	begun   int    // frames, since somebody counted
	closed  bool   // a close frame was seen: there is nothing behind it
}

// count returns how many frames began since it was called last.
func (f *frames) count() (n int) {
	n, f.begun = f.begun, 0
	return n
}

func (f *frames) whole() bool { return f.have == 0 && f.left == 0 }

func (f *frames) next(b []byte) (n int, err error) {
	for n < len(b) {
		if f.left > 0 {
			step := min(f.left, uint64(len(b)-n))
			n, f.left = n+int(step), f.left-step
		} else {
			f.head[f.have] = b[n]
			n, f.have = n+1, f.have+1
			if f.have < f.headLength() {
				continue
			}
			if err := f.begin(); err != nil {
				return n, err
			}
		}
		if f.whole() {
			return n, nil
		}
	}
	return n, nil
}

// headLength is how long the head under way is, as far as that is known.
func (f *frames) headLength() int {
	if f.have < 2 {
		return 2
	}
	n := 2
	switch f.head[1] & 0x7f {
	case 126:
		n += 2
	case 127:
		n += 8
	}
	if f.head[1]&0x80 != 0 {
		n += 4
	}
	return n
}

// begin reads a whole head.
func (f *frames) begin() error {
	final, op, length := f.head[0]&0x80 != 0, f.head[0]&0xf, uint64(f.head[1]&0x7f)
	switch length {
	case 126:
		length = uint64(binary.BigEndian.Uint16(f.head[2:]))
	case 127:
		length = binary.BigEndian.Uint64(f.head[2:])
	}
	f.have = 0
	f.begun++
	control := op >= opClose
	switch {
	case f.closed, f.masked != (f.head[1]&0x80 != 0), length > 1<<62, op > opBinary && op < opClose, op > opPong, control && (!final || length > 125):
		return errFrame
	case op == opClose:
		f.closed = true
	case !control:
		if f.message += length; f.most > 0 && f.message > f.most {
			return errLarge
		}
		if final {
			f.message = 0
		}
	}
	f.left = length
	return nil
}

// closeFrame is the frame by which a server ends a WebSocket.
func closeFrame(code uint16, reason string) []byte {
	reason = reason[:min(len(reason), 123)]
	frame := []byte{0x80 | opClose, byte(2 + len(reason))}
	return append(binary.BigEndian.AppendUint16(frame, code), reason...)
}

// events follow server-sent events: an event ends in an empty line, and a comment at the
// end of its own.
type events struct {
	inLine  bool // a line has begun
	pending bool // an event has begun
	comment bool // the line under way is one
	cr      bool // the byte before was one, of which a line feed is a part
}

func (e *events) whole() bool { return !e.inLine && !e.pending }

func (e *events) next(b []byte) (n int, err error) {
	for n < len(b) {
		c := b[n]
		n++
		if lf := c == '\n' && e.cr; lf {
			e.cr = false
			continue
		}
		e.cr = c == '\r'
		switch {
		case c != '\n' && c != '\r':
			if !e.inLine {
				e.inLine, e.comment = true, c == ':'
			}
			e.pending = e.pending || !e.comment
			continue
		case !e.inLine:
			e.pending = false
		}
		if e.inLine = false; e.whole() {
			return n, nil
		}
	}
	return n, nil
}

// messages follow one direction of a gRPC call: each message has its length before it.
type messages struct {
	most uint64 // of one, in bytes; 0: any

	head [5]byte
	have int
	left uint64
}

func (m *messages) whole() bool { return m.have == 0 && m.left == 0 }

func (m *messages) next(b []byte) (n int, err error) {
	for n < len(b) {
		if m.left > 0 {
			step := min(m.left, uint64(len(b)-n))
			n, m.left = n+int(step), m.left-step
		} else {
			m.head[m.have] = b[n]
			n, m.have = n+1, m.have+1
			if m.have < len(m.head) {
				continue
			}
			m.have, m.left = 0, uint64(binary.BigEndian.Uint32(m.head[1:]))
			if m.most > 0 && m.left > m.most {
				return n, errLarge
			}
		}
		if m.whole() {
			return n, nil
		}
	}
	return n, nil
}
