package auditlog

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"gatehouse/admin"
	"gatehouse/id"
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
	page := eventPage{Frame: v.Frame(), Event: found.Body, Now: time.Now(), CanProve: v.Can("proveAuditEvent", on(v))}
	page.Names = v.Called([]wire.Event{page.Event}, mentioned(&page.Event)...)
	page.Changes = changes(&page.Event, page.Names)
	page.Command = guard.Command("audit", "prove", string(page.Event.ID))
	return v.Show(http.StatusOK, page)
}

// changes are the members of an event's documents that differ. Where there is one document
// alone, all of it is told.
func changes(e *wire.Event, names guard.Called) []part.Change {
	before, after := members(e.Before), members(e.After)
	all := maps.Clone(before)
	maps.Copy(all, after)
	var told []part.Change
	for _, name := range slices.Sorted(maps.Keys(all)) {
		was, is := before[name], after[name]
		if bytes.Equal(was, is) {
			continue
		}
		c := part.Change{Name: name, Before: readable(was, names), After: readable(is, names)}
		switch {
		case c.Before != c.After:
		case len(was) == 0 || len(is) == 0: // an empty list, and none
			continue
		default: // what reads the same is told as it stands there
			c.Before, c.After = string(was), string(is)
		}
		told = append(told, c)
	}
	return told
}

// members are those of a document, each as it stands there without its blanks.
func members(doc json.RawMessage) map[string]json.RawMessage {
	all := map[string]json.RawMessage{}
	var tidy bytes.Buffer
	if json.Compact(&tidy, doc) != nil || json.Unmarshal(tidy.Bytes(), &all) != nil || all == nil {
		return map[string]json.RawMessage{}
	}
	return all
}

// readable is a value without the signs of JSON where it is a text, somebody, or a list of these.
// Who is known by name is called so.
func readable(value json.RawMessage, names guard.Called) string {
	if len(value) == 0 {
		return ""
	}
	var several []json.RawMessage
	if json.Unmarshal(value, &several) != nil || several == nil {
		several = []json.RawMessage{value}
	}
	all := make([]string, len(several))
	for i, one := range several {
		text, plain := called(one, names)
		if !plain {
			return string(value)
		}
		all[i] = text
	}
	return strings.Join(all, ", ")
}

// called is a text, or somebody as documents name them: by kind and id. plain is false for all else.
// People alone are called by name: what an application is called its owner chooses.
func called(value json.RawMessage, names guard.Called) (text string, plain bool) {
	if json.Unmarshal(value, &text) == nil {
		return cmp.Or(nameOf(text, names), text), string(value) != "null"
	}
	var who map[string]string
	if json.Unmarshal(value, &who) != nil || len(who) != 2 || who["kind"] == "" || who["id"] == "" {
		return "", false
	}
	return cmp.Or(nameOf(who["id"], names), who["kind"]+" "+who["id"]), true
}

// nameOf is how a person is called, "" for what is none and for who is not known.
func nameOf(text string, names guard.Called) string {
	if id.UserOf(text) == "" {
		return ""
	}
	return names[text]
}

// mentioned are the people in the documents of an event.
func mentioned(e *wire.Event) (people []string) {
	var look func(value any)
	look = func(value any) {
		switch is := value.(type) {
		case string:
			if id.UserOf(is) != "" {
				people = append(people, is)
			}
		case []any:
			for _, one := range is {
				look(one)
			}
		case map[string]any:
			for _, name := range slices.Sorted(maps.Keys(is)) {
				look(is[name])
			}
		}
	}
	for _, doc := range []json.RawMessage{e.Before, e.After} {
		var all any
		if json.Unmarshal(doc, &all) == nil {
			look(all)
		}
	}
	return people
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
