package proxy

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"
)

// frame is one of a visitor.
func frame(head byte, payload int) []byte {
	b := []byte{head}
	switch {
	case payload > 0xffff:
		b = binary.BigEndian.AppendUint64(append(b, 0x80|127), uint64(payload))
	case payload > 125:
		b = binary.BigEndian.AppendUint16(append(b, 0x80|126), uint16(payload))
	default:
		b = append(b, 0x80|byte(payload))
	}
	return append(append(b, 1, 2, 3, 4), make([]byte, payload)...)
}

// ends are where something is whole, by how many bytes were followed at a time.
func ends(t *testing.T, m marks, all []byte, step int) (at []int) {
	t.Helper()
	for done := 0; done < len(all); {
		n, err := m.next(all[done:min(done+step, len(all))])
		if err != nil {
			t.Fatalf("after %d bytes: %v", done, err)
		}
		if done += n; m.whole() {
			at = append(at, done)
		}
	}
	return at
}

// Where a frame, an event or a message ends does not depend on how the bytes arrive.
func TestWhatFlowsIsFollowedToItsEnds(t *testing.T) {
	t.Parallel()
	socket := slices.Concat(frame(0x81, 5), frame(0x89, 0), frame(0x02, 200), frame(0x80, 70_000), frame(0x88, 2))
	calls := []byte("\x00\x00\x00\x00\x03abc\x00\x00\x00\x00\x00\x01\x00\x00\x00\x01x")
	for name, c := range map[string]struct {
		of   func() marks
		all  []byte
		want []int
	}{
		"a WebSocket":      {func() marks { return &frames{masked: true} }, socket, []int{11, 17, 225, 70_239, 70_247}},
		"gRPC":             {func() marks { return &messages{} }, calls, []int{8, 13, 19}},
		"events":           {func() marks { return &events{} }, []byte("data: a\ndata: b\n\nid: 1\n\n"), []int{17, 24}},
		"with CRLF":        {func() marks { return &events{} }, []byte("data: a\r\n\r\ndata: b\r\r"), []int{10, 20}},
		"comments":         {func() marks { return &events{} }, []byte(": hi\n: again\ndata: a\n: in it\n\n:\n"), []int{5, 13, 30, 32}},
		"one without data": {func() marks { return &events{} }, []byte("event: x\n\n"), []int{10}},
	} {
		for _, step := range []int{1, 2, 3, 7, 1 << 20} {
			got := ends(t, c.of(), c.all, step)
			got = slices.DeleteFunc(got, func(at int) bool { return c.all[at-1] == '\n' && at > 1 && c.all[at-2] == '\r' }) // is seen by itself, or not
			if !slices.Equal(got, c.want) {
				t.Errorf("%s, %d bytes at a time: ends at %v, want %v", name, step, got, c.want)
			}
		}
	}
}

// What is no frame of a visitor passes for none, and a message has its bound in however
// many frames it comes.
func TestWhatIsNoFrameIsRefused(t *testing.T) {
	t.Parallel()
	unmasked := []byte{0x81, 0x01, 'x'}
	for name, c := range map[string]struct {
		sent []byte
		want error
	}{
		"a frame":                  {frame(0x81, 100), nil},
		"two messages":             {slices.Concat(frame(0x81, 100), frame(0x81, 100)), nil},
		"not masked":               {unmasked, errFrame},
		"a reserved code":          {frame(0x83, 1), errFrame},
		"a reserved control code":  {frame(0x8b, 1), errFrame},
		"a control frame in parts": {frame(0x09, 1), errFrame},
		"a long control frame":     {frame(0x89, 126), errFrame},
		"behind a close":           {slices.Concat(frame(0x88, 2), frame(0x81, 1)), errFrame},
		"no length":                {[]byte{0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4}, errFrame},
		"HTTP":                     {[]byte("GET /admin HTTP/1.1\r\nHost: api.test\r\n\r\n"), errFrame},
		"too large":                {frame(0x81, 101), errLarge},
		"too large in parts":       {slices.Concat(frame(0x01, 60), frame(0x89, 5), frame(0x80, 60)), errLarge},
	} {
		if err := through(&frames{masked: true, most: 100}, c.sent); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if err := through(&frames{}, frame(0x81, 1)); !errors.Is(err, errFrame) {
		t.Errorf("an upstream that masks: %v", err)
	}
	if err := through(&messages{most: 3}, []byte("\x00\x00\x00\x00\x04abcd")); !errors.Is(err, errLarge) {
		t.Errorf("a message of gRPC: %v", err)
	}
}

func TestTheLastFrameIsOne(t *testing.T) {
	t.Parallel()
	last := closeFrame(4403, strings.Repeat("x", 200))
	var f frames
	if err := through(&f, last); err != nil || !f.closed || !f.whole() || !bytes.HasPrefix(last, []byte{0x88, 125, 0x11, 0x33}) {
		t.Errorf("%v % x", err, last)
	}
}
