package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// Change is what a field of a thing was and is. Null is what is not there.
type Change struct {
	Field  string          `json:"field"`
	Before json.RawMessage `json:"before"`
	After  json.RawMessage `json:"after"`
}

// Changed is a thing after an update, as it is always written, and the fields that are
// not as they were: none of them when the update changed nothing. When it was updated is
// no news.
type Changed struct{ Before, After any }

// MarshalJSON writes the thing with "changed" behind its own fields.
func (c Changed) MarshalJSON() ([]byte, error) {
	before, _, err := fields(c.Before)
	if err != nil {
		return nil, err
	}
	after, text, err := fields(c.After)
	if err != nil {
		return nil, err
	}
	changes := []Change{}
	names := maps.Clone(before)
	maps.Copy(names, after)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if name != "updated" && !bytes.Equal(before[name], after[name]) {
			changes = append(changes, Change{name, before[name], after[name]})
		}
	}
	list, err := marshal(changes)
	if err != nil {
		return nil, fmt.Errorf("write what changed: %w", err)
	}
	text = append(bytes.TrimSuffix(text, []byte("}")), `,"changed":`...)
	return append(append(text, list...), '}'), nil
}

// marshal is json.Marshal for who is not a browser: & and < stay as they are.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSpace(b.Bytes()), err
}

// fields are those of a shape, and the shape as it is written.
func fields(shape any) (map[string]json.RawMessage, []byte, error) {
	text, err := marshal(shape)
	if err != nil {
		return nil, nil, fmt.Errorf("write what changed: %w", err)
	}
	all := map[string]json.RawMessage{}
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, nil, fmt.Errorf("write what changed: %w", err)
	}
	return all, text, nil
}
