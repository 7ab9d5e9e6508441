package archive

import (
	"bufio"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"hash"
	"io"
)

// Reader reads a back-up part by part. What it hands out is authentic only once
// Next has returned io.EOF: read with Verify first, and believe nothing for good
// before the end.
type Reader struct {
	in     *bufio.Reader
	mac    hash.Hash
	header Header
	parts  int
	left   int  // of the data frame that is being read
	ended  bool // by the end's frame or an error
	next   byte // a frame's kind that was read ahead; 0: none
}

// ReadHeader returns the header of a back-up. Without the key nobody knows
// whether it is as it was written. Faults: "backup.format", "backup.newer",
// "backup.truncated".
func ReadHeader(r io.Reader) (Header, error) {
	a, err := NewReader(r, nil)
	if err != nil {
		return Header{}, err
	}
	return a.header, nil
}

// NewReader reads the head of a back-up. Faults as ReadHeader.
func NewReader(r io.Reader, key []byte) (*Reader, error) {
	a := &Reader{in: bufio.NewReaderSize(r, maxFrame), mac: hmac.New(sha256.New, key)}
	start := make([]byte, len(magic))
	if err := a.get(start); err != nil || string(start) != magic {
		return nil, foreign(err)
	}
	n, err := a.length(maxHeader)
	if err != nil {
		return nil, err
	}
	head := make([]byte, n)
	if err := a.get(head); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(head, &a.header); err != nil || a.header.Format < 1 {
		return nil, errAltered
	}
	if a.header.Format > Format {
		return nil, errNewer
	}
	return a, nil
}

// foreign is what a file is whose first line is another; err is why it could not
// be read.
func foreign(err error) error {
	if err == nil || errors.Is(err, errTruncated) {
		return errForeign
	}
	return err
}

// Header returns what the back-up says of itself.
func (a *Reader) Header() Header { return a.header }

// Verify reads the whole of r and reports by an error that it is not a back-up
// as it was written under key. Faults as Next.
func Verify(r io.Reader, key []byte) error {
	a, err := NewReader(r, key)
	for err == nil {
		_, err = a.Next()
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// Next goes to the next part and returns its name; what is left of the one
// before is skipped. io.EOF: there is none, and all that was read is authentic.
// Faults: "backup.truncated", "backup.altered".
func (a *Reader) Next() (string, error) {
	if a.ended {
		return "", io.EOF
	}
	if _, err := io.Copy(io.Discard, a); err != nil {
		return "", err
	}
	kind := a.next
	a.next = 0
	if kind == 0 {
		var err error
		if kind, err = a.kind(); err != nil {
			return "", err
		}
	}
	if kind == frameEnd {
		return "", a.end()
	}
	if a.parts++; kind != framePart || a.parts > maxParts {
		return "", errAltered
	}
	n, err := a.length(maxName)
	if err != nil {
		return "", err
	}
	name := make([]byte, n)
	if err := a.get(name); err != nil {
		return "", err
	}
	return string(name), nil
}

// Read implements io.Reader over the part that Next began.
func (a *Reader) Read(p []byte) (int, error) {
	for a.left == 0 {
		if a.parts == 0 || a.ended || a.next != 0 {
			return 0, io.EOF
		}
		kind, err := a.kind()
		if err != nil {
			return 0, err
		}
		if kind != frameData {
			a.next = kind
			return 0, io.EOF
		}
		if a.left, err = a.length(maxFrame); err != nil {
			return 0, err
		}
	}
	n, err := a.in.Read(p[:min(len(p), a.left)])
	a.mac.Write(p[:n])
	a.left -= n
	return n, short(err)
}

// end checks what follows the last part: the MAC, and nothing.
func (a *Reader) end() error {
	a.ended = true
	want := a.mac.Sum(nil)
	got := make([]byte, len(want))
	if _, err := io.ReadFull(a.in, got); err != nil {
		return short(err)
	}
	if !hmac.Equal(got, want) {
		return errAltered
	}
	switch _, err := a.in.ReadByte(); {
	case err == nil:
		return errAltered
	case !errors.Is(err, io.EOF):
		return err
	}
	return io.EOF
}

func (a *Reader) kind() (byte, error) {
	var b [1]byte
	err := a.get(b[:])
	return b[0], err
}

func (a *Reader) length(most int) (int, error) {
	var b [4]byte
	if err := a.get(b[:]); err != nil {
		return 0, err
	}
	n := binary.BigEndian.Uint32(b[:])
	if n > uint32(most) {
		return 0, errAltered
	}
	return int(n), nil
}

func (a *Reader) get(b []byte) error {
	if _, err := io.ReadFull(a.in, b); err != nil {
		return short(err)
	}
	a.mac.Write(b)
	return nil
}

// short is err, and says of a file that ends too early that it does.
func short(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errTruncated
	}
	return err
}
