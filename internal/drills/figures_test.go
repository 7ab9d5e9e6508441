package drills

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// figure is how long something went on that was ended.
type figure struct {
	took    time.Duration
	unknown bool   // it was ended because nobody could know
	wrong   string // why the test has failed
}

// figures gathers them, by what was the matter, what was ended and where that was looked at.
// Any number may be noted at once.
type figures struct {
	t    *testing.T
	mu   sync.Mutex
	rows []row // in the order in which they came
	all  map[cell][]figure
}

type row struct {
	trouble, ending string // no ending: all of them
	most            time.Duration
}

type cell struct {
	row
	place string
}

// newFigures gathers figures of t, and tells them at its end as a table for
// docs/performance.md.
func newFigures(t *testing.T) *figures {
	f := &figures{t: t, all: map[cell][]figure{}}
	t.Cleanup(f.tell)
	return f
}

func (f *figures) note(c trouble, ending, place string, one figure) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if one.wrong != "" {
		f.t.Errorf("%s, %s, %s: %s", c.name, ending, place, one.wrong)
		return
	}
	for _, in := range []row{{c.name, "all of them", c.most}, {c.name, ending, c.most}} {
		if !slices.Contains(f.rows, in) {
			f.rows = append(f.rows, in)
		}
		f.all[cell{in, place}] = append(f.all[cell{in, place}], one)
	}
}

// tell logs the table, and holds what is measured to its bounds.
func (f *figures) tell() {
	f.mu.Lock()
	defer f.mu.Unlock()
	places := map[string]bool{}
	for c := range f.all {
		places[c.place] = true
	}
	columns := slices.Sorted(maps.Keys(places))
	var table strings.Builder
	fmt.Fprintf(&table, "p50 / p99 / at most, in ms (rounds)\n\n| what is the matter | ended | %s | nobody knew |\n|%s\n", strings.Join(columns, " | "), strings.Repeat("---|", len(columns)+3))
	for _, in := range f.rows {
		fmt.Fprintf(&table, "| %s | %s |", in.trouble, in.ending)
		unknown := 0
		for _, place := range columns {
			of := f.all[cell{in, place}]
			table.WriteString(" " + f.judged(in, place, of) + " |")
			for _, one := range of {
				if one.unknown {
					unknown++
				}
			}
		}
		fmt.Fprintf(&table, " %d |\n", unknown)
	}
	f.t.Logf("%s\n%s", f.t.Name(), &table)
}

// judged is what stands in a cell of the table.
func (f *figures) judged(in row, place string, of []figure) string {
	if len(of) == 0 {
		return ""
	}
	slices.SortFunc(of, func(a, b figure) int { return int(a.took - b.took) })
	half, mostly, last := of[(len(of)-1)/2].took, of[(len(of)*99+99)/100-1].took, of[len(of)-1].took
	if measuring() && (mostly > in.most || last > soonBound) {
		f.t.Errorf("%s, %s, %s: 99 in 100 took %s and all %s, want %s and %s", in.trouble, in.ending, place, mostly, last, in.most, soonBound)
	}
	return fmt.Sprintf("%s / %s / %s (%d)", millis(half), millis(mostly), millis(last), len(of))
}

func millis(d time.Duration) string { return fmt.Sprintf("%.1f", float64(d.Microseconds())/1000) }
