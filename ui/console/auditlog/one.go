package auditlog

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"gatehouse/admin"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/wire"
)

func on(v *guard.Visit) map[string]string { return guard.On("event", v.R.PathValue("event")) }

// event shows one, and what it changed.
func (d *Door) event(v *guard.Visit) error {
	found, err := guard.Ask[admin.One[wire.Event]](v, "getAuditEvent", admin.Input{Path: on(v)})
	if err != nil {
		return err
	}
	page := eventPage{Frame: v.Frame(), Event: found.Body, Changes: changes(&found.Body), Now: time.Now(), CanProve: v.Can("proveAuditEvent", on(v))}
	page.Names = v.Called([]wire.Event{page.Event})
	page.Command = guard.Command("audit", "prove", string(page.Event.ID))
	return v.Show(http.StatusOK, page)
}

// changes are the members of an event's documents that differ. Where there is one document
// alone, all of it is told.
func changes(e *wire.Event) []part.Change {
	before, after := members(e.Before), members(e.After)
	all := maps.Clone(before)
	maps.Copy(all, after)
	var told []part.Change
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if before[name] != after[name] {
			told = append(told, part.Change{Name: name, Before: before[name], After: after[name]})
		}
	}
	return told
}

// members are those of a document, each as it is read.
func members(doc json.RawMessage) map[string]string {
	var raw map[string]json.RawMessage
	all := map[string]string{}
	if len(doc) == 0 || json.Unmarshal(doc, &raw) != nil {
		return all
	}
	for name, value := range raw {
		all[name] = readable(value)
	}
	return all
}

// readable is a value without the signs of JSON where it is a text or a list of texts.
func readable(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) == nil {
		return text
	}
	var several []string
	if json.Unmarshal(value, &several) == nil {
		var b bytes.Buffer
		for i, one := range several {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(one)
		}
		return b.String()
	}
	return string(value)
}

// proof shows what convinces a stranger that the event was recorded.
func (d *Door) proof(v *guard.Visit) error {
	found, err := guard.Ask[admin.One[wire.EventProof]](v, "proveAuditEvent", admin.Input{Path: on(v)})
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(found.Body, "", "  ")
	if err != nil {
		return err
	}
	page := proofPage{Frame: v.Frame(), Proof: found.Body, Text: string(text)}
	page.Command = guard.Command("audit", "prove", string(found.Body.Event))
	return v.Show(http.StatusOK, page)
}

func number(n int64) string { return strconv.FormatInt(n, 10) }
