package wire

import (
	"bufio"
	"encoding/json"
	"io"
	"iter"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"gatehouse/audit"
)

// ExportLines writes events as lines of JSON, each as it comes.
func ExportLines(w io.Writer, events iter.Seq2[audit.Event, error]) error {
	lines := json.NewEncoder(w)
	lines.SetEscapeHTML(false)
	for e, err := range events {
		if err != nil {
			return err
		}
		if err := lines.Encode(OfEvent(e)); err != nil {
			return err
		}
	}
	return nil
}

// eventColumns are the header of ExportCSV.
var eventColumns = []string{
	"id", "at", "actor_kind", "actor_id", "actor_key", "actor_session", "actor_client", "action", "target_kind", "target_id", "user", "client",
	"outcome", "reason", "request", "ip", "user_agent", "before", "after",
}

// ExportCSV writes events as CSV (RFC 4180) with a header, each as it comes. What a
// spreadsheet would take for a formula has an apostrophe before it, wherever it may cut a
// line into cells.
func ExportCSV(w io.Writer, events iter.Seq2[audit.Event, error]) error {
	lines := bufio.NewWriter(w)
	if err := writeRow(lines, eventColumns); err != nil {
		return err
	}
	for e, err := range events {
		if err != nil {
			return err
		}
		if err := writeRow(lines, []string{
			string(e.ID), e.At.UTC().Format(time.RFC3339Nano), string(e.Actor.Kind), e.Actor.ID, e.Actor.Key, string(e.Actor.Session), string(e.Actor.Client),
			string(e.Action), string(e.Target.Kind), e.Target.ID, string(e.User), string(e.Client),
			string(e.Outcome), string(e.Reason), string(e.Actor.Request), e.Actor.IP, e.Actor.Agent, string(e.Before), string(e.After),
		}); err != nil {
			return err
		}
	}
	return lines.Flush()
}

// writeRow writes a line with every cell in quotes: encoding/csv leaves them out where a
// reader does not need them that takes a comma for the separator.
func writeRow(w *bufio.Writer, cells []string) error {
	for i, cell := range cells {
		if i > 0 {
			w.WriteByte(',')
		}
		w.WriteByte('"')
		w.WriteString(strings.ReplaceAll(harmless(cell), `"`, `""`))
		w.WriteByte('"')
	}
	return w.WriteByte('\n') // with the first error of all of them
}

// harmless is a cell that no spreadsheet calculates, nor a part of it that would be a cell
// where something else separates them: an apostrophe stands before the first character
// that would begin a formula there, and before the blanks that some look behind.
func harmless(cell string) string {
	first := strings.TrimLeftFunc(cell, blank)
	if first != "" && strings.ContainsRune("\t\r\n", rune(first[0])) {
		cell = "'" + cell
	}
	if !strings.ContainsAny(cell, triggers) {
		return cell
	}
	var b strings.Builder
	written, begin := 0, 0 // begin is where a cell may begin, -1 in the middle of one
	for i, r := range cell {
		switch {
		case strings.ContainsRune(separators, r):
			begin = i + utf8.RuneLen(r)
		case begin >= 0 && strings.ContainsRune(triggers, r):
			b.WriteString(cell[written:begin] + "'")
			written, begin = begin, -1
		case !blank(r):
			begin = -1
		}
	}
	return b.String() + cell[written:]
}

// What a formula begins with, also in the wide forms of Asian keyboards, and what may
// separate cells.
const (
	triggers   = "=+-@\uff1d\uff0b\uff0d\uff20"
	separators = ",;|\t\r\n\v\f\u0085\u2028\u2029"
)

// blank is what a spreadsheet may look behind, a quotation mark included.
func blank(r rune) bool {
	if strings.ContainsRune(separators, r) {
		return false
	}
	return r == '"' || unicode.IsSpace(r) || unicode.In(r, unicode.Cc, unicode.Cf)
}
