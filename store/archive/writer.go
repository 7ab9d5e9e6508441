package archive

import (
	"bufio"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash"
	"io"
)

// Writer writes a back-up. It is for one goroutine.
type Writer struct {
	out   *bufio.Writer
	mac   hash.Hash
	parts int
	err   error
}

// NewWriter writes the head of a back-up to w. key authenticates the file.
func NewWriter(w io.Writer, h Header, key []byte) (*Writer, error) {
	h.Format = Format
	head, err := json.Marshal(h)
	if err != nil {
		return nil, fmt.Errorf("write the head of a back-up: %w", err)
	}
	if len(head) > maxHeader {
		return nil, fmt.Errorf("write the head of a back-up: it has %d bytes", len(head))
	}
	a := &Writer{out: bufio.NewWriterSize(w, maxFrame), mac: hmac.New(sha256.New, key)}
	a.put([]byte(magic))
	a.length(len(head))
	a.put(head)
	return a, a.err
}

// Part ends the part before and begins another, which the returned writer takes.
func (a *Writer) Part(name string) (io.Writer, error) {
	if a.parts++; len(name) > maxName || name == "" || a.parts > maxParts {
		return nil, fmt.Errorf("begin part %d of a back-up: %q is no name for one, or they are too many", a.parts, name)
	}
	a.frame(framePart, []byte(name))
	return part{a}, a.err
}

// Close ends the back-up. Without it the file is one that was cut off.
func (a *Writer) Close() error {
	a.put([]byte{frameEnd})
	if a.err != nil {
		return a.err
	}
	if _, err := a.out.Write(a.mac.Sum(nil)); err != nil {
		return err
	}
	return a.out.Flush()
}

type part struct{ a *Writer }

// Write implements io.Writer.
func (p part) Write(b []byte) (n int, err error) {
	for len(b) > 0 && p.a.err == nil {
		piece := b[:min(len(b), maxFrame)]
		p.a.frame(frameData, piece)
		b, n = b[len(piece):], n+len(piece)
	}
	return n, p.a.err
}

func (a *Writer) frame(kind byte, b []byte) {
	a.put([]byte{kind})
	a.length(len(b))
	a.put(b)
}

func (a *Writer) length(n int) { a.put(binary.BigEndian.AppendUint32(nil, uint32(n))) }

// put remembers the first error; what follows it is for nobody.
func (a *Writer) put(b []byte) {
	if a.err != nil {
		return
	}
	a.mac.Write(b)
	_, a.err = a.out.Write(b)
}
