package house

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"gatehouse/gate"
	"gatehouse/proxy"
)

// setAside is how many files of decisions are kept besides the one that is written.
const setAside = 9

// writeEvery is how often decisions are written: a process that is killed loses those of
// that time.
const writeEvery = time.Second

// Decisions is the log of what the gate decided: a file of lines of JSON, that is set aside
// when it is long. Nobody waits for it: what there is no room for is dropped and counted.
type Decisions struct {
	config  gate.DecisionsConfig
	waiting chan *proxy.Entry
	dropped atomic.Uint64

	mu sync.Mutex // held while it writes
}

// NewDecisions returns the log of a configuration, nil where none is kept.
func NewDecisions(c gate.DecisionsConfig) *Decisions {
	if c.File == "" {
		return nil
	}
	return &Decisions{config: c, waiting: make(chan *proxy.Entry, 1<<14)}
}

// Sample implements proxy.Decisions.
func (d *Decisions) Sample() float64 { return float64(d.config.Sample) / 100 }

// Decided implements proxy.Decisions.
func (d *Decisions) Decided(e *proxy.Entry) {
	select {
	case d.waiting <- e:
	default:
		d.dropped.Add(1)
	}
}

// Dropped is how many decisions there was no room for.
func (d *Decisions) Dropped() uint64 {
	if d == nil {
		return 0
	}
	return d.dropped.Load()
}

// Due reports whether a log is kept.
func (d *Decisions) Due(time.Time) bool { return d != nil }

// Step writes what waits, if a log is kept.
func (d *Decisions) Step(context.Context, time.Time) error {
	if d == nil {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	n := len(d.waiting)
	if n == 0 {
		return nil
	}
	if err := d.write(n); err != nil {
		return fmt.Errorf("write the decisions of the gate: %w", err)
	}
	return d.turn()
}

func (d *Decisions) write(n int) error {
	f, err := os.OpenFile(d.config.File, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(f, 64<<10)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	var broken error
	for range n {
		broken = enc.Encode(<-d.waiting) // what out could not write it goes on saying
	}
	if err = errors.Join(broken, out.Flush(), f.Close()); err != nil {
		d.dropped.Add(uint64(n))
	}
	return err
}

// turn sets the file aside when it is long.
func (d *Decisions) turn() error {
	info, err := os.Stat(d.config.File)
	if err != nil || info.Size() < int64(d.config.MaxMegabytes)<<20 {
		return err
	}
	for n := setAside; n > 0; n-- {
		from := d.config.File
		if n > 1 {
			from = aside(d.config.File, n-1)
		}
		if err := os.Rename(from, aside(d.config.File, n)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("set the decisions of the gate aside: %w", err)
		}
	}
	return nil
}

// Forget removes what was set aside long ago, if a log is kept.
func (d *Decisions) Forget(_ context.Context, now time.Time) error {
	if d == nil {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for n := setAside; n > 0; n-- {
		info, err := os.Stat(aside(d.config.File, n))
		if err != nil || now.Sub(info.ModTime()) < d.config.Keep {
			continue
		}
		if err := os.Remove(aside(d.config.File, n)); err != nil {
			return fmt.Errorf("remove old decisions of the gate: %w", err)
		}
	}
	return nil
}

func aside(file string, n int) string { return file + "." + strconv.Itoa(n) }

// maxLine bounds a line of the log, which has a path and what an upstream said of a resource.
const maxLine = 1 << 20

// EachDecision calls f for each decision of a log, the oldest first: of what was set aside
// beside the file, and of the file. Strange is how many lines are none, as one is that a
// process did not write to its end. An error of f ends it; a file that is no such log is one.
func EachDecision(file string, f func(e *proxy.Entry) error) (strange int, err error) {
	found, decisions := false, 0
	counted := func(e *proxy.Entry) error { decisions++; return f(e) }
	for n := setAside; n >= 0; n-- {
		name := file
		if n > 0 {
			name = aside(file, n)
		}
		in, err := os.Open(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return strange, fmt.Errorf("read decisions: %w", err)
		}
		found = true
		none, err := eachLine(in, name, counted)
		strange += none
		if err = errors.Join(err, in.Close()); err != nil {
			return strange, err
		}
	}
	switch {
	case !found:
		return strange, fmt.Errorf("read decisions: %s is not there", file)
	case decisions == 0 && strange > 0:
		return strange, fmt.Errorf("read decisions: %s is no log of decisions", file)
	}
	return strange, nil
}

func eachLine(in io.Reader, name string, f func(e *proxy.Entry) error) (strange int, err error) {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 0, maxLine), maxLine)
	for lines.Scan() {
		var e proxy.Entry
		if json.Unmarshal(lines.Bytes(), &e) != nil || e.At.IsZero() || e.Decision == "" {
			strange++
			continue
		}
		if err := f(&e); err != nil {
			return strange, err
		}
	}
	if err := lines.Err(); err != nil {
		return strange, fmt.Errorf("read decisions: %s: %w", name, err)
	}
	return strange, nil
}
