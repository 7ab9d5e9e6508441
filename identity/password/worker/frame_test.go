package worker

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"testing"
)

func frameOf(body []byte) []byte {
	var b bytes.Buffer
	_ = writeFrame(&b, body) // a buffer takes everything
	return b.Bytes()
}

func TestFramesArriveWhole(t *testing.T) {
	t.Parallel()
	whole := frameOf(helloFrame())
	for n := range whole {
		if body, err := readFrame(bytes.NewReader(whole[:n])); err == nil {
			t.Errorf("%d of %d bytes are %q", n, len(whole), body)
		}
		flipped := bytes.Clone(whole)
		flipped[n] ^= 4
		if body, err := readFrame(bytes.NewReader(flipped)); err == nil {
			t.Errorf("with byte %d changed it is %q", n, body)
		}
	}
	if _, err := readFrame(bytes.NewReader(nil)); !errors.Is(err, io.EOF) {
		t.Errorf("the end between frames is %v", err)
	}
	huge := binary.BigEndian.AppendUint32(nil, maxFrame+1)
	if _, err := readFrame(bytes.NewReader(append(huge, make([]byte, maxFrame+8)...))); !errors.Is(err, errFrame) {
		t.Errorf("a frame beyond the bound is %v", err)
	}
}

func TestWhatWasSentIsWiped(t *testing.T) {
	t.Parallel()
	var kept []byte
	w := writer(func(b []byte) (int, error) { kept = b; return len(b), nil })
	if err := writeFrame(w, []byte("a password")); err != nil || !bytes.Equal(kept, make([]byte, len(kept))) {
		t.Errorf("kept %q, %v", kept, err)
	}
}

type writer func([]byte) (int, error)

func (w writer) Write(b []byte) (int, error) { return w(b) }

func TestABadSetUpEndsTheChild(t *testing.T) {
	t.Parallel()
	for _, body := range [][]byte{
		{kindSetUp}, setUp{}.frame(), setUp{1, 1 << 63}.frame(), append(setUp{1, 1}.frame(), 0), helloFrame(), job("x").frame(1),
	} {
		if s, err := parseSetUp(body); err == nil {
			t.Errorf("%x is %+v", body, s)
		}
	}
}

func FuzzBodies(f *testing.F) {
	f.Add(job("password").frame(7))
	f.Add(keyFrame(7, make([]byte, 32)))
	f.Add(setUp{2, 1 << 26}.frame())
	f.Add(helloFrame())
	f.Fuzz(func(t *testing.T, body []byte) {
		if n, j, err := parseJob(body); err == nil {
			if again := j.frame(n); !bytes.Equal(again, body) || j.check() != nil {
				t.Errorf("%x is %+v, which is %x", body, j, again)
			}
		}
		if n, key, err := parseKey(body); err == nil && !bytes.Equal(keyFrame(n, key), body) {
			t.Errorf("%x is %d and %x", body, n, key)
		}
		if s, err := parseSetUp(body); err == nil && !bytes.Equal(s.frame(), body) {
			t.Errorf("%x is %+v", body, s)
		}
		stream := binary.BigEndian.AppendUint32(body, crc32.Checksum(body, castagnoli))
		if got, err := readFrame(bytes.NewReader(stream)); err == nil && len(got) > maxFrame {
			t.Errorf("%x gives a frame of %d bytes", stream, len(got))
		}
	})
}
