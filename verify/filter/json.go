package filter

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// Bounds of what is read.
const (
	maxDepth = 64
	maxBytes = 1 << 20
)

// MarshalJSON writes {"op":"in","attribute":"owner_id","values":["usr_1"]}, or
// {"op":"and","of":[…]}.
func (f Filter) MarshalJSON() ([]byte, error) {
	if f.Op == "" {
		f = Nothing
	}
	text, err := json.Marshal(struct {
		Op        Op       `json:"op"`
		Of        []Filter `json:"of,omitempty"`
		Attribute string   `json:"attribute,omitempty"`
		Values    []any    `json:"values,omitempty"`
	}{f.Op, f.Of, f.Attribute, f.Values})
	if err != nil {
		return nil, fmt.Errorf("write a filter: %w", err)
	}
	return text, nil
}

// UnmarshalJSON reads what MarshalJSON writes, and nothing else: of a filter that is not
// understood nobody knows what it would let through.
func (f *Filter) UnmarshalJSON(text []byte) error {
	if len(text) > maxBytes {
		return errors.New("filter: it is too long")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	var w wire
	if err := d.Decode(&w); err != nil {
		return fmt.Errorf("filter: %w", err)
	}
	read, err := w.filter(0)
	if err != nil {
		return err
	}
	if read.Size() > MaxSize {
		return fmt.Errorf("filter: it has more than %d parts", MaxSize)
	}
	*f = read
	return nil
}

// wire is a filter as it is written.
type wire struct {
	Op        Op     `json:"op"`
	Of        []wire `json:"of"`
	Attribute string `json:"attribute"`
	Values    []any  `json:"values"`
}

var errForm = errors.New("filter: a part of it is none")

func (w *wire) filter(depth int) (Filter, error) {
	switch {
	case depth > maxDepth:
		return Nothing, errors.New("filter: it is nested too deep")
	case w.Op == All || w.Op == None:
		if len(w.Of)+len(w.Values) > 0 || w.Attribute != "" {
			return Nothing, errForm
		}
		return Filter{Op: w.Op, size: 1}, nil
	case w.Op == And || w.Op == Or:
		return w.joined(depth)
	}
	f := Filter{Op: w.Op, Attribute: w.Attribute, Values: w.Values, size: 1 + len(w.Values)}
	if w.Attribute == "" || len(w.Of) > 0 || !f.formed() {
		return Nothing, errForm
	}
	return f, nil
}

func (w *wire) joined(depth int) (Filter, error) {
	if len(w.Of) == 0 || w.Attribute != "" || len(w.Values) > 0 {
		return Nothing, errForm
	}
	f := Filter{Op: w.Op, size: 1}
	for i := range w.Of {
		one, err := w.Of[i].filter(depth + 1)
		if err != nil {
			return Nothing, err
		}
		f.Of = append(f.Of, one)
		f.size += one.size
	}
	return f, nil
}

// formed reports whether a comparison has the values that its kind needs.
func (f Filter) formed() bool {
	switch f.Op {
	case Present, Absent:
		return len(f.Values) == 0
	case In, NotIn:
		return len(f.Values) > 0 && !slices.ContainsFunc(f.Values, func(v any) bool { return !isScalar(v) })
	case Less, AtMost, More, AtLeast:
		return len(f.Values) == 1 && (isText(f.Values[0]) || isNumber(f.Values[0]))
	case Prefix, Suffix, Contains, NotPrefix, NotSuffix, NotContains:
		return len(f.Values) == 1 && isText(f.Values[0])
	}
	return false
}

func isText(v any) bool   { _, ok := v.(string); return ok }
func isNumber(v any) bool { _, ok := v.(float64); return ok }
func isScalar(v any) bool { _, ok := v.(bool); return ok || isText(v) || isNumber(v) }
