package wire

import (
	"encoding/csv"
	"errors"
	"iter"
	"strings"
	"testing"
	"time"

	"gatehouse/audit"
)

func yields(events []audit.Event, end error) iter.Seq2[audit.Event, error] {
	return func(yield func(audit.Event, error) bool) {
		for _, e := range events {
			if !yield(e, nil) {
				return
			}
		}
		if end != nil {
			yield(audit.Event{}, end)
		}
	}
}

// Whoever opens an export in a spreadsheet calculates nothing that a stranger wrote.
func TestAnExportHoldsNoFormula(t *testing.T) {
	t.Parallel()
	for agent, want := range map[string]string{
		"=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t=1", "\r=1": "'\r=1", "\n=1": "'\n=1",
		"  =1": "'  =1", "\u00a0=1": "'\u00a0=1", "\uff1d1": "'\uff1d1", "\uff0b1": "'\uff0b1", "\uff0d1": "'\uff0d1", "\uff201": "'\uff201",
		"Mozilla/5.0": "Mozilla/5.0", "a=1": "a=1", "": "", " ": " ", `a,"b"` + "\nc": `a,"b"` + "\nc", "'=1": "'=1",
	} {
		var b strings.Builder
		e := audit.Event{ID: "evt_1", At: time.Unix(0, 0), Actor: audit.Actor{Agent: agent}, Target: audit.Target{Kind: "user", ID: agent}}
		if err := ExportCSV(&b, yields([]audit.Event{e, e}, nil)); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(strings.NewReader(b.String())).ReadAll()
		if err != nil || len(rows) != 3 || len(rows[0]) != len(eventColumns) {
			t.Fatalf("%q: %v, %v", agent, rows, err)
		}
		for i, column := range rows[0] {
			if column == "user_agent" || column == "target_id" {
				if got := rows[2][i]; got != strings.ReplaceAll(want, "\r\n", "\n") {
					t.Errorf("%s of %q is %q, want %q", column, agent, got, want)
				}
			}
		}
	}
}

// An export that broke off does not look like a whole one.
func TestAnExportThatBreaksOffSaysSo(t *testing.T) {
	t.Parallel()
	broken := errors.New("the store is gone")
	for name, export := range map[string]func(*strings.Builder) error{
		"lines": func(b *strings.Builder) error { return ExportLines(b, yields([]audit.Event{{ID: "evt_1"}}, broken)) },
		"csv":   func(b *strings.Builder) error { return ExportCSV(b, yields([]audit.Event{{ID: "evt_1"}}, broken)) },
	} {
		var b strings.Builder
		if err := export(&b); !errors.Is(err, broken) {
			t.Errorf("%s: %v after %q", name, err, b.String())
		}
	}
}
