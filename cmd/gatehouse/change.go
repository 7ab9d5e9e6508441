package main

import (
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"gatehouse/wire"
)

// changed is a thing before and after an update: as programs read it, and as facts for
// people, the first of which names it.
type changed struct {
	before, after any
	was, is       []fact
}

// printChange says what of a thing is not as it was.
func (a *app) printChange(c changed) error {
	return a.print(wire.Changed{Before: c.before, After: c.after}, func(w io.Writer) { tellChange(w, c.was, c.is) })
}

// tellChange writes what was behind a "-", and what is behind a "+".
func tellChange(w io.Writer, was, is []fact) {
	gone, come := without(was, is), without(is, was)
	if len(gone)+len(come) == 0 {
		fmt.Fprintln(w, "Nothing is different from what it was.")
		return
	}
	fmt.Fprintf(w, "%s is changed.\n", plain(is[0].value))
	for _, f := range gone {
		row(w, "- "+f.name, f.value)
	}
	for _, f := range come {
		row(w, "+ "+f.name, f.value)
	}
}

// without returns the facts that the others lack. When it was updated is no news.
func without(all, others []fact) []fact {
	return slices.DeleteFunc(slices.Clone(all), func(f fact) bool { return f.name == "updated" || slices.Contains(others, f) })
}

// changesSomething reports whether a flag was given that changes the thing, and
// not only how the command speaks.
func changesSomething(cmd *cobra.Command) bool {
	given := cmd.Flags().NFlag()
	for _, name := range []string{"json", "yes", "config", "set", "data-dir"} {
		if cmd.Flags().Changed(name) {
			given--
		}
	}
	return given > 0
}
