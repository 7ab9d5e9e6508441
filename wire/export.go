package wire

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"iter"
	"strings"
	"time"

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
// spreadsheet would take for a formula has an apostrophe before it.
func ExportCSV(w io.Writer, events iter.Seq2[audit.Event, error]) error {
	lines := csv.NewWriter(w)
	if err := lines.Write(eventColumns); err != nil {
		return err
	}
	row := make([]string, len(eventColumns))
	for e, err := range events {
		if err != nil {
			return err
		}
		for i, cell := range []string{
			string(e.ID), e.At.UTC().Format(time.RFC3339Nano), string(e.Actor.Kind), e.Actor.ID, e.Actor.Key, string(e.Actor.Session), string(e.Actor.Client),
			string(e.Action), string(e.Target.Kind), e.Target.ID, string(e.User), string(e.Client),
			string(e.Outcome), string(e.Reason), string(e.Actor.Request), e.Actor.IP, e.Actor.Agent, string(e.Before), string(e.After),
		} {
			row[i] = harmless(cell)
		}
		if err := lines.Write(row); err != nil {
			return err
		}
	}
	lines.Flush()
	return lines.Error()
}

// harmless is a cell that no spreadsheet calculates: some look behind blanks, too, and
// take the wide forms of Asian keyboards.
func harmless(cell string) string {
	first := strings.TrimLeft(cell, " \u00a0\u3000")
	if first != "" && strings.ContainsRune("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20", []rune(first)[0]) {
		return "'" + cell
	}
	return cell
}
