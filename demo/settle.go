package demo

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/term"

	"gatehouse/demo/town"
	"gatehouse/house"
)

// settledFile says, beside the data, that the town is there: what somebody removed from it
// does not come back.
const settledFile = "demo-large"

// settle fills the house with a town, unless it was done before.
func settle(ctx context.Context, h *house.House, out io.Writer) error {
	path := filepath.Join(h.Config.DataDir, settledFile)
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	fmt.Fprintln(out, "\n  A hundred thousand people move in. It takes some minutes, and goes on where it stopped.")
	b := newBar(out)
	if err := town.Fill(ctx, h, town.Large, b.show); err != nil {
		b.end()
		return err
	}
	return os.WriteFile(path, nil, 0o600)
}

// bar shows how much is done: in one line of a terminal, elsewhere in a line for each part.
type bar struct {
	out      io.Writer
	terminal bool
	began    time.Time
	part     string
}

func newBar(out io.Writer) *bar {
	f, ok := out.(*os.File)
	return &bar{out: out, terminal: ok && term.IsTerminal(int(f.Fd()))}
}

// width is how many signs the bar has.
const width = 30

func (b *bar) show(part string, done, of int) {
	if part != b.part {
		b.part, b.began = part, time.Now()
	}
	if b.terminal {
		full := width * done / max(1, of)
		fmt.Fprintf(b.out, "\r  %-20s %s%s %d of %d", part, strings.Repeat("█", full), strings.Repeat("░", width-full), done, of)
	}
	if done < of {
		return
	}
	if b.terminal {
		fmt.Fprintln(b.out)
		return
	}
	fmt.Fprintf(b.out, "  %-20s %d, %s\n", part, of, time.Since(b.began).Round(100*time.Millisecond))
}

// end leaves the line of what was not finished.
func (b *bar) end() {
	if b.terminal {
		fmt.Fprintln(b.out)
	}
}
