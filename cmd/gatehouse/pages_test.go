package main

import (
	"bytes"
	"fmt"
	"strconv"
	"testing"
)

// numbers is a list of n things, read as the store reads one.
func numbers(n int, asked *[]int) func(cursor string, limit int) (page[int], error) {
	return func(cursor string, limit int) (p page[int], err error) {
		from := 0
		if cursor != "" {
			from, err = strconv.Atoi(cursor)
		}
		*asked = append(*asked, limit)
		for i := from; i < min(n, from+limit); i++ {
			p.rows = append(p.rows, i)
		}
		if from+limit < n {
			p.next = strconv.Itoa(from + limit)
		}
		return p, err
	}
}

var printedNumbers = printed[int]{
	header: []string{"NUMBER"},
	row:    func(n int) []string { return []string{strconv.Itoa(n)} },
	wire:   func(n int) any { return map[string]any{"n": n, "html": "<&>"} },
	none:   "No numbers.",
}

func TestListsArePrintedAPageAtATimeAsIfTheyWereWhole(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, readPage, readPage + 1, 2*readPage + 7} {
		var out, whole, notes bytes.Buffer
		var asked []int
		a := &app{stdout: &out, stderr: &notes, json: true}
		if err := printPages(a, pageFlags{all: true}, printedNumbers, numbers(n, &asked)); err != nil {
			t.Fatal(err)
		}
		list := make([]any, n)
		for i := range list {
			list[i] = printedNumbers.wire(i)
		}
		if err := (&app{stdout: &whole, json: true}).print(list, nil); err != nil {
			t.Fatal(err)
		}
		if out.String() != whole.String() || notes.Len() > 0 {
			t.Errorf("%d numbers: got %.200s, want %.200s, notes %q", n, &out, &whole, &notes)
		}
		for _, size := range asked {
			if size > readPage {
				t.Errorf("%d numbers: %d were read at once", n, size)
			}
		}
	}
}

func TestAListThatIsCutSaysWhereItGoesOn(t *testing.T) {
	t.Parallel()
	for _, limit := range []int{1, readPage, readPage + 3} {
		var out, notes bytes.Buffer
		a := &app{stdout: &out, stderr: &notes}
		var asked []int
		if err := printPages(a, pageFlags{limit: limit}, printedNumbers, numbers(2*readPage, &asked)); err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("There is more: --cursor %d\n", limit); notes.String() != want {
			t.Errorf("limit %d: said %q, want %q", limit, &notes, want)
		}
		if lines := bytes.Count(out.Bytes(), []byte("\n")); lines != limit+1 {
			t.Errorf("limit %d: %d lines", limit, lines)
		}
	}
}
