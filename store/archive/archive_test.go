package archive

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/fault"
)

var (
	key    = []byte("a key of thirty-two bytes, or so")
	header = Header{Format: Format, Made: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), Database: "sqlite", Schema: 1, Key: "0123456789abcdef", Issuer: "https://id.example.test", Program: "v1"}
)

// write returns a back-up with the parts, name by name.
func write(t testing.TB, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	a, err := NewWriter(&b, header, key)
	for i := 0; err == nil && i < len(parts); i += 2 {
		var w io.Writer
		if w, err = a.Part(parts[i]); err == nil {
			_, err = io.WriteString(w, parts[i+1])
		}
	}
	if err == nil {
		err = a.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAnArchiveReadsAsItWasWritten(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("all work and no play ", 60_000) // several frames
	file := write(t, "file", long, "users:id,email", "", "last", "x")
	a, err := NewReader(bytes.NewReader(file), key)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(header, a.Header()); d != "" {
		t.Error(d)
	}
	got := map[string]string{}
	for {
		name, err := a.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(a)
		if err != nil {
			t.Fatal(err)
		}
		got[name] = string(content)
	}
	if d := cmp.Diff(map[string]string{"file": long, "users:id,email": "", "last": "x"}, got); d != "" {
		t.Error(d)
	}
	if err := Verify(bytes.NewReader(file), key); err != nil {
		t.Errorf("Verify, which skips the parts: %v", err)
	}
}

func TestAnArchiveThatWasCutAnywhereIsRefused(t *testing.T) {
	t.Parallel()
	file := write(t, "file", "some content", "more", "of it")
	for n := range file {
		want := "backup.truncated"
		if n < len(magic) {
			want = "backup.format"
		}
		if err := Verify(bytes.NewReader(file[:n]), key); fault.CodeOf(err) != want {
			t.Fatalf("cut after %d of %d bytes: %v, want %s", n, len(file), err, want)
		}
	}
}

func TestAnArchiveInWhichOneByteIsAnotherIsRefused(t *testing.T) {
	t.Parallel()
	file := write(t, "file", "some content", "more", "of it")
	for n := range file {
		for _, bit := range []byte{1, 0x80} {
			changed := bytes.Clone(file)
			changed[n] ^= bit
			if err := Verify(bytes.NewReader(changed), key); fault.CodeOf(err) == "" {
				t.Errorf("byte %d of %d was changed by %#x: %v, want a refusal", n, len(file), bit, err)
			}
		}
	}
	for what, changed := range map[string][]byte{
		"a byte behind the end": append(bytes.Clone(file), 0),
		"another one behind it": append(bytes.Clone(file), file...),
	} {
		if err := Verify(bytes.NewReader(changed), key); fault.CodeOf(err) != "backup.altered" {
			t.Errorf("%s: %v, want backup.altered", what, err)
		}
	}
	if err := Verify(bytes.NewReader(file), []byte("another key")); fault.CodeOf(err) != "backup.altered" {
		t.Errorf("under another key: %v, want backup.altered", err)
	}
}

// Lengths are believed up to a bound: a file of some bytes must not make its
// reader take gigabytes.
func TestLengthsOfAHostileArchiveAreBounded(t *testing.T) {
	t.Parallel()
	huge := binary.BigEndian.AppendUint32(nil, 1<<31)
	head := write(t)
	head = head[:len(head)-1-32] // without the end and the MAC
	for what, file := range map[string][]byte{
		"the header":   append([]byte(magic), huge...),
		"a name":       append(append(bytes.Clone(head), framePart), huge...),
		"a data frame": append(append(bytes.Clone(head), framePart, 0, 0, 0, 1, 'x', frameData), huge...),
	} {
		if err := Verify(bytes.NewReader(file), key); fault.CodeOf(err) != "backup.altered" {
			t.Errorf("the length of %s: %v, want backup.altered", what, err)
		}
	}
	many := bytes.Clone(head)
	for range maxParts + 1 {
		many = append(many, framePart, 0, 0, 0, 1, 'x')
	}
	if err := Verify(bytes.NewReader(many), key); fault.CodeOf(err) != "backup.altered" {
		t.Errorf("more than %d parts: %v, want backup.altered", maxParts, err)
	}
}

func TestAnArchiveOfALaterFormIsForALaterGatehouse(t *testing.T) {
	t.Parallel()
	file := bytes.Replace(write(t), []byte(`"format":1`), []byte(`"format":2`), 1)
	if _, err := ReadHeader(bytes.NewReader(file)); fault.CodeOf(err) != "backup.newer" {
		t.Errorf("got %v, want backup.newer", err)
	}
}

// A disk that is full, at whichever byte, is an error of the writer and never a
// whole file.
func TestAWriterSaysThatTheDiskIsFull(t *testing.T) {
	t.Parallel()
	size := len(write(t, "file", "some content"))
	for room := range size {
		a, err := NewWriter(&disk{room: room}, header, key)
		if err == nil {
			var w io.Writer
			if w, err = a.Part("file"); err == nil {
				_, err = io.WriteString(w, "some content")
			}
		}
		if err == nil {
			err = a.Close()
		}
		if !errors.Is(err, errFull) {
			t.Fatalf("room for %d of %d bytes: %v, want %v", room, size, err, errFull)
		}
	}
}

var errFull = errors.New("no space left on device")

type disk struct{ room int }

func (d *disk) Write(b []byte) (int, error) {
	n := min(len(b), d.room)
	if d.room -= n; n < len(b) {
		return n, errFull
	}
	return n, nil
}

func FuzzReader(f *testing.F) {
	f.Add(write(f, "file", "some content"))
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, file []byte) {
		if err := Verify(bytes.NewReader(file), key); err == nil {
			a, err := NewReader(bytes.NewReader(file), key)
			if err != nil || a.Header().Format != Format {
				t.Errorf("a verified file does not read: %v", err)
			}
		} else if fault.CodeOf(err) == "" {
			t.Errorf("%v has no code", err)
		}
	})
}
