package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// readPage is how much of a list is read at a time.
const readPage = 500

// pageFlags say how much of a list is printed, and where it goes on. A limit of 0
// prints all of it.
type pageFlags struct {
	cursor string
	limit  int
	all    bool
}

func (f *pageFlags) bind(cmd *cobra.Command, limit int) {
	flags := cmd.Flags()
	flags.StringVar(&f.cursor, "cursor", "", "go on where the list that told this `cursor` was cut")
	flags.IntVar(&f.limit, "limit", limit, "at most this `number`")
	flags.BoolVar(&f.all, "all", false, "no limit: list everything, a page at a time")
}

func (f *pageFlags) check(cmd *cobra.Command) error {
	switch {
	case f.all && cmd.Flags().Changed("limit"):
		return usagef("--all and --limit exclude one another")
	case f.limit < 1:
		return usagef("--limit must be at least 1; --all lists everything")
	}
	if f.all {
		f.limit = 0
	}
	return nil
}

func badCursor(cursor string) error {
	return usagef("--cursor %q is none; take it from the list that is to go on", cursor)
}

// page is a part of a list, as it is printed.
type page[T any] struct {
	rows []T
	next string // where the list goes on; empty at its end
}

// printed says how the things of a list look.
type printed[T any] struct {
	header []string
	row    func(T) []string
	wire   func(T) any
	none   string // what is said where there is nothing
}

// printPages reads and prints a list page by page, and holds no more than a page
// of it. JSON is one array.
func printPages[T any](a *app, f pageFlags, how printed[T], read func(cursor string, limit int) (page[T], error)) error {
	left, some := f.limit, false
	out := &listWriter[T]{app: a, how: how}
	for cursor := f.cursor; ; {
		size := readPage
		if f.limit > 0 {
			size = min(size, left)
		}
		p, err := read(cursor, size)
		if err != nil {
			return err
		}
		if err := out.write(p.rows); err != nil {
			return err
		}
		some = some || len(p.rows) > 0
		left -= len(p.rows)
		cursor = p.next
		if cursor == "" || f.limit > 0 && left == 0 {
			return out.end(some, cursor)
		}
	}
}

// listWriter writes the pages of one list.
type listWriter[T any] struct {
	app   *app
	how   printed[T]
	begun bool
}

func (l *listWriter[T]) write(rows []T) error {
	first := !l.begun
	l.begun = true
	if l.app.json {
		return l.elements(rows, first)
	}
	return l.app.table(func(w io.Writer) {
		if first {
			row(w, l.how.header...)
		}
		for _, r := range rows {
			row(w, l.how.row(r)...)
		}
	})
}

// elements writes what print would write of the whole list at once.
func (l *listWriter[T]) elements(rows []T, first bool) error {
	var b bytes.Buffer
	if first {
		b.WriteString("[")
	}
	for i, r := range rows {
		if !first || i > 0 {
			b.WriteString(",")
		}
		b.WriteString("\n  ")
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		e.SetIndent("  ", "  ")
		if err := e.Encode(l.how.wire(r)); err != nil {
			return fmt.Errorf("write the result: %w", err)
		}
		b.Truncate(b.Len() - 1) // the encoder's end of line
	}
	return l.raw(b.String())
}

func (l *listWriter[T]) raw(text string) error {
	if _, err := io.WriteString(l.app.stdout, text); err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	return nil
}

// end closes the list, and says where it goes on.
func (l *listWriter[T]) end(some bool, next string) error {
	if l.app.json {
		closing := "]\n"
		if some {
			closing = "\n]\n"
		}
		if err := l.raw(closing); err != nil {
			return err
		}
	}
	if next != "" {
		_, err := fmt.Fprintf(l.app.stderr, "There is more: --cursor %s\n", next)
		return err
	}
	if !some && l.how.none != "" {
		return l.app.note("%s", l.how.none)
	}
	return nil
}

// printAll prints a list that is short enough to be had at once.
func printAll[T any](a *app, all []T, how printed[T]) error {
	return printPages(a, pageFlags{all: true}, how, func(string, int) (page[T], error) { return page[T]{rows: all}, nil })
}
