package house

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"

	"golang.org/x/term"

	"gatehouse/config"
)

// NewLog returns the logger that cfg asks for, writing to w. Lines are buffered
// for at most flushEvery, so that a busy server does not pay a system call for
// each; a line of level warn or above is written at once, and so is everything
// when flush is called.
func NewLog(cfg config.Log, w io.Writer) (log *slog.Logger, flush func()) {
	out := newLineBuffer(w)
	options := &slog.HandlerOptions{Level: cfg.SlogLevel()}
	var h slog.Handler
	if cfg.Format == "text" || cfg.Format == "auto" && isTerminal(w) {
		h = slog.NewTextHandler(out, options)
	} else {
		h = &jsonLines{slog.NewJSONHandler(out, options), out}
	}
	return slog.New(&prompt{h, out}), out.flush
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

const flushEvery = 200 * time.Millisecond

// lineBuffer gathers lines; the first line after a flush starts the clock.
type lineBuffer struct {
	mu    sync.Mutex
	out   io.Writer
	buf   *bufio.Writer
	armed bool
}

func newLineBuffer(w io.Writer) *lineBuffer {
	return &lineBuffer{out: w, buf: bufio.NewWriterSize(w, 64<<10)}
}

func (b *lineBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.armed {
		b.armed = true
		time.AfterFunc(flushEvery, b.flush)
	}
	n, err := b.buf.Write(p)
	b.forgive(err)
	return n, err
}

func (b *lineBuffer) flush() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.armed = false
	b.forgive(b.buf.Flush()) // there is nowhere to report that the log cannot be written
}

// forgive drops what could not be written. A bufio.Writer that failed once
// fails for ever, and a disk that was full would silence the log for good.
func (b *lineBuffer) forgive(err error) {
	if err != nil {
		b.buf.Reset(b.out)
	}
}

// prompt flushes behind lines that somebody may be waiting for.
type prompt struct {
	slog.Handler
	out *lineBuffer
}

func (p *prompt) Handle(ctx context.Context, r slog.Record) error {
	err := p.Handler.Handle(ctx, r)
	if r.Level >= slog.LevelWarn {
		p.out.flush()
	}
	return err
}

func (p *prompt) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &prompt{p.Handler.WithAttrs(attrs), p.out}
}

func (p *prompt) WithGroup(name string) slog.Handler {
	return &prompt{p.Handler.WithGroup(name), p.out}
}
