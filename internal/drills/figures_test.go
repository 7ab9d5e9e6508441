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

// figures gathers them, by what was ended and where that was looked at. Any number may be
// noted at once.
type figures struct {
	t     *testing.T
	since string
	most  time.Duration // of 99 in 100, where it is measured
	mu    sync.Mutex
	all   map[[2]string][]figure
}

// newFigures gathers figures of t, and tells them at its end as a table for
// docs/performance.md.
func newFigures(t *testing.T, since string, most time.Duration) *figures {
	f := &figures{t: t, since: since, most: most, all: map[[2]string][]figure{}}
	t.Cleanup(f.tell)
	return f
}

func (f *figures) note(what, place string, one figure) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if one.wrong != "" {
		f.t.Errorf("%s, %s: %s", what, place, one.wrong)
		return
	}
	f.all[[2]string{what, place}] = append(f.all[[2]string{what, place}], one)
}

// tell logs the table, and holds what is measured to its bounds.
func (f *figures) tell() {
	f.mu.Lock()
	defer f.mu.Unlock()
	var table strings.Builder
	fmt.Fprintf(&table, "| ended (%s) | where | p50 | p99 | at most | rounds | nobody knew |\n|---|---|---|---|---|---|---|\n", f.since)
	for _, key := range slices.SortedFunc(maps.Keys(f.all), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) }) {
		of := f.all[key]
		slices.SortFunc(of, func(a, b figure) int { return int(a.took - b.took) })
		half, mostly, last, unknown := of[(len(of)-1)/2].took, of[(len(of)*99+99)/100-1].took, of[len(of)-1].took, 0
		for _, one := range of {
			if one.unknown {
				unknown++
			}
		}
		fmt.Fprintf(&table, "| %s | %s | %s | %s | %s | %d | %d |\n", key[0], key[1], millis(half), millis(mostly), millis(last), len(of), unknown)
		if measuring() && (mostly > f.most || last > soonBound) {
			f.t.Errorf("%s, %s: 99 in 100 took %s and all %s, want %s and %s", key[0], key[1], mostly, last, f.most, soonBound)
		}
	}
	f.t.Logf("%s\n%s", f.t.Name(), &table)
}

func millis(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }
