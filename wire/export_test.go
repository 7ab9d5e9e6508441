package wire

import (
	"encoding/csv"
	"errors"
	"iter"
	"regexp"
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
		"=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t'=1", "\r=1": "'\r'=1", "\n=1": "'\n'=1", "\tx": "'\tx",
		"  =1": "'  =1", "\u00a0=1": "'\u00a0=1", "\uff1d1": "'\uff1d1", "\uff0b1": "'\uff0b1", "\uff0d1": "'\uff0d1", "\uff201": "'\uff201",
		"Mozilla/5.0": "Mozilla/5.0", "a=1": "a=1", "": "", " ": " ", `a,"b"` + "\nc": `a,"b"` + "\nc", "'=1": "'=1",
		"x;=2+5;": "x;'=2+5;", "x\t=2+5": "x\t'=2+5", "x,=1": "x,'=1", "x|=1": "x|'=1", "x\n=1": "x\n'=1", "x\r\n=1": "x\r\n'=1", "x\u2028=1": "x\u2028'=1",
		"x; +1; @b;\t-1": "x;' +1;' @b;\t'-1", `x;"=1"`: `x;'"=1"`, `"=1`: `'"=1`, "x;\u200b=1": "x;'\u200b=1", "x;\x00=1": "x;'\x00=1", ";;=": ";;'=", "=;=": "'=;'=",
		"x;\uff1d1": "x;'\uff1d1", "x;'=1": "x;'=1", "x;y=1": "x;y=1", "x;\xff=1": "x;\xff=1", "Bot/2 (compatible; +https://b.test)": "Bot/2 (compatible;' +https://b.test)",
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

// formula is one where any program might begin a cell.
var formula = regexp.MustCompile("(?:^|[,;|\t\r\n])[\"\\pZ]*[=+@\uff1d\uff0b\uff0d\uff20-]")

// begun is a line, or what is behind a separator in one, that begins with a formula.
var begun = regexp.MustCompile("^[\" ]*[=+@-]")

// Whatever a cell is, it comes back as it was but for apostrophes, stands in quotes, and no
// part of it is a formula whatever a program takes for the separator.
func FuzzAnExportHoldsNoFormula(f *testing.F) {
	for _, seed := range []string{"x;=2+5;", "x\t=2+5", "x\n\"=1", "=;\t,@", "' =1", "a\"b;\"\"-1", "\uff1d;\u3000\uff20", "\xff;=1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, agent string) {
		var b strings.Builder
		if err := ExportCSV(&b, yields([]audit.Event{{ID: "evt_1", Actor: audit.Actor{Agent: agent}}}, nil)); err != nil {
			t.Fatal(err)
		}
		_, line, _ := strings.Cut(b.String(), "\n")
		rows, err := csv.NewReader(strings.NewReader(line)).ReadAll()
		if err != nil || len(rows) != 1 || len(rows[0]) != len(eventColumns) {
			t.Fatalf("%q: %q, %v", agent, line, err)
		}
		cell := rows[0][16]
		bare := func(s string) string { return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "'", "") }
		if bare(cell) != bare(agent) {
			t.Errorf("%q is told as %q", agent, cell)
		}
		if found := formula.FindString(cell); found != "" {
			t.Errorf("%q has the formula %q in %q", agent, found, cell)
		}
		for _, separator := range []string{";", "\t", "|", "\n"} {
			for part := range strings.SplitSeq(line, separator) {
				if begun.MatchString(part) {
					t.Errorf("cut at %q, %q begins a formula", separator, part)
				}
			}
		}
		if !strings.HasPrefix(line, `"`) || strings.Count(line, `","`) < len(eventColumns)-1 {
			t.Errorf("a cell has no quotes: %s", line)
		}
	})
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
