package audit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// AppendStore is what Appender asks; *store.Store does.
type AppendStore interface {
	HeadStore
	CheckpointStore
}

// Appender writes checkpoints to a file, one behind the other with an empty line
// between them, and has each on disk before it goes on. Several processes may append to
// one file; then some checkpoints are in it twice. Whoever moves the file away
// finds the next checkpoints in a new one.
type Appender struct {
	Store AppendStore
	Keys  Keys
	Path  string

	known os.FileInfo // of the file, after this process looked at its end
	last  int64       // the size in the last checkpoint of it
}

// Due reports whether there is a file to append to.
func (a *Appender) Due(time.Time) bool { return a.Path != "" }

// Step appends the checkpoints that the file does not have yet; of those before its
// first, none. A file that knows of more than the database is an error: events were
// cut off, or the database was restored from a back-up.
func (a *Appender) Step(ctx context.Context, _ time.Time) error {
	if err := a.step(ctx); err != nil {
		return fmt.Errorf("append to %s: %w", a.Path, err)
	}
	return nil
}

func (a *Appender) step(ctx context.Context) error {
	h, err := a.Keys.headOf(ctx, a.Store)
	if err != nil || h.last.Note == "" {
		return err
	}
	head := h.last
	if head.Size == a.last && a.unchanged() {
		return nil
	}
	f, err := os.OpenFile(a.Path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	size, err := a.look(f)
	if err != nil {
		return err
	}
	if a.last > head.Size {
		return fmt.Errorf("it has a checkpoint of %d entries, and the database one of %d: events were cut off, or a back-up was restored", a.last, head.Size)
	}
	if a.last == 0 {
		return a.write(f, size, []Checkpoint{head})
	}
	fresh, err := a.fresh(ctx)
	if err != nil {
		return err
	}
	return a.write(f, size, fresh)
}

// fresh returns the checkpoints behind the last of the file that this house signed; what is
// left the next step appends.
func (a *Appender) fresh(ctx context.Context) ([]Checkpoint, error) {
	return a.Keys.Checkpoints(ctx, a.Store, a.last, headPage)
}

// CheckpointStore is where checkpoints are; *store.Store does.
type CheckpointStore interface {
	// CheckpointsBehind returns checkpoints behind one, the smallest first.
	CheckpointsBehind(ctx context.Context, c Checkpoint, limit int) ([]Checkpoint, error)
}

// Checkpoints returns at most limit checkpoints that this house signed, and that are larger
// than after, the smallest first.
func (k Keys) Checkpoints(ctx context.Context, s CheckpointStore, after int64, limit int) (signed []Checkpoint, err error) {
	if after == math.MaxInt64 {
		return nil, nil
	}
	for last := (Checkpoint{Size: after + 1}); ; {
		page, err := s.CheckpointsBehind(ctx, last, headPage)
		if err != nil {
			return nil, err
		}
		for _, c := range page {
			last = c
			if one, err := verifyNote(k.verifier(), c.Note); err == nil && one.Size == c.Size {
				if signed = append(signed, one); len(signed) == limit {
					return signed, nil
				}
			}
		}
		if len(page) < headPage {
			return signed, nil
		}
	}
}

func (a *Appender) unchanged() bool {
	now, err := os.Stat(a.Path)
	return err == nil && a.known != nil && os.SameFile(now, a.known) && now.Size() == a.known.Size()
}

// look reads the end of the file, unless it is where this process left it.
func (a *Appender) look(f *os.File) (size int64, err error) {
	now, err := f.Stat()
	if err != nil || a.known != nil && os.SameFile(now, a.known) && now.Size() == a.known.Size() {
		return now.Size(), err
	}
	a.last = 0
	const enough = 4096 // several checkpoints
	end := make([]byte, min(enough, now.Size()))
	if _, err := f.ReadAt(end, now.Size()-int64(len(end))); err != nil && err != io.EOF {
		return 0, err
	}
	all, _ := parseNotes(a.Keys.verifier(), end)
	for _, c := range all {
		a.last = max(a.last, c.Size)
	}
	return now.Size(), nil
}

func (a *Appender) write(f *os.File, size int64, fresh []Checkpoint) error {
	if len(fresh) == 0 {
		return nil
	}
	var b bytes.Buffer
	if size > 0 {
		b.WriteString("\n")
	}
	for i, c := range fresh {
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString(c.Note)
	}
	if _, err := f.Write(b.Bytes()); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	known, err := f.Stat()
	if err == nil && known.Size() == size+int64(b.Len()) { // nobody else wrote meanwhile
		a.known = known
	} else {
		a.known = nil
	}
	a.last = fresh[len(fresh)-1].Size
	return err
}

// ReadCheckpoints reads a file that Appender wrote. strange is how many pieces of it are
// no checkpoint of this house: a line that a crash cut off, or what somebody put there.
func (k Keys) ReadCheckpoints(path string) (all []Checkpoint, strange int, err error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, fmt.Errorf("read the checkpoints: %w", err)
	}
	all, strange = parseNotes(k.verifier(), text)
	return all, strange, nil
}

// parseNotes reads the checkpoints in a text of several. A checkpoint begins with the
// line of its origin, and ends with the line of its signature.
func parseNotes(v note.Verifier, text []byte) (all []Checkpoint, strange int) {
	origin := v.Name() + "\n"
	for i, piece := range strings.Split("\n"+string(text), "\n"+origin) {
		if i == 0 {
			if strings.TrimSpace(piece) != "" {
				strange++
			}
			continue
		}
		c, err := verifyNote(v, origin+strings.TrimRight(piece, "\n")+"\n")
		if err != nil {
			strange++
			continue
		}
		all = append(all, c)
	}
	return all, strange
}
